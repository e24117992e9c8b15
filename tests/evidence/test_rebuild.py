"""From synthetic published files to verdicts and figures."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.evidence import Board, Published, claims_of, declared, judge_all, read_all
from bench.evidence.__main__ import main
from bench.evidence.rebuild import rebuild
from tests.evidence.rows import ROW, write


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Published, ...]]:
    """A folder with data/ and the evidence made of it, out/; not to be changed."""
    folder = tmp_path_factory.mktemp("evidence")
    published = write(folder / "data")
    rebuild(folder / "data", folder / "out", published)
    return folder, published


@pytest.fixture
def own(built: tuple[Path, tuple[Published, ...]], tmp_path: Path) -> tuple[Path, tuple[Published, ...]]:
    """A copy of it that may be changed."""
    shutil.copytree(built[0], tmp_path, dirs_exist_ok=True)
    return tmp_path, built[1]


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "verdicts.csv").open() as file:
        return list(csv.DictReader(file))


def test_it_is_rebuilt_byte_for_byte(built: tuple[Path, tuple[Published, ...]], tmp_path: Path) -> None:
    folder, published = built
    written, remarks = rebuild(folder / "data", tmp_path, published)
    assert remarks == []
    assert {"verdicts.md", "verdicts.csv", "forest.png"} <= {path.name for path in written}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(p.name for p in (folder / "out").iterdir())
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (folder / "out" / path.name).read_bytes(), path.name


def test_verdicts(built: tuple[Path, tuple[Published, ...]]) -> None:
    told = {(row["set"], row["reference"]): row for row in rows_of(built[0] / "out")}
    paired, totals = told["with-items", "best-claude"], told["totals", "best-claude"]
    assert (paired["method"], paired["verdict"], paired["failing_half"]) == ("paired items", "refuted", "quality")
    assert paired["verdict_other_repositories"] == "refuted", "8 repositories of one size are enough"
    assert (totals["method"], totals["verdict"], totals["saving_met"]) == ("totals", "reported", "true")
    assert totals["cost_ratio_low_90"] == totals["verdict_other_repositories"] == ""
    assert told["totals", "best-us"]["cost_ratio"] == "", "gpt-z's bill is unknown, not 0"
    page = (built[0] / "out" / "verdicts.md").read_text()
    assert "| DeepSeek Small | Claude Big | 2025-02-01 | 120 |" in page
    assert "total_cost is 0 or missing: cost unknown" in page
    assert "licence none" in page


def test_holm_spans_a_family_but_no_other(built: tuple[Path, tuple[Published, ...]]) -> None:
    sets, _ = read_all(built[0] / "data", built[1][1:])
    one, other = [c for c in sets["totals"].claims() if c.reference in ("best-claude", "best-us")]
    assert one.family != other.family
    alone = [judge_all([claim], sets)[0] for claim in (one, other)]
    assert judge_all([one, other], sets) == alone, "two families of one claim each"
    both = judge_all([one, replace(one, id="twin")], sets)
    assert [j.p_supported for j in both] == [min(1.0, 2 * alone[0].p_supported)] * 2


def test_a_missing_file_is_named_and_its_set_skipped(own: tuple[Path, tuple[Published, ...]]) -> None:
    folder, published = own
    whole = (folder / "out" / "claims.toml").read_bytes()
    (folder / "data" / "instances.csv").unlink()
    _, remarks = rebuild(folder / "data", folder / "out", published)
    assert remarks == [f"with-items: skipped: {folder / 'data' / 'instances.csv'} is missing"]
    assert {row["set"] for row in rows_of(folder / "out")} == {"totals"}
    assert (folder / "out" / "claims.toml").read_bytes() == whole
    (folder / "data" / "aider.yml").unlink()
    with pytest.raises(UsageError, match=r"none of the published files is there: .*instances\.csv"):
        rebuild(folder / "data", folder / "out", published)


def test_another_file_than_the_one_judged_first_is_told(own: tuple[Path, tuple[Published, ...]]) -> None:
    aider = own[0] / "data" / "aider.yml"
    aider.write_text(aider.read_text() + "# mended\n")
    sets, remarks = read_all(own[0] / "data", own[1])
    assert remarks == ["totals: aider.yml is not byte for byte the file that was judged first: is it of that commit?"]
    assert sets["totals"].notes[0] in remarks[0]


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (lambda text: text.replace("worse_by = 0.05", "worse_by = 0.5", 1), "is not what the rule makes of this data"),
        (lambda text: text.partition("claims = [")[0] + "claims = []", "is not what the rule makes of this data"),
        (lambda text: text.replace("cheaper_by", "cheaper"), "cannot be read"),
        (lambda _: "claims = 3", "cannot be read"),
    ],
)
def test_claims_edited_afterwards_are_refused(
    own: tuple[Path, tuple[Published, ...]], edit: Callable[[str], str], why: str
) -> None:
    folder, published = own
    file = folder / "out" / "claims.toml"
    file.write_text(edit(file.read_text()))
    with pytest.raises(UsageError, match=why):
        rebuild(folder / "data", folder / "out", published)


def test_the_claims_are_read_as_they_were_written(tmp_path: Path) -> None:
    claims = claims_of(Board("set", {}), [ROW, replace(ROW, model="other", vendor="qwen", date="2025-06-01")])
    claims.append(replace(claims[0], id='odd "name" \\ é', items=None, worse_by=None))
    path = tmp_path / "claims.toml"
    path.write_text(declared.as_toml(claims), encoding="utf-8")
    assert declared.read(path) == claims


def test_the_command_names_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "-o", str(tmp_path / "out")]) == 2
    assert "table_2026_06_25.csv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda text: text.replace("\n", ",more\n", 2), "has not a cell for each column"),
        (lambda text: text.replace("candidate_score", "score"), "is damaged"),
        (lambda text: text.replace(",0", ",nought"), "is damaged"),
    ],
)
def test_damaged_verdicts_are_one_line(
    own: tuple[Path, tuple[Published, ...]], damage: Callable[[str], str], why: str
) -> None:
    from bench.evidence.verify import verify

    folder = own[0] / "results" / "out"
    folder.parent.mkdir()
    (own[0] / "out").rename(folder)
    (own[0] / "docs").mkdir()
    for name in ("is-it-true.md", "is-it-true.zh.md"):
        (own[0] / "docs" / name).write_text("x")
    (own[0] / "README.md").write_text("x")
    path = folder / "verdicts.csv"
    path.write_text(damage(path.read_text()))
    with pytest.raises(UsageError, match=rf"verdicts\.csv.*{why}"):
        verify(folder)
