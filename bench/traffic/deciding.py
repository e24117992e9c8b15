"""A verdict for each kind of work: a run's claims beside what the traffic of their samples costs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench import clean
from bench.claims import COST, Judgement, PartResult, Verdict, judge_run
from bench.errors import UsageError
from bench.records import BY_TRAFFIC, RecordedModel, read_record, read_rows
from bench.traffic.rows import SAMPLE
from bench.traffic.spending import table_of
from bench.traffic.unpriced import UnknownCost, unknown_costs, why_unknown
from bench.traffic.values import moment

if TYPE_CHECKING:
    import pandas as pd

MONTH_DAYS, LEAST_DAYS = 30.0, 7.0
"""Days of a month, and of a log from which a month is reckoned."""
_DATE = re.compile(r"[-@](?:\d{8}|\d{4}-\d{2}-\d{2})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """USD, with an interval that rests on the run's cost ratio alone."""

    usd: float
    """The estimate."""
    low: float | None
    """Of the ratio's two-sided 95 % interval; None where it has no end."""
    high: float | None
    """Of the same."""
    n: int
    """Pairs that the ratio rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceVerdict:
    """What a claim says of one kind of work, and what that work costs."""

    name: str
    """The sample's and the task's name, or the slice's."""
    only: Mapping[str, str]
    """The calls it speaks of: column -> value; all calls where it is empty."""
    check: str
    """What graded the answers, a word of CHECKS."""
    calls: int
    """Calls of this kind in the log."""
    call_share: float
    """Of all calls of the log."""
    usd: float | None
    """USD that its calls of the baseline's model cost in the log; None where none of these has a known cost."""
    usd_calls: int
    """Calls of the baseline's model whose cost is known."""
    usd_unknown: str | None = None
    """Why calls of the baseline's model have no dollars, or there are none; None where each has them."""
    others: int
    """Calls of this kind that went to other models, or whose cost is unknown: they are in no saving."""
    verdict: str | None
    """"supported", "refuted", "inconclusive", "screened"; None where the run has no claim about this kind of work
    alone."""
    why: str
    """A clause: what decides, or what is missing."""
    claim: str | None = None
    """The claim's name."""
    declared: bool = False
    """Whether it was recorded before its answers were asked."""
    candidate: str | None = None
    """The model that is claimed to be cheaper."""
    baseline: str | None = None
    """The model it is compared with."""
    needed: int | None = None
    """Items that would decide what scores, costs and times leave open; None where these leave nothing open, or no
    likely number would."""
    labels: int | None = None
    """People's labels that would decide it; None where labels leave nothing open, or no likely number would."""
    more_usd: float | None = None
    """USD that the items which are lacking for either would cost in the run's calls of both models; None where none
    are lacking, or their cost is unknown."""
    ratio: float | None = None
    """Cost of the candidate for each dollar of the baseline, on the run's items; None where no cost is claimed."""
    saving: Saving | None = None
    """USD of the log that a supported claim saves; None for any other verdict."""

    @property
    def use(self) -> str | None:
        """The model to use: the candidate only where the claim is supported; None where nothing was judged."""
        return self.candidate if self.verdict == Verdict.SUPPORTED else self.baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficVerdicts:
    """What a run says of the kinds of work of a log."""

    run: str
    """The run's id."""
    slices: tuple[SliceVerdict, ...]
    """A line each."""
    days: float | None
    """Days from the log's first call to its last; None where it has no times."""
    saving: Saving | None
    """Of all kinds of work together, each counted once, its ends the sums of theirs; None without any, or where kinds
    of work overlap."""
    overlap: bool
    """Whether a call belongs to several kinds of work."""
    unjudged: Mapping[str, str] = field(default_factory=dict)
    """Claims that this run cannot judge -> why."""

    @property
    def months(self) -> float | None:
        """Months of MONTH_DAYS that the log spans; None below LEAST_DAYS days."""
        return None if self.days is None or self.days < LEAST_DAYS else self.days / MONTH_DAYS


