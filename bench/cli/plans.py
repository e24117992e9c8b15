"""What a planned run would ask, cost and show of its claims, before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cli.terminal import echo
from bench.language import counted

if TYPE_CHECKING:
    from bench.claims import Outlook, Pairs, SuiteSize
    from bench.costs import Estimate
    from bench.records import Claim
    from bench.run import Deciding, ReuseBaseline
    from bench.run.prepare import Prepared

    Outlooks = Mapping[str, tuple[Outlook, str | None]]
    """By claim: its chances, and the run that they go by."""

SUMMARY = 20
"""Runs that are drawn for the line of a dry run."""


def claim_outlooks(prepared: Prepared, estimate: Estimate, results: Path) -> Outlooks:
    """By claim on scores: how often the planned items would support it, and the run whose outcomes that goes by.

    The newest run under `results` that asked both models, with the same settings, the claim's suites. Without one, a
    tenth of the items is taken to be answered differently, with a typical correlation within families, and the saving
    to be shown.
    """
    from bench import claims
    from bench.records import BY_TRAFFIC

    sizes = _sizes(prepared)
    usd = {model.model: model.usd.estimate for model in estimate.models if model.usd is not None}
    outlooks: dict[str, tuple[Outlook, str | None]] = {}
    for name, claim in prepared.comparison.claims.items():
        suites = [sizes[suite] for suite in claim.suites or sizes if suite in sizes]
        if "worse_by" not in claim.margins or not suites or claim.slice or claim.over == BY_TRAFFIC:
            continue
        sides = [usd.get(claim.candidate), usd.get(claim.baseline)]
        known = [side for side in sides if side is not None]
        dollars = sum(known) if len(known) == len(sides) else None
        shown, run = dict.fromkeys(claims.TIMES, 1.0), None
        seen = _earlier(prepared, claim, [suite.suite for suite in suites], results)
        if seen is not None:
            pairs, run = seen
            share = {suite.suite: suite.items / int(pairs.of(suite.suite).sum()) for suite in suites}
            suites = [claims.like(suite, pairs) for suite in suites]
            shown = {
                times: claims.saving_chance(claim, pairs, {suite: times * each for suite, each in share.items()})
                for times in claims.TIMES
            }
        outlooks[name] = claims.expected(claim, suites, shown, usd=dollars), run
    return outlooks


def outlook_lines(outlooks: Outlooks, declared: Mapping[str, Claim]) -> Iterator[str]:
    """A line for each claim: its chances, and what they go by."""
    from bench import claims
    from bench.stats import TYPICAL_DISCORDANCE

    for name, (seen, run) in outlooks.items():
        saving = " and the saving is shown" if "cheaper_by" in declared[name].margins else ""
        assumed = f"if {100 * TYPICAL_DISCORDANCE:g} % of the items are answered differently{saving}"
        yield f"claim {name}, {assumed if run is None else f'going by run {run}'}: {claims.what_it_takes(seen)}"


def _sizes(prepared: Prepared) -> dict[str, SuiteSize]:
    """Each suite as it is planned."""
    from bench import claims

    items: dict[str, dict[tuple[str, str], tuple[str, str]]] = {}
    for call in prepared.plan.calls:
        item = call.item
        own = f"{item.task}/{item.item}" if item.cluster == item.family else f"/{item.cluster}"
        items.setdefault(item.suite, {})[item.task, item.item] = item.cluster, own
    return {
        suite: claims.assumed(suite, [family for family, _ in of.values()], [source for _, source in of.values()])
        for suite, of in items.items()
    }


def _earlier(prepared: Prepared, claim: Claim, suites: Sequence[str], results: Path) -> tuple[Pairs, str] | None:
    """What the newest run that asked both sides of a claim made of these suites, and its name."""
    from bench import claims
    from bench.costs import earlier_runs
    from bench.errors import UsageError
    from bench.records import read_run

    for folder, same in earlier_runs(results, prepared.endpoints):
        then = {now: label for label, labels in same.items() for now in labels}
        if not {claim.candidate, claim.baseline} <= set(then):
            continue
        try:
            record, items = read_run(folder)
            pairs = claims.pair(items, record, then[claim.candidate], then[claim.baseline], suites)
        except UsageError:
            continue
        if all((pairs.both & pairs.of(suite)).any() for suite in suites):
            return pairs, record.run
    return None


def show_plan(
    prepared: Prepared,
    results: Path,
    output: Path | None,
    prompts: int | None,
    *,
    fresh: bool,
    as_json: bool,
    until: Deciding | None = None,
    reuse: ReuseBaseline | None = None,
) -> None:
    """What a run would ask and cost, and what it could show; calls nothing."""
    from bench.run import JOURNAL, free_keys, load, probe
    from bench.run import ask as asking

    free = None if reuse is None else partial(free_keys, prepared, reuse)
    estimate = asking.estimate_run(prepared, results / JOURNAL, output=output, fresh=fresh, free=free)
    beside = {"latency probe": probe.estimate_probe(prepared, prompts)} if prompts else {}
    beside |= {"load": load.estimate_load(prepared)} if prepared.comparison.run.load else {}
    echo(
        (_plan_json if as_json else _plan_text)(prepared, estimate, beside, claim_outlooks(prepared, estimate, results))
    )
    if not as_json:
        for line in _trials(prepared, results, fresh=fresh):
            echo(line)
    if until is not None and not as_json:
        from bench.run.planning import Given, one_line, plan_claims

        for planned in plan_claims(prepared, until, Given(), results, worlds=SUMMARY, deciding_only=True):
            echo(one_line(planned))


def _trials(prepared: Prepared, results: Path, *, fresh: bool) -> Iterator[str]:
    """What choosing models' own prompts would ask and cost, before all else."""
    from bench.cli.money import estimate_lines
    from bench.run import JOURNAL
    from bench.run import ask as asking

    for trial in prepared.trials:
        tried = "; ".join(f"{len(rows)} prompts of {model}" for model, rows in trial.prompts.items())
        yield f"first {tried} are tried on {len(trial.split.items)} other items of {trial.split.suite}"
        cost = asking.estimate_run(trial.prepared, results / JOURNAL, fresh=fresh)
        yield from (f"cost of {line}" for line in estimate_lines(cost))


