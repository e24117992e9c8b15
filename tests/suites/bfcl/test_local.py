"""BFCL's simplest items put to the embedded 0.5B, through both faces of llama.cpp: what the protocol alone decides.

`make test-bfcl` runs it, every night as well: it takes ten minutes of processor time.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from bench.errors import UsageError
from bench.suites.bfcl import exam
from bench.suites.bfcl.source import Item, table
from bench.weights.catalog import resolve
from bench.weights.fetch import fetch
from bench.weights.server import ServerSettings, serve
from tests.cli.conftest import Bench

COUNT = 25
"""The first so many as BFCL has them in its file: nobody drew them. docs/tools.md has draws, and the 1.5B."""
LEAST = {"chat": 21, "messages": 20}
"""So many of them at least where the tools are in the prompt: 22 and 21 were measured. llama.cpp's Messages face takes
no schema of the reply, which may be prose there; its prompt is the chat face's, token for token."""
CONFIG = """
[run]
suites = ["bfcl_calls"]
families = ["simple_python"]
[providers.llama]
protocol = "openai"
base_url = "{url}"
key_needed = false
[providers.llama.rules]
json_schema = true
"""
MODEL = """
[models.{label}]
model = "{model}"
base_url = "{url}"
tool_protocol = "{protocol}"
max_tokens = 160
max_connections = 1
"""
MODELS = {
    "native": ("llama/m", "native"),
    "chat": ("llama/m", "prompted_json"),
    "messages": ("anthropic-api/local/m", "prompted_json"),
}


def played(bench: Bench, url: str) -> pd.DataFrame:
    """The items' table of all these models."""
    models = [MODEL.format(label=label, model=name, protocol=how, url=url) for label, (name, how) in MODELS.items()]
    (bench.folder / "bench.toml").write_text("".join([CONFIG.format(url=url), *models]))
    ran = bench("run", "--yes")
    assert ran.code == 0, ran.err
    return pd.read_parquet(bench.run_folder / "items.parquet")


@pytest.mark.slow
@pytest.mark.skipif("TEST_BFCL" not in os.environ, reason="ten minutes of processor time: make test-bfcl")
@pytest.mark.usefixtures("installed")
def test_the_protocol_alone_takes_the_embedded_model_from_none_to_most(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first(category: str, *, right: bool = False) -> list[Item]:
        return table(category, right=right)[:COUNT]

    monkeypatch.setattr(exam, "table", first)
    try:
        weights = fetch(resolve("qwen2.5-coder-0.5b-instruct"))
    except UsageError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no source of the weights answers: {error}")
    with serve(weights, ServerSettings(prompt_cache=True), log=tmp_path / "logs" / "server.log") as server:
        items = played(bench, server.base_url)
    assert {*items["item"]} == {f"simple_python_{number}" for number in range(COUNT)}
    assert items["score"].notna().all()
    right = items.groupby("model")["score"].sum()
    assert right["native"] == 0
    assert all(right[face] >= least for face, least in LEAST.items()), right
    items["prompt"] = items["in_uncached"] + items["in_cache_read"].fillna(0)
    prompts = items.pivot(index="item", columns="model", values="prompt")
    assert (prompts["chat"] == prompts["messages"]).all(), "one prompt, whatever the wire format"
    said = items.groupby("model")["tool_protocol"].first().to_dict()
    assert said == {label: how for label, (_, how) in MODELS.items()}
    page = (bench.run_folder / "report.html").read_text()
    assert all(how in page for how in ("native", "prompted_json")), "a score is shown beside its protocol"
