"""What a planned run would ask, cost and show of its claims, before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.terminal import echo

if TYPE_CHECKING:
    from bench.costs import Estimate
    from bench.run import Deciding
    from bench.run.prepare import Prepared


SUMMARY = 20
"""Runs that are drawn for the line of a dry run."""


def claim_outlooks(prepared: Prepared, estimate: Estimate) -> Iterator[str]:
    """One line for each claim on scores: how often the planned items would support it, the saving taken as shown.

    Nothing was measured yet: a tenth of the items is taken to be answered differently, and a typical correlation
    within families.
    """
    from bench import claims
    from bench.stats import TYPICAL_DISCORDANCE

    families: dict[str, dict[tuple[str, str], str]] = {}
    for call in prepared.plan.calls:
        families.setdefault(call.item.suite, {})[call.item.task, call.item.item] = call.item.family
    usd = {model.model: model.usd.estimate for model in estimate.models if model.usd is not None}
    for name, claim in prepared.comparison.claims.items():
        suites = [suite for suite in claim.suites or families if suite in families]
        if "worse_by" not in claim.margins or not suites:
            continue
        sizes = [claims.assumed(suite, list(families[suite].values())) for suite in suites]
        sides = [usd.get(claim.candidate), usd.get(claim.baseline)]
        known = [side for side in sides if side is not None]
        seen = claims.expected(
            claim, sizes, dict.fromkeys(claims.TIMES, 1.0), usd=sum(known) if len(known) == len(sides) else None
        )
        differ = f"if {100 * TYPICAL_DISCORDANCE:g} % of the items are answered differently and the saving is shown"
        yield f"claim {name}, {differ}: {claims.what_it_takes(seen)}"


def show_plan(
    prepared: Prepared,
    results: Path,
    output: Path | None,
    prompts: int | None,
    *,
    fresh: bool,
    as_json: bool,
    until: Deciding | None = None,
) -> None:
    """What a run would ask and cost, and what it could show; calls nothing."""
    from bench.run import JOURNAL, probe
    from bench.run import ask as asking

    estimate = asking.estimate_run(prepared, results / JOURNAL, output=output, fresh=fresh)
    probing = probe.estimate_probe(prepared, prompts) if prompts else None
    echo((_plan_json if as_json else _plan_text)(prepared, estimate, probing))
    if until is not None and not as_json:
        from bench.run.planning import Given, one_line, plan_claims

        for planned in plan_claims(prepared, until, Given(), results, worlds=SUMMARY, deciding_only=True):
            echo(one_line(planned))


def _plan_json(prepared: Prepared, estimate: Estimate, probing: Estimate | None) -> str:
    import json

    from bench.cli.money import estimate_record

    plan = prepared.plan
    suites = {s: {"items": _asked(prepared, s), "available": n} for s, n in prepared.available.items()}
    models = {e.entry.label: {"model": e.entry.model, "calls": len(plan.of(e.entry.label))} for e in prepared.endpoints}
    cost = estimate_record(estimate)
    known = {"plan_sha256": plan.sha256, "suites": suites, "models": models, "cost": cost}
    known |= {"latency_probe_cost": estimate_record(probing)} if probing else {}
    return json.dumps({**known, "refused": dict(prepared.refused)}, indent=2)


def _asked(prepared: Prepared, suite: str) -> int:
    """Items of a suite in the plan; tasks of one suite may share item ids."""
    return len({(c.item.task, c.item.item) for c in prepared.plan.calls if c.item.suite == suite})


def _plan_text(prepared: Prepared, estimate: Estimate, probing: Estimate | None) -> str:
    from bench.cli.money import estimate_lines
    from bench.records import slice_words

    plan = prepared.plan
    sizes = {suite: (_asked(prepared, suite), n) for suite, n in prepared.available.items()}
    drawn = f", a sample drawn with seed {prepared.comparison.run.seed}"
    asked_for = prepared.comparison.run
    of = slice_words(asked_for.levels, asked_for.families, asked_for.kinds)
    of = f" ({of})" if of else ""
    lines = [f"{suite}: {asked} of {n} items{of}{drawn if asked < n else ''}" for suite, (asked, n) in sizes.items()]
    lines += [f"{e.entry.label} ({e.entry.model}): {len(plan.of(e.entry.label))} calls" for e in prepared.endpoints]
    lines += [f"{suite}: left out. {why}" for suite, why in prepared.refused.items()]
    lines += [f"cost of {line}" for line in estimate_lines(estimate)]
    lines += claim_outlooks(prepared, estimate)
    lines += [f"cost of the latency probe of {line}" for line in (estimate_lines(probing) if probing else ())]
    return "\n".join([*lines, f"plan {plan.sha256[:8]}; nothing was called"])
