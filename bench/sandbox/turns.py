"""How many programs run side by side, and how one is run with no other beside it."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

_A_PROCESSOR = 4
_MOST = 16
_PROGRAM_BYTES = 512 * 2**20


def doors() -> int:
    """Programs to run side by side on this machine: sleepers cost time, not CPU, so more than it has processors.

    Bounded by half of the memory that is free, and so that busy ones still end long before the wall clock's limit.
    """
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):  # not on every system
        free = 0
    return max(2, min(_A_PROCESSOR * (os.cpu_count() or 1), _MOST, free // 2 // _PROGRAM_BYTES))


class Turns:
    """Lets any number of programs run beside each other, or one alone."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begins anew, as a fork must: the threads that ran programs are not in it."""
        self._changed = threading.Condition()
        self._running = self._begun = 0
        self._alone = False

    @contextlib.contextmanager
    def shared(self) -> Iterator[Neighbours]:
        """The turn of a program that others may run beside; says afterwards whether any did."""
        neighbours = Neighbours()
        with self._changed:
            self._changed.wait_for(lambda: not self._alone)
            neighbours.any = self._running > 0
            self._running += 1
            self._begun += 1
            mine = self._begun
        try:
            yield neighbours
        finally:
            with self._changed:
                self._running -= 1
                neighbours.any |= self._begun > mine
                self._changed.notify_all()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """The turn of a program that no other runs beside; waits for those that run."""
        with self._changed:
            self._changed.wait_for(lambda: not self._alone)
            self._alone = True
            self._changed.wait_for(lambda: not self._running)
        try:
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()


class Neighbours:
    """Whether other programs ran beside one."""

    any: bool = False
    """Whether one did, known in full once the turn is over."""


TURNS = Turns()
"""This process's."""

os.register_at_fork(after_in_child=TURNS.forget)
