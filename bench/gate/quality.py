"""Whether scores dropped: one error rate for every suite and model of a gate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.claims import MISSING_RATE
from bench.gate.findings import ALL, ALPHA, Finding, FindingStatus, Measure
from bench.gate.match import Pairing, concatenated
from bench.stats import Floats, detectable_drop, drop_p, hybrid


def judge_quality(pairings: Sequence[Pairing]) -> list[Finding]:
    """A finding for every suite, and for each model's suites together where it has several."""
    differences = [pairing.differences() for pairing in pairings]
    parts, pooled = _p_values(pairings, differences)
    levels = ALPHA / 2 / len(parts), ALPHA / 2 / len(pooled)
    findings = []
    for model, together in pooled.items():
        mine = [at for at, pairing in enumerate(pairings) if pairing.model == model]
        if len(mine) == 1:  # its only suite is all its items
            at = mine[0]
            findings.append(_finding([pairings[at]], [differences[at]], min(parts[at], together), max(levels)))
            continue
        findings += [_finding([pairings[at]], [differences[at]], parts[at], levels[0]) for at in mine]
        findings.append(_finding([pairings[at] for at in mine], [differences[at] for at in mine], together, levels[1]))
    return findings


def _p_values(pairings: Sequence[Pairing], differences: Sequence[Floats]) -> tuple[list[float], dict[str, float]]:
    """Adjusted p-values, suite by suite and of each model's suites together."""
    parts = [drop_p(values, binary=p.binary) for p, values in zip(pairings, differences, strict=True)]
    models = list(dict.fromkeys(pairing.model for pairing in pairings))
    together = []
    for model in models:
        mine = [at for at, pairing in enumerate(pairings) if pairing.model == model]
        binary = all(pairings[at].binary for at in mine)
        together.append(drop_p(concatenated([differences[at] for at in mine]), binary=binary))
    p_parts, p_pooled = hybrid(parts, together)
    return p_parts, dict(zip(models, p_pooled, strict=True))


def _finding(pairings: Sequence[Pairing], differences: Sequence[Floats], p: float, level: float) -> Finding:
    known = [pair for pairing in pairings for pair in pairing.scores().values()]
    before, after = (float(np.mean(side)) for side in zip(*known, strict=True)) if known else (None, None)
    values = concatenated(differences)
    least = detectable_drop(values, level)
    if least is not None and before is not None and least > before:
        least = None  # there is not so much to lose
    return Finding(
        model=pairings[0].model,
        suite=pairings[0].suite if len(pairings) == 1 else ALL,
        measure=Measure.QUALITY,
        status=FindingStatus.FAILED if p <= ALPHA else FindingStatus.PASSED,
        before=before,
        after=after,
        n=len(known),
        lost=int((values < 0).sum()),
        won=int((values > 0).sum()),
        p=p,
        detectable=least,
    )


def blind_spots(pairings: Sequence[Pairing], findings: Sequence[Finding], detect: float | None) -> list[str]:
    """Why a pass says too little, as sentences: a drop of `detect` would not be seen, or missing answers decide.

    Missing answers are left out where they are few. Elsewhere the run must pass also if they all were wrong, and the
    baseline's right.
    """
    judged = [finding for finding in findings if finding.measure is Measure.QUALITY]
    said = [
        f"{finding.model}, {finding.suite}: {_least(finding)}"
        for finding in judged
        if detect is not None and finding.suite != ALL and (finding.detectable is None or finding.detectable > detect)
    ]
    said += [
        f"{pairing.model}, {pairing.suite}: no item has a score both in the run and in the baseline"
        for pairing in pairings
        if not len(pairing.differences())
    ]
    lacking = [pairing.missing() > MISSING_RATE for pairing in pairings]
    if any(lacking):
        worst = [p.worst() if lacks else p.differences() for p, lacks in zip(pairings, lacking, strict=True)]
        parts, pooled = _p_values(pairings, worst)
        for pairing, p, lacks in zip(pairings, parts, lacking, strict=True):
            if lacks and min(p, pooled[pairing.model]) <= ALPHA:
                said.append(
                    f"{pairing.model}, {pairing.suite}: {100 * pairing.missing():.1f} % of the answers are missing, "
                    "and if they were wrong the gate would fail"
                )
    return said


def _least(finding: Finding) -> str:
    if finding.detectable is None:
        score = "no score" if finding.before is None else f"a score of {100 * finding.before:.1f} %"
        return f"of {finding.n} items with {score}, fewer than 4 in 5 of even a complete loss would be seen"
    return f"{finding.n} items cannot detect a drop of less than {100 * finding.detectable:.1f} points"
