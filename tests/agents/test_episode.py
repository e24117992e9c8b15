"""Episodes: what an agent changed, why it ended, and what it cost, by the proxy's meter."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench.agents import presets
from bench.cli import bench
from bench.errors import IncompleteError, UsageError
from bench.providers import Endpoint
from tests.agents.conftest import require_agent
from tests.agents.solver import Solver
from tests.reference.test_schemas import mistakes

TOML = """
[models.small]
model = "openai-api/acme/small"
base_url = "{url}/v1"
max_tokens = 1000
[models.haiku]
model = "anthropic/claude-haiku-4-5"
base_url = "{url}"
"""
OWN = """
[own]
programs = ["own-agent"]
protocol = "anthropic"
command = ["{program}", "{url}", "{model}", "{task}"]
"""
AGENT = """#!{python} -IS
import json, sys, urllib.request, subprocess
url, model, task = sys.argv[1:4]
messages, words = [{{"role": "user", "content": task}}], ""
tools = [{{"name": "Bash", "input_schema": {{"type": "object"}}}}]
while True:
    body = {{"model": model, "max_tokens": 500, "messages": messages, "tools": tools}}
    head = {{"content-type": "application/json"}}
    sent = urllib.request.Request(url + "/v1/messages", json.dumps(body).encode(), head)
    reply = json.load(urllib.request.urlopen(sent))
    messages.append({{"role": "assistant", "content": reply["content"]}})
    call = reply["content"][-1]
    if call["type"] != "tool_use":
        break
    done = subprocess.run(["sh", "-c", call["input"]["command"]], capture_output=True, text=True)
    print(done.stdout, done.stderr)
    result = {{"type": "tool_result", "tool_use_id": call["id"], "content": done.stdout}}
    messages.append({{"role": "user", "content": [result]}})
"""
WEIGHTS = """
[models.tiny]
model = "weights/smollm2-135m-instruct"
usd_per_hour = 36.0
"""
ASKS_ONCE = """#!{python} -IS
import json, sys, urllib.request
url, model, task = sys.argv[1:4]
body = {{"model": model, "max_tokens": 50, "messages": [{{"role": "user", "content": task}}]}}
head = {{"content-type": "application/json"}}
sent = urllib.request.Request(url + "/chat/completions", json.dumps(body).encode(), head)
print(urllib.request.urlopen(sent).read())
"""
COMMANDS = ["sed -i 's/a - b/a + b/' calc.py && rm old.txt", "python3 check.py; ln -s /etc/passwd link; mkfifo pipe"]
SUBMIT = "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A small repository with a fault."""
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "calc.py").write_text("def add(a, b):\n    return a - b\n")
    (folder / "check.py").write_text("from calc import add\nassert add(2, 3) == 5\n")
    (folder / "old.txt").write_text("old\n")
    return folder


def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, solver: Solver, *given: str, code: int = 0
) -> tuple[dict[str, Any], str]:
    """One `bench agent run ... --json` in a folder of its own; its JSON and all that it printed."""
    monkeypatch.chdir(tmp_path)
    Path("bench.toml").write_text(TOML.format(url=solver.url))
    Path("agents.toml").write_text(OWN)
    program = tmp_path / "bin" / "own-agent"
    program.parent.mkdir(exist_ok=True)
    python = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    program.write_text(AGENT.format(python=python))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary-1")
    monkeypatch.setenv("ACME_API_KEY", "sk-acme-canary-1")
    result = CliRunner().invoke(bench, ["agent", "run", *given, "--json", "--send-keys-to", solver.url])
    if code:
        assert isinstance(result.exception, UsageError)
        return {}, str(result.exception)
    episode = json.loads(result.stdout)
    if episode["stop_cause"] == "finished":
        assert result.exit_code == 0, result.output
    else:
        assert isinstance(result.exception, IncompleteError)
    return episode, result.output


@pytest.mark.usefixtures("walls")
def test_an_episode_says_what_changed_and_what_it_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repo: Path
) -> None:
    with Solver(COMMANDS) as solver:
        episode, text = run(
            tmp_path, monkeypatch, solver, "own", str(repo), "--task", "Fix it", "--model", "haiku", "--out", "new"
        )
    assert episode["stop_cause"] == "finished"
    assert (episode["changed"], episode["removed"]) == (["calc.py"], ["old.txt"])
    assert episode["left_out"] == 2, "a link and a pipe"
    assert Path("new/calc.py").read_text().endswith("a + b\n")
    assert [each.name for each in Path("new").iterdir()] == ["calc.py"]
    assert (repo / "calc.py").read_text().endswith("a - b\n"), "the user's own files stay"
    assert (episode["turns"], episode["in_tokens"], episode["out_tokens"]) == (3, 3000, 300)
    assert episode["cost_usd"] == "0.004500"  # 3,000 tokens at 1 USD a million, 300 at 5
    assert mistakes("agent", episode) == []
    assert "canary" not in text
    keys = {headers.get("authorization") for _, headers, _ in solver.requests}
    assert keys == {"Bearer sk-ant-canary-1"}, "the vendor's key is put in on the way out"


