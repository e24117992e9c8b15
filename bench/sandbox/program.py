"""One program in the sandbox, seen from outside: sends it requests, drains what it writes, and stops it in time."""

from __future__ import annotations

import contextlib
import marshal
import os
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.sandbox.inside.lockdown import Allowance
from bench.sandbox.inside.server import REPORT

_CHUNK = 2**16
_NOISE_KEPT = 4096
_GRACE_S = 20.0
ASLEEP = "asleep"
"""Why a program was stopped that used hardly any CPU while its answer was waited for."""
_BY_THE_CLOCK = ("timeout", ASLEEP)
_LOOK_S = 0.5
_HARDLY_ANY = 0.01
_SCHEDULER_CLOCK = 2
_CREDENTIALS = struct.Struct("3i")


class ServerLostError(Exception):
    """The warm server is gone or does not answer: infrastructure, no doing of the program in its hands."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use, all its calls together."""

    cpu_s: float = 5.0
    """Seconds of CPU; the limit that decides."""
    wall_s: float = 40.0
    """Seconds of wall time; a backstop, wide for the sake of busy machines."""
    asleep_s: float = 10.0
    """Seconds in a row with hardly any CPU while an answer is waited for, after which a program counts as asleep."""
    memory_bytes: int = 512 * 2**20
    """Address space, in bytes, the interpreter's 30 MiB included; a program is one process, so it bounds all of it."""
    output_bytes: int = 4 * 2**20
    """Bytes written to stdout and stderr together, and likewise bytes of replies."""

    def allowance(self, *, stderr_too: bool) -> Allowance:
        """As the program's process gets it."""
        return Allowance(self.memory_bytes, stderr_too)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramRun:
    """What came out of the sandbox; every byte may be forged by the program, except that a first `READY` is ours."""

    replies: bytes
    """All that was written to the reply channel, up to the cap."""
    output: bytes
    """What was written to stdout: all of it up to the cap where it was asked for, else its end."""
    status: int
    """Exit status of its process; negative for the signal that killed it."""
    stopped: str
    """Why we stopped it: "timeout", "asleep", "output_flood", or "" if it ended by itself."""
    cpu_s: float
    """Seconds of CPU it used, starting its process included."""
    cpu_spent: bool
    """Whether it was killed for using more than its limit."""
    wall_s: float
    """Seconds it ran."""

    @property
    def killed(self) -> bool:
        """Whether it did not end by itself, whatever it had answered before."""
        return bool(self.stopped) or self.cpu_spent or self.status < 0

    @property
    def by_the_clock(self) -> bool:
        """Whether a limit of wall time ended it."""
        return self.stopped in _BY_THE_CLOCK


