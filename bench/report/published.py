"""What published files say, place by place, and where two of them differ."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile, zip_longest
from pathlib import Path
from typing import Any

from bench import clean
from bench.report.page import NAME, frame, read_page

CLOSE = 1e-9
"""Relative difference that another processor may make."""
SHOWN = 120
"""Characters of a value that are shown."""

Values = Mapping[str, Any]
"""Place in a file -> what is there: a number or a text."""


def values(path: Path, name: str) -> Values:
    """What a file says, read as files of a name are. ValueError, KeyError or OSError if it is damaged."""
    below = path.parents[len(Path(name).parts) - 1]
    return _READ.get(name, _READ.get(Path(name).suffix, _lines))(clean.read_text(path, below=below))


def _tree(text: str) -> Values:
    return dict(_leaves(_json(text), ""))


def _json(text: str) -> Any:
    """ValueError for a key that stands twice: readers differ in which of the two they take."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(known := dict(found)) < len(found):
            names = [name for name, _ in found]
            raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} stands twice")
        return known

    return json.loads(text, object_pairs_hook=pairs)


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list) and value:
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(part, f"{place}/{key}" if place else str(key))
    else:
        yield place, value


def _claims(text: str) -> Values:
    """claims.json; files written before their parts had that name call them halves."""
    records = _json(text)
    for record in records:
        if "halves" in record:
            record.setdefault("parts", record["halves"])
    return dict(_leaves(records, ""))


def _grid(text: str) -> Values:
    rows = list(csv.reader(io.StringIO(text)))
    heads = rows[0] if rows else []
    if len(set(heads)) < len(heads):
        raise ValueError(f"the column {next(head for head in heads if heads.count(head) > 1)!r} stands twice")
    return {
        f"row {number}, {head or 'no column'}": _number(cell)
        for number, row in enumerate(rows[1:], 2)
        for head, cell in zip_longest(heads, row)
    }


def _number(cell: str | None) -> float | str | None:
    try:
        return float(cell or "")
    except ValueError:
        return cell


def _lines(text: str) -> Values:
    return {f"line {number}": line for number, line in enumerate(text.splitlines(), 1)}


def _page(text: str) -> Values:
    """The page's marked numbers by their key, its other texts by their place, and its items."""
    shown = read_page(_renamed(text))
    texts = {f"text {number}": said for number, said in enumerate(shown.texts, 1)}
    items = {f"item {task}/{item} of {run}": answers for (run, task, item), answers in shown.items.items()}
    facts = dict(_leaves(shown.facts, "page-facts"))
    return {**shown.numbers, **texts, **items, **facts}


def _renamed(page: str) -> str:
    """A page with the keys of its numbers as they are called now."""
    return re.sub(r'(="claims\.json/\d+)/halves/', r"\1/parts/", page)


def code(page: Path) -> Values:
    """The lines of a page's own code, its script, style and security policy too."""
    lines = frame(_renamed(clean.read_text(page, below=page.parent))).splitlines()
    return {f"code, line {number}": line for number, line in enumerate(lines, 1)}


_READ: Mapping[str, Callable[[str], Values]] = {
    ".json": _tree,
    ".csv": _grid,
    NAME: _page,
    "items.csv": _lines,
    "claims.json": _claims,
}
"""How a file of a name or kind is read; any other is read by line."""


_NOTHING = object()
"""What is where one side has nothing."""


def differences(published: Values, computed: Values) -> Iterator[tuple[str, str, str]]:
    """Place, what is published and what is computed, wherever these are not the same."""
    for place in dict.fromkeys((*computed, *published)):
        ours, theirs = computed.get(place, _NOTHING), published.get(place, _NOTHING)
        if isinstance(ours, dict) and isinstance(theirs, dict) and ours != theirs:
            yield from differences(dict(_leaves(theirs, place)), dict(_leaves(ours, place)))
        elif not _equal(theirs, ours):
            yield place, *_said(theirs, ours)


def _equal(value: Any, other: Any) -> bool:
    if isinstance(value, bool) or isinstance(other, bool) or not isinstance(value, int | float):
        return type(value) is type(other) and bool(value == other)
    return isinstance(other, int | float) and math.isclose(value, other, rel_tol=CLOSE, abs_tol=1e-300)


def _said(published: Any, computed: Any) -> tuple[str, str]:
    """Both values as text; of long ones the part where they begin to differ."""
    texts = [
        "nothing" if value is _NOTHING else json.dumps(value, ensure_ascii=False) for value in (published, computed)
    ]
    alike = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False))))
    begin = max(0, alike - SHOWN // 4) if max(map(len, texts)) > SHOWN else 0
    shown = [text[begin : begin + SHOWN] + ("..." if len(text) > begin + SHOWN else "") for text in texts]
    before = "..." if begin else ""
    return before + shown[0], before + shown[1]
