"""What every part of a claim has: its test, its words and its place in tables, pages and charts."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from bench.claims.pairs import Pairs
from bench.claims.parts.result import PartResult
from bench.claims.scope import Scope
from bench.language import tr, tr_later
from bench.records import AggregateRow, Claim
from bench.stats import Caveat, Floats, Interval, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """How a part's estimate is drawn in the plane of a claim."""

    up: bool
    """Whether it runs upwards, for differences; ratios run across, on a log scale, with the smaller to the right."""
    column: str
    """Its name in the chart's CSV file, e.g. "cost_ratio"."""
    label: str
    """Its title."""
    end: str
    """What its better end is, e.g. "Right is cheaper"."""
    times: str = ""
    """Of a ratio: what 2 is twice of, e.g. "the cost"."""


class Part(ABC):
    """One part of a claim. Its estimate is a difference or a ratio, candidate to baseline."""

    key: ClassVar[str]
    """Its name in claims.json and in the tables of claims."""
    noun: ClassVar[str]
    """What it speaks of in a sentence, e.g. "score"."""
    verb: ClassVar[str] = tr_later("is at")
    """What the candidate does, before an estimate, e.g. "costs"."""
    figure: ClassVar[str]
    """What it speaks of on the first screen of a page, e.g. "time"."""
    rank: ClassVar[int]
    """Its place where a claim is put into words, from 0."""
    margin: ClassVar[str]
    """The key of MARGINS that claims it."""
    unit: ClassVar[str] = "items"
    """What its n counts."""
    columns: ClassVar[tuple[str, ...]] = ()
    """Columns of the items table that it needs beside scores, costs and times; see `Side.means`."""
    priced: ClassVar[bool] = False
    """Whether it depends on a price list."""
    fixed: ClassVar[bool] = False
    """Whether missing answers never count in it, however they would have ended."""
    local_why: ClassVar[str | None] = None
    """Why it is reported and not judged where a model of this machine takes part; None if it is judged."""
    local_remark: ClassVar[str] = ""
    """The same as a sentence, where the claim speaks of something else, too."""
    batch_why: ClassVar[str | None] = None
    """Why it is not judged where a model was asked by batch; None if it is judged."""
    batch_remark: ClassVar[str] = ""
    """The same as a sentence."""
    of_totals: ClassVar[bool] = False
    """Whether published totals give it a p-value, and not only an estimate."""
    totals_why: ClassVar[str] = ""
    """What keeps published totals from proving it although they agree, as the end of a sentence."""
    totals_refusal: ClassVar[str | None] = tr_later("published totals do not give this: it cannot be judged.")
    """Why a claim that speaks of it cannot be judged on published totals at all; None if it can."""
    axis: ClassVar[Axis | None] = None
    """How it is drawn in the plane of a claim; None if it is not."""

    def limit(self, claim: Claim) -> float:
        """The claimed margin; KeyError if the claim does not speak of this part."""
        return claim.margins[self.margin]

    @abstractmethod
    def bound(self, margin: float) -> float:
        """The estimate at which a margin is just kept."""

    @abstractmethod
    def test(self, scope: Scope) -> PartResult:
        """Judges it on pairs, with what missing answers and unknown costs leave of them."""

    def test_if_lost(self, scope: Scope, fills: tuple[float, float]) -> PartResult | None:
        """Judges it as if each sample without a score had scored that on its side; None where that changes nothing."""
        del scope, fills
        return None

    def test_totals(self, claim: Claim, ours: AggregateRow, theirs: AggregateRow) -> PartResult:
        """Judges it on published totals of candidate and baseline, where there is no `totals_refusal`."""
        del claim, ours, theirs
        raise NotImplementedError

    def kept(self, claim: Claim, result: PartResult) -> bool | None:
        """Whether the estimate, taken as it is, keeps the margin; None if it is unknown."""
        return None if math.isnan(result.estimate) else self._keeps(result.estimate, self.bound(self.limit(claim)))

    def _keeps(self, estimate: float, bound: float) -> bool:
        return estimate <= bound + 1e-12

    def missed(self, claim: Claim, interval: Interval) -> bool:
        """Whether the whole interval lies beyond the margin."""
        return interval.low is not None and interval.low > self.bound(self.limit(claim))

    def values(self, pairs: Pairs) -> tuple[Floats, Floats] | None:
        """Each item's value of candidate and baseline, for the plane's joint region; None where there is none."""
        del pairs
        return None

    def proves_little(self, scope: Scope) -> str | None:
        """Why no candidate would miss the margin on these items, as a clause; None where one could."""
        del scope
        return None

    def warnings(self, pairs: Pairs) -> Iterator[str]:
        """What a reader must know beside a verdict on it."""
        del pairs
        yield from ()

    @abstractmethod
    def in_words(self, caveat: Caveat) -> str:
        """A reason of statistics in words."""

    @abstractmethod
    def condition(self, margin: float) -> str:
        """What is claimed, as the end of a sentence, e.g. "costs at least 90 % less"."""

    @abstractmethod
    def between(self, low: float, high: float) -> str:
        """An interval in a sentence, e.g. "92.6 % to 95.0 % less"."""

    @abstractmethod
    def cell(self, estimate: float) -> str:
        """An estimate, or the end of an interval, in a table."""

    @abstractmethod
    def distance(self, detectable: float) -> str:
        """The smallest detectable distance in a table."""

    def published(self, claim: Claim, result: PartResult) -> str:
        """What totals say, as a sentence without its suite."""
        raise NotImplementedError

    @abstractmethod
    def said(self, estimate: float) -> str:
        """An estimate as the page's first screen says it, e.g. "49.7 % less"."""

    def said_between(self, interval: Interval) -> str:
        """An interval as the page's first screen says it; its bounds are known."""
        assert interval.low is not None
        assert interval.high is not None
        return self.between(interval.low, interval.high)

    def assuming(self, claim: Claim, result: PartResult) -> str:
        """What the interval takes for granted, as the end of a sentence; empty where it takes nothing so."""
        del claim, result
        return ""

    @abstractmethod
    def wanted(self, margin: float) -> str:
        """What is claimed, as the page's first screen says it, e.g. "at least 30 % less"."""

    def drawn(self, margin: float) -> str:
        """What is claimed, as the plane says it, e.g. "at least 90 % cheaper"."""
        raise NotImplementedError


