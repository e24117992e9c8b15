"""docs/is-it-true.md, its translation, the README's answer and the figures tell the numbers of verdicts.csv."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from bench.cli import main
from bench.errors import UsageError
from bench.evidence import is_evidence, story, verdicts, verify_pages
from bench.evidence.published import SETS
from bench.evidence.rule import BEST_CLAUDE, REFERENCES
from tests.sampling import sampled

ROOT = Path(__file__).parents[2]
EVIDENCE = ROOT / "results" / "published" / "evidence"


@pytest.fixture(scope="module")
def rows() -> list[verdicts.VerdictRow]:
    return verdicts.read(EVIDENCE)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The published evidence and what tells of it, to be spoilt."""
    folder = tmp_path / "results" / "published" / "evidence"
    shutil.copytree(EVIDENCE, folder, ignore=shutil.ignore_patterns("*.svg", "*.png"))
    (tmp_path / "docs").mkdir()
    for name in story.PAGES.values():
        shutil.copy(ROOT / "docs" / name, tmp_path / "docs")
    shutil.copy(ROOT / "README.md", tmp_path)
    return folder


def test_every_number_of_the_pages_is_found(copy: Path) -> None:
    checked = verify_pages(copy)
    assert [line for each in checked for line in each.differing] == []
    assert {each.file.name for each in checked} == {
        "verdicts.csv", "verdicts.md", "is-it-true.md", "is-it-true.zh.md", "README.md", "answer.csv", "since.csv",
        "forest.csv", "forest-best-us.csv",
    }  # fmt: skip


def test_a_changed_number_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = copy.parents[2] / "docs" / "is-it-true.md"
    page.write_text(page.read_text().replace("4.6 % of Claude Opus 4.8 (max)", "4.5 % of Claude Opus 4.8 (max)", 1))
    with pytest.raises(SystemExit) as left:
        main(["verify", str(copy)])
    told_so = capsys.readouterr().out
    assert left.value.code == 3
    assert "is-it-true.md line" in told_so
    assert "4.5 % of Claude Opus 4.8" in told_so


@pytest.mark.parametrize(
    "column", sampled(["baseline_usd", "p_supported", "difference_high_95", "items_needed", "time_ratio"], 2)
)
def test_no_cell_changes_unseen(copy: Path, column: str) -> None:
    file = copy / verdicts.NAME
    with file.open(newline="", encoding="utf-8") as read:
        table = list(csv.DictReader(read))
    row = next(row for row in table if row[column])
    row[column] = f"{float(row[column]) * 1.001:.6g}"
    with file.open("w", newline="", encoding="utf-8") as written:
        writer = csv.DictWriter(written, table[0])
        writer.writeheader()
        writer.writerows(table)
    [page] = [each for each in verify_pages(copy) if each.file.name == "is-it-true.md"]
    assert page.differing


def test_a_cell_names_its_own_claude(rows: list[verdicts.VerdictRow]) -> None:
    page = story.page(rows, "en")
    line = next(line for line in page.splitlines() if line.startswith("| DeepSeek V4 Pro 0813 | best Claude: "))
    kinds = [cell.strip() for cell in line.split("|")[3:-1]]
    best = [
        verdicts.of(rows, set=verdicts.LIVEBENCH, suite=suite, reference=BEST_CLAUDE, candidate="deepseek-v4-pro-0813")
        for suite in SETS[0].kinds
    ]
    assert any(row.baseline != best[0][0].baseline for [row] in best)
    for cell, [row] in zip(kinds, best, strict=True):
        assert ("(" in cell) == (row.baseline != best[0][0].baseline), cell
        assert row.baseline.removeprefix("Claude ") in cell or "(" not in cell


def test_a_verdict_that_nobody_declared_is_named(copy: Path) -> None:
    file = copy / "claims.toml"
    lines = [line for line in file.read_text().splitlines() if "sonnet/deepseek-v4-pro-0813" not in line]
    file.write_text("\n".join(lines) + "\n")
    assert verify_pages(copy)[0].differing
    assert is_evidence(copy)
    assert not is_evidence(copy.parent)


def test_without_a_page_there_is_nothing_to_check(copy: Path) -> None:
    (copy.parents[2] / "docs" / "is-it-true.md").unlink()
    with pytest.raises(UsageError, match="no folder above it"):
        verify_pages(copy)


def test_the_answer_names_the_claude_the_date_and_the_work(rows: list[verdicts.VerdictRow]) -> None:
    answer = story.answer(rows)
    for part in ("Claude Sonnet 5 (xhigh)", "Claude Fable 5", "22 August 2026", "coding, reasoning, mathematics"):
        assert part in answer
    assert story.with_answer("no marks", rows) == "no marks"
    assert answer in story.with_answer(f"a {story.BEGIN} old {story.END} b", rows)


def test_both_languages_tell_the_same_numbers(rows: list[verdicts.VerdictRow]) -> None:
    english, chinese = (set(story.page(rows, language).split("|")) for language in ("en", "zh"))
    cells = [{cell for cell in page if cell.strip()[:1] in "+-" and "@" in cell} for page in (english, chinese)]
    points = [{cell.partition("@")[0] for cell in page} for page in cells]
    assert points[0] == points[1]
    assert len(points[0]) > 80


def test_every_word_is_translated() -> None:
    for words in story.LANGUAGES.values():
        assert words.references.keys() == REFERENCES.keys()
        assert list(words.verdicts) == ["supported", "reported", "refuted", "inconclusive"]
    english, chinese = story.LANGUAGES.values()
    assert english.kinds.keys() <= chinese.kinds.keys()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("claude-opus-4-8-max-effort", "Claude Opus 4.8 (max)"),
        ("claude-opus-4-5-20251101-thinking-64k-high-effort", "Claude Opus 4.5 (high)"),
        ("deepseek-v4-pro-0813", "DeepSeek V4 Pro 0813"),
        ("qwen3.8-max", "Qwen3.8 Max"),
        ("GLM-4.6 (T=1)", "GLM-4.6 (T=1)"),
    ],
)
def test_names_for_readers(name: str, shown: str) -> None:
    assert verdicts.title(name) == shown
