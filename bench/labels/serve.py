"""The page of one rater served on this machine alone: each label is saved as it is given, by one writer."""

from __future__ import annotations

import json
import secrets
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.errors import BenchError, UsageError
from bench.labels.draw import PREFERENCE, LabelSample, SampleEntry
from bench.labels.page import page_of, shown, word_of
from bench.labels.sheet import WORDS, label_of, place_of
from bench.records import LabelRow, lock_folder, read_labels, read_rows, write_labels

HOST = "127.0.0.1"
MOST_BYTES = 4096
"""Of a label that the page sends."""
IDLE_S = 30.0
"""Seconds after which a silent connection is closed: browsers open some that they never use."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """One rater's page and labels."""

    folder: Path
    """The run folder."""
    sample: LabelSample
    """What is labelled."""
    entries: Sequence[SampleEntry]
    """The rater's part of it."""
    rater: str
    """The rater's pseudonym."""
    known: dict[tuple[object, ...], LabelRow] = field(default_factory=dict)
    """All labels of the run."""
    clusters: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Each item's cluster."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while a label is saved."""

    def page(self) -> bytes:
        """The page with what was labelled before."""
        given = {}
        for entry in self.entries:
            row = self.known.get(place_of(self._label(entry.id, WORDS[self.sample.measure == PREFERENCE][0])))
            if row is not None:
                word = word_of(self.sample.measure, row.value, entry)
                given[entry.id] = {"value": word, "seconds": row.seconds, "at": row.labelled_at}
        return page_of(self.folder, self.sample, self.entries, self.rater, given=given).encode()

    def _label(self, entry: str, word: str, **rest: str) -> LabelRow:
        row = {"id": entry, "value": word, **rest}
        _, made = label_of(row, {each.id: each for each in self.entries}, self.sample, self.rater)
        return replace(made, cluster=self.clusters[made.task, made.item])

    def save(self, text: bytes) -> None:
        """Takes a label as the page sends it, and writes labels.parquet. ValueError if it is none."""
        try:
            raw = json.loads(text)
            given = {name: str(raw[name]) for name in ("id", "value", "seconds", "labelled_at")}
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ValueError("no label") from error
        made = self._label(given.pop("id"), given.pop("value"), **given)
        with self.lock:
            self.known[place_of(made)] = made
            write_labels(self.folder, [*self.known.values()])

    @property
    def done(self) -> int:
        """Labels of this rater's part."""
        word = WORDS[self.sample.measure == PREFERENCE][0]
        return sum(place_of(self._label(entry.id, word)) in self.known for entry in self.entries)


class LabelServer(ThreadingHTTPServer):
    """Serves one desk under an address that nobody can guess, to this machine alone."""

    daemon_threads = True

    def __init__(self, desk: Desk, port: int = 0) -> None:
        """`port` 0 takes a free one. OSError if it is taken."""
        super().__init__((HOST, port), _Handler)
        self.desk = desk
        self.token = secrets.token_urlsafe(24)
        self.hosts = {f"{name}:{self.server_port}" for name in (HOST, "localhost")}

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is nobody's business; anything else is a fault of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: LabelServer
    timeout = IDLE_S
    server_version = "claimbench"
    sys_version = ""

    def do_GET(self) -> None:
        """The page."""
        if self._allowed(""):
            self._reply(200, self.server.desk.page(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        """A label."""
        if not self._allowed("label"):
            return
        if self.headers.get("Origin") not in {f"http://{host}" for host in self.server.hosts}:
            self._reply(403, b"another page's label")
            return
        size = self.headers.get("Content-Length", "")
        if not size.isdigit() or int(size) > MOST_BYTES:
            self._reply(413, b"too long for a label")
            return
        try:
            self.server.desk.save(self.rfile.read(int(size)))
        except ValueError as error:
            self._reply(400, str(error).encode(errors="replace"))
        except BenchError as error:
            self._reply(500, str(error).encode(errors="replace"))
        else:
            self._reply(204)

    def _allowed(self, name: str) -> bool:
        """Whether the address is ours, and was asked for by our name: another one may be a trick with name servers."""
        if self.headers.get("Host") not in self.server.hosts:
            self._reply(403, b"another host's name")
            return False
        if not secrets.compare_digest(self.path.encode(), f"/{self.server.token}/{name}".encode()):
            self._reply(404, b"nothing is here")
            return False
        return True

    def _reply(self, status: int, content: bytes = b"", kind: str = "text/plain; charset=utf-8") -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(content))),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Frame-Options", "DENY"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged: the address holds a secret."""


@contextmanager
def serving(
    folder: Path, sample: LabelSample, entries: Sequence[SampleEntry], rater: str, port: int = 0
) -> Iterator[LabelServer]:
    """A rater's page, served while the context is open; nobody else writes into the run folder meanwhile.

    UsageError if an answer is another than when it was drawn, the port is taken, or another command works there.
    """
    shown(folder, entries)
    with lock_folder(folder):
        desk = Desk(
            folder=folder,
            sample=sample,
            entries=entries,
            rater=rater,
            known={place_of(row): row for row in read_labels(folder)},
            clusters={(row.task, row.item): row.cluster for row in read_rows(folder)[0]},
        )
        try:
            server = LabelServer(desk, port)
        except OSError as error:
            raise UsageError(f"--port {port}: cannot be taken ({error.strerror}). Leave it out.") from error
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
