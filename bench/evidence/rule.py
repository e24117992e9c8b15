"""The rule that turns published totals into claims, before any verdict: who is compared with whom, at which margin.

It looks at vendors, dates, scores and bills of single rows, never at a difference's interval or p-value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bench.claims import cost_each
from bench.errors import UsageError
from bench.records import VENDORS, AggregateRow, Claim

CHEAPER_BY = 0.90
"""The saving that the mission's sentence claims."""
MARGINS = ((500, 0.03), (100, 0.05))
"""(Least items, margin in score points / 100), strictest first; below the last, no margin is set."""
YEAR = timedelta(days=365)
"""A control is listed at most this long before its candidate; the Claude of a year ago at least."""
QUARTER = timedelta(days=92)
"""A Claude that a candidate would replace in practice is listed at most this long after it."""
CHINESE = frozenset(vendor.id for vendor in VENDORS if vendor.country == "CN" and vendor.names)
"""Vendors whose models are candidates, as the importers write them."""
CLAUDE = "anthropic"
"""The vendor of Claude."""
US = frozenset(vendor.id for vendor in VENDORS if vendor.country == "US")
"""Vendors whose models can be the best US model, or a control."""
OPEN_WEIGHTS = re.compile(
    r"gpt-?oss|llama|gemma|nemotron|mistral|mixtral|devstral|codestral|magistral|ministral|\bphi-|olmo|granite", re.I
)
"""Names of models of other vendors whose weights are published: candidates too."""

