"""The comparison: one row per model and suite, every number with its n and, where one exists, its interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.claims import Ruling, declared_claims, judge_claims, known_bets
from bench.records import (
    FINAL,
    FINISHED,
    SELDOM,
    Outcome,
    RunRecord,
    details_with,
    has_answer,
    is_graded,
    read_load,
    read_run,
    under,
)
from bench.records.note import Note
from bench.report.numbers.bridge import Bridge, bridges
from bench.report.numbers.costless import Costless, why_costless
from bench.report.numbers.languages import LanguageGap, gaps
from bench.report.numbers.latency import Probe, probes
from bench.report.numbers.lengths import read_answers, with_answers
from bench.report.numbers.likeness import Likeness, likenesses
from bench.report.numbers.load import LoadCurve, load_curves
from bench.report.numbers.oddities import oddities
from bench.report.numbers.pairwise import Difference, Place, differences, left_out, places
from bench.report.numbers.peritem import PerItem, placed
from bench.report.numbers.routes import route_notes
from bench.report.numbers.sampling import sampling_notes
from bench.stats import Interval, mean_interval, pass_at_k, proportion_interval, quantile_interval

if TYPE_CHECKING:
    import pandas as pd

USED = (
    "suite", "task", "item", "model", "repeat", "cluster", "score", "outcome", "graded", "reused", "latency_s",
    "ttfat_s", "tpot_s", "timing_ok",
    "in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h", "out_total", "cost_usd",
    "cost_retries_usd", "stop_cause", "grade_detail",
)  # fmt: skip
"""Columns of the items table that a row is made of."""
CLEAN_SHARE = 0.95
"""Latency is stated without a warning only if this share of the timed calls was clean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRow:
    """One model on one suite. Intervals are 95 %; None is unknown."""

    model: str
    """The model's label."""
    suite: str
    """The suite."""
    n: int
    """Answers that count in cost, times and tokens: scored, or of items that nothing grades."""
    planned: int
    """Items (x repeats) planned."""
    repeats: int
    """Samples of each item that were planned."""
    score: Interval | None
    """Mean score in [0, 1] of what is graded; an item's repeats are averaged first, so that the interval rests on
    items. None where nothing is."""
    pass_at_k: Interval | None
    """Share of items solved by at least one of `repeats` samples, over items with all of them; None for one sample."""
    ttfat_p50_s: Interval | None
    """Median time to first answer token, seconds."""
    ttfat_p95_s: Interval | None
    """95th percentile of the same."""
    e2e_p50_s: Interval | None
    """Median end-to-end latency, seconds."""
    e2e_p95_s: Interval | None
    """95th percentile of the same."""
    output_tok_s: Interval | None
    """Median of output tokens per second after the first token (1 / TPOT)."""
    tokens_in: Interval | None
    """Mean prompt tokens per item."""
    tokens_out: Interval | None
    """Mean generated tokens per item."""
    cost_per_1000_usd: Interval | None
    """Mean cost of 1,000 items, USD; retries included."""
    truncated: int | None
    """Answers cut at the token cap or deadline; they score 0. None where an imported source does not say how answers
    ended; so are the next three."""
    repeating: int | None
    """Of those, answers that repeat themselves endlessly."""
    refused: int | None
    """Refusals; they score 0."""
    unparsable: int | None
    """Answers from which nothing could be extracted, the empty ones among them; they score 0."""
    missing: int
    """Without a score though the item was asked, of this model or of another: infrastructure or not asked."""
    overridden: int
    """Truncated or refused answers that lm-eval's own scorer would have given points."""
    timed: int
    """Calls in the latency statistics: reused answers never are."""
    clean: int
    """Of those, calls whose clock our own process kept clean (`timing_ok`)."""
    ungraded: int = field(default=0, metadata={SELDOM: True})
    """Of the n answers, those of items that nothing grades: their quality is not measured."""
    reused: int = field(default=0, metadata={SELDOM: True})
    """Of the n answers, those taken from earlier runs."""
    ends: dict[str, int] = field(default_factory=dict, metadata={SELDOM: True})
    """Why episodes ended that their model or agent did not end itself -> how many, those without a score included."""

    @property
    def items(self) -> int:
        """Items with an answer that counts, however often each was asked."""
        return self.tokens_out.n if self.ungraded and self.tokens_out else self.score.n if self.score else 0

    @property
    def unasked(self) -> int:
        """Planned, but so far asked of no model: they only make n smaller."""
        return self.planned - self.n - self.missing

    @property
    def latency_is_clean(self) -> bool:
        """Whether enough calls were clean for a statement on latency."""
        return self.timed > 0 and self.clean >= CLEAN_SHARE * self.timed


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """All rows of a run, with its record."""

    rows: tuple[SuiteRow, ...]
    """Suites in order, models in order within each."""
    record: RunRecord
    """The run's run.json."""
    bridges: tuple[Bridge, ...] = ()
    """From list price to what was paid, for each pair of models with prices."""
    unbridged: tuple[str, ...] = ()
    """Why such a pair has no bridge, as sentences."""
    oddities: tuple[str, ...] = ()
    """What is odd about answers that count, as sentences."""
    sampling: tuple[Note, ...] = ()
    """What became of the sampling that was asked for."""
    routes: tuple[Note, ...] = ()
    """How answers were read, and where that may set two models apart."""
    latency: tuple[Probe, ...] = ()
    """The latency probe of each model, where one was made."""
    load: tuple[LoadCurve, ...] = ()
    """Latency and throughput of each model under load, where it was measured."""
    differences: tuple[Difference, ...] = ()
    """Every model against every other, suite by suite."""
    uncompared: str | None = None
    """That there are too many pairs of models to compare each, as a sentence."""
    places: tuple[Place, ...] = ()
    """Where models with known score and cost stand beside the frontier, suite by suite."""
    languages: tuple[LanguageGap, ...] = ()
    """What another language costs each model, where suites ask the same instances."""
    costless: Mapping[str, tuple[Costless, ...]] = field(default_factory=dict)
    """Why costs of remote models are unknown, by label."""
    likenesses: tuple[Likeness, ...] = ()
    """How alike models write where nothing grades their answers."""
    ruling: Ruling = field(default_factory=Ruling)
    """The run's claims, judged."""


