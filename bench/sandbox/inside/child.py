"""One program in its locked-down process: loads it, calls it and sends back what it returned. It decides nothing.

Requests come through the channel, marshalled and led by their length, and never hold an expected value. Replies leave
through it as lines of JSON, `[call, kind, payload]`; call 0 is the loading of the program.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import io
import marshal
import os
import sys
from _sitebuiltins import Quitter
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, ModuleType
from typing import Any, NoReturn

from bench.sandbox.inside import lockdown
from bench.sandbox.inside.encode import encode

READY = b"ready\n"
"""The first line: the sandbox stands, and no candidate code has run yet. Any other is the sandbox's own complaint."""
CHANNEL = 3
"""The channel's descriptor."""
_SPARE = [bytes(2**20)]
"""Memory kept back for reporting that there is no more."""


def run(channel: int, output: int, stdin: int, walls: lockdown.Walls) -> NoReturn:
    """Becomes the program: arranges descriptors, locks down, serves the channel, and exits without exit handlers."""
    status = 1
    try:
        walls = _arrange(channel, output, stdin, walls)
        allowance = lockdown.receive_allowance(CHANNEL)
        if not allowance.stderr_too:
            os.dup2(nothing := os.open("/dev/null", os.O_WRONLY), 2)
            os.close(nothing)
        _lock_down(walls, allowance)
        requests = _requests()
        kind, *request = next(requests)
        _KINDS[kind](requests, *request)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(status & 0xFF)


def _arrange(channel: int, output: int, stdin: int, walls: lockdown.Walls) -> lockdown.Walls:
    """Puts stdin, output, channel and ruleset where they belong, whatever their numbers, and closes all others."""
    wanted = [stdin, output, output, channel]
    if walls.ruleset is not None:
        wanted.append(walls.ruleset)
        walls = walls._replace(ruleset=CHANNEL + 1)
    for target, descriptor in enumerate([os.dup(descriptor) for descriptor in wanted]):
        os.dup2(descriptor, target)
    os.closerange(len(wanted), os.sysconf("SC_OPEN_MAX"))
    return walls


def _lock_down(walls: lockdown.Walls, allowance: lockdown.Allowance) -> None:
    try:
        lockdown.lock_down(walls, allowance)
    except OSError as error:
        os.write(CHANNEL, f"{error.strerror or error}\n".encode(errors="replace"))
        raise SystemExit(1) from error
    os.write(CHANNEL, READY)


def _requests() -> Iterator[Any]:
    while head := _receive(8):
        yield marshal.loads(_receive(int.from_bytes(head, "little")))


def _receive(size: int) -> bytes:
    """So many bytes, or none at the end of the channel."""
    parts = []
    while size and (part := os.read(CHANNEL, min(size, 2**20))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _send(number: int, kind: str, payload: object) -> None:
    _write(_line(number, kind, payload))


def _write(line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        rest = rest[os.write(CHANNEL, rest) :]


def _line(number: int, kind: str, payload: object) -> bytes:
    return f'[{number},"{kind}",{encode(payload)}]\n'.encode()


def _function(requests: Iterator[Any], source: str, entry_point: str) -> None:
    """Loads the source and answers each request, (positional, keyword) arguments, as one call of its function."""
    module = _module("candidate")
    code = _compiled(source, "candidate.py")
    if code is None or not _executed(code, module):
        return
    function = module.__dict__.get(entry_point)
    if not callable(function):
        _send(0, "no_entry_point", entry_point)
        return
    _send(0, "loaded", None)
    for number, (args, kwargs) in enumerate(requests, start=1):
        _answer(number, partial(function, *args, **kwargs))


def _program(requests: Iterator[Any], source: str) -> None:
    """Runs the source as a script, with the threads and exit handlers it leaves; its output is what counts."""
    del requests
    sys.argv = ["program.py"]
    code = _compiled(source, "program.py")
    if code is None or not _executed(code, _module("__main__")):
        raise SystemExit(1)
    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()
    if "atexit" in sys.modules:
        sys.modules["atexit"]._run_exitfuncs()
    _flush()


def _flush() -> None:
    """Writes out what the program left in buffers, as the interpreter does at its end: stdout and other open files."""
    made = [stream for stream in gc.get_objects() if isinstance(stream, io.TextIOWrapper | io.BufferedWriter)]
    streams: list[Any] = [sys.stdout, sys.__stdout__, *made]
    for stream in streams:
        with contextlib.suppress(Exception):
            stream.flush()


def _query(requests: Iterator[Any], schema: str, query: str) -> None:
    """Fills an empty database in memory and answers with the rows of one statement that may only read."""
    import sqlite3

    del requests
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA temp_store = MEMORY")  # not every sandbox has a /tmp to sort in
    try:
        database.executescript(schema)
    except sqlite3.Error as error:
        _send(0, "bad_schema", str(error))
        return
    reading = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
    database.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in reading else sqlite3.SQLITE_DENY)
    _send(0, "loaded", None)
    _answer(1, lambda: database.execute(query).fetchall())


_KINDS: dict[str, Callable[..., None]] = {"function": _function, "program": _program, "query": _query}


def _module(name: str) -> ModuleType:
    """An empty module in the place of any other of its name; a function's is "candidate", never main."""
    module = sys.modules[name] = ModuleType(name)
    for ending in ("exit", "quit"):  # `site` defines them, and is not loaded
        setattr(builtins, ending, Quitter(ending, ""))
    return module


def _compiled(source: str, name: str) -> CodeType | None:
    """The code, or None after sending why there is none."""
    try:
        return compile(source, name, "exec", dont_inherit=True)
    except BaseException as error:
        _send(0, *_failure(error, "not_compiling"))
        return None


def _executed(code: CodeType, module: ModuleType) -> bool:
    """Whether the module's code ran to its end; sends why not."""
    try:
        exec(code, module.__dict__)
    except BaseException as error:
        if module.__name__ == "__main__" and isinstance(error, SystemExit) and error.code in (None, 0):
            return True
        _send(0, *_failure(error, "raised"))
        return False
    return True


def _answer(number: int, call: Callable[[], object]) -> None:
    kind = "raised"
    try:
        value = call()
        kind = "malformed"
        line = _line(number, "value", value)
    except BaseException as error:
        line = _line(number, *_failure(error, kind))
    _write(line)


def _failure(error: BaseException, kind: str) -> tuple[str, str]:
    if isinstance(error, MemoryError):
        _SPARE.clear()
        return "memory", "out of memory"
    if isinstance(error, PermissionError) and error.errno:
        return "forbidden", type(error).__name__
    return kind, str(error) if kind == "malformed" else type(error).__name__
