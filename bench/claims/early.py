"""A verdict reached before the run's end, in words: at which look, for how much, and what to know of its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bench.claims.judge import Judgement
from bench.claims.looks import Looks
from bench.language import tr, tr_later
from bench.records import RecordedLook, RunRecord
from bench.stats import Shape

OUTWARD = tr_later(
    "decided early: estimates at an early end lie further out than the truth on average; the "
    "intervals allow for every look"
)


BETS = tr_later("judged by bets (--anytime), which hold at any look and take more items than planned looks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What a decision cost, and what the whole run would have."""

    items: int
    """Items asked until then."""
    planned: int
    """Items planned."""
    spent_usd: Decimal | None
    """What the run had cost, in USD; None where a price is unknown."""
    fixed_usd: Decimal | None
    """What the whole run would cost about, in USD; None where a price is unknown."""
    last: bool = True
    """Whether no look was taken after it: of a claim that closes before others do, nothing is saved yet."""

    @property
    def saved_usd(self) -> Decimal | None:
        """What was saved about, in USD; None where a price is unknown, or the run went on for other claims."""
        if self.spent_usd is None or self.fixed_usd is None or not self.last:
            return None
        return self.fixed_usd - self.spent_usd


def bill(judgement: Judgement, record: RunRecord) -> Bill | None:
    """What the look cost at which a claim stands; None for a run without looks."""
    look = _look(judgement, record)
    if look is None or record.looks is None:
        return None
    spent, rest = look.spent_usd, look.rest_usd
    return Bill(
        items=look.items,
        planned=record.looks.total,
        spent_usd=spent,
        fixed_usd=None if spent is None or rest is None else spent + rest,
        last=look is record.looks.taken[-1],
    )


def _look(judgement: Judgement, record: RunRecord) -> RecordedLook | None:
    if judgement.stand is None or record.looks is None or len(record.looks.taken) < judgement.stand.look:
        return None
    return record.looks.taken[judgement.stand.look - 1]


def label(judgement: Judgement) -> str | None:
    """What every mention of the verdict must carry, e.g. "decided at look 3 of 5"; None without looks."""
    stand = judgement.stand
    if stand is None:
        return None
    if stand.settled:
        return tr("settled at look {look} of {of}", look=stand.look, of=stand.of)
    if stand.decided:
        return tr("decided at look {look} of {of}", look=stand.look, of=stand.of)
    return (
        tr("open after {look}", look=_looks(stand.look))
        if stand.look == stand.of
        else tr("interim: look {look} of {of}", look=stand.look, of=stand.of)
    )


def _looks(count: int) -> str:
    return tr("its only look") if count == 1 else tr("all {count} looks", count=count)


def line(judgement: Judgement, record: RunRecord) -> str | None:
    """One line, e.g. "decided at look 3 of 5: 18.20 of about 61.00 USD; saved about 42.80"; None without looks."""
    said, cost = label(judgement), bill(judgement, record)
    if said is None or cost is None:
        return None
    if record.looks and record.looks.taken and judgement.claim.name in record.looks.taken[-1].futile:
        said += tr(", given up as no verdict was in reach")
    items = tr("{items} of {planned} items", items=cost.items, planned=cost.planned)
    if cost.spent_usd is None or cost.fixed_usd is None:
        return tr("{said}: {items}; what they cost is not known", said=said, items=items)
    spent, fixed = _usd(cost.spent_usd), _usd(cost.fixed_usd)
    if cost.items == cost.planned:
        return f"{said}: {items}, {spent} USD"
    rest = ""
    if judgement.stand and judgement.stand.decided:
        saved = cost.saved_usd
        rest = (
            tr("; the run went on for other claims")
            if saved is None
            else tr("; saved about {saved}", saved=_usd(saved))
        )
    return tr(
        "{said}: {spent} of about {fixed} USD{rest} ({items})",
        said=said,
        spent=spent,
        fixed=fixed,
        rest=rest,
        items=items,
    )


def _usd(usd: Decimal) -> str:
    return f"{usd:,.2f}" if usd >= Decimal("0.1") or not usd else f"{float(usd):#.3g}"


def _earlier(looks: Looks) -> str:
    if looks.carried:
        return tr("; what earlier runs on other items held counts, as their own tables beside this run give it")
    if looks.unknown_bets:
        return tr("; what earlier runs are said to hold does not count: they are not beside this run, or say otherwise")
    return ""


def notes(judgement: Judgement) -> Iterator[str]:
    """What to know of a verdict reached on the way."""
    stand = judgement.stand
    if stand is None:
        return
    if stand.settled:
        yield tr(
            "settled: however the items left had been answered, the run would have ended {verdict}",
            verdict=judgement.verdict,
        )
    elif stand.early:
        yield tr(OUTWARD)
    looks = judgement.case.looks
    if looks is not None and looks.sizes.shape is Shape.ANYTIME:
        yield tr(BETS) + _earlier(looks)
    elif not stand.decided and stand.look < stand.of:
        yield tr(
            "interim: {look} of {of} looks were taken, and the intervals allow for all of them",
            look=stand.look,
            of=stand.of,
        )
    if stand.decided and stand.after:
        yield tr(
            "after the decision {after} more {after:item was|items were} asked of both; {after:it counts|they count} "
            "in no verdict",
            after=stand.after,
        )


def caution(judgement: Judgement) -> Iterator[str]:
    """The same for a reader who knows no statistics."""
    stand = judgement.stand
    if stand is not None and stand.early and not stand.settled:
        looks = judgement.case.looks
        bets = looks is not None and looks.sizes.shape is Shape.ANYTIME
        how = (
            tr("and its risk is the same however often that is") if bets else tr("and all planned looks share the risk")
        )
        yield (
            tr(
                "It was judged {look} on the way, as planned before the first answer, {how}. Ended "
                "early, a run tends to show a difference larger than it is.",
                look=_times(stand.look),
                how=how,
            )
        )


def _times(count: int) -> str:
    return tr("once") if count == 1 else tr("{count} times", count=count)
