"""A run that is judged before its end: asks wave after wave, looks after each, and ends once its claims are decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from bench.costs import ServerTime, Spending, Terms, history, with_calls
from bench.costs.estimate import estimate
from bench.errors import UsageError
from bench.journal import Journal, RunEntry
from bench.records import ItemRow, RecordedLook, RecordedLooks, RunRecord, read_run, utc_now, write_record
from bench.run import ask as asking
from bench.run import bets
from bench.run.asked import Asked, Share
from bench.run.prepare import Prepared, Watcher
from bench.run.waves import Deciding, calls_of, design, layout_of
from bench.stats import Shape

if TYPE_CHECKING:
    from bench.claims import Judgement, Unasked, Verdict
    from bench.engine import LaneResult

ANEW = "`bench run --fresh` with these settings begins anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a run with looks is asked and judged with."""

    prepared: Prepared
    """The run, planned."""
    journal: Journal
    """Where calls and looks are recorded."""
    entry: RunEntry
    """The run in the journal."""
    watcher: Watcher
    """Who sees it."""
    environ: Mapping[str, str]
    """Where keys are."""
    terms: Terms
    """What may be spent."""
    deciding: Deciding | None
    """What was asked for, of a run that ends once its claims are decided; None where it goes on to its end."""
    score: Callable[[Asked, RunRecord], RunRecord]
    """Scores what was asked, writes the tables and returns the record of a run that came so far."""

    @property
    def stopping(self) -> bool:
        """Whether it ends once its claims are decided."""
        return self.deciding is not None

    def ask(self, share: Share | None) -> Asked:
        """Asks a share of the plan."""
        return asking.ask(
            self.prepared,
            self.journal,
            self.entry,
            watcher=self.watcher,
            environ=self.environ,
            terms=self.terms,
            share=share,
        )


def begin(
    prepared: Prepared, journal: Journal, asked: Deciding | None, earlier: RunRecord | None, answered: int
) -> tuple[RecordedLooks | None, bool]:
    """The looks of a run that begins or goes on, and whether they are new.

    `earlier` is the record of the run's part before, `answered` its calls so far. UsageError where what was recorded
    before the first call would be changed after it, with the way to begin anew.
    """
    known = earlier.looks if earlier else None
    if known is None:
        if asked is None:
            return None, False
        if answered:
            raise UsageError(
                f"--until-decided: {answered} calls of this run were made without looks, which must be recorded before "
                "the first one. Go on without --until-decided, or give --fresh to begin anew."
            )
        return bets.carried(prepared, journal, design(prepared, asked)), True
    if not answered and asked is not None:
        return bets.carried(prepared, journal, design(prepared, asked)), True
    _require_same(prepared, known, asked or Deciding())
    return known, False


def _require_same(prepared: Prepared, known: RecordedLooks, asked: Deciding) -> None:
    """UsageError where margins, looks or order are not those that were recorded before the first call."""
    if asked.looks not in (None, known.count):
        raise UsageError(
            f"--looks {asked.looks}: this run was begun with {known.count} looks, which stay as they are. {ANEW}"
        )
    if asked.anytime and known.shape != Shape.ANYTIME:
        raise UsageError(f"--anytime: this run was begun with looks that share the risk, and goes on so. {ANEW}")
    if asked.claims and set(asked.claims) != set(known.claims):
        raise UsageError(f"--claim: this run was begun to decide {', '.join(known.claims)}, and goes on so. {ANEW}")
    today = prepared.comparison.claims
    for name, sha256 in known.claims.items():
        if name not in today or today[name].sha256 != sha256:
            what = "changed" if name in today else "is gone"
            raise UsageError(
                f"[claims.{name}] {what} since this run's first call, and a run that looks at its claims on the way "
                f"keeps them. Put it back, or: {ANEW}"
            )
    if known.sha256 != known.hashed(prepared.plan.sha256):
        raise UsageError(f"the looks recorded for this run are not those that it was begun with. {ANEW}")


