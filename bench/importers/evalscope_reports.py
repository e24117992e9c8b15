"""What evalscope says beside its reviews: the totals of `reports/MODEL/DATASET.json`, and the predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError
from bench.importers.ledger import Ledger
from bench.importers.stated import fewer, more, off
from bench.importers.textfiles import files_below, is_plain, json_rows, mapping, read_json


def contradiction(root: Path, of: tuple[str, str], metric: str | None, scores: list[float], n: int) -> str | None:
    """How a file of reviews contradicts the report beside it, as a clause; None if it does not.

    `of` is the model and the file's stem, DATASET_SUBSET; `n` its lines, `scores` those of `metric`.
    """
    model, stem = of
    reports = files_below(root / "reports" / model, "*.json", ledger=Ledger()) if _is_folder(root, model) else []
    mine = max((path for path in reports if f"{stem}_".startswith(f"{path.stem}_")), key=_length, default=None)
    if mine is None or metric is None or len(scores) < n:
        return None
    try:
        report = mapping(read_json(mine))
    except UsageError:
        return None
    mean = sum(scores) / n if n else None
    for counted, stated in _totals(report, stem[len(mine.stem) + 1 :], metric):
        if why := fewer(n, counted) or more(n, counted) or off(mean, n, stated, metric):
            return why
    return None


def _is_folder(root: Path, model: str) -> bool:
    folder = root / "reports" / model
    return folder.is_dir() and not folder.is_symlink() and not folder.parent.is_symlink()


def _length(path: Path) -> int:
    return len(path.stem)


def _totals(report: Mapping[str, Any], subset: str, metric: str) -> Iterator[tuple[int | None, object]]:
    """Number of samples and score that a report states of a subset; where it has one alone, its own as well."""
    for each in _listed(report, "metrics"):
        if each.get("name") in (metric, f"mean_{metric}"):
            subsets = [one for category in _listed(each, "categories") for one in _listed(category, "subsets")]
            totals = [each] if len(subsets) == 1 else [one for one in subsets if one.get("name") == subset]
            yield from ((clean.count(one.get("num")), one.get("score")) for one in totals)


def _listed(of: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    values = of.get(name)
    return [mapping(value) for value in values] if isinstance(values, list) else []


def predicted(path: Path, below: Path, ledger: Ledger) -> dict[int, Mapping[str, Any]] | None:
    """A file's predictions by index; None where there are none."""
    if not is_plain(path, below):
        return None
    return {row["index"]: row for _, row in json_rows(path, ledger) if isinstance(row.get("index"), int)}


def said(prediction: Mapping[str, Any]) -> str | None:
    """What a prediction answered, as one text; None where it is unknown."""
    choices = _listed(mapping(prediction.get("model_output")), "choices")
    content = mapping(choices[0].get("message")).get("content") if choices else None
    if isinstance(content, list):
        content = "".join(str(mapping(part).get("text") or mapping(part).get("reasoning") or "") for part in content)
    return content if isinstance(content, str) else None
