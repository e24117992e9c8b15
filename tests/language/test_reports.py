"""A report in Chinese: the same numbers as in English, every sentence translated, and verified as it is."""

from __future__ import annotations

import gettext
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from bench import language as bench_language
from bench.claims import Verdict
from bench.cli.demo import EXAMPLE
from bench.cli.show import print_table
from bench.language import tr, writing
from bench.report import charts, compare
from bench.report.charts import glyphs
from bench.report.page import NAME, read_page
from bench.report.verify import verify
from bench.report.write import write_report
from tests.cli.conftest import Bench, bench
from tests.test_before import BEFORE, RUNS

pytestmark = pytest.mark.charts

__all__ = ["bench"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The example with a report in each language; nobody writes into them."""
    made = {}
    for language in ("en", "zh"):
        made[language] = tmp_path_factory.mktemp(language) / "run"
        shutil.copytree(EXAMPLE, made[language])
        with writing(language), charts.vectors_only():
            write_report(made[language])
    return made


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every number, flag and null of JSON by its place; texts apart."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(part, dict | list):
            yield from leaves(part, f"{place}/{key}")
        elif not isinstance(part, str) or key in ("verdict", "name", "suite", "model"):
            yield f"{place}/{key}", part


@pytest.mark.parametrize("name", ["comparison.json", "claims.json"])
def test_json_has_the_same_values_under_the_same_keys(reports: dict[str, Path], name: str) -> None:
    english, chinese = (dict(leaves(json.loads((reports[each] / name).read_text()))) for each in ("en", "zh"))
    assert english == chinese
    assert len(english) > 20


def test_data_files_are_equal_byte_by_byte(reports: dict[str, Path]) -> None:
    files = [path.relative_to(reports["en"]) for path in reports["en"].rglob("*.csv")]
    assert len(files) > 5
    for file in files:
        assert (reports["en"] / file).read_bytes() == (reports["zh"] / file).read_bytes(), file


def test_the_page_marks_the_same_numbers(reports: dict[str, Path]) -> None:
    english, chinese = (read_page((reports[each] / NAME).read_text()).numbers for each in ("en", "zh"))
    assert english.keys() == chinese.keys()
    for key, said in english.items():
        assert sorted(NUMBER.findall(said)) == sorted(NUMBER.findall(chinese[key])), key


def test_the_page_is_chinese(reports: dict[str, Path]) -> None:
    html = (reports["zh"] / NAME).read_text()
    assert '<html lang="zh">' in html
    texts = read_page(html).texts
    assert sum(bool(CHINESE.search(text)) for text in texts) > 100
    words = [text for text in texts if re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", text) and not CHINESE.search(text)]
    assert words == []


def test_it_is_verified_in_its_own_language(reports: dict[str, Path]) -> None:
    with charts.vectors_only():
        [result] = verify([reports["zh"]])
    assert not result.differing
    assert sum(result.numbers.values()) > 1000


@pytest.mark.slow
def test_a_changed_digit_is_seen(reports: dict[str, Path], tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(reports["zh"], copy)
    text = (copy / "comparison.md").read_text()
    (copy / "comparison.md").write_text(text.replace("93 %", "94 %", 1))
    [changed] = verify([copy])
    assert [each.file for each in changed.differing] == ["comparison.md"]


def test_an_english_report_is_as_if_there_were_no_other(reports: dict[str, Path]) -> None:
    assert '<html lang="en">' in (reports["en"] / NAME).read_text()
    assert not CHINESE.search((reports["en"] / "comparison.md").read_text())
    assert "page-words" not in (reports["en"] / NAME).read_text().partition("<script>")[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_terminal_speaks_the_reports_language(
    reports: dict[str, Path], language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with writing(language):
        comparison = compare(reports[language])
    print_table(comparison, language)
    shown = capsys.readouterr().out
    assert ("在这 12 类任务上成立" in shown) == ("模型" in shown) == (language == "zh")
    assert bool(CHINESE.search(shown)) == (language == "zh")
    assert max(map(cell_len, shown.splitlines())) <= 80
    assert "97.0 %" in shown


def test_values_that_are_words_are_translated() -> None:
    text = "the verdict would be {alone} however the {items} without a score ended"
    with writing("zh"):
        said = tr(text, alone=Verdict.REFUTED, items=3)
        assert said == "结论会是“被推翻”，无论没有得分的3结果如何"
        assert tr("no such text {n}", n=3) == "no such text 3"
    assert tr("unknown") == "unknown"


@pytest.mark.slow
def test_without_a_font_the_charts_are_english(monkeypatch: pytest.MonkeyPatch, bench: Bench) -> None:
    monkeypatch.setattr(glyphs, "chinese_font", lambda: None)
    shutil.copytree(EXAMPLE, bench.folder / "results" / "run")
    with charts.vectors_only():
        done = bench("report", "run", "--language", "zh")
    assert done.code == 0
    assert "No font with Chinese characters is installed, so the charts are in English" in done.err
    assert "Score against cost" in (bench.folder / "results/run/charts/cost_quality.svg").read_text()
    assert '<html lang="zh">' in (bench.folder / "results/run" / NAME).read_text()


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_runs_of_every_kind_are_chinese_and_verified(run: str, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports, looks, sweeps, repeats: no text is left in English but what a run recorded."""
    missed: set[str] = set()
    monkeypatch.setattr(bench_language, "_catalogue", lambda _: Listening(missed))
    shutil.copytree(BEFORE / run, bench.folder / "results" / run)
    with charts.vectors_only():
        assert bench("report", run, "--language", "zh").code == 0
        verified = bench("verify", run)
    assert verified.code == 0, verified.out
    left = {text for text in missed if re.search(r"[a-z]{3,} [a-z]{2,}", text) and not CHINESE.search(text)}
    assert left <= set(recorded(BEFORE / run)), left


class Listening(gettext.GNUTranslations):
    """The catalogue, which notes what it has no translation of."""

    def __init__(self, missed: set[str]) -> None:
        with (bench_language.FOLDER / "zh" / "LC_MESSAGES" / f"{bench_language.DOMAIN}.mo").open("rb") as file:
            super().__init__(file)
        self.missed = missed

    def gettext(self, message: str) -> str:
        """The translation, or the text itself, which is noted."""
        if message not in self._catalog:  # type: ignore[attr-defined]
            self.missed.add(message)
        return super().gettext(message)


def recorded(folder: Path) -> list[str]:
    """Every text of a run's record: such a text stays as it is."""
    return [str(value) for value in texts_of(json.loads((folder / "run.json").read_text()))]


def texts_of(value: Any) -> Iterator[Any]:
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]:
        yield from texts_of(part) if isinstance(part, dict | list) else [part]
