"""Grading in other processes: verdicts come back to the graders here, which remember them as their own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from typing import Any

from bench import hooks
from bench.records import Graded
from bench.scoring.graders import Grader, graded_by

Answered = tuple[Grader | None, Mapping[str, Any], str]
"""A grader, None where none is ours; an item and the answer to it."""


def portable(grader: Grader | None) -> str | None:
    """The name by which another process finds a grader of ours; None for one that needs this process."""
    return hooks.name_of(grader) if type(grader) is Grader else None


def grade_elsewhere(answered: Iterable[Answered], pool: Executor) -> None:
    """Has graders remember the verdicts that a pool makes; what it cannot judge is left to be graded here."""
    work: list[tuple[Grader, str, Mapping[str, Any], str]] = []
    for grader, item, text in answered:
        hook = portable(grader)
        if grader is not None and hook is not None and not grader.known(item, text):
            work.append((grader, hook, item, text))
    if work:
        graders, names, items, texts = zip(*work, strict=True)
        verdicts = pool.map(graded_by, names, items, texts)
        for grader, item, text, verdict in zip(graders, items, texts, verdicts, strict=True):
            grader.remember(item, text, verdict)


async def graded(grader: Grader, item: Mapping[str, Any], text: str, pool: Executor | None) -> Graded:
    """One verdict: the pool's where it can judge, else one of a thread here."""
    hook = portable(grader) if pool is not None else None
    if pool is not None and hook is not None and not grader.known(item, text):
        verdict = await asyncio.wrap_future(pool.submit(graded_by, hook, item, text))
        if grader.remember(item, text, verdict):
            return verdict
    return await asyncio.to_thread(grader.grade, item, text)
