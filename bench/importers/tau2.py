"""tau2-bench submissions: pass^1 by domain, without single items.

Reads `submission.json` files, a folder of them, or one file that maps names to submissions. Rows compare only where
version, user simulator, modality, scaffold and retrieval are the same; an unknown simulator equals no other. A cost is
USD per conversation, and 0 means unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.importers.ledger import Ledger
from bench.importers.names import unique_labels
from bench.importers.numbers import BadValueError, named, number, positive
from bench.importers.source import Provenance, Request
from bench.importers.textfiles import LOST, files_below, mapping, read_json
from bench.records import AggregateRow, vendor_of

USUAL = Provenance("sierra-research/tau2-bench", licence="MIT")
TASKS = {"airline": 50, "retail": 114, "telecom": 114, "banking_knowledge": 97}
"""Tasks of each domain's full split, as the submissions' own notes count them."""


def read(request: Request) -> Iterator[AggregateRow]:
    """A row for each domain of each submission. UsageError if a file holds no submission."""
    request.only()
    rows: list[tuple[str, AggregateRow]] = []
    for path in request.paths:
        for name, submission in _submissions(path, request.ledger):
            for domain, result in submission["results"].items():
                if not isinstance(result, Mapping):
                    continue  # null: not evaluated
                where = f"{name}, {domain}"
                try:
                    rows.append((where, _row(request, name, submission, domain, result)))
                except BadValueError as error:
                    request.ledger.drop(where, str(error))
    yield from filter(None, unique_labels(rows, request.ledger))


def _submissions(path: Path, ledger: Ledger) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if path.is_dir():
        files = files_below(path, "submission.json", ledger=ledger)
        if not files:
            raise UsageError(f"{path}: no submission.json is in it.")
        for file in files:
            yield file.parent.name, _checked(file, read_json(file))
        return
    content = read_json(path)
    if isinstance(content, Mapping) and content and all(_is_submission(submission) for submission in content.values()):
        yield from content.items()
    else:
        yield path.stem, _checked(path, content)


def _is_submission(value: object) -> bool:
    return isinstance(value, Mapping) and "model_name" in value and isinstance(value.get("results"), Mapping)


def _checked(path: Path, value: Any) -> Mapping[str, Any]:
    if not _is_submission(value):
        raise UsageError(f"{path}: is not a tau2 submission: model_name and results are expected.")
    checked: Mapping[str, Any] = value
    return checked


def _row(
    request: Request, name: str, submission: Mapping[str, Any], domain: str, result: Mapping[str, Any]
) -> AggregateRow:
    passed = named(result, "pass_1", number)
    if passed is None:
        raise BadValueError("pass_1 is missing")
    if not 0 <= passed <= 100:
        raise BadValueError(f"pass_1 {passed:g} is not a percentage")
    how = mapping(submission.get("methodology"))
    model = str(submission["model_name"])
    if LOST in model:
        raise BadValueError("model_name has bytes that are not UTF-8")
    whole = mapping(how.get("verification")).get("omitted_questions") is False
    n = TASKS.get(domain) if whole else None
    if n is None:
        request.ledger.unknown("no word that no task was omitted: number of tasks unknown")
    each = named(result, "cost", positive)
    if each is None:
        request.ledger.unknown("cost is 0 or missing: cost unknown")
    settings = _settings(submission, how, result)
    simulator = how.get("user_simulator")
    version = str(how.get("tau2_bench_version") or "unknown").removeprefix("v")
    alike = f"user simulator {simulator}" if simulator else f"user simulator unknown ({name})"
    return AggregateRow(
        **request.origin,
        suite=f"tau2-{domain}",
        suite_version=version,
        harness=f"tau2-bench {version}",
        model=model,
        model_raw=model,
        vendor=_vendor(submission, model),
        effort=submission.get("reasoning_effort"),
        settings=f"{alike}, {settings}",
        date=submission.get("submission_date"),
        n=n,
        score=passed / 100,
        cost_total_usd=None if each is None or n is None else each * n,
        cost_basis=None if each is None or n is None else "USD per conversation as submitted, times the tasks",
        comparable=f"tau2-{domain}, version {version}, {alike}, {settings}",
    )


def _settings(submission: Mapping[str, Any], how: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """Modality and scaffold have tau2's own defaults, text and standard, where a submission leaves them out."""
    parts = [str(submission.get("modality") or "text"), f"{submission.get('submission_type') or 'standard'} scaffold"]
    if mapping(how.get("verification")).get("modified_prompts"):
        parts.append("modified prompts")
    if result.get("retrieval_config"):
        parts.append(f"retrieval {result['retrieval_config']}")
    return ", ".join(parts)


def _vendor(submission: Mapping[str, Any], model: str) -> str | None:
    """The maker that the submission names, in the spelling used here where it is a known one."""
    if vendor_of(model) is None and " + " in model:
        return None
    maker = str(submission.get("model_organization") or "")
    return vendor_of(maker) or vendor_of(model) or ("-".join(maker.lower().split()) or None)
