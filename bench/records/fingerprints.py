"""fingerprints.json of a run folder: what endpoints answered to a few fixed prompts, and whether that changed since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import clean
from bench.errors import UsageError
from bench.records.files import write_text
from bench.records.runjson import JsonRecord, require_time

FINGERPRINTS = "fingerprints.json"
"""The file."""
MOST_FILE = 16 << 20
"""Bytes of it that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSample(JsonRecord):
    """One answer to one of the prompts."""

    prompt: int
    """Which, from 0."""
    text: str
    """What came, thoughts included, as a JSON text: in one line, and equal only to itself."""
    tops: Mapping[str, float] | None = None
    """The likeliest first tokens, as JSON texts, with their log-probabilities (natural); None where none are given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFingerprint(JsonRecord):
    """What an endpoint answered at one time, and how that compares with what it answered before."""

    label: str
    """The model's label."""
    endpoint: str
    """sha256 of what makes it this endpoint: address or weights, and the model's name there."""
    request: str
    """sha256 of all that was sent: only equal requests compare."""
    at: str
    """When it was complete; UTC, ISO 8601."""
    served: tuple[str, ...] = ()
    """The model ids in its replies."""
    samples: tuple[RecordedSample, ...]
    """The answers."""
    against: str | None = None
    """`at` of the earlier fingerprint that it was compared with; None for the first."""
    distance: float | None = None
    """How far it lies from that, in nats by log-probabilities, else as a share of answers that differ."""
    p: float | None = None
    """How often chance alone gives such a distance."""
    changed: bool = False
    """Whether the endpoint is taken to have changed since `against`."""

    def __post_init__(self) -> None:
        """ValueError for a time that is none."""
        require_time(self.at, "fingerprints.at")
        require_time(self.against, "fingerprints.against")

    @property
    def by_tops(self) -> bool:
        """Whether every answer has log-probabilities."""
        return bool(self.samples) and all(sample.tops for sample in self.samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFingerprints(JsonRecord):
    """The file's content."""

    fingerprints: tuple[RecordedFingerprint, ...] = ()
    """Oldest first."""


def read_fingerprints(folder: Path) -> tuple[RecordedFingerprint, ...]:
    """A run folder's fingerprints; empty where it has none. UsageError if the file cannot be read."""
    path = folder / FINGERPRINTS
    try:
        raw = json.loads(clean.read_text(path, below=folder, most=MOST_FILE))
        return RecordedFingerprints.from_json(raw).fingerprints
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}). Remove it, then check for drift anew.") from error
    except (ValueError, RecursionError) as error:
        why = clean.line(str(error))
        raise UsageError(f"{path}: is damaged ({why}). Remove it, then check for drift anew.") from error


def write_fingerprints(folder: Path, fingerprints: Sequence[RecordedFingerprint]) -> None:
    """Writes a run folder's fingerprints, of each series only those that later ones are compared with and the last."""
    kept = RecordedFingerprints(fingerprints=tuple(_telling(fingerprints)))
    write_text(folder, FINGERPRINTS, json.dumps(kept.to_json(), ensure_ascii=False) + "\n")


def _telling(fingerprints: Sequence[RecordedFingerprint]) -> Iterable[RecordedFingerprint]:
    last = {(each.endpoint, each.request): each.at for each in fingerprints}
    for each in fingerprints:
        if each.against is None or each.changed or last[each.endpoint, each.request] == each.at:
            yield each


ANY = ""
"""In `changed_at`: every endpoint, of what a damaged file may have said."""


def changed_at(folders: Iterable[Path]) -> tuple[dict[str, str], list[str]]:
    """When each endpoint was last found changed, by its sha256; and what is wrong with files that cannot be read.

    Such a file is set aside. It may have said that any endpoint changed, before it was written last.
    """
    times: dict[str, str] = {}
    damaged: list[str] = []
    for folder in folders:
        try:
            changes = [(each.endpoint, each.at) for each in read_fingerprints(folder) if each.changed]
        except UsageError as error:
            damaged.append(f"{error} Until then no answer from before its last change is used again.")
            changes = [(ANY, _written_at(folder / FINGERPRINTS))]
        for endpoint, at in changes:
            times[endpoint] = max(at, times.get(endpoint, ""))
    return times, damaged


def _written_at(path: Path) -> str:
    """When a file was last written, or now where nobody knows; UTC, ISO 8601."""
    try:
        written = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        written = datetime.now(UTC)
    return written.isoformat(timespec="milliseconds")
