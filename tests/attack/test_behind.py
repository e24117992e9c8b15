"""What stands behind an import or a task of a stranger's: any names, through everything that reads a run folder."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench import claims, clean, gate
from bench.costs.reprice import PriceChange, reprice
from bench.errors import BenchError
from bench.importers import FORMATS, import_results
from bench.prices import load as load_prices
from bench.records.rows import parquet_schema
from bench.records.tables import AnswerRow, ItemRow
from bench.report.eee import write_records
from bench.report.numbers.comparison import compare
from bench.report.page import PageSource
from bench.report.page.build import page
from bench.report.redact import redact
from bench.report.text import documents, tables
from tests.attack.test_fuzz import ANY_JSON, CONTENTS, FREE, NAMES, few, lines
from tests.attack.test_texts import COMMAND, TAGS
from tests.attack.texts import HOSTILE
from tests.cli.conftest import Bench, bench, endpoint
from tests.fake_endpoint import FakeEndpoint, Reply
from tests.report.sample_run import ANSWERED, write_run

__all__ = ["bench", "endpoint"]
NAME = st.one_of(st.text(st.characters(codec="utf-8"), max_size=30), st.sampled_from(sorted(HOSTILE.values())))
"""A model, a suite or an item."""
CELL = st.one_of(
    st.sampled_from(("0", "1", "0.5", "", "1e400", "-1", "nan", "1e-320", "9" * 400, "=1", "true", "0x1")),
    st.floats(0, 1).map(repr),
)
whole = settings(
    deadline=None,
    max_examples=max(3, int(FREE or 150) // 50),
    derandomize=FREE is None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def write_csv(path: Path, models: list[str], suite: str, items: list[str], cells: list[str]) -> None:
    turn = iter(cells * 100)
    with path.open("w", newline="", encoding="utf-8", errors="surrogatepass") as file:
        out = csv.writer(file)
        out.writerow(["model", "suite", "item", "cluster", "score", "cost_usd", "latency_s", "tokens_out"])
        for model in models:
            for at, item in enumerate(items):
                out.writerow([model, suite, item, items[0], at % 2, *(next(turn) for _ in range(3))])


@settings(few, max_examples=int(FREE or 8))
@given(st.lists(NAME, min_size=2, max_size=3), NAME, st.lists(NAME, min_size=3, max_size=5), st.lists(CELL, min_size=4))
def test_any_names_are_told_as_texts(models: list[str], suite: str, items: list[str], cells: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name, suppress(BenchError):
        write_csv(Path(name) / "in.csv", models, suite, items, cells)
        done = import_results("csv", FORMATS["csv"], [Path(name) / "in.csv"], output=Path(name) / "run")
        comparison = compare(done.folder)
        marked = tables.markdown(comparison)
        said = [marked, tables.csv_text(comparison), tables.json_text(comparison), documents.latex(comparison)]
        said += [documents.page(comparison), page([PageSource(done.folder, comparison, [])])]
        said += [(done.folder / "run.json").read_text(encoding="utf-8"), clean.terminal("\n".join(done.notes))]
        said += [path.read_text(encoding="utf-8") for path in write_records(done.folder, Path(name) / "eee")]
        if len(done.models) > 1:
            own = claims.adhoc(*done.models[:2], worse_by=0.1)
            said.append(claims.markdown(claims.judge_run(done.folder, None, own, {}), comparison.record))
        base = gate.take(done.folder)
        gate.save(base, Path(name) / "gate.json")
        result = gate.judge_folder(done.folder, gate.read(Path(name) / "gate.json"), detect=0.5)
        said += [gate.markdown(result), gate.xml(result), clean.terminal("\n".join(gate.lines(result)))]
        for text in said:
            assert not COMMAND.search(text), COMMAND.search(text)
        assert not TAGS.search(marked)
        return


def calm(bench: Bench, *command: str) -> int:
    """Runs a command: it ends as documented, says texts alone, and in few lines what is wrong."""
    done = bench(*command)
    assert done.code in (0, 2, 3, 4, 5), (command, done.err)
    assert "Traceback" not in done.out + done.err, (command, done.err)
    assert not COMMAND.search(done.out + done.err), command
    assert done.code != 2 or 0 < len(done.err.splitlines()) < 12, (command, done.err)
    return done.code


TABLES = st.lists(
    st.fixed_dictionaries(
        {"model": NAME, "suite": NAME, "item": NAME, "score": st.sampled_from([0, 1, 0.5])},
        optional={"cost_usd": ANY_JSON, "tokens_out": ANY_JSON, "cluster": ANY_JSON, "date": ANY_JSON},
    ),
    min_size=2,
    max_size=6,
)


def behind(bench: Bench) -> None:
    """All that reads a run folder."""
    labels = [
        *json.loads((bench.folder / "results" / "r" / "run.json").read_text(encoding="utf-8"))["models"],
        "x",
        "y",
    ]
    for command in (
        ("report", "r"), ("report", "r", "--redact"), ("verify", "r"), ("list", "runs"), ("reprice", "r"),
        ("gate", "r", "--save", "gate.json"), ("gate", "r", "--baseline", "gate.json", "--junit", "junit.xml"),
        ("claim", "r", f"--candidate={labels[0]}", f"--baseline={labels[1]}", "--worse-by", "0.1"),
        ("export", "eee", "r", "-o", "e"),
    ):  # fmt: skip
        calm(bench, *command)


def cleared(bench: Bench) -> None:
    for path in bench.folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


@pytest.mark.slow
@whole
@given(st.sampled_from(sorted(FORMATS)), st.lists(st.tuples(st.sampled_from(NAMES), CONTENTS), min_size=1, max_size=3))
def test_any_import_goes_through_every_command(bench: Bench, form: str, files: list[tuple[str, bytes]]) -> None:
    cleared(bench)
    (bench.folder / "in").mkdir()
    for name, content in files:
        (bench.folder / "in" / name).write_bytes(content)
    if calm(bench, "import", form, "in", "-o", "results/r") == 0:
        behind(bench)


@pytest.mark.slow
@whole
@given(TABLES)
def test_any_records_go_through_every_command(bench: Bench, rows: list[object]) -> None:
    cleared(bench)
    (bench.folder / "in.jsonl").write_bytes(lines(rows))
    if calm(bench, "import", "csv", "in.jsonl", "-o", "results/r") == 0:
        behind(bench)


@pytest.mark.slow
@whole
@given(st.lists(NAME, min_size=2, max_size=3), NAME, st.lists(NAME, min_size=3, max_size=5), st.lists(CELL, min_size=4))
def test_any_table_goes_through_every_command(
    bench: Bench, models: list[str], suite: str, items: list[str], cells: list[str]
) -> None:
    cleared(bench)
    write_csv(bench.folder / "in.csv", models, suite, items, cells)
    if calm(bench, "import", "csv", "in.csv", "-o", "results/r") == 0:
        behind(bench)


LINE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30)
"""What is taken as an item's id: the rest is refused at the door."""
SIGNS = st.sampled_from([text for text in HOSTILE.values() if text.isprintable() and len(text) < 200])
IDS = st.lists(st.one_of(LINE, SIGNS).map(str.strip).filter(bool), min_size=3, max_size=4, unique=True)
LABEL = st.from_regex(r"\w[\w.-]{0,20}", fullmatch=True).filter(lambda label: label != "good")


