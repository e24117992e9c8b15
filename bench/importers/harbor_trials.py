"""Trials of Harbor: the `result.json` of each trial in a job's folder, one row a trial.

A trial's cost is what its agent reported. Where it reported none, `bench reprice` computes it from the tokens, at the
prices of a day. A trial whose reward Harbor itself takes for invalid (`reward_valid`, from version 0.26: the vendor's
address failed, the machine had too little memory ...) is missing, never 0. Tokens, cost and time of a trial of several
steps are the steps' together. Trials of one set with unlike agents' versions or arguments, or limits, are warned of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError
from bench.importers.numbers import BadValueError, named, positive, share, whole
from bench.importers.source import ImportedModel, ItemEntry, Request, entry
from bench.importers.stated import Stated
from bench.importers.textfiles import files_below, mapping, read_json
from bench.records import sha256_of, vendor_of

AGENT = frozenset(("kwargs", "skills", "mcp_servers", "override_timeout_sec", "max_timeout_sec", "import_path"))
ENVIRONMENT = ("type", "override_cpus", "override_memory_mb", "override_gpus")
"""What of a trial's configuration decides how far an agent may go."""


def read(request: Request, folders: Sequence[Path]) -> Iterator[ItemEntry]:
    """An item for each trial. UsageError if a folder has none."""
    seen: Counter[tuple[str, str, str]] = Counter()
    stated = Stated(request.ledger)
    order = 0
    for folder in folders:
        before = order
        for path in files_below(folder, "result.json", ledger=request.ledger):
            try:
                raw = mapping(read_json(path))
            except UsageError as error:
                request.ledger.drop(path.parent.name, str(error))
                continue
            if not raw.get("trial_name") or not raw.get("task_name"):
                continue  # the job's own summary
            order += 1
            try:
                yield _item(request, path, order, raw, seen=seen, stated=stated)
            except BadValueError as error:
                request.ledger.drop(path.parent.name, str(error))
        if order == before:
            raise UsageError(f"{folder}: holds no trial of Harbor: each has a result.json with its trial_name.")
    stated.warn()


def _item(
    request: Request,
    path: Path,
    order: int,
    raw: Mapping[str, Any],
    *,
    seen: Counter[tuple[str, str, str]],
    stated: Stated,
) -> ItemEntry:
    agent, config = mapping(raw.get("agent_info")), mapping(mapping(raw.get("config")).get("agent"))
    model, name = mapping(agent.get("model_info")), str(agent.get("name") or config.get("name") or "")
    raw_model = str(model.get("name") or config.get("model_name") or "")
    if not name or not raw_model:
        raise BadValueError("an agent and a model are needed")
    rewards, suite = mapping(mapping(raw.get("verifier_result")).get("rewards")), str(raw.get("source") or "harbor")
    score = named(rewards, "reward", share)
    if raw.get("reward_valid") is False and score is not None:
        score = None
        request.ledger.unknown(f"Harbor takes the reward for invalid ({_why(raw)}): the trial counts as missing")
    elif score is None:
        request.ledger.unknown("the verifier gave no reward: the trial counts as missing")
    label = f"{raw_model.rpartition('/')[2]} ({name})"
    provider = model.get("provider")
    if label not in request.models:
        request.models[label] = ImportedModel(
            raw=raw_model,
            vendor=vendor_of(raw_model),
            provider=None if provider is None else str(provider),
            harness=f"Harbor, {name} {agent.get('version') or ''}".strip(),
            date=str(raw.get("started_at") or "")[:10] or None,
            cost_basis="as the agent reported it",
        )
    stated.settings(suite, label, _settings(raw, agent, config))
    stated.answered(label, str(config.get("model_name") or raw_model), model.get("name"))
    parts, task = _parts(raw), str(raw["task_name"])
    seconds = [_seconds(mapping(part.get("agent_execution"))) for part in parts]
    usages = [mapping(part.get("agent_result")) for part in parts]
    cost = _sum([named(usage, "cost_usd", positive) for usage in usages])
    if cost is None:
        request.ledger.unknown("cost_usd is 0 or missing: cost unknown; `bench reprice --as-of DAY` computes it")
    repeat = seen[suite, task, label]
    seen[suite, task, label] += 1
    kinds = ("input", "cache", "output")
    tokens = [_whole([named(usage, f"n_{kind}_tokens", whole) for usage in usages]) for kind in kinds]
    if (tokens[1] or 0) > (tokens[0] or 0):
        request.ledger.unknown("n_cache_tokens above n_input_tokens, which counts them as well: tokens unknown")
        tokens = [None, None, None]
    return entry(
        request, path.parent.name, suite=suite, task=suite, item=task, model=label, score=score, order=order,
        repeat=repeat, question=sha256_of([suite, task, raw.get("task_checksum"), name]), cost_usd=cost,
        latency_s=_sum(seconds), tokens_in=tokens[0] or None, tokens_cached=tokens[1],
        tokens_out=tokens[2] or None,
    )  # fmt: skip


def _settings(raw: Mapping[str, Any], agent: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """With what a trial was run: its agent's version and arguments, and its limits."""
    trial = mapping(raw.get("config"))
    return {
        "agent version": agent.get("version"),
        **{f"agent.{name}": value for name, value in config.items() if name in AGENT},
        **{name: value for name, value in trial.items() if name.endswith("timeout_multiplier")},
        "extra_instructions": trial.get("extra_instructions"),
        "verifier.override_timeout_sec": mapping(trial.get("verifier")).get("override_timeout_sec"),
        **{f"environment.{name}": mapping(trial.get("environment")).get(name) for name in ENVIRONMENT},
    }


def _parts(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What states an agent's result: the trial itself, or each of its steps."""
    steps = raw.get("step_results")
    if raw.get("agent_result") is not None or not isinstance(steps, list) or not steps:
        return [raw]
    return [mapping(step) for step in steps]


def _why(raw: Mapping[str, Any]) -> str:
    """The exceptions that a trial records, by name."""
    given = [mapping(part.get("exception_info")).get("exception_type") for part in (raw, *_parts(raw))]
    return ", ".join(dict.fromkeys(clean.line(str(name)) for name in given if name)) or "no exception is named"


def _sum(values: Sequence[float | None]) -> float | None:
    """Of all; None where one is unknown."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _whole(values: Sequence[int | None]) -> int | None:
    """The same of counts."""
    total = _sum(values)
    return None if total is None else int(total)


def _seconds(phase: Mapping[str, Any]) -> float | None:
    """How long a phase took; None where it does not say."""
    try:
        begun, ended = (datetime.fromisoformat(str(phase.get(key))) for key in ("started_at", "finished_at"))
        return max(0.0, (ended - begun).total_seconds()) or None
    except (ValueError, TypeError):
        return None
