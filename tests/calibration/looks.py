"""Looks on the way: how often they err at the edge, what they save, and whether a plan foresees it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from bench.claims.forecast import forecast, replay
from bench.claims.looks import Sizes
from bench.claims.worlds import Guess, Layout, draw
from bench.records import SUCH, THESE, Claim
from bench.stats import Floats, Shape, levels, shape_for, smallest_n
from bench.stats.betting import BETS
from bench.stats.paired import critical_value
from tests.calibration.grid import Job, Row, Scale, error
from tests.calibration.worlds import Rng

LOOKS = 5
CLAIM = Claim(name="c", candidate="candidate", baseline="baseline", margins={"cheaper_by": 0.9, "worse_by": 0.03})


def edge(scale: Scale, rng: Rng, n: int, margin: float, discordance: float) -> list[Row]:
    """A candidate exactly at the margin: supported at some look, by the exact test at each look's level."""
    shape = shape_for(n)
    ends = [n * (look + 1) // LOOKS for look in range(LOOKS)]
    fractions = tuple(end / n for end in ends)
    supported, refuted = (np.zeros(scale.closed, dtype=bool) for _ in range(2))
    lost, won = np.zeros(scale.closed), np.zeros(scale.closed)
    shares = [(discordance + margin) / 2, (discordance - margin) / 2, 1 - discordance]
    for look, end in enumerate(ends):
        fresh = rng.multinomial(end - (ends[look - 1] if look else 0), shares, size=scale.closed)
        lost, won = lost + fresh[:, 0], won + fresh[:, 1]
        critical, against = _criticals(end, margin, fractions, shape, look)
        supported |= _tango(end, lost, won, -margin) >= critical
        refuted |= _tango(end, won, lost, margin) >= against
    setting = (str(n), f"{100 * margin:g}", f"{discordance:g}")
    wrong, harsh = float(supported.mean()), float(refuted.mean())
    return [
        Row((*setting, "supported"), wrong, 0.05, se=error(wrong, scale.closed, 0.05)),
        Row((*setting, "refuted"), harsh, 0.025, se=error(harsh, scale.closed, 0.025)),
    ]


@cache
def _criticals(n: int, margin: float, fractions: tuple[float, ...], shape: Shape, look: int) -> tuple[float, float]:
    """The exact statistics that support at the look's level, and that refute at half of the risk."""
    level, half = levels(fractions, 0.05, shape)[look], levels(fractions, 0.025, shape)[look]
    support = critical_value(n, margin, level) if n >= smallest_n(margin, level) else np.inf
    return support, critical_value(n, -margin, half)


def _tango(n: int, lost: Floats, won: Floats, d0: float) -> Floats:
    b = -lost - won + (2 * n - won + lost) * d0
    root = np.sqrt(np.maximum(b * b + 8 * n * lost * d0 * (1 - d0), 0.0))
    q = np.maximum((-b + root) / (4 * n), max(0.0, -d0))
    above = won - lost - n * d0
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(above == 0, 0.0, above / np.sqrt(n * np.maximum(2 * q + d0 - d0 * d0, 0.0)))
    return found


def layout(families: int, each: int, seed: int) -> tuple[Layout, Sizes]:
    """Families of equal size, each wave an equal share of every family."""
    rng, n = np.random.default_rng(seed), families * each
    kinds = np.repeat(np.arange(families), each)
    places = np.concatenate([(rng.permutation(each) + rng.random()) / each for _ in range(families)])
    waves = np.empty(n, dtype=np.intp)
    waves[np.argsort(places, kind="stable")] = np.arange(n) * LOOKS // n
    made = Layout(
        suites=("suite",) * n,
        clusters=tuple(f"suite/{kind}" for kind in kinds),
        sources=tuple(f"suite/item {at}" for at in range(n)),
        waves=waves,
    )
    ends = tuple(int((waves <= wave).sum()) for wave in range(LOOKS))
    return made, Sizes(items={"suite": ends}, shape=shape_for(n))


def families(count: int, each: int, seed: int) -> tuple[Layout, Sizes]:
    """Families drawn at random, each wave an equal share of whole ones."""
    made, sizes = layout(count, each, seed)
    order = np.random.default_rng(seed).permutation(count)
    waves = (order * LOOKS // count)[np.repeat(np.arange(count), each)].astype(np.intp)
    ends = tuple(int((waves <= wave).sum()) for wave in range(LOOKS))
    return replace(made, waves=waves), replace(sizes, items={"suite": ends}, whole_clusters=True)


def drawn(scale: Scale, rng: Rng, count: int, each: int, guess: Guess, what: str, name: str, bar: float) -> list[Row]:
    """Claims about other kinds of task, in waves of whole families (ICC 0.1)."""
    made, sizes = families(count, each, int(rng.integers(1 << 30)))
    claim, worlds = replace(CLAIM, about=SUCH), scale.peer
    seen = forecast(claim, guess, made, sizes, worlds=worlds, seed=int(rng.integers(1 << 30)))
    share = seen.items / seen.planned if name == "items asked" else seen.supported.estimate
    return [Row((f"{count} of {each}, drawn", what, name), share, bar, se=error(share, worlds, bar))]


def judged(
    scale: Scale, rng: Rng, families: int, each: int, what: str, guess: Guess, bars: dict[str, float]
) -> list[Row]:
    """Drawn runs, judged whole by the code that judges real ones; `bars`: least or largest rates by name."""
    made, sizes = layout(families, each, int(rng.integers(1 << 30)))
    seen = forecast(CLAIM, guess, made, sizes, worlds=scale.peer, seed=int(rng.integers(1 << 30)))
    rates = {
        "supported": seen.supported.estimate,
        "wrongly supported": seen.supported.estimate,
        "refuted": seen.refuted.estimate,
        "items asked": seen.items / seen.planned,
        "power lost": max(0.0, seen.supported_fixed.estimate - seen.supported.estimate),
    }
    rows = []
    for name, bar in bars.items():
        share, least = rates[name], name in ("supported", "refuted")
        se = 0.35 / scale.peer**0.5 if name in ("items asked", "power lost") else error(share, scale.peer, bar)
        rows.append(Row((f"{families} of {each}", what, name), share, bar, at_least=least, se=se))
    return rows


def foreseen(scale: Scale, rng: Rng, n: int, difference: float, discordance: float) -> list[Row]:
    """How far a plan's power is from a count of wins and losses drawn apart from it, the saving being clear."""
    made, sizes = layout(18, n // 18, int(rng.integers(1 << 30)))
    guess = Guess(difference=difference, discordance=discordance, ratio=0.02)
    plan = forecast(CLAIM, guess, made, sizes, worlds=scale.peer, seed=int(rng.integers(1 << 30)))
    (ends,) = sizes.items.values()
    fractions = tuple(end / n for end in ends)
    shares = [(discordance - difference) / 2, (discordance + difference) / 2, 1 - discordance]
    lost, won, held = (np.zeros(20_000) for _ in range(3))
    for look, end in enumerate(ends):
        fresh = rng.multinomial(end - (ends[look - 1] if look else 0), shares, size=len(held))
        lost, won = lost + fresh[:, 0], won + fresh[:, 1]
        critical, _ = _criticals(end, 0.03, fractions, sizes.shape, look)
        held = np.maximum(held, _tango(end, lost, won, -0.03) >= critical)
    off = abs(plan.supported.estimate - float(held.mean()))
    setting = (str(n), f"{100 * difference:+g}", f"{discordance:g}")
    return [Row(setting, off, 0.04, se=error(float(held.mean()), scale.peer, 0.5), beside={"true power": held.mean()})]


def spends(scale: Scale, rng: Rng, n: int, guess: Guess, what: str) -> list[Row]:
    """How often runs spend what a plan says they do nine times in ten."""
    made, sizes = layout(18, n // 18, int(rng.integers(1 << 30)))
    plan = forecast(CLAIM, guess, made, sizes, worlds=scale.peer, seed=int(rng.integers(1 << 30)))
    assert plan.usd_90 is not None
    low, high = plan.usd_90
    inside = []
    for _ in range(scale.peer):
        end = replay(CLAIM, draw(guess, made, THESE, rng), made, sizes)
        inside.append(low <= end.usd[end.look] <= high)
    share = float(np.mean(inside))
    return [Row((str(n), what, "in 90 %"), share, 0.85, at_least=True, se=error(share, scale.peer, 0.85))]


def bets(scale: Scale, rng: Rng, n: int, margin: float, discordance: float) -> list[Row]:
    """A candidate exactly at the margin, looked at after every item: how often a bet is won."""
    steps = np.array([-1.0, 1.0, 0.0])
    sides = {
        "supported": (np.log1p(BETS[:, None] * (steps + margin) / (1 - margin)), 0.05),
        "refuted": (np.log1p(BETS[:, None] * (-margin - steps) / (1 + margin)), 0.025),
    }
    held = {name: np.zeros((len(BETS), scale.closed)) for name in sides}
    won = {name: np.zeros(scale.closed, dtype=bool) for name in sides}
    shares = np.cumsum([(discordance + margin) / 2, (discordance - margin) / 2])
    for _ in range(n):
        drawn = np.searchsorted(shares, rng.random(scale.closed), side="right")
        for name, (logs, alpha) in sides.items():
            held[name] += logs[:, drawn]
            won[name] |= np.logaddexp.reduce(held[name], axis=0) >= np.log(len(BETS) / alpha)
    return [
        Row(
            (str(n), f"{100 * margin:g} points, ψ = {discordance:g}", name),
            float(won[name].mean()),
            alpha,
            se=error(float(won[name].mean()), scale.closed, alpha),
        )
        for name, (_, alpha) in sides.items()
    ]


def bet_on(
    scale: Scale, rng: Rng, families: int, each: int, what: str, guess: Guess, name: str, bar: float
) -> list[Row]:
    """Whole claims judged by bets, at five looks."""
    made, sizes = layout(families, each, int(rng.integers(1 << 30)))
    bet = replace(sizes, shape=Shape.ANYTIME)
    seen = forecast(CLAIM, guess, made, bet, worlds=scale.peer, seed=int(rng.integers(1 << 30)))
    share = seen.supported.estimate
    least = name == "supported"
    return [Row((str(families * each), what, name), share, bar, at_least=least, se=error(share, scale.peer, bar))]


HONEST = {"supported": 0.93, "items asked": 0.60, "power lost": 0.04}


def jobs() -> list[Job]:
    """All of them."""
    tails = Guess(difference=0.05, ratio=0.1, spreads=(1.5, 0.8))
    worlds = [
        (18, 28, "2 points better, 95 % cheaper", Guess(difference=0.02, ratio=0.05), HONEST),
        (18, 73, "2 points better, 95 % cheaper", Guess(difference=0.02, ratio=0.05), {**HONEST, "items asked": 0.36}),
        (18, 28, "3 points worse", Guess(difference=-0.03, ratio=0.05), {"wrongly supported": 0.05}),
        (18, 28, "3 points worse, ψ = 0.06", Guess(difference=-0.03, discordance=0.06, ratio=0.05),
         {"wrongly supported": 0.05}),
        (18, 28, "exactly 90 % cheaper, heavy tails", tails, {"wrongly supported": 0.06}),
        (18, 28, "80 % cheaper", Guess(ratio=0.2), {"refuted": 0.99, "items asked": 0.25}),
        (18, 28, "15 points worse", Guess(difference=-0.15, discordance=0.2, ratio=0.05),
         {"refuted": 0.99, "items asked": 0.35}),
    ]  # fmt: skip
    random = [
        (50, 10, Guess(difference=-0.03, ratio=0.05), "3 points worse", "wrongly supported", 0.06),
        (50, 10, Guess(difference=0.02, ratio=0.05), "2 points better, 95 % cheaper", "items asked", 0.85),
    ]
    planned = [
        (504, 0.02, 0.1), (504, 0.0, 0.1), (504, 0.0, 0.04), (1314, 0.0, 0.1), (504, -0.01, 0.06),
        (252, 0.02, 0.06), (504, 0.01, 0.2), (504, -0.02, 0.1), (1314, 0.02, 0.2), (1314, -0.01, 0.1),
    ]  # fmt: skip
    usd = [
        (504, Guess(difference=0.02, ratio=0.05, baseline_usd=0.1), "2 points better, 95 % cheaper"),
        (504, Guess(ratio=0.08, baseline_usd=0.1), "the same, 92 % cheaper"),
        (1314, Guess(difference=0.02, ratio=0.05, baseline_usd=0.1), "2 points better, 95 % cheaper"),
    ]
    on_bets = [
        (18, 28, "2 points better, 95 % cheaper", Guess(difference=0.02, ratio=0.05), "supported", 0.65),
        (18, 28, "3 points worse", Guess(difference=-0.03, ratio=0.05), "wrongly supported", 0.05),
        (18, 28, "exactly 90 % cheaper, heavy tails", tails, "wrongly supported", 0.05),
    ]
    return [
        *(
            Job("8", edge, (n, margin, psi), fast=(n, psi) == (504, 0.1))
            for n in (164, 504, 1314)
            for margin in (0.03, 0.05)
            for psi in (0.06, 0.1, 0.2)
        ),
        *(Job("8 whole", judged, world, fast=world[2] == "15 points worse") for world in worlds),
        *(Job("8 whole", drawn, world) for world in random),
        *(Job("8 plan", foreseen, world, fast=world == planned[0]) for world in planned),
        *(Job("8 spend", spends, world, fast=world == usd[0]) for world in usd),
        *(
            Job("9", bets, (n, margin, psi), fast=(n, margin, psi) == (504, 0.03, 0.1))
            for n in (164, 504)
            for margin in (0.03, 0.05)
            for psi in (0.06, 0.1, 0.3)
        ),
        *(Job("9 whole", bet_on, world, fast=world == on_bets[1]) for world in on_bets),
    ]
