"""Terminal-Bench: a CSV of version 2's trials, one row a trial of a model at a task, with its tokens, seconds and
success; or the folder of a run of `tb run` (`run_metadata.json`, and `results.json` of each trial).

Trials of a task are repeats of an item. Neither has dollars. The CSV's input tokens count a conversation once, not at
every call of an agent that sends it again and again: what was billed is unknown, and so no cost can be made of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from bench.errors import UsageError
from bench.importers import terminal_runs
from bench.importers.numbers import BadValueError, named, positive, share
from bench.importers.source import ImportedModel, ItemEntry, Provenance, Request, entry
from bench.importers.textfiles import csv_columns, csv_rows
from bench.records import sha256_of, vendor_of

USUAL = Provenance("laude-institute/terminal-bench-experiments", licence="Apache-2.0")
NEEDED = {"trial_id", "model_name", "task_name", "success"}
SUITE = "terminal-bench-2"
AGENT = "Terminus 2"
"""The agent of every trial."""


def read(request: Request) -> Iterator[ItemEntry]:
    """An item for each trial. UsageError if a file lacks the columns, or a folder a run."""
    request.only()
    folders = [path for path in request.paths if path.is_dir()]
    yield from terminal_runs.read(request, folders)
    seen: Counter[tuple[str, str]] = Counter()
    trials: set[str] = set()
    if len(folders) == len(request.paths):
        return
    for path in request.paths:
        if path in folders:
            continue
        if lacking := sorted(NEEDED - set(csv_columns(path))):
            raise UsageError(f"{path}: holds no trials of Terminal-Bench; missing columns: {', '.join(lacking)}.")
        for order, (where, cells) in enumerate(csv_rows(path, request.ledger)):
            if cells["trial_id"] in trials:
                request.ledger.drop(where, f"trial {cells['trial_id']} stands there already")
                continue
            trials.add(cells["trial_id"])
            try:
                item = _item(request, where, order, cells, seen)
            except BadValueError as error:
                request.ledger.drop(where, str(error))
                continue
            yield item
    request.ledger.note("input tokens count a conversation once, not at every call: what was billed is unknown")


def _item(
    request: Request, where: str, order: int, cells: Mapping[str, str], seen: Counter[tuple[str, str]]
) -> ItemEntry:
    raw, task = cells["model_name"], cells["task_name"]
    score = named(cells, "success", share)
    if not raw or not task or score not in (0, 1, None):
        raise BadValueError("a model, a task and a success of true or false are needed")
    label = raw.rpartition("/")[2]
    tokens_out = named(cells, "n_output_tokens", positive)
    seconds = named(cells, "execution_time_sec", positive) if "execution_time_sec" in cells else None
    if label not in request.models:
        request.models[label] = ImportedModel(
            raw=raw, vendor=vendor_of(raw), provider=cells.get("provider") or None, harness=AGENT
        )
    repeat = seen[label, task]
    seen[label, task] += 1
    return entry(
        request, where, suite=SUITE, task=SUITE, item=task, model=label, score=score, order=order, repeat=repeat,
        question=sha256_of([SUITE, task, AGENT]), latency_s=seconds,
        tokens_out=None if tokens_out is None else int(tokens_out),
    )  # fmt: skip
