"""Earlier answers of a baseline that count in a run at no cost, once a sample of them asked again shows no drift."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.errors import IncompleteError, UsageError
from bench.journal import Journal, RunEntry
from bench.plan import PlannedCall
from bench.records import Call, Comparison, RecordedReuse, RunRecord, new_folder, remove_folder
from bench.run import describe
from bench.run.asked import Asked, Share
from bench.run.earlier import deadline_cut, usable
from bench.run.looking import NOTHING, Session, merged
from bench.run.looking import run as run_waves
from bench.run.prepare import Prepared
from bench.run.score import is_graded, judge, outcome_of, score_of
from bench.stats import Floats, Interval, Strata, ratio_of_sums, score_difference

LEAST, SHARE = 20, 0.05
"""A sample is so large a share of the earlier answers, and at least so many."""
RISK = 0.05
"""How often a baseline that did not change is taken to have drifted; half of it by scores, half by lengths."""
CURE = "With --fresh in place of --reuse-baseline the same command asks all of them."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseBaseline:
    """What was asked for: how old a baseline's answers may be."""

    hours: float
    """Hours."""
    text: str
    """As the user wrote it."""
    claims: tuple[str, ...] = ()
    """Claims whose baselines it speaks of; empty for all."""

    def labels(self, comparison: Comparison) -> tuple[str, ...]:
        """The baselines that are no claim's candidate. UsageError where there is none."""
        claims = [claim for name, claim in comparison.claims.items() if not self.claims or name in self.claims]
        candidates = {claim.candidate for claim in claims}
        labels = tuple(dict.fromkeys(claim.baseline for claim in claims if claim.baseline not in candidates))
        if not labels:
            raise UsageError(
                f"--reuse-baseline needs a claim, whose baseline it speaks of: add [claims.<name>] to "
                f"{comparison.source}, with candidate, baseline and a margin. See docs/planning-and-bets.md."
            )
        return labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Earlier answers of one model that could count."""

    label: str
    """The model."""
    known: Mapping[str, Call]
    """By key: the newest answer that is young enough, of the same settings and task version."""
    sample: tuple[PlannedCall, ...]
    """Those that are asked again; empty where there are too few for that."""

    @property
    def free(self) -> frozenset[str]:
        """Keys of what would not be asked."""
        return frozenset(self.known) - {call.key for call in self.sample} if self.sample else frozenset()


def offers(prepared: Prepared, journal: Journal, run: str, reuse: ReuseBaseline) -> list[Offer]:
    """What the journal has of each baseline."""
    return [_offer(prepared, journal, run, reuse, label) for label in reuse.labels(prepared.comparison)]


def judged(session: Session, record: RunRecord, reuse: ReuseBaseline | None) -> tuple[RunRecord, Asked]:
    """Asks a run that is judged on its way, or whose baseline is reused; returns its record, its tables written, and
    how the asking went."""
    record, begun = reused(session, record, reuse) if reuse else (record, NOTHING)
    if record.looks is not None:
        return run_waves(session, record, begun)
    asked = merged(begun, session.ask(None))
    return session.score(asked, record), asked


def reused(session: Session, record: RunRecord, reuse: ReuseBaseline) -> tuple[RunRecord, Asked]:
    """Asks a sample of each baseline again and takes over its other answers, once. Returns the record, and how the
    asking went. IncompleteError where a baseline drifted, or the sample lacks answers."""
    prepared, journal, entry, begun = session.prepared, session.journal, session.entry, NOTHING
    for offer in offers(prepared, journal, entry.run, reuse):
        if offer.label in record.baseline_reuse:
            continue
        if not offer.sample:
            session.watcher.say(
                f"{offer.label}: {len(offer.known)} answers of the last {reuse.text} under the same settings, too few "
                f"to ask {LEAST} of them again; all items are asked."
            )
            continue
        asked = session.ask(sample_share(offer))
        seen, calls = checked(prepared, journal, entry, offer=offer, asked=asked, reuse=reuse)
        take(journal, prepared, entry.run, calls)
        begun = merged(begun, asked)
        record = replace(record, fresh=False, baseline_reuse={**record.baseline_reuse, offer.label: seen})
        record = describe.with_history(record, journal.sharing(record.run))
        journal.begin(entry.run, prepared.plan.sha256, entry.folder, record.text())
        session.watcher.say(f"{offer.label}: {seen.words}")
    return record, begun


def free_keys(prepared: Prepared, reuse: ReuseBaseline, journal: Journal, run: str) -> frozenset[str]:
    """Keys of calls whose earlier answers would count."""
    return frozenset(key for offer in offers(prepared, journal, run, reuse) for key in offer.free)


def _offer(prepared: Prepared, journal: Journal, run: str, reuse: ReuseBaseline, label: str) -> Offer:
    planned = prepared.plan.of(label)
    found = usable(journal, prepared.endpoints, planned, run, reuse.hours)
    known = {call.key: call for call in found if not deadline_cut(call) and _same_task(prepared, journal, call)}
    sample = sorted((call for call in planned if call.key in known), key=lambda call: _drawn(prepared, call))
    count = max(LEAST, math.ceil(SHARE * len(known)))
    return Offer(label=label, known=known, sample=tuple(sample[:count]) if len(known) > LEAST else ())


def _same_task(prepared: Prepared, journal: Journal, call: Call) -> bool:
    """Whether it was asked, and would be graded, by today's content of its task."""
    begun_with = journal.manifest(call.source_run or call.run)
    if begun_with is None:
        return False
    then = describe.of_journal(begun_with).tasks.get(call.task)
    return then is not None and then.sha256 == prepared.loaded.files[call.task].sha256


