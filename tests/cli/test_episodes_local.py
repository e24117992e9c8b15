"""Episodes with real models: the embedded 0.5B with its tools in the prompt, and a template that leaves tools out."""

from __future__ import annotations

import os
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
families = ["many_tools", "typed_arguments"]
limit = 2

[models.small]
model = "weights/{weights}"
tool_protocol = "{protocol}"
max_tokens = 160
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


@pytest.mark.slow
def test_the_embedded_model_plays_episodes_to_their_end(bench: Bench) -> None:
    try:
        fetch(resolve("qwen2.5-coder-0.5b-instruct"))
    except UsageError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no source of the weights answers: {error}")
    text = CONFIG.format(weights="qwen2.5-coder-0.5b-instruct", protocol="prompted_json")
    (bench.folder / "bench.toml").write_text(text)
    ran = bench("run", "--yes")
    assert ran.code == 0, ran.err
    items, turns = (pd.read_parquet(bench.run_folder / f"{name}.parquet") for name in ("items", "turns"))
    assert items["score"].notna().all(), "a score, whatever it is: the model answered"
    assert items["tool_protocol"].tolist() == ["prompted_json"] * 2
    assert items["turns"].sum() == len(turns) >= 2
    assert items["tool_calls"].sum() >= 1, "it calls a tool where it is told to"
    assert (items["cost_usd"] > 0).all()
