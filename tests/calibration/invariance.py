"""Item 11: what must change nothing changes nothing, and swapped models mirror."""

from __future__ import annotations

import numpy as np

from bench.stats import BoundTest, Strata, difference_test, ratio_test
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
            changed.setdefault(what, []).append([decided(test) for test in plain] != [decided(test) for test in other])
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
) -> tuple[BoundTest, BoundTest]:  # fmt: skip
    """The score and the cost part of a claim."""
    strata = Strata(["s"] * len(values), [str(c) for c in clusters])
    return (
        difference_test(values, strata, MARGIN),
        ratio_test(unit * ours, unit * theirs, strata, 1 - 0.9, limits=(0.8 * unit, 8.0 * unit)),
    )


def decided(test: BoundTest) -> tuple[bool, bool, bool]:
    """What a verdict is made of."""
    return test.p_within <= ALPHA, test.p_beyond <= ALPHA / 2, test.problem is None


def jobs() -> list[Job]:
    """Alone, and in clusters of five."""
    return [Job("11", invariance, cell, fast=True) for cell in ((200, 1), (300, 5))]