@pytest.mark.usefixtures("walls")
@pytest.mark.slow
def test_weights_of_this_machine_cost_their_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repo: Path) -> None:
    here = sys.modules[__name__]
    monkeypatch.setattr(here, "TOML", TOML + WEIGHTS)
    monkeypatch.setattr(here, "OWN", OWN.replace("anthropic", "openai"))
    monkeypatch.setattr(here, "AGENT", ASKS_ONCE)
    served = list[Path]()

    @contextmanager
    def serving(endpoint: Endpoint, weights: Path, _: Path) -> Iterator[tuple[Endpoint, float]]:
        served.append(weights)
        yield replace(endpoint, base_url=f"{solver.url}/v1"), 0.1

    monkeypatch.setattr("bench.run.local.fetch_weights", lambda *_: tmp_path / "tiny.gguf")
    monkeypatch.setattr("bench.run.local.serving", serving)
    with Solver(COMMANDS) as solver:
        episode, _ = run(tmp_path, monkeypatch, solver, "own", str(repo), "--task", "Fix it", "--model", "tiny")
    assert (episode["stop_cause"], episode["turns"], served) == ("finished", 1, [tmp_path / "tiny.gguf"])
    assert float(episode["cost_usd"]) == pytest.approx(episode["wall_s"] / 100, abs=1e-4)
    assert episode["most_usd"] == episode["cost_usd"]


@pytest.mark.usefixtures("walls")
def test_a_hostile_tree_costs_neither_the_record_nor_the_bill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repo: Path
) -> None:
    python = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    steps = "import os\nfor _ in range(300): os.mkdir('d' * 200); os.chdir('d' * 200)\nos.chmod('.', 0)"
    deep = f'{python} -ISc "{steps}"'
    odd = "printf x > \"$(printf 'a\\nb')\"; truncate -s 200M sparse; printf '#!/bin/sh\\n' > run.sh; chmod +x run.sh"
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with Solver([deep, odd]) as solver:
        episode, _ = run(
            tmp_path, monkeypatch, solver, "own", str(repo), "--task", "x", "--model", "haiku", "--out", "new"
        )
    assert (episode["stop_cause"], episode["turns"], episode["changed"]) == ("finished", 3, ["run.sh"])
    assert episode["left_out"] == 3, "too deep, a name of two lines, too large"
    assert os.access("new/run.sh", os.X_OK)
    assert not [*tmp_path.glob("*agent-*")], "nothing of it stays"


