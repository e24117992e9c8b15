"""The program in a reply: code blocks by CommonMark (markdown-it-py), and which of them is the answer."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from bench.scoring.asides import leads_aside

MOST_LINES = 4_000
"""Of a longer reply only this many lines at its end are searched for code blocks."""

_MARK = re.compile(r"`{3}|~{3}")
_CLOSER = re.compile(r"^([ \t>]*(?:`{3,}|~{3,}))[ \t]*(?:</?[\w.]{1,20}>|<\|[\w ]{1,20}\|>)+[ \t]*$", re.MULTILINE)
_TAGGED = re.compile(r"^([ \t]*)</?answer>[ \t]*(?=`{3}|~{3})", re.MULTILINE | re.IGNORECASE)
_TAG_OF_CODE = re.compile(r"</?(?:answer|code|pre|python)>", re.IGNORECASE)
_INLINE = re.compile(r"(`{1,3})(?:python3? )?([^`\n]+)\1(?!`)")
_NAMED_FIRST = re.compile(r"\s*(?:python3?|py)[ \t]*\n", re.IGNORECASE)
_PROMPTS = re.compile(r"\s*(?:(?:>>>|\.\.\.)(?: [^\n]*)?(?:\n+|\Z))+")
_TRIPLE = re.compile(r'"""|\'\'\'')
_CODE_LINE = re.compile(
    r"(?:import|from|def|async|class|@|if|elif|else|for|while|try|except|finally|with|#|[)\]}]|\"\"\"|''')"
    r"|[A-Za-z_][\w.\[\]'\"]*\s*(?::[^=]+)?=(?!=)"
)
_HELPS = re.compile(
    r"import\b|from\b|(?:async\s+)?def\b|class\b|@|#|[)\]}]|[A-Za-z_]\w*\s*(?::[^=]+)?=(?!=)"
    r"|\"\"\"|'''|if TYPE_CHECKING"
)
_MARKDOWN = re.compile(r"(?s)\s*(?:[^\n]*\n){0,20}?[ \t]*(?:`{3}|~{3})")
_NAME = re.compile(r"[^\W\d]\w*")
_BOUND = re.compile(
    r"^(?:(?:async[ \t]+)?def[ \t]+(\w+)|class[ \t]+(\w+)|([A-Za-z_]\w*)[ \t]*(?::[^=\n]+)?=(?!=)"
    r"|(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+([^\n]+))",
    re.MULTILINE,
)
_PARAMETERS = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(([^()]{0,400})\)", re.MULTILINE)
_PARAMETER = re.compile(r"(?:^|,)\s*\*{0,2}(\w+)")
_EMPTY = re.compile(
    r"\s*(?:(?:\.\.\.|pass|raise[ \t]+NotImplementedError(?:\([^\n]*\))?|return[ \t]+NotImplemented)\s*;?\s*)*"
)
_COMMENT = re.compile(r"#[^\n]*")
_DOCSTRING = re.compile(
    r'\s*[rRuU]?(?:"""(?:[^"]|"(?!""))*+"""|\'\'\'(?:[^\']|\'(?!\'\'))*+\'\'\'|"[^"\n]*"|\'[^\'\n]*\')'
)
NOT_CODE = frozenset(
    ("sh", "bash", "shell", "console", "text", "txt", "output", "json", "sql", "yaml", "toml", "diff", "html", "pycon")
)
"""Languages of blocks that hold no helpers, nor a program."""


@dataclass(frozen=True, slots=True)
class Block:
    """A code block, without its fences and without the indentation or quote marks of what it stands in."""

    code: str
    """Its lines."""
    language: str
    """The first word behind its opening fence, in lower case; empty if there is none."""
    place: str
    """"code block", "code block in a list", "unclosed code block" or "indented code"."""
    lead: str = ""
    """The line before its opening fence, blank lines and other blocks apart; empty if there is none."""
    info: str = ""
    """All that stands behind its opening fence."""


@dataclass(frozen=True, slots=True)
class FoundProgram:
    """The program of a reply."""

    source: str
    """The code to run: it defines the entry point."""
    place: str
    """Where it stood and what was done to it, such as "code block, class"."""


def blocks(text: str) -> Sequence[Block]:
    """The fenced code blocks of a reply, by CommonMark: in lists and quotes too, and a last one that is not closed.

    Leniencies beyond it: a tag such as </s> or </answer> on a fence's own line is passed over, and a fence inside a
    docstring does not end its block. A whole block that is fenced Markdown is looked into once.
    """
    return _blocks(text) if _MARK.search(text) else ()


