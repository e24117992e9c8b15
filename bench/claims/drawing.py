"""Which items are asked before which look: waves that a seed draws, and that can be drawn again from the tables."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from bench.errors import UsageError


class Placed(Protocol):
    """What of an item decides its wave."""

    @property
    def suite(self) -> str:
        """Its suite."""

    @property
    def task(self) -> str:
        """Its task."""

    @property
    def item(self) -> str:
        """Its name within the task."""

    @property
    def family(self) -> str:
        """Its family."""

    @property
    def level(self) -> int | None:
        """Its level; None where the task has none."""

    @property
    def cluster(self) -> str:
        """What it shares a source with."""


def assign(
    items: Sequence[Placed], looks: int, seed: int, *, whole_clusters: bool
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


def _by_suite(items: Collection[Placed]) -> dict[str, list[Placed]]:
    suites: dict[str, list[Placed]] = {}
    for item in items:
        suites.setdefault(item.suite, []).append(item)
    return suites


def _drawn(seed: int, *names: str) -> float:
    """A number in [0, 1) that the seed and these names draw."""
    text = "\0".join((f"claimbench waves {seed}", *names))
    return int.from_bytes(hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:8]) / 2**64


def _units(items: Sequence[Placed], source: Mapping[int, str]) -> list[list[Placed]]:
    units: dict[str, list[Placed]] = {}
    for at, item in enumerate(items):
        units.setdefault(source[at], []).append(item)
    return list(units.values())


def _by_cluster(items: Sequence[Placed], seed: int) -> Iterator[list[Placed]]:
    """Whole clusters, in an order that the seed draws."""
    units = _units(items, {at: item.cluster for at, item in enumerate(items)})
    yield from sorted(units, key=lambda unit: _drawn(seed, unit[0].suite, unit[0].cluster))


def _by_share(items: Sequence[Placed], seed: int) -> Iterator[list[Placed]]:
    """Items, those that share a source together, such that any stretch holds an equal share of every family and level.

    Within a family, and within its levels, the order is drawn; the k-th of m members stands at (k + u) / m of the
    whole, u drawn for each: a systematic sample with a random start.
    """
    sources = {
        at: f"item\0{item.task}\0{item.item}" if item.cluster == item.family else f"source\0{item.cluster}"
        for at, item in enumerate(items)
    }
    families: dict[str, dict[int | None, list[list[Placed]]]] = {}
    for unit in _units(items, sources):
        families.setdefault(unit[0].family, {}).setdefault(unit[0].level, []).append(unit)
    placed: list[tuple[float, float, list[Placed]]] = []
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


def _spread(units: Sequence[list[Placed]], seed: int, *names: str) -> Iterator[tuple[float, float, list[Placed]]]:
    """Units of one level in a drawn order, evenly over [0, 1) from a drawn start."""
    start = _drawn(seed, "level", *names)
    for k, unit in enumerate(sorted(units, key=lambda unit: _unit_drawn(seed, unit))):
        yield (k + start) / len(units), _unit_drawn(seed, unit), unit


def _unit_drawn(seed: int, unit: Sequence[Placed]) -> float:
    return _drawn(seed, "item", unit[0].task, unit[0].item)


def _cut(units: Sequence[Sequence[Placed]], looks: int) -> list[list[Placed]]:
    """Units as they come, cut where as near as may be to equal numbers of items; none is cut in two."""
    total = sum(map(len, units))
    waves: list[list[Placed]] = [[] for _ in range(looks)]
    seen = 0
    for unit in units:
        middle = seen + len(unit) / 2
        waves[min(looks - 1, int(middle * looks / total))] += unit
        seen += len(unit)
    return waves
