"""A pool whose work Ray's nodes do, behind the interface of `concurrent.futures`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

from bench.engine import called, part

T = TypeVar("T")

CHUNKS = 4
"""Parts for each processor, where many like things are computed: the slowest part holds the others up by its length."""


class RayPool(Executor):
    """Computes on Ray's nodes what a pool of processes would compute here; a lost node's part is computed again."""

    def __init__(self, ray: Any, cpus: int) -> None:
        """`cpus`: processors of all nodes."""
        self._ray, self._cpus = ray, cpus
        self._part = ray.remote(part)

    def submit(self, work: Callable[..., T], /, *given: Any, **named: Any) -> Future[T]:
        """One piece of work on some node."""
        future: Future[T] = Future()
        asked = self._ray.remote(called).remote(work, given, named).future()

        def done(ended: Future[T]) -> None:
            error = ended.exception()
            if error is None:
                future.set_result(ended.result())
            else:
                future.set_exception(_cause(error))

        asked.add_done_callback(done)
        return future

    def map(
        self, work: Callable[..., T], *given: Iterable[Any], timeout: float | None = None, chunksize: int = 0
    ) -> Iterator[T]:
        """Like `ProcessPoolExecutor.map`, in parts of `chunksize`; 0: as many parts as suit the nodes."""
        rows = list(zip(*given, strict=False))
        size = chunksize if chunksize > 1 else max(1, math.ceil(len(rows) / (CHUNKS * self._cpus)))
        shared = self._ray.put(work)
        parts = [self._part.remote(shared, rows[at : at + size]) for at in range(0, len(rows), size)]
        return self._results(parts, timeout)

    def _results(self, parts: Sequence[Any], timeout: float | None) -> Iterator[Any]:
        for each in parts:
            try:
                yield from self._ray.get(each, timeout=timeout)
            except self._ray.exceptions.RayTaskError as error:
                raise _cause(error) from None


def _cause(error: BaseException) -> BaseException:
    """What went wrong on a node, without Ray's account of it."""
    cause = getattr(error, "cause", None)
    return cause if isinstance(cause, BaseException) else error
