"""promptfoo's results: the JSON that `promptfoo eval -o results.json` writes; one item a test, prompt and provider.

A test passes or fails as its assertions say; `--map metric=score` takes promptfoo's score from 0 to 1 instead. Prompts
are tasks of their own: a claim compares providers on the same test and prompt. A cached answer tells no time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bench.errors import UsageError
from bench.importers.numbers import BadValueError, named, positive, share, whole
from bench.importers.source import ImportedModel, ItemEntry, Request, entry
from bench.importers.textfiles import mapping, read_json
from bench.records import sha256_of, vendor_of

ERROR = 2
"""What promptfoo writes as `failureReason` where the provider failed, and not an assertion."""
METRICS = ("pass", "score")
"""What an item's score may be."""


def read(request: Request) -> Iterator[ItemEntry]:
    """The results of every file. UsageError if one holds none."""
    request.only("metric")
    if request.mapping.get("metric", "pass") not in METRICS:
        raise UsageError(f"--map metric={request.mapping['metric']}: it is {' or '.join(METRICS)}.")
    for path in request.paths:
        content = mapping(read_json(path))
        summary = mapping(content.get("results"))
        results = summary.get("results")
        if not isinstance(results, list):
            raise UsageError(f"{path}: is no result of promptfoo: `results.results` is expected to be a list.")
        suite = str(mapping(content.get("config")).get("description") or path.name.partition(".")[0])
        version = mapping(content.get("metadata")).get("promptfooVersion")
        seen: Counter[tuple[str, str, str]] = Counter()
        for order, raw in enumerate(results):
            where = f"{path.name} result {order + 1}"
            try:
                yield _item(
                    request, where, mapping(raw), order=order, suite=suite, version=version, seen=seen, summary=summary
                )
            except BadValueError as error:
                request.ledger.drop(where, str(error))


def _item(
    request: Request,
    where: str,
    raw: Mapping[str, Any],
    *,
    order: int,
    suite: str,
    version: object,
    seen: Counter[tuple[str, str, str]],
    summary: Mapping[str, Any],
) -> ItemEntry:
    provider = mapping(raw.get("provider"))
    model = str(provider.get("label") or provider.get("id") or "")
    if not model or raw.get("testIdx") is None:
        raise BadValueError("a provider and a testIdx are needed")
    template = str(mapping(raw.get("prompt")).get("label") or "prompt")
    item = str(raw["testIdx"])
    task = _task(suite, template, summary)
    if model not in request.models:
        name = str(provider.get("id") or model)
        request.models[model] = ImportedModel(
            raw=name,
            vendor=vendor_of(name),
            provider=name.partition(":")[0] or None,
            harness=f"promptfoo {version or ''}".strip(),
            date=str(summary.get("timestamp") or "")[:10] or None,
            cost_basis="as promptfoo reckoned it",
        )
    prompt = str(mapping(raw.get("prompt")).get("raw") or "")
    response = mapping(raw.get("response"))
    usage = mapping(response.get("tokenUsage"))
    milliseconds = None if response.get("cached") else named(raw, "latencyMs", positive)
    cost = named(raw, "cost", positive) or named(response, "cost", positive)
    if cost is None:
        request.ledger.unknown("cost is 0 or missing: cost unknown")
    key = (task, item, model)
    repeat, seen[key] = seen[key], seen[key] + 1
    output = response.get("output")
    return entry(
        request, where, suite=suite, task=task, item=item, model=model, score=_score(request, raw), order=order,
        question=sha256_of([task, item, prompt]), repeat=repeat, cost_usd=cost,
        latency_s=None if milliseconds is None else milliseconds / 1000,
        tokens_in=_count(usage, "prompt"), tokens_out=_count(usage, "completion"), prompt=prompt,
        answer=None if output is None else str(output), detail=_why(raw),
    )  # fmt: skip


def _task(suite: str, template: str, summary: Mapping[str, Any]) -> str:
    """The suite, and which of several prompts."""
    prompts = summary.get("prompts")
    labels = {str(mapping(prompt).get("label")) for prompt in (prompts if isinstance(prompts, list) else ())}
    return suite if len(labels) < 2 else f"{suite}: {template[:80]}"


def _score(request: Request, raw: Mapping[str, Any]) -> float | None:
    graded = mapping(raw.get("gradingResult"))
    if raw.get("failureReason") == ERROR or (raw.get("error") and not graded):
        request.ledger.unknown("a test failed with an error and was not graded: the item counts as missing")
        return None
    chosen = "success" if request.mapping.get("metric", "pass") == "pass" else "score"
    score: float | None = named(raw, chosen, share)
    passed = graded.get("pass")
    if isinstance(passed, bool) and isinstance(raw.get("success"), bool) and passed != raw["success"]:
        raise BadValueError(f"success is {raw['success']}, and its gradingResult says {passed}")
    return score


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    return named(usage, name, whole) or None


def _why(raw: Mapping[str, Any]) -> str | None:
    reason = mapping(raw.get("gradingResult")).get("reason") or raw.get("error")
    return None if reason is None else str(reason)
