"""One definition of each table, in every format; and what may be called the best."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bench.records.tables import ItemRow
from bench.report import RunComparison, compare
from bench.report.numbers.pairwise import Difference
from bench.report.text import documents, grid, marks, tables
from bench.report.text.column import BEST, ESTIMATE, Column, Table, TableCell
from bench.stats import Interval
from tests.report.sample_run import ANSWERED, model, write_run

ODD = Table(
    title="A_title & more",
    columns=(
        Column(name="na|me", key="name", cell=str, align="left"),
        Column(name="score", key="score", cell=str, better="up"),
        Column(name="cost", key="cost", cell=str, better="down"),
        Column(name="score", key="again", cell=str, better="up"),
    ),
    rows=(
        (TableCell("a_b|<i>"), TableCell("91 %", "89–93", BEST), TableCell("5", mark=ESTIMATE), TableCell("−1 × 2")),
    ),
    legend="It's 100 % so.",
)


def test_markdown_keeps_its_columns_and_marks() -> None:
    assert list(grid.markdown(ODD)) == [
        "| na\\|me | score ↑ | cost ↓ | score ↑ |",
        "|---|---:|---:|---:|",
        "| a_b\\|&#60;i> | **91 %** (89–93) | *5* | −1 × 2 |",
    ]


def test_latex_is_booktabs_and_escaped() -> None:
    lines = grid.latex(ODD, "tab:x").splitlines()
    assert r"\caption{A\_title \& more. It's 100 \% so.}" in lines
    assert r"\begin{tabular}{lrrr}" in lines
    assert [line for line in lines if "rule" in line] == [r"\toprule", r"\midrule", r"\bottomrule"]
    assert r"a\_b|\textless{}i\textgreater{} & \textbf{91 \%} (89--93) & \emph{5} & $-$1 $\times$ 2 \\" in lines
    assert all(ord(letter) < 128 for letter in "".join(lines)), "the usual fonts have it"


class Cells(HTMLParser):
    """The text of every cell, and every tag."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("td", "th", "caption"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data.strip()


def test_html_shows_text_as_text() -> None:
    read = Cells()
    read.feed(grid.html(ODD, "t"))
    assert read.cells[0] == "A_title & more"
    assert [cell for cell in read.cells if cell] == [
        "A_title & more", "na|me", "score ↑", "cost ↓", "score ↑", "a_b|<i>", "91 %(89–93)", "5", "−1 × 2",
    ]  # fmt: skip
    assert "i" not in read.tags
    assert {"strong", "em", "table"} <= set(read.tags)
    assert grid.html(ODD, "t") == grid.html(ODD, "t")


def rows(**dear: Any) -> list[ItemRow]:
    """Dear solves 35 of 40 items, cheap 10 of them at a tenth of the cost."""
    made = []
    for n in range(40):
        one = replace(ANSWERED, item=str(n), cluster=str(n))
        made.append(replace(one, **{"model": "dear", "score": float(n % 8 > 0), "cost_usd": 0.01, **dear}))
        made.append(replace(one, model="cheap", score=float(n % 4 == 1), cost_usd=0.001 * (1 + n / 100)))
    return made


def test_the_best_is_marked_where_the_pairs_show_it(tmp_path: Path) -> None:
    comparison = compare(write_run(tmp_path / "a", rows()))
    assert marks.best(comparison) == {("reasoning", "dear", "score"): BEST, ("reasoning", "cheap", marks.COST): BEST}
    text = tables.markdown(comparison)
    assert "**88 %** (" in text
    assert "bold: better than every other model".lower() in text.lower()
    few = compare(write_run(tmp_path / "b", [row for row in rows() if int(row.item) < 3]))
    assert marks.best(few)["reasoning", "dear", "score"] == ESTIMATE


def test_what_is_shared_unknown_or_alone_has_no_mark(tmp_path: Path) -> None:
    alone = compare(write_run(tmp_path / "a", [row for row in rows() if row.model == "dear"]))
    assert marks.best(alone) == {}
    unpriced = compare(write_run(tmp_path / "b", rows(cost_usd=None)))
    assert list(marks.best(unpriced)) == [("reasoning", "dear", "score")]
    same = [replace(row, score=1.0, cost_usd=0.01) for row in rows()]
    assert marks.best(compare(write_run(tmp_path / "c", same))) == {}


@pytest.mark.parametrize(
    ("change", "loser"),
    [
        ({}, "b"),
        ({"p": 0.06}, None),
        ({"p": None}, None),
        ({"score": Interval(-0.2, None, None, 9)}, None),
        ({"model": "b", "other": "a", "score": Interval(-0.2, None, None, 9)}, "b"),
        ({"model": "c", "other": "d"}, None),
    ],
)
def test_only_a_pairs_own_test_makes_a_loser(change: dict[str, Any], loser: str | None) -> None:
    one = Difference(suite="s", model="a", other="b", n=9, score=Interval(0.2, None, None, 9), p=0.01, cost_ratio=None)
    assert marks._loser(replace(one, **change), "a", marks.SCORE) == loser
    assert marks._loser(replace(one, **change), "a", marks.COST) is None


