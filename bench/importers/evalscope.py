"""evalscope's outputs: `reviews/MODEL/DATASET_SUBSET.jsonl` with `predictions/` beside it; one item a sample.

A path is an output folder, or anything above it. A score is the sample's main one; `--map metric=NAME` takes another. A
sample whose score is not usable, or that has none of that name, is missing. evalscope records no cost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.importers.numbers import BadValueError, named, positive, share, shown, whole
from bench.importers.source import ImportedModel, ItemEntry, Request, entry
from bench.importers.textfiles import files_below, is_plain, json_rows, mapping
from bench.records import sha256_of, vendor_of


def read(request: Request) -> Iterator[ItemEntry]:
    """The reviewed samples. UsageError if a path holds no reviews."""
    request.only("metric")
    for path in request.paths:
        files = files_below(path, "reviews/*/*.jsonl", ledger=request.ledger) if path.is_dir() else [path]
        if not files:
            raise UsageError(f"{path}: is no output of evalscope: reviews/MODEL/DATASET.jsonl is expected in it.")
        for file in files:
            yield from _of_file(request, file)


def _of_file(request: Request, file: Path) -> Iterator[ItemEntry]:
    model, task = file.parent.name, file.stem
    if model not in request.models:
        request.models[model] = ImportedModel(raw=model, vendor=vendor_of(model), harness="evalscope")
    asked = file.absolute().parent.parent.parent / "predictions" / model / file.name
    predictions: dict[int, Mapping[str, Any]] = {}
    if is_plain(asked, asked.parent.parent.parent):
        predictions = {
            row["index"]: row for _, row in json_rows(asked, request.ledger) if isinstance(row.get("index"), int)
        }
    else:
        request.ledger.note(f"{file.name}: no predictions beside it: tokens and times unknown")
    seen: Counter[str] = Counter()
    for order, (where, row) in enumerate(json_rows(file, request.ledger)):
        try:
            yield _item(request, where, row, order=order, of=(model, task), predictions=predictions, seen=seen)
        except BadValueError as error:
            request.ledger.drop(where, str(error))


def _item(
    request: Request,
    where: str,
    row: Mapping[str, Any],
    *,
    order: int,
    of: tuple[str, str],
    predictions: Mapping[int, Mapping[str, Any]],
    seen: Counter[str],
) -> ItemEntry:
    model, task = of
    sample = mapping(row.get("sample_score"))
    index = row.get("index")
    if not isinstance(index, int) or not sample:
        raise BadValueError("an index and a sample_score are needed")
    group = sample.get("group_id")
    item = str(index if group is None else group)
    prompt, target = _prompt(row), row.get("target")
    output = mapping(predictions.get(index, {}).get("model_output"))
    usage, score = mapping(output.get("usage")), mapping(sample.get("score"))
    stated = named(sample, "generation_index", whole)
    repeat, seen[item] = (seen[item] if stated is None else stated), seen[item] + 1
    return entry(
        request, where, suite=task, task=task, item=item, model=model, score=_score(request, score), order=order,
        question=sha256_of([task, item, prompt, target]), repeat=repeat, latency_s=named(output, "time", positive),
        tokens_in=named(usage, "input_tokens", whole) or None, tokens_out=named(usage, "output_tokens", whole) or None,
        prompt=prompt, answer=_text(score.get("prediction")), extracted=_text(score.get("extracted_prediction")),
        expected=_text(target), detail=_text(score.get("explanation")),
    )  # fmt: skip


def _score(request: Request, score: Mapping[str, Any]) -> float | None:
    values = mapping(score.get("value"))
    names = list(values)
    chosen = request.mapping.get("metric") or score.get("main_score_name") or next(iter(names), None)
    if chosen not in values:
        request.ledger.unknown(f"no score '{shown(chosen)}': the item counts as missing")
        return None
    if len(names) > 1 and "metric" not in request.mapping:
        others = [name for name in names if name != chosen]
        request.ledger.note(f"several scores; {chosen} is taken: --map metric={others[0]} takes another")
    chosen_score: float | None = named(values, str(chosen), share)
    return chosen_score


def _prompt(row: Mapping[str, Any]) -> str:
    """The older `input`, or the messages before the model's."""
    if isinstance(row.get("input"), str):
        return str(row["input"])
    messages = row.get("messages")
    asked = [mapping(message) for message in (messages if isinstance(messages, list) else ())]
    return "\n\n".join(str(message.get("content")) for message in asked if message.get("role") != "assistant")


def _text(value: object) -> str | None:
    return None if value is None else str(value)
