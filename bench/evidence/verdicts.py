"""The verdicts as verdicts.csv has them: what the page, its figures and its check are made of."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import clean
from bench.claims import percent, points
from bench.errors import UsageError
from bench.evidence.rule import BEST_CLAUDE, OPUS, PREVIOUS, SONNET

NAME = "verdicts.csv"
LIVEBENCH, HARBOR = "livebench-2026-06", "harbor-index-2026-08"
ARC, INDEX = "arc-agi-2026-06", "artificial-analysis-2026-07"
SWE_2025, SWE_2026 = "swe-bench-2025-12", "swe-bench-2026-02"
NEEDED = (LIVEBENCH, HARBOR, ARC, INDEX, SWE_2025, SWE_2026)
"""Data sets that the page's sentences speak of."""
CHINESE_VENDORS = ("deepseek", "qwen", "moonshotai", "z-ai", "minimax")
"""Vendors whose leading model the page shows."""
REPLACED = (BEST_CLAUDE, OPUS, PREVIOUS, SONNET)
"""The Claudes that the page speaks of, the dearest first."""
_TITLES = {
    "deepseek": "DeepSeek",
    "claude": "Claude",
    "gpt": "GPT",
    "glm": "GLM",
    "minimax": "MiniMax",
    "kimi": "Kimi",
    "grok": "Grok",
    "gemini": "Gemini",
    "exp": "Exp",
}
_TAIL = re.compile(r"(?:-thinking(?:-auto|-\d+k)?)?(?:-(x?high|max|medium|low))(?:-effort)?$")


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One verdict of verdicts.csv."""

    cells: Mapping[str, str]
    """The row's cells by column; unknown is empty."""

    def text(self, column: str) -> str:
        """A cell as it is."""
        return self.cells[column]

    def number(self, column: str) -> float | None:
        """A cell's number; None if unknown."""
        return float(self.cells[column]) if self.cells[column] else None

    @property
    def candidate(self) -> str:
        """The candidate's name for a reader."""
        return title(self.cells["candidate"])

    @property
    def baseline(self) -> str:
        """The baseline's name for a reader."""
        return title(self.cells["baseline"])

    @property
    def gap(self) -> str:
        """The score difference in points, e.g. "+0.7"."""
        return points(float(self.cells["difference"]))

    @property
    def range(self) -> str:
        """The 90 % interval, e.g. "-1.6 to +3.0"; empty if there is none."""
        low, high = self.number("difference_low_90"), self.number("difference_high_90")
        return "" if low is None or high is None else f"{points(low)} to {points(high)}"

    @property
    def share(self) -> str:
        """The candidate's bill as a share of the baseline's, e.g. "4.6 %"; empty if unknown."""
        ratio = self.number("cost_ratio")
        return "" if ratio is None else percent(ratio) if ratio < 2 else f"x{ratio:.2g}"


def title(name: str) -> str:
    """A model's name for readers: an id's words capitalised, its effort in brackets, its version with a point."""
    if " " in name or not re.fullmatch(r"[a-z0-9.-]+", name):
        return name
    tail = None if name.startswith("qwen") else _TAIL.search(name)  # "max" is a model of Qwen's, an effort elsewhere
    plain = re.sub(r"-20\d{6}", "", name[: tail.start()] if tail else name)
    plain = re.sub(r"(?<=-)(\d)-(\d)(?=-|$)", r"\1.\2", plain)
    words = [
        _TITLES.get(word, word if word[:1].isdigit() else word[:1].upper() + word[1:]) for word in plain.split("-")
    ]
    return " ".join(words) + (f" ({tail[1]})" if tail else "")


def read(folder: Path) -> list[VerdictRow]:
    """The verdicts of a folder. UsageError if there are none, or a row has no cell for a column."""
    path = folder / NAME
    try:
        rows = list(csv.DictReader(io.StringIO(clean.read_text(path), newline="")))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}). `make evidence` writes it.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: is damaged ({error}). `make evidence` writes it.") from error
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise UsageError(f"{path}:{number}: has not a cell for each column. `make evidence` writes it.")
    return [VerdictRow({key: clean.line(cell) for key, cell in row.items()}) for row in rows]


def digest(rows: Iterable[VerdictRow]) -> str:
    """SHA-256 of all cells, as hex: it stands on the page, so that no cell changes unseen."""
    return hashlib.sha256(json.dumps([dict(row.cells) for row in rows], ensure_ascii=False).encode()).hexdigest()


def for_markdown(rows: Iterable[VerdictRow]) -> list[VerdictRow]:
    """The rows with names of models that are text in Markdown, whatever they hold."""
    named = ("candidate", "baseline", "kind", "candidate_date")
    return [
        VerdictRow({**row.cells, **{key: clean.markdown(row.cells[key], block=False) for key in named}}) for row in rows
    ]


def of(rows: Iterable[VerdictRow], **wanted: str) -> list[VerdictRow]:
    """The rows whose cells are these, e.g. `set="tau2"`."""
    return [row for row in rows if all(row.cells[column] == value for column, value in wanted.items())]


def leaders(rows: Sequence[VerdictRow], vendors: Sequence[str]) -> list[str]:
    """The highest-scoring candidate of each of some vendors on the newest table as a whole, the best first."""
    whole = of(rows, set=LIVEBENCH, suite="livebench")
    best: dict[str, tuple[float, str]] = {}
    for row in whole:
        score = row.number("candidate_score") or 0.0
        vendor = row.text("candidate_vendor")
        if vendor in vendors and score > best.get(vendor, (0.0, ""))[0]:
            best[vendor] = score, row.text("candidate")
    return [name for _, name in sorted(best.values(), reverse=True)]