@lru_cache(maxsize=64)
def _blocks(text: str) -> Sequence[Block]:
    text = text.replace("\r\n", "\n").lstrip("\ufeff\u200b")
    lines = _TAGGED.sub(r"\1", _CLOSER.sub(r"\1", text)).split("\n")[-MOST_LINES:]
    tokens = _parser().parse("\n".join(lines))
    snippets = list[Block]()
    last = 0
    for token in tokens:
        if token.type != "fence" or token.map[0] < last:
            continue
        block = _block(token, lines)
        code, lead = block.code, _lead(lines, last, token.map[0])
        last = token.map[1]
        if _open_docstring(code):
            longer = _through_docstring(token, lines)
            code, last = longer if longer else (code, last)
        inner = _MARKDOWN.match(code) if block.language in ("", "md", "markdown") else None
        snippets += blocks(code) if inner and code != text else (replace(block, code=code, lead=lead),)
    if not snippets:
        indented = (textwrap.dedent(token.content) for token in tokens if token.type == "code_block")
        snippets = [block for code in indented for block in blocks(code)]
    return tuple(snippets)


def forget() -> None:
    """Forgets the blocks of earlier replies, which are kept while one reply is read in several ways."""
    _blocks.cache_clear()


@lru_cache(maxsize=1)
def _parser() -> Any:
    from markdown_it import MarkdownIt

    unneeded = ["inline", "html_block", "reference", "hr", "lheading", "heading", "text_join"]
    return MarkdownIt("commonmark").disable(unneeded, ignoreInvalid=True)


def _block(token: Any, lines: Sequence[str]) -> Block:
    language = (token.info.split() or [""])[0].strip("{}.").lower()
    end = lines[token.map[1] - 1].lstrip(" \t>") if token.map[1] - 1 < len(lines) else ""
    closed = end.startswith(token.markup) and token.map[1] - 1 > token.map[0]
    place = "code block in a list" if token.level else "code block" if closed else "unclosed code block"
    code = token.content if language else _NAMED_FIRST.sub("", token.content, count=1)
    if code.lstrip().startswith(">>> ") and _PROMPTS.fullmatch(code):
        code = re.sub(r"^(?:>>>|\.\.\.) ?", "", code.lstrip(), flags=re.MULTILINE)
    return Block(code, language, place, info=token.info.strip())


def meant(found: Sequence[Block]) -> Sequence[Block]:
    """Blocks without those that the line before them makes an aside ("If you want it sorted:", "Original:"); all of
    them, where nothing else is left.
    """
    return [block for block in found if not leads_aside(block.lead)] or found


def _lead(lines: Sequence[str], since: int, fence: int) -> str:
    """The last line with words between two lines of a text."""
    return next((lines[at].strip() for at in range(fence - 1, max(since, fence - 4) - 1, -1) if lines[at].strip()), "")


def _open_docstring(code: str) -> bool:
    """Whether a text ends inside a string in triple quotes."""
    open_with = ""
    for mark in _TRIPLE.finditer(code):
        open_with = "" if mark[0] == open_with else open_with or mark[0]
    return bool(open_with)


def _through_docstring(token: Any, lines: Sequence[str]) -> tuple[str, int] | None:
    """The block up to the fence at which its docstrings are closed, and the line after; None if there is none."""
    closer = re.compile(rf"[ \t>]{{0,3}}{re.escape(token.markup)}+[ \t]*")
    indent = len(lines[token.map[0]]) - len(lines[token.map[0]].lstrip())
    for at in range(token.map[1], min(len(lines), token.map[1] + 400)):
        if closer.fullmatch(lines[at][indent:]):
            code = "".join(line[indent:] + "\n" for line in lines[token.map[0] + 1 : at])
            if not _open_docstring(code):
                return code, at + 1
    return None


def program(text: str, entry_point: str) -> FoundProgram | None:
    """The program that defines `entry_point`: the last code block that does, stubs apart, with what it needs of others.

    A function, an assignment to the name or a class with a method of that name defines it. Without any code block, it
    is the whole text, or its indented code. None if nothing defines it.
    """
    snippets = list(blocks(text))
    defining = [block for block in snippets if _defines(block.code, entry_point)]
    if not defining:
        defining = [block for block in _indented(text) if _defines(block.code, entry_point)]
    if not defining and not snippets:
        plain = (
            bare(text),
            *(Block(m[2], "", "inline code") for m in _INLINE.finditer(text)),
        )
        defining = [block for block in plain if _defines(block.code, entry_point)]
    if not defining:
        return None
    full = [block for block in defining if not _is_stub(block.code, entry_point)]
    chosen = meant(full or defining)[-1]
    helpers = _helpers(chosen, [block for block in snippets if block not in defining], entry_point)
    source, how = "".join((*helpers, chosen.code)), [chosen.place, *(["helpers of other blocks"] if helpers else [])]
    method = None if _is_bound(source, entry_point) else _method_class(source, entry_point)
    if method:
        source, how = f"{source.rstrip()}\n\n\n{entry_point} = {method}().{entry_point}\n", [*how, "class"]
    return FoundProgram(source, ", ".join(how))


