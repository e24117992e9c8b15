"""What a run will cost: from answers of the same models if there are some, else only the bounds that prompts give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import prices
from bench.costs.billing import Billing, total
from bench.costs.spending import Spending
from bench.costs.turns import Episodes, by_episode, requests_of
from bench.errors import UsageError
from bench.plan import PlannedCall, balanced
from bench.prices import Price, PriceBook
from bench.providers import Endpoint
from bench.records import (
    Call,
    Item,
    ItemRow,
    RecordedModel,
    RunRecord,
    TokenUsage,
    read_record,
    read_rows,
    read_turns,
    run_folders,
)

if TYPE_CHECKING:
    from bench.stats import Interval

PILOT = 8
"""Items of a pilot: with fewer answers than these, a model has no history."""
RUNS = 20
"""Run folders that are read for history, the newest."""
SETTINGS = ("identity", "wire_model", "extra_body", "max_tokens", "effort", "thinking", "thinking_budget", "prompts")
"""What of a model's part of run.json makes its answers comparable in length."""
BYTES_PER_TOKEN = (6, 2)
"""UTF-8 bytes of a token, where nothing is known of the tokenizer: few tokens, many tokens."""

Groups = list[tuple[Sequence[float], int]]
"""Costs seen, and how many more are to come; one group for each suite of a model."""
Samples = Mapping[str, Mapping[str, Sequence[float]]]
"""By model and suite: USD that single answers cost at today's prices, retries included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEstimate:
    """What one model's calls will cost."""

    model: str
    """Its label."""
    calls: int
    """How many are to be made."""
    usd: Interval | None
    """From history: the 95 % interval of their sum; `n` answers. None without history."""
    prompts_usd: tuple[Decimal, Decimal] | None
    """The prompts alone, from their lengths; None without a price."""
    worst_usd: Decimal | None
    """Every prompt at its longest and every answer at its token cap, without retries; None without a price."""
    unknown: str | None
    """Why there is no price; None if there is one."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan's remote calls will cost."""

    models: tuple[ModelEstimate, ...]
    """Each remote model."""
    usd: Interval | None
    """The sum over all models; None where one of them has no history."""
    worst_usd: Decimal | None
    """The sum of the worst cases; None where a price is unknown."""


def estimate(calls: Sequence[PlannedCall], spending: Spending, samples: Samples) -> Estimate:
    """What these calls will cost; those of local weights are left out."""
    models, groups = [], []
    for label in spending.bills:
        mine = [call for call in calls if call.model == label]
        group = _groups(mine, samples.get(label, {})) if spending.priced(label) else None
        models.append(_model(label, mine, group, spending))
        groups.append(group)
    worsts = [model.worst_usd for model in models]
    known = [part for group in groups if group is not None for part in group]
    usd = _forecast(known, worsts) if groups and None not in groups else None
    return Estimate(tuple(models), usd, total(worsts))


def has_history(label: str, samples: Samples) -> bool:
    """Whether enough answers are known of a model."""
    return sum(map(len, samples.get(label, {}).values())) >= PILOT


def pilot(calls: Iterable[PlannedCall]) -> frozenset[int]:
    """The ranks of a pilot: items spread over the suites, and over families and levels within each."""
    suites: dict[str, dict[tuple[str, str], PlannedCall]] = {}
    for call in sorted(calls, key=lambda call: call.repeat):
        suites.setdefault(call.item.suite, {}).setdefault((call.item.task, call.item.item), call)
    share, rest = divmod(PILOT, max(1, len(suites)))
    ranks = set()
    for number, first in enumerate(suites.values()):
        chosen: list[Item] = balanced([call.item for call in first.values()], share + (number < rest))
        ranks |= {first[item.task, item.item].rank for item in chosen}
    return frozenset(ranks)


def history(root: Path, endpoints: Iterable[Endpoint], spending: Spending, without: Path | None = None) -> Samples:
    """What answers of the newest runs under `root` cost, of models with the same settings; unreadable runs are none."""
    known = [endpoint for endpoint in endpoints if endpoint.entry.label in spending.bills]
    samples: dict[str, dict[str, list[float]]] = {endpoint.entry.label: {} for endpoint in known}
    for folder, same in earlier_runs(root, known, without):
        try:
            rows, _ = read_rows(folder)
            episodes = by_episode(read_turns(folder))
        except UsageError:
            continue
        for row in rows:
            for label in same.get(row.model, ()):
                usd = _row_cost(row, spending.bills[label], spending.book, episodes)
                if usd is not None:
                    samples[label].setdefault(row.suite, []).append(usd)
    return samples


