"""One line for each part of a claim: what was measured, what is claimed, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bench.claims import parts
from bench.claims.judge import Judgement, Reading
from bench.claims.parts import Part, PartResult
from bench.claims.scope import MEAN, place_in_words
from bench.claims.verdict import Verdict
from bench.claims.words import two_sided
from bench.language import tr

SHOWN, MISSED, OPEN = "shown", "missed", "open"
"""What became of a part."""


def part_lines(judgement: Judgement) -> list[str]:
    """A line for each part of the deciding reading, suite by suite, the saving first."""
    return [*_lines(judgement, judgement.deciding), *_left_out(judgement)]


def open_parts(judgement: Judgement) -> list[str]:
    """Which parts are open in the deciding reading, each with its reason."""
    reading = judgement.deciding
    return [
        f"{_named(judgement, *scope)}: {why_open(judgement, reading, result)}"
        for scope, result in _in_order(reading)
        if state(judgement, reading, scope) == OPEN
    ]


def beyond_lines(judgement: Judgement) -> list[str]:
    """Why the reading that does not decide leaves parts open that are shown in the deciding one."""
    if judgement.pairs.one_reading or judgement.other.verdict is not Verdict.INCONCLUSIVE:
        return []
    lines = []
    for scope, result in _in_order(judgement.other):
        if judgement.supports(result) or not judgement.supports(judgement.test.parts.get(scope, result)):
            continue
        lines.append(f"{_named(judgement, *scope)}: {why_open(judgement, judgement.other, result)}")
    return lines


def state(judgement: Judgement, reading: Reading, scope: tuple[str, str]) -> str:
    """SHOWN, MISSED or OPEN, in a reading."""
    if judgement.supports(reading.test.parts[scope]):
        return SHOWN
    return MISSED if reading.verdict is Verdict.REFUTED and reading.test.failing == scope else OPEN


def _in_order(reading: Reading) -> list[tuple[tuple[str, str], PartResult]]:
    return sorted(reading.test.parts.items(), key=lambda entry: (entry[0][0], parts.part(entry[0][1]).rank))


def _lines(judgement: Judgement, reading: Reading) -> Iterator[str]:
    claim = judgement.claim
    for scope, result in _in_order(reading):
        part = parts.part(result.name)
        ended = state(judgement, reading, scope)
        why = f": {why_open(judgement, reading, result)}" if ended == OPEN else ""
        little = judgement.proves_little.get(scope) if ended == SHOWN else None
        why = tr(", but {little}", little=little) if little else why
        wanted = tr("claimed {wanted}", wanted=part.wanted(part.limit(claim)))
        yield f"{_named(judgement, *scope)}: {_measured(judgement, part, scope[0], result)}; {wanted}: {tr(ended)}{why}"
    if judgement.verdict.is_open and all(map(judgement.supports, reading.test.parts.values())):
        yield tr("every part would hold alone, but not among all the claims that were declared together")


def _left_out(judgement: Judgement) -> Iterator[str]:
    """Parts that are reported and not judged."""
    for (suite, key), result in judgement.reported.items():
        if (suite, key) in judgement.test.parts:
            continue
        part = parts.part(key)
        said = (
            tr("{verb} {range}", verb=tr(part.verb), range=part.said(result.estimate))
            if math.isfinite(result.estimate)
            else tr("unknown")
        )
        why = (None if judgement.case.batched else result.problem) or judgement.case.unjudged(part)
        where = _named(judgement, suite, key)
        yield tr("{suite}: {said}; not judged", suite=where, said=said) + (f": {why}" if why else "")


def _named(judgement: Judgement, suite: str, key: str) -> str:
    return f"{place_in_words(suite, judgement.claim)}, {tr(parts.part(key).noun)}"


def _measured(judgement: Judgement, part: Part, suite: str, result: PartResult) -> str:
    if not math.isfinite(result.estimate):
        return tr("unknown")
    interval = result.interval
    if interval.low is None or interval.high is None:
        return tr("{estimate} (no interval)", estimate=part.said(result.estimate))
    asked = judgement.pairs.n if suite == MEAN else int(judgement.pairs.of(suite).sum())
    rest = "" if result.n == asked else tr(", from {n} {unit}", n=result.n, unit=tr(part.unit))
    level = two_sided(judgement.claim)
    return tr(
        "{estimate} ({level} interval {interval}{rest})",
        estimate=part.said(result.estimate),
        level=level,
        interval=f"{part.said_between(interval)}{part.assuming(judgement.claim, result)}",
        rest=rest,
    )


def why_open(judgement: Judgement, reading: Reading, result: PartResult) -> str:
    """Why a part is open; where its interval lies wholly beyond what is claimed, why that refutes nothing yet."""
    part = parts.part(result.name)
    if part.missed(judgement.claim, result.interval):
        return tr(
            "the whole interval misses that, yet it is not refuted: {why}",
            why=_not_refuted(judgement, reading, result),
        )
    return result.problem or result.blocked or tr("the interval reaches beyond that")


def _not_refuted(judgement: Judgement, reading: Reading, result: PartResult) -> str:
    alpha, count = judgement.claim.alpha, len(reading.test.parts)
    if result.p_refuted > alpha:
        if result.blocked or result.problem:
            return result.blocked or result.problem or ""
        return tr(
            "the test, which allows for what these items have not met, leaves {p_refuted} to chance",
            p_refuted=_chance(result.p_refuted),
        )
    if count * result.p_refuted > alpha:
        share = f"{100 * alpha / count:.2g} %"
        return tr(
            "{count} parts share the risk, so it takes {share} or less, and this is {p_refuted}",
            count=count,
            share=share,
            p_refuted=_chance(result.p_refuted),
        )
    return tr("it would be alone, but not among all the claims that were declared together")


def _chance(p: float) -> str:
    return f"{100 * p:.2g} %"
