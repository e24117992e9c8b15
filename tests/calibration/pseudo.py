"""How often the gate fails an unchanged model, by pairs drawn from one run's repeats.

python -m tests.calibration.pseudo RUN: for each pair and each item two different repeats are drawn, one as the
baseline's answer and one as today's. Nothing changed between them, so every failure is a false alarm. Make such a run
with bench run -m smollm2 --repeats 10, and temperature = 0.7 under [run].
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.gate import GateResult, Snapshot, judge, take
from tests.calibration.grid import SEED, error
from tests.calibration.worlds import Rng

BAR = 0.05


def pair(run: Snapshot, rng: Rng) -> tuple[Snapshot, Snapshot]:
    """A baseline and a run of one sample an item, from different repeats of the same item."""
    sides: tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]] = ({}, {})
    for label, model in run.models.items():
        for suite in model.suites.values():
            for key, item in suite.items.items():
                for side, at in zip(sides, rng.choice(len(item.samples), 2, replace=False), strict=True):
                    side.setdefault(label, {})[key] = int(at)
    return _with(run, sides[0]), _with(run, sides[1])


def _with(run: Snapshot, chosen: dict[str, dict[str, int]]) -> Snapshot:
    models = {}
    for label, model in run.models.items():
        suites = {
            name: replace(
                suite,
                items={k: replace(i, samples=(i.samples[chosen[label][k]],)) for k, i in suite.items.items()},
            )
            for name, suite in model.suites.items()
        }
        models[label] = replace(model, suites=suites)
    return replace(run, models=models)


def alarms(run: Snapshot, pairs: int) -> tuple[Counter[str], Counter[int]]:
    """How many pairs failed, by measure and "any"; and how many items differed, by their number."""
    rng = np.random.default_rng(SEED)
    models = {label: label for label in run.models}
    failed, differing = Counter[str](), Counter[int]()
    for _ in range(pairs):
        base, now = pair(run, rng)
        result: GateResult = judge(base, now, models)
        measures = {finding.measure for finding in result.findings if finding.failed}
        failed.update([*measures, *(["any"] if measures else [])])
        differing[len(result.moves)] += 1
    return failed, differing


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 1 if more pairs fail than chance explains, 2 if the run has no repeats."""
    parser = argparse.ArgumentParser(prog="python -m tests.calibration.pseudo", description=__doc__)
    parser.add_argument("run", type=Path, help="a run folder with at least two repeats")
    parser.add_argument("--pairs", type=int, default=500, help="pairs to draw  [default: 500]")
    chosen = parser.parse_args(arguments)
    run = take(chosen.run)
    items = [item for model in run.models.values() for suite in model.suites.values() for item in suite.items.values()]
    least = min(len(item.samples) for item in items)
    if least < 2:
        print(f"{chosen.run}: has an item with one sample; it takes two")
        return 2
    failed, differing = alarms(run, chosen.pairs)
    share = failed["any"] / chosen.pairs
    most = BAR + 3 * error(BAR, chosen.pairs, BAR)
    moved = sum(count * times for count, times in differing.items()) / chosen.pairs
    print(
        f"{chosen.pairs} pairs of run {run.run}: {', '.join(run.models)}, {len(items)} items, at least {least} repeats"
    )
    print(f"items that score otherwise, mean of a pair: {moved:.1f}")
    for measure in ("quality", "tokens in", "tokens out", "cost", "any"):
        print(f"failed on {measure}: {failed[measure]} ({100 * failed[measure] / chosen.pairs:.1f} %)")
    print(f"bar: at most {100 * most:.1f} % (5 % and three standard errors): {'pass' if share <= most else 'MISS'}")
    return int(share > most)


if __name__ == "__main__":
    sys.exit(main())