@pytest.mark.slow
@whole
@given(IDS, st.one_of(LINE, SIGNS), LABEL, NAME)
def test_any_ids_labels_and_models_are_run(
    bench: Bench, endpoint: FakeEndpoint, ids: list[str], model: str, label: str, served: str
) -> None:
    cleared(bench)
    rows = [{"id": name, "prompt": f"{name} {at}?", "answer": f"4{at}", "cluster": name} for at, name in enumerate(ids)]
    (bench.folder / "odd.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    models = [("good", "good"), (label, model)]
    (bench.folder / "bench.toml").write_text(
        "\n".join(
            f'[models.{json.dumps(name)}]\nmodel = {json.dumps(f"openai-api/acme/{what}")}\nbase_url = "{endpoint.url}"'
            for name, what in models
        ),
        encoding="utf-8",
    )
    choice = {"index": 0, "delta": {"content": "<answer>40</answer>"}, "finish_reason": "stop"}
    reply = Reply(raw_events=(json.dumps({"model": served, "choices": [choice]}), "[DONE]"))
    before, endpoint.script = endpoint.script, lambda _request: reply
    try:
        if calm(bench, "tasks", "new", "odd", "--from", "odd.jsonl") == 0 and calm(bench, "run", "-t", "odd") != 2:
            (folder,) = (bench.folder / "results").glob("*/run.json")
            folder.parent.rename(folder.parent.with_name("r"))
            behind(bench)
    finally:
        endpoint.script = before


DETAILS = st.sampled_from(
    ("lm_eval_score", "verdict", "repeats_itself", "route", "wrapped", "why", "temperature", "top_p")
)
OBJECTS = st.one_of(ANY_JSON, st.dictionaries(DETAILS, ANY_JSON, max_size=3)).map(json.dumps)
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "string": st.one_of(st.none(), NAME, OBJECTS),
    "int64": st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.sampled_from((0, 1, 10**9))),
    "double": st.one_of(st.none(), st.floats(), st.floats(0, 1)),
    "bool": st.one_of(st.none(), st.booleans()),
}
TYPES = {"string": ("large_string",), "int64": ("int8", "uint64", "float"), "double": ("float", "int64"), "bool": ()}
COLUMNS = [
    (name, field) for name, kind in (("items", ItemRow), ("answers", AnswerRow)) for field in parquet_schema(kind)
]


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, str, str, list[Any]]:
    """Table, column, type and values, which stand there again and again."""
    name, field = draw(st.sampled_from(COLUMNS))
    held = str(field.type)
    kind = draw(st.sampled_from((held, held, held, *TYPES[held], "null")))
    return name, field.name, kind, draw(st.lists(VALUES[held], min_size=1, max_size=4))


