"""What an agent left of an item's repository: the answer of its episode, bounded, as the journal keeps it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from bench import clean
from bench.records.kinds import require_kinds

FILE_BYTES = 256 * 2**10
"""The largest file that is kept."""
KEPT_BYTES = 2 * 2**20
"""All kept files together."""
MOST_NAMES = 500
"""Files that are kept, and names of others: more of each are left out."""


def counts(path: str, allowed: Iterable[str]) -> bool:
    """Whether a file of a result counts, by patterns in which `*` stands for any text, `/` included."""
    return any(fnmatchcase(path, pattern) for pattern in allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkResult:
    """What an agent changed, and why its episode ended: the answer of its item's row."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    """Files that it made or changed, by relative path."""
    removed: tuple[str, ...] = ()
    """Files that it took away."""
    left_out: tuple[str, ...] = ()
    """Files that it made or changed and that were too large, or too many, to be kept."""
    stop: str = "finished"
    """Why it ended, see `Episode.stop_cause`."""

    @classmethod
    def of(
        cls,
        changed: Iterable[str],
        removed: Iterable[str],
        read: Callable[[str], bytes | None],
        *,
        allowed: Iterable[str],
        stop: str,
    ) -> WorkResult:
        """What is kept of changes; `read` gives a file's bytes, None where it cannot be had. Files that count first."""
        allowed = tuple(allowed)
        kept, left_out, room = dict[str, bytes](), list[str](), KEPT_BYTES
        for path in sorted(changed, key=lambda each: (not counts(each, allowed), each)):
            data = read(path) if len(kept) < MOST_NAMES else None
            if data is None or len(data) > min(FILE_BYTES, room):
                left_out.append(path)
            else:
                kept[path], room = data, room - len(data)
        gone = tuple(sorted(removed)[:MOST_NAMES])
        return cls(files=kept, removed=gone, left_out=tuple(left_out[:MOST_NAMES]), stop=stop)

    def workspace(self, files: Mapping[str, str]) -> dict[str, bytes]:
        """The whole repository as the agent left it, from the files that it got."""
        mine = {path: text.encode() for path, text in files.items() if path not in self.removed}
        return {**mine, **self.files}

    def to_json(self) -> str:
        """One line of JSON, of ASCII letters alone: whatever the bytes are."""
        files = {path: _text(data) for path, data in sorted(self.files.items())}
        raw = {"files": files, "removed": self.removed, "left_out": self.left_out, "stop": self.stop}
        return json.dumps(raw, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> WorkResult:
        """The result back from `to_json`. ValueError if the text is none."""
        try:
            raw = json.loads(text)
            require_kinds(_Written, raw)
            files = {path: _data(kept, path) for path, kept in raw["files"].items()}
        except (ValueError, RecursionError) as error:
            raise ValueError(f"not what an agent left ({error})") from error
        return cls(files=files, removed=tuple(raw["removed"]), left_out=tuple(raw["left_out"]), stop=raw["stop"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A result as `to_json` writes it."""

    files: Mapping[str, Any]
    removed: tuple[str, ...]
    left_out: tuple[str, ...]
    stop: str


def _text(data: bytes) -> str | dict[str, str]:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _data(kept: Any, path: str) -> bytes:
    if isinstance(kept, str):
        return kept.encode()
    if type(kept) is not dict or type(kept.get("base64")) is not str:
        raise ValueError(f"files.{clean.line(path)}: a text or its base64 is needed")
    return base64.b64decode(kept["base64"], validate=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRun:
    """What an agent's episode was besides its calls."""

    name: str
    """The agent's name."""
    version: str
    """Its version, as it said; empty where it said none."""
    part: int
    """The how-manieth start of this episode, from 0: a crashed one is begun anew."""
    exit_code: int
    """The agent's, as a shell gives it."""
    prompt_sha256: str | None
    """Of the system prompt and the tools of its first request; None where it made none."""
    most_bytes: int
    """The most memory that its processes had together, in bytes."""
    most_processes: int
    """The most processes and threads at once."""
    said: str
    """The end of what it printed; hostile text."""
