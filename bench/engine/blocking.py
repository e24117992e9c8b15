"""Asynchronous work for callers that are not: to its end, in a program, a thread or a notebook."""

from __future__ import annotations

import asyncio
from asyncio import events
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """What `asyncio.run` returns, also where an event loop runs in this thread already, as it does in a notebook.

    That loop waits until the work is done, as it does for any other call that takes a while. Ctrl-C ends both.
    """
    outer = events._get_running_loop()
    if outer is None:
        return asyncio.run(work)
    events._set_running_loop(None)
    try:
        return asyncio.run(work)
    finally:
        asyncio.set_event_loop(outer)
        events._set_running_loop(outer)
