"""Sources that can be reached without a network: wheels in a folder, and a web server on loopback."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench.weights.catalog import CatalogEntry, WeightsSource


def make_entry(content: bytes, *sources: WeightsSource) -> CatalogEntry:
    """An entry that accepts exactly `content`."""
    digest = hashlib.sha256(content).hexdigest()
    return CatalogEntry(name="tiny", file="tiny.gguf", licence="MIT", size=len(content), sha256=digest, sources=sources)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all pip can see, by pip's own options."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def write_wheel(folder: Path, name: str, member: str, content: bytes) -> None:
    """A minimal wheel, version 1.0, with one data file."""
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(member, content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


class Site:
    """A file behind HTTP, with the faults a test asks for."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.url = ""
        self.ranges: list[str | None] = []
        """The Range header of each request, in order."""
        self.honour_range = True
        self.drop_after: int | None = None
        """Bytes after which the next answer breaks off, once."""
        self.answer: Callable[[], None] = lambda: None
        """Called before each answer."""


@pytest.fixture
def site() -> Iterator[Site]:
    state = Site(bytes(range(256)) * 4000)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.ranges.append(self.headers["Range"])
            state.answer()
            asked = self.headers["Range"] if state.honour_range else None
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            if asked and start >= len(state.content):
                self.send_response(416)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if asked else 200)
            if asked:
                self.send_header("Content-Range", f"bytes {start}-{len(state.content) - 1}/{len(state.content)}")
            self.send_header("Content-Length", str(len(state.content) - start))
            self.end_headers()
            end, state.drop_after = state.drop_after, None
            with contextlib.suppress(ConnectionError):  # The client may hang up.
                self.wfile.write(state.content[start : None if end is None else start + end])

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/tiny.gguf"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()
