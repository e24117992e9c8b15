"""What a reader must know beside a verdict: warnings, parts that prove little, what missing answers would change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.claims import looks, parts, prompted, questions
from bench.claims.case import Case
from bench.claims.parts import Part, PartResult
from bench.claims.scope import Scope, scopes
from bench.claims.verdict import JointTest, Verdict, combine
from bench.language import tr
from bench.records import Outcome

TRUNCATION_GAP = 0.02
"""Truncation or refusal rates that differ by more are warned about."""


def warnings(case: Case) -> Iterator[str]:
    """What may mislead, a sentence each."""
    pairs = case.pairs
    ours, theirs = pairs.candidate, pairs.baseline
    if case.seen_in:
        yield tr(
            "judged before, on some of these answers, in {seen_in}: a second look errs more often",
            seen_in=", ".join(case.seen_in),
        )
    yield from (prompted.words(choice, pairs) for choice in case.prompted)
    yield from map(questions.in_words, pairs.repeated)
    yield from unknown(case)
    for what in (Outcome.TRUNCATED, Outcome.REFUSED):
        counts = [(getattr(side, what), side.samples) for side in (ours, theirs)]
        rates = [count / samples for count, samples in counts if count is not None]
        if len(rates) == 2 and abs(rates[0] - rates[1]) > TRUNCATION_GAP:
            cut = [f"{100 * rate:.0f} %" for rate in rates]
            words: dict[str, Any] = {
                "label": ours.label,
                "cut": cut[0],
                "what": what,
                "label2": theirs.label,
                "cut2": cut[1],
            }
            if pairs.graded.all():
                yield tr("{label} has {cut} of its answers {what}, {label2} {cut2}; they score 0", **words)
            else:
                yield tr("{label} has {cut} of its answers {what}, {label2} {cut2}", **words)
    if ours.sampling != theirs.sampling:
        sent = tr(" against ").join(tr(" or ").join(side.sampling) or tr("nothing") for side in (ours, theirs))
        yield tr("unlike sampling was applied: {sent}", sent=sent)
    for part in parts.claimed(case.claim):
        yield from part.warnings(pairs)


def unknown(case: Case) -> Iterator[str]:
    """Which answers, scores and endings are not known, a sentence each."""
    pairs = case.pairs
    ours, theirs = pairs.candidate, pairs.baseline
    if pairs.n < pairs.planned and case.looks is None:
        yield tr("interim: {n} of {planned} planned items were asked", n=pairs.n, planned=pairs.planned)
    if ours.missing or theirs.missing:
        lacks = [
            tr(
                "{label} lacks {missing} of {samples} scores",
                label=side.label,
                missing=side.missing,
                samples=side.samples,
            )
            for side in (ours, theirs)
        ]
        yield tr(" and ").join(lacks)
    if ours.truncated is None or theirs.truncated is None:
        yield tr("how the answers ended is unknown: truncation may be part of the difference")


def proving_little(case: Case) -> Iterator[tuple[Scope, Part, str]]:
    """The parts that no candidate would miss on these items, and why."""
    for scope in scopes(case.claim, case.pairs):
        for part in parts.claimed(case.claim):
            why = part.proves_little(scope)
            if why is not None:
                yield scope, part, why


def sensitivity(case: Case, verdict: Verdict, test: JointTest) -> Iterator[str]:
    """What the verdict would be if what is missing counted otherwise; a part whose losses never count stays."""
    lost = int(parts.lost_items(case.pairs).sum())
    if not lost:
        return
    claimed, alpha = parts.claimed(case.claim), case.claim.alpha
    alone, changes, items = test.verdict(alpha), 0, tr("{lost} {lost:item|items}", lost=lost)
    for what, fills in (
        (tr("counted as wrong"), (0.0, 0.0)),
        (tr("went against the candidate"), (0.0, 1.0)),
        (tr("went for the candidate"), (1.0, 0.0)),
    ):
        results = dict(test.parts)
        for scope in scopes(case.claim, case.pairs):
            filled = ((part.key, _if_lost(case, part, scope, fills)) for part in claimed)
            results |= {(scope.suite, key): result for key, result in filled if result is not None}
        other = combine(results).verdict(alpha)
        if other not in (alone, verdict):
            changes += 1
            yield tr(
                "the verdict would be {other} if the {items} without a score {what}",
                other=other,
                items=items,
                what=what,
            )
    if not changes and not any(part.fixed for part in claimed) and alone == verdict:
        yield tr("the verdict would be {alone} however the {items} without a score ended", alone=alone, items=items)


def _if_lost(case: Case, part: Part, scope: Scope, fills: tuple[float, float]) -> PartResult | None:
    """A part if what is missing counted so; of a run with looks, at the latest look alone."""
    if case.looks is None:
        return part.test_if_lost(scope, fills)
    sizes, look = case.looks.sizes, len(case.looks.pairs) - 1
    result = part.test_if_lost(looks.at_look(scope, sizes, look), fills)
    return None if result is None else looks.alone(scope.suite, result, sizes, look)
