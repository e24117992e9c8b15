"""Episodes with real models: the embedded 0.5B with its tools in the prompt, and a template that leaves tools out."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pandas as pd
import pytest

from bench.errors import UsageError
from bench.weights.catalog import resolve
from bench.weights.fetch import fetch
from bench.weights.template import template_of
from tests.cli.conftest import Bench

CONFIG = """
[run]
suites = ["tools"]
instances = 4
levels = [1]
families = ["many_tools"]
limit = 1

[models.small]
model = "weights/{weights}"
tool_protocol = "{protocol}"
max_tokens = 96
prompt_cache = true
usd_per_hour = 0.10
"""


@pytest.mark.slow
def test_a_template_without_tools_is_refused_before_anything_is_asked(bench: Bench, smollm2_path: Path) -> None:
    assert "tools" not in (template_of(smollm2_path) or "tools")
    (bench.folder / "bench.toml").write_text(CONFIG.format(weights="smollm2-135m-instruct", protocol="native"))
    refused = bench("run", "--yes")
    assert refused.code == 2
    assert 'Set tool_protocol = "prompted_json" in [models.small]' in refused.err
    assert len(refused.err.strip().splitlines()) <= 6, "one sentence, and no traceback"


@pytest.fixture
def coder() -> None:
    """The weights of the 0.5B."""
    try:
        fetch(resolve("qwen2.5-coder-0.5b-instruct"))
    except UsageError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no source of the weights answers: {error}")


MOST_CPU_S = 70.0
"""Of the server's, which has two threads on two cores: about 40 s, and so half a minute on an idle machine."""


@pytest.mark.slow
@pytest.mark.usefixtures("coder")
def test_the_embedded_model_s_tools_are_probed_within_a_minute(bench: Bench) -> None:
    weights = 'model = "weights/qwen2.5-coder-0.5b-instruct"'
    (bench.folder / "bench.toml").write_text(f'[run]\nsuites = ["tools"]\n[models.small]\n{weights}\n')
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = bench("doctor", "--tools", "-o", "small.md")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.code == 2, "tools cannot be used natively"
    table = (bench.folder / "small.md").read_text()
    for row in ("the model see the tools? | yes", "told to call? | as text !!", "call be forced? | ignored !"):
        assert row in table, table
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < MOST_CPU_S


@pytest.mark.slow
@pytest.mark.usefixtures("coder")
def test_the_embedded_model_plays_an_episode_to_its_end(bench: Bench) -> None:
    text = CONFIG.format(weights="qwen2.5-coder-0.5b-instruct", protocol="prompted_json")
    (bench.folder / "bench.toml").write_text(text)
    ran = bench("run", "--yes")
    assert ran.code == 0, ran.err
    items, turns = (pd.read_parquet(bench.run_folder / f"{name}.parquet") for name in ("items", "turns"))
    assert items["score"].notna().all(), "a score, whatever it is: the model answered"
    assert items["tool_protocol"].tolist() == ["prompted_json"]
    assert items["turns"].sum() == len(turns) >= 2
    assert items["tool_calls"].sum() >= 1, "it calls a tool where it is told to"
    assert (items["cost_usd"] > 0).all()
