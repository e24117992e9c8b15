"""How many instances of each family an exam has: a smaller exam is the beginning of a larger one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Item = dict[str, Any]


def sized(items: Iterable[Item], place: Callable[[Item], int], first: int, instances: int) -> list[Item]:
    """The items of the first `instances` of each family: those of the shipped exam, the `first`, then all others.

    `place` is an item's place in its family, from 0.
    """
    kept = [(place(item), item) for item in items]
    begins = [item for at, item in kept if at < min(first, instances)]
    return begins + [item for at, item in kept if first <= at < instances]


def numbered(item: Item) -> int:
    """The place that stands at the end of an item's id, e.g. 3 of "vans-3"."""
    return int(str(item["id"]).rpartition("-")[2])
