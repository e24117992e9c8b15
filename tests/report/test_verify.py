"""`bench verify` finds every number of a report in its tables, and every number that is not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import bench as bench_package
from bench.cli import bench
from bench.errors import UsageError
from bench.records import read_run
from bench.report.numbers.billed import misbilled
from bench.report.verify import compared, verify
from tests.report.page import sample

EXAMPLE = Path(bench_package.__file__).parent / "example"


def edit(name: str, old: str, new: str) -> Callable[[Path], object]:
    """Changes the first place of a file."""

    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


TAMPERED = {
    "a score": (edit("comparison.json", '"estimate": 1.0,', '"estimate": 0.99,'), "rows/0/cost_per_1000_usd/estimate"),
    "a p-value": (edit("claims.json", '"p_refuted": 0.19', '"p_refuted": 0.29'), "p_refuted"),
    "a table's cell": (edit("comparison.csv", "cheap,reasoning,12", "cheap,reasoning,13"), "row 2, n"),
    "a sentence": (edit("claims.md", "Inconclusive", "Supported"), "line"),
    "a chart's number": (edit("charts/tokens.csv", "100", "101"), "row"),
    "an item": (edit("items.csv", ",0.001,", ",0.002,"), "line"),
    "a number of the page": (edit("report.html", ">90.0 % less<", ">95.0 % less<"), "claims.json/0/parts"),
    "the page's verdict": (edit("report.html", ">Inconclusive<", ">Supported<"), "claims.json/0/verdict"),
    "the page's prose": (edit("report.html", "paired items <b>12", "paired items <b>120"), "text"),
    "a claim nobody made": (lambda folder: (folder / "charts" / "claim_x.csv").write_text("a\n1\n"), "the file"),
    "whose answers are compared": (edit("report.html", '"pair": ["cheap"', '"pair": ["dear"'), "page-facts/pair/0"),
    "which column is which": (edit("report.html", '"cost_usd", "tt', '"ttfat_s", "tt'), "page-facts/figures/5"),
    "an id that is there twice": (edit("report.html", "</body>", '<script id="index">x</script></body>'), "the file"),
    "a script of a stranger": (edit("report.html", "</body>", "<script>a=1</script></body>"), "code, line"),
    "a style of a stranger": (
        edit("report.html", "</head>", "<style>h1::after{content:'x'}</style></head>"),
        "code, l",
    ),
    "the security policy": (edit("report.html", "default-src", "x-src"), "code, line"),
    "what an image shows": (edit("report.html", 'src="data:image/svg+xml;base64,', 'src="https://x/'), "code, line"),
    "a click": (edit("report.html", "<body>", "<body onclick=x()>"), "code, line"),
    "a key that stands twice": (
        edit("claims.json", '"verdict": "', '"verdict": "supported", "verdict": "'),
        "the file",
    ),
    "a column that stands twice": (edit("comparison.csv", "model,", "score,model,"), "the file"),
    "no JSON": (lambda folder: (folder / "comparison.json").write_text("{"), "the file"),
    "no data in the page": (edit("report.html", 'id="index">', 'id="index">!'), "the file"),
}
"""What was changed -> how, and a part of the place that is named."""


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_is_named(reported: Path, tmp_path: Path, what: str) -> None:
    change, place = TAMPERED[what]
    folder = tmp_path / "run"
    shutil.copytree(reported, folder)
    change(folder)
    found = compared(folder, reported).differing
    assert len(found) == 1, [str(one) for one in found]
    assert place in found[0].place
    assert found[0].published != found[0].computed


def test_what_changed_its_place_or_is_hidden_is_noticed(reported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(reported, folder)
    text = (folder / "report.html").read_text(encoding="utf-8")
    one, other = (f'<span data-number="comparison.json/rows/{at}/score">' for at in (0, 1))
    swapped = text.replace(one, "@").replace(other, one).replace("@", other)
    for changed in (swapped, text.replace('<article class="card', '<article hidden class="card')):
        assert changed != text
        (folder / "report.html").write_text(changed, "utf-8")
        assert compared(folder, reported).differing


def test_a_difference_of_the_last_digit_is_none(reported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(reported, folder)
    edit("comparison.json", '"estimate": 1.0,', '"estimate": 1.0000000000000002,')(folder)
    assert compared(folder, reported).differing == ()


def test_what_is_not_published_is_named_and_is_no_difference(reported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(reported, folder, ignore=shutil.ignore_patterns("charts", "report.html"))
    found = compared(folder, reported)
    assert found.differing == ()
    assert {"report.html", "charts/tokens.csv"} <= set(found.absent)


def test_the_command_computes_everything_anew_and_fails_where_it_differs(reported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(reported, folder)
    edit("comparison.json", '"estimate": 1.0,', '"estimate": 0.99,')(folder)
    (folder / "comparison.md").unlink()
    found = CliRunner().invoke(bench, ["verify", str(folder)])
    assert found.exit_code == 3
    wrong, absent, result = found.output.splitlines()
    assert wrong == "comparison.json: rows/0/cost_per_1000_usd/estimate: published 0.99, the tables give 1.0"
    assert absent == "comparison.md: not published"
    assert "computed anew: 1 place differs." in result
    assert result.endswith("Scores, tokens and times are the items table's own.")


def test_a_cost_that_its_tokens_do_not_give_is_named(tmp_path: Path) -> None:
    """All else in a folder may be made of the forged table: its tokens and prices still tell."""
    record, items = read_run(EXAMPLE)
    assert list(misbilled(items, record)) == []
    items["cost_usd"] = [usd / (100 if at == 5 else 1) for at, usd in enumerate(items["cost_usd"])]
    [wrong] = misbilled(items, record)
    assert (wrong.row, round(wrong.by_tokens / wrong.usd)) == (5, 100)
    for name in ("run.json", "answers.parquet"):
        shutil.copy(EXAMPLE / name, tmp_path)
    items.to_parquet(tmp_path / "items.parquet")
    (tmp_path / "items.csv").write_text("")
    [found] = verify([tmp_path])
    places = [str(each) for each in found.differing if each.file == "items.parquet"]
    assert [place.partition(":")[2].split(",")[0] for place in places] == [" row 5"]
    assert "by its tokens and price" in places[0]


def test_every_file_with_numbers_is_compared(reported: Path) -> None:
    found = compared(reported, reported)
    assert {"comparison.json", "claims.json", "charts/tokens.csv", "items.csv", "report.html"} <= set(found.numbers)
    assert min(found.numbers.values()) > 0


@pytest.mark.usefixtures("shortcuts")
def test_nothing_published_and_no_tables_are_mistakes_of_the_user(tmp_path: Path) -> None:
    folder = sample.write(tmp_path / "run")
    (folder / "items.csv").unlink()
    with pytest.raises(UsageError, match="publishes nothing"):
        verify([folder])
    (folder / "comparison.md").write_text("x")
    (folder / "items.parquet").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"items\.parquet"):
        verify([folder])


@pytest.mark.slow
@pytest.mark.usefixtures("shortcuts")
def test_the_page_of_several_runs_is_verified_in_its_own_order(tmp_path: Path) -> None:
    for name in ("first", "second"):
        sample.write(tmp_path / name, 6, run=name, claims=False)
    options = ["--results", str(tmp_path)]
    assert CliRunner().invoke(bench, ["report", "second", "first", *options]).exit_code == 0
    found = CliRunner().invoke(bench, ["verify", "first", "second", *options])
    assert found.exit_code == 0, found.output
    assert [line.split(":")[0] for line in found.output.splitlines()] == [
        str(tmp_path / name) for name in ("first", "second", "report.html")
    ]
    edit("report.html", '/score">100 %<', '/score">99 %<')(tmp_path)
    found = CliRunner().invoke(bench, ["verify", "first", "second", *options])
    assert found.exit_code == 3
    assert "published 99 %, the tables give 100 %" in found.output.replace('"', "")


@pytest.mark.usefixtures("shortcuts")
def test_a_page_of_other_runs_is_left_out_or_refused_where_it_was_named(tmp_path: Path) -> None:
    for name in ("first", "second", "third"):
        sample.write(tmp_path / name, 6, run=name, claims=False)
    options = ["--results", str(tmp_path)]
    CliRunner().invoke(bench, ["report", "first", "second", *options])
    CliRunner().invoke(bench, ["report", "third", *options])
    found = CliRunner().invoke(bench, ["verify", "first", "third", *options])
    assert found.exit_code == 0
    assert "report.html: shows other runs than these, and is not checked." in found.output
    with pytest.raises(UsageError, match="does not show these runs"):
        verify([tmp_path / "third"], tmp_path / "report.html")


def test_a_report_whose_parts_were_called_halves_is_still_equal(reported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(reported, folder)
    records = json.loads((folder / "claims.json").read_text(encoding="utf-8"))
    assert all(record.pop("parts") == record["halves"] for record in records)
    (folder / "claims.json").write_text(json.dumps(records), encoding="utf-8")
    edit("report.html", "claims.json/0/parts/0/", "claims.json/0/halves/0/")(folder)
    edit("report.html", "claims.json/0/parts/1/", "claims.json/0/halves/1/")(folder)
    assert compared(folder, reported).differing == ()
    edit("claims.json", '"p_supported": ', '"p_supported": 9')(folder)
    assert compared(folder, reported).differing