class RatioPart(Part):
    """A part whose estimate is a ratio, candidate / baseline, that must not be larger than its bound."""

    unlimited: ClassVar[str]
    """That nothing limits what an answer can come to, as a clause."""

    @abstractmethod
    def amount(self, value: float) -> str:
        """What an answer came to, with its unit, e.g. "0.02 USD"."""

    @abstractmethod
    def limited(self, most: float) -> str:
        """What an answer can come to, as a clause."""

    def assuming(self, claim: Claim, result: PartResult) -> str:
        """For example ", if no answer of qwen comes to more than 0.02 USD"."""
        sides = zip((claim.candidate, claim.baseline), result.assumed, strict=True)
        said = [
            tr("no answer of {label} comes to more than {most}", label=label, most=self.amount(most))
            for label, most in sides
            if most is not None
        ]
        return tr(", if {conditions}", conditions=tr(" and ").join(said)) if said else ""

    def cell(self, estimate: float) -> str:
        """As a factor."""
        return f"x{estimate:.3g}"

    def distance(self, detectable: float) -> str:
        """As a factor, from the logarithm."""
        return f"x{math.exp(detectable):.2f}"

    def in_words(self, caveat: Caveat) -> str:
        """Few clusters, or what a tail that nothing limits does."""
        worth = worth_in_words(caveat)
        if caveat.reason is Reason.TAIL_FEW_ITEMS:
            it_takes = tr("it takes at least {least:g}", least=caveat.least)
            return tr(
                "{unlimited}, and {n} items{worth} are too few for that: {it_takes}",
                unlimited=tr(self.unlimited),
                n=caveat.n,
                worth=worth,
                it_takes=it_takes,
            )
        if caveat.reason in (Reason.TAIL_ASSUMED, Reason.TAIL_UNCLEAR):
            assert caveat.most is not None
            can = self.limited(caveat.most)
            if caveat.reason is Reason.TAIL_ASSUMED:
                can = tr("{unlimited}; say that {can}", unlimited=tr(self.unlimited), can=can)
            many = tr("{n} items{worth} are too few to rule out that enough of them would", n=caveat.n, worth=worth)
            return tr("{can}, and {many}: {cure}", can=can, many=many, cure=self.cure(caveat))
        return clusters_in_words(caveat)

    def cure(self, caveat: Caveat) -> str:
        """The limit at which the same values would show it, or how many items would."""
        cures = (
            [] if caveat.cure is None else [tr("with a limit of {cure} these would do", cure=self.amount(caveat.cure))]
        )
        cures += (
            []
            if caveat.enough is None
            else [tr("about {enough} items like them would", enough=_rounded(caveat.enough))]
        )
        return tr(", or ").join(cures) or tr("no likely number of items would do")


def _rounded(count: int) -> int:
    """Up, to two digits."""
    unit = int(10 ** max(0, len(str(count)) - 2))
    return -(-count // unit) * unit


def worth_in_words(caveat: Caveat) -> str:
    """How many independent items they are worth, and what that assumes, in brackets; empty for independent ones."""
    if caveat.worth is None:
        return ""
    return tr(" (worth {worth:.0f} independent ones, assuming families as alike as these)", worth=caveat.worth)


def clusters_in_words(caveat: Caveat) -> str:
    """That clusters are too few. ValueError for another reason: a part's own `in_words` must know it."""
    if caveat.reason is not Reason.FEW_CLUSTERS:
        raise ValueError(f"no words for {caveat.reason}")
    where = "" if caveat.stratum is None else f"{caveat.stratum}: "
    many = tr("{n} clusters (worth {worth:.1f} of equal size) are", n=caveat.n, worth=caveat.worth)
    return tr(
        "{where}{clusters} too few: it takes {least:g}",
        where=where,
        clusters=tr("1 cluster is") if caveat.n == 1 else many,
        least=caveat.least,
    )
