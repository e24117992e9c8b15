"""lm-eval's output folders: `results_*.json` with `samples_*.jsonl` beside it (`--log_samples`), one model or several.

Every sample becomes an item; a task without samples becomes a row of totals. lm-eval records neither cost nor latency
nor why an answer ended, so those are unknown. Models are compared where document, target and the task's prompt
settings are the same: the prompt's own text may differ by each model's chat template.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError, suggest
from bench.importers.lm_eval_samples import asked, contradiction, drawn_with, first, text
from bench.importers.numbers import BadValueError, day, named, shown, whole
from bench.importers.source import ImportedModel, ItemEntry, Record, Request, entry
from bench.importers.stated import Stated
from bench.importers.textfiles import files_below, is_plain, json_rows, mapping, read_json
from bench.records import AggregateRow, sha256_of, vendor_of

PROMPT_SETTINGS = (
    "doc_to_text",
    "doc_to_target",
    "doc_to_choice",
    "description",
    "target_delimiter",
    "output_type",
    "repeats",
)
"""What of a task's configuration decides what is asked; functions without source text are left out."""
FEWSHOT_SETTINGS = ("fewshot_delimiter", "fewshot_split", "fewshot_config")
"""What else does, where examples are shown."""
SAMPLING = ("temperature", "top_p", "top_k", "do_sample", "max_gen_toks")
LONGEST_CLUSTER = 60
"""Characters of a cluster's name; longer texts, such as passages, are named by their hash."""
BINARY = frozenset({"acc", "acc_norm", "exact_match"})
"""Metrics that are 0 or 1 for each document, so that their mean times n counts the solved."""


@dataclass(frozen=True, slots=True)
class EvalRun:
    """One results file."""

    file: Path
    """The results file."""
    root: Path
    """The path that the user gave."""
    results: Mapping[str, Any]
    """Its content."""
    label: str
    """The model's label."""

    def samples(self, task: str) -> Path:
        """Where the task's samples are, if they were logged."""
        return self.file.with_name(f"samples_{task}_{self.stamp}.jsonl")

    @property
    def stamp(self) -> str:
        """The time in the file's name, e.g. "2026-11-22T08-01-14.248095"."""
        return self.file.stem.rpartition("_")[2]

    @property
    def ours(self) -> bool:
        """Whether claimbench wrote it, whose documents say by `family` what they share where they name no cluster."""
        return self.results.get("model_source") == "claimbench"

    def about(self, key: str, task: str) -> Any:
        """What the results say of a task under a key; None if nothing."""
        return mapping(self.results.get(key)).get(task)


@dataclass(frozen=True, slots=True)
class Choice:
    """What scores a task."""

    metric: str
    """E.g. "exact_match"."""
    filter: str
    """E.g. "strict-match"."""


@dataclass(frozen=True, slots=True)
class _Samples:
    """What one model was asked of one task."""

    run: EvalRun
    suite: str
    task: str
    choice: Choice

    @property
    def version(self) -> str:
        """The task's."""
        return str(self.run.about("versions", self.task) or "")


def read(request: Request) -> Iterator[Record]:
    """The newest results of each model on each task. UsageError where a path holds none."""
    request.only("metric", "filter", "cluster")
    pairs = _newest(request, _labelled([run for path in request.paths for run in _runs(path, request)]))
    choices = {task: _choice(request, run, task) for run, task in reversed(pairs)}
    _chosen_somewhere(request, pairs, choices)
    _tell(request, pairs, choices)
    gathered: dict[str, set[str]] = {}
    stated = Stated(request.ledger)
    taken: dict[str, None] = {}
    clustered: set[str] = set()
    for run, task in pairs:
        suite = _suite(run, task)
        if task not in gathered.setdefault(suite, set()):
            gathered[suite].add(task)
            counted = mapping(run.about("n-samples", task)).get("original")
            request.available[suite] = request.available.get(suite, 0) + (clean.count(counted) or 0)
        if _fit(request, run, task, choices[task]):
            request.models.setdefault(run.label, _model(run))
            of = _Samples(run, suite, task, choices[task])
            stated.settings(task, run.label, drawn_with(run.results, run.about("configs", task)))
            taken[task] = None
            for item_entry in _items(request, of, stated):
                if item_entry.item.cluster != f"{task}/{item_entry.item.item}":
                    clustered.add(task)
                yield item_entry
        else:
            yield _total(request, run, suite, task, choices[task])
    stated.warn()
    _independent(request, taken, clustered)


def _fit(request: Request, run: EvalRun, task: str, choice: Choice) -> bool:
    """Whether the task's samples can be taken; where they cannot, there is only a total, and the ledger says why."""
    if not is_plain(run.samples(task), run.file.parent):
        request.ledger.note(f"{run.label}, {task}: no samples were logged, so there is only a total")
        return False
    about = {key: run.about(key, task) for key in ("results", "n-samples", "configs")}
    why = contradiction(run.samples(task), about, choice.metric, choice.filter)
    if why:
        request.ledger.warn(f"{run.label}, {task}: {why}: the samples are left out, and only the total is there")
    return not why


