"""A baseline's file: small, stable, and refused where it is damaged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.errors import IncompleteError, UsageError
from bench.gate import read, save
from tests.gate.worlds import rows, snapshot, write


def content(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def saved(tmp_path: Path, items: list[Any], **manifest: Any) -> Path:
    path = tmp_path / "gate.json"
    save(snapshot(tmp_path / "run", items, **manifest), path)
    return path


def test_what_is_saved_is_read_again_and_reviews_line_by_line(tmp_path: Path) -> None:
    items = rows([1.0, 0.0, None, 0.5], cost_retries_usd=0.002)
    path = saved(tmp_path, items)
    assert read(path) == snapshot(tmp_path / "again", items[::-1])
    text = path.read_text()
    lines = [line.strip() for line in text.splitlines() if "reasoning_sum/" in line]
    assert lines == [
        '"reasoning_sum/0": {"prompt": "0000000000000000", "samples": [[1, "answered", 100, 50, 0.003]]},',
        '"reasoning_sum/1": {"prompt": "1000000000000000", "samples": [[0, "answered", 100, 50, 0.003]]},',
        '"reasoning_sum/2": {"prompt": "2000000000000000", "samples": [[null, "infrastructure", 100, 50, 0.003]]},',
        '"reasoning_sum/3": {"prompt": "3000000000000000", "samples": [[0.5, "answered", 100, 50, 0.003]]}',
    ]
    save(read(path), tmp_path / "twice.json")
    assert (tmp_path / "twice.json").read_text() == text
    one = content(path)
    assert [*one] == sorted(one)


def test_repeats_stand_side_by_side_and_machine_time_is_no_cost(tmp_path: Path) -> None:
    items = rows([1.0], price_id="usd_per_hour=0.1") + rows([0.0], repeat=1, price_id="usd_per_hour=0.1")
    samples = content(saved(tmp_path, items))["models"]["small"]["suites"]["reasoning"]["items"]["reasoning_sum/0"]
    assert samples["samples"] == [[1, "answered", 100, 50, None], [0, "answered", 100, 50, None]]


def test_latency_is_sketched_from_clean_first_hand_timings(tmp_path: Path) -> None:
    items = rows(
        [1.0] * 5, latency_s=[1.0, 2.0, 3.0, 90.0, 80.0], timing_ok=[True, True, True, False, True],
        reused=[False, False, False, False, True],
    )  # fmt: skip
    latency = content(saved(tmp_path, items))["models"]["small"]["suites"]["reasoning"]["latency"]
    assert latency["e2e_s"] == {"n": 3, "p05": 1.1, "p25": 1.5, "p50": 2.0, "p75": 2.5, "p95": 2.9}
    silent = [replace(row, latency_s=None, ttfat_s=None) for row in items]
    assert content(saved(tmp_path, silent))["models"]["small"]["suites"]["reasoning"]["latency"] == {}


def test_secrets_and_what_says_nothing_stay_out(tmp_path: Path) -> None:
    about = {
        "model": "acme/small", "max_tokens": 320, "effort": None, "headers": {"X-Key": "s3cret"},
        "identity": {"weights_sha256": "ab"}, "base_url": "https://me:s3cret@host",
    }  # fmt: skip
    path = saved(tmp_path, rows([1.0]), models={"small": about})
    assert content(path)["models"]["small"]["settings"] == {
        "max_tokens": 320, "model": "acme/small", "weights_sha256": "ab",
    }  # fmt: skip
    assert "s3cret" not in path.read_text()


SUITE = ("models", "small", "suites", "reasoning")
ITEM = (*SUITE, "items", "reasoning_sum/0")
NULL = object()
"""Stands for null, as None does for a key that is missing."""


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        (("baseline_format",), 2, "is a baseline of another format than 1"),
        (("columns",), ["score"], "columns are not score, outcome, tokens_in, tokens_out, cost_usd"),
        (("run",), None, "is damaged (run is missing)"),
        (("models",), [], "models is not a mapping"),
        (("models",), {}, "models is empty"),
        (("tasks",), {}, "the task of reasoning_sum/0 is missing"),
        ((*ITEM, "samples"), [], "reasoning_sum/0 has no sample"),
        ((*ITEM, "prompt"), 7, "reasoning_sum/0: prompt is not a text"),
        ((*ITEM, "samples"), [[1.5, "answered", 1, 1, 0]], "samples: 1: score is not a number from 0 to 1"),
        ((*ITEM, "samples"), [[1, "answered", -1, 1, 0]], "1: tokens_in is not a number from 0 to 1e+15"),
        ((*ITEM, "samples"), [[1, "answered", 10**400, 1, 0]], "1: tokens_in is not a number from 0 to 1e+15"),
        ((*ITEM, "samples"), [[1, "answered", 1, 1.5, 0]], "1: tokens_out is not a whole number"),
        ((*ITEM, "samples"), [[1, "answered", 1, 1, 10**400]], "1: cost_usd is not a number"),
        ((*ITEM, "samples"), [[1, "answered", 1, 1, float("nan")]], "NaN is not a number"),
        ((*ITEM, "samples"), [[1, "answered", 1]], "samples: 1 has 3 values, not 5"),
        ((*ITEM, "samples"), [[1, "answered", True, 1, 0]], "1: tokens_in is not a number"),
        ((*ITEM, "samples"), [[1, "solved", 1, 1, 0]], "1: outcome is none of answered, "),
        ((*ITEM, "samples"), [[1, None, 1, 1, 0]], "1: outcome is none of answered, "),
        ((*ITEM, "samples"), [[1, "infrastructure", 1, 1, 0]], "samples: 1 is infrastructure, and has a score"),
        ((*ITEM, "samples"), [[None, "truncated", 1, 1, 0]], "samples: 1 is truncated, and has no score"),
        ((*SUITE, "prices"), [5], "reasoning: prices: 1 is not a text"),
        ((*SUITE, "sampling"), [5], "reasoning: sampling: 1 is not a text"),
        ((*SUITE, "served"), 5, "reasoning: served is not a list"),
        ((*SUITE, "latency", "e2e_s", "p50"), "x", "latency: e2e_s: p50 is not a number"),
        ((*SUITE, "latency", "e2e_s", "p50"), -1, "latency: e2e_s: p50 is not a number"),
        ((*SUITE, "latency", "e2e_s"), {"n": 1}, "latency: e2e_s: p05 is missing"),
        ((*SUITE, "latency", "pace"), {}, "latency: pace is none of e2e_s, ttfat_s"),
        (("run",), NULL, "run is not a text"),
        (("started_at",), 5, "started_at is not a text"),
        (("machine",), {"cpu": [[[5]]]}, "machine: cpu is not a single value"),
        (("versions",), {"lm-eval": 5}, "versions: lm-eval is not a text"),
        (("run",), "\ud800", "surrogates not allowed"),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, at: tuple[str, ...], value: Any, says: str) -> None:
    path = saved(tmp_path, rows([1.0]))
    whole = content(path)
    part = whole
    for key in at[:-1]:
        part = part[key]
    part[at[-1]] = None if value is NULL else value
    if value is None:
        del part[at[-1]]
    path.write_text(json.dumps(whole))
    with pytest.raises(UsageError) as refused:
        read(path)
    assert says in str(refused.value)
    assert str(refused.value).startswith(f"{path}: ")
    assert f"bench gate RUN --save {path}" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_tasks_with_a_slash_are_read_again(tmp_path: Path) -> None:
    items = rows([1.0] * 2, task="math/alg") + rows([1.0], task="math", item="old/1")
    assert read(saved(tmp_path, items)) == snapshot(tmp_path / "again", items)


def test_what_is_no_baseline_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gate.json"
    with pytest.raises(UsageError, match="cannot be read"):
        read(path)
    for text, says in (
        ("[]", "is not a baseline"),
        ('{"a": 1, "a": 2}', "'a' stands there twice"),
        ("{", "is damaged"),
        ("[" * 100_000, "nested too deeply"),
    ):
        path.write_text(text)
        with pytest.raises(UsageError, match=says):
            read(path)


def test_a_run_without_answers_is_no_baseline(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no answers to make a baseline of"):
        saved(tmp_path, [])
    with pytest.raises(IncompleteError, match="1 answers of small, reasoning were never asked for"):
        saved(tmp_path, rows([1.0]) + rows([None], item="1", outcome="not_asked"))
    assert not (tmp_path / "gate.json").exists()


def test_an_import_without_machine_and_hashes_still_makes_a_baseline(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", rows([1.0]), machine=None, tasks=None, prices=None)
    manifest = json.loads((folder / "run.json").read_text())
    assert manifest["machine"] is None
    path = saved(tmp_path, rows([1.0]), machine=None, tasks=None, prices=None)
    assert read(path).tasks == {"reasoning_sum": {"version": "1", "sha256": None}}
    assert read(path).prices_as_of is None