def compare(folder: Path) -> RunComparison:
    """Summarises a run folder. UsageError if it is not a run folder."""
    record, items = read_run(folder)
    load = read_load(folder)
    return RunComparison(
        **_of_answers(folder, items, record),
        record=record,
        sampling=sampling_notes(items, record),
        latency=probes(folder),
        load=load_curves(load, list(record.models)),
        differences=differences(items, record),
        uncompared=left_out(items, record),
        places=places(items, record),
        languages=gaps(items, record),
        costless={} if record.imported else why_costless(items, record),
        likenesses=likenesses(folder, items, record),
        ruling=judge_claims(
            items, record, list(declared_claims(record).values()), bets=known_bets(folder, record), load=load
        ),
    )


def _of_answers(folder: Path, items: pd.DataFrame, record: RunRecord) -> dict[str, Any]:
    """What is told of the answers themselves; nobody holds their table when models are compared."""
    answered = with_answers(items, read_answers(folder))
    steps, unbridged = bridges(answered, record)
    return {
        "rows": tuple(_rows(answered, record)),
        "bridges": steps,
        "unbridged": unbridged,
        "routes": route_notes(answered, record),
        "oddities": oddities(answered, record),
    }


def suite_rows(folder: Path) -> tuple[SuiteRow, ...]:
    """The rows alone, without claims and pairs. UsageError if it is not a run folder."""
    record, items = read_run(folder)
    return tuple(_rows(with_answers(items, read_answers(folder)), record))


def _rows(answered: pd.DataFrame, record: RunRecord) -> Iterator[SuiteRow]:
    """Suites in order, models in order within each."""
    table = placed(answered[[name for name in USED if name in answered]])
    repeats = record.settings.repeats
    for suite, about in record.suites.items():
        part = under(table, table["suite"] == suite)
        by_model = part.groupby("model", sort=False).indices
        nothing = _row(part[:0], "", suite, about.items_planned, repeats)
        for model in record.models:
            if model in by_model:
                yield _row(part.iloc[by_model[model]], model, suite, about.items_planned, repeats)
            else:
                yield replace(nothing, model=model)