def run(session: Session, record: RunRecord, begun: Asked) -> tuple[RunRecord, Asked]:
    """Asks wave after wave, after what was `begun`. Returns the record, its tables written, and how the asking went."""
    looks = _looks(record)
    done = begun
    scored, agreed = False, False
    for wave in range(len(looks.taken), looks.count):
        looks = _looks(record)
        if session.stopping and not set(looks.claims) - set(looks.decided):
            break
        share = Share(ranks=_ranks(session, looks, wave), models=needed(session, looks), agreed=agreed)
        done = merged(done, session.ask(share))
        agreed = True
        record, scored = session.score(done, record), True
        if done.ended or not _whole(session, share):
            break
        record = _look(session, record)
        _say(session, record)
    if not session.stopping and not done.ended and len(_looks(record).taken) == looks.count:
        rest = _unlooked(session, agreed=agreed)  # of models that left, where other claims went on
        done, scored = merged(done, session.ask(rest)), False
    if not scored:
        done = done if done.lanes else merged(done, session.ask(replace(_unlooked(session), ranks=frozenset())))
        record = session.score(done, record)
    return record, done


def _unlooked(session: Session, *, agreed: bool = True) -> Share:
    """What was never asked; a call that failed before a look stays as the look saw it."""
    every = frozenset(call.rank for call in session.prepared.plan.calls)
    labels = frozenset(e.entry.label for e in session.prepared.endpoints)
    known = frozenset(session.journal.calls(session.entry.run))
    return Share(ranks=every, models=labels, agreed=agreed, closed=known)


def _looks(record: RunRecord) -> RecordedLooks:
    assert record.looks is not None
    return record.looks


def _ranks(session: Session, looks: RecordedLooks, wave: int) -> frozenset[int]:
    return frozenset(call.rank for call in calls_of(looks, session.prepared.plan.calls, wave))


def needed(session: Session, looks: RecordedLooks) -> frozenset[str]:
    """The models that are asked in the next wave: all where the run goes on to its end, else what open claims need."""
    if not session.stopping:
        return frozenset(e.entry.label for e in session.prepared.endpoints)
    gone = looks.left_before(len(looks.taken))
    claims = session.prepared.comparison.claims
    open_yet = [claims[name] for name in looks.claims if name not in looks.decided]
    return frozenset(label for claim in open_yet for label in (claim.candidate, claim.baseline)) - gone


def _whole(session: Session, share: Share) -> bool:
    """Whether every call of a wave was made; one that failed for good counts as made."""
    known = session.journal.calls(session.entry.run)
    return all(call.key in known for call in session.prepared.plan.calls if share.has(call))


NOTHING = Asked({}, Decimal(0), None, {})
"""Nothing was asked."""


def merged(before: Asked, now: Asked) -> Asked:
    """How the asking went, of two parts of it."""
    lanes: dict[str, LaneResult] = dict(before.lanes)
    for label, lane in now.lanes.items():
        lanes[label] = lane.after(lanes[label]) if label in lanes else lane
    machines = dict(before.machines)
    for label, time in now.machines.items():
        old = machines.get(label, ServerTime(0.0, 0.0, 0.0))
        machines[label] = ServerTime(old.load_s + time.load_s, old.up_s + time.up_s, old.busy_s + time.busy_s)
    return Asked(lanes, now.spent_usd, now.ended, machines)


def _look(session: Session, record: RunRecord) -> RunRecord:
    """Takes the next look and records it, in the journal first: after a crash no look is taken twice."""
    from bench.claims import Verdict, decide, declared_claims, known_bets

    looks = _looks(record)
    spent, rest = _money(session)
    look = RecordedLook(
        at=utc_now(),
        items=sum(ends[len(looks.taken)] for ends in looks.items.values()),
        spent_usd=spent,
        rest_usd=rest,
        decided=looks.decided,
        settled=looks.taken[-1].settled if looks.taken else {},
    )
    record = replace(record, looks=replace(looks, taken=(*looks.taken, look)))
    write_record(session.entry.folder, record)
    _, items = read_run(session.entry.folder)
    earlier = known_bets(session.entry.folder, record)
    judged = decide(items, record, [*declared_claims(record).values()], earlier)
    decided, settled, futile = (
        dict(look.decided),
        dict(look.settled),
        list(looks.taken[-1].futile if looks.taken else ()),
    )
    for judgement in judged:
        name = judgement.claim.name
        if (name in decided and name not in futile) or name not in record.claims:
            continue
        verdict = judgement.verdict
        if verdict is Verdict.INCONCLUSIVE and len(looks.taken) + 1 < looks.count:
            unchangeable = _settled(session, judgement, record, len(judged))
            settled |= {name: str(unchangeable)} if unchangeable else {}
            verdict = unchangeable or verdict
            if not unchangeable and _futile(session, judgement, looks):
                futile.append(name)
        elif name in futile:
            futile.remove(name)
        if verdict is not Verdict.INCONCLUSIVE or name in {*settled, *futile} or len(looks.taken) + 1 == looks.count:
            decided[name] = str(verdict)
    look = replace(
        look, decided=decided, settled=settled, futile=tuple(dict.fromkeys(futile)), wealth=bets.wealth(judged)
    )
    record = replace(record, looks=replace(looks, taken=(*looks.taken, look)))
    if session.stopping and not _looks(record).done:
        stay = needed(session, _looks(record))
        gone = {e.entry.label for e in session.prepared.endpoints} - stay - _looks(record).left_before(len(looks.taken))
        record = replace(record, looks=replace(looks, taken=(*looks.taken, replace(look, left=tuple(sorted(gone))))))
    return _kept(session, record)


