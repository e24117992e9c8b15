"""The warm server: forks one process for each program it is handed, kills it on demand, and reports how it ended.

It runs no candidate code and reads none: a program's source goes straight to its own process. For each program the
control socket brings its budget of CPU and four descriptors: channel, output, stdin and lease. Closing the lease means
"kill it"; through the lease comes the report. When the control socket closes, everything ends.

CPU is counted here, by the scheduler's clock: RLIMIT_CPU counts ticks, which a program can dodge or feign.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import socket
import struct
import time
from collections.abc import Sequence

from bench.sandbox.inside import child, libc, lockdown

ORDER = struct.Struct("<d")
"""A program's beginning: the seconds of CPU it may use."""
REPORT = struct.Struct("<id?")
"""A program's end: exit code, negative for the signal that killed it, seconds of CPU, whether these were too many."""
_CHECK_S = 0.01
_SCHEDULER_CLOCK = 2
_WARM = (
    *("abc", "bisect", "collections", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools"),
    *("hashlib", "heapq", "itertools", "json", "math", "operator", "random", "re", "statistics", "string", "typing"),
)


def main(arguments: Sequence[str]) -> None:
    """Serves until the control socket closes. Arguments: its descriptor, "namespaces", "filters" or "nothing", and
    the paths programs may read.
    """
    descriptor, kind, *readable = arguments
    walls = lockdown.prepare(kind, readable)
    for name in _WARM:
        __import__(name)
    gc.disable()
    gc.freeze()
    _Server(socket.socket(fileno=int(descriptor)), walls).serve()


class _Server:
    def __init__(self, control: socket.socket, walls: lockdown.Walls) -> None:
        self._control = control
        self._walls = walls
        self._leases: dict[int, socket.socket] = {}
        self._budgets: dict[int, float] = {}
        self._spent: set[int] = set()
        self._processors = os.cpu_count() or 1
        self._selector = selectors.DefaultSelector()
        self._self = os.pidfd_open(os.getpid()) if walls.namespaces else -1

    def serve(self) -> None:
        """Waits for programs, for leases that close and for children that end."""
        woken, wake = socket.socketpair()
        for end in (woken, wake):
            end.setblocking(False)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for waited in (self._control, woken):
            self._selector.register(waited, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select(self._check_budgets()):
                if key.fileobj is woken:
                    woken.recv(4096)
                    self._reap()
                elif key.fileobj is not self._control:
                    self._kill(key.data)
                elif not self._begin():
                    for pid in self._leases:
                        os.kill(pid, signal.SIGKILL)
                    return

    def _begin(self) -> bool:
        """Starts the next program; False where nobody is left to start one for."""
        message, descriptors, _, _ = socket.recv_fds(self._control, ORDER.size, 4)
        if not message:
            return False
        channel, output, stdin, lease = descriptors
        try:
            pid = self._fork()
        except OSError:  # no more processes; the closed lease says so
            os.close(lease)
        else:
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                child.run(channel, output, stdin, self._walls)
            self._leases[pid] = socket.socket(fileno=lease)
            self._selector.register(self._leases[pid], selectors.EVENT_READ, pid)
            (self._budgets[pid],) = ORDER.unpack(message)
        for descriptor in (channel, output, stdin):
            os.close(descriptor)
        return True

    def _fork(self) -> int:
        """Forks; with namespaces, the child is the first process of its own, and its end is the end of it."""
        if not self._walls.namespaces:
            return os.fork()
        libc.unshare(lockdown.NEW_PID)
        pid = -1
        try:
            pid = os.fork()
        finally:
            if pid:
                libc.setns(self._self, lockdown.NEW_PID)
        return pid

    def _check_budgets(self) -> float | None:
        """Kills what has used up its CPU; returns after how many seconds to look again, None without a program."""
        left = []
        for pid, budget in self._budgets.items():
            left.append(budget - time.clock_gettime((~pid << 3) | _SCHEDULER_CLOCK))
            if left[-1] <= 0 and pid not in self._spent:
                self._spent.add(pid)
                os.kill(pid, signal.SIGKILL)
        return max(_CHECK_S, min(left) / self._processors) if left else None

    def _kill(self, pid: int) -> None:
        if pid in self._leases:
            self._selector.unregister(self._leases[pid])
            os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._leases:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if not pid:
                return
            with self._leases.pop(pid) as lease:
                if lease in self._selector.get_map():
                    self._selector.unregister(lease)
                report = REPORT.pack(
                    os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, pid in self._spent
                )
                self._spent.discard(pid)
                del self._budgets[pid]
                try:
                    lease.send(report)
                except OSError:
                    continue  # nobody waits for it any more
