"""Item 10: the regression gate's false alarms and what it sees, and why latency is gated within one run only."""

from __future__ import annotations

from functools import cache

import numpy as np

from bench.gate.findings import ALPHA, TOLERANCE
from bench.gate.growth import LATENCY_ALPHA, grown, growth, slower
from bench.gate.match import Amounts
from bench.stats import drop_p, holm, hybrid
from tests.calibration.grid import Job, Row, Scale, error, rate
from tests.calibration.worlds import Costs, Floats, Repeated, Rng

N = 100
NOISE = 0.10
"""Share of the items that an unchanged model scores otherwise, one way as often as the other."""
FELL = {"every suite −3": (0.03, 0.03, 0.10), "one suite −10": (0.10, 0.0, 0.15), "one suite −20": (0.20, 0.0, 0.25)}
"""Case -> drop of the first suite and of the others, and the first one's share of items that differ."""
PACE = 0.35
"""Standard deviation of the logarithm of a call's seconds."""
DRIFT = 0.015
"""Standard deviation of the step that the machine's log pace makes from call to call, a random walk."""


@cache
def p_of(lost: int, won: int) -> float:
    """The product's p-value of a suite."""
    return drop_p([-1.0] * lost + [1.0] * won, binary=True)


def binary(scale: Scale, rng: Rng, suites: int, case: str) -> list[Row]:
    """Any alarm of suites of N items each; false ones where nothing changed."""
    first, others, differ = FELL.get(case, (0.0, 0.0, NOISE))
    rates = [(first, differ), *[(others, NOISE)] * (suites - 1)]
    draws = [
        rng.multinomial(N, [(psi + drop) / 2, (psi - drop) / 2, 1 - psi], size=scale.closed)[:, :2]
        for drop, psi in rates
    ]
    alarms: dict[str, list[bool]] = {
        name: [] for name in ("ours", "any drop > 1 point", "any p < 5 %", "Holm", "pooled")
    }
    for counts in np.stack(draws, axis=1):
        p_values = [p_of(int(lost), int(won)) for lost, won in counts]
        pooled = p_of(*(int(total) for total in counts.sum(axis=0)))
        parts, together = hybrid(p_values, [pooled])
        alarms["ours"].append(min(*parts, *together) <= ALPHA)
        alarms["any drop > 1 point"].append(bool((counts[:, 0] - counts[:, 1] > 0.01 * N).any()))
        alarms["any p < 5 %"].append(min(p_values) < 0.05)
        alarms["Holm"].append(min(holm(p_values)) <= ALPHA)
        alarms["pooled"].append(pooled <= ALPHA)
    ours, *peers = (rate(found) for found in alarms.values())
    bound = {"every suite −3": 0.80, "one suite −10": 0.38, "one suite −20": 0.90}.get(case, 0.05)
    se = error(ours, scale.closed, bound)
    beside: dict[str, float | None] = dict(zip([*alarms][1:], peers, strict=True))
    return [Row((str(suites), case), ours, bound, at_least=case in FELL, se=se, beside=beside)]


def repeated(scale: Scale, rng: Rng, suites: int, repeats: int, n: int) -> list[Row]:
    """The same where an item's score is the mean of several samples: the tilted bootstrap."""
    world = Repeated(repeats, 0.7, 0.0)
    shifts = world.shifts()
    found = []
    for _ in range(scale.bootstrap):
        parts = [world.draw(rng, n, shifts) for _ in range(suites)]
        p_values = [drop_p(values, binary=False) for values in parts]
        adjusted, pooled = hybrid(p_values, [drop_p(np.concatenate(parts), binary=False)])
        found.append(min(*adjusted, *pooled) <= ALPHA)
    share = rate(found)
    se = error(share, scale.bootstrap, 0.05)
    return [Row((str(suites), f"unchanged, {n} items with {repeats} repeats"), share, 0.05, se=se)]


def tokens(scale: Scale, rng: Rng, n: int, sigma: float, ratio: float, bound: float) -> list[Row]:
    """Any alarm of five suites' tokens or costs whose true ratio is stated; the plain rule takes 5 % for each."""
    world, suites = Costs(sigma, sigma, 8.0), 5
    ours, plain = [], []
    for _ in range(scale.closed // 10):
        pairs = [world.draw(rng, n, ratio) for _ in range(suites)]
        ours.append(any(grown(growth(Amounts(*pair, scored=n, silent=False), ALPHA / suites)) for pair in pairs))
        plain.append(any(now.mean() > TOLERANCE * base.mean() for now, base in pairs))
    share = rate(ours)
    setting = (str(n), f"{sigma:g}", f"{ratio:g}")
    se = error(share, scale.closed // 10, bound)
    beside: dict[str, float | None] = {"any ratio > 1.10": rate(plain)}
    return [Row(setting, share, bound, at_least=ratio > TOLERANCE, se=se, beside=beside)]


def latency(scale: Scale, rng: Rng, n: int, ratio: float, bound: float) -> list[Row]:
    """Alarms on a machine that drifts: pairs asked side by side in random order, and the baseline's block first."""
    ours, blocks = [], []
    for _ in range(scale.closed // 4):
        pace = np.cumsum(DRIFT * rng.standard_normal(2 * n)) + PACE * rng.standard_normal(2 * n)
        turned = rng.random(n) < 0.5
        now, base = np.where(turned, pace[::2], pace[1::2]), np.where(turned, pace[1::2], pace[::2])
        ours.append(_alarm(now + np.log(ratio), base))
        blocks.append(_alarm(pace[n:] + np.log(ratio), pace[:n]))
    share = rate(ours)
    se = error(share, scale.closed // 4, bound)
    beside: dict[str, float | None] = {"block order": rate(blocks)}
    return [Row((str(n), f"{ratio:g}"), share, bound, at_least=ratio > TOLERANCE, se=se, beside=beside)]


def _alarm(now: Floats, base: Floats) -> bool:
    return slower(np.exp(np.column_stack([now, base])), LATENCY_ALPHA)[1]


def jobs() -> list[Job]:
    """Every cell of item 10."""
    found = [Job("10", binary, (suites, "unchanged"), fast=True) for suites in (5, 10, 20)]
    found += [Job("10", binary, (10, case), fast=True) for case in FELL]
    found += [Job("10", repeated, cell, fast=cell[1] == 2) for cell in ((5, 2, N), (5, 4, N), (5, 10, N), (5, 4, 24))]
    unchanged = [(n, sigma, 1.0, 0.05) for n in (24, 100) for sigma in (0.5, 1.0)]
    found += [Job("10 tokens", tokens, cell, fast=True) for cell in (*unchanged, (100, 0.5, 1.10, 0.05))]
    found += [Job("10 tokens", tokens, (100, 0.5, 1.30, 0.80), fast=True)]
    cells = [(n, 1.0, 0.017) for n in (30, 100)] + [(100, 1.2, 0.85)]
    return [*found, *(Job("10 latency", latency, cell, fast=True) for cell in cells)]