BEST_CLAUDE, YEAR_AGO, ABOVE = "best-claude", "claude-a-year-ago", "cheapest-claude-above"
OPUS, PREVIOUS, SONNET, HAIKU = "opus", "previous-opus", "sonnet", "haiku"
BEST_US, CHEAP_US, CONTROL = "best-us", "cheap-us", "control"
REFERENCES = {
    BEST_CLAUDE: "the candidate against the highest-scoring Claude listed by its date",
    YEAR_AGO: "the candidate against the highest-scoring Claude listed at least a year before it",
    ABOVE: "the candidate against the cheapest Claude that scores higher, listed within a quarter of it",
    OPUS: "the candidate against the highest-scoring Opus of the newest version listed within a quarter of it",
    PREVIOUS: "the candidate against the highest-scoring Opus of the version before that",
    SONNET: "the candidate against the highest-scoring Sonnet listed within a quarter of it",
    HAIKU: "the candidate against the highest-scoring Haiku listed within a quarter of it",
    BEST_US: "the candidate against the highest-scoring US model of another vendor listed by its date",
    CHEAP_US: "the candidate against the cheap US model of its era",
    CONTROL: "that cheap US model, in the candidate's place, against the same Claude",
}
"""What a claim's reference means."""
CLAUDES = (BEST_CLAUDE, YEAR_AGO, ABOVE, OPUS, PREVIOUS, SONNET, HAIKU)
"""References that are a Claude to be replaced."""
ALL = "all kinds"
"""The kind of work of a data set's whole."""
_LINE = re.compile(r"fable|opus|sonnet|haiku", re.I)
_DATE = re.compile(r"20\d{6}|20\d\d-\d\d-\d\d")
_VERSION = re.compile(r"(?<![\d.])(\d{1,2})(?:[.-](\d{1,2}))?(?![\dk])", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledClaim:
    """One claim of the evidence: a row against another row of the same board."""

    id: str
    """Unique over all data sets."""
    set: str
    """The data set."""
    suite: str
    """The suite within it."""
    kind: str
    """The kind of work that the suite is, e.g. "agentic coding"; `ALL` for several."""
    comparable: str
    """The board: what both rows have in common, see `AggregateRow.comparable`."""
    reference: str
    """A key of `REFERENCES`."""
    candidate: str
    """The candidate's label."""
    candidate_date: str
    """The candidate's ISO date."""
    baseline: str
    """The baseline's label."""
    baseline_date: str
    """The baseline's ISO date."""
    items: int | None
    """Items of the smaller side; None if the source does not say."""
    cheaper_by: float
    """Least saving."""
    worse_by: float | None
    """Margin; None where the items are too few for any: then no quality is judged."""
    category: bool
    """Whether the suite is a category of a set that is also judged as a whole."""

    @property
    def claim(self) -> Claim:
        """As the judges know it."""
        margins = {"cheaper_by": self.cheaper_by, "worse_by": self.worse_by}
        known = {key: value for key, value in margins.items() if value is not None}
        return Claim(
            name=self.id, candidate=self.candidate, baseline=self.baseline, margins=known, suites=(self.suite,)
        )

    @property
    def family(self) -> tuple[str, str, bool]:
        """Claims of one family share an error budget (Holm): a set's whole apart from its categories."""
        return self.set, self.reference, self.category


@dataclass(frozen=True, slots=True)
class Board:
    """What the rule needs to know of a data set beside its rows."""

    name: str
    """The data set's name."""
    kinds: Mapping[str, str]
    """Suite -> kind of work; a suite that is not in it is a kind of its own name."""
    whole: str | None = None
    """The suite that the others are categories of; None if there is none."""


def margin(items: int | None) -> float | None:
    """The non-inferiority margin for a number of items; None where no margin can be judged."""
    return None if items is None else next((worse_by for least, worse_by in MARGINS if items >= least), None)


def claims_of(board: Board, rows: Sequence[AggregateRow]) -> list[RuledClaim]:
    """A data set's claims, by suite, candidate's date and label. UsageError if two rows of a board share a label."""
    boards: dict[tuple[str, str, str], list[AggregateRow]] = {}
    for row in rows:
        if row.score is not None and row.date is not None and (row.vendor in CHINESE | US or is_candidate(row)):
            boards.setdefault((row.suite, row.comparable, row.settings or ""), []).append(row)
    claims = [claim for _, each in sorted(boards.items()) for claim in _of_board(board, each)]
    return list({claim.id: claim for claim in claims}.values())  # candidates of one date share their control


def is_candidate(row: AggregateRow) -> bool:
    """Whether a row's model is of a Chinese vendor, or its weights are published by another one."""
    return row.vendor in CHINESE or (row.vendor != CLAUDE and bool(OPEN_WEIGHTS.search(row.model)))


def _of_board(board: Board, rows: Sequence[AggregateRow]) -> Iterator[RuledClaim]:
    labels = [row.model for row in rows]
    for label in labels:
        if labels.count(label) > 1:
            raise UsageError(f"{board.name}: '{label}' stands twice in {rows[0].comparable}; which one is meant?")
    for candidate in sorted(filter(is_candidate, rows), key=lambda row: (row.date, row.model)):
        for reference, ours, theirs in _pairs(candidate, rows):
            if ours and theirs and _tells(ours, theirs):
                yield _claim(board, reference, ours, theirs)


def _tells(ours: AggregateRow, theirs: AggregateRow) -> bool:
    """Whether anything can be said of two rows: the items of both, or the bills of both."""
    rows = (ours, theirs)
    return all(row.n for row in rows) or all(cost_each(row) is not None or row.cost_total_usd for row in rows)


def _pairs(
    candidate: AggregateRow, rows: Sequence[AggregateRow]
) -> Iterator[tuple[str, AggregateRow | None, AggregateRow | None]]:
    listed = [row for row in rows if _day(row) <= _day(candidate)]
    claudes = [row for row in rows if row.vendor == CLAUDE]
    claude = best([row for row in listed if row.vendor == CLAUDE])
    near = [row for row in claudes if _day(row) - _day(candidate) <= QUARTER]
    opus = sorted({version(row.model) for row in _of_line(near, OPUS)}, reverse=True)
    cheap = control(listed, candidate, claude)
    yield BEST_CLAUDE, candidate, claude
    yield YEAR_AGO, candidate, best([row for row in claudes if _day(candidate) - _day(row) >= YEAR])
    yield ABOVE, candidate, cheapest([row for row in near if _score(row) > _score(candidate)])
    for reference, at in ((OPUS, 0), (PREVIOUS, 1)):
        yield reference, candidate, best([r for r in _of_line(near, OPUS) if opus[at : at + 1] == [version(r.model)]])
    for line in (SONNET, HAIKU):
        yield line, candidate, best(_of_line(near, line))
    yield BEST_US, candidate, best([row for row in listed if row.vendor in US - {CLAUDE, candidate.vendor}])
    yield CHEAP_US, candidate, None if cheap is candidate else cheap
    yield CONTROL, cheap, claude


def _of_line(rows: Sequence[AggregateRow], line: str) -> list[AggregateRow]:
    """Those whose names name the line first: a Fable that may fall back to an Opus is no Opus."""
    return [row for row in rows if (match := _LINE.search(row.model)) and match[0].lower() == line]


def version(name: str) -> tuple[int, int]:
    """The version that a model's name states, e.g. (4, 8) of "claude-opus-4-8-max"; (0, 0) if none."""
    match = _VERSION.search(_DATE.sub("", name))
    return (0, 0) if match is None else (int(match[1]), int(match[2] or 0))


def best(rows: Sequence[AggregateRow]) -> AggregateRow | None:
    """The highest score; of equal ones the lower known bill, then the earlier date, then the label."""
    return min(rows, key=lambda row: (-_score(row), _bill(row), _day(row), row.model), default=None)


def cheapest(rows: Sequence[AggregateRow]) -> AggregateRow | None:
    """The lowest known bill; of equal ones the higher score, then the label. None where no bill is known."""
    known = [row for row in rows if _bill(row) < float("inf")]
    return min(known, key=lambda row: (_bill(row), -_score(row), row.model), default=None)


def control(
    listed: Sequence[AggregateRow], candidate: AggregateRow, claude: AggregateRow | None
) -> AggregateRow | None:
    """The best US model listed in the candidate's era that meets the claimed saving by its published bill.

    None if there is none, or the Claude's bill is unknown.
    """
    bill = float("inf") if claude is None else _bill(claude)
    if bill == float("inf"):
        return None
    era = [row for row in listed if row.vendor in US and _day(candidate) - _day(row) <= YEAR]
    return best([row for row in era if _bill(row) <= (1 - CHEAPER_BY + 1e-12) * bill])


def _bill(row: AggregateRow) -> float:
    """Dollars an item, or of everything where the items are unknown; infinity if unknown."""
    each = cost_each(row) if row.n else row.cost_total_usd
    return float("inf") if not each else float(each)


def _claim(board: Board, reference: str, ours: AggregateRow, theirs: AggregateRow) -> RuledClaim:
    items = None if ours.n is None or theirs.n is None else min(ours.n, theirs.n)
    return RuledClaim(
        id=f"{board.name}/{ours.suite}/{reference}/{ours.model} vs {theirs.model}",
        set=board.name,
        suite=ours.suite,
        kind=board.kinds.get(ours.suite, ours.suite),
        comparable=ours.comparable,
        reference=reference,
        candidate=ours.model,
        candidate_date=str(ours.date),
        baseline=theirs.model,
        baseline_date=str(theirs.date),
        items=items,
        cheaper_by=CHEAPER_BY,
        worse_by=margin(items),
        category=board.whole is not None and ours.suite != board.whole,
    )


def _day(row: AggregateRow) -> date:
    assert row.date is not None
    return date.fromisoformat(row.date)


def _score(row: AggregateRow) -> float:
    assert row.score is not None
    return row.score
