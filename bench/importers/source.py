"""What every importer gets and gives: the files, where they come from, the user's choices, and rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from bench import clean
from bench.errors import UsageError, suggest
from bench.importers.ledger import Ledger
from bench.records import AggregateRow, AnswerRow, ItemRow, Outcome, RecordedOrigin


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a file comes from. None is unknown."""

    source: str | None = None
    """Who published it, e.g. "Aider-AI/aider"."""
    commit: str | None = None
    """Its commit or version there."""
    retrieved: str | None = None
    """ISO date on which it was fetched."""
    licence: str | None = None
    """Its licence, as found."""


ImportedModel = RecordedOrigin
"""A model of imported items, as the source describes it; run.json keeps it so."""


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """One item's result, with where it stands in its file."""

    where: str
    """E.g. "results.csv row 17"."""
    item: ItemRow
    """The row of the items table."""
    answer: AnswerRow
    """The row of the answers table."""


Record = AggregateRow | ItemEntry


class Origin(TypedDict):
    """The opening fields of an AggregateRow, which are the same for all rows of an import."""

    source: str
    """Who published it, or the first file's name."""
    source_commit: str | None
    """The source's commit or version; None if unknown."""
    retrieved: str | None
    """ISO date on which the file was fetched; None if unknown."""
    licence: str | None
    """The source's licence; None if unknown."""


@dataclass(slots=True, kw_only=True)
class Request:
    """One import. An importer reads `paths`, gives `ledger` what it leaves out, and fills `models` and `suites`."""

    paths: Sequence[Path]
    """The files or folders."""
    provenance: Provenance
    """Where they come from."""
    run: str
    """The id of the run folder to be."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """The user's choices: field -> column, or what the format offers."""
    decimal: str = "."
    """The decimal point of text files."""
    ledger: Ledger = field(default_factory=Ledger)
    """What is left out or unknown."""
    models: dict[str, ImportedModel] = field(default_factory=dict)
    """Label -> model, of imported items; filled before the first of its items is given."""
    available: dict[str, int] = field(default_factory=dict)
    """Suite -> its items, where the source says that it has more than were asked."""

    @property
    def source(self) -> str:
        """Who published it, or the first file's name."""
        return self.provenance.source or self.paths[0].name

    @property
    def origin(self) -> Origin:
        """Where its totals come from, as the fields of an AggregateRow."""
        made = self.provenance
        return Origin(source=self.source, source_commit=made.commit, retrieved=made.retrieved, licence=made.licence)

    def only(self, *offered: str) -> None:
        """UsageError if the user chose anything that the format does not offer."""
        for name in self.mapping:
            if name not in offered:
                raise UsageError(f"--map {name}: this format has no such choice.{suggest(name, offered)}")


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that can be imported."""

    read: Callable[[Request], Iterator[Record]]
    """Reads the files; UsageError where nothing of them can be understood."""
    usual: Provenance = Provenance()
    """Where files of this format come from, unless the user says otherwise."""


def _said(value: object) -> str | None:
    """A text of the source, which may hold something else in its place: then that, as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def entry(
    request: Request, where: str, *, suite: str, task: str, item: str, model: str, score: float | None, order: int,
    version: str = "", cluster: str | None = None, family: str | None = None, language: str = "", question: str = "",
    level: int | None = None, repeat: int = 0, cost_usd: float | None = None,
    latency_s: float | None = None, tokens_in: int | None = None, tokens_cached: int | None = None,
    tokens_out: int | None = None, sampling: str | None = None, prompt: str = "", answer: str | None = None,
    extracted: str | None = None, expected: str | None = None, detail: str | None = None,
) -> ItemEntry:  # fmt: skip
    """An imported item: what the source does not say is None, and its outcome is `unstated` where it has a score.

    `question` is a hash of what was asked, as far as the source says. `family` is the kind of task, a stratum: the
    task itself by default. `cluster` is what items of one kind share, such as a passage: the item itself by default.
    A cost is the whole cost of the item: nothing is known of retries apart from it. `tokens_cached` are those of
    `tokens_in` that came from a cache; None where the source does not tell them apart.
    """
    outcome = Outcome.INFRASTRUCTURE if score is None else Outcome.UNSTATED
    known = request.models[model]
    suite, task, item, model, version, language = map(clean.line, (suite, task, item, model, version, language))
    tokens_in, tokens_out, cached = map(clean.count, (tokens_in, tokens_out, tokens_cached))
    if tokens_in is not None and cached is not None:
        tokens_in, cached = max(0, tokens_in - cached), min(tokens_in, cached)
    cluster, family = (name and clean.line(name) for name in (cluster, family))
    row = ItemRow(
        run=request.run, suite=suite, task=task, task_version=version, item=item, family=family or task,
        level=level, language=language, cluster=cluster or f"{task}/{item}", prompt_sha256=question, model=model,
        served_model=None, provider=known.provider or "", repeat=repeat, order=order, score=score,
        partial=None, outcome=str(outcome), in_uncached=tokens_in, in_cache_read=cached, in_cache_write_5m=None,
        in_cache_write_1h=None, out_total=tokens_out, out_reasoning=None, cost_usd=cost_usd,
        cost_retries_usd=None if cost_usd is None else 0.0, cost_cap_usd=None,
        price_id=None if cost_usd is None else "imported", ttft_s=None, ttfat_s=None, latency_s=latency_s, wall_s=None,
        tpot_s=None, queue_s=None, attempts=None, timing_ok=None, reused=False, sampling_requested=sampling,
        sampling_applied=None, sandbox=None, started_at=None,
    )  # fmt: skip
    text = AnswerRow(
        run=request.run, task=task, item=item, model=model, repeat=repeat, prompt=_said(prompt) or "",
        answer=_said(answer), reasoning=None, extracted=_said(extracted), grade_detail=detail, finish_reason=None,
        error=None, expected=_said(expected),
    )  # fmt: skip
    return ItemEntry(where, row, text)


def warn_of_settings(request: Request, drawn: Mapping[str, Mapping[str, str | None]]) -> None:
    """Warns where models were asked one task with unlike settings; `drawn` has these by task, then by label."""
    for task, ways in drawn.items():
        if len(set(ways.values())) > 1:
            settings_by_label = "; ".join(f"{label} {way}" for label, way in ways.items())
            request.ledger.warn(f"{task}: the models were asked with unlike generation settings: {settings_by_label}")
