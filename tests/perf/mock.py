"""The scripted endpoint of mock.c, compiled on first use and running on a core of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

SOURCE = Path(__file__).with_name("mock.c")


@dataclass(frozen=True, slots=True)
class Truth:
    """What the server did for one request, in seconds of CLOCK_MONOTONIC."""

    received: float
    """The request was read."""
    first: float
    """The first content was about to be written."""
    last: float
    """The same for the last content."""
    done: float
    """The same for the end of the stream."""

    @property
    def ttft_s(self) -> float:
        """True seconds to the first token."""
        return self.first - self.received

    @property
    def latency_s(self) -> float:
        """True seconds to the end of the stream."""
        return self.done - self.received


def build(folder: Path) -> Path:
    """The server's binary, compiled into a folder."""
    binary = folder / "mock"
    compiler = shutil.which("gcc")
    assert compiler, "no gcc"
    subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-o", binary, SOURCE], check=True)
    return binary


class Mock:
    """The running server; use as a context manager."""

    def __init__(self, binary: Path, core: int) -> None:
        self._process = subprocess.Popen(
            [binary, str(core)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )  # fmt: skip
        assert self._process.stdout
        self.root = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate(timeout=10)  # it ends with its standard input

    def _get(self, path: str) -> bytes:
        with self._opener.open(self.root + path, timeout=10) as reply:
            content: bytes = reply.read()
            return content

    def reset(self) -> None:
        """Empties the log."""
        self._get("/__reset")

    def log(self) -> dict[int, Truth]:
        """What it did, by the request's number, which is the first word of the answer."""
        return {number: Truth(*(at / 1e9 for at in times)) for number, *times in json.loads(self._get("/__log"))}
