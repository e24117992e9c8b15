"""The first two lines of a verdict: one sentence with its sizes, and in the same breath what the other reading says."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bench.claims import parts
from bench.claims.judge import Judgement
from bench.claims.partlines import MISSED, SHOWN, state
from bench.claims.parts import Part
from bench.claims.scope import MEAN
from bench.claims.verdict import Verdict
from bench.claims.words import percent
from bench.language import tr, tr_later
from bench.records import BY_TRAFFIC, SUCH
from bench.stats import Interval

MOST_WORDS = 25
"""Words of the first sentence."""
OPEN_BEYOND = {
    Verdict.SUPPORTED: tr_later("Not shown beyond them{takes}."),
    Verdict.REFUTED: tr_later("Beyond them neither shown nor refuted."),
    Verdict.INCONCLUSIVE: tr_later("Not shown beyond them either{takes}."),
    Verdict.SCREENED: tr_later("Not shown beyond them either{takes}."),
}
"""What is said of other kinds where they are open, by the verdict on these."""
RESERVED = tr_later("the verdict would be ")
"""How a warning begins that another count of what is missing changes the verdict."""


def headline(judgement: Judgement) -> str:
    """Verdict, reading, sizes and n in one sentence of at most MOST_WORDS words."""
    named = [part for part in parts.in_words_order(parts.claimed(judgement.claim)) if part.key in _judged(judgement)]
    while True:
        rests = f"({_mean(judgement)}n = {judgement.pairs.n})"
        said = tr(
            "{verdict} {reading}: {sizes} {rests}.",
            verdict=_verdict(judgement),
            reading=reading(judgement),
            sizes=_sizes(judgement, named),
            rests=rests,
        )
        if len(named) < 2 or words(said) <= MOST_WORDS:
            return said
        named = _without_last(judgement, named)


def _mean(judgement: Judgement) -> str:
    if judgement.claim.over == BY_TRAFFIC:
        return tr("weighted by the log's calls, ")
    return tr("mean of the suites, ") if any(suite == MEAN for suite, _ in judgement.test.parts) else ""


def _without_last(judgement: Judgement, named: list[Part]) -> list[Part]:
    """The parts but for the last one that the verdict does not turn on: its line below says it."""
    failing = judgement.test.failing if judgement.verdict is Verdict.REFUTED else None
    rest = [part for part in named if failing is None or part.key != failing[1]]
    return [part for part in named if part is not rest[-1]]


def words(text: str) -> int:
    """Words of a text as a reader counts them: signs alone are none."""
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


def second(judgement: Judgement) -> str:
    """The second line: what a refuted saving still comes to, and what the other reading says; empty without either."""
    return " ".join(text for text in (still(judgement), beyond(judgement)) if text)


def still(judgement: Judgement) -> str | None:
    """What a claim still saves that is refuted for its saving alone; None elsewhere, and where the saving is open."""
    failing = judgement.test.failing if judgement.verdict is Verdict.REFUTED else None
    if failing is None or failing[1] != parts.COST.key:
        return None
    found = judgement.test.parts
    saved = [result for (_, key), result in found.items() if key == parts.COST.key]
    others = {scope: result for scope, result in found.items() if scope[1] != parts.COST.key}
    if any(result.interval.high is None or result.interval.high >= 1 for result in saved):
        return None
    if any(_misses(judgement, scope) for scope in others):
        return None
    low, high = (percent(1 - end(result.estimate for result in saved)) for end in (max, min))
    saving = low if low == high else tr("{low} to {high}", low=low, high=high)
    shown = all(state(judgement, judgement.deciding, scope) == SHOWN for scope in others)
    rest = (
        ""
        if not others
        else tr(", and the rest of the claim holds")
        if shown
        else tr("; the rest of the claim is open")
    )
    return tr("It still saves {saving}{rest}.", saving=saving, rest=rest)


def _misses(judgement: Judgement, scope: tuple[str, str]) -> bool:
    result = judgement.test.parts[scope]
    missed = parts.part(result.name).missed(judgement.claim, result.interval)
    return missed or state(judgement, judgement.deciding, scope) == MISSED


def beyond(judgement: Judgement) -> str | None:
    """What the reading says that does not decide; None where both are the same."""
    if judgement.pairs.one_reading:
        return None
    other, these = judgement.other.verdict, kinds(judgement)
    if judgement.claim.about == SUCH:
        return tr("On these {these} kinds of task themselves: {other}.", these=these, other=other)
    if other is not Verdict.INCONCLUSIVE:
        too = tr(", too") if other is judgement.verdict else ""
        return tr("Beyond them, on other kinds like these: {other}{too}.", other=other, too=too)
    return tr(OPEN_BEYOND[judgement.verdict], takes=_takes(judgement))


def kinds(judgement: Judgement) -> int:
    """Kinds of task, which are the clusters of the reading that speaks of others like them."""
    return len(set(judgement.pairs.clusters))


def named_kinds(judgement: Judgement) -> dict[str, list[str]]:
    """By suite the names of the kinds of task that a verdict speaks of; empty where each item is a kind of its own."""
    if judgement.pairs.one_reading:
        return {}
    found: dict[str, list[str]] = {}
    for name in sorted(set(judgement.pairs.clusters)):
        suite, _, kind = name.partition("/")
        found.setdefault(suite, []).append(kind)
    return found


def _takes(judgement: Judgement) -> str:
    """How many kinds would show it, where the score is what is open."""
    seen, other = judgement.outlook, judgement.other
    open_score = any(key == parts.SCORE.key and not judgement.supports(r) for (_, key), r in other.test.parts.items())
    if seen is None or not open_score:
        return ""
    if seen.kinds is None:
        return tr(": no likely number of kinds would do")
    if seen.kinds <= kinds(judgement):
        return ""
    return tr(": that would take about {kinds} kinds in all", kinds=_rounded(seen.kinds))


def _rounded(count: int) -> int:
    """Two digits of a count."""
    digits = max(0, len(str(count)) - 2)
    return round(count, -digits)


def _judged(judgement: Judgement) -> set[str]:
    return {key for _, key in judgement.test.parts}


def _verdict(judgement: Judgement) -> str:
    said = tr(str(judgement.verdict).capitalize())
    return tr("{said}, with a reservation,", said=said) if any(reservations(judgement)) else said


def reservations(judgement: Judgement) -> Iterator[str]:
    """What would turn a supported verdict: no headline says "supported" alone where a note overturns it."""
    if judgement.verdict is not Verdict.SUPPORTED:
        return
    yield from judgement.proves_little.values()
    begin = tr(RESERVED)
    same = begin + tr(str(judgement.verdict))
    yield from (text for text in judgement.warnings if text.startswith(begin) and not text.startswith(same))


def reading(judgement: Judgement) -> str:
    """What the deciding reading speaks of, e.g. "on these 18 kinds of task"."""
    if judgement.pairs.one_reading:
        return tr("on items like these")
    count = kinds(judgement)
    if judgement.claim.about == SUCH:
        return tr("on other kinds of task like these {count}", count=count)
    return tr("on these {count} kinds of task", count=count) if count > 1 else tr("on this kind of task")


def _sizes(judgement: Judgement, named: list[Part]) -> str:
    """What each part came to, over the suites."""
    claim, clauses = judgement.claim, list[str]()
    refuted = judgement.test.failing if judgement.verdict is Verdict.REFUTED else None
    failing = refuted[1] if refuted else None
    for part in named:
        results = [result for (_, key), result in judgement.test.parts.items() if key == part.key]
        estimates = [result.estimate for result in results if math.isfinite(result.estimate)]
        if estimates:
            clause = tr("{verb} {range}", verb=tr(part.verb), range=_range(part, estimates))
        elif part.key in (parts.PASS.key, parts.PREFERENCE.key):
            labelled = any(result.n for (_, key), result in judgement.test.parts.items() if key == part.key)
            clause = tr("has too few labels") if labelled else tr("is labelled by nobody")
        elif part.key == parts.SCORE.key and not judgement.pairs.graded.any():
            clause = tr("has a {noun} that is not measured", noun=tr(part.noun))
        else:
            clause = tr("has an unknown {noun}", noun=tr(part.noun))
        if failing == part.key:
            clause += tr(", not {wanted}", wanted=part.wanted(part.limit(claim)))
        clauses.append(clause)
    *first, last = clauses
    both = tr(", and ") if first and failing else tr(" and ") if first else ""
    return tr(
        "{candidate}, against {baseline}, {first}{both}{last}",
        candidate=claim.candidate,
        baseline=claim.baseline,
        first=", ".join(first),
        both=both,
        last=last,
    )


def _range(part: Part, estimates: list[float]) -> str:
    low, high = min(estimates), max(estimates)
    if part.said(low) == part.said(high):
        return part.said(low)
    return part.said_between(Interval(low, low, high, len(estimates)))
