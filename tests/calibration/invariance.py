"""Item 11: what must change nothing changes nothing, and swapped models mirror."""

from __future__ import annotations

import numpy as np

from bench.stats import Half, Strata, cost, quality
from tests.calibration.grid import ALPHA, MARGIN, Job, Row, Scale, rate
from tests.calibration.worlds import Costs, Floats, Rng, binary_differences


def invariance(scale: Scale, rng: Rng, n: int, each: int) -> list[Row]:
    """The share of experiments whose verdict differs after a change that means nothing."""
    changed: dict[str, list[bool]] = {}
    for _ in range(scale.bootstrap // 10):
        values = binary_differences(rng, n, -0.01, 0.08)
        ours, theirs = Costs(1.0, 0.6, 8.0).draw(rng, n, 0.08)
        clusters = np.arange(n) // each
        plain = both(values, ours, theirs, clusters)
        order = rng.permutation(n)
        turned = both(-values, ours, theirs, clusters)[0].interval_95
        names = np.array([f"family {7 * c % 1000:04}" for c in clusters])
        for what, other in (
            ("row order", both(values[order], ours[order], theirs[order], clusters[order])),
            ("cents for dollars", both(values, ours, theirs, clusters, unit=100.0)),
            ("clusters renamed", both(values, ours, theirs, names)),
        ):
            changed.setdefault(what, []).append([decided(half) for half in plain] != [decided(half) for half in other])
        assert turned.low is not None
        assert plain[0].interval_95.high is not None
        mirrored = (
            abs(turned.low + plain[0].interval_95.high) < 1e-6 and abs(turned.estimate + plain[0].estimate) < 1e-9
        )
        changed.setdefault("models swapped: not mirrored", []).append(not mirrored)
    return [Row((str(n), str(each), what), rate(found), 0.0) for what, found in changed.items()]


def both(
    values: Floats, ours: Floats, theirs: Floats, clusters: np.ndarray[tuple[int], np.dtype[np.generic]],
    unit: float = 1.0,
) -> tuple[Half, Half]:  # fmt: skip
    """The claim's two halves."""
    strata = Strata(["s"] * len(values), [str(c) for c in clusters])
    return (
        quality(values, strata, MARGIN),
        cost(unit * ours, unit * theirs, strata, 0.9, caps=(0.8 * unit, 8.0 * unit)),
    )


def decided(half: Half) -> tuple[bool, bool, bool]:
    """What a verdict is made of."""
    return half.p_supported <= ALPHA, half.p_refuted <= ALPHA / 2, half.problem is None


def jobs() -> list[Job]:
    """Alone, and in clusters of five."""
    return [Job("11", invariance, cell, fast=True) for cell in ((200, 1), (300, 5))]
