"""Successive numbers that belong together."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, ints


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, chain=YES_NO, short=YES_NO, least=range(2, 5), near=range(1, 3), gone=range(3, 7))
    return drawn if level >= 2 else {**drawn, "chain": True, "short": True, "least": 1, "near": rng.randint(1, 5)}


def _prose(p: Params) -> Prose:
    place = "the number before it" if p.chain else "the first number of that run"
    return [
        "Split `numbers` into runs: a number belongs to the run of the number before it, unless it differs by more "
        f"than {p.near} from {place}; then it begins a new run. So does the first number.",
        p.level >= 3 and f"Numbers equal to {p.gone} belong to no run; the next other number begins a new one.",
        p.level >= 2 and f"Leave out runs of {'fewer' if p.short else 'more'} than {p.least} numbers.",
        p.level >= 4 and "Then, of successive runs with equal sums, as many as there are, keep only the first.",
        "Return the list of the runs, in order, each as the list of its numbers; [] if there is none.",
    ]


def _runs(p: Params, numbers: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    base = None
    for number in numbers:
        if p.level >= 3 and number == p.gone:
            base = None
            continue
        if base is None or abs(number - base) > p.near:
            runs.append([])
            if not p.chain:
                base = number
        if p.chain:
            base = number
        runs[-1].append(number)
    if p.level == 1:
        return runs
    found: list[list[int]] = []
    for run in runs:
        fits = len(run) >= p.least if p.short else len(run) <= p.least
        if fits and (p.level < 4 or not found or sum(found[-1]) != sum(run)):
            found.append(run)
    return found


def _second(p: Params, numbers: list[int]) -> list[list[int]]:
    runs, rest = list[list[int]](), list(numbers)
    while rest:
        size = 1
        while size < len(rest):
            apart = abs(rest[size] - rest[size - 1 if p.chain else 0])
            broken = p.level >= 3 and p.gone in rest[size - 1 : size + 1]
            if broken or apart > p.near:
                break
            size += 1
        runs, rest = [*runs, rest[:size]], rest[size:]
    runs = [run for run in runs if bool(run[p.least - p.short :]) is p.short and (p.level < 3 or p.gone not in run)]
    return [run for i, run in enumerate(runs) if p.level < 4 or i == 0 or sum(run) != sum(runs[i - 1])]


def _edges(p: Params) -> Edges:
    n, k, g = p.least, p.near, p.gone
    ties = [[9, 9 + k, 9 + 2 * k, 9 + 3 * k], [9, 9 - k, 9, 9 - k], [9, 10 + k, 9, 9], [9, 9, g, 9, 9, g, 9]]
    ties += [[2] * n + [9] * 5 + [2] * n, [20] * 3 + [15] * 4 + [10] * 6 + [1] * 3, [20, 10, 10, 20, 1, 10, 10]]
    ties += [[g, g + 1], [30] * 4 + [24] * 5]
    maxima = [[g] + [g + 1] * n, [20] * 9, [1, 1, 1, 8, 8, 8, 20, 20, 20], [g, 9, g, 9, 9, 9, g, g]]
    cases = [[], [g], [g, g]], [[9] * n, [9] * (n - 1), [9] * (n + 1)], ties, maxima
    return Edges(*([(numbers,) for numbers in of] for of in cases))


def _draw(rng: Random, p: Params) -> Args:
    return ([rng.choice([number, p.gone, rng.randint(0, 9)]) for number in sorted(ints(rng, 0, 9, longest=12))],)


FAMILY = CodingFamily("runs", Kind.FIX, _params, _prose, _runs, _second, _edges, _draw)
