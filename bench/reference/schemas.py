"""docs/schema/: a JSON Schema of every file of a run folder and of what commands print, from the code's own types."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from bench.agents import AgentEpisode
from bench.claims.shape import ClaimsJson, ClaimWords
from bench.gate.shape import BaselineJson, GateJson
from bench.records import (
    MARGINS,
    SELDOM,
    AggregateRow,
    AnswerRow,
    ItemRow,
    JsonRecord,
    JudgmentRow,
    LabelRow,
    RecordedClaim,
    RunRecord,
    Written,
    parquet_schema,
)
from bench.reference import listed, printed
from bench.reference.markdown import field_docs
from bench.reference.tables import unit
from bench.report.text.shape import ComparisonJson

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_INNER = ("extra", "keys")
"""Fields of a part of run.json that hold what it does not know itself."""
_SCALARS: Mapping[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


@dataclass(slots=True)
class _Definitions:
    """The definitions of one schema, made as they are met."""

    made: dict[str, Schema] = field(default_factory=dict)
    """By name."""

    def of(self, hint: Any) -> Schema:
        """The schema of a type."""
        origin, options = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self._written(options[1])
        if hint is Any:
            return {}
        if isinstance(hint, type) and hint in _SCALARS:
            return {"type": _SCALARS[hint]}
        if hint is Decimal:
            return {"type": "string", "description": "a decimal number, as text"}
        if origin is Literal:
            return {"enum": [*options]}
        if origin in (UnionType, Union):
            return self._any_of([self.of(each) for each in options])
        if origin in (list, tuple, Sequence):
            return self._list(options)
        if origin in (dict, Mapping):
            inner = self.of(options[1])
            return {"type": "object", "additionalProperties": inner} if inner else {"type": "object"}
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return {"enum": [str(each) for each in hint]}
        return self._named(hint.__name__, partial(self._object, hint))

    def _any_of(self, options: list[Schema]) -> Schema:
        if all(set(each) == {"type"} and isinstance(each["type"], str) for each in options):
            return {"type": [each["type"] for each in options]}
        return {"anyOf": options}

    def _list(self, options: tuple[Any, ...]) -> Schema:
        inner = self.of(options[0])
        size = {} if len(options) == 1 or options[1] is Ellipsis else {"minItems": len(options)}
        return {"type": "array", **({"items": inner} if inner else {}), **size}

    def _named(self, name: str, make: Callable[[], Schema]) -> Schema:
        if name not in self.made:
            self.made[name] = {}  # a type may hold itself
            self.made[name] = make()
        return {"$ref": f"#/$defs/{name}"}

    def _object(self, kind: type[Any]) -> Schema:
        if is_typeddict(kind):
            return self._typed(kind)
        assert is_dataclass(kind), kind
        return self._record(kind) if issubclass(kind, JsonRecord) else self._dataclass(kind)

    def _record(self, kind: type[JsonRecord]) -> Schema:
        """A part of run.json: what is null or absent takes its default."""
        own = [each for each in fields(kind) if each.name not in _INNER]
        hints = get_type_hints(kind)
        needed = [each.name for each in own if each.default is MISSING and each.default_factory is MISSING]
        free = {each.name for each in own} - {*needed}
        properties = {each.name: self._property(hints[each.name], each.name in free) for each in own}
        return _object(kind, properties | (_margins() if kind is RecordedClaim else {}), needed)

    def _dataclass(self, kind: type[Any], but: Collection[str] = ()) -> Schema:
        hints = get_type_hints(kind)
        own = [each for each in fields(kind) if each.name not in but]
        needed = [each.name for each in own if not each.metadata.get(SELDOM)]
        return _object(kind, {each.name: self._property(hints[each.name]) for each in own}, needed)

    def _typed(self, kind: type[Any]) -> Schema:
        hints = get_type_hints(kind, include_extras=True)
        needed = [name for name, hint in hints.items() if get_origin(hint) is not NotRequired]
        bare = {name: hint if name in needed else get_args(hint)[0] for name, hint in hints.items()}
        properties = {name: self._property(hint) for name, hint in bare.items()}
        return _object(kind, properties | (_margins() if kind is ClaimWords else {}), needed)

    def _property(self, hint: Any, null: bool = False) -> Schema:
        made = self.of(hint)
        return self._any_of([made, {"type": "null"}]) if null and made and not _nullable(made) else made

    def _written(self, written: Written) -> Schema:
        name = written.kind.__name__
        return self._named(name, partial(self._beside, written))

    def _beside(self, written: Written) -> Schema:
        made = self._dataclass(written.kind, but=(*written.beside, *_INNER))
        properties = {name: self.of(hint) | {"description": text} for name, (hint, text) in written.beside.items()}
        for name in written.nullable:
            properties[name] = made["properties"][name] | {"type": ["number", "null"]}
        known = {**made["properties"], **properties}
        return {**made, "properties": known, "required": list(dict.fromkeys((*made["required"], *properties)))}


def _nullable(made: Schema) -> bool:
    kinds = made.get("type", ())
    return "null" in kinds or {"type": "null"} in made.get("anyOf", ())


def _object(kind: type[Any], properties: Mapping[str, Schema], needed: Sequence[str]) -> Schema:
    docs = field_docs(kind)
    described = {name: _described(made, docs.get(name, "")) for name, made in properties.items()}
    return {"type": "object", "description": _said(_first(kind)), "properties": described, "required": [*needed]}


def _described(made: Schema, text: str) -> Schema:
    return {**made, "description": _said(text)} if text else made


def _first(kind: type[Any]) -> str:
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())


def _said(text: str) -> str:
    return text.replace("\\|", "|").replace(". None", ". Null").replace("None", "null")


def _margins() -> dict[str, Schema]:
    return {
        key: {"type": ["number", "null"], "description": f"{margin.meaning} Null if it claims nothing of this."}
        for key, margin in MARGINS.items()
    }


def _of_type(title: str, hint: Any) -> Schema:
    definitions = _Definitions()
    made = definitions.of(hint)
    return {"$schema": DIALECT, "title": title, **made, "$defs": definitions.made}


def _of_table(title: str, kind: type[Any]) -> Schema:
    """One row of a Parquet table, its columns in the file's order."""
    types = {each.name: str(each.type) for each in parquet_schema(kind)}
    made = _Definitions()._dataclass(kind)
    for name, column in made["properties"].items():
        column["x-parquet"] = types[name]
        if unit(name):
            column["x-unit"] = unit(name)
    return {"$schema": DIALECT, "title": title, **made}