def noted(folder: Path, *made: ItemRow, **settings: Any) -> str:
    """The notes of a run with these rows."""
    folder.mkdir()
    asked = {made[0].model: model(**settings)}
    return "\n".join(map(str, tables.notes(compare(write_run(folder / "run", list(made), models=asked)))))


def test_only_answers_of_earlier_runs_are_called_reused(tmp_path: Path) -> None:
    untimed = replace(ANSWERED, latency_s=None, wall_s=None, ttfat_s=None)
    reused, unmeasured = "1 answer was reused from earlier runs", "the time of 1 answer was not measured"
    said = [
        noted(tmp_path / "0", untimed),
        noted(tmp_path / "1", untimed, batch=True),
        noted(tmp_path / "2", replace(ANSWERED, reused=True)),
        noted(tmp_path / "3", replace(ANSWERED, timing_ok=False)),
    ]
    assert [(reused in each, unmeasured in each) for each in said] == [
        (False, True),
        (False, False),
        (True, False),
        (False, False),
    ]


def test_an_unknown_cost_of_retries_is_no_missing_price(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"name": "acme/small"}
    priced = replace(ANSWERED, price_id="acme/small", cost_usd=0.1, cost_retries_usd=None)
    said = noted(tmp_path / "0", priced, **asked) + noted(tmp_path / "1", replace(priced, price_id=None), **asked)
    assert said.count("cost unknown: of some calls, retries included, the tokens were never reported") == 1
    assert said.count("cost unknown: no price") == 1


def test_an_unknown_cost_says_what_is_missing(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"name": "acme/small"}
    dear = {"provider": "acme", "model": "small", "input": "1", "output": "2"}
    rows = {"usd": dear, "cny": {**dear, "model": "b", "currency": "CNY"}}
    record = {"snapshot_sha256": "0", "as_of": "2026-11-20", "override_sha256": None, "rows": rows}
    known = replace(ANSWERED, price_id="usd", cost_usd=None, in_uncached=9, out_total=9, in_cache_read=None)
    lacks = {
        "some calls were billed beyond their tokens": known,
        "of some calls, retries included, the tokens were never reported": replace(known, out_total=None),
        "no exchange rate": replace(known, price_id="cny"),
        "leaves out a kind of tokens": replace(known, in_cache_read=3),
        "no price": replace(known, price_id=None),
        "no answer of it counts": replace(known, outcome="infrastructure", score=None),
    }
    for at, (words, row) in enumerate(lacks.items()):
        folder = write_run(tmp_path / str(at), [row], models={row.model: model(**asked)}, prices=record)
        said = "\n".join(map(str, tables.notes(compare(folder))))
        assert [each for each in lacks if each in said] == [words], said


def test_how_episodes_ended_stands_in_the_notes(tmp_path: Path) -> None:
    causes = ("finished", "final", "turns", "turns", "crashed", None)
    made = [replace(ANSWERED, item=str(at), stop_cause=cause) for at, cause in enumerate(causes)]
    said = noted(tmp_path / "0", *made)
    assert "of 6 episodes 3 did not end by themselves: turns 2, crashed 1." in said
    assert "did not end by themselves" not in noted(tmp_path / "1", *made[:2])


def whole(folder: Path) -> RunComparison:
    prices = {f"x/{m}": {"provider": "x", "model": m, "input": "1", "output": "4"} for m in ("dear", "cheap")}
    made = [replace(row, price_id=f"x/{row.model}") for row in rows()]
    claim = {"candidate": "cheap", "baseline": "dear", "cheaper_by": 0.5, "worse_by": 0.2, "over": "each",
             "suites": [], "slower_by": None, "confidence": 0.95}  # fmt: skip
    models = {name: model(f"x/{name}") for name in ("dear", "cheap")}
    return compare(write_run(folder, made, prices={"rows": prices}, models=models, claims={"<c>": claim}))


def test_every_format_has_every_table(tmp_path: Path) -> None:
    comparison = whole(tmp_path)
    titles = [table.title for table in tables.every(comparison)]
    assert titles == [
        "", "Differences between models", "Pareto frontier of score and cost",
        "From list price to what was paid: cheap against dear",
    ]  # fmt: skip
    text, tex, page = tables.markdown(comparison), documents.latex(comparison), documents.page(comparison)
    for title in titles[1:]:
        assert f"## {title}" in text
        assert rf"\caption{{{title}." in tex
        assert f"<caption>{title}</caption>" in page
    assert tex.count(r"\begin{table}") == tex.count(r"\toprule") == 5, "the comparison is too wide for a page: in two"
    assert "\\caption{Score and cost." in tex
    assert "TTFAT" not in tex[tex.index(r"\begin{table}") : tex.index("Latency and tokens")]
    assert all(line.startswith("%") for line in tex[: tex.index(r"\begin{table}")].splitlines() if line)
    read = Cells()
    read.feed(page)
    assert "script" not in read.tags
    assert "&lt;c&gt;: " in page
    assert f"<h1>Comparison {comparison.record.run}</h1>" in page
    for note in tables.notes(comparison):
        assert f"- {note}" in text
    assert page == documents.page(comparison)
