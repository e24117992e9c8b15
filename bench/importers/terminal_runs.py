"""Runs of Terminal-Bench's own harness: `run_metadata.json` says agent and model, `results.json` beside each trial what
became of it.

A trial without a result (its tests ran out of time, or could not be read) and one whose agent failed by itself (it was
not installed, or crashed) are missing, never 0. There are no dollars; an agent that counts no tokens states 0, which is
unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError
from bench.importers.numbers import BadValueError, named, whole
from bench.importers.source import ImportedModel, ItemEntry, Request, entry
from bench.importers.textfiles import files_below, mapping, read_json
from bench.records import sha256_of, vendor_of

METADATA, RESULTS = "run_metadata.json", "results.json"
LOST = ("agent_installation_failed", "unknown", "unknown_agent_error")
"""Failures of the agent that say nothing of a model, as the harness names them."""


def read(request: Request, folders: Sequence[Path]) -> Iterator[ItemEntry]:
    """An item for each trial. UsageError where a folder holds no run."""
    seen: Counter[tuple[str, str, str]] = Counter()
    order = 0
    for folder in folders:
        runs = sorted(path.parent for path in files_below(folder, METADATA, ledger=request.ledger))
        if not runs:
            raise UsageError(f"{folder}: holds no run of Terminal-Bench: each has a {METADATA}.")
        for run in runs:
            about = mapping(read_json(run / METADATA))
            for path in files_below(run, RESULTS, ledger=request.ledger):
                order += 1
                try:
                    raw = mapping(read_json(path))
                    if "trial_name" in raw:  # else it is the run's summary
                        yield _item(request, path, about, raw, order=order, seen=seen)
                except (BadValueError, UsageError) as error:
                    request.ledger.drop(path.parent.name, str(error))


def _item(
    request: Request,
    path: Path,
    about: Mapping[str, Any],
    raw: Mapping[str, Any],
    *,
    order: int,
    seen: Counter[tuple[str, str, str]],
) -> ItemEntry:
    named_by = (about.get("agent_name"), about.get("model_name"), raw.get("task_id"))
    agent, model, task = (clean.line(str(each or "")) for each in named_by)
    if not agent or not model or not task:
        raise BadValueError("an agent and a model in run_metadata.json, and a task_id are needed")
    suite = clean.line(str(about.get("dataset_name") or "terminal-bench"))
    failure, solved = raw.get("failure_mode"), raw.get("is_resolved")
    score = float(solved) if isinstance(solved, bool) and (solved or failure not in LOST) else None
    if score is None:
        request.ledger.unknown(f"the harness gives no result ({clean.line(str(failure))}): the trial counts as missing")
    label = f"{model.rpartition('/')[2]} ({agent})"
    if label not in request.models:
        request.models[label] = ImportedModel(
            raw=model,
            vendor=vendor_of(model),
            harness=f"Terminal-Bench, {agent}",
            date=str(about.get("start_time") or "")[:10] or None,
        )
    repeat = seen[suite, task, label]
    seen[suite, task, label] += 1
    counts = [named(raw, f"total_{kind}_tokens", whole) or None for kind in ("input", "output")]
    return entry(
        request, path.parent.name, suite=suite, task=suite, item=task, model=label, score=score, order=order,
        repeat=repeat, question=sha256_of([suite, about.get("dataset_version"), task, raw.get("instruction"), agent]),
        latency_s=_seconds(raw), tokens_in=counts[0], tokens_out=counts[1],
    )  # fmt: skip


def _seconds(raw: Mapping[str, Any]) -> float | None:
    """How long the agent worked; None where it does not say."""
    try:
        begun, ended = (datetime.fromisoformat(str(raw.get(f"agent_{at}_at"))) for at in ("started", "ended"))
        return max(0.0, (ended - begun).total_seconds()) or None
    except (ValueError, TypeError):
        return None
