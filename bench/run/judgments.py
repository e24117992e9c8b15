"""A judge's replies as rows of judgments.parquet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from bench.judging import Question, read_reply
from bench.labels import SampleEntry
from bench.records import Call, JudgmentRow


def rows_of(
    entry: SampleEntry,
    question: Question,
    call: Call,
    *,
    judge: str,
    bills: Mapping[str, Decimal | None],
    clusters: Mapping[tuple[str, str], str],
    measure: str,
) -> Iterator[JudgmentRow]:
    """A row for each criterion of a judge's reply; `bills`: what calls cost, by key."""
    bill = bills.get(call.key)
    for criterion, value in read_reply(call.text, question.criteria, question.first).items():
        yield JudgmentRow(
            suite=entry.suite,
            task=entry.task,
            item=entry.item,
            cluster=clusters[entry.task, entry.item],
            measure=measure,
            model=entry.model if entry.other is None else min(entry.model, entry.other),
            other=None if entry.other is None else max(entry.model, entry.other),
            judge=judge,
            criterion=criterion,
            first=question.first,
            value=value,
            in_total=call.usage.in_total,
            out_total=call.usage.out_total,
            cost_usd=None if bill is None else float(bill),
            answers_sha256=entry.answers_sha256,
            key=call.key,
        )


def place_of(row: JudgmentRow) -> tuple[object, ...]:
    """What two rows about the same have in common: the later replaces the earlier."""
    return (row.task, row.item, row.repeat, row.measure, row.model, row.other, row.judge, row.criterion, row.first)
