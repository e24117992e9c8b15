"""`bench judge`: models of other vendors judge a run's answers, in both orders; calls are journalled and paid apart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from bench.costs import Estimate, Spending, Terms
from bench.costs.estimate import estimate
from bench.engine import Budget, Lane, run_lanes, run_to_end
from bench.errors import UsageError
from bench.journal import Journal
from bench.judging import Question, Rubric, questions, read_reply, require_disjoint
from bench.labels import LabelSample, SampleEntry, drawn, shown
from bench.plan import PlannedCall, call_key
from bench.prices import PriceBook
from bench.providers import Endpoint, missing_keys
from bench.records import (
    OVERALL,
    Call,
    Item,
    JudgmentRow,
    RunRecord,
    RunSettings,
    lock_folder,
    read_judgments,
    read_record,
    read_rows,
    utc_now,
    write_judgments,
    write_text,
)
from bench.run import local
from bench.run.egress import require_allowed
from bench.run.execute import JOURNAL
from bench.run.prepare import Watcher

NAME = "judge"
"""Suite and task of the calls, and what follows the run's id in the journal."""
JUDGED = "judge.json"
"""The file of a run folder that says who judged what by which rubric, for how much."""
MAX_TOKENS = 1024
"""Tokens granted to a reply; a judge's own `max_tokens` replaces it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeChoices:
    """What is judged, and by what."""

    measure: str
    """"pass" or "preference"."""
    rubric: Rubric
    """The criteria."""
    models: tuple[str, ...] = ()
    """The two models; none for those of the run's first claim."""
    items: int | None = None
    """Items of the sample, from its beginning; None for all."""
    seed: int = 1
    """Of the sample, where none was drawn yet."""
    vendors_differ: bool = False
    """Whether the user vouches for vendors that nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What judging came to."""

    calls: int
    """Calls in all, earlier ones included."""
    asked: int
    """Calls that were made now."""
    missing: int
    """Calls without an answer: the same command asks them again."""
    unread: int
    """Replies without an overall verdict that could be read."""
    usd: Decimal | None
    """What all calls cost; None where a price is unknown."""
    notes: tuple[str, ...]
    """What a reader must know, in sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A call that is planned, and what it is about."""

    planned: PlannedCall
    entry: SampleEntry
    question: Question


