"""What other installed packages add: tasks, importers, providers and graders, as entry points (docs/plugins.md)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from typing import Any, Literal

from bench.errors import UsageError

Kind = Literal["tasks", "importers", "providers", "graders"]
"""What a package may add: the end of its entry points' group, e.g. "claimbench.tasks"."""


def named(kind: Kind) -> Mapping[str, metadata.EntryPoint]:
    """The entry points of a kind, by name in order; none of their code is loaded. UsageError for a name given twice."""
    points: dict[str, metadata.EntryPoint] = {}
    for point in metadata.entry_points(group=f"claimbench.{kind}"):
        other = points.setdefault(point.name, point)
        if other.value != point.value:
            raise UsageError(
                f"{package(other)} and {package(point)} both add '{point.name}' to claimbench.{kind}. Uninstall one."
            )
    return dict(sorted(points.items()))


def loaded(point: metadata.EntryPoint) -> Any:
    """What an entry point stands for. UsageError naming its package where it cannot be loaded."""
    try:
        return point.load()
    except (Exception, SystemExit) as error:  # a package may end the process as it is imported
        why = str(error).partition("\n")[0] or type(error).__name__
        raise UsageError(f"{_place(point)} cannot be loaded ({why}). Update or uninstall the package.") from error


def unfit(point: metadata.EntryPoint, needed: str) -> UsageError:
    """The error for an entry point that stands for something else than is needed."""
    return UsageError(f"{_place(point)} is no {needed}. Update or uninstall the package.")


def package(point: metadata.EntryPoint) -> str:
    """The package that brings an entry point, with its version."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.module


def versions() -> dict[str, str]:
    """The versions of packages that add tasks, providers or graders, by name: they can change a result."""
    kinds: tuple[Kind, ...] = ("tasks", "providers", "graders")
    points = [point for kind in kinds for point in metadata.entry_points(group=f"claimbench.{kind}")]
    return {point.dist.name: point.dist.version for point in points if point.dist}


def _place(point: metadata.EntryPoint) -> str:
    return f"{package(point)}: '{point.name}' of {point.group} ({point.value})"
