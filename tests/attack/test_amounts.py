"""A stranger's table with amounts that nobody was ever charged, or waited: a verdict or one line, at every command."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tests.cli.conftest import Bench, bench
from tests.example import make
from tests.sampling import sampled

__all__ = ["bench"]
SIDES = ("--candidate", "example-small", "--baseline", "example-large")
COMMANDS = {
    "claim": ("claim", "run", *SIDES, "--cheaper-by", "0.5", "--worse-by", "0.05", "--slower-by", "1"),
    "gate": ("gate", "run", "--save", "gate.json"),
    "plan": ("plan", "-t", "starter", "--from", "run", "--worlds", "10"),
    "report": ("report", "run"),
}
AMOUNTS = (5e-324, 1e-320, 1e-200, 1e-13, 1e-12, 1e15, 1e16, 1e154, 1e299, 1e308, 0.0)
CASES = [
    *(
        ("claim", column, rows, each)
        for column in ("cost_usd", "latency_s")
        for rows in ("all", "one")
        for each in AMOUNTS
    ),
    *(("plan", "cost_usd", rows, each) for rows in ("all", "one") for each in AMOUNTS),
    *(("gate", column, "one", each) for column in ("cost_retries_usd", "cost_cap_usd") for each in AMOUNTS),
    *(("report", "cost_usd", "one", each) for each in (1e-320, 1e15, 1e299)),
]
CONFIG = make.CONFIG.partition("[claims.much-cheaper]")[0].format(url="http://127.0.0.1:9/v1")


def changed(folder: Path, column: str, rows: str, amount: float) -> None:
    """The run that the package ships, with an amount in one cell of a model, or in all of them."""
    shutil.copytree(Path(str(files("bench") / "example")), folder)
    table = pyarrow.parquet.read_table(folder / "items.parquet")
    values, mine = table[column].to_pylist(), 0
    for at, model in enumerate(table["model"].to_pylist()):
        if model == "example-small" and (rows == "all" or not mine):
            values[at], mine = amount, mine + 1
    at = table.schema.get_field_index(column)
    pyarrow.parquet.write_table(table.set_column(at, column, pyarrow.array(values)), folder / "items.parquet")


ALWAYS = [("claim", "latency_s", "one", 0.0), ("claim", "cost_usd", "one", 1e299), ("plan", "cost_usd", "all", 1e-320)]


@pytest.mark.parametrize("case", sampled(CASES, 0, ALWAYS), ids=lambda case: "-".join(map(str, case)))
def test_no_amount_ends_a_command_in_a_traceback(bench: Bench, case: tuple[str, str, str, float]) -> None:
    command, column, rows, amount = case
    changed(bench.folder / "results" / "run", column, rows, amount)
    (bench.folder / "bench.toml").write_text(CONFIG)
    done = bench(*COMMANDS[command])
    assert done.code in (0, 2, 3, 4), done.err
    assert "Traceback" not in done.err
    if done.code == 2:
        assert len(done.err.splitlines()) == 1, done.err


@pytest.mark.parametrize(("outcome", "score"), [("answered", None), ("infrastructure", 1.0)])
def test_a_gate_rests_on_no_row_whose_score_its_outcome_denies(bench: Bench, outcome: str, score: float | None) -> None:
    folder = bench.folder / "results" / "run"
    changed(folder, "score", "one", 1.0)
    table = pyarrow.parquet.read_table(folder / "items.parquet")
    for column, value in (("score", score), ("outcome", outcome)):
        place = table.schema.get_field_index(column)
        values = [value, *table[column].to_pylist()[1:]]
        table = table.set_column(place, column, pyarrow.array(values, table.schema.field(column).type))
    pyarrow.parquet.write_table(table, folder / "items.parquet")
    done = bench(*COMMANDS["gate"])
    assert done.code == 2
    assert f"yet it was {outcome}" in done.err
    assert not (bench.folder / "gate.json").exists()
