"""Zip files of JSON parts, read within bounds; also such as zstandard packed, which Python's zipfile cannot read."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError
from bench.importers.textfiles import loads

STORED, DEFLATED, ZSTANDARD = 0, 8, 93
"""Methods of the zip format that are read."""
MOST_PARTS = 1_000_000
"""Parts of one file."""
LONGEST_PART = 256 << 20
"""Bytes that a part may unpack to."""
ALL_PARTS = 256 << 20
"""Bytes that all parts may unpack to, or RATIO times the file's size, whichever is more."""
USUAL_PART, RATIO = 16 << 20, 100
"""A part may unpack to the first, or to so many times its packed size, whichever is more: JSON weighs 25 times as much
in memory."""


def is_archive(path: Path) -> bool:
    """Whether a file is a zip file. UsageError if it cannot be read."""
    try:
        with clean.open_file(path) as file:
            return zipfile.is_zipfile(file)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}).") from error


class BadPartError(UsageError):
    """One part cannot be read; the others may be."""


class Archive:
    """A zip file's parts by name, in the order of the file. UsageError if it cannot be read."""

    def __init__(self, path: Path) -> None:
        """Reads the directory alone."""
        self._path = path
        try:
            with clean.open_file(path) as opened, zipfile.ZipFile(opened) as file:
                infos = file.infolist()
                self._left = max(ALL_PARTS, RATIO * os.fstat(opened.fileno()).st_size)
        except (OSError, zipfile.BadZipFile) as error:
            raise UsageError(f"{path}: is not a whole zip file ({error}).") from error
        if len(infos) > MOST_PARTS:
            raise UsageError(f"{path}: has more than {MOST_PARTS} parts.")
        self._infos = {info.filename: info for info in infos}
        counts = Counter(info.filename for info in infos) if len(self._infos) < len(infos) else {}
        self.doubled = [name for name, count in counts.items() if count > 1]
        """Names that stand twice: the last part of a name is the one that is read."""

    def __iter__(self) -> Iterator[str]:
        """The names of its parts."""
        return iter(self._infos)

    def __contains__(self, name: str) -> bool:
        """Whether there is a part of this name."""
        return name in self._infos

    def json(self, name: str) -> Any:
        """What a part holds. BadPartError if it is none, damaged or too long; UsageError if all are too much."""
        info = self._infos[name]
        try:
            content = self._bytes(info)
        except BadPartError:
            self._spend(_most(info.compress_size))  # what it may have taken until it failed
            raise
        self._spend(len(content))
        try:
            return loads(content.decode("utf-8", "replace"))
        except RecursionError:
            raise BadPartError(f"{self._path}: {name} is nested too deeply.") from None
        except ValueError as error:
            raise BadPartError(f"{self._path}: {name} is not JSON ({error}).") from error

    def _spend(self, unpacked: int) -> None:
        self._left -= unpacked
        if self._left < 0:
            raise UsageError(f"{self._path}: its parts unpack to more than a log of its size would. Split it.")

    def _bytes(self, info: zipfile.ZipInfo) -> bytes:
        if info.file_size > LONGEST_PART:
            raise BadPartError(f"{self._path}: {info.filename} has more than {LONGEST_PART >> 20} MiB.")
        packed = self._packed(info)
        most = _most(len(packed))
        try:
            if info.compress_type == STORED:
                return packed
            if info.compress_type == DEFLATED:
                return _whole(zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most + 1), most)
            if info.compress_type == ZSTANDARD:
                return _unpacked(packed, most)
        except (OSError, zlib.error) as error:
            raise BadPartError(f"{self._path}: {info.filename} is damaged ({error}).") from error
        raise BadPartError(
            f"{self._path}: {info.filename} is packed by method {info.compress_type}, which is not read."
        )

    def _packed(self, info: zipfile.ZipInfo) -> bytes:
        """A part's bytes as they stand in the file, behind its local header (APPNOTE 4.3.7)."""
        with clean.open_file(self._path) as file:
            file.seek(info.header_offset)
            header = file.read(30)
            if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
                raise BadPartError(f"{self._path}: {info.filename} is not where the directory says.")
            name, extra = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
            file.seek(name + extra, 1)
            return file.read(min(info.compress_size, LONGEST_PART))


def _most(packed: int) -> int:
    """Bytes that a part of this packed size may unpack to."""
    return min(LONGEST_PART, max(USUAL_PART, RATIO * packed))


def _unpacked(packed: bytes, most: int) -> bytes:
    import pyarrow

    with pyarrow.CompressedInputStream(pyarrow.BufferReader(packed), "zstd") as stream:
        return _whole(bytes(stream.read(most + 1)), most)


def _whole(content: bytes, most: int) -> bytes:
    if len(content) > most:
        raise OSError(f"unpacks to more than {most >> 20} MiB")
    return content
