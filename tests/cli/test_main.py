"""What every command shares: help, suggestions, exit codes, one line for a mistake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli import COMMANDS
from bench.registry import shipped
from tests.cli.conftest import Bench


def command(folder: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`bench` in a process of its own."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("BENCH_")}
    return subprocess.run(
        [sys.executable, "-m", "bench", *args], cwd=folder, env={**inherited, **environ}, text=True,
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_every_verb_and_exit_code(bench: Bench, flag: str) -> None:
    result = bench(flag)
    assert result.code == 0
    for name, (_, line) in COMMANDS.items():
        assert f"{name}  " in result.out
        assert line in " ".join(result.out.split())
    assert "5 run incomplete" in " ".join(result.out.split())


@pytest.mark.parametrize("verb", list(COMMANDS))
def test_every_verb_has_help(bench: Bench, verb: str) -> None:
    result = bench(verb, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Usage: bench {verb} ")


def test_version(bench: Bench) -> None:
    result = bench("--version")
    assert result.code == 0
    assert result.out.startswith("bench, version ")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["rnu"], "Error: No such command 'rnu'. Did you mean 'run'?"),
        (["xyz"], f"Error: No such command 'xyz'. Known: {', '.join(sorted(COMMANDS))}."),
        ([""], "Error: No such command ''."),
        (["--nope"], "Error: No such option '--nope'."),
        (["run", "--modle", "x"], "Error: No such option '--modle'. Did you mean '--model'?"),
        (["run", "-m", "smal"], "Did you mean 'small'?"),
        (["run", "-m", "anthropc/x"], "Error: unknown provider 'anthropc'"),
        (["run", "-m", "weights/smollm2-135m-instrukt"], "Did you mean 'smollm2-135m-instruct'?"),
        (["run", "-t", "codin"], "Error: unknown suite or task 'codin'. Did you mean 'coding'?"),
        (["run", "-t", "coding", "-t", "coding_complete"], "Error: task 'coding_complete' is part of more than one"),
        (["run", "--limit", "0"], "'0' is neither a whole number above 0 nor 'all'."),
        (["run", "--limit", "many"], "'many' is neither a whole number above 0 nor 'all'."),
        (["run", "--repeats", "0"], "Error: Invalid value for '--repeats'"),
        (["run", "--instances", "0"], "'--instances': 0 is not in the range x>=1. See `bench run --help`."),
        (["run", "-c", "none.toml"], "Error: none.toml: cannot be read (No such file or directory)."),
        (["run", "--results", "bench.txt"], "Directory 'bench.txt' is a file."),
        (["list", "modles"], "'modles' is not one of 'suites', 'tasks', 'models', 'runs'."),
        (["report"], "Error: no run in results/ yet. Begin with: bench run"),
        (["report", "old"], "Error: no run 'old' here or in results/. See `bench list runs`."),
    ],
)  # fmt: skip
def test_mistakes_get_one_line_and_exit_code_2(bench: Bench, args: list[str], message: str) -> None:
    (bench.folder / "bench.txt").touch()
    result = bench(*args)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert [line for line in result.err.splitlines() if not line.startswith("No bench.toml here; ")] == [
        result.err.splitlines()[-1]
    ], "one line"
    assert result.err.splitlines()[-1].startswith("Error: ")


def test_without_a_command_help_is_shown(bench: Bench) -> None:
    result = bench()
    assert result.code == 2
    assert result.err.startswith("Usage: bench ")
    assert "\nCommands:\n" in result.err


def test_a_mistake_in_bench_toml_names_file_and_line(bench: Bench) -> None:
    (bench.folder / "bench.toml").write_text('[models.a]\nmodel = "openai-api/acme/a"\ntemperatur = 0.5\n')
    result = bench("list", "models")
    assert (result.code, result.err) == (
        2,
        "Error: bench.toml:3: unknown key 'temperatur' in [models.a]. Did you mean 'temperature'?\n",
    )


def test_an_empty_folder_uses_the_starter(bench: Bench) -> None:
    result = bench("list", "models")
    assert result.code == 0
    assert result.out.splitlines()[1].split()[:2] == ["small", "weights/qwen2.5-coder-0.5b-instruct"]
    assert result.err == f"No bench.toml here; using the starter. Copy it to change it: cp {shipped('bench.toml')} .\n"


USUAL = 690
"""Items of coding that a run asks where nothing limits it: 23 families, 30 instances each."""


def test_suites_and_tasks_are_listed(bench: Bench) -> None:
    suites = json.loads(bench("list", "suites", "--json").out)
    tasks = json.loads(bench("list", "tasks", "--json").out)
    coding = next(s for s in suites if s["suite"] == "coding")
    assert coding == {
        "suite": "coding", "items": USUAL,
        "tasks": "coding_complete, coding_fix, coding_predict, coding_edit, coding_sql",
    }  # fmt: skip
    functions = next(t for t in tasks if t["task"] == "coding_complete")
    assert functions == {
        "task": "coding_complete", "version": "3-exam1", "items": 330, "max_tokens": 1024, "licence": "Apache-2.0",
    }  # fmt: skip
    lines = [line.split()[:2] for line in bench("list", "suites").out.splitlines()]
    assert (lines[0], ["coding", str(USUAL)] in lines) == (["suite", "items"], True)
    listed, told = bench("list", "tasks").out.split("\n\n")
    assert len(listed.splitlines()) == 1 + len(tasks)
    assert "gsm8k" in told


def test_no_run_is_no_error(bench: Bench) -> None:
    assert bench("list", "runs").out == "no runs yet\n"
    assert bench("list", "runs", "--json").out == "[]\n"


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    shell = f"'{sys.executable}' -m bench list tasks --json | head -c 1"
    result = subprocess.run(["sh", "-c", shell], cwd=tmp_path, text=True, capture_output=True, check=True)
    assert (result.stdout, result.stderr) == ("[", "")
    script = "import time; time.sleep(0.3)\nfrom bench.cli import main\nmain(['list', 'tasks'])"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.close()
        assert process.stderr
        assert process.stderr.read() == b""


def test_a_shell_can_complete_the_verbs(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_BENCH_COMPLETE": "bash_complete", "COMP_WORDS": "bench r", "COMP_CWORD": "1"}.items():
        monkeypatch.setenv(name, value)
    assert bench().out.split() == [f"plain,{verb}" for verb in COMMANDS if verb.startswith("r")]


def test_the_module_is_the_command(tmp_path: Path) -> None:
    result = command(tmp_path, "report")
    assert (result.returncode, result.stderr) == (2, "Error: no run in results/ yet. Begin with: bench run\n")
