"""Where the money goes: sums are those of the table, and say of how many calls."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from bench.errors import UsageError
from bench.traffic import spend
from tests.cli.conftest import Bench, Outcome, bench
from tests.reference.test_schemas import mistakes
from tests.traffic.conftest import FIXTURES, Load
from tests.traffic.test_load import lines, pair

__all__ = ["bench"]


def priced(usd: float | None, month: int, **more: Any) -> dict[str, Any]:
    return {**pair(str(month)), "timestamp": f"2026-{month:02}-03T10:00:00Z", "cost_usd": usd, **more}


def test_a_strangers_table_is_cleaned_or_refused(load_logs: Load, tmp_path: Path, bench: Bench) -> None:
    done, _ = load_logs(lines(tmp_path / "a.jsonl", priced(1.0, 10), priced(2.0, 11)))
    real = pyarrow.parquet.read_table(done.folder / "traffic.parquet")

    def shown(**columns: list[Any]) -> Outcome:
        table = real
        for name, values in columns.items():
            made = pyarrow.array(values, None if isinstance(values[0], str) else real.schema.field(name).type)
            table = table.set_column(table.schema.get_field_index(name), name, made)
        pyarrow.parquet.write_table(table, done.folder / "traffic.parquet")
        return bench("traffic", "show", str(done.folder))

    forged = shown(model=["x\nBy list price: 0 USD", "y"], cost_usd=[-5.0, 1e308], in_uncached=[-(2**63), 2**63 - 1])
    assert forged.code == 0
    assert "\nBy list price: 0" not in forged.out
    assert not {"inf", "nan", "-5.00", "Warning"} & {*forged.out.split(), *forged.err.split()}
    refused = shown(cost_usd=["a", "b"])
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "column cost_usd holds string" in refused.err
    pyarrow.parquet.write_table(real.slice(0, 0), done.folder / "traffic.parquet")
    assert "holds no call" in bench("traffic", "show", str(done.folder)).err


def test_as_many_groups_as_calls_are_summed_at_once(load_logs: Load, tmp_path: Path) -> None:
    done, _ = load_logs(lines(tmp_path / "a.jsonl", priced(1.0, 10, tag="a")))
    one = pyarrow.parquet.read_table(done.folder / "traffic.parquet")
    many = pyarrow.concat_tables([one] * 5_000).combine_chunks()
    many = many.set_column(many.schema.get_field_index("tag"), "tag", pyarrow.array([f"t{n}" for n in range(5_000)]))
    pyarrow.parquet.write_table(many, done.folder / "traffic.parquet")
    begun = time.process_time()
    found = spend(done.folder)
    assert time.process_time() - begun < 2
    assert len(found.groups["tag"]) == 5_000


def test_groups_add_up_and_say_of_how_many_calls(load_logs: Load, tmp_path: Path) -> None:
    rows = [
        priced(1.0, 10, tag="a", latency_s=1.0, user="x"),
        priced(2.0, 11, tag="a", latency_s=3.0, user="y"),
        priced(None, 11, tag="b", latency_s=8.0, user="x"),
        {**priced(4.0, 11), "timestamp": None},
    ]
    rows[0]["response"]["usage"]["prompt_tokens_details"] = {"cached_tokens": 80}
    done, table = load_logs(lines(tmp_path / "a.jsonl", *rows))
    found = spend(done.folder)
    assert (found.total.calls, found.total.logged_usd, found.total.logged) == (4, 7.0, 3)
    assert found.total.usd == pytest.approx(sum(table["cost_usd"].dropna()))
    assert found.total.priced == 3
    assert (found.total.cache_share, found.total.cache_n, found.total.tokens_in) == (0.8, 1, 400)
    assert (found.total.latency_s, found.total.latency_n, found.users) == (3.0, 3, 2)
    assert (found.first, found.last) == ("2026-10-03T10:00:00.000Z", "2026-11-03T10:00:00.000Z")
    assert (found.both, found.both_logged_usd) == (2, 3.0)
    assert [(line.name, line.calls, line.logged_usd) for line in found.groups["tag"]] == [
        ("a", 2, 3.0),
        ("b", 1, None),
        ("(none)", 1, 4.0),
    ]
    assert [(line.name, line.calls) for line in found.groups["month"]] == [
        ("(none)", 1),
        ("2026-10", 1),
        ("2026-11", 2),
    ]
    for lines_ in found.groups.values():
        assert sum(line.calls for line in lines_) == 4
        assert sum(line.share or 0 for line in lines_) == pytest.approx(1)


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"traffic\.parquet: cannot be read"):
        spend(tmp_path)


def test_from_logs_to_where_the_money_goes_in_one_command(bench: Bench) -> None:
    for name in ("litellm-payloads.jsonl", "langfuse.json"):
        (bench.folder / name).write_bytes((FIXTURES / name).read_bytes())
    read = bench("traffic", "import", "litellm-payloads.jsonl", "langfuse.json", "-o", "mine")
    assert read.code == 0
    assert "1 file: LiteLLM's spend or request logs" in read.out + read.err
    assert "left out: langfuse.json line 1 entry 3: the call failed (overloaded)" in read.out + read.err
    assert "Next: bench traffic sample mine" in read.out
    shown = bench("traffic", "show", "mine")
    assert shown.code == 0
    assert shown.out in read.out, "the import says all of it"
    assert "4 calls, 2026-11-20 to 2026-12-01" in shown.out
    page = (bench.folder / "mine" / "traffic.html").read_text()
    for cell in ("By model", "claude-sonnet-4-5-20250929", "4 calls, 2026-11-20 to 2026-12-01", "2026-12"):
        assert cell in page
    record = json.loads(bench("traffic", "show", "mine", "--json").out)
    assert record["groups"]["model"][0]["name"] == "claude-sonnet-4-5-20250929"
    assert record["total"]["calls"] == 4
    assert mistakes("traffic", record) == []


def test_a_folder_that_is_there_is_not_written_into(bench: Bench) -> None:
    (bench.folder / "a.jsonl").write_text(json.dumps(pair()) + "\n")
    (bench.folder / "mine").mkdir()
    (bench.folder / "mine" / "x").touch()
    refused = bench("traffic", "import", "a.jsonl", "-o", "mine")
    assert refused.code == 2
    assert "not empty" in refused.err


def test_a_name_of_a_stranger_is_text_on_page_and_terminal(bench: Bench) -> None:
    rows = [pair(tag="<script>alert(1)</script>"), pair("b", tag="\x1b[2Jx")]
    lines(bench.folder / "a.jsonl", *rows)
    assert bench("traffic", "import", "a.jsonl", "-o", "mine").code == 0
    shown = bench("traffic", "show", "mine")
    page = (bench.folder / "mine" / "traffic.html").read_text()
    assert "\x1b" not in shown.out + page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
