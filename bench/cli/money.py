"""Money in words: what calls will cost, and what they have cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bench.language import counted

if TYPE_CHECKING:
    from bench.costs import Estimate, ModelEstimate
    from bench.stats import Interval


def dollars(usd: Decimal | float) -> str:
    """USD, to the cent or to three digits below ten cents."""
    amount = float(usd)
    return f"{amount:,.2f}" if amount >= 0.1 or amount == 0 else f"{amount:#.3g}"


def estimate_lines(estimate: Estimate) -> list[str]:
    """One line a model, and their sum where there is more than one."""
    lines = [f"{model.model}: {_words(model)}" for model in estimate.models]
    if len(lines) > 1:
        worst = "unknown" if estimate.worst_usd is None else f"{dollars(estimate.worst_usd)} USD"
        about = f"about {_range(estimate.usd)}; " if estimate.usd else ""
        lines.append(f"all models: {about}at worst {worst}")
    return lines


def estimate_record(estimate: Estimate) -> dict[str, Any]:
    """The same for JSON; unknown is null."""
    return {
        "models": {model.model: _record(model) for model in estimate.models},
        "usd": _bounds(estimate.usd),
        "worst_usd": _number(estimate.worst_usd),
    }


def spent_line(usd: Decimal, limit: Decimal | None, unknown: Sequence[str], unsure: Decimal = Decimal(0)) -> str:
    """What a run cost so far; `unsure`: what of it is a worst case."""
    of = f" of {dollars(limit)}" if limit is not None else ""
    without = f", and unknown for {', '.join(unknown)}" if unknown else ""
    worst = f", {dollars(unsure)} of it a worst case" if unsure else ""
    return f"{dollars(usd)}{of} USD spent{worst}{without}"


def _words(model: ModelEstimate) -> str:
    calls = counted(model.calls, "call")
    if model.unknown:
        return f"{calls}, cost unknown: {model.unknown}"
    worst = f"at worst {_usd(model.worst_usd)}"
    if model.usd:
        return f"{calls}, about {_range(model.usd)}, from {counted(model.usd.n, 'answer')}; {worst}"
    low, high = model.prompts_usd or (None, None)
    return f"{calls}; no history, so no estimate: the prompts alone {_usd(low, '')} to {_usd(high)}, {worst}"


def _range(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return f"{dollars(interval.estimate)} USD (no interval)"
    return f"{dollars(interval.estimate)} USD ({dollars(interval.low)} to {dollars(interval.high)}, 95 %)"


def _usd(amount: Decimal | None, unit: str = " USD") -> str:
    return "unknown" if amount is None else dollars(amount) + unit


def _record(model: ModelEstimate) -> dict[str, Any]:
    prompts = model.prompts_usd
    return {
        "calls": model.calls,
        "usd": _bounds(model.usd),
        "prompts_usd": None if prompts is None else [float(bound) for bound in prompts],
        "worst_usd": _number(model.worst_usd),
        "unknown": model.unknown,
    }


def _bounds(interval: Interval | None) -> dict[str, Any] | None:
    if interval is None:
        return None
    return {"estimate": interval.estimate, "low": interval.low, "high": interval.high, "n": interval.n}


def _number(usd: Decimal | None) -> float | None:
    return None if usd is None else float(usd)
