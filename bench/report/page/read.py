"""A page read back: the numbers it marks, its other texts and its items, for comparing it with the tables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any

from bench.report.page.pack import UNPACKED_BYTES, unpacked

SILENT = ("style", "script")
"""Elements whose content is not text of the page."""
_READ_APART = (
    (re.compile(r'(<span data-number="[^"<>]*">)[^<]*'), r"\1"),
    (re.compile(r'(<script type="(?:application/json|text/plain)" id="[\w-]*">)[^<]*'), r"\1"),
    (re.compile(r'( src="data:image/(?:svg\+xml|png);base64,)[A-Za-z0-9+/=]*'), r"\1"),
)
"""What is compared in another way, or is a picture: marked numbers, packed data, the bytes of charts."""


@dataclass(slots=True)
class Shown:
    """What a page says."""

    numbers: dict[str, str] = field(default_factory=dict)
    """Key of a marked number -> its text; of a key that is marked several times, every text."""
    texts: list[str] = field(default_factory=list)
    """All other texts, in order, with the keys of the marked numbers between them, and what is hidden."""
    facts: Any = None
    """What the script knows of the items: names of columns, runs and models."""
    items: Mapping[tuple[str, str, str], Any] = field(default_factory=dict)
    """(run, task, item) -> its index entry, and its texts."""


def frame(html: str) -> str:
    """The page's own code: everything of it, style and scripts too, but for numbers, packed data and pictures."""
    for found, kept in _READ_APART:
        html = found.sub(kept, html)
    return html


def page_runs(html: str) -> tuple[str, ...]:
    """Ids of the runs that a page shows, in their order; none of a page that is not ours."""
    return tuple(map(unescape, re.findall(r'<meta name="claimbench-run" content="([^"]*)">', html)))


def read_page(html: str) -> Shown:
    """Reads a page. ValueError if its packed data is damaged."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    try:
        parser.shown.items = _items(parser.scripts)
        parser.shown.facts = json.loads(parser.scripts.get("page-facts", "null"))
    except (TypeError, LookupError, RecursionError) as error:
        raise ValueError(f"the packed data is not a page's ({type(error).__name__})") from error
    return parser.shown


def _items(scripts: Mapping[str, str]) -> dict[tuple[str, str, str], Any]:
    if "index" not in scripts:
        return {}
    left = UNPACKED_BYTES

    def content(packed: str) -> Any:
        nonlocal left
        text = unpacked(packed, left)
        left -= len(text)
        return json.loads(text)

    index: list[Any] = content(scripts["index"])
    chunks: dict[int, Any] = {}
    items = {}
    for run, suite, task, item, *about, chunk, place, answers in index:
        if chunk not in chunks:
            chunks[chunk] = content(scripts[f"texts-{chunk}"])
        items[run, task, item] = {"suite": suite, "about": about, "answers": answers, "texts": chunks[chunk][place]}
    return items


class _Parser(HTMLParser):
    """Collects marked numbers, texts, and scripts that hold data."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = Shown()
        self.scripts: dict[str, str] = {}
        self._key: str | None = None
        self._silent: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes whether a mark or a script begins."""
        given = dict(attrs)
        if "data-number" in given:
            self._key = given["data-number"]
            self.shown.texts.append(f"[{self._key}]")
        if "hidden" in given or "style" in given:
            self.shown.texts.append(f"[{tag} {given.get('style') or 'hidden'}]")
        if tag in SILENT:
            self._silent = given.get("id") or ""
            if self._silent and self._silent in self.scripts:
                raise ValueError(f"two elements of the id {self._silent!r}")

    def handle_endtag(self, tag: str) -> None:
        """A mark holds text only: any end tag ends it."""
        del tag
        self._key = self._silent = None

    def handle_data(self, data: str) -> None:
        """Sorts a text to where it belongs."""
        text = " ".join(data.split())
        if self._silent is not None:
            self.scripts[self._silent] = data
        elif self._key is not None:
            before = self.shown.numbers.get(self._key)
            self.shown.numbers[self._key] = text if before is None or before == text else f"{before} | {text}"
        elif text:
            self.shown.texts.append(text)