def _drawn(prepared: Prepared, call: PlannedCall) -> bytes:
    words = f"claimbench drift {prepared.comparison.run.seed}\0{call.item.task}\0{call.item.item}\0{call.repeat}"
    return hashlib.sha256(words.encode()).digest()


def sample_share(offer: Offer) -> Share:
    """What of the plan is asked again first."""
    return Share(
        ranks=frozenset(call.rank for call in offer.sample),
        models=frozenset({offer.label}),
        agreed=False,
        free=offer.free,
    )


def checked(
    prepared: Prepared, journal: Journal, entry: RunEntry, *, offer: Offer, asked: Asked, reuse: ReuseBaseline
) -> tuple[RecordedReuse, list[Call]]:
    """What the sample shows, and the answers that may count. IncompleteError where it lacks answers, or shows drift."""
    fresh = {key: call for key, call in journal.calls(entry.run).items() if call.outcome.scored and not call.reused}
    lacking = sum(call.key not in fresh for call in offer.sample)
    if lacking:
        why = asked.why_ended or "The same command asks them again."
        raise IncompleteError(
            f"{offer.label}: {lacking} of the {len(offer.sample)} answers that check for drift are missing. {why}"
        )
    served = {fresh[call.key].served_model for call in offer.sample}
    same = [call for call in offer.sample if offer.known[call.key].served_model in served]
    if len(served) > 1 or len(same) < LEAST:
        then = sorted({str(offer.known[call.key].served_model) for call in offer.sample})
        now = ", ".join(sorted(map(str, served)))
        raise IncompleteError(
            f"{offer.label} is served as {now} now and was as {', '.join(then)}: too few of its earlier answers are "
            f"this model's to count. {CURE}"
        )
    taken = [offer.known[key] for key in sorted(offer.free) if offer.known[key].served_model in served]
    times = sorted(call.started_at for call in taken) or [fresh[same[0].key].started_at]
    seen = replace(
        _compared(prepared, entry, same, offer.known, fresh),
        hours=reuse.hours,
        answers=len(taken),
        earliest=times[0],
        latest=times[-1],
        served_model=next(iter(served)),
    )
    return seen, taken


def _compared(
    prepared: Prepared,
    entry: RunEntry,
    sample: Sequence[PlannedCall],
    before: Mapping[str, Call],
    now: Mapping[str, Call],
) -> RecordedReuse:
    """The sample's scores and lengths against those of then. IncompleteError where they differ beyond chance."""
    sides = (("before", before), ("now", now))
    with new_folder(entry.folder, "drift") as folder:
        then, today = (_scores(prepared, sample, calls, folder / name) for name, calls in sides)
    remove_folder(entry.folder / "drift")
    scored = ~np.isnan(then) & ~np.isnan(today)
    if scored.sum() < LEAST:
        raise IncompleteError(f"{sample[0].model}: the answers that check for drift could not be graded. {CURE}")
    binary = bool(np.isin(np.concatenate([then[scored], today[scored]]), (0.0, 1.0)).all())
    difference, _ = score_difference((today - then)[scored], _alone(int(scored.sum())), binary=binary)
    assert difference is not None
    interval = difference.interval(0.95)
    counted = _tokens_ratio(sample, before, now)
    seen = RecordedReuse(
        hours=0,
        answers=0,
        earliest=now[sample[0].key].started_at,
        latest=now[sample[0].key].started_at,
        compared=int(scored.sum()),
        score_change=interval.estimate,
        score_low=interval.low,
        score_high=interval.high,
        tokens_ratio=None if counted is None else counted.estimate,
        tokens_low=None if counted is None else counted.low,
        tokens_high=None if counted is None else counted.high,
    )
    longer = seen.tokens_low is not None and seen.tokens_low > 1 + 1e-9
    shorter = seen.tokens_high is not None and seen.tokens_high < 1 - 1e-9
    if difference.two_sided_p() <= RISK / 2 or longer or shorter:
        raise IncompleteError(
            f"{sample[0].model} drifted: {seen.compared_words}. None of its earlier answers counts. {CURE}"
        )
    return seen


def _alone(count: int) -> Strata:
    return Strata(["sample"] * count, [str(at) for at in range(count)])


def _tokens_ratio(
    sample: Sequence[PlannedCall], before: Mapping[str, Call], now: Mapping[str, Call]
) -> Interval | None:
    """Output tokens today over those of then; None where some are unknown."""
    pairs = [(now[call.key].usage.out_total, before[call.key].usage.out_total) for call in sample]
    known = [(mine, old) for mine, old in pairs if mine is not None and old is not None]
    if len(known) < len(pairs):
        return None
    return ratio_of_sums([a for a, _ in known], [b for _, b in known], _alone(len(known)), 1 - RISK / 2)


def _scores(prepared: Prepared, sample: Sequence[PlannedCall], calls: Mapping[str, Call], folder: Path) -> Floats:
    """Each answer's score by today's grader; NaN where it has none."""
    graded, scores = judge(sample, calls, prepared.loaded, folder)
    each = (
        score_of(
            outcome_of(calls[call.key], graded.get(call.key)),
            scores.get(call.key),
            measured=is_graded(prepared.loaded, call.item),
        )
        for call in sample
    )
    return np.array([math.nan if score is None else score for score in each])


def take(journal: Journal, prepared: Prepared, run: str, calls: Sequence[Call]) -> None:
    """Puts earlier answers into the run, marked with the run that really asked."""
    order = {call.key: call.order for call in prepared.plan.calls}
    have = journal.calls(run)
    for call in calls:
        if call.key not in have or not have[call.key].outcome.scored:
            journal.put(replace(call, run=run, source_run=call.source_run or call.run, order=order[call.key]))
