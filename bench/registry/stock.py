"""lm-eval's own tasks by name, made fit for a chat endpoint: their prompts and scorers, our stops, caps and sandbox.

What cannot be made fit is refused with the reason and, where there is one, the alternative. Data come from
`BENCH_DATA`, one JSONL per split, or from the hub.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.errors import TaskError, UsageError
from bench.registry import stockcode
from bench.registry.checks import FEWSHOT_IN_ORDER, aggregation
from bench.registry.items import read_jsonl
from bench.registry.taskfile import STOCK, TaskFile, parse

DATA = "BENCH_DATA"
"""Environment variable: a folder that holds `<dataset>/[<configuration>/]<split>.jsonl`."""
CHAT = {"gsm8k": "gsm8k_cot_llama"}
"""A stock name -> lm-eval's variant of it that is written for chat."""
INSTEAD = {
    "arc_challenge": "arc_challenge_chat",
    "gpqa_diamond_zeroshot": "gpqa_diamond_cot_zeroshot",
    "humaneval_instruct": "humaneval",
    "humaneval_plus": "humaneval",
    "mbpp_instruct": "mbpp",
    "mbpp_plus": "mbpp",
    "mbpp_plus_instruct": "mbpp",
    "mmlu": "mmlu_pro",
}
"""A stock name that is refused -> what measures much the same."""
ORACLES = {
    "gsm8k_cot_llama": "The final answer is {target}",
    "mmlu_pro": "The answer is ({target}).",
    "bbh_cot_fewshot": "So the answer is {target}.",
    "bbh_cot_zeroshot": "The answer is {target}.",
    "minerva_math": "Final Answer: The final answer is ${target}$. I hope it is correct.",
}
"""How a right answer ends, by the beginning of the task's name; for the lint."""
NEEDED = {"ifeval": "ifeval", "minerva_math": "math", "hendrycks_math": "math"}
"""lm-eval's extra that a stock task needs, by the beginning of its name."""
SEED = 0
"""lm-eval's own default: some tasks shuffle the choices of an item."""
LEAST_TOKENS = 2048
"""Granted to every stock answer, if the task does not grant more: a chain of thought must not be cut."""
_NAMED = re.compile(rb"^[\"']?(task|group)[\"']?:[ \t]*[\"']?([\w.+-]+)[\"']?[ \t]*(?:#.*)?\r?$", re.MULTILINE)


def known(name: str) -> bool:
    """Whether lm-eval has a task or group of this name. The first question takes about two seconds."""
    return name in stockcode.CODE or name in _index()


def members(name: str) -> tuple[TaskFile, ...]:
    """The tasks of a stock name, which must be known. UsageError if one cannot be asked of a chat endpoint."""
    return tuple(task(member) for member in _leaves(CHAT.get(name, name)))


@lru_cache
def task(name: str) -> TaskFile:
    """One stock task, made fit for chat. UsageError with the reason if it cannot be."""
    if name in stockcode.CODE:
        return stockcode.CODE[name](_local)
    if name not in _index():
        raise UsageError(f"unknown task '{name}'.")
    path = _index()[name]
    config = parse(path)
    _refuse_unfit(name, config)
    changes = _changes(name, config)
    fit = {**{k: v for k, v in config.items() if k not in ("tag", "task_list")}, **changes}
    content = hashlib.sha256(json.dumps(fit, sort_keys=True, default=str).encode())
    for file in [*sorted(path.parent.glob("*.py")), *(f for _, f in _splits(config))]:
        content.update(file.read_bytes())
    return TaskFile(
        name=name,
        path=path,
        config=fit,
        sha256=content.hexdigest(),
        build=partial(_build, name, path, changes),
        ours=False,
    )


@lru_cache
def _index() -> Mapping[str, Path]:
    """Every task and group of lm-eval -> its YAML; lm-eval's own index takes eight times as long."""
    spec = find_spec("lm_eval")
    assert spec is not None
    assert spec.origin is not None
    index: dict[str, Path] = {}
    for path in sorted((Path(spec.origin).parent / "tasks").rglob("*.yaml")):
        names = {kind: name.decode() for kind, name in _NAMED.findall(path.read_bytes())}
        if names:
            index.setdefault(names.get(b"group") or names[b"task"], path)
    return index


def _leaves(name: str) -> Iterator[str]:
    if name in stockcode.CODE:
        yield name
        return
    config = parse(_index()[name])
    if "group" not in config:
        yield name
        return
    for member in config["task"]:
        if name in INSTEAD or not isinstance(member, str) or not known(member):
            instead = f"Use '{INSTEAD[name]}'." if name in INSTEAD else "Name the tasks you want one by one."
            raise UsageError(f"'{name}': its part {str(member)[:60]!r} is not a task by itself. {instead}")
        yield from _leaves(member)


