"""Other tools at the same edge, by their own functions and defaults: extra `peers`; those not installed are left out.

The candidate is exactly 3 points worse and both are scored once: how often does each tool say that it will do?
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from bench.stats.paired import Paired, critical_value, tango
from tests.calibration.grid import ALPHA, MARGIN, Job, Row, Scale, error, rate
from tests.calibration.peers import claimeval_chances, t_supports
from tests.calibration.worlds import Floats, Rng

SOLVED = 0.95
"""The baseline's true score: model-migration-kit wants 90 % of a candidate's answers right, surely."""
SIZES = (30, 60, 164, 500)

Says = Callable[[Floats, Floats], bool]
"""Whether a tool lets a candidate pass, by each item's score of candidate and baseline."""


def illate(parity: Any) -> Says:
    """illate-parity: a percentile bootstrap's 95 % interval against the margin."""
    bootstrap = import_module("illate_parity.bootstrap")

    def says(ours: Floats, theirs: Floats) -> bool:
        found = bootstrap.fast_paired_accuracy(np.ones(len(ours)), theirs, ours, n_boot=2000)
        return bool(parity.verdict(found["low"], found["high"], MARGIN) == "PASS")

    return says


def route_audit(report: Any) -> Says:
    """llm-route-audit: a cheaper option that keeps a share of the original's pass rate is recommended."""

    def option(label: str, scores: Floats, usd: float) -> Any:
        counts = {"graded": len(scores), "passed": int(scores.sum())}
        return report.OptionStats(label=label, model=label, cost=usd, original_cost=1.0, **counts)

    def says(ours: Floats, theirs: Floats) -> bool:
        original, cheap = option("original", theirs, 1.0), option("cheap", ours, 0.05)
        kept = 1 - MARGIN / SOLVED
        chosen, _ = report._choose(original, [cheap], kept, report.DEFAULT_MIN_SAMPLES)
        return bool(chosen is cheap)

    return says


def migration_kit(comparison: Any) -> Says:
    """model-migration-kit: no significant drop by Mann and Whitney's test, a floor, and enough answers."""
    limits = comparison.Thresholds()

    def says(ours: Floats, theirs: Floats) -> bool:
        test = comparison._regression(ours.tolist(), theirs.tolist(), limits, None, "scores")
        try:
            comparison.assert_pass_rate([bool(s) for s in ours], limits.pass_rate_floor, confidence=limits.confidence)
            cleared = True
        except AssertionError:
            cleared = False
        needed = comparison.required_sample_size(
            float(theirs.mean()),
            min_detectable_effect=limits.min_detectable_effect,
            power_target=limits.power_target,
            alpha=limits.alpha,
        )
        flags = {
            "regressed": bool(test["p_value"] <= limits.alpha),
            "floor_cleared": cleared,
            "underpowered": True,
            "mw_powered": needed is not None and len(ours) >= needed,
        }
        return bool(comparison.resolve_verdict([flags]) == comparison.Verdict.GO)

    return says


MAKERS: dict[str, tuple[str, Callable[[Any], Says]]] = {
    "illate-parity": ("illate_parity.parity", illate),
    "llm-route-audit": ("llm_route_audit.report", route_audit),
    "model-migration-kit": ("model_migration_kit.comparison", migration_kit),
}
"""By name: the module that decides, and how it is asked."""


@cache
def installed() -> dict[str, Says | None]:
    """The tools, None for one that is not installed here."""
    found: dict[str, Says | None] = {}
    for name, (module, make) in MAKERS.items():
        try:
            found[name] = make(import_module(module))
        except ImportError:
            found[name] = None
    return found


def beside_others(scale: Scale, rng: Rng, n: int, lost: float, won: float) -> list[Row]:
    """False supports at exactly the margin: ours of all experiments, the others' of the first."""
    ours: list[bool] = []
    others: dict[str, list[bool]] = {name: [] for name, says in installed().items() if says}
    claimeval, plain = list[bool](), list[bool]()
    critical = critical_value(n, MARGIN, ALPHA)
    for at in range(scale.bootstrap):
        candidate, baseline = drawn(rng, n, lost, won)
        values = candidate - baseline
        pair = Paired(n, float((values < 0).sum()), float((values > 0).sum()))
        ours.append(tango(pair, -MARGIN) >= critical)
        plain.append(t_supports(values, -MARGIN))
        if at >= scale.peer:
            continue
        for name, found in others.items():
            says = installed()[name]
            assert says is not None
            found.append(says(candidate, baseline))
        claimeval.append(claimeval_chances(rng, values, np.full(n, 0.001), np.ones(n), MARGIN, 0.9).mean >= 0.9)
    share = rate(ours)
    beside: dict[str, float | None] = {"paired t": rate(plain), "claimeval": rate(claimeval)}
    beside |= {name: rate(others[name]) if name in others else None for name in MAKERS}
    setting = (str(n), f"{100 * lost:g} and {100 * won:g}")
    return [Row(setting, share, 0.05, se=error(share, scale.bootstrap, 0.05), beside=beside)]


def drawn(rng: Rng, n: int, lost: float, won: float) -> tuple[Floats, Floats]:
    """Scores of candidate and baseline, 0 or 1 an item; the baseline solves SOLVED."""
    u = rng.random(n)
    candidate = np.where(u < lost, 0.0, (u < SOLVED + won).astype(float))
    baseline = ((u < lost) | ((u >= lost + won) & (u < SOLVED + won))).astype(float)
    return candidate, baseline


def jobs() -> list[Job]:
    """Every cell."""
    cells = [(n, lost, won) for n in SIZES for lost, won in ((0.03, 0.0), (0.04, 0.01))]
    return [Job("12 peers", beside_others, cell, fast=cell[:2] == (164, 0.04)) for cell in cells]
