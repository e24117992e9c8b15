"""Item 13: claims from a few labels and many judgments, with judges that are biased, blind or toss coins."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import scipy

from bench.stats import Floats, Strata, labelled_difference, labelled_mean, labelled_test
from tests.calibration.grid import ALPHA, Job, Row, Scale, error, rate
from tests.calibration.peers import t_supports
from tests.calibration.worlds import Rng

ITEMS = 1000
"""Items that the judges see."""
WIN_MARGIN, PASS_MARGIN = 0.10, 0.05
"""Net win rate, and share of passes."""
TIE = 0.4125
"""Latent preference within which people call it a tie: 32 % of equals."""
FIRST = 0.33
"""How far a judge leans to the answer that it sees first."""
JUDGES = {"weak": 0.442, "good": 0.692, "best": 0.893}
"""Judge -> latent correlation that gives labels and verdicts one of .41, .64, .83."""
LEANINGS = {
    ("weak", 0): -0.082,
    ("weak", 5): -0.010,
    ("good", 0): -0.048,
    ("good", 5): 0.024,
    ("good", 10): 0.095,
    ("best", 5): 0.052,
    ("best", 10): 0.123,
}
"""Judge and its bias towards the candidate in points, at the margin -> latent leaning that gives it."""
PREFERENCES = (
    ("weak", 5, 100, 0.37, 0.63),
    ("weak", 5, 200, 0.59, 0.88),
    ("good", 0, 100, 0.44, 0.71),
    ("good", 5, 50, 0.29, 0.47),
    ("good", 5, 100, 0.42, 0.76),
    ("good", 5, 200, 0.68, 0.93),
    ("good", 5, 400, 0.88, 0.99),
    ("good", 10, 100, 0.43, 0.73),
    ("best", 5, 50, 0.42, 0.69),
    ("best", 5, 100, 0.64, 0.91),
    ("best", 5, 200, 0.81, 0.99),
    ("best", 10, 200, 0.82, 0.99),
)
"""Judge, bias, labels, and the published power of PPI++ at a truth of 0 and of +5 points."""
SLACK = 0.03
BLIND, COIN = "blind to the candidate's failures", "tosses coins"
PASS_JUDGES = {
    "TPR .95, TNR .80": (0.95, 0.20, 0.20),
    "TPR .95, TNR .80, +15 lenient": (0.95, 0.20, 0.35),
    "TPR .98, TNR .95": (0.98, 0.05, 0.05),
    "TPR .98, TNR .90, +10 lenient": (0.98, 0.10, 0.20),
    BLIND: (0.95, 0.20, 0.95),
    COIN: (0.50, 0.50, 0.50),
}
"""Judge -> how often it passes a right answer, a wrong one of the baseline, and a wrong one of the candidate."""
PASSES = (
    ("TPR .95, TNR .80", 100, 0.65),
    ("TPR .95, TNR .80", 200, 0.90),
    ("TPR .95, TNR .80", 400, 0.98),
    ("TPR .95, TNR .80, +15 lenient", 100, 0.60),
    ("TPR .95, TNR .80, +15 lenient", 200, 0.88),
    ("TPR .98, TNR .95", 100, 0.60),
    ("TPR .98, TNR .90, +10 lenient", 200, 0.90),
    (BLIND, 100, 0.50),
    (COIN, 200, 0.80),
)
"""Judge, labels, and the least power where both pass equally often and differ on 6 % of the items."""
PASS_TRUTHS = {
    "at the margin, losses alone": (0.05, 0.0),
    "at the margin, ψ .10": (0.075, 0.025),
    "equal": (0.03, 0.03),
}
"""Truth -> share of items that only the baseline passes, that only the candidate does."""
_ALONE = Strata(["s"] * ITEMS, [str(at) for at in range(ITEMS)])
_POOLED = Strata(["s"] * 2 * ITEMS, [str(at) for at in range(2 * ITEMS)])
_TWO = Strata(["s"] * ITEMS + ["t"] * ITEMS, [str(at) for at in range(2 * ITEMS)])
LENIENT = "TPR .95, TNR .80, +15 lenient"
MEANS = (
    ("good", (100, 100), "at the margin, in both", (-0.10, -0.10), None),
    ("good", (150, 50), "at the margin, all of it in the first", (-0.20, 0.0), None),
    ("good", (100, 100), "equal", (0.0, 0.0), 0.68),
    (LENIENT, (100, 100), "at the margin, in both", ((0.08, 0.03), (0.08, 0.03)), None),
    (LENIENT, (150, 50), "at the margin, all of it in the first", ((0.10, 0.0), (0.0, 0.0)), None),
    (COIN, (150, 50), "at the margin, all of it in the second", ((0.0, 0.0), (0.10, 0.0)), None),
    (LENIENT, (100, 100), "equal", ((0.03, 0.03), (0.03, 0.03)), 0.88),
)
"""Judge, labels of either suite, truth, what it is in each (a net win rate, or the shares that only the baseline and
only the candidate passes), and the power of as many labels of one suite: the mean of two of a size is no harder."""

Drawn = tuple[Floats, Floats]
"""Labels and judgments of every item."""


def preferences(rng: Rng, judge: str, bias: int, truth: float) -> Drawn:
    """Latent preferences with ties; a judge sees both orders, half of its noise is the same in both."""

    def net(mean: float) -> float:
        return float(scipy.special.ndtr(mean - TIE) - scipy.special.ndtr(-mean - TIE)) - truth

    latent = scipy.optimize.brentq(net, -2, 2) + rng.standard_normal(ITEMS)
    rho, shared = JUDGES[judge], rng.standard_normal(ITEMS)
    judged = np.zeros(ITEMS)
    for lean in (FIRST, -FIRST):
        noise = np.sqrt(0.5) * (shared + rng.standard_normal(ITEMS))
        judged += _called(rho * latent + np.sqrt(1 - rho**2) * noise + LEANINGS[judge, bias] + lean) / 2
    return _called(latent), judged


def _called(latent: Floats) -> Floats:
    called: Floats = np.where(latent > TIE, 1.0, np.where(latent < -TIE, -1.0, 0.0))
    return called


def passes(rng: Rng, judge: str, lost: float, won: float) -> Drawn:
    """The baseline passes 85 %; a judge sees each answer apart, on half of the items with the same luck."""
    right, wrong, lenient = PASS_JUDGES[judge]
    kind = rng.random(ITEMS)
    theirs = kind < 0.85
    ours = (kind < 0.85 - lost) | (kind > 1 - won)
    luck = rng.random((2, ITEMS))
    luck[1] = np.where(rng.random(ITEMS) < 0.5, luck[0], luck[1])
    said = [luck[0] < np.where(theirs, right, wrong), luck[1] < np.where(ours, right, lenient)]
    return ours.astype(float) - theirs, said[1].astype(float) - said[0]


def _rates(scale: Scale, draw: Callable[[], Drawn], n: int, margin: float, rare: bool) -> dict[str, float]:
    """How often each way supports "at most `margin` worse"."""
    found: dict[str, list[bool]] = {"ours": [], "people alone, t": [], "judge alone": [], "PPI++ as published": []}
    for _ in range(2 * scale.bootstrap):
        labels, judged = draw()
        hidden = np.where(np.arange(ITEMS) < n, labels, np.nan)
        difference, _ = labelled_difference(hidden, judged, _ALONE, rare=rare)
        assert difference is not None
        test = labelled_test(difference, margin, alpha=ALPHA, cutoff=ALPHA)
        found["ours"].append(test.problem is None and test.p_within <= ALPHA)
        found["people alone, t"].append(t_supports(labels[:n], -margin))
        found["judge alone"].append(t_supports(judged, -margin))
        found["PPI++ as published"].append(difference.estimate + margin > 1.645 * difference.se)
    return {name: rate(hits) for name, hits in found.items()}


def _row(scale: Scale, setting: tuple[str, ...], rates: dict[str, float], bound: float, *, power: bool) -> Row:
    ours = rates.pop("ours")
    se = error(ours, 2 * scale.bootstrap, bound)
    return Row(setting, ours, bound, at_least=power, se=se, beside=dict(rates))


def preferred(scale: Scale, rng: Rng, judge: str, bias: int, n: int, *powers: float) -> list[Row]:
    """False supports at the margin, and power for equals and for a candidate that is 5 points better."""
    rows = []
    for truth, bar in zip((-WIN_MARGIN, 0.0, 0.05), (None, *powers), strict=True):
        rates = _rates(scale, partial(preferences, rng, judge, bias, truth), n, WIN_MARGIN, rare=False)
        setting = (str(n), f"{judge}, bias {bias:+d}", f"{100 * truth:+g}")
        rows.append(_row(scale, setting, rates, 0.06 if bar is None else bar - SLACK, power=bar is not None))
    return rows


def passed(scale: Scale, rng: Rng, judge: str, n: int, power: float) -> list[Row]:
    """False supports at the margin, and power for equals."""
    rows = []
    for truth, (lost, won) in PASS_TRUTHS.items():
        equal = lost == won
        rates = _rates(scale, partial(passes, rng, judge, lost, won), n, PASS_MARGIN, rare=True)
        rows.append(_row(scale, (str(n), judge, truth), rates, power if equal else 0.06, power=equal))
    return rows


def mean(
    scale: Scale, rng: Rng, judge: str, counts: tuple[int, int], truth: str, parts: tuple[Any, Any], power: float | None
) -> list[Row]:
    """How often the mean over two suites is supported; beside it all items taken for those of one suite."""
    rare = judge in PASS_JUDGES
    margin = PASS_MARGIN if rare else WIN_MARGIN
    found: dict[str, list[bool]] = {"ours": [], "taken for one suite": [], "judge alone": []}
    for _ in range(2 * scale.bootstrap):
        drawn = [passes(rng, judge, *part) if rare else preferences(rng, judge, 5, part) for part in parts]
        labels = [np.where(np.arange(ITEMS) < count, of, np.nan) for count, (of, _) in zip(counts, drawn, strict=True)]
        hidden, judged = np.concatenate(labels), np.concatenate([said for _, said in drawn])
        tried = {
            "ours": labelled_mean(hidden, judged, _TWO, rare=rare)[0],
            "taken for one suite": labelled_difference(hidden, judged, _POOLED, rare=rare)[0],
        }
        for name, difference in tried.items():
            assert difference is not None
            test = labelled_test(difference, margin, alpha=ALPHA, cutoff=ALPHA)
            found[name].append(test.problem is None and test.p_within <= ALPHA)
        found["judge alone"].append(t_supports(judged, -margin))
    kind = "pass" if rare else "preference"
    setting = (f"{counts[0]} + {counts[1]}", f"{kind}: {judge}{'' if rare else ', bias +5'}", truth)
    bar = 0.06 if power is None else power - SLACK
    return [_row(scale, setting, {name: rate(hits) for name, hits in found.items()}, bar, power=power is not None)]


def jobs() -> list[Job]:
    """Every cell of item 13."""
    found = [Job("13", preferred, cell, fast=cell[:3] == ("good", 5, 100)) for cell in PREFERENCES]
    found += [Job("13 pass", passed, cell, fast=cell[:2] in ((COIN, 200), (BLIND, 100))) for cell in PASSES]
    return found + [Job("13 mean", mean, cell, fast=cell[:2] == (COIN, (150, 50))) for cell in MEANS]
