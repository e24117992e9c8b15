"""What the exams that ship can decide at their usual size."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Bench

CONFIG = """\
[run]
suites = ["coding", "reasoning"]
[models.c]
model = "openai-api/acme/c"
base_url = "http://127.0.0.1:1/v1"
[models.b]
model = "openai-api/acme/b"
base_url = "http://127.0.0.1:1/v1"
[claims.same]
candidate = "c"
baseline = "b"
worse_by = 0.03
over = "mean"
"""


@pytest.mark.slow
def test_equal_models_are_shown_to_be_within_three_points(bench: Bench) -> None:
    """Drawn runs of two models that score the same and answer every tenth item differently, judged as real runs are."""
    (bench.folder / "bench.toml").write_text(CONFIG)
    planned = bench("plan", "--difference", "0", "--discordance", "0.1", "--worlds", "200", "--json")
    assert planned.code == 0, planned.err
    these, such = json.loads(planned.out)[0]["readings"]
    assert (these["about"], such["about"]) == ("these", "such")
    assert these["supported_fixed"]["low"] >= 0.8
    assert these["refuted_fixed"]["estimate"] <= 0.025
