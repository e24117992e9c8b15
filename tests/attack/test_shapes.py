"""A received run's tables in every other shape: each gives the verdict that it gave, or one line that names the file.

Rows and columns that are gone, doubled, renamed or of another kind, and files that are no tables; what says the same in
another form (order of rows, row groups, encodings, columns of nobody's) changes no verdict. Nothing outside the folder
changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet
import pytest

from bench import claims, gate
from bench.claims.text import sentence
from bench.costs.reprice import PriceChange, reprice
from bench.errors import BenchError
from bench.prices import load as load_prices
from bench.records import read_record
from bench.report.eee import write_records
from bench.report.numbers.comparison import compare
from bench.report.redact import redact
from tests.report.sample_run import ANSWERED, write_run
from tests.sampling import sampled

Table = Any
"""A pyarrow.Table, which has no types."""
CLAIM = claims.adhoc("small", "large", worse_by=0.1, cheaper_by=0.5)


def with_column(table: Table, name: str, make: Callable[[Any], Any]) -> Table:
    at = table.schema.names.index(name)
    return table.set_column(at, name, make(table.column(at)))


def cast(kind: pyarrow.DataType) -> Callable[[Any], Any]:
    """Values of another kind in place of a column's."""
    return lambda column: pyarrow.nulls(len(column), kind)


def filled(value: Any, kind: pyarrow.DataType) -> Callable[[Any], Any]:
    return lambda column: pyarrow.array([value] * len(column), kind)


def without(name: str) -> Callable[[Table], Table]:
    return lambda table: table.drop_columns([name])


def renamed(name: str) -> Callable[[Table], Table]:
    return lambda table: table.rename_columns(["other" if each == name else each for each in table.schema.names])


def of_kind(name: str, kind: pyarrow.DataType) -> Callable[[Table], Table]:
    return lambda table: with_column(table, name, cast(kind))


SAME: dict[str, Callable[[Table], Table]] = {
    "rows the other way round": lambda table: table.take(list(reversed(range(len(table))))),
    "columns the other way round": lambda table: table.select(table.schema.names[::-1]),
    "a column of nobody's": lambda table: table.append_column("odd", pyarrow.array(["x"] * len(table))),
    "a nested column of nobody's": lambda table: table.append_column("odd", cast(pyarrow.int8())(table["item"])),
    "long texts": lambda table: with_column(table, "item", lambda column: column.cast(pyarrow.large_string())),
    "metadata of a stranger's": lambda table: table.replace_schema_metadata({"pandas": '{"index_columns": ["score"]}'}),
}
"""Changes of the items table after which it says the same."""
OTHER: dict[str, Callable[[Table], Table]] = {
    "no rows": lambda table: table[:0],
    "texts by number": lambda table: with_column(table, "item", lambda column: column.dictionary_encode()),
    "one row gone": lambda table: table[1:],
    "a model's rows gone": lambda table: table.filter(pyarrow.compute.equal(table["model"], "small")),
    "a row doubled": lambda table: pyarrow.concat_tables([table, table[:1]]),
    "all rows doubled": lambda table: pyarrow.concat_tables([table, table]),
    **{
        f"{name} gone": without(name)
        for name in ("item", "model", "score", "suite", "prompt_sha256", "outcome", "cost_usd")
    },
    **{
        f"{name} under another name": renamed(name)
        for name in ("task", "score", "latency_s", "repeat")
    },
    "a column doubled": lambda table: table.append_column("score", pyarrow.array([1.0] * len(table))),
    **{
        f"{name} of kind {kind}": of_kind(name, kind)
        for name in ("item", "score", "out_total", "timing_ok")
        for kind in (
            pyarrow.null(), pyarrow.binary(), pyarrow.timestamp("ns", "UTC"), pyarrow.decimal128(38, 10),
            pyarrow.list_(pyarrow.string()), pyarrow.struct([("x", pyarrow.int64())]), pyarrow.duration("s"),
            pyarrow.map_(pyarrow.string(), pyarrow.int64()),
        )
    },
    "counts beyond a float": lambda table: with_column(table, "out_total", filled(2**64 - 1, pyarrow.uint64())),
    "counts below 0": lambda table: with_column(table, "in_uncached", filled(-(2**63), pyarrow.int64())),
    "repeats below 0": lambda table: with_column(table, "repeat", filled(-1, pyarrow.int64())),
    "one item for all": lambda table: with_column(table, "item", filled("0", pyarrow.string())),
    "models that no record names": lambda table: with_column(table, "model", filled("other", pyarrow.string())),
    "an outcome of nobody's": lambda table: with_column(table, "outcome", filled("won", pyarrow.string())),
}  # fmt: skip
"""Changes after which it says something else, or nothing."""


