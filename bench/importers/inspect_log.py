"""Inspect's logs: `.eval` files, JSON logs, and folders of them; one item a sample and epoch.

A `.eval` file is a zip of JSON whose parts are packed by zstandard, or by deflate in older versions; it is read here
within bounds, so that Inspect need not be installed. Scores are Inspect's own: C is 1, P is 0.5, I and N are 0. Tokens
and cost are those of the model under test; a grader's are its own. A sample that failed has no score: it is missing.
Samples that their owner invalidated are left out. What a log's results say otherwise, and what models were not asked
alike, is warned of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.importers.archive import Archive, BadPartError, is_archive
from bench.importers.deep import TOO_DEEP
from bench.importers.inspect_results import Samples, settings
from bench.importers.ledger import Ledger
from bench.importers.numbers import BadValueError, named, positive, share, shown, whole
from bench.importers.source import ImportedModel, ItemEntry, Request, entry
from bench.importers.stated import Stated, system_prompt
from bench.importers.textfiles import files_below, mapping, read_json
from bench.records import sha256_of, vendor_of

LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""What Inspect's letters are worth, as its own `value_to_float` has it."""
SAMPLES = "samples/"
SAMPLE_LEVEL = 2
"""A sample stands in the log's object and in its list of samples."""


def read(request: Request) -> Iterator[ItemEntry]:
    """The samples of every log. UsageError if a file is no log, or a folder holds none."""
    request.only("metric")
    labels: dict[str, str] = {}
    stated = Stated(request.ledger)
    order = 0
    for path in _logs(request):
        header, samples = _opened(path, request.ledger)
        about = mapping(header.get("eval"))
        raw = str(about.get("model") or "")
        if not raw:
            raise UsageError(f"{path}: is no log of Inspect: `eval` with a model is expected.")
        if header.get("status") != "success":
            request.ledger.note(f"{path.name}: its status is {shown(header.get('status'))}: it may lack samples")
        label = _label(raw, labels)
        if label not in request.models:
            version = mapping(about.get("packages")).get("inspect_ai", "")
            date = str(about.get("created") or "")[:10] or None
            harness = f"Inspect {version}".strip()
            request.models[label] = ImportedModel(raw=raw, vendor=vendor_of(raw), harness=harness, date=date)
        log = _Log(path.name, header, about, label)
        stated.settings(log.task, label, settings(header))
        yield from _of_log(request, log, samples, order=order, stated=stated)
        order += log.read.n
        _held(request, log)
    stated.warn()


@dataclass(frozen=True, slots=True)
class _Log:
    """One log, with what of its samples has been read."""

    name: str
    header: Mapping[str, Any]
    about: Mapping[str, Any]
    label: str
    read: Samples = field(default_factory=Samples)

    @property
    def task(self) -> str:
        """The task's own name."""
        return str(self.about.get("task") or "task").rpartition("/")[2]


def _of_log(
    request: Request,
    log: _Log,
    samples: Iterator[tuple[str, Callable[[], Mapping[str, Any]]]],
    *,
    order: int,
    stated: Stated,
) -> Iterator[ItemEntry]:
    """The samples of one log; `stated` learns whom they were asked, and with which system prompt."""
    asked = str(log.about.get("model"))
    for at, (where, read_sample) in enumerate(samples):
        place = f"{log.name} {where}"
        log.read.n += 1
        try:
            sample = read_sample()
            log.read.count(sample, request.mapping.get("metric"))
            if sample.get("invalidation"):
                raise BadValueError("its owner took it back (`invalidation`)")
            item_entry = _item(
                request, place, sample, about=log.about, task=log.task, label=log.label, order=order + at
            )
            log.read.add(item_entry)
            stated.prompt(log.task, item_entry.item.item, log.label, system_prompt(sample.get("messages")))
            stated.answered(log.label, asked, mapping(sample.get("output")).get("model"))
            yield item_entry
        except (BadValueError, BadPartError) as error:
            log.read.unread += 1
            request.ledger.drop(place, str(error))
        except RecursionError:
            log.read.unread += 1
            request.ledger.drop(place, "is nested too deeply")


def _held(request: Request, log: _Log) -> None:
    """Warns of what the log's results say otherwise than its samples."""
    results, name = mapping(log.header.get("results")), f"{log.name}, {log.label}"
    if not log.read.n:
        request.ledger.warn(f"{name}: it holds no samples, so nothing of it is imported")
    elif why := log.read.contradiction(results):
        request.ledger.warn(f"{name}: {why}")
    if log.header.get("invalidated") is True:
        request.ledger.warn(f"{name}: its owner took it back, or some of its samples (`invalidated`)")


