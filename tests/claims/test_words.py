"""The words of verdicts: the first two lines are held as they are, and what no output may say."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench import claims
from bench.claims.firstlines import MOST_WORDS, words
from bench.claims.outlook import assumed, expected
from bench.records import read_record
from bench.records.claim import Claim
from bench.records.tables import ItemRow
from tests.claims.test_claims import CLAIM, page, rows, write
from tests.sampling import sampled

FLIPS = set(random.Random(1).sample(range(864), 43))


def kinds(made: list[ItemRow], families: int) -> list[ItemRow]:
    """The items in so many families."""
    names = {row.item: f"f{int(row.item) % families}" for row in made}
    return [replace(row, family=names[row.item], cluster=names[row.item]) for row in made]


def perfect(row: ItemRow, _: int) -> ItemRow:
    return replace(row, score=1.0)


def dear(row: ItemRow, _: int) -> ItemRow:
    return replace(row, cost_usd=3.4 * (row.cost_usd or 0), cost_cap_usd=0.02) if row.model == "small" else row


def near(row: ItemRow, at: int) -> ItemRow:
    flipped = row.model == "small" and at % 230 in {at % 230 for at in sorted(FLIPS)[:20]}
    return replace(row, score=1 - (row.score or 0)) if flipped else row


def told(folder: Path, made: list[ItemRow], claim: Claim = CLAIM) -> claims.Judgement:
    [opinion] = claims.judge_run(write(folder, made, claim)).judgements
    return opinion


GOLDEN: list[tuple[Callable[[ItemRow, int], ItemRow], int, int, tuple[str | None, str, str]]] = [
    (
        perfect, 864, 18,
        (
            "These items hardly tell models apart: harder work may differ (both solve 100.0 %, and the scores of the "
            "run's 2 models differ on 0.0 % of 864 items).",
            "Supported on these 18 kinds of task: small, against big, costs 95.0 % less and scores the same (n = 864).",
            "Not shown beyond them: that would take about 22 kinds in all.",
        ),
    ),
    (
        dear, 864, 18,
        (
            None,
            "Refuted on these 18 kinds of task: small, against big, costs 83.0 % less, not at least 90 % less, and "
            "scores the same (n = 864).",
            "It still saves 83.0 %, and the rest of the claim holds. Beyond them, on other kinds like these: refuted, "
            "too.",
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "n", "families", "lines"), GOLDEN, ids=["supported", "refuted"])
def test_the_first_lines_of_a_verdict(
    tmp_path: Path,
    change: Callable[[ItemRow, int], ItemRow],
    n: int,
    families: int,
    lines: tuple[str | None, str, str],
) -> None:
    opinion = told(tmp_path / "run", kinds(rows(n, change), families))
    assert (opinion.apart, claims.headline(opinion), claims.second(opinion)) == lines
    text = page(tmp_path / "run")
    first = [line for line in (lines[0], f"{lines[1]} {lines[2]}") if line]
    assert text.startswith("\n\n".join(["# Claims", f"## cheap: {opinion.verdict}", *first]))


@pytest.mark.parametrize(
    ("worse", "rest"),
    [(0, ", and the rest of the claim holds"), (9, "; the rest of the claim is open"), (120, None)],
)
def test_a_refuted_saving_that_is_still_one_says_so_unless_the_score_misses_too(
    tmp_path: Path, worse: int, rest: str | None
) -> None:
    def change(row: ItemRow, at: int) -> ItemRow:
        row = dear(replace(row, score=1.0), at)
        return replace(row, score=0.0) if row.model == "small" and at < worse else row

    opinion = told(tmp_path / "run", kinds(rows(300, change), 20))
    assert opinion.verdict is claims.Verdict.REFUTED
    assert claims.still(opinion) == (None if rest is None else f"It still saves 83.0 %{rest}.")


def test_a_claim_refuted_because_it_costs_more_saves_nothing(tmp_path: Path) -> None:
    opinion = told(tmp_path / "run", rows(300, lambda row, at: dear(dear(dear(row, at), at), at)))
    assert opinion.verdict is claims.Verdict.REFUTED
    assert claims.still(opinion) is None


def test_the_kinds_of_task_are_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", kinds(rows(230, near), 23), CLAIM)
    [opinion] = claims.judge_run(folder).judgements
    assert claims.named_kinds(opinion) == {"coding": sorted(f"f{at}" for at in range(23))}
    assert "Kinds of task (23): coding: f0, f1, f10" in page(folder)


def test_an_open_verdict_says_what_it_would_take(tmp_path: Path) -> None:
    opinion = told(tmp_path / "run", kinds(rows(230, near), 23))
    assert claims.headline(opinion).startswith(
        "Inconclusive on these 23 kinds of task: small, against big, costs 95.0 "
    )
    seen = opinion.outlook
    assert seen is not None
    assert (seen.families, seen.items) == (23, 230)
    assert seen.chance(-0.01) < seen.chance(0.0) < seen.chance(0.02)
    assert seen.chance(0.0) < seen.chance(0.0, 2)
    assert seen.kinds is not None
    assert seen.kinds > 23
    assert "What it would take: 230 items like these show it " in page(tmp_path / "run")


@pytest.mark.parametrize("verdict", [perfect, dear, near], ids=["supported", "refuted", "open"])
@pytest.mark.parametrize(
    "margins", sampled([{"cheaper_by": 0.9, "worse_by": 0.03, "slower_by": 2.0}, {"worse_by": 0.03}], 1)
)
def test_the_first_sentence_has_at_most_25_words_and_every_figure_stands_once(
    tmp_path: Path, verdict: Callable[[ItemRow, int], ItemRow], margins: dict[str, float]
) -> None:
    made = kinds(rows(230, verdict), 23) + kinds(rows(230, near, suite="reasoning"), 18)
    opinion = told(tmp_path / "run", made, replace(CLAIM, margins=margins))
    said = claims.headline(opinion)
    assert words(said) <= MOST_WORDS, said
    assert "n = 460" in said
    intervals = re.findall(r"% interval [^)]*\)", page(tmp_path / "run"))
    assert len(intervals) == len(claims.part_lines(opinion)) - page(tmp_path / "run").count(": unknown;")


ROOT = Path(__file__).parents[2]
BANNED = ("at most 5 times in 100", "exact p-value", "tasks like these", "items needed")


@pytest.mark.parametrize("change", [perfect, dear, near])
def test_what_no_page_of_claims_says(tmp_path: Path, change: Callable[[ItemRow, int], ItemRow]) -> None:
    told(tmp_path / "run", kinds(rows(230, change), 23))
    text = page(tmp_path / "run")
    assert not [word for word in BANNED if word in text]
    assert all("assuming" in text[at.start() : at.start() + 80] for at in re.finditer(r"worth \d+ independent", text))


def test_what_no_document_and_no_page_says() -> None:
    shown = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "bench/report/page").glob("*.j2")]
    shown += [*(ROOT / "bench/evidence").glob("*.py"), ROOT / "results/published/evidence/verdicts.md"]
    said = {path.name: [word for word in BANNED if word in path.read_text(encoding="utf-8")] for path in shown}
    assert not {name: words for name, words in said.items() if words}


def test_how_a_claim_is_judged_is_half_as_long_as_it_was() -> None:
    """512 words before both readings were there."""
    text = (ROOT / "docs/claims.md").read_text(encoding="utf-8")
    assert len(text.split()) <= 256
    assert all(word in text for word in ('"these"', '"such"', "*When they differ:*"))


def test_a_note_that_overturns_a_verdict_is_in_its_headline(tmp_path: Path) -> None:
    def lose(row: ItemRow, at: int) -> ItemRow:
        lost = row.model == "small" and at == 3
        return replace(row, outcome="infrastructure", score=None, cost_usd=None, cost_cap_usd=None) if lost else row

    opinion = told(tmp_path / "run", rows(300, lose))
    overturned = [w for w in opinion.warnings if w.startswith("the verdict would be inconclusive")]
    first = claims.headline(opinion).partition(" on ")[0]
    assert first == ("Supported, with a reservation," if overturned else str(opinion.verdict).capitalize())


def test_a_floor_says_so_first(tmp_path: Path) -> None:
    def solve_few(row: ItemRow, at: int) -> ItemRow:
        return replace(row, score=float(at % 50 == 0 and row.model == "big"))

    opinion = told(tmp_path / "run", kinds(rows(300, solve_few), 20))
    assert opinion.apart == (
        "These items hardly tell models apart: harder work may differ (the candidate solves 0.0 %, the baseline "
        "2.0 %, and the scores of the run's 2 models differ on 2.0 % of 300 items)."
    )
    assert claims.sentence(opinion, read_record(tmp_path / "run")).startswith("These items hardly tell models apart")


class TestPower:
    def test_a_run_to_come_has_the_same_numbers(self) -> None:
        families = [f"f{at % 23}" for at in range(230)]
        seen = expected(CLAIM, [assumed("coding", families)], {1: 1.0, 2: 1.0}, usd=3.0)
        assert seen.chance(0.0) == pytest.approx(0.42, abs=0.05)
        assert (seen.families, seen.items, seen.usd) == (23, 230, 3.0)
