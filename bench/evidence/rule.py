"""The rule that turns published totals into claims, before any verdict: who is compared with whom, at which margin.

It looks at vendors, dates, scores and bills of single rows, never at a difference's interval or p-value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bench.claims import cost_each
from bench.errors import UsageError
from bench.records import VENDORS, AggregateRow, Claim

CHEAPER_BY = 0.90
"""The saving that the mission's sentence claims."""
MARGINS = ((500, 0.03), (100, 0.05))
"""(Least items, margin in score points / 100), strictest first; below the last, no margin is set."""
ERA = timedelta(days=365)
"""A control is listed at most this long before its candidate."""
CHINESE = frozenset(vendor.id for vendor in VENDORS if vendor.country == "CN" and vendor.names)
"""Vendors whose models are candidates, as the importers write them."""
CLAUDE = "anthropic"
"""The vendor of Claude."""
US = frozenset(vendor.id for vendor in VENDORS if vendor.country == "US")
"""Vendors whose models can be the best US model, or a control."""

BEST_CLAUDE, BEST_US, CHEAP_US, CONTROL = "best-claude", "best-us", "cheap-us", "control"
REFERENCES = {
    BEST_CLAUDE: "the candidate against the highest-scoring Claude listed by its date",
    BEST_US: "the candidate against the highest-scoring US model of another vendor listed by its date",
    CHEAP_US: "the candidate against the cheap US model of its era",
    CONTROL: "that cheap US model, in the candidate's place, against the same Claude",
}
"""What a claim's reference means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledClaim:
    """One claim of the evidence: a row against another row of the same board."""

    id: str
    """Unique over all data sets."""
    set: str
    """The data set."""
    suite: str
    """The suite within it."""
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
    """Items of the smaller side; None if the source does not tell."""
    cheaper_by: float
    """Least saving."""
    worse_by: float | None
    """Margin; None where the items are too few for any: then no quality is judged."""

    @property
    def claim(self) -> Claim:
        """As the judges know it."""
        margins = {"cheaper_by": self.cheaper_by, "worse_by": self.worse_by}
        known = {key: value for key, value in margins.items() if value is not None}
        return Claim(
            name=self.id, candidate=self.candidate, baseline=self.baseline, margins=known, suites=(self.suite,)
        )

    @property
    def family(self) -> tuple[str, str]:
        """Claims of one family share an error budget (Holm)."""
        return self.set, self.reference


def margin(items: int | None) -> float | None:
    """The non-inferiority margin for a number of items; None where no margin can be judged."""
    return None if items is None else next((worse_by for least, worse_by in MARGINS if items >= least), None)


def claims_of(name: str, rows: Sequence[AggregateRow]) -> list[RuledClaim]:
    """A data set's claims, by board, candidate's date and label. UsageError if two rows of a board share a label."""
    boards: dict[tuple[str, str, str], list[AggregateRow]] = {}
    for row in rows:
        if row.score is not None and row.date is not None and row.vendor in CHINESE | US:
            boards.setdefault((row.suite, row.comparable, row.settings or ""), []).append(row)
    claims = [claim for _, board in sorted(boards.items()) for claim in _of_board(name, board)]
    return list({claim.id: claim for claim in claims}.values())  # candidates of one date share their control


def _of_board(name: str, board: Sequence[AggregateRow]) -> Iterator[RuledClaim]:
    labels = [row.model for row in board]
    for label in labels:
        if labels.count(label) > 1:
            raise UsageError(f"{name}: '{label}' stands twice in {board[0].comparable}; which one is meant?")
    for candidate in sorted((row for row in board if row.vendor in CHINESE), key=lambda row: (row.date, row.model)):
        listed = [row for row in board if _day(row) <= _day(candidate)]
        claude = best([row for row in listed if row.vendor == CLAUDE])
        best_us = best([row for row in listed if row.vendor in US - {CLAUDE}])
        cheap = control(listed, candidate, claude)
        for reference, ours, theirs in (
            (BEST_CLAUDE, candidate, claude),
            (BEST_US, candidate, best_us),
            (CHEAP_US, candidate, cheap),
            (CONTROL, cheap, claude),
        ):
            if ours and theirs:
                yield _claim(name, reference, ours, theirs)


def best(rows: Sequence[AggregateRow]) -> AggregateRow | None:
    """The highest score; of equal ones the lower known bill, then the earlier date, then the label."""

    def place(row: AggregateRow) -> tuple[float, float, date, str]:
        each = cost_each(row)
        return -_score(row), float("inf") if each is None else each, _day(row), row.model

    return min(rows, key=place, default=None)


def control(
    listed: Sequence[AggregateRow], candidate: AggregateRow, claude: AggregateRow | None
) -> AggregateRow | None:
    """The best US model listed in the candidate's era that meets the claimed saving by its published bill.

    None if there is none, or the Claude's bill is unknown.
    """
    bill = None if claude is None else cost_each(claude)
    if bill is None:
        return None
    era = [row for row in listed if row.vendor in US and _day(candidate) - _day(row) <= ERA]
    return best(
        [row for row in era if (each := cost_each(row)) is not None and each <= (1 - CHEAPER_BY + 1e-12) * bill]
    )


def _claim(name: str, reference: str, ours: AggregateRow, theirs: AggregateRow) -> RuledClaim:
    items = None if ours.n is None or theirs.n is None else min(ours.n, theirs.n)
    return RuledClaim(
        id=f"{name}/{ours.suite}/{reference}/{ours.model} vs {theirs.model}",
        set=name,
        suite=ours.suite,
        comparable=ours.comparable,
        reference=reference,
        candidate=ours.model,
        candidate_date=str(ours.date),
        baseline=theirs.model,
        baseline_date=str(theirs.date),
        items=items,
        cheaper_by=CHEAPER_BY,
        worse_by=margin(items),
    )


def _day(row: AggregateRow) -> date:
    assert row.date is not None
    return date.fromisoformat(row.date)


def _score(row: AggregateRow) -> float:
    assert row.score is not None
    return row.score