@dataclass(slots=True, kw_only=True)
class _Observer:
    """Shows finished calls."""

    watcher: Watcher

    async def finished(self, planned: PlannedCall, call: Call) -> None:
        """Shows that another reply came."""
        self.watcher.finished(planned, call, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """Judges that are ready to be asked about a run."""

    folder: Path
    """The run folder."""
    results: Path
    """Where the journal is."""
    endpoints: Sequence[Endpoint]
    """The judges."""
    book: PriceBook
    """The price list."""
    choices: JudgeChoices
    """What is judged."""
    watcher: Watcher
    """Who is told."""
    environ: Mapping[str, str]
    """Keys and addresses."""
    data: Mapping[str, str] = field(default_factory=dict)
    """Classes of data by suite or task, as `Comparison` has them."""
    notes: list[str] = field(default_factory=list)
    """What a reader must know, filled in on the way."""

    def judge(self, terms: Terms) -> Judged:
        """Asks what is missing, and writes judgments.parquet. The sample is drawn first, if it was not.

        UsageError if a judge shares its vendor with a side, a key is missing, or the terms cannot be kept.
        """
        record = read_record(self.folder)
        sample = drawn(self.folder, self.choices.measure, self.choices.models, self.choices.seed)
        self.notes.extend(self._require_judges(record, sample))
        tasks: dict[str, set[str]] = {}
        for entry in sample.entries:
            tasks.setdefault(entry.suite, set()).add(entry.task)
        require_allowed(self.data, tasks, self.endpoints)
        spending = Spending.of(self.endpoints, self.book)
        with lock_folder(self.folder), Journal(self.results / JOURNAL) as journal:
            name = f"{record.run}.{NAME}"
            asked = [call for endpoint in self.endpoints for call in self._asked(endpoint, sample)]
            before = {key for key, call in journal.calls(name).items() if call.outcome.scored}
            self._ask(journal, name, asked, spending, terms)
            known = journal.calls(name)
            return self._written(record, sample, asked, known, before=before, spending=spending)

    def _require_judges(self, record: RunRecord, sample: LabelSample) -> list[str]:
        judges = {endpoint.entry.label: endpoint.entry.model for endpoint in self.endpoints}
        sides = {label: record.models[label].model for label in sample.models}
        return require_disjoint(judges, sides, vouched=self.choices.vendors_differ)

    def _asked(self, endpoint: Endpoint, sample: LabelSample) -> Iterator[_Asked]:
        """Every call of a judge, in the sample's order."""
        entries = sample.entries if self.choices.items is None else sample.first(self.choices.items)
        at = 0
        for entry, (request, answers) in zip(entries, shown(self.folder, entries), strict=True):
            in_order = answers if entry.other is None or entry.model < entry.other else answers[::-1]
            for question in questions(self.choices.rubric, request, in_order):
                yield _Asked(planned=_planned(endpoint, entry, question, at), entry=entry, question=question)
                at += 1

    def estimate(self) -> Estimate:
        """What all calls will cost at most; draws the sample, and calls nothing."""
        sample = drawn(self.folder, self.choices.measure, self.choices.models, self.choices.seed)
        calls = [each.planned for endpoint in self.endpoints for each in self._asked(endpoint, sample)]
        return estimate(calls, Spending.of(self.endpoints, self.book), {})

    def _ask(self, journal: Journal, name: str, asked: Sequence[_Asked], spending: Spending, terms: Terms) -> None:
        """Asks what has no answer yet, a judge after the other; what earlier calls cost is in the budget."""
        known = journal.calls(name)
        todo = [each for each in asked if each.planned.key not in known or not known[each.planned.key].outcome.scored]
        earlier = [each.planned for each in asked if each.planned.key in known and each.planned.model in spending.bills]
        already = sum((spending.charge(call, known[call.key]) for call in earlier), Decimal(0))
        labels = {each.planned.model for each in todo}
        waiting = [endpoint for endpoint in self.endpoints if endpoint.entry.label in labels]
        remote = [endpoint for endpoint in waiting if not endpoint.entry.local]
        problem = missing_keys(remote, self.environ)
        if problem:
            raise UsageError(problem)
        spending.require([endpoint.entry.label for endpoint in remote], terms)
        planned = [each.planned for each in todo]
        paid = [call for call in planned if call.model in spending.bills and spending.priced(call.model)]
        if paid and not self.watcher.estimated(estimate(paid, spending, {}), ask=terms.consent == "ask"):
            return
        for endpoint in waiting:
            mine = [call for call in planned if call.model == endpoint.entry.label]
            self.watcher.lane(endpoint.entry.label, 0, len(mine))
            budget = None if endpoint.entry.local else _budget(terms, already, mine, spending)
            if endpoint.entry.local:
                weights = local.fetch_weights(endpoint.entry, self.watcher)
                with local.serving(endpoint, weights, self.folder) as (served, _):
                    self._lane(journal, name, served, mine, None)
            else:
                self._lane(journal, name, endpoint, mine, budget)
            if budget is not None:
                already = budget.spent
                if budget.denied:
                    self.watcher.say(f"The budget of {budget.limit} USD does not hold another judgment.")

    def _lane(
        self, journal: Journal, name: str, endpoint: Endpoint, calls: Sequence[PlannedCall], budget: Budget | None
    ) -> None:
        lane = Lane(endpoint, calls, endpoint.entry.concurrency)
        observer = _Observer(watcher=self.watcher)
        lanes = run_to_end(run_lanes(name, [lane], journal.put, observer, self.environ, admission=budget))
        why = lanes[endpoint.entry.label].stopped
        if why:
            self.watcher.say(f"{endpoint.entry.label} was stopped: {why}")

    def _written(
        self,
        record: RunRecord,
        sample: LabelSample,
        asked: Sequence[_Asked],
        known: Mapping[str, Call],
        *,
        before: set[str],
        spending: Spending,
    ) -> Judged:
        clusters = {(row.task, row.item): row.cluster for row in read_rows(self.folder)[0]}
        bills = {
            each.planned.key: spending.bill(each.planned, known[each.planned.key])
            for each in asked
            if each.planned.key in known and each.planned.model in spending.bills
        }
        done = [each for each in asked if each.planned.key in known and known[each.planned.key].outcome.scored]
        rows = [row for each in done for row in _rows(each, known[each.planned.key], bills, clusters, sample.measure)]
        mine = {_place(row) for row in rows}
        kept = [row for row in read_judgments(self.folder) if _place(row) not in mine]
        write_judgments(self.folder, [*kept, *rows])
        total = None if any(bill is None for bill in bills.values()) else sum(filter(None, bills.values()), Decimal(0))
        unread = len({row.key for row in rows if row.criterion == OVERALL and row.value is None})
        judged = Judged(
            calls=len(done),
            asked=len({each.planned.key for each in done} - before),
            missing=len(asked) - len(done),
            unread=unread,
            usd=total,
            notes=tuple(self.notes),
        )
        self._record(record, sample, judged, done)
        return judged

    def _record(self, record: RunRecord, sample: LabelSample, judged: Judged, done: Sequence[_Asked]) -> None:
        """Who judged what, by which words, and who received how many answers."""
        received = {
            endpoint.entry.label: {
                "model": endpoint.entry.model,
                "answers": len({each.entry.id for each in done if each.planned.model == endpoint.entry.label}),
            }
            for endpoint in self.endpoints
        }
        content = {
            "run": record.run,
            "at": utc_now(),
            "measure": sample.measure,
            "models": list(sample.models),
            "sample_sha256": sample.sha256,
            "rubric": {"sha256": self.choices.rubric.sha256, "criteria": dict(self.choices.rubric.criteria)},
            "judges": received,
            "calls": judged.calls,
            "unread": judged.unread,
            "usd": None if judged.usd is None else str(judged.usd),
            "notes": list(judged.notes),
        }
        write_text(self.folder, JUDGED, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _planned(endpoint: Endpoint, entry: SampleEntry, question: Question, at: int) -> PlannedCall:
    item = Item(
        suite=NAME,
        task=NAME,
        task_version="1",
        item=f"{entry.id}-{question.first or 'alone'}",
        family=NAME,
        level=None,
        language="en",
        cluster=NAME,
        messages=({"role": "user", "content": question.text},),
        max_tokens=MAX_TOKENS,
        sampling={"temperature": 0.0},
    )
    run = RunSettings(suites=())
    body = endpoint.body(item, run)
    return PlannedCall(
        key=call_key(endpoint, body, item, 0),
        model=endpoint.entry.label,
        item=item,
        repeat=0,
        order=at,
        rank=at,
        body=body,
        sampling=endpoint.sampling_requested(item, run),
        sampling_applied=endpoint.sampling(item, run),
    )


def _budget(terms: Terms, spent: Decimal, calls: Sequence[PlannedCall], spending: Spending) -> Budget | None:
    if terms.budget_usd is None:
        return None
    asked = {call.rank: call for call in calls}
    return Budget(
        terms.budget_usd,
        spent,
        {calls[0].model: list(asked)},
        lambda _, rank: spending.reserve(asked[rank]),
        lambda _, rank, call: spending.charge(asked[rank], call),
    )


def _rows(
    each: _Asked,
    call: Call,
    bills: Mapping[str, Decimal | None],
    clusters: Mapping[tuple[str, str], str],
    measure: str,
) -> Iterator[JudgmentRow]:
    """A row for each criterion."""
    entry, bill = each.entry, bills.get(call.key)
    for criterion, value in read_reply(call.text, each.question.criteria, each.question.first).items():
        yield JudgmentRow(
            suite=entry.suite,
            task=entry.task,
            item=entry.item,
            cluster=clusters[entry.task, entry.item],
            measure=measure,
            model=entry.model if entry.other is None else min(entry.model, entry.other),
            other=None if entry.other is None else max(entry.model, entry.other),
            judge=each.planned.model,
            criterion=criterion,
            first=each.question.first,
            value=value,
            in_total=call.usage.in_total,
            out_total=call.usage.out_total,
            cost_usd=None if bill is None else float(bill),
            answers_sha256=entry.answers_sha256,
            key=call.key,
        )


def _place(row: JudgmentRow) -> tuple[object, ...]:
    return (row.task, row.item, row.repeat, row.measure, row.model, row.other, row.judge, row.criterion, row.first)