def in_place(path: Path, make: Callable[[Path, Table], object]) -> None:
    table = pyarrow.parquet.read_table(path)
    path.unlink()
    make(path, table)


FILES: dict[str, Callable[[Path, Table], object]] = {
    "nothing": lambda _path, _table: None,
    "no bytes": lambda path, _: path.touch(),
    "a text": lambda path, _: path.write_text("PAR1 no PAR1"),
    "half of it": lambda path, table: (
        pyarrow.parquet.write_table(table, path), path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    ),
    "CSV": lambda path, table: pyarrow.csv.write_csv(table, path),
    "Arrow's own": lambda path, table: path.write_bytes(table.to_pandas().to_json().encode()),
    "a folder": lambda path, _: path.mkdir(),
    "a link": lambda path, _: path.symlink_to(path.parents[1] / "outside" / "kept.parquet"),
    "row groups of one": lambda path, table: pyarrow.parquet.write_table(table, path, row_group_size=1),
    "no dictionary": lambda path, table: pyarrow.parquet.write_table(table, path, use_dictionary=False),
    "gzip": lambda path, table: pyarrow.parquet.write_table(table, path, compression="gzip"),
    "an older format": lambda path, table: pyarrow.parquet.write_table(table, path, version="1.0"),
}  # fmt: skip
"""What stands in place of the file."""
UNCHANGED = {*SAME, "row groups of one", "no dictionary", "gzip", "an older format"}
CASES = [*SAME, *OTHER, *FILES]


def verdicts(folder: Path) -> list[str]:
    ruling, record = claims.judge_run(folder, None, CLAIM, {}), read_record(folder)
    return [sentence(each, record) for each in ruling.judgements] + [f"not judged: {name}" for name in ruling.unjudged]


def answers(folder: Path) -> Iterator[tuple[str, str]]:
    """What each reader of a run folder makes of it: its words, or its one line."""
    readers: dict[str, Callable[[], object]] = {
        "claim": lambda: verdicts(folder),
        "report": lambda: [str(row) for row in compare(folder).rows],
        "gate": lambda: gate.judge_folder(folder, gate.take(folder), detect=0.5),
        "export": lambda: len(write_records(folder, folder.parent / "eee")),
        "reprice": lambda: bool(reprice(folder, PriceChange(cache_hit=0.5), load_prices())),
        "redact": lambda: bool(redact(folder)),
    }
    for name, read in readers.items():
        try:
            yield name, str(read())
        except BenchError as error:
            yield name, "refused" if "\n" not in str(error) else f"refused in more than a line: {error}"


def made(tmp_path: Path, name: str) -> Path:
    rows = [replace(ANSWERED, model=label, item=str(at)) for at in range(3) for label in ("small", "large")]
    return write_run(tmp_path / name / "run", rows, {0: {"verdict": "wrong"}})


@pytest.mark.parametrize("case", sampled(CASES, 1))
def test_a_table_of_another_shape_gives_the_same_verdict_or_one_line(tmp_path: Path, case: str) -> None:
    plain, odd = made(tmp_path, "plain"), made(tmp_path, "odd")
    outside = tmp_path / "odd" / "outside"
    outside.mkdir()
    table = pyarrow.parquet.read_table(odd / "items.parquet")
    pyarrow.parquet.write_table(table, outside / "kept.parquet")
    before = (outside / "kept.parquet").read_bytes()
    if case in FILES:
        in_place(odd / "items.parquet", FILES[case])
    else:
        pyarrow.parquet.write_table({**SAME, **OTHER}[case](table), odd / "items.parquet")
    said = dict(answers(odd))
    assert not [each for each in said.values() if each.startswith("refused in more")]
    if case in UNCHANGED:
        assert said["claim"] == dict(answers(plain))["claim"] != "refused"
    assert [path.name for path in outside.iterdir()] == ["kept.parquet"]
    assert (outside / "kept.parquet").read_bytes() == before