def _text(made: Schema) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


_FILES: Mapping[str, Callable[[], Schema]] = {
    "run": partial(_of_type, "run.json", RunRecord),
    "items": partial(_of_table, "A row of items.parquet", ItemRow),
    "answers": partial(_of_table, "A row of answers.parquet", AnswerRow),
    "aggregates": partial(_of_table, "A row of aggregates.parquet", AggregateRow),
    "labels": partial(_of_table, "A row of labels.parquet", LabelRow),
    "judgments": partial(_of_table, "A row of judgments.parquet", JudgmentRow),
    "comparison": partial(_of_type, "comparison.json", ComparisonJson),
    "claims": partial(_of_type, "claims.json", ClaimsJson),
    "gate": partial(_of_type, "bench gate --json", GateJson),
    "baseline": partial(_of_type, "A gate's baseline", BaselineJson),
    "list": partial(_of_type, "bench list --json", listed.ListJson),
    "prices": partial(_of_type, "bench prices show --json", listed.PricesJson),
    "plan": partial(_of_type, "bench plan --json", printed.PlanJson),
    "dry-run": partial(_of_type, "bench run --dry-run --json", printed.DryRunJson),
    "history": partial(_of_type, "bench history --json", printed.HistoryJson),
    "doctor": partial(_of_type, "bench doctor --json", printed.DoctorJson),
    "verify": partial(_of_type, "bench verify --json", printed.VerifyJson),
    "totals": partial(_of_type, "bench claim --json on published totals", printed.TotalsJson),
    "same-weights": partial(_of_type, "bench gate --same-weights --json", printed.SameJson),
    "traffic": partial(_of_type, "bench traffic show --json", printed.SpendJson),
    "decide": partial(_of_type, "bench traffic decide --json", printed.DecideJson),
    "cascade": partial(_of_type, "bench traffic cascade --json", printed.CascadeJson),
    "agent": partial(_of_type, "bench agent run --json", AgentEpisode),
    "tools": partial(_of_type, "bench doctor --tools --json", printed.ToolsJson),
    "drift": partial(_of_type, "bench verify --drift --json", printed.DriftJson),
    "journal": partial(_of_type, "bench journal check --json", printed.JournalJson),
    "similar": partial(_of_type, "bench similar --json", printed.SimilarJson),
    "lint": partial(_of_type, "bench tasks lint --json", printed.LintJson),
    "weights": partial(_of_type, "bench weights list --json", listed.WeightsJson),
    "tune": partial(_of_type, "bench weights tune --json", printed.TuneJson),
    "metrics": partial(_of_type, "bench weights metrics --json", printed.MetricsJson),
}


def _page(name: str) -> str:
    return _text(_FILES[name]())


PAGES = {Path("docs", "schema", f"{name}.json"): partial(_page, name) for name in _FILES}
"""Every schema's place below the repository's root, and what writes it."""