def _logs(request: Request) -> list[Path]:
    logs: list[Path] = []
    for path in request.paths:
        inside = files_below(path, "*.eval", "*.json", ledger=request.ledger) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"{path}: no log of Inspect (.eval or .json) is in it.")
        logs += inside
    return logs


def _opened(
    path: Path, ledger: Ledger
) -> tuple[Mapping[str, Any], Iterator[tuple[str, Callable[[], Mapping[str, Any]]]]]:
    """A log's header, and its samples with where they stand, each read when it is called for."""
    if is_archive(path):
        archive = Archive(path)
        start = next((name for name in ("header.json", "_journal/start.json") if name in archive), None)
        if start is None:
            raise UsageError(f"{path}: is no log of Inspect: it holds no header.json.")
        for name in archive.doubled:
            ledger.drop(f"{path.name} {name}", "stands twice in the file; the last counts, as in Inspect")
        names = [name for name in archive if name.startswith(SAMPLES) and name.endswith(".json")]
        return mapping(archive.json(start)), ((name, partial(_part, archive, name)) for name in names)
    content = mapping(read_json(path, level=SAMPLE_LEVEL))
    samples = content.get("samples")
    return content, (
        (f"sample {at}", partial(_sample, sample))
        for at, sample in enumerate(samples if isinstance(samples, list) else (), 1)
    )


def _part(archive: Archive, name: str) -> Mapping[str, Any]:
    return _sample(archive.json(name))


def _sample(value: object) -> Mapping[str, Any]:
    if value == TOO_DEEP:
        raise BadValueError("is nested too deeply")
    return mapping(value)


def _label(raw: str, labels: dict[str, str]) -> str:
    """The model's own name, or the whole route where another model has that name already."""
    short = raw.rpartition("/")[2]
    return short if labels.setdefault(short, raw) == raw else raw


def _item(
    request: Request,
    where: str,
    sample: Mapping[str, Any],
    *,
    about: Mapping[str, Any],
    task: str,
    label: str,
    order: int,
) -> ItemEntry:
    if sample.get("id") is None:
        raise BadValueError("a sample without an id")
    item, epoch = str(sample["id"]), named(sample, "epoch", whole) or 1
    prompt = _text(sample.get("input"))
    usage = mapping(mapping(sample.get("model_usage")).get(str(about.get("model"))))
    cached = [named(usage, name, whole) or 0 for name in ("input_tokens_cache_read", "input_tokens_cache_write")]
    tokens_in = named(usage, "input_tokens", positive)
    version = about.get("task_version")
    return entry(
        request, where, suite=task, task=task, item=item, model=label, score=_score(request, sample), order=order,
        version="" if version is None else str(version), repeat=epoch - 1,
        question=sha256_of([task, item, prompt, _text(sample.get("target"))]),
        cost_usd=named(usage, "total_cost", positive), latency_s=named(sample, "working_time", positive),
        tokens_in=None if tokens_in is None else int(tokens_in) + sum(cached),
        tokens_out=whole_or_none(named(usage, "output_tokens", positive)), prompt=prompt,
        answer=mapping(sample.get("output")).get("completion"), expected=_text(sample.get("target")) or None,
        detail=None if sample.get("error") is None else str(mapping(sample["error"]).get("message")),
    )  # fmt: skip


def whole_or_none(value: float | None) -> int | None:
    """A count as an int; None stays None."""
    return None if value is None else int(value)


def _score(request: Request, sample: Mapping[str, Any]) -> float | None:
    scores = mapping(sample.get("scores"))
    if sample.get("error") is not None or not scores:
        request.ledger.unknown("a sample failed or was not scored: the item counts as missing")
        return None
    names = list(scores)
    chosen = request.mapping.get("metric", names[0])
    if chosen not in scores:
        raise BadValueError(f"has no score '{shown(chosen)}', but {', '.join(names)}")
    if len(names) > 1 and "metric" not in request.mapping:
        request.ledger.note(f"several scores; {names[0]} is taken: --map metric={names[1]} takes another")
    value = mapping(scores[chosen]).get("value")
    if isinstance(value, str) and value in LETTERS:
        return LETTERS[value]
    if isinstance(value, Mapping | list):
        raise BadValueError(f"the score '{shown(chosen)}' has several values")
    return share(value)


def _text(value: object) -> str:
    """A prompt or target as one text: a string as it is, messages by their contents, one after the other."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list):
        return "\n\n".join(_text(mapping(part).get("content", mapping(part).get("text")) or part) for part in value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