def _kept(session: Session, record: RunRecord) -> RunRecord:
    session.journal.begin(session.entry.run, record.plan_sha256 or "", session.entry.folder, record.text())
    write_record(session.entry.folder, record)
    return record


def _settled(session: Session, judgement: Judgement, record: RunRecord, together: int) -> Verdict | None:
    """What the rest of the items could not change any more."""
    from bench.claims import settled, waves

    _, items = read_run(session.entry.folder)
    looks = _looks(record)
    rows = items[waves(items, record) < len(looks.taken)]
    return settled(judgement.case, rows, [*_unasked(session, judgement, looks)], record, together)


def _futile(session: Session, judgement: Judgement, looks: RecordedLooks) -> bool:
    """Whether neither verdict is likely to be reached any more."""
    from bench.claims import futile

    if session.deciding is None or not session.deciding.futility:
        return False
    layout, _ = layout_of(session.prepared, looks, judgement.claim)
    return futile(judgement.case, layout, session.prepared.comparison.run.seed)


def _unasked(session: Session, judgement: Judgement, looks: RecordedLooks) -> Iterator[Unasked]:
    from bench.claims import Unasked

    spending = Spending.of(session.prepared.endpoints, session.prepared.book)
    labels = (judgement.claim.candidate, judgement.claim.baseline)
    suites = set(judgement.pairs.suites)
    names = {"suite", "task", "task_version", "item", "family", "level", "language", "cluster"}
    for call in session.prepared.plan.calls:
        if call.model in labels and call.item.suite in suites and looks.wave_of(call.rank) >= len(looks.taken):
            known = asdict(call.item)
            row = {name: known[name] for name in sorted(names & set(ItemRow.__slots__))}
            row |= {"prompt_sha256": call.item.prompt_sha256, "repeat": call.repeat, "order": call.order}
            worst = spending.worst(call) if call.model in spending.bills else None
            yield Unasked(model=call.model, row=row, cap_usd=None if worst is None else float(worst))


def _money(session: Session) -> tuple[Decimal | None, Decimal | None]:
    """What the run cost so far, and what the rest of it would cost about; None where a price is unknown."""
    prepared, calls = session.prepared, session.journal.calls(session.entry.run)
    spending = Spending.of(prepared.endpoints, prepared.book)
    total = Decimal(0)
    for call in prepared.plan.calls:
        if call.key in calls and call.model in spending.bills:
            usd = spending.bill(call, calls[call.key], session.entry.started_at)
            if usd is None:
                return None, None
            total += usd
    asked = {call.model for call in prepared.plan.calls if call.key in calls}
    endpoints = [e for e in prepared.endpoints if e.entry.label in asked and e.entry.label in spending.bills]
    if not endpoints:
        return None, None
    past = history(session.journal.folder, endpoints, spending, without=session.entry.folder)
    samples = with_calls(past, prepared.plan.calls, calls, spending)
    left = [call for call in prepared.plan.calls if call.key not in calls and call.model in asked]
    coming = estimate(left, spending.of(endpoints, prepared.book), samples).usd if left else None
    rest = Decimal(0) if not left else None if coming is None else Decimal(f"{coming.estimate:.6f}")
    return total, rest


def _say(session: Session, record: RunRecord) -> None:
    looks = _looks(record)
    number, look = len(looks.taken), looks.taken[-1]
    before = looks.taken[-2].decided if number > 1 else {}
    for name, verdict in look.decided.items():
        if name in look.futile:
            session.watcher.say(
                f"look {number} of {looks.count}: {name} is given up: no verdict is in reach (--futility)"
            )
        elif name not in before:
            session.watcher.say(f"look {number} of {looks.count}: {name} is decided: {verdict}")
    open_yet = [name for name in looks.claims if name not in look.decided]
    if open_yet:
        session.watcher.say(f"look {number} of {looks.count}: {', '.join(open_yet)} open")
