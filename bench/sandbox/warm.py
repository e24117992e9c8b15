"""Keeps one warm server for each kind of sandbox this process uses, and begins programs on it."""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence

from bench.sandbox.inside.server import ORDER
from bench.sandbox.program import Limits, Program, ProgramRun, ServerLostError

_ANSWER_S = 20.0
_END_S = 5.0

Command = Callable[[int], tuple[str, ...]]
"""The command line of a server, given the descriptor of its control socket."""


class Server:
    """One server process. Programs may be begun from several threads. Raises OSError if it cannot be started."""

    def __init__(self, command: Command) -> None:
        with contextlib.ExitStack() as undo:
            self._control, theirs = socket.socketpair()
            undo.enter_context(self._control).settimeout(_ANSWER_S)
            self._errors = undo.enter_context(tempfile.TemporaryFile())
            with theirs:
                self._process = subprocess.Popen(
                    command(theirs.fileno()),
                    env=_ENVIRONMENT,
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    start_new_session=True,
                    cwd="/",
                )
            undo.pop_all()

    @property
    def alive(self) -> bool:
        """Whether its process is there and our end is open."""
        return self._control.fileno() >= 0 and self._process.poll() is None

    @property
    def complaint(self) -> str:
        """The last line it wrote to stderr; "" if it wrote nothing, or was closed meanwhile."""
        try:
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").split("\n")
        except ValueError:
            return ""
        return next((line for line in reversed(lines) if line.strip()), "")

    def begin(self, limits: Limits, stdin: bytes = b"", *, keep_output: bool = False) -> Program:
        """Begins a program, which waits for its requests. Raises ServerLostError."""
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
            channel, its_channel = _pair(ours, theirs)
            lease, its_lease = _pair(ours, theirs)
            output, its_output = os.pipe()
            ours.callback(os.close, output)
            theirs.callback(os.close, its_output)
            its_stdin = _stdin(stdin)
            theirs.callback(os.close, its_stdin)
            descriptors = (its_channel.fileno(), its_output, its_stdin, its_lease.fileno())
            try:
                socket.send_fds(self._control, [ORDER.pack(limits.cpu_s)], descriptors)
            except OSError as error:
                raise ServerLostError(self.complaint or f"the server is gone ({error.strerror or error})") from error
            ours.pop_all()
            return Program(channel, output, lease, limits, keep_output=keep_output)

    def abandon(self) -> None:
        """Lets go of a server that another process owns."""
        self._control.close()

    def close(self) -> None:
        """Ends the server and every program on it."""
        self._control.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()


_ENVIRONMENT: Mapping[str, str] = {"PYTHONHASHSEED": "0"}
_servers: dict[Command, Server] = {}
_abandoned: list[Server] = []
_lock = threading.Lock()


def _pair(ours: contextlib.ExitStack, theirs: contextlib.ExitStack) -> tuple[socket.socket, socket.socket]:
    near, far = socket.socketpair()
    return ours.enter_context(near), theirs.enter_context(far)


def _stdin(content: bytes) -> int:
    """A descriptor that reads the content and cannot write it."""
    if not content:
        return os.open(os.devnull, os.O_RDONLY)
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return os.open(file.name, os.O_RDONLY)


def server(command: Command) -> Server:
    """The process's server of this kind, started if there is none or the last one died. Raises OSError."""
    with _lock:
        running = _servers.get(command)
        if running is None or not running.alive:
            if running:
                running.close()
            running = _servers[command] = Server(command)
        return running


def end(command: Command) -> None:
    """Ends the process's server of this kind and every program on it; the next program starts another."""
    with _lock:
        running = _servers.pop(command, None)
    if running:
        running.close()


@atexit.register
def close() -> None:
    """Ends this process's servers; the next program starts new ones."""
    with _lock:
        while _servers:
            _servers.popitem()[1].close()


def _after_fork() -> None:
    """In a fork of this process: its servers are not ours to use or to end, and its lock may be held for ever."""
    global _lock
    _lock = threading.Lock()
    while _servers:
        _abandoned.append(_servers.popitem()[1])
        _abandoned[-1].abandon()


os.register_at_fork(after_in_child=_after_fork)


def run(
    command: Command, requests: Sequence[object], limits: Limits, stdin: bytes = b"", *, keep_output: bool = False
) -> ProgramRun:
    """One program from beginning to end. Raises ServerLostError or OSError."""
    with server(command).begin(limits, stdin, keep_output=keep_output) as program:
        program.say(*requests)
        return program.finish()
