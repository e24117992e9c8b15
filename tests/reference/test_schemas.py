"""The published schemas: each is a schema, what is written holds to it, and no key that is written is missing there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pyarrow.parquet
import pytest
from jsonschema import Draft202012Validator

from bench import claims, gate
from bench.cli import bench as root
from bench.cli.demo import EXAMPLE
from bench.records import read_record
from bench.reference.schemas import PAGES
from bench.report.numbers.comparison import compare
from bench.report.text import tables

ROOT = Path(__file__).parents[2]
BEFORE = ROOT / "tests" / "fixtures" / "before"
LOCAL = ROOT / "results" / "published" / "local"


def closed(schema: Any) -> Any:
    """The same schema, which refuses a key that it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    named = isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema
    return inner | ({"additionalProperties": False} if named else {})


def mistakes(name: str, content: Any) -> list[str]:
    """What does not hold to the schema of this name, no key beside it being allowed."""
    schema = json.loads((ROOT / "docs" / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    errors = Draft202012Validator(closed(schema)).iter_errors(content)
    return [f"{each.json_path}: {each.message}"[:300] for error in errors for each in (error, *(error.context or ()))]


def written() -> Iterator[tuple[str, str, Any]]:
    """Schema, where from, and the content of what runs wrote, or write of their tables now."""
    for path in [*BEFORE.rglob("run.json"), *LOCAL.rglob("run.json"), EXAMPLE / "run.json"]:
        yield "run", str(path), json.loads(path.read_text(encoding="utf-8"))
    for path in [*BEFORE.glob("*.json"), ROOT / ".github" / "gate.json"]:
        if "baseline_format" in (content := json.loads(path.read_text(encoding="utf-8"))):
            yield "baseline", str(path), content
    for folder in (EXAMPLE, BEFORE / "plain"):
        comparison = compare(folder)
        yield "comparison", str(folder), json.loads(tables.json_text(comparison))
        ruling = claims.judge_run(folder, None, None, {})
        yield "claims", str(folder), json.loads(json.dumps(claims.as_json(ruling, read_record(folder))))


@pytest.mark.slow
def test_what_is_written_holds_to_its_schema() -> None:
    seen = set()
    for name, where, content in written():
        assert mistakes(name, content) == [], where
        seen.add(name)
    assert seen == {"run", "baseline", "comparison", "claims"}


def test_what_the_gate_prints_holds_to_its_schema() -> None:
    base, folder = gate.load(str(BEFORE / "gate.json"), BEFORE)
    result = gate.judge_folder(BEFORE / "plain", base, folder)
    assert mistakes("gate", json.loads(json.dumps(gate.as_json(result)))) == []


@pytest.mark.parametrize("name", ["items", "answers"])
def test_the_columns_of_a_table_are_those_of_its_schema(name: str) -> None:
    file = pyarrow.parquet.read_table(EXAMPLE / f"{name}.parquet")
    schema = json.loads((ROOT / "docs" / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    columns = {key: column["x-parquet"] for key, column in schema["properties"].items()}
    written = {each.name: str(each.type) for each in file.schema}
    assert columns.items() >= written.items()
    later = {key: schema["properties"][key]["type"] for key in columns.keys() - written}  # a run from before has none
    assert all("null" in types for types in later.values()), later
    for row in (dict.fromkeys(later) | row for row in file.slice(0, 20).to_pylist()):
        assert mistakes(name, row) == []


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_every_schema_is_one_and_says_what_each_key_is(path: Path) -> None:
    schema = json.loads((ROOT / path).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    for kind in (schema, *schema.get("$defs", {}).values()):
        for key, column in kind.get("properties", {}).items():
            assert column.get("description"), f"{path}: {key} has no meaning"
        assert set(kind.get("required", ())) <= set(kind.get("properties", ()))


COMPARISONS = {"report", "reprice", "score"}
"""Commands that print comparison.json, as `bench run` does without --dry-run."""


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    """Every command with `--json`, by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        elif command and any("--json" in each.opts for each in command.params):
            yield f"{before}{name}"


def test_every_command_that_prints_json_has_a_schema() -> None:
    known = {json.loads((ROOT / path).read_text(encoding="utf-8"))["title"] for path in PAGES}
    printing = set(commands(root))
    assert {"claim", "traffic show", "gate"} <= printing
    lacking = {name for name in printing if not any(f"bench {name} " in title for title in known)}
    assert lacking - {"claim"} == COMPARISONS, "claim prints claims.json"


def test_a_damaged_file_does_not_hold() -> None:
    content = json.loads((EXAMPLE / "run.json").read_text(encoding="utf-8"))
    assert mistakes("run", {**content, "planned_calls": "many"})
    assert mistakes("run", {**content, "unheard_of": 1})
    assert mistakes("run", {key: value for key, value in content.items() if key != "models"})