def _row(table: pd.DataFrame, model: str, suite: str, items: int, repeats: int) -> SuiteRow:
    scored = under(table, has_answer(table))
    graded = under(scored, is_graded(scored))
    timed = under(scored, _timed(scored))
    first, each = timed_once(scored), PerItem(scored)
    outcomes = table["outcome"].value_counts()
    details = details_with(table["grade_detail"], "repeats_itself", "lm_eval_score")
    return SuiteRow(
        model=model,
        suite=suite,
        n=len(scored),
        planned=items * repeats,
        repeats=repeats,
        score=(each if len(graded) == len(scored) else PerItem(graded)).interval(graded["score"], proportion_interval),
        pass_at_k=_pass_at_k(graded, repeats) if repeats > 1 else None,
        ttfat_p50_s=_quantile(first["ttfat_s"], 0.5),
        ttfat_p95_s=_quantile(first["ttfat_s"], 0.95),
        e2e_p50_s=_quantile(first["latency_s"], 0.5),
        e2e_p95_s=_quantile(first["latency_s"], 0.95),
        output_tok_s=_quantile(1 / first["tpot_s"][first["tpot_s"] > 0], 0.5),
        tokens_in=each.interval(_tokens_in(scored), mean_interval),
        tokens_out=each.interval(scored["out_total"], mean_interval),
        cost_per_1000_usd=each.thousand_cost(),
        truncated=_count(outcomes, Outcome.TRUNCATED),
        repeating=None if Outcome.UNSTATED in outcomes else sum(bool(d.get("repeats_itself")) for d in details),
        refused=_count(outcomes, Outcome.REFUSED),
        unparsable=_count(outcomes, Outcome.UNPARSABLE, Outcome.EMPTY),
        missing=len(table) - len(scored),
        overridden=sum(d.get("lm_eval_score", 0) > 0 for d in details),
        timed=len(timed),
        clean=int(timed["timing_ok"].fillna(False).sum()),
        ungraded=len(scored) - len(graded),
        reused=int(scored["reused"].astype(bool).sum()),
        ends=_ends(table),
    )


def _ends(table: pd.DataFrame) -> dict[str, int]:
    """Why episodes ended otherwise than by themselves, the most frequent cause first."""
    if "stop_cause" not in table:  # a run recorded before episodes were
        return {}
    causes = table["stop_cause"].dropna()
    counts = causes[~causes.isin((FINAL, FINISHED))].value_counts()
    return {str(cause): int(count) for cause, count in counts.items()}


def _timed(scored: pd.DataFrame) -> pd.Series[bool]:
    return ~scored["reused"].astype(bool) & scored["latency_s"].notna()


def timed_once(scored: pd.DataFrame) -> pd.DataFrame:
    """A model's timed answers, the first of each item: an item's repeats are not independent values."""
    timed = under(scored, _timed(scored))
    if timed["repeat"].nunique() < 2:
        return timed
    return timed.sort_values("repeat").drop_duplicates(["task", "item"])


def _count(outcomes: pd.Series[int], *names: Outcome) -> int | None:
    return None if Outcome.UNSTATED in outcomes else sum(int(outcomes.get(name, 0)) for name in names)


def _quantile(values: pd.Series[float], share: float) -> Interval | None:
    known = values.dropna()
    return quantile_interval(known.to_numpy(dtype=float), share) if len(known) else None


def _pass_at_k(table: pd.DataFrame, k: int) -> Interval | None:
    """Over items of which all k samples have a score."""
    items = table.groupby(["task", "item"]).agg(
        n=("score", "size"), passed=("score", lambda scores: int((scores == 1).sum())), cluster=("cluster", "first")
    )
    items = items[items["n"] >= k]
    if items.empty:
        return None
    chances = [pass_at_k(int(n), int(passed), k) for n, passed in zip(items["n"], items["passed"], strict=True)]
    return proportion_interval(chances, items["cluster"].astype(str).tolist())


def _tokens_in(table: pd.DataFrame) -> pd.Series[Any]:
    parts = table[["in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h"]]
    total: pd.Series[Any] = parts.sum(axis=1, min_count=1)
    return total


def as_records(comparison: RunComparison) -> list[dict[str, Any]]:
    """The rows as plain JSON, intervals as {estimate, low, high, n}; without `ungraded`,
    `reused` and `ends` where they are zero or empty."""
    rows = [asdict(row) for row in comparison.rows]
    seldom = {each.name for each in fields(SuiteRow) if each.metadata.get(SELDOM)}
    return [{key: value for key, value in row.items() if key not in seldom or value} for row in rows]
