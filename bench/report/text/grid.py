"""A table written as Markdown, LaTeX (booktabs) or HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from bench import clean
from bench.report.text.column import Table

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler


def section(table: Table) -> Iterator[str]:
    """Heading, table and legend in Markdown, an empty line before them."""
    legend = "\n".join(map(clean.markdown, table.legend.split("\n")))
    yield from ("", f"## {clean.markdown(table.title)}", "", *markdown(table), "", legend)


def markdown(table: Table) -> Iterator[str]:
    """The table's lines, without its heading."""
    yield f"| {' | '.join(clean.markdown_cell(column.header) for column in table.columns)} |"
    yield "|" + "".join("---|" if column.align == "left" else "---:|" for column in table.columns)
    for row in table.rows:
        yield f"| {' | '.join(cell.written(clean.markdown_cell, '**{}**', '*{}*') for cell in row)} |"


def latex(table: Table, label: str) -> str:
    """A `table` environment; its preamble needs `\\usepackage{booktabs}`."""
    text = _styled(table, clean.tex, r"\textbf{{{}}}", r"\emph{{{}}}").to_latex(
        hrules=True,
        caption=" ".join(clean.tex(part) for part in (f"{table.title}.", table.legend) if part != "."),
        label=label,
        position="tbp",
        position_float="centering",
        column_format="".join("l" if column.align == "left" else "r" for column in table.columns),
    )
    return str(text).replace("\\centering\n", "\\centering\n\\scriptsize\n\\setlength{\\tabcolsep}{3pt}\n")


def html(table: Table, label: str) -> str:
    """A `table` element, its title as the caption."""
    styled = _styled(table, clean.html, "<strong>{}</strong>", "<em>{}</em>")
    styled = styled.set_caption(clean.html(table.title)) if table.title else styled
    styled = styled.set_table_styles(
        [
            {"selector": f".col{at}", "props": "text-align: right"}
            for at, column in enumerate(table.columns)
            if column.align == "right"
        ]
    )
    return str(styled.to_html(table_uuid=label, cell_ids=False))


def _styled(table: Table, plain: Callable[[str], str], best: str, estimate: str) -> Styler:
    import pandas as pd

    cells = [[cell.written(plain, best, estimate) for cell in row] for row in table.rows]
    headers = _distinct([plain(column.header) for column in table.columns])
    return pd.DataFrame(cells, columns=headers, dtype=object).style.hide(axis="index")


def _distinct(headers: Sequence[str]) -> list[str]:
    """pandas styles no column that shares its name: a second one gets a space, which nobody sees."""
    return [header + " " * headers[:at].count(header) for at, header in enumerate(headers)]
