"""`bench judge`: models of other vendors judge a run's answers, in both orders; calls are journalled and paid apart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from bench.costs import Estimate, Spending, Terms
from bench.costs.estimate import estimate
from bench.engine import Budget, Lane, run_lanes, run_to_end
from bench.errors import UsageError
from bench.journal import Journal, Recorder
from bench.judging import Question, Rubric, accepted_answers, questions, require_disjoint
from bench.labels import LabelSample, SampleEntry, drawn, shown
from bench.plan import PlannedCall, call_key
from bench.prices import PriceBook
from bench.providers import Endpoint, missing_keys
from bench.records import (
    OVERALL,
    Call,
    Item,
    RunRecord,
    RunSettings,
    lock_folder,
    read_judgments,
    read_record,
    read_rows,
    sha256_of,
    utc_now,
    write_judgments,
    write_text,
)
from bench.run import local
from bench.run.egress import require_allowed, with_sampled
from bench.run.execute import JOURNAL
from bench.run.judgments import place_of, rows_of
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
    rubric: Rubric
    """What it was judged by, with the accepted answers that were shown."""


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
        data = with_sampled(self.data, read_rows(self.folder)[0])
        require_allowed(data, tasks, self.endpoints, set(data) - set(self.data))
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
        entries, accepted = self._entries(sample), accepted_answers(*read_rows(self.folder))
        at = 0
        for entry, (request, answers) in zip(entries, shown(self.folder, entries), strict=True):
            in_order = answers if entry.other is None or entry.model < entry.other else answers[::-1]
            reference = accepted.get((entry.task, entry.item))
            for question in questions(self.choices.rubric, request, in_order, reference):
                yield _Asked(planned=_planned(endpoint, entry, question, at), entry=entry, question=question)
                at += 1

    def _entries(self, sample: LabelSample) -> Sequence[SampleEntry]:
        return sample.entries if self.choices.items is None else sample.first(self.choices.items)

    def _rubric(self, sample: LabelSample) -> Rubric:
        """The criteria with the accepted answers that are shown."""
        accepted = accepted_answers(*read_rows(self.folder))
        places = dict.fromkeys((entry.task, entry.item) for entry in self._entries(sample))
        shown_ones = {"/".join(place): accepted[place] for place in places if place in accepted}
        if shown_ones:
            self.notes.append(
                f"judges were shown the accepted answers of {len(shown_ones)} of {len(places)} items: where one of the "
                "models compared wrote them, they favour it."
            )
        return replace(self.choices.rubric, accepted=shown_ones)

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
        already += spending.cut_off([each.planned for each in asked], journal.begun(name))
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
        observer, record = _Observer(watcher=self.watcher), Recorder(journal)
        begins = None if budget is None else record.begin
        lanes = run_to_end(run_lanes(name, [lane], record, observer, self.environ, admission=budget, begins=begins))
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
        rows = [
            row
            for each in done
            for row in rows_of(
                each.entry,
                each.question,
                known[each.planned.key],
                judge=each.planned.model,
                bills=bills,
                clusters=clusters,
                measure=sample.measure,
            )
        ]
        mine = {place_of(row) for row in rows}
        kept = [row for row in read_judgments(self.folder) if place_of(row) not in mine]
        write_judgments(self.folder, [*kept, *rows])
        total = None if any(bill is None for bill in bills.values()) else sum(filter(None, bills.values()), Decimal(0))
        unread = len({row.key for row in rows if row.criterion == OVERALL and row.value is None})
        rubric = self._rubric(sample)
        judged = Judged(
            calls=len(done),
            asked=len({each.planned.key for each in done} - before),
            missing=len(asked) - len(done),
            unread=unread,
            usd=total,
            notes=tuple(self.notes),
            rubric=rubric,
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
            "rubric": {"sha256": judged.rubric.sha256, "criteria": dict(judged.rubric.criteria)},
            **({"accepted": sha256_of(dict(judged.rubric.accepted))} if judged.rubric.accepted else {}),
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
