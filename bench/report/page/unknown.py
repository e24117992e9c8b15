"""What a verdict leaves unknown, under one heading: open parts, other kinds of task, lost answers, every caution."""

from __future__ import annotations

from collections.abc import Iterator

from bench import claims
from bench.claims import Judgement, Verdict, parts
from bench.language import tr
from bench.records import SUCH


def unknown(judgement: Judgement) -> Iterator[str]:
    """Sentences, the largest unknown first; never none, for no run speaks of tasks unlike its own."""
    yield from (tr("Open: {reason}.", reason=reason) for reason in claims.open_parts(judgement))
    yield from _other_kinds(judgement)
    yield from (f"{text[0].upper()}{text[1:]}." for text in claims.unknown(judgement.case))
    yield from claims.cautions(judgement)
    yield from _not_claimed(judgement)
    yield tr("Tasks unlike these, and later versions of either model: only a run on them tells.")


def _not_claimed(judgement: Judgement) -> Iterator[str]:
    """Which of score and cost the verdict says nothing of."""
    spoken = parts.claimed(judgement.claim)
    for part in (parts.SCORE, parts.COST):
        if part not in spoken:
            yield tr("The {noun}: this claim does not speak of it.", noun=tr(part.noun))


def _other_kinds(judgement: Judgement) -> Iterator[str]:
    """Why the reading that does not decide is open, where it is."""
    if judgement.pairs.one_reading or judgement.other.verdict is not Verdict.INCONCLUSIVE:
        return
    count = claims.kinds(judgement)
    reasons = "; ".join(claims.beyond_lines(judgement))
    why = tr(": {reasons}", reasons=reasons) if reasons else ""
    if judgement.claim.about == SUCH:
        yield tr("Whether it holds on these {count} kinds of task themselves{why}.", count=count, why=why)
    else:
        yield tr("Whether it holds on other kinds of task than these {count}{why}.", count=count, why=why)
