"""run.json: everything that can explain a result, and no secret."""

from __future__ import annotations

import json
import platform
from dataclasses import replace
from pathlib import Path

import pytest

from bench import registry
from bench.config.load import load
from bench.records import git_commit, this_machine
from bench.run import describe
from bench.run.prepare import Prepared, prepare

TOML = """
[run]
suites = ["coding"]
limit = 5
repeats = 2

[models.small]
model = "openai-api/acme/small"
base_url = "http://127.0.0.1:1/v1"
temperature = 0.5

[models.large]
model = "openai-api/acme/large"
base_url = "http://127.0.0.1:1/v1"

[claims.cheaper]
candidate = "small"
baseline = "large"
cheaper_by = 0.9
"""
KEY = "sk-very-secret"

NOW = "2026-01-02T03:04:07.000+00:00"


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    path = tmp_path / "bench.toml"
    path.write_text(TOML)
    return prepare(load(path), registry.read(), {"ACME_API_KEY": KEY})


def test_a_manifest_says_what_was_run(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.records.machine.PACKAGES", ("lm-eval", "no-such-distribution"))
    claim = prepared.comparison.claims["cheaper"]
    declared = {claim.sha256: "2026-01-02T03:04:05.678+00:00"}
    at = "2026-01-02T03:04:06.000+00:00"
    made = json.loads(describe.build(prepared, "r1", at, declared, "bubblewrap 1", fresh=False).text())
    assert (made["run"], made["started_at"], made["sandbox"]) == ("r1", "2026-01-02T03:04:06.000+00:00", "bubblewrap 1")
    assert made["plan_sha256"] == prepared.plan.sha256
    assert made["planned_calls"] == 5 * 2 * 2
    assert made["settings"] == {
        "suites": ["coding"], "seed": 1, "limit": 5, "repeats": 2, "temperature": None, "reuse": 24.0,
        "exam_seed": None, "slice_seed": 1,
    }  # fmt: skip
    assert made["suites"]["coding"] == {"items_planned": 5, "items_available": prepared.available["coding"]}
    assert {len(task["sha256"]) for task in made["tasks"].values()} == {64}
    assert made["claims"]["cheaper"]["recorded_at"] == declared[claim.sha256]
    assert made["claims"]["cheaper"]["sha256"] == claim.sha256
    assert made["versions"]["python"] == platform.python_version()
    assert made["versions"]["lm-eval"].startswith("0.4.")
    assert made["versions"]["no-such-distribution"] is None
    assert made["command"][0] == "bench"


def test_a_model_is_recorded_as_it_was_asked_without_its_key(prepared: Prepared) -> None:
    claim = prepared.comparison.claims["cheaper"]
    made = describe.build(
        prepared,
        "r1",
        NOW,
        {claim.sha256: NOW},
        None,
        fresh=True,
    ).to_json()
    model = made["models"]["small"]
    assert (model["model"], model["wire_model"], model["temperature"]) == ("openai-api/acme/small", "small", 0.5)
    assert model["identity"] == {"base_url": "http://127.0.0.1:1/v1"}
    assert model["key_variable"] == "ACME_API_KEY"
    assert KEY not in json.dumps(made)


def test_a_continued_run_keeps_what_made_its_earlier_parts(prepared: Prepared) -> None:
    claim = prepared.comparison.claims["cheaper"]
    made = describe.build(
        prepared,
        "r1",
        NOW,
        {claim.sha256: NOW},
        None,
        fresh=True,
    )
    first = describe.with_parts(replace(made, git_commit="aaa"), "")
    second = describe.with_parts(replace(made, git_commit="bbb"), first.text())
    assert [part.git_commit for part in second.parts] == ["aaa", "bbb"]
    assert second.parts[0].versions == made.versions


COMMIT = "0123456789abcdef0123456789abcdef01234567"


def git(folder: Path, head: str, **files: str) -> Path:
    for name, text in {"HEAD": head, **files}.items():
        path = folder / ".git" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("head", "files", "commit"),
    [
        (f"{COMMIT}\n", {}, COMMIT),
        ("ref: refs/heads/main\n", {"refs/heads/main": f"{COMMIT}\n"}, COMMIT),
        ("ref: refs/heads/main\n", {"packed-refs": f"# pack-refs\n{COMMIT} refs/heads/main\n"}, COMMIT),
        ("ref: refs/heads/main\n", {"packed-refs": f"{COMMIT} refs/heads/not/refs/heads/other\n"}, None),
        ("ref: refs/heads/unborn\n", {}, None),
    ],
)
def test_the_commit_is_read_from_git(tmp_path: Path, head: str, files: dict[str, str], commit: str | None) -> None:
    git(tmp_path, head, **files)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    assert git_commit(tmp_path) == commit
    assert git_commit(tmp_path / "deep" / "er") == commit


def test_a_repository_inside_another_never_takes_the_outer_ones_commit(tmp_path: Path) -> None:
    git(tmp_path, COMMIT)
    inner = tmp_path / "module"
    inner.mkdir()
    (inner / ".git").write_text("gitdir: ../.git/modules/module\n")
    assert git_commit(inner) is None


def test_no_repository_is_no_commit(tmp_path: Path) -> None:
    assert git_commit(tmp_path) is None


def test_the_machine_is_described() -> None:
    machine = this_machine()
    assert machine.cpu
    assert (machine.cores or 0) >= 1
    assert (machine.memory_bytes or 0) > 2**27
    assert machine.system == platform.platform()
