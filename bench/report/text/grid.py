"""A table for reading: defined once, written as Markdown, LaTeX (booktabs) or HTML."""

from __future__ import annotations

import html as escaping
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

BEST, ESTIMATE = "best", "estimate"
"""Marks: better than all others beyond chance; best, but maybe by chance."""
ARROWS = {"up": "↑", "down": "↓", "": ""}
"""Which way is better."""
TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "−": "$-$", "×": r"$\times$", "↑": r"$\uparrow$",
        "↓": r"$\downarrow$", "–": "--", "…": r"\ldots{}", "<": r"\textless{}", ">": r"\textgreater{}",
    }
)  # fmt: skip
"""What LaTeX reads as commands, and what its fonts lack."""


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column."""

    name: str
    """What it holds, with its unit."""
    better: str = ""
    """ "up" or "down", whichever is better; empty where neither is."""
    words: bool = False
    """Whether it holds names, set to the left; numbers are set to the right."""

    @property
    def header(self) -> str:
        """Name and direction."""
        return f"{self.name} {ARROWS[self.better]}".rstrip()


@dataclass(frozen=True, slots=True)
class Entry:
    """A table's cell."""

    value: str
    """The value."""
    aside: str = ""
    """What belongs in parentheses after it: its interval or a remark."""
    mark: str = ""
    """BEST, ESTIMATE or nothing."""

    def written(self, plain: Callable[[str], str], best: str, estimate: str) -> str:
        """The cell in a format: how text is escaped, and how a value is marked."""
        value = {BEST: best, ESTIMATE: estimate}.get(self.mark, "{}").format(plain(self.value))
        return f"{value} ({plain(self.aside)})" if self.aside else value


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading and legend."""

    title: str
    """Its heading; empty for a page's first table."""
    columns: tuple[Column, ...]
    """Its columns."""
    rows: tuple[tuple[Entry, ...], ...]
    """An entry a column."""
    legend: str = ""
    """What its columns and marks mean."""


def markdown(table: Table) -> Iterator[str]:
    """The table's lines, without its heading."""
    yield f"| {' | '.join(_pipes(column.header) for column in table.columns)} |"
    yield "|" + "".join("---|" if column.words else "---:|" for column in table.columns)
    for row in table.rows:
        yield f"| {' | '.join(entry.written(_pipes, '**{}**', '*{}*') for entry in row)} |"


def _pipes(text: str) -> str:
    return text.replace("|", "\\|")


def latex(table: Table, label: str) -> str:
    """A `table` environment; its preamble needs `\\usepackage{booktabs}`."""
    found = _styled(table, lambda text: text.translate(TEX), r"\textbf{{{}}}", r"\emph{{{}}}").to_latex(
        hrules=True, caption=" ".join(part.translate(TEX) for part in (f"{table.title}.", table.legend) if part != "."),
        label=label, position="tbp", position_float="centering",
        column_format="".join("l" if column.words else "r" for column in table.columns),
    )  # fmt: skip
    return str(found).replace("\\centering\n", "\\centering\n\\scriptsize\n\\setlength{\\tabcolsep}{3pt}\n")


def html(table: Table, label: str) -> str:
    """A `table` element, its title as the caption."""
    styled = _styled(table, escaping.escape, "<strong>{}</strong>", "<em>{}</em>")
    styled = styled.set_caption(escaping.escape(table.title)) if table.title else styled
    styled = styled.set_table_styles(
        [{"selector": f".col{at}", "props": "text-align: right"} for at, c in enumerate(table.columns) if not c.words]
    )
    return str(styled.to_html(table_uuid=label, cell_ids=False))


def _styled(table: Table, plain: Callable[[str], str], best: str, estimate: str) -> Styler:
    import pandas as pd

    cells = [[entry.written(plain, best, estimate) for entry in row] for row in table.rows]
    headers = _distinct([plain(column.header) for column in table.columns])
    return pd.DataFrame(cells, columns=headers, dtype=object).style.hide(axis="index")


def _distinct(headers: Sequence[str]) -> list[str]:
    """pandas styles no column that shares its name: a second one gets a space, which nobody sees."""
    return [header + " " * headers[:at].count(header) for at, header in enumerate(headers)]
