"""The same questions as each tool's own users ask them: our command, lm-eval's, Inspect's, a pool of OpenAI clients."""

from __future__ import annotations

import json
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from tests.perf.client import PROMPT
from tests.perf.harness import ROOT
from tests.perf.mock import Mock
from tests.perf.whole import Cell, Run, run_whole

PEERS = ROOT / ".servers" / "peers" / "bin"
"""Where `make peers` puts them."""

KEYS = {"MOCK_API_KEY": "none", "OPENAI_API_KEY": "none"}
POOL = """
import sys
from concurrent.futures import ThreadPoolExecutor
from openai import OpenAI
root, model, calls, slots, prompt, stream = *sys.argv[1:6], sys.argv[6] == "stream"
client = OpenAI(base_url=root + "/v1", api_key="none", max_retries=0)
def ask(number):
    messages = [{"role": "user", "content": f"{number} {prompt}"}]
    answer = client.chat.completions.create(model=model, messages=messages, stream=stream)
    if stream:
        return "".join(piece.choices[0].delta.content or "" for piece in answer if piece.choices)
    return answer.choices[0].message.content
with ThreadPoolExecutor(int(slots)) as pool:
    assert all(pool.map(ask, range(int(calls))))
"""
LM_EVAL_TASK = """
task: load
dataset_path: json
dataset_kwargs: {data_files: {test: load.jsonl}}
test_split: test
output_type: generate_until
doc_to_text: prompt
doc_to_target: number
generation_kwargs: {until: [], max_gen_toks: 1024}
metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: true}]
"""
INSPECT_TASK = """
from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset, FieldSpec
from inspect_ai.scorer import match
from inspect_ai.solver import generate

@task
def load():
    return Task(json_dataset("load.jsonl", FieldSpec(input="prompt", target="number")), generate(), scorer=match())
"""


def _write_questions(folder: Path, calls: int) -> None:
    with (folder / "load.jsonl").open("w") as file:
        for number in range(calls):
            line = {"id": f"i{number}", "prompt": f"{number} {PROMPT}", "number": number}
            file.write(json.dumps(line) + "\n")


class Tool(ABC):
    """Something that asks a model a list of questions, as a process."""

    name: str
    """As the tables say it."""
    streams = False
    """Whether it can read an answer as a stream."""

    def ask(self, mock: Mock, cell: Cell, folder: Path) -> Run:
        """Runs it once, from nothing, in an empty folder."""
        _write_questions(folder, cell.calls)
        return run_whole(self.command(mock, cell, folder), folder, {**KEYS, **self.environment(mock)}, mock=mock)

    def environment(self, mock: Mock) -> dict[str, str]:
        """Variables that it wants."""
        del mock
        return {}

    @abstractmethod
    def command(self, mock: Mock, cell: Cell, folder: Path) -> list[str]:
        """Writes what it wants into the folder; returns how it is run."""


class Ours(Tool):
    """`bench run`: asks as streams, journals, scores, writes its tables."""

    name, streams = "bench run", True

    def command(self, mock: Mock, cell: Cell, folder: Path) -> list[str]:
        """See Tool."""
        (folder / "bench.toml").write_text(
            f'[run]\nsuites = ["load"]\nseed = 1\n[models.mock]\nmodel = "openai-api/mock/{cell.model}"\n'
            f'base_url = "{mock.root}/v1"\nmax_connections = {cell.slots}\n'
        )
        made = [sys.executable, "-m", "bench", "tasks", "new", "load", "--from", "load.jsonl"]
        run_whole(made, folder, {"PYTHONPATH": str(ROOT)})
        flags = ["-t", "load", "--limit", "all", "--yes", "--results", "results", "-o", "out"]
        return [sys.executable, "-m", "bench", "run", *flags]

    def environment(self, mock: Mock) -> dict[str, str]:
        """See Tool."""
        del mock
        return {"PYTHONPATH": str(ROOT)}


class LmEval(Tool):
    """`lm_eval run` on a task in YAML over a local JSONL file."""

    name = "lm-eval"

    def command(self, mock: Mock, cell: Cell, folder: Path) -> list[str]:
        """See Tool."""
        (folder / "load.yaml").write_text(LM_EVAL_TASK)
        arguments = f"model={cell.model},base_url={mock.root}/v1/chat/completions,num_concurrent={cell.slots}"
        arguments += ",max_retries=1,tokenized_requests=False"
        return [
            str(PEERS / "lm_eval"), "run", "--model", "local-chat-completions", "--model_args", arguments,
            "--tasks", "load", "--include_path", ".", "--apply_chat_template", "--output_path", "out", "--log_samples",
        ]  # fmt: skip

    def environment(self, mock: Mock) -> dict[str, str]:
        """See Tool."""
        del mock
        return {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": "hub"}


class Inspect(Tool):
    """`inspect eval` on a task in Python."""

    name = "inspect"

    def command(self, mock: Mock, cell: Cell, folder: Path) -> list[str]:
        """See Tool."""
        del mock
        (folder / "load.py").write_text(INSPECT_TASK)
        return [
            str(PEERS / "inspect"), "eval", "load.py", "--model", f"openai-api/mock/{cell.model}",
            "--max-connections", str(cell.slots), "--display", "plain", "--log-dir", "out",
        ]  # fmt: skip

    def environment(self, mock: Mock) -> dict[str, str]:
        """See Tool."""
        return {"MOCK_BASE_URL": f"{mock.root}/v1"}


class OpenAiPool(Tool):
    """A thread a call in flight, each with the vendor's client; no harness around it."""

    name, streams = "openai SDK, threads", True

    def command(self, mock: Mock, cell: Cell, folder: Path) -> list[str]:
        """See Tool."""
        del folder
        how = "stream" if "-n1-" not in cell.model else "whole"
        words = [mock.root, cell.model, str(cell.calls), str(cell.slots), PROMPT, how]
        return [str(PEERS / "python"), "-c", POOL, *words]


def present() -> Sequence[Tool]:
    """Ours, and each peer that is installed."""
    peers: list[Tool] = [Ours()]
    for peer, program in ((LmEval(), "lm_eval"), (Inspect(), "inspect"), (OpenAiPool(), "python")):
        if shutil.which(program, path=str(PEERS)):
            peers.append(peer)
    return peers
