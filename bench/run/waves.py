"""The waves of a run that may end before its last item: which items are asked before which look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.claims import Layout, Sizes, assign, sizes_of
from bench.errors import UsageError, suggest
from bench.plan import PlannedCall
from bench.records import BY_TRAFFIC, DIGITS, SUCH, Claim, Item, RecordedLooks
from bench.run.prepare import Prepared
from bench.stats import LOOKS, Shape, shape_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """What a run that ends once its claims are decided was asked for."""

    claims: tuple[str, ...] = ()
    """Names of the claims that are to be decided; empty for all of the run."""
    looks: int | None = None
    """How often they are judged, the end included; None for the usual number, or as the run has it."""
    anytime: bool = False
    """Whether they are judged by bets, which hold at any look and multiply on in later runs."""
    futility: bool = False
    """Whether a claim is given up where neither verdict is likely to be reached any more."""


def design(prepared: Prepared, asked: Deciding) -> RecordedLooks:
    """When the run may be judged, before its first call. UsageError if there is no such claim, or too few items."""
    claims = _claims(prepared, asked.claims)
    if asked.anytime:
        _require_bets(claims)
    items = {(call.item.task, call.item.item): call.item for call in prepared.plan.calls}
    looks, whole = asked.looks or LOOKS, any(claim.about == SUCH for claim in claims.values())
    wave, sizes = assign([*items.values()], looks, prepared.comparison.run.seed, whole_clusters=whole)
    signs = {call.rank: DIGITS[wave[call.item.task, call.item.item]] for call in prepared.plan.calls}
    made = RecordedLooks(
        claims={name: claim.sha256 for name, claim in claims.items()},
        shape=str(Shape.ANYTIME if asked.anytime else shape_for(min(ends[-1] for ends in sizes.values()))),
        waves="".join(signs[rank] for rank in range(len(signs))),
        whole_clusters=whole,
        items=sizes,
    )
    return replace(made, sha256=made.hashed(prepared.plan.sha256))


def _require_bets(claims: Mapping[str, Claim]) -> None:
    """UsageError for a claim that bets cannot decide."""
    for name, claim in claims.items():
        why = 'about = "such"' if claim.about == SUCH else "slower_by" if "slower_by" in claim.margins else None
        if why is not None:
            raise UsageError(
                f"[claims.{name}]: --anytime bets on scores and costs of these kinds of task, and {why} asks for more. "
                "Leave it out, or the claim with --claim."
            )


def _claims(prepared: Prepared, names: Collection[str]) -> dict[str, Claim]:
    """The claims that are to be decided. UsageError if there are none, or one is not of this run."""
    known = prepared.comparison.claims
    for name in names:
        if name not in known:
            have = f"it has {', '.join(known)}." if known else "it has none about these models."
            near = suggest(name, known) or f" {have[0].upper()}{have[1:]}"
            raise UsageError(f"--claim: {prepared.comparison.source} has no claim '{name}'.{near}")
    chosen = {name: claim for name, claim in known.items() if not names or name in names}
    if not chosen:
        raise UsageError(
            f"--until-decided needs a claim: add [claims.<name>] to {prepared.comparison.source}, with candidate, "
            "baseline and a margin. See docs/deciding-early.md."
        )
    for name, claim in chosen.items():
        if claim.slice or claim.over == BY_TRAFFIC:
            raise UsageError(
                f"[claims.{name}]: a claim about a slice, or weighted by traffic, is judged at the run's end only. "
                "Choose others with --claim, or leave --until-decided out."
            )
        lacking = [suite for suite in claim.suites if suite not in prepared.available]
        if lacking:
            raise UsageError(
                f"[claims.{name}]: suites has '{lacking[0]}', which this run does not ask: nothing would ever decide "
                f"the claim. Add it with -t {lacking[0]}, or leave the claim out with --claim."
            )
    return chosen


def calls_of(looks: RecordedLooks, calls: Sequence[PlannedCall], wave: int) -> list[PlannedCall]:
    """The calls of one wave."""
    return [call for call in calls if looks.wave_of(call.rank) == wave]


def layout_of(prepared: Prepared, recorded: RecordedLooks, claim: Claim) -> tuple[Layout, Sizes]:
    """A claim's items and waves, in the order of the plan."""
    wanted = claim.suites or tuple(recorded.items)
    ranks: dict[tuple[str, str], tuple[Item, int]] = {}
    for call in prepared.plan.calls:
        if call.item.suite in wanted:
            ranks.setdefault((call.item.task, call.item.item), (call.item, recorded.wave_of(call.rank)))
    members = [*ranks.values()]
    layout = Layout(
        suites=tuple(item.suite for item, _ in members),
        clusters=tuple(f"{item.suite}/{item.cluster}" for item, _ in members),
        sources=tuple(_source(item) for item, _ in members),
        waves=np.array([wave for _, wave in members], dtype=np.intp),
    )
    sizes = sizes_of(recorded)
    return layout, replace(sizes, items={suite: ends for suite, ends in sizes.items.items() if suite in wanted})


def _source(item: Item) -> str:
    own = f"{item.suite}/{item.task}/{item.item}"
    return own if item.cluster == item.family else f"{item.suite}/{item.cluster}"
