"""The waves of a run that may end before its last item: which items are asked before which look."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bench.errors import UsageError, suggest
from bench.plan import PlannedCall
from bench.records import DIGITS, SUCH, Claim, Item, RecordedLooks
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


def assign(
    items: Sequence[Item], looks: int, seed: int, *, whole_clusters: bool
) -> tuple[dict[tuple[str, str], int], dict[str, tuple[int, ...]]]:
    """Each item's wave, by task and item, and by suite how many were asked by the end of each wave.

    A wave is an equal share of every family and level, or of the clusters, which stay whole. UsageError where a suite
    cannot be cut into so many waves.
    """
    wave: dict[tuple[str, str], int] = {}
    sizes: dict[str, tuple[int, ...]] = {}
    for suite, members in _by_suite(items).items():
        if len(members) < looks:
            raise UsageError(
                f"--looks {looks}: {suite} has only {len(members)} items here. Give no more looks than that."
            )
        units = _by_cluster(members, seed) if whole_clusters else _by_share(members, seed)
        cuts = _cut(list(units), looks)
        wave |= {(item.task, item.item): at for at, part in enumerate(cuts) for item in part}
        ends = [sum(len(part) for part in cuts[: at + 1]) for at in range(looks)]
        if len(set(ends)) < looks or not ends[0]:
            of = "so many waves of whole clusters" if whole_clusters else "so many waves"
            raise UsageError(f"--looks {looks}: {suite} cannot be cut into {of}. Give fewer looks.")
        sizes[suite] = tuple(ends)
    return wave, sizes


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
        lacking = [suite for suite in claim.suites if suite not in prepared.available]
        if lacking:
            raise UsageError(
                f"[claims.{name}]: suites has '{lacking[0]}', which this run does not ask: nothing would ever decide "
                f"the claim. Add it with -t {lacking[0]}, or leave the claim out with --claim."
            )
    return chosen


def _by_suite(items: Collection[Item]) -> dict[str, list[Item]]:
    suites: dict[str, list[Item]] = {}
    for item in items:
        suites.setdefault(item.suite, []).append(item)
    return suites


def _drawn(seed: int, *names: str) -> float:
    """A number in [0, 1) that the seed and these names draw."""
    text = "\0".join((f"claimbench waves {seed}", *names))
    return int.from_bytes(hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:8]) / 2**64


def _units(items: Sequence[Item], source: Mapping[int, str]) -> list[list[Item]]:
    units: dict[str, list[Item]] = {}
    for at, item in enumerate(items):
        units.setdefault(source[at], []).append(item)
    return list(units.values())


def _by_cluster(items: Sequence[Item], seed: int) -> Iterator[list[Item]]:
    """Whole clusters, in an order that the seed draws."""
    units = _units(items, {at: item.cluster for at, item in enumerate(items)})
    yield from sorted(units, key=lambda unit: _drawn(seed, unit[0].suite, unit[0].cluster))


def _by_share(items: Sequence[Item], seed: int) -> Iterator[list[Item]]:
    """Items, those that share a source together, such that any stretch holds an equal share of every family and level.

    Within a family, and within its levels, the order is drawn; the k-th of m members stands at (k + u) / m of the
    whole, u drawn for each: a systematic sample with a random start.
    """
    sources = {
        at: f"item\0{item.task}\0{item.item}" if item.cluster == item.family else f"source\0{item.cluster}"
        for at, item in enumerate(items)
    }
    families: dict[str, dict[int | None, list[list[Item]]]] = {}
    for unit in _units(items, sources):
        families.setdefault(unit[0].family, {}).setdefault(unit[0].level, []).append(unit)
    placed: list[tuple[float, float, list[Item]]] = []
    for family, levels in families.items():
        order = [
            place
            for level, units in levels.items()
            for place in _spread(units, seed, units[0][0].suite, family, str(level))
        ]
        mixed = [unit for _, _, unit in sorted(order, key=lambda place: place[:2])]
        start, count = _drawn(seed, "family", family), len(mixed)
        placed += [((k + start) / count, _unit_drawn(seed, unit), unit) for k, unit in enumerate(mixed)]
    yield from (unit for _, _, unit in sorted(placed, key=lambda place: place[:2]))


def _spread(units: Sequence[list[Item]], seed: int, *names: str) -> Iterator[tuple[float, float, list[Item]]]:
    """Units of one level in a drawn order, evenly over [0, 1) from a drawn start."""
    start = _drawn(seed, "level", *names)
    for k, unit in enumerate(sorted(units, key=lambda unit: _unit_drawn(seed, unit))):
        yield (k + start) / len(units), _unit_drawn(seed, unit), unit


def _unit_drawn(seed: int, unit: Sequence[Item]) -> float:
    return _drawn(seed, "item", unit[0].task, unit[0].item)


def _cut(units: Sequence[Sequence[Item]], looks: int) -> list[list[Item]]:
    """Units as they come, cut where as near as may be to equal numbers of items; none is cut in two."""
    total = sum(map(len, units))
    waves: list[list[Item]] = [[] for _ in range(looks)]
    seen = 0
    for unit in units:
        middle = seen + len(unit) / 2
        waves[min(looks - 1, int(middle * looks / total))] += unit
        seen += len(unit)
    return waves


def calls_of(looks: RecordedLooks, calls: Sequence[PlannedCall], wave: int) -> list[PlannedCall]:
    """The calls of one wave."""
    return [call for call in calls if looks.wave_of(call.rank) == wave]