def decide(folder: Path, run: Path) -> TrafficVerdicts:
    """Judges the run's claims and puts each beside the traffic that its task was drawn from.

    UsageError if no sample of the folder was asked in the run, or the run asked other items under its name.
    """
    record, table = read_record(run), table_of(folder)
    samples = {name: sample for name, sample in _samples(folder) if name in record.suites}
    if not samples:
        raise UsageError(
            f"{run}: asks no sample of {folder}. Draw one with `bench traffic sample`, make a task of it, and run that."
        )
    _same_items(run, samples)
    ruling = judge_run(run)
    works = _works(table, samples, ruling.judgements)
    unknown = unknown_costs(folder)
    slices = tuple(line for work in works for line in _lines(work, table, record.models, unknown))
    overlap = any((one.mine & other.mine).any() for one, other in combinations(works, 2))
    times = table["time"].dropna()
    first, last = (moment(times.min()), moment(times.max())) if len(times) else (None, None)
    return TrafficVerdicts(
        run=record.run,
        slices=slices,
        days=None if first is None or last is None else (last - first).total_seconds() / 86_400,
        saving=None if overlap else _together(slices),
        overlap=overlap,
        unjudged=ruling.unjudged,
    )


def _samples(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The samples' records. UsageError for one that is damaged."""
    for path in sorted(folder.glob(f"*{SAMPLE}")):
        try:
            raw = json.loads(clean.read_text(path, below=folder))
            sample = {"only": dict(raw["only"]), "check": str(raw["check"]), "ids": set(map(str, raw["ids"]))}
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UsageError(f"{path}: is no record of a sample ({error}). Draw the sample again.") from error
        yield path.name.removesuffix(SAMPLE), sample


def _same_items(run: Path, samples: Mapping[str, Mapping[str, Any]]) -> None:
    for row in read_rows(run)[0]:
        if row.suite in samples and row.item not in samples[row.suite]["ids"]:
            raise UsageError(
                f"{run}: item {row.item} of {row.suite} is not in the sample of that name. Run the task made of it."
            )


def _part(table: pd.DataFrame, only: Mapping[str, str]) -> pd.Series[bool]:
    """The calls of some values."""
    import pandas as pd

    mine = pd.Series(True, index=table.index)
    for column, value in only.items():
        if column in table:
            mine &= table[column] == value
    return mine


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """A kind of work: its calls, and the claims about it alone."""

    name: str
    only: Mapping[str, str]
    check: str
    mine: pd.Series[bool]
    own: Sequence[Judgement]


def _works(
    table: pd.DataFrame, samples: Mapping[str, Mapping[str, Any]], ruled: Sequence[Judgement]
) -> Sequence[_Work]:
    """The kinds of work that claims speak of: a sample, a slice of some, or all of a claim's samples by their traffic;
    and samples that none speaks of."""
    found: dict[tuple[str, bool], list[Judgement]] = {}
    for each in ruled:
        suites, by_traffic = set(each.pairs.suites), each.claim.over == BY_TRAFFIC
        if suites <= set(samples) and (each.claim.slice or by_traffic or len(suites) == 1):
            name = min(suites) if len(suites) == 1 else each.claim.name
            key = (each.claim.slice.name, True) if each.claim.slice else (name, False)
            found.setdefault(key, []).append(each)
    spoken = {suite for own in found.values() for each in own for suite in each.pairs.suites}
    works = [_work(table, name, found[name, sliced], samples) for name, sliced in sorted(found)]
    for name, sample in samples.items():
        if name not in spoken:
            mine = _part(table, sample["only"])
            works.append(_Work(name=name, only=sample["only"], check=sample["check"], mine=mine, own=()))
    return works


def _work(table: pd.DataFrame, name: str, own: Sequence[Judgement], samples: Mapping[str, Mapping[str, Any]]) -> _Work:
    suites = sorted({suite for each in own for suite in each.pairs.suites})
    chosen = own[0].claim.slice
    sliced = {} if chosen is None else {key: value for key, value in chosen.only.items() if key != "task"}
    masks = [_part(table, {**samples[suite]["only"], **sliced}) for suite in suites]
    mine = masks[0]
    for mask in masks[1:]:
        mine = mine | mask
    checks = dict.fromkeys(samples[suite]["check"] for suite in suites)
    only = sliced if len(suites) > 1 else {**samples[suites[0]]["only"], **sliced}
    return _Work(name=name, only=only, check=", ".join(checks), mine=mine, own=own)


def _lines(
    work: _Work, table: pd.DataFrame, models: Mapping[str, RecordedModel], unknown: Sequence[UnknownCost]
) -> Iterator[SliceVerdict]:
    """A line for each claim about this kind of work alone; one without a verdict where there is none."""
    name, mine = work.name, work.mine
    about: dict[str, Any] = {
        "name": name,
        "only": work.only,
        "check": work.check,
        "calls": int(mine.sum()),
        "call_share": float(mine.mean()),
    }
    if not work.own:
        why = f'the run has no claim about it alone: add suites = ["{name}"] to one in bench.toml'
        yield SliceVerdict(**about, usd=None, usd_calls=0, others=int(mine.sum()), verdict=None, why=why)
    for each in work.own:
        wire = models[each.claim.baseline].wire_model or models[each.claim.baseline].model
        called = table["model"].map(lambda model, wire=wire: same_model(model, wire)).astype(bool)
        costs = table.loc[mine & called, "cost_usd"]
        billed = costs.dropna()
        usd = float(billed.sum()) if len(billed) else None
        cost = next((part for (_, key), part in each.test.parts.items() if key == COST.key), None)
        supported = each.verdict is Verdict.SUPPORTED
        yield SliceVerdict(
            **about,
            usd=usd,
            usd_calls=len(billed),
            usd_unknown=why_unknown(table.loc[mine, "model"], costs, wire, unknown),
            others=int(mine.sum()) - len(billed),
            verdict=str(each.verdict),
            why=_why(each),
            claim=each.claim.name,
            declared=each.declared,
            candidate=each.claim.candidate,
            baseline=each.claim.baseline,
            **_lacking(each),
            ratio=None if cost is None or isnan(cost.estimate) else cost.estimate,
            saving=_saving(usd, cost) if supported else None,
        )


def same_model(called: str, wire: str) -> bool:
    """Whether a log's name of a model is a run's: the route before a slash and a date at the end set aside."""
    one, other = (_DATE.sub("", name.lower().rpartition("/")[2]) for name in (called, wire))
    return one == other


def _why(judgement: Judgement) -> str:
    """With the margins that were judged, which a folder from others may have changed since they were declared."""
    claimed = judgement.claim.margins.items()
    margins = ", ".join(f"{name.replace(':', ' by ')} {value:g}" for name, value in claimed)
    margins += ", weighted by the log's calls" if judgement.claim.over == BY_TRAFFIC else ""
    return f"{_decides(judgement)} ({margins})" + ("" if judgement.declared else "; exploratory")


def _decides(judgement: Judgement) -> str:
    if judgement.verdict is Verdict.REFUTED and judgement.test.failing:
        return f"its {judgement.test.failing[1]} misses the claim"
    if judgement.verdict is Verdict.SUPPORTED:
        return "every part of the claim holds"
    problems = list(judgement.test.problems.values())
    return problems[0] if problems else "the items do not decide it"


def _lacking(judgement: Judgement) -> dict[str, Any]:
    """What an open verdict needs: items, labels and dollars."""
    if not judgement.verdict.is_open:
        return {}
    pairs, measure = judgement.pairs, judgement.claim.measure
    open_parts = [part for part in judgement.test.parts.values() if not judgement.supports(part)]
    items = [part.needed for part in open_parts if part.name != measure and part.needed]
    labels = [part.needed for part in open_parts if part.name == measure and part.needed]
    more = max([*items, *labels, 0]) - pairs.n
    each = pairs.candidate.cost + pairs.baseline.cost
    known = each[~np.isnan(each)]
    usd = more * float(known.mean()) if more > 0 and len(known) else None
    return {"needed": max(items, default=None), "labels": max(labels, default=None), "more_usd": usd}


def _saving(usd: float | None, cost: PartResult | None) -> Saving | None:
    if usd is None or cost is None or isnan(cost.estimate):
        return None
    low, high = cost.interval_95.low, cost.interval_95.high
    return Saving(
        usd=usd * (1 - cost.estimate),
        low=None if high is None else usd * (1 - high),
        high=None if low is None else usd * (1 - low),
        n=cost.n,
    )


def _together(slices: Sequence[SliceVerdict]) -> Saving | None:
    """The sum over kinds of work; of several supported claims about one, the one that saves most."""
    best: dict[str, Saving] = {}
    for each in slices:
        if each.saving and (each.name not in best or each.saving.usd > best[each.name].usd):
            best[each.name] = each.saving
    if not best:
        return None
    lows, highs = [each.low for each in best.values()], [each.high for each in best.values()]
    return Saving(
        usd=sum(each.usd for each in best.values()),
        low=None if None in lows else sum(low for low in lows if low is not None),
        high=None if None in highs else sum(high for high in highs if high is not None),
        n=sum(each.n for each in best.values()),
    )