def _plan_json(prepared: Prepared, estimate: Estimate, beside: Mapping[str, Estimate], outlooks: Outlooks) -> str:
    import json

    from bench.claims import outlook_json
    from bench.cli.money import estimate_record

    plan = prepared.plan
    suites = {s: {"items": _asked(prepared, s), "available": n} for s, n in prepared.available.items()}
    models = {e.entry.label: {"model": e.entry.model, "calls": len(plan.of(e.entry.label))} for e in prepared.endpoints}
    cost = estimate_record(estimate)
    known = {"plan_sha256": plan.sha256, "suites": suites, "models": models, "cost": cost}
    known |= {f"{what.replace(' ', '_')}_cost": estimate_record(each) for what, each in beside.items()}
    known |= {"prompts": _trials_json(prepared)} if prepared.trials else {}
    known["claims"] = {name: {**outlook_json(seen), "run": run} for name, (seen, run) in outlooks.items()}
    return json.dumps({**known, "refused": dict(prepared.refused)}, indent=2)


def _trials_json(prepared: Prepared) -> dict[str, Any]:
    """By suite, the items on which prompts are tried, and the rows of each model."""
    return {
        trial.split.suite: {"items": len(trial.split.items), "rows": {m: [*rows] for m, rows in trial.prompts.items()}}
        for trial in prepared.trials
    }


def _asked(prepared: Prepared, suite: str) -> int:
    """Items of a suite in the plan; tasks of one suite may share item ids."""
    return len({(c.item.task, c.item.item) for c in prepared.plan.calls if c.item.suite == suite})


def _plan_text(prepared: Prepared, estimate: Estimate, beside: Mapping[str, Estimate], outlooks: Outlooks) -> str:
    from bench.cli.money import estimate_lines
    from bench.records import slice_words

    plan = prepared.plan
    sizes = {suite: (_asked(prepared, suite), n) for suite, n in prepared.available.items()}
    drawn = f", a sample drawn with seed {prepared.comparison.run.seed}"
    asked_for = prepared.comparison.run
    of = slice_words(asked_for.levels, asked_for.families, asked_for.kinds)
    of = f" ({of})" if of else ""
    lines = [f"{suite}: {asked} of {n} items{of}{drawn if asked < n else ''}" for suite, (asked, n) in sizes.items()]
    lines += [
        f"{e.entry.label} ({e.entry.model}): {counted(len(plan.of(e.entry.label)), 'call')}" for e in prepared.endpoints
    ]
    lines += [f"{suite}: left out. {why}" for suite, why in prepared.refused.items()]
    lines += [f"cost of {line}" for line in estimate_lines(estimate)]
    lines += outlook_lines(outlooks, prepared.comparison.claims)
    lines += [f"cost of the {what} of {line}" for what, each in beside.items() for line in estimate_lines(each)]
    return "\n".join([*lines, f"plan {plan.sha256[:8]}; nothing was called"])
