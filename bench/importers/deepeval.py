"""deepeval's test runs: the JSON of a run (`.deepeval/.latest_test_run.json` or an exported one); one item a test case.

A test run names no model: each file is one model's, called as the file is, or by `--map model==NAME` for all. A case
passes if each of its metrics does; `--map metric=NAME` takes the score of one metric instead. Most of deepeval's
metrics are judged by a model: such scores are a judge's word, and are noted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench.errors import UsageError
from bench.importers.numbers import BadValueError, named, positive, share, shown
from bench.importers.source import ImportedModel, ItemEntry, Request, entry
from bench.importers.textfiles import mapping, read_json
from bench.records import sha256_of, vendor_of


def read(request: Request) -> Iterator[ItemEntry]:
    """The cases of every file. UsageError if one holds none."""
    request.only("metric", "model")
    for path in request.paths:
        content = mapping(read_json(path))
        run = mapping(content.get("testRunData")) or content
        cases = run.get("testCases")
        if not isinstance(cases, list):
            raise UsageError(f"{path}: is no test run of deepeval: a list `testCases` is expected.")
        label = request.mapping.get("model", path.name.strip(".").partition(".")[0]).removeprefix("=")
        suite = str(run.get("identifier") or "deepeval")
        request.models.setdefault(label, ImportedModel(raw=label, vendor=vendor_of(label), harness="deepeval"))
        for order, raw in enumerate(cases):
            where = f"{path.name} case {order + 1}"
            try:
                yield _item(request, where, order, (label, suite), mapping(raw))
            except BadValueError as error:
                request.ledger.drop(where, str(error))


def _item(request: Request, where: str, order: int, of: tuple[str, str], raw: Mapping[str, Any]) -> ItemEntry:
    label, suite = of
    prompt = str(raw.get("input") or "")
    item = str(raw.get("name") or order)
    output = raw.get("actualOutput")
    expected = raw.get("expectedOutput")
    return entry(
        request, where, suite=suite, task=suite, item=item, model=label, score=_score(request, raw), order=order,
        question=sha256_of([suite, prompt, expected]), cost_usd=None, prompt=prompt,
        latency_s=named(raw, "completionTime", positive) or None, answer=None if output is None else str(output),
        expected=None if expected is None else str(expected),
    )  # fmt: skip


def _score(request: Request, raw: Mapping[str, Any]) -> float | None:
    metrics = raw.get("metricsData")
    metrics_by_name = {str(mapping(m).get("name")): mapping(m) for m in (metrics if isinstance(metrics, list) else ())}
    judged = next((name for name, metric in metrics_by_name.items() if metric.get("evaluationModel")), None)
    if judged:
        request.ledger.note(f"'{shown(judged)}' is scored by a model: a judge's word, not a check")
    chosen = request.mapping.get("metric")
    if chosen is not None and chosen not in metrics_by_name:
        raise BadValueError(f"has no metric '{shown(chosen)}', but {', '.join(metrics_by_name) or 'none'}")
    if chosen is None:
        passed: float | None = named(raw, "success", share)
        each = [named(metric, "success", share) for metric in metrics_by_name.values()]
        if passed is not None and each and None not in each and passed != float(all(each)):
            raise BadValueError(f"success is {raw['success']}, and that of its metrics says otherwise")
        return passed
    score: float | None = named(metrics_by_name[chosen], "score", share)
    return score