@pytest.mark.slow
@pytest.mark.usefixtures("walls")
def test_turns_and_dollars_end_an_episode_before_they_are_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repo: Path
) -> None:
    with Solver(COMMANDS) as solver:
        given = ("own", str(repo), "--task", "Fix it", "--model", "haiku")
        few, _ = run(tmp_path, monkeypatch, solver, *given, "--turns", "2")
        calls = len(solver.requests)
        again, _ = run(tmp_path, monkeypatch, solver, *given, "--turns", "2")
        assert again["turns"] == 2, "an episode's limits are its own"
        calls = len(solver.requests)
        poor, _ = run(tmp_path, monkeypatch, solver, *given, "--budget-usd", "0.0001", "--results", "other")
    assert (few["stop_cause"], few["turns"], calls) == ("turns", 2, 4)
    assert (poor["stop_cause"], len(solver.requests)) == ("budget", calls)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            ("nobody", ".", "--task", "x"),
            "no agent 'nobody'. Known: claude-code, qwen-code, mini-swe-agent, opencode, codex, own",
        ),
        (("own", ".", "--task", "x", "--model", "other"), "no model 'other'"),
        (("own", ".", "--task", "x", "--model", "small"), "nothing is translated"),
        (("own", ".", "--task", "@nothing.txt"), "--task @nothing.txt: cannot be read"),
        (("own", ".", "--task", "x", "--out", "."), "is there already"),
    ],
)
def test_mistakes_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...], words: str
) -> None:
    with Solver([]) as solver:
        _, text = run(tmp_path, monkeypatch, solver, *given, code=2)
    assert words in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[a]\nprograms = ['x']\nprotocol = 'openai'", "[a] lacks 'command'"),
        ("[a]\nprograms = ['x']\ncommand = ['x']\nprotocol = 'openai'", "lacks {task}"),
        ("[a]\nprograms = ['x']\ncommand = ['{task}']\nprotocol = 'grpc'", "must be anthropic or openai"),
        ("[a]\nprograms = 'x'\ncommand = ['{task}']\nprotocol = 'openai'", "must be a list of texts"),
        ("[a]\nprograms = ['x']\ncommand = ['{task}']\nprotocol = 'openai'\ninstall = 1", "install must be a text"),
        ("[a]\nprogram = ['x']", "unknown key 'program'"),
        (f"{OWN}needs = ['/home/me/keys/prog']", "sought in the PATH, not paths"),
        ("[a]\nprograms = ['./x']\ncommand = ['{task}']\nprotocol = 'openai'", "sought in the PATH, not paths"),
        (OWN.replace("{model}", "{foo}"), "command has the unknown place {foo}. Known: {program}, {python}, {task}"),
        (f'{OWN}version = ["{{url}}"]', "version has the unknown place {url}. Known: {program}, {python}."),
        ("a = 1", "must be a table"),
        ("['a b']\nprograms = ['x']", "letters, digits"),
        (f"{OWN}environment = {{ 'A=B' = 'x' }}", "is no variable's name"),
        ("[a", "cannot be read"),
        ("".join(f"[a{at}]\n" for at in range(51)), "more than 50 agents"),
    ],
)
def test_a_wrong_entry_of_agents_toml_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "agents.toml").write_text(text)
    with pytest.raises(UsageError, match=words.replace("[", r"\[").replace("{", r"\{")):
        presets(tmp_path)


def test_braces_of_a_shell_or_of_json_are_no_places(tmp_path: Path) -> None:
    own = OWN.replace('"{model}"', "'${foo} {\"model\":1} {env:HOME} {}'")
    (tmp_path / "agents.toml").write_text(own)
    assert "${foo}" in presets(tmp_path)["own"].command[2]


@pytest.mark.usefixtures("walls")
def test_a_strangers_agents_run_nothing_outside_the_walls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repo: Path
) -> None:
    planted = tmp_path / "planted"
    hostile = (
        OWN + f'environment = {{ LD_PRELOAD = "{planted}.so" }}\nversion = ["sh", "-c", "touch {planted}; id -un"]\n'
    )
    monkeypatch.setattr("tests.agents.test_episode.OWN", hostile.replace('"{task}"', '"{task}", "{x!r:>99}"'))
    with Solver([]) as solver:
        episode, text = run(tmp_path, monkeypatch, solver, "own", str(repo), "--task", "{url}", "--model", "haiku")
        CliRunner().invoke(bench, ["agent", "list"], catch_exceptions=False)
    assert "ld.so" in episode["version"], "its own loader within the walls finds no such library"
    assert not planted.exists()
    assert "Traceback" not in text


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: os.mkfifo(folder / "pipe"), "pipe: is no file, folder or link"),
        (lambda folder: os.truncate(folder / "old.txt", 50 * 2**30), "holds more than 2 GiB"),
        (lambda folder: (folder / "/".join("d" * 70)).mkdir(parents=True), "more than 64 folders"),
    ],
)
def test_a_folder_that_no_agent_may_have_is_named_before_anything_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repo: Path, make: Callable[[Path], object], words: str
) -> None:
    make(repo)
    with Solver([]) as solver:
        _, text = run(tmp_path, monkeypatch, solver, "own", str(repo), "--task", "x", "--model", "haiku", code=2)
    assert words in text


@pytest.mark.slow
@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize(
    ("name", "model"),
    [
        *(("claude-code", "haiku"), ("qwen-code", "small"), ("mini-swe-agent", "small")),
        *(("opencode", "small"), ("codex", "small")),
    ],
)
def test_real_agents_work_behind_the_walls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repo: Path, name: str, model: str
) -> None:
    require_agent(presets(tmp_path)[name])
    with Solver([COMMANDS[0], SUBMIT]) as solver:
        episode, _ = run(tmp_path, monkeypatch, solver, name, str(repo), "--task", "Fix it", "--model", model)
    assert (episode["stop_cause"], episode["changed"], episode["removed"]) == ("finished", ["calc.py"], ["old.txt"])
    assert episode["turns"] in (2, 3, 4)  # opencode asks for titles, too
    assert episode["in_tokens"] == 1000 * episode["turns"]
