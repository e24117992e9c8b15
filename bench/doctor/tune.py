"""Which server settings bring most tokens a second on this machine, and what that makes 1,000 items cost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bench import prices
from bench.costs import billing_of
from bench.engine import Lane, now, run_lanes
from bench.errors import BenchError, UsageError
from bench.plan import PlannedCall, make_plan
from bench.providers import resolve, server_settings
from bench.records import Call, Item, LocalModel, ModelEntry, RunSettings, TokenUsage
from bench.weights.server import serve

PROMPT = "Write a Python function that returns the {n} largest values of a list, with a docstring and two examples."
"""What is asked, each time with another number, so that no prompt is the last one's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What one setting came to."""

    slots: int
    """Answers generated at once."""
    threads: int
    """CPU threads."""
    items: int
    """Answers measured."""
    in_tokens: int
    """Tokens of all prompts."""
    out_tokens: int
    """Tokens of all answers."""
    wall_s: float
    """Seconds from the first request to the last answer's end."""

    @property
    def tokens_s(self) -> float:
        """Output tokens a second, all slots together."""
        return self.out_tokens / self.wall_s

    def usd_per_1000(self, usd_per_hour: float) -> float:
        """What 1,000 such items cost on a machine of this price, in USD, while it does nothing else."""
        return usd_per_hour / 3600 * self.wall_s / self.items * 1000


class _Silent:
    async def finished(self, planned: PlannedCall, call: Call) -> None:
        """Nothing to do."""


def tune(
    model: str, path: Path, *, slots: Sequence[int], threads: Sequence[int], items: int, tokens: int, log: Path
) -> Iterator[Tuned]:
    """Serves weights with each pair of settings in turn and asks the same items of each, after one that warms up.

    `tokens`: the most of an answer. BenchError if an item is not answered, or its tokens are not counted.
    """
    for count in threads:
        for at_once in slots:
            entry = LocalModel(
                f"{at_once}x{count}", f"weights/{model}", slots=at_once, threads=count, max_tokens=tokens
            )
            yield _measured(entry, path, items, log)


def _measured(entry: LocalModel, path: Path, items: int, log: Path) -> Tuned:
    endpoint = resolve(entry, {})
    asked = [_item(number, entry.max_tokens or 0) for number in range(items + 1)]
    calls = make_plan(asked, [endpoint], RunSettings(("tune",)), {}).calls
    with serve(path, server_settings(entry), log=log) as server:
        served = replace(endpoint, base_url=server.base_url)
        _ask(Lane(served, calls[:1], 1))
        begun = now()
        answers = _ask(Lane(served, calls[1:], entry.slots))
        wall_s = now() - begun
    usages = [call.usage for call in answers]
    if len(usages) < items or any(each.out_total is None or each.in_total is None for each in usages):
        why = next((call.attempts[-1].error for call in answers if call.attempts[-1].error), "tokens are not counted")
        raise BenchError(f"{entry.name} with {entry.slots} slots did not answer all items ({why}); see {log}")
    return Tuned(
        slots=entry.slots,
        threads=entry.threads or 0,
        items=items,
        in_tokens=sum(each.in_total or 0 for each in usages),
        out_tokens=sum(each.out_total or 0 for each in usages),
        wall_s=wall_s,
    )


def _item(number: int, tokens: int) -> Item:
    return Item(
        suite="tune",
        task="tune",
        task_version="1",
        item=str(number),
        family="tune",
        level=1,
        language="en",
        cluster="tune",
        messages=({"role": "user", "content": PROMPT.format(n=number + 2)},),
        max_tokens=tokens,
    )


def _ask(lane: Lane) -> list[Call]:
    calls: list[Call] = []
    asyncio.run(run_lanes("tune", [lane], calls.append, _Silent(), {}))
    return [call for call in calls if call.outcome.scored]


def api_usd_per_1000(entry: ModelEntry, best: Tuned, own: Path | None) -> float:
    """What 1,000 items of the same tokens cost at a vendor today, in USD; `own` is the user's own price list.

    UsageError where no price is known.
    """
    billing, book, at = billing_of(entry), prices.load(own), datetime.now(UTC)
    if billing is None:
        raise UsageError(f"--against {entry.model}: are weights, which no vendor bills.")
    price = billing.price(book, at)
    usage = TokenUsage(in_uncached=best.in_tokens, out_total=best.out_tokens)
    usd = None if price is None else prices.cost(price, usage, at).usd
    if usd is None:
        raise UsageError(f"--against {entry.model}: {billing.why_not(book)}")
    return float(usd) / best.items * 1000
