"""One offline page on which a rater labels answers without knowing whose they are; it asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError
from bench.labels.draw import PREFERENCE, LabelSample, SampleEntry
from bench.records import anonymous, answers_hash, read_rows, write_text

HERE = Path(__file__).parent


def write_page(folder: Path, sample: LabelSample, entries: Sequence[SampleEntry], rater: str) -> Path:
    """Writes the page of one rater into the run folder. UsageError if an answer is another than when it was drawn."""
    file = f"labels-{sample.measure}-{rater}.html"
    write_text(folder, file, page_of(folder, sample, entries, rater))
    return folder / file


def page_of(
    folder: Path,
    sample: LabelSample,
    entries: Sequence[SampleEntry],
    rater: str,
    given: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """The page of one rater; with `given`, what was labelled before by entry, it sends each label to where it is from.

    UsageError as `write_page`.
    """
    content = {
        "sample": sample.sha256[:16],
        "measure": sample.measure,
        "rater": rater,
        "file": f"labels-{sample.measure}-{rater}",
        "given": given,
        "entries": [
            {"id": entry.id, "prompt": prompt, "answers": answers}
            for entry, (prompt, answers) in zip(entries, shown(folder, entries), strict=True)
        ],
    }
    return _page(f"Labels: {sample.measure}", content)


def shown(folder: Path, entries: Sequence[SampleEntry]) -> list[tuple[str, list[str]]]:
    """Each entry's request and its answers in the order in which they are shown, without what they say of their maker.
    UsageError as `write_page`."""
    rows = {(row.task, row.item, row.model): row for row in read_rows(folder)[1] if row.repeat == 0}
    found = []
    for entry in entries:
        labels = [entry.model] if entry.other is None else [entry.model, entry.other]
        known = [rows.get((entry.task, entry.item, label)) for label in labels]
        answers = [(row.answer if row else None) or "" for row in known]
        in_order = [text for _, text in sorted(zip(labels, answers, strict=True), key=lambda pair: pair[0])]
        first = known[0]
        if first is None or answers_hash(*in_order) != entry.answers_sha256:
            raise UsageError(
                f"{folder}: the answers to {entry.task}/{entry.item} are others than when the sample was drawn. "
                "Restore the run folder, or label another run."
            )
        found.append((request_text(first.prompt), [*map(anonymous, answers)]))
    return found


def request_text(prompt: str) -> str:
    """The chat of an answer's row as a rater reads it: only the text where it is a single turn of the user's."""
    turns: list[Mapping[str, Any]] = json.loads(prompt)
    if len(turns) == 1:
        return str(turns[0]["content"])
    return "\n\n".join(f"[{turn['role']}]\n{turn['content']}" for turn in turns)


def value_of(measure: str, word: str, entry: SampleEntry) -> float:
    """A label's value, as `LabelRow` has it, from the word of a page or a file. KeyError for an unknown word."""
    if measure != PREFERENCE:
        return {"right": 1.0, "wrong": 0.0}[word]
    assert entry.other is not None
    shown_first = {"a": 1.0, "neither": 0.5, "b": 0.0}[word]
    return shown_first if entry.model < entry.other else 1.0 - shown_first


def word_of(measure: str, value: float, entry: SampleEntry) -> str:
    """A label's word on a page, from its value."""
    words = ("right", "wrong") if measure != PREFERENCE else ("a", "neither", "b")
    return next(word for word in words if value_of(measure, word, entry) == value)


def _page(title: str, content: Mapping[str, Any]) -> str:
    css, js = ((HERE / f"label.{kind}").read_text() for kind in ("css", "js"))
    data = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    policy = (
        f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(js)}'; base-uri 'none'; form-action 'none'"
        + ("" if content["given"] is None else "; connect-src 'self'")
    )
    parts = {"policy": policy, "title": clean.html(title), "css": css, "js": js, "data": data}
    head, *rest = (HERE / "label.html").read_text().split("@")
    return head + "".join(parts.get(text, text) for text in rest)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
