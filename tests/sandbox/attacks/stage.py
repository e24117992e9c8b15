"""What an attack may steal, reach, break or leave behind, and what it did of that, seen from outside.

One secret, `planted`, lies wherever a careless evaluator leaves one: in the environment, in files, in another process's
command line and environment, and as the expected value of the test. A program that returns it has leaked it or faked a
pass; both are the verdict "passed". Everything else is looked up on the host.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.sandbox import Value
from tests.sandbox.attacks import processes

MEMORY_BYTES = 128 * 2**20
"""What a program may use; harm begins at twice that."""
_MANY = 12
_ROOT = Path(__file__).resolve().parents[3]


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One stage at a time on a machine: memory of files without a disk can only be seen for all of it."""
    with open(Path(tempfile.gettempdir(), f"claimbench-stage-{os.getuid()}.lock"), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Stage:
    """The surroundings of one attack. Use as a context manager; then ask `harm`."""

    def __init__(self, folder: Path, planted: str) -> None:
        self.planted = planted
        """The secret, and the expected value."""
        self._mark = f"mark-{secrets.token_hex(6)}"
        self._keys = secrets.randbelow(2**22) << 8
        self._folder = folder
        self._stack = contextlib.ExitStack()
        self._kept: dict[Path, str] = {}
        self._started = 0.0

    def __enter__(self) -> Stage:
        with contextlib.ExitStack() as stack:
            stack.enter_context(alone())
            self._plant(stack)
            self._listen(stack)
            self._victim = self._bystander(stack)
            self._before = _state(self._victim.pid)
            stack.callback(self._clean)
            processes.forget_peak_memory()
            self._own_bytes = processes.peak_memory_bytes()
            self._descriptors = len(os.listdir("/proc/self/fd"))
            self._watch = stack.enter_context(processes.Watch(but=self._victim.pid))
            self._baseline = {process.pid for process in processes.below(os.getpid())}
            self._started = time.monotonic()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def results(self) -> Path:
        """A file with the secret in it."""
        return self._folder / "results.json"

    @property
    def facts(self) -> dict[str, Value]:
        """What every program is told: more than it would know."""
        return {
            "pattern": f"{self.planted[:16]}[0-9a-f]{{8}}",
            "mark": self._mark,
            "keys": self._keys,
            "folder": str(self._folder),
            "files": [str(path) for path in self._kept],
            "folders": [str(self._folder), *map(str, _places())],
            "victim": self._victim.pid,
            "harness": os.getpid(),
            "port": self._tcp.getsockname()[1],
            "udp": self._udp.getsockname()[1],
            "abstract": f"\0{self._mark}",
            "path": str(self._folder / "socket"),
        }

    def _plant(self, stack: contextlib.ExitStack) -> None:
        for name in ("id_ed25519", "results.json"):
            path = self._folder / name
            path.write_text(f"{self.planted}\n")
            path.chmod(0o666)
            self._kept[path] = path.read_text()
        self._folder.chmod(0o777)
        stack.callback(shutil.rmtree, self._folder, ignore_errors=True)

    def _listen(self, stack: contextlib.ExitStack) -> None:
        self._tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self._udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self._udp.bind(("127.0.0.1", 0))
        self._abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        self._abstract.bind(f"\0{self._mark}")
        self._abstract.listen()
        self._path = stack.enter_context(socket.socket(socket.AF_UNIX))
        self._path.bind(str(self._folder / "socket"))
        self._path.listen()

    def _bystander(self, stack: contextlib.ExitStack) -> subprocess.Popen[bytes]:
        # The shell keeps the secret in its command line; an attack may kill, stop, trace or slow it.
        command = ["sh", "-c", "while :; do sleep 60; done", self.planted]
        process = subprocess.Popen(command, env={**os.environ, "EXAMPLE_API_KEY": self.planted}, start_new_session=True)
        stack.callback(process.wait)
        stack.callback(os.killpg, process.pid, signal.SIGKILL)
        while len(processes.below(process.pid)) == 0:
            time.sleep(0.01)
        return process

    def harm(self, allowed_s: float, settle_s: float = 3.0) -> list[str]:
        """What the attack achieved, `allowed_s` being the time it had; call it once, when the verdict is there.

        Processes may take `settle_s` to end.
        """
        took_s = time.monotonic() - self._started
        growth = self._watch.growth()
        own = processes.peak_memory_bytes() - self._own_bytes
        reached, files, left = self._reached(), self._files(), self._survivors(settle_s)
        found = {
            f"reached {reached}": bool(reached),
            f"left {len(files)} files: {files[:3]}": bool(files),
            "changed a file": any(_text(path) != text for path, text in self._kept.items()),
            f"left {left} processes": bool(left),
            f"started {growth.processes} processes": growth.processes > _MANY,
            f"used {growth.memory_bytes >> 20} MiB": growth.memory_bytes > 2 * MEMORY_BYTES,
            f"used {growth.shared_bytes >> 20} MiB of shared memory": growth.shared_bytes > 2 * MEMORY_BYTES,
            f"cost the harness {own >> 20} MiB": own > 2 * MEMORY_BYTES,
            "changed the bystander": _state(self._victim.pid) != self._before,
            "left shared memory": bool(self._segments()),
            "left descriptors": len(os.listdir("/proc/self/fd")) > self._descriptors + 3,
            f"took {took_s:.1f} s": took_s > allowed_s,
        }
        return [what for what, happened in found.items() if happened]

    def _reached(self) -> list[str]:
        found = []
        for name, server in (("tcp", self._tcp), ("abstract", self._abstract), ("path", self._path)):
            server.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                server.accept()[0].close()
                found.append(name)
        self._udp.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            self._udp.recv(1)
            found.append("udp")
        return found

    def _left(self) -> Iterator[Path]:
        for folder in _places():
            yield from folder.glob(f"*{self._mark}*")

    def _files(self) -> list[Path]:
        allowed = {*self._kept, self._folder / "socket"}
        return [path for path in (*self._folder.rglob("*"), *self._left()) if path not in allowed]

    def _survivors(self, settle_s: float) -> int:
        deadline = time.monotonic() + settle_s
        while (left := len(self._strays())) > 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        return left

    def _strays(self) -> list[int]:
        """Processes that are new and more than there were: a server started anew is no stray."""
        now = {process.pid for process in processes.below(os.getpid())}
        return sorted(now - self._baseline)[: max(0, len(now) - len(self._baseline))]

    def _segments(self) -> set[int]:
        """System V segments with one of the keys that the attack was told."""
        lines = [line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
        return {int(segment) for key, segment, *_ in lines if int(key) in range(self._keys, self._keys + 256)}

    def _clean(self) -> None:
        for pid in self._strays():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for segment in self._segments():
            ctypes.CDLL(None).shmctl(segment, 0, None)
        for path in self._left():
            path.unlink()


def _places() -> set[Path]:
    """Folders of the host in which a program may leave something."""
    return {Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"), Path.home(), Path.cwd(), _ROOT, _ROOT / "bench"}


def _state(pid: int) -> tuple[object, ...]:
    process = processes.look(pid)
    if process is None:
        return ("dead",)
    stopped = process.state if process.state in "tTZX" else "alive"
    limits = Path(f"/proc/{pid}/limits").read_text()
    return (stopped, process.nice, sorted(os.sched_getaffinity(pid)), limits)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
