"""One cleaner a medium: what a text may not say to a terminal, a spreadsheet, TeX, Markdown, HTML or XML.

Ordinary texts come out as they are, so that published files do not change by it.
"""

from __future__ import annotations

import html as escaping
import re
from typing import Any

from bench.clean.values import CONTROLS, HIDDEN, line, visible

_TERMINAL = re.compile(f"[{CONTROLS}{HIDDEN}\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029\ud800-\udfff]")
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_GUARDED = re.compile("'+[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "−": "$-$", "×": r"$\times$", "↑": r"$\uparrow$",
        "↓": r"$\downarrow$", "–": "--", "…": r"\ldots{}", "<": r"\textless{}", ">": r"\textgreater{}",
    }
)  # fmt: skip
_MARKUP = re.compile(
    r"<(?=[A-Za-z/!?])"  # tags, comments and <address>
    r"|&(?=#|[A-Za-z][A-Za-z0-9]*;)"  # references to characters
    r"|\](?=\s*[(\[:])|\[(?=\^)"  # links, pictures, references and footnotes
    r"|:(?=//)|(?i:(?<=www)\.)"  # addresses that become links by themselves
    r"|\*|~(?=~)|(?<=~)~"  # emphasis, which also marks the best of a column
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"
    r"|\\(?=[^A-Za-z0-9\s])"  # what would take back an escape of ours
)
_BLOCK = re.compile(r"\s*(#(?=#{0,5}(\s|$))|>|[-+](?=\s)|=(?==+\s*$)|-(?=-+\s*$)|(?<=\d)[.)](?=\s))")


def terminal(text: str) -> str:
    """A text of one or more lines: escapes, other controls and hidden characters are shown as \\u and four digits.

    In JSON that is the same text, so that what a program reads does not change.
    """
    if text.isascii() and text.isprintable():
        return text
    return _TERMINAL.sub(visible, text)


def spreadsheet(value: Any) -> Any:
    """A cell: a text that a spreadsheet would take as a formula begins with an apostrophe; anything else is as it is.

    `unguarded` takes the apostrophe away.
    """
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def unguarded(cell: str) -> str:
    """A cell as it was before `spreadsheet`."""
    return cell[1:] if _GUARDED.match(cell) else cell


def spreadsheet_csv(table: Any) -> Any:
    """A pyarrow table for a CSV file, its texts guarded as `spreadsheet` does."""
    import pyarrow
    import pyarrow.compute as pc

    for at, field in enumerate(table.schema):
        if pyarrow.types.is_string(field.type):
            column = table.column(at)
            formula = pc.match_substring_regex(column, f"^(?:{_FORMULA.pattern})")
            if pc.any(formula).as_py():
                guarded = pc.binary_join_element_wise("'", column, "")
                table = table.set_column(at, field, pc.if_else(formula, guarded, column))
    return table


def tex(text: str) -> str:
    """A text for LaTeX, in one line: commands are shown, and its fonts' gaps filled."""
    return line(text).translate(_TEX)


def markdown(text: str, *, block: bool = True) -> str:
    """A text for Markdown, in one line: no raw HTML, link, emphasis or, where `block`, heading, list or quote.

    What would be markup becomes a character reference, which no backslash before it can undo. Code between backticks
    stays code.
    """
    clean = _MARKUP.sub(_reference, line(text))
    begins = _BLOCK.match(clean) if block else None
    if begins:
        at = begins.start(1)
        clean = f"{clean[:at]}&#{ord(clean[at])};{clean[at + 1 :]}"
    return clean


def markdown_cell(text: str) -> str:
    """`markdown` for a table's cell."""
    return markdown(text, block=False).replace("|", "\\|")


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def html(text: str) -> str:
    """A text for HTML, in one line."""
    return escaping.escape(line(text))


def xml(text: str) -> str:
    """A text for XML 1.0, whose writer escapes the rest: characters that it has no place for are replaced."""
    return _XML.sub("�", "".join(map(terminal, text.splitlines(keepends=True))) if text else text)
