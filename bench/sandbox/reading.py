"""Calls our own functions on other people's texts in a child of this process, with limits of time and memory.

What a text may drive on and on, such as a task's regular expression or a computer algebra system, runs here: it holds
no lock of ours, and what it uses up is the text's doing. The child is trusted as its functions are, but what it sends
back is JSON. It is a fork of this process, which knows all that was loaded, or a new interpreter, which forks of a busy
process cannot catch in the middle of something.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn, Self

from bench.sandbox.program import ServerLostError

_SCHEDULER_CLOCK = 2
_CHECK_S = 0.05
_CHUNK = 2**16
_CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)

Answer = Callable[[Any], object]
"""What a reader does with one request; both are JSON."""


class ReadingFailedError(Exception):
    """The function failed on this text: it raised an exception. Another text may do better."""


class ReadingSpentError(ReadingFailedError):
    """The function used up its time or memory on this text, or crashed on it, twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    """What reading one text may use."""

    cpu_s: float = 10.0
    """Seconds of CPU."""
    wall_s: float = 120.0
    """Seconds of wall time, after which the child counts as lost: a text makes it work, not wait."""
    memory_bytes: int = 2**30
    """Address space beyond what the child has when it starts."""


class Reader:
    """One child, in which a function answers requests one by one. Use as a context manager; not for several threads."""

    def __init__(self, start: Callable[[ReadingLimits], _Child], limits: ReadingLimits) -> None:
        self._start, self._limits = start, limits
        self._child: _Child | None = None

    @classmethod
    def forked(cls, answer: Answer, limits: ReadingLimits = ReadingLimits()) -> Self:
        """A reader whose child is a fork of this process, taken at its first request."""
        return cls(lambda given: _Child.forked(answer, given), limits)

    @classmethod
    def of(cls, function: str, limits: ReadingLimits = ReadingLimits()) -> Self:
        """A reader whose child is a new interpreter; `function`, "module:name", takes the request."""
        return cls(lambda given: _Child.started(function, given), limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the child; another request starts the next."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def ask(self, request: object) -> Any:
        """The function's answer to a request.

        Raises ReadingSpentError, ReadingFailedError, or ServerLostError where the child is lost for other reasons.
        """
        ended: Exception = ServerLostError()
        for _ in range(2):
            if self._child is None:
                self._child = self._start(self._limits)
            try:
                kind, value = self._child.ask(request, self._limits)
            except _CrashedError as error:
                ended = ReadingSpentError(str(error))
            except _EndedError as error:
                ended = error
            except BaseException:
                self.close()
                raise
            else:
                if kind == "value":
                    return value
                if kind == "lost":
                    raise ServerLostError(str(value))
                if kind == "memory":
                    self.close()
                    raise ReadingSpentError(f"more than {self._limits.memory_bytes >> 20} MiB of memory")
                raise ReadingFailedError(str(value))
            self.close()
        raise ended


class _CrashedError(Exception):
    """The child died of what it did itself, by a signal that its own code may raise."""


class _EndedError(ServerLostError):
    """The child is gone for other reasons: something killed it, perhaps while it waited."""


class _Child:
    """A child's process and the channel to it."""

    def __init__(self, channel: socket.socket, pid: int) -> None:
        self._channel, self._pid = channel, pid

    @classmethod
    def forked(cls, answer: Answer, limits: ReadingLimits) -> Self:
        near, far = socket.socketpair()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads: see ServerLostError
            pid = os.fork()
        if pid == 0:
            _become(far.fileno(), answer, limits)
        far.close()
        return cls(near, pid)

    @classmethod
    def started(cls, function: str, limits: ReadingLimits) -> Self:
        near, far = socket.socketpair()
        code = (
            f"import sys\nsys.path[:] = {sys.path!r}\n"
            f"from bench.sandbox import reading\nreading.serve({far.fileno()}, {function!r}, {limits.memory_bytes})"
        )
        with far:
            process = subprocess.Popen(
                [sys.executable, "-c", code],
                pass_fds=(far.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        process.returncode = 0  # it is waited for here
        return cls(near, process.pid)

    def ask(self, request: object, limits: ReadingLimits) -> tuple[str, Any]:
        """The kind of its reply, "value", "raised", "memory" or "lost", and what came with it."""
        begun, spent = time.monotonic(), self._cpu_s()
        self._send(json.dumps(request).encode())
        reply = bytearray()
        while not reply.endswith(b"\n"):
            if select.select([self._channel], [], [], _CHECK_S)[0]:
                reply += self._receive()
            elif self._cpu_s() - spent > limits.cpu_s:
                raise ReadingSpentError(f"more than {limits.cpu_s:g} s of CPU")
            elif time.monotonic() - begun > limits.wall_s:
                raise ServerLostError("the reading process does not answer")
        kind, value = json.loads(reply)
        return kind, value

    def _send(self, request: bytes) -> None:
        try:
            self._channel.sendall(len(request).to_bytes(8, "little") + request)
        except OSError:
            self._died()

    def _receive(self) -> bytes:
        try:
            chunk = self._channel.recv(_CHUNK)
        except ConnectionResetError:  # it ended with the request unread
            chunk = b""
        return chunk or self._died()

    def _cpu_s(self) -> float:
        try:
            return time.clock_gettime((~self._pid << 3) | _SCHEDULER_CLOCK)
        except OSError:  # it has just ended, which the channel will say
            return 0.0

    def _died(self) -> NoReturn:
        status = self._wait()
        if -status in _CRASHES:
            raise _CrashedError(f"the reading process crashed ({signal.Signals(-status).name})")
        raise _EndedError(f"the reading process ended (status {status})")

    def _wait(self) -> int:
        pid, self._pid = self._pid, 0
        try:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if pid else 0
        except ChildProcessError:
            return 0

    def end(self) -> None:
        """Kills it."""
        self._channel.close()
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            self._wait()

    def abandon(self) -> None:
        """Lets go of a child that another process owns."""
        self._channel.close()
        self._pid = 0


def serve(descriptor: int, function: str, memory_bytes: int) -> None:
    """The life of a new interpreter: answers what comes through the descriptor until that closes."""
    module, _, name = function.partition(":")
    answer = getattr(import_module(module), name)
    _serve(descriptor, answer, memory_bytes)


def _become(descriptor: int, answer: Answer, limits: ReadingLimits) -> NoReturn:
    """What is left to do for a fork: it keeps no descriptor of its parent's, and runs none of its exit handlers."""
    try:
        os.dup2(descriptor, 3)
        os.closerange(4, os.sysconf("SC_OPEN_MAX"))
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1):
            os.dup2(nothing, standard)
        _serve(3, answer, limits.memory_bytes)
    finally:
        os._exit(0)


def _serve(descriptor: int, answer: Answer, memory_bytes: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's to handle, whose end closes the channel
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _bound_memory(memory_bytes)
    with open(descriptor, "rb", buffering=0, closefd=False) as channel:
        for request in _requests(channel):
            reply = _reply(answer, request)
            while reply:
                reply = reply[os.write(descriptor, reply) :]


def _bound_memory(extra: int) -> None:
    with contextlib.suppress(OSError, ValueError), open("/proc/self/statm") as statm:
        most = int(statm.read().split()[0]) * resource.getpagesize() + extra
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _requests(channel: Any) -> Iterator[Any]:
    while len(head := _exactly(channel, 8)) == 8:
        yield json.loads(_exactly(channel, int.from_bytes(head, "little")))


def _exactly(channel: Any, size: int) -> bytes:
    parts = []
    while size and (part := channel.read(min(size, _CHUNK))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _reply(answer: Answer, request: object) -> bytes:
    try:
        return json.dumps(["value", answer(request)], default=_plain).encode() + b"\n"
    except MemoryError:
        return b'["memory", ""]\n'
    except Exception as error:
        ours = isinstance(error, OSError | ImportError) and not isinstance(error, TimeoutError)
        return json.dumps(["lost" if ours else "raised", f"{type(error).__name__}: {error}"[:300]]).encode() + b"\n"


def _plain(value: Any) -> Any:
    """numpy's numbers as Python's, anything else as a text about it."""
    item = getattr(value, "item", None)
    return item() if callable(item) and getattr(value, "ndim", None) == 0 else repr(value)[:200]


_idle: dict[str, list[Reader]] = {}
_lock = threading.Lock()


def read(function: str, request: object, limits: ReadingLimits) -> Any:
    """What `function`, "module:name", makes of a request, in a child that is kept for the next. For several threads.

    A function is always given the same limits. Raises what `Reader.ask` does.
    """
    with _lock:
        waiting = _idle.setdefault(function, [])
        reader = waiting.pop() if waiting else Reader.of(function, limits)
    try:
        return reader.ask(request)
    finally:
        with _lock:
            _idle.setdefault(function, []).append(reader)


@atexit.register
def close() -> None:
    """Ends this process's idle readers; the next text starts new ones."""
    with _lock:
        for readers in _idle.values():
            while readers:
                readers.pop().close()


def _after_fork() -> None:
    """In a fork of this process: its readers are not ours to use or to end, and its lock may be held for ever."""
    global _lock
    _lock = threading.Lock()
    for readers in _idle.values():
        for reader in readers:
            if reader._child is not None:
                reader._child.abandon()
    _idle.clear()


os.register_at_fork(after_in_child=_after_fork)
