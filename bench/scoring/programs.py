"""Whole programs and whole files in a reply: which code block is the program, and which file each block is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.scoring.code import NOT_CODE, Block, FoundProgram, bare, blocks, meant

_NAME = r"(?P<name>(?:\.{0,2}[\w-]*/){0,8}\w+\.py)"
_NAMED = re.compile(
    rf"(?:#+|//|\"{{3}}|'{{3}})[ \t]*(?:file(?:name)?\b:?[ \t]*)?[*`=-]*[ "
    rf"\t]*{_NAME}\b[^\n\w(]{{0,20}}(?:\([\w ]{{1,30}}\)[^\n\w]{{0,9}})?",
    re.IGNORECASE,
)
"""A line that says which file follows."""
_MENTIONED = re.compile(_NAME)
_DEFINED = re.compile(r"^(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_BEGINS = re.compile(
    r"\s*(?:#|//|/\*|(?:import|from|const|let|var|function|def|class|async|for|while|try)\b|[\w.]+(?:\(| =))"
)
"""How a program begins that stands in no block."""
_PROSE_CHARS = 300
"""Of a line before a block only this much is searched for a file's name."""


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The files of a reply."""

    files: Mapping[str, str]
    """Texts by name."""
    place: str
    """Where they stood, such as "code block"."""


def whole(text: str, languages: Sequence[str]) -> FoundProgram | None:
    """The program of a reply in a language, by the names that its blocks may have: the last such block, else the last
    without a language; without any block the text, if it begins like one. None where there is none.

    Where another is left, a block does not count that the line before it makes an aside, such as "Original:".
    """
    found = blocks(text)
    if not found:
        return FoundProgram(text, "whole reply") if _BEGINS.match(text) and "```" not in text else None
    named = [block for block in found if block.language in languages]
    other = [block for block in found if not block.language]
    if not (named or other):
        return None
    block = meant(named or other)[-1]
    return FoundProgram(block.code, block.place)


def replaced(text: str, given: Mapping[str, str]) -> FoundFiles | None:
    """The files that a reply writes anew: of several texts of one file the last. None where there is none.

    A block is the file that its first line names, in a comment, or what stands behind its fence, or the line before
    it; else the given one that defines most of its functions. Names are sought without folders; a new file counts if
    it is named. A block with several such comments holds several files. Blocks made an aside count as in `whole`.
    """
    found = [block for block in blocks(text) if block.language not in NOT_CODE]
    if not found and "```" not in text and any(_NAMED.match(line) for line in text.split("\n")):
        found = [bare(text[_begin(text) :])]
    files = {name: code for block in meant(found) for name, code in _files(block, given) if code.strip()}
    return FoundFiles(files, found[-1].place) if files else None


def shown(files: Mapping[str, str]) -> str:
    """Files as a prompt shows them, and as a reply should."""
    return "\n\n".join(f"```python\n# {path}\n{text}```" for path, text in files.items())


def _begin(text: str) -> int:
    """Where the first line begins that names a file."""
    at = 0
    for line in text.split("\n"):
        if _NAMED.match(line):
            break
        at += len(line) + 1
    return at


def _files(block: Block, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    name, lines = "", list[str]()
    for line in block.code.splitlines(keepends=True):
        marked = _NAMED.fullmatch(line.strip())
        if marked and (not "".join(lines).strip() or _plain(marked["name"]) in given):
            if name or "".join(lines).strip():
                yield name or _guessed(block, "".join(lines), given), "".join(lines)
            name, lines = _plain(marked["name"]), []
            if line.lstrip()[:3] in ('"' * 3, "'" * 3) and line.strip()[-3:] != line.lstrip()[:3]:
                lines = [f"{line.lstrip()[:3]}\n"]
        else:
            lines.append(line)
    name = name or _guessed(block, "".join(lines), given)
    if name:
        yield name, "".join(lines)


def _guessed(block: Block, code: str, given: Mapping[str, str]) -> str:
    """The file that a block without a name inside is; empty if nothing tells."""
    for words in (block.info, block.lead[:_PROSE_CHARS]):
        names = {_plain(name["name"]) for name in _MENTIONED.finditer(words)}
        known = names & given.keys()
        if len(known) == 1 or (len(names) == 1 and words == block.info):
            return next(iter(known or names))
    defined = {*_DEFINED.findall(code)}
    shared = {name: len(defined & {*_DEFINED.findall(text)}) for name, text in given.items()}
    best = max(shared, key=lambda name: shared[name])
    return best if shared[best] else ""


def _plain(path: str) -> str:
    return path.rpartition("/")[2]