def _defines(source: str, name: str) -> bool:
    pattern = rf"^[ \t]*(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b|^{re.escape(name)}[ \t]*(?::[^=\n]+)?=(?!=)"
    return re.search(pattern, source, re.MULTILINE) is not None


def _is_bound(source: str, name: str) -> bool:
    """Whether a program binds the name outside classes."""
    pattern = rf"^(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b|^{re.escape(name)}[ \t]*(?::[^=\n]+)?=(?!=)"
    return re.search(pattern, source, re.MULTILINE) is not None


def _method_class(source: str, name: str) -> str | None:
    """The class at the margin that has the method `name`; None if none has."""
    pattern = re.compile(rf"^class[ \t]+(\w+)|^[ \t]+(?:async[ \t]+)?def[ \t]+({re.escape(name)})\b|^\S", re.MULTILINE)
    inside = None
    for line in pattern.finditer(source):
        if line[2] and inside:
            return str(inside)
        if not line[2]:
            inside = line[1] or (inside if source[line.start()] in "#)]}" else None)
    return None


def _is_stub(source: str, name: str) -> bool:
    """Whether the last definition of a function says nothing but its signature and a docstring."""
    headers = [*re.finditer(rf"^([ \t]*)(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b", source, re.MULTILINE)]
    if not headers or re.search(rf"^{re.escape(name)}[ \t]*(?::[^=\n]+)?=(?!=)", source, re.MULTILINE):
        return False
    start, depth = headers[-1].end(), 0
    for mark in re.compile(r"[()\[\]{}:]").finditer(source, start):
        depth += (mark[0] in "([{") - (mark[0] in ")]}")
        if mark[0] == ":" and depth == 0:
            body = _extent(source[mark.end() :], len(headers[-1][1].expandtabs()))
            body = _COMMENT.sub("", _DOCSTRING.sub("", body, count=1))
            return _EMPTY.fullmatch(body) is not None
    return True


def _extent(text: str, margin: int) -> str:
    """What follows a definition's colon, up to the next line that is not indented deeper than the definition."""
    first, *rest = text.split("\n")
    kept = [first]
    for line in rest:
        if line.strip() and len(line.expandtabs()) - len(line.expandtabs().lstrip()) <= margin:
            break
        kept.append(line)
    return "\n".join(kept)


def _helpers(chosen: Block, others: Iterable[Block], entry_point: str) -> list[str]:
    """The code of other blocks that only define or import, and whose names the program uses but does not bind."""
    able = [block for block in others if block.language not in NOT_CODE and _only_defines(block.code)]
    needed = {*_NAME.findall(chosen.code)} - _bound(chosen.code) - _local(chosen.code) - {entry_point}
    taken = list[Block]()
    while True:
        more = [block for block in reversed(able) if block not in taken and _bound(block.code) & needed]
        if not more:
            return [block.code.rstrip("\n") + "\n\n\n" for block in able if block in taken]
        taken.append(more[0])
        needed = (needed | {*_NAME.findall(more[0].code)}) - _bound(more[0].code)


def _only_defines(code: str) -> bool:
    return all(_HELPS.match(line) for line in code.split("\n") if line.strip() and not line[0].isspace())


def _bound(code: str) -> set[str]:
    """The names that a program binds at its margin."""
    bound = set[str]()
    for function, class_, name, imported in _BOUND.findall(code):
        names = [part.split(" as ")[-1].strip(" ()").split(".")[0] for part in imported.split(",")]
        bound |= {function or class_ or name, *names} - {""}
    return bound


def _local(code: str) -> set[str]:
    """The parameters of a program's functions: what another block binds to such a name is not what they mean."""
    return {name for header in _PARAMETERS.findall(code) for name in _PARAMETER.findall(header)}


def _indented(text: str) -> Iterator[Block]:
    """Indented code, without its indentation."""
    if "    " not in text and "\t" not in text:
        return
    for token in _parser().parse("\n".join(text.split("\n")[-MOST_LINES:])):
        if token.type == "code_block":
            yield Block(textwrap.dedent(token.content), "", "indented code")


def bare(text: str) -> Block:
    """A text without code blocks: all of it if its margin is code, else what stands from its first line of code to its
    next line of prose."""
    text = _TAG_OF_CODE.sub("\n", text)
    lines = text.split("\n")
    if all(_CODE_LINE.match(line) for line in lines if line[:1].strip()):
        return Block(text, "", "whole reply")
    begins = next((at for at, line in enumerate(lines) if re.match(r"(?:import|from|def|async|class|@)[ \w]", line)), 0)
    ends = (at for at in range(begins, len(lines)) if lines[at][:1].strip() and not _CODE_LINE.match(lines[at]))
    return Block("\n".join(lines[begins : next(ends, None)]), "", "text")
