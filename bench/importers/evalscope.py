"""evalscope's outputs: `reviews/MODEL/DATASET_SUBSET.jsonl` with `predictions/` beside it; one item a sample.

A path is an output folder, or anything above it. A score is the sample's main one; `--map metric=NAME` takes another. A
sample whose score is not usable, or that has none of that name, is missing. evalscope records no cost. Reviews that
`reports/` contradict, or that judged other answers than the predictions hold, are warned of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.importers.evalscope_reports import contradiction, predicted, said
from bench.importers.numbers import BadValueError, named, positive, share, shown, whole
from bench.importers.source import ImportedModel, ItemEntry, Request, entry
from bench.importers.stated import Stated, system_prompt
from bench.importers.textfiles import files_below, json_rows, mapping
from bench.records import sha256_of, vendor_of


@dataclass(slots=True, kw_only=True)
class _Reviews:
    """One file of them, with what of it has been read."""

    model: str
    task: str
    predictions: Mapping[int, Mapping[str, Any]]
    seen: Counter[str] = field(default_factory=Counter)
    lines: set[str] = field(default_factory=set)
    metric: str | None = None
    scores: list[float] = field(default_factory=list)
    others: int = 0
    n: int = 0


def read(request: Request) -> Iterator[ItemEntry]:
    """The reviewed samples. UsageError if a path holds no reviews."""
    request.only("metric")
    stated = Stated(request.ledger)
    for path in request.paths:
        files = files_below(path, "reviews/*/*.jsonl", ledger=request.ledger) if path.is_dir() else [path]
        if not files:
            raise UsageError(f"{path}: is no output of evalscope: reviews/MODEL/DATASET.jsonl is expected in it.")
        for file in files:
            yield from _of_file(request, file, stated)
    stated.warn()


def _of_file(request: Request, file: Path, stated: Stated) -> Iterator[ItemEntry]:
    model, task, root = file.parent.name, file.stem, file.absolute().parent.parent.parent
    if model not in request.models:
        request.models[model] = ImportedModel(raw=model, vendor=vendor_of(model), harness="evalscope")
    predictions = predicted(root / "predictions" / model / file.name, root, request.ledger)
    if predictions is None:
        request.ledger.note(f"{file.name}: no predictions beside it: tokens and times unknown")
    of = _Reviews(model=model, task=task, predictions=predictions or {})
    for order, (where, row) in enumerate(json_rows(file, request.ledger)):
        try:
            yield _item(request, where, row, order=order, of=of, stated=stated)
        except BadValueError as error:
            request.ledger.drop(where, str(error))
    if why := contradiction(root, (model, task), of.metric, of.scores, of.n):
        request.ledger.warn(f"{model}, {file.name}: {why}")
    if of.others:
        request.ledger.warn(
            f"{model}, {file.name}: {of.others:,} of {of.n:,} reviews judged another answer than its predictions hold"
        )


def _item(
    request: Request, where: str, row: Mapping[str, Any], *, order: int, of: _Reviews, stated: Stated
) -> ItemEntry:
    sample = mapping(row.get("sample_score"))
    index = row.get("index")
    if not isinstance(index, int) or not sample:
        raise BadValueError("an index and a sample_score are needed")
    line = repr((index, *(sample.get(name) for name in ("sample_id", "group_id", "generation_index"))))
    if line in of.lines:
        raise BadValueError(f"index {index} stands twice; the first is kept")
    of.lines.add(line)
    group = sample.get("group_id")
    item = str(index if group is None else group)
    prompt, target = _prompt(row), row.get("target")
    prediction = of.predictions.get(index, {})
    output = mapping(prediction.get("model_output"))
    usage, score = mapping(output.get("usage")), mapping(sample.get("score"))
    index_of_repeat = named(sample, "generation_index", whole)
    repeat, of.seen[item] = (of.seen[item] if index_of_repeat is None else index_of_repeat), of.seen[item] + 1
    entry_ = entry(
        request, where, suite=of.task, task=of.task, item=item, model=of.model, score=_score(request, score, of),
        order=order, question=sha256_of([of.task, item, prompt, target]), repeat=repeat,
        latency_s=named(output, "time", positive), tokens_in=named(usage, "input_tokens", whole) or None,
        tokens_out=named(usage, "output_tokens", whole) or None, prompt=prompt, answer=_text(score.get("prediction")),
        extracted=_text(score.get("extracted_prediction")), expected=_text(target),
        detail=_text(score.get("explanation")),
    )  # fmt: skip
    answer, judged = said(prediction), score.get("prediction")
    of.others += bool(answer and isinstance(judged, str) and judged.strip() not in answer)
    stated.prompt(of.task, item, of.model, system_prompt(prediction.get("messages")))
    stated.answered(of.model, of.model, output.get("model"))
    return entry_


def _score(request: Request, score: Mapping[str, Any], of: _Reviews) -> float | None:
    values = mapping(score.get("value"))
    names = list(values)
    chosen = request.mapping.get("metric") or score.get("main_score_name") or next(iter(names), None)
    of.n += 1
    of.metric = of.metric or str(chosen)
    if chosen not in values:
        request.ledger.unknown(f"no score '{shown(chosen)}': the item counts as missing")
        return None
    if len(names) > 1 and "metric" not in request.mapping:
        others = [name for name in names if name != chosen]
        request.ledger.note(f"several scores; {chosen} is taken: --map metric={others[0]} takes another")
    chosen_score: float | None = named(values, str(chosen), share)
    if chosen_score is not None and chosen == of.metric:
        of.scores.append(chosen_score)
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