def _independent(request: Request, taken: Iterable[str], clustered: set[str]) -> None:
    """Tells of the tasks whose documents nobody knows to be independent."""
    key, alone = request.mapping.get("cluster"), [task for task in taken if task not in clustered]
    if key and not clustered:
        raise UsageError(f"--map cluster={key}: no document has that key.")
    if alone:
        request.ledger.note(
            f"{', '.join(alone)}: every document counts as independent; where several share a passage or a template, "
            "give --map cluster=KEY, a key of the documents"
        )


def _runs(path: Path, request: Request) -> Iterator[EvalRun]:
    files = [path] if path.is_file() else files_below(path, "results_*.json", ledger=request.ledger)
    if not files:
        raise UsageError(f"{path}: no results_*.json of lm-eval is in it. Run lm-eval with --output_path.")
    for file in files:
        results = read_json(file)
        if not isinstance(results, Mapping) or not isinstance(results.get("results"), Mapping):
            raise UsageError(f"{file}: is not a results file of lm-eval: `results` is missing.")
        name = str(results.get("model_name") or mapping(results.get("config")).get("model") or file.parent.name)
        yield EvalRun(file, path, results, Path(name).name if name.startswith(("/", ".")) else name)


def _labelled(runs: Sequence[EvalRun]) -> list[EvalRun]:
    """A model that two of the given paths hold is two models, distinguished by the paths' names, or the paths."""
    roots: dict[str, set[Path]] = {}
    for run in runs:
        roots.setdefault(run.label, set()).add(run.root)
    labelled = []
    for run in runs:
        mine = roots[run.label]
        name = run.root.name if len({root.name for root in mine}) == len(mine) else str(run.root)
        labelled.append(replace(run, label=f"{run.label} [{name}]") if len(mine) > 1 else run)
    return labelled


def _newest(request: Request, runs: Sequence[EvalRun]) -> list[tuple[EvalRun, str]]:
    newest: dict[tuple[str, str], EvalRun] = {}
    for run in sorted(runs, key=lambda r: (r.label, r.stamp)):
        for task in _tasks(run):
            if not _offered(run, task):
                request.ledger.drop(f"{run.file.name}, {task}", "has no metric of which more is better")
                continue
            older = newest.get((run.label, task))
            if older:
                request.ledger.drop(
                    f"{older.file.name}, {task}", f"{run.file.name} has it of {run.label} too, and newer"
                )
            newest[run.label, task] = run
    return [(run, task) for (_, task), run in newest.items()]


def _tasks(run: EvalRun) -> list[str]:
    """The tasks that have results of their own; groups are sums of them."""
    groups = {name for name, members in mapping(run.results.get("group_subtasks")).items() if members}
    return [task for task in run.results["results"] if task not in groups]


def _suite(run: EvalRun, task: str) -> str:
    """The outermost group that holds a task; the task itself if none does."""
    groups = {name: members for name, members in mapping(run.results.get("group_subtasks")).items() if members}
    name, seen = task, {task}
    while parent := next((g for g, members in groups.items() if name in members and g not in seen), None):
        name = parent
        seen.add(parent)
    return name


def _offered(run: EvalRun, task: str) -> list[Choice]:
    """The metrics and filters that a task has, where more is better, in the results' order."""
    better = mapping(run.about("higher_is_better", task))
    keys = [key.split(",", 1) for key in mapping(run.about("results", task)) if "," in key and "_stderr," not in key]
    return [Choice(metric, name) for metric, name in keys if better.get(metric) is not False]


def _choice(request: Request, run: EvalRun, task: str) -> Choice:
    """What the user chose, where the task has it; else the first that the results name."""
    offered = _offered(run, task)
    for field in ("metric", "filter"):
        wanted = request.mapping.get(field)
        offered = [offer for offer in offered if getattr(offer, field) == wanted] or offered
    return offered[0]


def _tell(request: Request, pairs: Sequence[tuple[EvalRun, str]], choices: Mapping[str, Choice]) -> None:
    """A note for all tasks that are scored alike, with what else they offer."""
    alike: dict[str, list[str]] = {}
    for run, task in pairs:
        choice = choices[task]
        rest = ", ".join(f"{o.metric},{o.filter}" for o in _offered(run, task) if o != choice)
        other = f"; also there: {rest} (--map metric=NAME, --map filter=NAME)" if rest else ""
        alike.setdefault(f"scored by {choice.metric},{choice.filter}{other}", []).append(task)
    for said, tasks in alike.items():
        request.ledger.note(f"{', '.join(sorted(set(tasks)))}: {said}")


