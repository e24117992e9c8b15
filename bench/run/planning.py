"""What a run would decide and for how much, before anything is asked: its own items, costs and caps, and guesses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench import claims
from bench.costs import Spending
from bench.errors import UsageError
from bench.records import Claim, RunRecord, read_run
from bench.run import ask as asking
from bench.run.execute import JOURNAL
from bench.run.prepare import Prepared
from bench.run.waves import Deciding, design, layout_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the user takes to be true; None where nothing is said."""

    difference: float | None = None
    """Candidate's score less the baseline's, in [-1, 1]."""
    discordance: float | None = None
    """Share of items that only one of them solves."""
    icc: float | None = None
    """Intraclass correlation of the differences over families."""
    saving: float | None = None
    """Share of the baseline's cost that is saved."""
    usd: Mapping[str, float] = field(default_factory=dict)
    """What an item costs, in USD, by label."""
    pilot: Path | None = None
    """The folder of an earlier run or an import that says the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A claim and what a run would decide of it."""

    claim: Claim
    """The claim."""
    guess: claims.Guess
    """What was taken to be true."""
    basis: tuple[str, ...]
    """Where each number of the guess comes from, in words."""
    looks: int
    """Planned looks."""
    readings: tuple[claims.Forecast, ...]
    """The deciding reading first."""


def plan_claims(
    prepared: Prepared, asked: Deciding, given: Given, results: Path, *, worlds: int, deciding_only: bool = False
) -> list[Planned]:
    """What a run would decide of each claim. UsageError for a claim that cannot be planned."""
    recorded = design(prepared, asked)
    usd = {**_usd_of_history(prepared, results), **given.usd}
    planned = []
    for name in recorded.claims:
        claim = prepared.comparison.claims[name]
        guess, basis = _guess(prepared, claim, given, usd)
        layout, sizes = layout_of(prepared, recorded, claim)
        seed = prepared.comparison.run.seed
        pool = prepared.pool
        readings = claims.both_readings(claim, guess, layout, sizes, worlds=worlds, seed=seed, pool=pool)
        kept = (next(readings),) if deciding_only else tuple(readings)
        planned.append(Planned(claim=claim, guess=guess, basis=tuple(basis), looks=sizes.count, readings=kept))
    return planned


def affordable(prepared: Prepared, asked: Deciding, given: Given, results: Path, budget_usd: float) -> int | None:
    """Items a suite that a budget pays for on average, all models of the claims together; None where it pays for all.

    UsageError where what an item costs is unknown, or the budget pays for too few items to look at.
    """
    recorded = design(prepared, asked)
    usd = {**_usd_of_history(prepared, results), **given.usd}
    each: dict[str, float] = {}
    for name in recorded.claims:
        claim = prepared.comparison.claims[name]
        guess, _ = _guess(prepared, claim, given, usd)
        if guess.baseline_usd is None:
            raise UsageError(
                f"--budget-usd needs what an item costs: give --usd {claim.baseline}=USD, or --from RUN of an earlier "
                "run of these models."
            )
        each |= {claim.baseline: guess.baseline_usd, claim.candidate: guess.baseline_usd * guess.ratio}
    total = sum(each.values())
    if budget_usd >= total * recorded.total:
        return None
    share = int(budget_usd / total / len(recorded.items))
    if share < recorded.count:
        raise UsageError(
            f"--budget-usd {budget_usd:g}: pays for {share} items a suite at {total:.3g} USD an item, too few for "
            f"{recorded.count} looks. Take fewer suites, or another baseline."
        )
    return share


def _usd_of_history(prepared: Prepared, results: Path) -> dict[str, float]:
    """What an item cost in earlier runs of the same models under the results folder."""
    estimate = asking.estimate_run(prepared, results / JOURNAL, fresh=True)
    return {m.model: m.usd.estimate / m.calls for m in estimate.models if m.usd is not None and m.calls}


def _guess(prepared: Prepared, claim: Claim, given: Given, usd: Mapping[str, float]) -> tuple[claims.Guess, list[str]]:
    """What is taken to be true of a claim: what was given, else an earlier run's, else what is usual."""
    mine, theirs = usd.get(claim.candidate), usd.get(claim.baseline)
    if given.pilot is not None:
        guess, basis = _of_pilot(prepared, claim, given.pilot), [f"from {given.pilot.name}"]
    else:
        least = claim.margins.get(claims.COST.margin, 0.5)
        guess, basis = claims.Guess(ratio=(1 - least) / 2), ["equal scores and usual spreads, where nothing is given"]
        guess = replace(guess, caps=_caps(prepared, claim, usd))
    if mine is not None and theirs:
        guess = replace(guess, ratio=mine / theirs)
    if theirs is not None:
        guess = replace(guess, baseline_usd=theirs)
    if given.saving is not None:
        guess = replace(guess, ratio=1 - given.saving)
    guess = replace(
        guess,
        difference=guess.difference if given.difference is None else given.difference,
        discordance=guess.discordance if given.discordance is None else given.discordance,
        icc=guess.icc if given.icc is None else given.icc,
    )
    return replace(guess, discordance=max(guess.discordance, abs(guess.difference))), basis


