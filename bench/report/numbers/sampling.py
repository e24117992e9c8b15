"""What sampling and thinking the vendors made of what was asked, and where the models of a comparison were unlike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bench.language import tr, tr_later
from bench.records import RecordedModel, RunRecord
from bench.records.note import Note, info, warning

if TYPE_CHECKING:
    import pandas as pd

Pairs = list[tuple[dict[str, Any], dict[str, Any]]]
"""Sampling as it was asked for, and as it was sent."""
COMPARED = ("temperature", "top_p")
"""What changes how answers are drawn; another seed draws others in the same way."""
THINKS = {
    "always": tr_later("always thinks"),
    "on": tr_later("thinks by default"),
    "off": tr_later("does not think by default"),
    "never": tr_later("does not think"),
}
"""A model's rule -> words, where nothing was asked."""
REASONS = {"ignored": tr_later("the vendor ignores it"), "forbidden": tr_later("the vendor forbids it")}
"""A vendor's handling of a parameter that is not sent -> words; a number is the value it is fixed at."""


def sampling_notes(items: pd.DataFrame, record: RunRecord) -> tuple[Note, ...]:
    """One sentence for each model whose vendor leaves something to say, then a warning for each unlike suite."""
    models = record.models
    asked = items[["suite", "model", "sampling_requested", "sampling_applied"]].drop_duplicates().dropna()
    used = {(str(suite), str(label)): _pairs(part) for (suite, label), part in asked.groupby(["suite", "model"])}
    lines = []
    for label, model in models.items():
        pairs = [pair for (_, mine), sent in used.items() if mine == label for pair in sent]
        said = "; ".join(dict.fromkeys(filter(None, (_thinking(model), *_changed(pairs, model)))))
        lines += [info(f"{label}: {said}.")] if said else []
    for suite in record.suites:
        ways = {label: (used[suite, label], model) for label, model in models.items() if (suite, label) in used}
        unlike = "; ".join(filter(None, (_unlike(name, ways) for name in COMPARED)))
        if unlike:
            lines.append(
                warning(
                    tr(
                        "on {suite} the models were sampled unlike ({unlike}); a difference may come of it.",
                        suite=suite,
                        unlike=unlike,
                    )
                )
            )
    return tuple(lines)


def _pairs(rows: pd.DataFrame) -> Pairs:
    distinct = rows[["sampling_requested", "sampling_applied"]].drop_duplicates()
    return [(_numbers(wanted), _numbers(sent)) for wanted, sent in distinct.itertuples(index=False)]


def _numbers(text: str) -> dict[str, Any]:
    """Settings that are numbers: an import tells of others, too."""
    return {name: value for name, value in json.loads(text).items() if _is_number(value)}


def _thinking(model: RecordedModel) -> str:
    """How the model thinks; empty where nothing is known or asked."""
    rules = model.rules or {}
    asked, effort, usual = model.thinking, model.effort, rules.get("effort_default")
    parts = [
        tr(THINKS.get(rules.get("thinks", ""), ""))
        if asked is None
        else tr("thinking on")
        if asked
        else tr("thinking off")
    ]
    parts.append(
        tr("effort {effort}", effort=effort)
        if effort
        else tr("effort {usual} (its default)", usual=usual)
        if usual
        else ""
    )
    parts.append(
        tr("at most {thinking_budget} tokens of thinking", thinking_budget=model.thinking_budget)
        if model.thinking_budget
        else ""
    )
    return ", ".join(part for part in parts if part)


def _changed(pairs: Pairs, model: RecordedModel) -> Iterator[str]:
    """What was asked and not sent, or sent in other words."""
    greedy = (model.rules or {}).get("greedy")
    for wanted, sent in pairs:
        for name, value in wanted.items():
            if name not in sent:
                handling = model.sampling.get(name)
                fixed = _is_number(handling) and tr("the vendor fixes it at {handling:g}", handling=handling)
                reason = fixed or tr(REASONS.get(str(handling), ""))
                yield tr("{name} {value:g} asked, not sent", name=name, value=value) + (f": {reason}" if reason else "")
            elif greedy and name == "temperature" and value == 0:
                yield tr("temperature 0 is sent as {greedy}", greedy=json.dumps(greedy))


def _unlike(name: str, ways: Mapping[str, tuple[Pairs, RecordedModel]]) -> str:
    """A parameter's values by model, if they differ; else empty."""
    values = {
        label: tr(" or ").join(sorted({_value(name, sent, model) for _, sent in pairs}))
        for label, (pairs, model) in ways.items()
    }
    listed = ", ".join(f"{label} {value}" for label, value in values.items())
    return f"{name}: {listed}" if len(set(values.values())) > 1 else ""


def _value(name: str, sent: Mapping[str, Any], model: RecordedModel) -> str:
    handling = model.sampling.get(name)
    value = sent.get(name, handling if _is_number(handling) else None)
    return tr("the vendor's own") if value is None else f"{value:g}"


def _is_number(handling: object) -> bool:
    return isinstance(handling, int | float) and abs(handling) < 1e300
