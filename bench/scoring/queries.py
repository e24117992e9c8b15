"""The SQL query in a reply: a code block, or without any its own lines or inline code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bench.scoring.asides import REACH
from bench.scoring.code import Block, blocks, meant
from bench.scoring.denials import WRONG_AFTER

_BEGINS = re.compile(r"(?:\s|--[^\n]*\n|/\*[^*]*\*/|\()*(?:SELECT|WITH)\b", re.IGNORECASE)
_QUERY = r"(?:\(\s*)?(?:(?:SELECT|select)\b|(?i:WITH)\s+(?i:RECURSIVE\s+)?\w+[^;]{0,200}?\b(?i:AS)\s*\()"
_LINE = re.compile(rf"^[ \t>*_-]*+(?:[^\n:：`]{{0,40}}[:：][*_]{{0,2}}[ \t]*)?(?P<query>{_QUERY})", re.MULTILINE)
_ENDS = re.compile(
    r";[ \t]*(?:--[^\n]*)?$"
    r"|\n[ \t]*\n(?![ \t]*(?:\)|--|(?:SELECT|FROM|WHERE|GROUP|ORDER|HAVING|LIMIT|UNION|AND|OR)\b))",
    re.MULTILINE,
)
_INLINE = re.compile(rf"(`{{1,3}})(?:sql )?\s*({_QUERY}[^`\n]*)\1(?!`)")
_TAG = re.compile(r"</?(?:answer|code|pre|sql)>", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\b", re.IGNORECASE)
_DENIED = re.compile(
    r"(?:\bnot|n['’]t|\bnever|\binstead of|\brather than|\bavoid|不是|不要|而非)[\s:*_]*\Z", re.IGNORECASE
)


def sql(text: str) -> tuple[str, str] | None:
    """The query and where it stood: the last code block that begins like one, else the last code block; without any,
    the last lines that are a query, up to its semicolon or a blank line, or the last inline code that is one.

    Where another is left, a query does not count that the line before it makes an aside, such as "Original:".
    """
    if found := blocks(text):
        queries = [block for block in found if _BEGINS.match(block.code)]
        block = meant(queries or found)[-1]
        return block.code, block.place
    if "```" in text and not _INLINE.search(text):
        return None
    plain = _TAG.sub("\n", text)
    written = meant([*_on_lines(plain)] or [*_in_lines(plain)])
    if not written:
        return (text, "whole reply") if _BEGINS.match(text) and _FROM.search(text) else None
    return written[-1].code, written[-1].place


def _on_lines(text: str) -> Iterator[Block]:
    """The queries that begin a line, or stand behind a label on it; those side by side are one text."""
    at, begun = 0, None
    while line := _LINE.search(text, at):
        begin = line.start("query") if begun is None else begun
        end = _ENDS.search(text, line.end())
        at = end.end() if end else len(text)
        following = _LINE.search(text, at)
        begun = begin if following and not text[at : following.start("query")].strip() else None
        query = text[begin:at].strip()
        if begun is None and (_FROM.search(query) or query == text.strip()):
            place = "whole reply" if query == text.strip() else "text"
            yield Block(query, "", place, text[max(0, begin - REACH) : begin].strip().rpartition("\n")[2])


def _in_lines(text: str) -> Iterator[Block]:
    """The queries in inline code that no sentence denies."""
    for span in _INLINE.finditer(text):
        before = text[max(0, span.start() - REACH) : span.start()]
        if _FROM.search(span[2]) and not _DENIED.search(before) and not WRONG_AFTER.match(text, span.end()):
            yield Block(span[2], "", "inline code", before.rpartition("\n")[2])