def change(folder: Path, name: str, column: str, kind: str, values: list[Any]) -> None:
    path = folder / f"{name}.parquet"
    table = pyarrow.parquet.read_table(path)
    repeated = [values[at % len(values)] for at in range(len(table))]
    with suppress(pyarrow.ArrowException, OverflowError, UnicodeEncodeError):
        array = pyarrow.nulls(len(table)) if kind == "null" else pyarrow.array(repeated, pyarrow.type_for_alias(kind))
        table = table.set_column(table.schema.names.index(column), column, array)
    pyarrow.parquet.write_table(table, path)


@pytest.mark.slow
@settings(few, max_examples=int(FREE or 15))
@given(st.lists(changed(), min_size=1, max_size=3))
def test_any_tables_of_a_run_are_read_or_refused(changes: list[tuple[str, str, str, list[Any]]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        rows = [replace(ANSWERED, model=label, item=str(at)) for at in range(3) for label in ("small", "large")]
        folder = write_run(Path(name) / "run", rows, {0: {"verdict": "wrong"}})
        for each in changes:
            change(folder, *each)
        with suppress(BenchError):
            comparison = compare(folder)
            said = [tables.markdown(comparison), tables.json_text(comparison), documents.latex(comparison)]
            said += [page([PageSource(folder, comparison, [])])]
            assert not [text for text in said if COMMAND.search(text)]
        with suppress(BenchError):
            redact(folder)
        with suppress(BenchError):
            claims.judge_run(folder, None, claims.adhoc("small", "large", worse_by=0.1, cheaper_by=0.5), {})
        with suppress(BenchError):
            gate.judge_folder(folder, gate.take(folder), detect=0.5)
        with suppress(BenchError):
            write_records(folder, Path(name) / "eee")
        with suppress(BenchError):
            reprice(folder, PriceChange(cache_hit=0.5), load_prices())