def _refuse_unfit(name: str, config: Mapping[str, Any]) -> None:
    kind = config.get("output_type", "generate_until")
    why = None
    if kind != "generate_until":
        why = f"asks for {kind}, and chat endpoints give no log-likelihoods"
    elif config.get("gen_prefix"):
        why = "begins the model's answer for it (gen_prefix), which chat endpoints refuse or score 0"
    elif config.get("unsafe_code"):
        why = "runs model-written code outside a sandbox"
    elif aggregation(config) != "mean":
        why = f"scores all answers at once ({aggregation(config)}), not one by one"
    elif int(config.get("repeats") or 1) > 1:
        why = f"asks every item {config['repeats']} times by itself; use --repeats"
    if why:
        instead = f"Use '{INSTEAD[name]}'." if name in INSTEAD else f"Others work: {', '.join(STOCK)}."
        raise UsageError(f"task '{name}' {why}. {instead}")


def _changes(name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    generation = dict(config.get("generation_kwargs") or {})
    metadata = dict(config.get("metadata") or {})
    oracle = next((text for prefix, text in ORACLES.items() if name.startswith(prefix)), None)
    metrics = config.get("metric_list") or []
    by_value = sorted(metrics, key=lambda metric: metric.get("metric") != "math_verify")
    return {
        **({"metric_list": by_value} if by_value != metrics else {}),
        "output_type": "generate_until",
        "generation_kwargs": {
            "until": [],
            "max_gen_toks": max(LEAST_TOKENS, int(generation.get("max_gen_toks", 0))),
            "temperature": float(generation.get("temperature", 0.0)),
            "do_sample": False,
        },
        "num_fewshot": int(config.get("num_fewshot") or 0),
        "fewshot_config": {**(config.get("fewshot_config") or {}), "sampler": FEWSHOT_IN_ORDER},
        "metadata": {
            "version": metadata.get("version", 0),
            "licence": "as its data set states",
            "cluster": "item",
            "description": "public, likely contaminated; for comparison with published figures",
            **({"oracle": oracle} if oracle else {}),
        },
    }


def _build(name: str, path: Path, changes: Mapping[str, Any]) -> Any:
    from lm_eval.api.task import ConfigurableTask
    from lm_eval.tasks._yaml_loader import load_yaml

    try:
        config = load_yaml(path)
        fewshot = {**(config.get("fewshot_config") or {}), "sampler": FEWSHOT_IN_ORDER}
        config = {k: v for k, v in config.items() if k not in ("tag", "task_list")}
        config |= {**changes, "fewshot_config": fewshot}
        splits = _splits(config)
        if splits:
            config |= {"custom_dataset": partial(_read, splits), "dataset_kwargs": None}
        if config.get("process_docs"):
            config["process_docs"] = partial(_seeded, config["process_docs"])
        return ConfigurableTask(config=config)
    except UsageError:
        raise
    except ImportError as error:
        extra = next((extra for prefix, extra in NEEDED.items() if name.startswith(prefix)), None)
        cure = f"pip install 'lm-eval[{extra}]'." if extra else "Install it."
        why = str(error).splitlines()[0].partition(". ")[0][:160]
        raise UsageError(f"task '{name}' needs a package that is not here ({why}). {cure}") from error
    except Exception as error:
        why = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        problem = f"its data cannot be loaded ({why}). Put them under {DATA}: {_wanted(parse(path))}."
        raise TaskError(f"task '{name}'", "item", problem) from error


def _seeded(process: Callable[[Any], Any], docs: Any) -> Any:
    """The docs as the task prepares them, the same each time: planning and scoring both ask for them."""
    before = random.getstate()
    random.seed(SEED)
    try:
        return process(docs)
    finally:
        random.setstate(before)


def _splits(config: Mapping[str, Any]) -> list[tuple[str, Path]]:
    """The splits that lie in the local data folder; none if the task's folder is not there."""
    folder = _local(str(config.get("dataset_path")), config.get("dataset_name"))
    return [] if folder is None else [(file.stem, file) for file in sorted(folder.glob("*.jsonl"))]


def _local(dataset: str, configuration: str | None = None) -> Path | None:
    """`$BENCH_DATA/<dataset>/<configuration>`, or without the configuration, whichever exists."""
    root = os.environ.get(DATA)
    if not root:
        return None
    places = [Path(root) / dataset / configuration] if configuration else []
    return next((place for place in (*places, Path(root) / dataset) if list(place.glob("*.jsonl"))), None)


def _wanted(config: Mapping[str, Any]) -> str:
    """Where the data of a task belong, as a user can type it."""
    place = "/".join(str(part) for part in (config.get("dataset_path"), config.get("dataset_name")) if part)
    return f"{os.environ.get(DATA) or f'${DATA}'}/{place}/{config.get('test_split') or 'test'}.jsonl"


def _read(splits: list[tuple[str, Path]], **_metadata: Any) -> dict[str, Any]:
    import datasets

    return {name: datasets.Dataset.from_list(read_jsonl(file)) for name, file in splits}
