"""The program inside the sandbox: it loads the candidate, calls it and sends back what it returned. It decides nothing.

It runs as a script on the bare standard library, so it imports nothing of this package. The request comes on stdin and
never holds an expected value. Replies leave as lines of JSON, `[call, kind, payload]`, through a descriptor that is
neither the candidate's stdout nor its stderr; call 0 is the loading of the program.
"""

from __future__ import annotations

import marshal
import os
import resource
import sys
from _json import encode_basestring_ascii  # `import json` would add 5 ms to every program
from collections.abc import Callable

READY = b"ready\n"
"""The first line: the sandbox stands, and no candidate code has run yet."""
MAX_DEPTH = 200
"""Containers in containers, at most."""
_NATIVE_BITS = 1023
"""Integers up to this size are JSON numbers (and fit a float); larger ones are tagged hexadecimal."""
_SPARE = [bytes(2**20)]
"""Memory kept back for reporting that there is no more."""
_PROCESSES = 64
_OPEN_FILES = 64

Send = Callable[[int, str, object], None]
"""Sends one reply: call, kind, payload."""


def encode(value: object, depth: int = 0) -> str:
    """The value as tagged JSON: scalars as they are, `["list", a, ...]`, `["dict", k, v, ...]`.

    Subclasses are written as their builtin. Members of sets and dicts are ordered by their encoding, so that equal
    values have equal encodings.
    Raises ValueError for what is nested deeper than `MAX_DEPTH` and TypeError for what is not a plain value.
    """
    if value is None or value is True or value is False:
        return "null" if value is None else "true" if value else "false"
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, int):
        small = int.bit_length(value) <= _NATIVE_BITS
        return int.__repr__(value) if small else f'["int","{int.__format__(value, "x")}"]'
    if isinstance(value, float):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(text := float.__repr__(value), text)
    if isinstance(value, bytes):
        return f'["bytes","{bytes.hex(value)}"]'
    return _encode_container(value, depth + 1)


def _encode_container(value: object, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        pairs = sorted((encode(k, depth), encode(v, depth)) for k, v in value.items())
        return f'["dict"{"".join(f",{k},{v}" for k, v in pairs)}]'
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            members = [encode(member, depth) for member in value]
            if kind is set or kind is frozenset:
                members.sort()
            return f'["{kind.__name__}"{"".join("," + m for m in members)}]'
    raise TypeError("not a plain value")


def main() -> None:
    """Serves the one request on stdin, then exits without running the candidate's exit handlers."""
    source, entry_point, calls, cpu_s, memory_bytes, file_bytes = marshal.load(sys.stdin.buffer)
    send = _private_channel()
    _lower_limits(cpu_s, memory_bytes, file_bytes)
    function = _load(source, entry_point, send)
    if function is not None:
        for number, args in enumerate(calls, start=1):
            _answer(number, function, args, send)
    os._exit(0)


def _private_channel() -> Send:
    """Moves the replies off stdout, joins stdout to stderr, empties stdin and says that the sandbox stands."""
    channel = os.dup(1)
    os.dup2(2, 1)
    nothing = os.open("/dev/null", os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.write(channel, READY)

    def send(number: int, kind: str, payload: object) -> None:
        text = payload if kind == "value" else encode(payload)
        line = f'[{number},"{kind}",{text}]\n'.encode()
        while line:
            line = line[os.write(channel, line) :]

    return send


def _lower_limits(cpu_s: int, memory_bytes: int, file_bytes: int) -> None:
    limits = {
        resource.RLIMIT_CPU: (cpu_s, cpu_s + 1),  # SIGXCPU, then SIGKILL for those who ignore it
        resource.RLIMIT_AS: (memory_bytes, memory_bytes),
        resource.RLIMIT_FSIZE: (file_bytes, file_bytes),
        resource.RLIMIT_NOFILE: (_OPEN_FILES, _OPEN_FILES),
        resource.RLIMIT_NPROC: (_PROCESSES, _PROCESSES),
        resource.RLIMIT_CORE: (0, 0),
    }
    for limit, pair in limits.items():
        resource.setrlimit(limit, pair)


def _load(source: str, entry_point: str, send: Send) -> Callable[..., object] | None:
    """The candidate's function, or None after sending why there is none. `__name__` is "candidate", never main."""
    module = type(sys)("candidate")
    sys.modules["candidate"] = module
    try:
        code = compile(source, "candidate.py", "exec", dont_inherit=True)
    except BaseException as error:
        send(0, *_failure(error, "not_compiling"))
        return None
    try:
        exec(code, module.__dict__)
    except BaseException as error:
        send(0, *_failure(error, "raised"))
        return None
    function: Callable[..., object] | None = module.__dict__.get(entry_point)
    if not callable(function):
        send(0, "no_entry_point", entry_point)
        return None
    send(0, "loaded", None)
    return function


def _answer(number: int, function: Callable[..., object], args: bytes, send: Send) -> None:
    kind, payload = "raised", ""
    try:
        value = function(*marshal.loads(args))
        kind = "malformed"
        kind, payload = "value", encode(value)
    except BaseException as error:
        kind, payload = _failure(error, kind)
    send(number, kind, payload)


def _failure(error: BaseException, kind: str) -> tuple[str, str]:
    if isinstance(error, MemoryError):
        _SPARE.clear()
        return "memory", "out of memory"
    return kind, str(error) if kind == "malformed" else type(error).__name__


if __name__ == "__main__":
    main()