def _of_pilot(prepared: Prepared, claim: Claim, folder: Path) -> claims.Guess:
    """What an earlier run of the same exam, or an import, says. UsageError for an unlike exam or lacking answers."""
    record, items = read_run(folder)
    _require_same_exam(prepared, record, folder)
    suites = claim.suites or tuple(suite for suite in prepared.available if suite in record.suites)
    pairs = claims.pair(items, record, claim.candidate, baseline=claim.baseline, suites=suites or [*prepared.available])
    try:
        return claims.guess_of(pairs)
    except ValueError as error:
        raise UsageError(f"--from {folder}: {error}, so that it says nothing of [claims.{claim.name}].") from error


def _require_same_exam(prepared: Prepared, record: RunRecord, folder: Path) -> None:
    for name, file in prepared.loaded.files.items():
        theirs = record.tasks.get(name)
        if theirs is not None and theirs.sha256 is not None and theirs.sha256 != file.sha256:
            raise UsageError(
                f"--from {folder}: asked another exam of {name}; what it measured is not of these items. Plan with its "
                "--exam-seed and version, or give the guesses themselves."
            )


def _caps(prepared: Prepared, claim: Claim, usd: Mapping[str, float]) -> tuple[float, float]:
    """The most that an answer can cost by price and token limit, in means of its model; usual where unknown."""
    spending = Spending.of(prepared.endpoints, prepared.book)
    caps = []
    for label in (claim.candidate, claim.baseline):
        worst = [spending.worst(call) for call in prepared.plan.of(label)[:1]] if label in spending.bills else [None]
        mean = usd.get(label)
        known = worst and worst[0] is not None and mean
        caps.append(max(1.5, float(worst[0] or 0) / mean) if known and mean else claims.TYPICAL_CAP)
    return caps[0], caps[1]


def lines(planned: Planned) -> Iterator[str]:
    """What a plan says of a claim, line by line."""
    guess, claim = planned.guess, planned.claim
    usd = "" if guess.usd_each is None else f", {_usd(guess.usd_each)} USD an item on both sides"
    yield (
        f"claim {claim.name}, if {claim.candidate} scores {_points(guess.difference)}, costs "
        f"{100 * (1 - guess.ratio):.3g} % less and {100 * guess.discordance:.3g} % of the items are answered "
        f"differently{usd} ({'; '.join(planned.basis)}):"
    )
    for forecast in planned.readings:
        yield f"  {_reading(forecast)}: {_ends(forecast, planned.looks)}"
        if forecast.undrawn:
            yield f"    {' and '.join(forecast.undrawn)} taken to be within what is claimed"
        if forecast.margin is not None:
            shown = f"{100 * forecast.margin:.2g} points"
            yield f"    smallest margin shown 4 times in 5 on all {forecast.planned} items: {shown}"
    first = planned.readings[0]
    sizes = ", ".join(
        f"{size.items} items{'' if size.usd is None else f' ({_usd(size.usd)} USD)'} "
        f"{_percent(size.supported.estimate)}"
        for size in first.sizes
    )
    yield f"  supported by a run of fewer items, judged once: {sizes}"


def one_line(planned: Planned) -> str:
    """The summary of `bench run --dry-run`."""
    forecast = planned.readings[0]
    return f"claim {planned.claim.name}: {_ends(forecast, planned.looks)}; `bench plan` says more"


def _ends(forecast: claims.Forecast, looks: int) -> str:
    reach = 1.96 * math.sqrt(0.25 / forecast.worlds)
    spends = f"{forecast.items:.0f} of {forecast.planned} items"
    whole = ""
    if forecast.usd is not None and forecast.usd_90 is not None and forecast.usd_fixed is not None:
        low, high = forecast.usd_90
        spends += f" and {_usd(forecast.usd)} USD on average (90 %: {_usd(low)} to {_usd(high)})"
        whole = f" for {_usd(forecast.usd_fixed)} USD"
    return (
        f"with {looks} looks supported {_percent(forecast.supported.estimate)}, refuted "
        f"{_percent(forecast.refuted.estimate)}, asking {spends}; without looks supported "
        f"{_percent(forecast.supported_fixed.estimate)}, refuted {_percent(forecast.refuted_fixed.estimate)}{whole} "
        f"(n = {forecast.worlds} drawn runs, at most ± {100 * reach:.0f} points)"
    )


def _reading(forecast: claims.Forecast) -> str:
    return "on these kinds of task" if forecast.about == "these" else "on other kinds like these"


def _points(difference: float) -> str:
    if difference == 0:
        return "the same"
    return f"{abs(100 * difference):.3g} points {'lower' if difference < 0 else 'higher'}"


def _percent(share: float) -> str:
    return claims.percent_of(share)


def _usd(usd: float) -> str:
    return f"{usd:,.2f}" if usd >= 0.1 or not usd else f"{usd:#.3g}"