def earlier_runs(
    root: Path, endpoints: Iterable[Endpoint], without: Path | None = None
) -> Iterator[tuple[Path, Mapping[str, Sequence[str]]]]:
    """The newest runs under `root` that asked one of these models with the same settings, the newest first, each with
    today's labels by its own; those derived from others, and unreadable ones, are left out."""
    wanted = {e.entry.label: _settings(e.recorded()) for e in endpoints}
    for folder in run_folders(root)[: -RUNS - 1 : -1]:
        try:
            record = read_record(folder)
        except UsageError:
            continue
        same = _same(record, wanted)
        if same and not record.derived and not (without and folder.resolve() == without.resolve()):
            yield folder, same


def with_calls(samples: Samples, plan: Iterable[PlannedCall], calls: Mapping[str, Call], spending: Spending) -> Samples:
    """The samples and what this run's own answers cost."""
    costs = {label: {suite: list(values) for suite, values in of.items()} for label, of in samples.items()}
    for planned in plan:
        call = calls.get(planned.key)
        if call and call.outcome.scored and not call.reused and planned.model in spending.bills:
            usd = spending.bill(planned, call)
            if usd is not None:
                costs.setdefault(planned.model, {}).setdefault(planned.item.suite, []).append(float(usd))
    return costs


def _model(label: str, calls: Sequence[PlannedCall], groups: Groups | None, spending: Spending) -> ModelEstimate:
    now = datetime.now(UTC)
    price = spending.bills[label].price(spending.book, now)
    if price is None:
        return ModelEstimate(
            model=label, calls=len(calls), usd=None, prompts_usd=None, worst_usd=None, unknown=spending.why_not(label)
        )
    worsts = [spending.worst(call) for call in calls]
    usd = None if groups is None else _forecast(groups, worsts)
    return ModelEstimate(
        model=label,
        calls=len(calls),
        usd=usd,
        prompts_usd=_prompts(calls, price, now),
        worst_usd=total(worsts),
        unknown=None,
    )


def _groups(calls: Sequence[PlannedCall], samples: Mapping[str, Sequence[float]]) -> Groups | None:
    """What was seen and how many are to come, by suite; a suite seen less than twice takes all the model's answers."""
    everything = [value for values in samples.values() for value in values]
    if len(everything) < 2:
        return None
    suites = dict.fromkeys(call.item.suite for call in calls)
    return [
        (samples[suite] if len(samples.get(suite, ())) > 1 else everything, sum(c.item.suite == suite for c in calls))
        for suite in suites
    ]


def _forecast(groups: Sequence[tuple[Any, int]], worsts: Sequence[Decimal | None]) -> Interval:
    """What is to be expected, and never more than the worst case."""
    from bench.stats import forecast  # numpy and scipy, which a proxy does without

    interval, most = forecast(groups), total(worsts)
    if most is None or interval.high is None or interval.high <= most:
        return interval
    return replace(interval, high=max(float(most), interval.estimate))


def _prompts(calls: Sequence[PlannedCall], price: Price, now: datetime) -> tuple[Decimal, Decimal] | None:
    bounds = []
    for size in BYTES_PER_TOKEN:
        usages = [TokenUsage(in_uncached=_bytes(call) // size, out_total=0) for call in calls]
        bounds.append(total([prices.cost(price, usage, now).usd for usage in usages]))
    few, many = bounds
    return None if few is None or many is None else (few, many)


def _bytes(call: PlannedCall) -> int:
    return sum(len(message["content"].encode()) for message in call.item.messages) + call.added_bytes


def _same(record: RunRecord, wanted: Mapping[str, Any]) -> dict[str, list[str]]:
    """By a run's labels: the models of today with the same settings."""
    recorded = {label: _settings(model) for label, model in record.models.items()}
    same = {theirs: [mine for mine, setting in wanted.items() if setting == then] for theirs, then in recorded.items()}
    return {theirs: mine for theirs, mine in same.items() if mine}


def _settings(model: RecordedModel) -> list[Any]:
    return [getattr(model, name) for name in SETTINGS]


def _row_cost(row: ItemRow, bill: Billing, book: PriceBook, episodes: Episodes) -> float | None:
    """At today's price; earlier attempts in the proportion in which they were billed then."""
    if row.reused or not row.answered:
        return None
    asked = requests_of(row, episodes)
    usd = total(_today(each, bill, book) for each in asked)
    if usd is None or not asked:
        return None
    retries = row.cost_retries_usd / row.cost_usd if row.cost_retries_usd and row.cost_usd else 0.0
    return float(usd) * (1 + retries)


def _today(request: ItemRow, bill: Billing, book: PriceBook) -> Decimal | None:
    now = datetime.now(UTC)
    usage = TokenUsage(**{name: getattr(request, name) for name in TokenUsage.__slots__}).beside(
        answer=request.ttft_s is not None, reasoning=False
    )
    price = bill.price(book, now, usage)
    return prices.cost(price, usage, now).usd if price else None
