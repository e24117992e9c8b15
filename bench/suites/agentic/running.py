"""Runs our own repositories in this process, for the right answers; and writes the program that asks others'."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from bench.suites.agentic import inside
from bench.suites.agentic.meter import SourceMeter

_LOCK = threading.RLock()
_DRIVER = inspect.getsource(inside)


def answers(files: Mapping[str, str], calls: Sequence[tuple[Any, ...]]) -> list[Any]:
    """What functions of a repository of ours answer. Never for others' code.

    Each call is a module, a function, its arguments and, where the first of these are the rows of a paid source, the
    most reads: where there are more, the answer is `["reads", how many]`.
    """
    with _LOCK, inside.Files(files):
        return [_answer(*call) for call in calls]


def _answer(module: str, function: str, args: tuple[Any, ...], most_reads: int | None = None) -> list[Any]:
    if most_reads is None:
        return inside.called(module, function, args)
    meter = SourceMeter(args[0])
    answer = inside.called(module, function, args[1:], meter)
    return answer if answer[0] == "raised" or meter.reads <= most_reads else ["reads", meter.reads]


def program(files: Mapping[str, str]) -> str:
    """The text that asks a repository from within the sandbox: its functions are `called`, `metered` and `verdict`."""
    return f"{_DRIVER}\n\nFiles({dict(files)!r}).__enter__()\n"