def _chosen_somewhere(request: Request, pairs: Sequence[tuple[EvalRun, str]], choices: Mapping[str, Choice]) -> None:
    for field in ("metric", "filter"):
        wanted = request.mapping.get(field)
        if wanted is not None and wanted not in {getattr(choice, field) for choice in choices.values()}:
            known = {getattr(offer, field) for run, task in pairs for offer in _offered(run, task)}
            raise UsageError(f"--map {field}={wanted}: no task has that {field}.{suggest(wanted, known)}")


def _model(run: EvalRun) -> ImportedModel:
    name = str(run.results.get("model_name") or run.label)
    return ImportedModel(
        raw=name,
        vendor=vendor_of(name),
        provider=mapping(run.results.get("config")).get("model"),
        date=_date(run),
        harness=_harness(run),
    )


def _harness(run: EvalRun) -> str:
    return " ".join(filter(None, ("lm-eval", run.results.get("lm_eval_version"))))


def _date(run: EvalRun) -> str | None:
    stamp = run.results.get("date")
    return day(stamp) if isinstance(stamp, int | float) else None


def _items(request: Request, of: _Samples, stated: Stated) -> Iterator[ItemEntry]:
    """The samples of one model on one task; `stated` learns how the first of its answers was drawn."""
    drawn = None
    settings = _prompt_settings(of.run, of.task)
    for where, sample in json_rows(of.run.samples(of.task), request.ledger):
        if sample.get("filter", of.choice.filter) != of.choice.filter:
            continue
        try:
            item_entry = _item(request, where, of, settings, sample)
        except BadValueError as error:
            request.ledger.drop(where, str(error))
            continue
        if drawn is None:
            drawn = item_entry.item.sampling_requested or "{}"
            stated.settings(of.task, of.run.label, json.loads(drawn))
        yield item_entry


def _prompt_settings(run: EvalRun, task: str) -> list[Any]:
    config = mapping(run.about("configs", task))
    shots = run.about("n-shot", task) or 0
    said = [config.get(name) or None for name in (*PROMPT_SETTINGS, *(FEWSHOT_SETTINGS if shots else ()))]
    plain = [None if re.search(r" at 0x[0-9a-f]+", str(value)) else value for value in said]
    return [shots, run.results.get("system_instruction_sha"), run.results.get("system_instruction"), *plain]


def _item(request: Request, where: str, of: _Samples, settings: Sequence[Any], sample: Mapping[str, Any]) -> ItemEntry:
    value = sample.get(of.choice.metric)
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BadValueError(f"{of.choice.metric} is '{shown(value)}', no score from 0 to 1")
    if "doc_id" not in sample:
        raise BadValueError("doc_id is missing")
    doc = mapping(sample.get("doc"))
    prompt, sent = asked(sample)
    return entry(
        request, where, suite=of.suite, task=of.task, model=of.run.label, version=of.version,
        item=str((doc if of.run.ours else {}).get("id", sample["doc_id"])), cluster=_cluster(request, of.run, doc),
        score=float(value), order=int(named(sample, "doc_id", whole) or 0),
        family=text(doc.get("family")), language=text(doc.get("language")) or ("en" if of.run.ours else ""),
        level=clean.count(doc.get("level")), prompt=prompt,
        question=sha256_of([sample.get("doc_hash") or doc, sample.get("target_hash"), *settings]),
        sampling=json.dumps({name: sent[name] for name in SAMPLING if name in sent}) if sent else None,
        answer=text(first(first(sample.get("resps")))), extracted=text(first(sample.get("filtered_resps"))),
        expected=text(sample.get("target")),
    )  # fmt: skip


def _cluster(request: Request, run: EvalRun, doc: Mapping[str, Any]) -> str | None:
    """The document's own `cluster`, as claimbench's tasks have it, or what the user named; None: it stands alone."""
    value = doc.get(request.mapping.get("cluster", "cluster"), doc.get("family") if run.ours else None)
    if value in (None, ""):
        return None
    return value if isinstance(value, str) and len(value) <= LONGEST_CLUSTER else sha256_of(value)[:16]


def _total(request: Request, run: EvalRun, suite: str, task: str, choice: Choice) -> AggregateRow:
    n = mapping(run.about("n-samples", task)).get("effective")
    value = run.results["results"][task][f"{choice.metric},{choice.filter}"]
    score = float(value) if isinstance(value, int | float) and 0 <= value <= 1 else None
    solved = round(score * n) if score is not None and n and choice.metric in BINARY else None
    settings = sha256_of(_prompt_settings(run, task))[:8]
    model = _model(run)
    return AggregateRow(
        **request.origin,
        suite=suite if suite == task else f"{suite}/{task}",
        suite_version=str(run.about("versions", task) or "") or None,
        harness=_harness(run),
        model=run.label,
        model_raw=model.raw,
        vendor=model.vendor,
        provider=model.provider,
        settings=f"{choice.metric},{choice.filter}",
        date=model.date,
        n=n,
        successes=solved,
        score=score,
        comparable=f"{task} {run.about('versions', task)}, {choice.metric},{choice.filter}, settings {settings}, n {n}",
    )