class Program:
    """A program that a server has just begun. Use as a context manager; leaving it early kills the program."""

    def __init__(
        self, channel: socket.socket, output: int, lease: socket.socket, limits: Limits, *, keep_output: bool = False
    ) -> None:
        self._channel, self._output, self._lease = channel, output, lease
        self._limits = limits
        self._keep = limits.output_bytes if keep_output else _NOISE_KEPT
        self._started = time.monotonic()
        self._to_send = bytearray(limits.allowance(stderr_too=not keep_output).packed())
        self._no_more = False
        self._replies = bytearray()
        self._taken = 0
        self._searched = 0
        self._written = bytearray()
        self._written_bytes = 0
        self._report = b""
        self.stopped = ""
        """Why it was stopped: "timeout", "asleep", "output_flood", or "" so far."""
        self._poll = select.poll()
        self._waiting: dict[int, Callable[[], None]] = {
            channel.fileno(): self._read_reply,
            output: self._read_output,
            lease.fileno(): self._read_report,
        }
        for descriptor in self._waiting:
            self._poll.register(descriptor, select.POLLIN)
        channel.setblocking(False)
        # The kernel adds the sender's process, as numbered here, to what a program sends first: our `READY`.
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._pid = 0
        self._asleep_s = self._looked = self._cpu_s = 0.0

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self._lease.close()
        self._channel.close()
        os.close(self._output)

    @property
    def by_the_clock(self) -> bool:
        """Whether a limit of wall time ended it."""
        return self.stopped in _BY_THE_CLOCK

    def say(self, *requests: object) -> None:
        """Queues requests; their values are copied, so the program cannot change the caller's."""
        for request in requests:
            # Version 2 writes every value out in full: objects shared between arguments arrive as copies.
            packed = marshal.dumps(request, 2)  # type: ignore[arg-type]
            self._to_send += len(packed).to_bytes(8, "little") + packed
        self._write()

    def reply(self) -> bytes | None:
        """The next line it sends, or None if it ends first. Raises ServerLostError."""
        self._pump(lambda: self._line_end() >= 0)
        end = self._line_end()
        if end < 0:
            return None
        line = bytes(self._replies[self._taken : end])
        self._taken = self._searched = end + 1
        return line

    def _line_end(self) -> int:
        """Where the next line ends, -1 if it has not yet; looks at no byte twice, as these may come one by one."""
        end = self._replies.find(b"\n", self._searched)
        self._searched = end if end >= 0 else len(self._replies)
        return end

    def finish(self) -> ProgramRun:
        """Says that no request follows and waits for the end. Raises ServerLostError."""
        self._no_more = True
        self._write()
        self._pump(lambda: False)
        status, cpu_s, cpu_spent = REPORT.unpack(self._report)
        wall_s = time.monotonic() - self._started
        return ProgramRun(
            replies=bytes(self._replies),
            output=bytes(self._written),
            status=status,
            stopped=self.stopped,
            cpu_s=cpu_s,
            cpu_spent=cpu_spent,
            wall_s=wall_s,
        )

    def _pump(self, done: Callable[[], bool]) -> None:
        """Moves bytes until `done`, or until the program has ended and every pipe is drained."""
        self._looked = time.monotonic()
        while self._waiting and not done():
            left = self._started + self._limits.wall_s - time.monotonic()
            if self.stopped:
                left += _GRACE_S
            ready = self._poll.poll(min(left, _LOOK_S) * 1000) if left > 0 else []
            if left <= 0:
                if self.stopped:
                    raise ServerLostError("the server does not report a program's end")
                self._stop("timeout")
            self._look()
            for descriptor, events in ready:
                if events & select.POLLOUT:
                    self._write()
                if events & ~select.POLLOUT and descriptor in self._waiting:
                    self._waiting[descriptor]()
        if not self._waiting and len(self._report) < REPORT.size:
            raise ServerLostError("the server ended")

    def _look(self) -> None:
        """Stops a program that has slept too long; a moment in which this process was held up counts little."""
        now = time.monotonic()
        passed = now - self._looked
        if not self._pid or passed < _LOOK_S or self.stopped:
            return
        try:
            cpu_s = time.clock_gettime((~self._pid << 3) | _SCHEDULER_CLOCK)
        except OSError:  # it has ended, as its lease will say
            return
        busy = cpu_s - self._cpu_s >= _HARDLY_ANY * passed
        self._asleep_s = 0.0 if busy else self._asleep_s + min(passed, 2 * _LOOK_S)
        self._looked, self._cpu_s = now, cpu_s
        if self._asleep_s >= self._limits.asleep_s:
            self._stop(ASLEEP)

    def _stop(self, why: str) -> None:
        if not self.stopped:
            self.stopped = why
            with contextlib.suppress(OSError):  # it has ended by itself
                self._lease.shutdown(socket.SHUT_WR)

    def _done(self, descriptor: int) -> None:
        self._poll.unregister(descriptor)
        del self._waiting[descriptor]

    def _write(self) -> None:
        descriptor = self._channel.fileno()
        try:
            while self._to_send:
                del self._to_send[: self._channel.send(self._to_send[: 16 * _CHUNK])]
            if self._no_more:
                self._channel.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            pass
        except OSError:
            self._to_send.clear()  # it reads no more, which its end will explain
        if descriptor in self._waiting:
            self._poll.modify(descriptor, select.POLLIN | (select.POLLOUT if self._to_send else 0))

    def _read_reply(self) -> None:
        try:
            chunk = self._channel.recv(_CHUNK) if self._pid else self._read_first()
        except BlockingIOError:
            return
        except OSError:  # it closed its end with requests unread
            chunk = b""
        if not chunk:
            self._done(self._channel.fileno())
        elif len(self._replies) <= self._limits.output_bytes:
            self._replies += chunk
        else:
            self._stop("output_flood")

    def _read_first(self) -> bytes:
        """The first bytes, and with them the number of the program's process."""
        chunk, about, _, _ = self._channel.recvmsg(_CHUNK, socket.CMSG_SPACE(_CREDENTIALS.size))
        for level, kind, data in about:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                self._pid = _CREDENTIALS.unpack(data)[0]
        self._channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        return chunk

    def _read_output(self) -> None:
        chunk = os.read(self._output, _CHUNK)
        self._written_bytes += len(chunk)
        self._written += chunk
        del self._written[: -self._keep]
        if not chunk:
            self._done(self._output)
        elif self._written_bytes > self._limits.output_bytes:
            self._stop("output_flood")

    def _read_report(self) -> None:
        chunk = self._lease.recv(REPORT.size)
        self._report += chunk
        if not chunk or len(self._report) == REPORT.size:
            self._done(self._lease.fileno())
