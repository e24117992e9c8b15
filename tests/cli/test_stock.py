"""A stock task of lm-eval's through the whole of `bench run`, its data from a local folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.records import read_rows
from bench.registry import stock
from tests import runjson
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply

ROWS = [{"question": f"Ann has {n} pens and buys {n}. How many?", "answer": f"Add.\n#### {2 * n}"} for n in (2, 17, 41)]
"""Made up in the shape of GSM8K's rows; not its data."""


def test_gsm8k_runs_by_name_from_bench_data(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    stock.task.cache_clear()
    path = bench.folder / "data/openai/gsm8k/main/test.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(map(json.dumps, ROWS)))
    monkeypatch.setenv("BENCH_DATA", str(bench.folder / "data"))
    said = {"Ann has 2 ": "The final answer is $4.", "Ann has 17": "It is 34.", "Ann has 41": "The final answer is 81"}

    with FakeEndpoint(lambda r: Reply(text=next(t for k, t in said.items() if k in r.prompt))) as endpoint:
        bench.configure(endpoint, "a")
        done = bench("run", "-t", "gsm8k")
    assert done.code == 0, done.err
    rows, answers = read_rows(bench.run_folder)
    found = {row.item: (row.score, row.outcome) for row in rows}
    assert found == {"0": (1.0, "answered"), "1": (0.0, "unparsable"), "2": (0.0, "answered")}
    assert {a.item: a.extracted for a in answers} == {"0": "$4.", "1": None, "2": "81"}
    assert {(row.suite, row.task, row.task_version) for row in rows} == {("gsm8k", "gsm8k_cot_llama", "4.0")}
    manifest = runjson.content(bench.run_folder)
    assert manifest["tasks"]["gsm8k_cot_llama"]["max_tokens"] == 2048
    assert {r.body["max_tokens"] for r in endpoint.requests} == {2048}


def test_bench_toml_may_name_a_stock_task(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text(
        '[run]\nsuites = ["hellaswag"]\n[models.a]\nmodel = "openai-api/acme/a"\nbase_url = "http://127.0.0.1:9/v1"\n'
    )
    done = bench("run")
    assert done.code == 2
    assert "task 'hellaswag' asks for multiple_choice, and chat endpoints give no log-likelihoods" in done.err
