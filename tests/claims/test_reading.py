"""What a run lets its claims say: partly missing samples, what cannot be judged, rivals, labels and plain words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import claims
from bench.claims.words import span
from bench.errors import UsageError
from bench.records import read_record, read_table
from bench.records.claim import Claim
from bench.records.tables import ItemRow
from bench.stats import Interval
from tests.claims.test_claims import CLAIM, judged, only, page, rows, write
from tests.report.sample_run import model


def words(folder: Path) -> str:
    """The paragraph for a reader who knows no statistics."""
    [opinion] = claims.judge_run(folder).judgements
    lines = [f"{line}." for line in claims.part_lines(opinion)]
    return " ".join([claims.explanation(opinion, read_record(folder)), *lines])


@pytest.mark.slow
def test_lost_samples_of_an_item_count_at_their_worst(tmp_path: Path) -> None:
    """Every other sample of the candidate is lost: the ones that came are all right, and prove little."""
    made = [replace(row, repeat=k, score=1.0) for row in rows(120) for k in (0, 1)]
    made = [
        replace(row, outcome="infrastructure", score=None) if row.model == "small" and row.repeat else row
        for row in made
    ]
    opinion = judged(tmp_path / "run", made, settings={"repeats": 2, "seed": 1})
    half = opinion.test.parts["coding", "quality"]
    assert half.estimate == 0.0
    assert half.p_supported > 0.9
    assert half.notes == ("120 of 120 items lack a score; the worst case for each verdict decides",)
    assert any(warning.startswith("the verdict would be supported if") for warning in opinion.warnings)


def test_a_suite_that_lost_much_is_not_hidden_by_a_larger_one(tmp_path: Path) -> None:
    def lose(row: ItemRow, at: int) -> ItemRow:
        lost = row.model == "small" and at < 6
        return replace(row, outcome="infrastructure", score=None, cost_usd=None) if lost else row

    made = rows(900, suite="reasoning") + rows(120, change=lose)
    opinion = judged(tmp_path / "run", made)
    assert opinion.test.parts["coding", "quality"].p_supported > 0.05
    assert not opinion.test.parts["reasoning", "quality"].notes


def test_what_cannot_be_judged_leaves_the_others_judged(tmp_path: Path) -> None:
    other = replace(CLAIM, name="elsewhere", suites=("maths",))
    folder = write(tmp_path / "run", rows(), CLAIM, other)
    ruling = claims.judge_run(folder)
    assert [opinion.claim.name for opinion in ruling.judgements] == ["cheap"]
    assert ruling.unjudged == {"elsewhere": "the run has no suite 'maths'; it has coding."}
    assert claims.judge_run(folder, "elsewhere").judgements == ()
    assert claims.judge_run(folder, "cheap").unjudged == {}
    told = claims.lines(ruling, read_record(folder))
    assert told[0].startswith("cheap: Supported on items like these: ")
    assert told[-1] == "elsewhere: cannot be judged on this run: the run has no suite 'maths'; it has coding."
    assert "## elsewhere: cannot be judged on this run" in page(folder)
    assert claims.as_json(ruling, read_record(folder))[1]["verdict"] is None


def test_a_claim_on_the_whole_run_is_not_judged_without_a_suite_that_was_left_out(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", rows(), CLAIM, refused={"reasoning": "no sandbox works here"})
    assert claims.judge_run(folder).unjudged == {
        "cheap": "the run has no suite 'reasoning'; it was left out: no sandbox works here"
    }


def test_a_suite_of_which_nothing_was_asked_is_not_passed_over(tmp_path: Path) -> None:
    suites = {name: {"items_planned": 120, "items_available": 120} for name in ("coding", "reasoning")}
    folder = write(tmp_path / "run", rows(), CLAIM, suites=suites)
    assert claims.judge_run(folder).unjudged == {"cheap": "'small' and 'big' share no item of reasoning in this run."}


def test_a_claim_without_a_margin_says_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", rows(12), Claim(name="empty", candidate="small", baseline="big"))
    assert "says nothing" in claims.judge_run(folder).unjudged["empty"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"score": float("nan")}, "items.parquet: coding/coding/0, small: score is not a number, yet it was answered."),
    ],
)
def test_impossible_numbers_are_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    made = rows(12, change=lambda row, at: replace(row, **changes) if at == 0 and row.model == "small" else row)
    assert message in claims.judge_run(write(tmp_path / "run", made, CLAIM)).unjudged["cheap"]


def test_a_run_that_does_not_say_when_it_asked_proves_no_declaration(tmp_path: Path) -> None:
    made = [replace(row, started_at=None) for row in rows()]
    opinion = judged(tmp_path / "run", made)
    assert not opinion.declared
    assert "answers from" not in claims.sentence(opinion, read_record(tmp_path / "run"))


def test_repriced_and_rescored_runs_are_labelled(tmp_path: Path) -> None:
    repriced = write(tmp_path / "a", rows(), CLAIM, derived={"by": "reprice", "mode": "batch"}, parent="r")
    assert "## cheap: supported (repriced)" in page(repriced)
    quality = replace(CLAIM, margins={"worse_by": 0.03})
    assert "(repriced)" not in page(write(tmp_path / "b", rows(), quality, derived={"by": "reprice"}, parent="r"))
    scored = write(tmp_path / "c", rows(), CLAIM, derived={"by": "score"}, parent="r")
    assert "## cheap: supported (scored again)" in page(scored)


def with_rival(cost: float, **names: str) -> tuple[list[ItemRow], dict[str, Any]]:
    """A third model beside the two, and the manifest's models."""
    made = rows()
    made += [replace(row, model="mini", cost_usd=cost) for row in made if row.model == "big"]
    named = {"small": "deepseek/v5", "big": "anthropic/opus", "mini": "anthropic/haiku", **names}
    return made, {label: model(name, usd_per_hour=None) for label, name in named.items()}


def test_a_cheap_model_of_the_baselines_vendor_is_named_beside_the_claim(tmp_path: Path) -> None:
    made, models = with_rival(0.004)
    opinion = judged(tmp_path / "run", made, models=models)
    assert opinion.rival == (
        "a cheaper model of the baseline's own vendor, mini: 4 USD per 1,000 items against 40, score 50.0 % against "
        "50.0 % (120 shared items)"
    )
    assert opinion.rival in page(tmp_path / "run")
    assert any("own vendor, mini" in line for line in claims.lines(
        claims.judge_run(tmp_path / "run"), read_record(tmp_path / "run")
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("cost", "names"),
    [
        (9.0, {}),
        (0.004, {"mini": "openai/mini"}),
        (0.004, {"small": "anthropic/sonnet"}),
        (0.004, {"big": "weights/big", "mini": "weights/mini"}),
    ],
)
def test_no_rival_is_invented(tmp_path: Path, cost: float, names: dict[str, str]) -> None:
    made, models = with_rival(cost, **names)
    assert judged(tmp_path / "run", made, models=models).rival is None


def test_a_rival_of_unknown_cost_or_without_an_answer_is_none(tmp_path: Path) -> None:
    made, models = with_rival(0.004)
    unknown = [replace(row, cost_usd=None) if row.model == "mini" else row for row in made]
    assert judged(tmp_path / "a", unknown, models=models).rival is None
    assert judged(tmp_path / "b", rows(), models=models).rival is None


def test_a_local_models_cap_is_said_to_be_observed(tmp_path: Path) -> None:
    made = rows(change=only("small", cost_cap_basis="observed bound"))
    warnings = judged(tmp_path / "run", made).warnings
    assert any(warning.startswith("the most that an item of small can cost") for warning in warnings)


def test_local_models_are_told_with_their_machines_price(tmp_path: Path) -> None:
    models = {"small": model("weights/small"), "big": model("weights/big", usd_per_hour=0.5)}
    opinion = judged(tmp_path / "run", rows(), models=models)
    told = claims.sentence(opinion, read_record(tmp_path / "run"))
    assert "temperature 0, 0.1 and 0.5 USD per machine hour, answers given from" in told


class TestPlainWords:
    def test_supported(self, tmp_path: Path) -> None:
        assert words(write(tmp_path / "run", rows(), CLAIM)) == (
            "The claim that small, compared with big, costs at least 90 % less and scores at most 3 points lower is "
            "supported. On the same 120 items small scored 50.0 % and big scored 50.0 %, for 2 USD and 40 USD per "
            "1,000 items. If the claim were false for fresh items of these kinds of task, luck would give a result "
            "this good nominally 5 times in 100. That does not make it 95 % likely to be true. "
            "coding, cost: 95.0 % less (90 % interval 95.0 % to 95.0 % less); claimed at least 90 % less: shown. "
            "coding, score: the same (90 % interval 2.2 points lower to 2.2 higher); claimed at most 3 points lower: "
            "shown."
        )

    def test_refuted_by_score_cost_and_time(self, tmp_path: Path) -> None:
        def lose(row: ItemRow, at: int) -> ItemRow:
            return replace(row, score=0.0) if row.model == "small" and at % 4 else row

        lost = words(write(tmp_path / "a", rows(change=lose), CLAIM))
        assert "coding, score: 25.0 points lower (90 % interval 19.1 to 32.0 points lower)" in lost
        assert "claimed at most 3 points lower: missed." in lost
        assert "claimed at least 90 % less: shown." in lost
        dear = replace(CLAIM, margins={"cheaper_by": 0.99, "worse_by": 0.03})
        assert "claimed at least 99 % less: missed." in words(write(tmp_path / "b", rows(), dear))
        slow = Claim(name="fast", candidate="small", baseline="big", margins={"slower_by": 2.0})
        made = rows(change=lambda row, at: replace(row, latency_s=9.0 * (1 + at % 2)) if row.model == "small" else row)
        assert "claimed at most 2 times as long: missed." in words(write(tmp_path / "c", made, slow))

    def test_inconclusive_says_what_it_would_take_and_what_that_costs(self, tmp_path: Path) -> None:
        def lose(row: ItemRow, at: int) -> ItemRow:
            return replace(row, score=0.0) if row.model == "small" and at % 20 == 0 else row

        told = words(write(tmp_path / "run", rows(200, change=lose), CLAIM))
        assert "is inconclusive: neither shown nor refuted." in told
        assert "claimed at most 3 points lower: open: " in told
        assert "claimed at least 90 % less: shown." in told
        assert "What it would take: 200 items like these show it " in told
        assert "twice the items, 8.4 USD more: " in told
        assert "Twice as many are not there: coding has only 240 items." in told

    def test_open_cost_and_time_are_told_in_their_own_units(self, tmp_path: Path) -> None:
        def vary(row: ItemRow, at: int) -> ItemRow:
            if row.model != "small":
                return row
            return replace(row, cost_usd=0.004 * (1 if at % 3 else 0.1), latency_s=2.0 + (at % 5) * (at % 7))

        claim = replace(CLAIM, margins={"cheaper_by": 0.929, "slower_by": 1.5})
        models = {label: model(f"openai/{label}", timeout_s=60.0) for label in ("small", "big")}
        told = words(write(tmp_path / "run", rows(60, change=vary), claim, models=models))
        assert "claimed at least 92.9 % less: open: " in told
        assert "claimed at most 1.5 times as long: open: " in told

    def test_a_range_that_is_all_better_or_unknown_is_told(self) -> None:
        assert span(Interval(0.02, 0.01, 0.034, 9)) == "1.0 to 3.4 points higher"
        assert span(Interval(0.02, None, None, 1)) == "anywhere"

    def test_claims_that_only_hold_alone_say_so(self, tmp_path: Path) -> None:
        again = [replace(CLAIM, name=f"claim {number}") for number in range(3)]
        folder = write(tmp_path / "run", rows(), *again)
        opinion = claims.judge_run(folder).judgements[0]
        assert str(opinion.verdict) == "inconclusive"
        told = claims.part_lines(opinion)
        assert "every part would hold alone, but not among all the claims that were declared together" in told

    def test_nothing_scored_on_both_sides(self, tmp_path: Path) -> None:
        def lose(row: ItemRow, at: int) -> ItemRow:
            lost = (row.model == "small") == (at % 2 == 0)
            return replace(row, outcome="infrastructure", score=None, cost_usd=None) if lost else row

        folder = write(tmp_path / "run", rows(120, change=lose), CLAIM)
        assert "of which none has a score on both sides" in words(folder)


def twice(made: list[ItemRow]) -> list[ItemRow]:
    """Every item again under another id, in a family of its own."""
    return [*made, *(replace(row, item=f"{row.item}-again", family=f"{row.family}-again") for row in made)]


def test_a_question_under_two_ids_is_asked_once(tmp_path: Path) -> None:
    """60 questions under two ids say no more than 60 do, and the reader is told."""

    def lose(row: ItemRow, at: int) -> ItemRow:
        return replace(row, score=0.0) if row.model == "small" and at < 4 else row

    once = judged(tmp_path / "once", rows(60, change=lose))
    again = [
        replace(row, cluster=f"{row.cluster}-again") if row.item.endswith("-again") else row
        for row in twice(rows(60, change=lose))
    ]
    opinion = judged(tmp_path / "twice", again)
    one, two = (j.test.parts["coding", "quality"] for j in (once, opinion))
    assert two.estimate == pytest.approx(one.estimate)
    assert two.interval.low == pytest.approx(one.interval.low, abs=0.003), "no narrower for being asked again"
    assert two.design_effect == pytest.approx(2, rel=0.1)
    assert (
        "coding: 60 questions are asked under 120 ids (e.g. 0 and 0-again): items with one prompt count as one cluster"
    ) in opinion.warnings
    assert not any("asked under" in warning for warning in once.warnings)


def test_equal_prompts_join_whole_clusters_and_unknown_ones_none(tmp_path: Path) -> None:
    made = [replace(row, cluster=f"c{int(row.item) // 10}") for row in rows()]
    linked = [replace(row, prompt_sha256="same") if row.item in ("5", "15", "25") else row for row in made]
    [opinion] = claims.judge_run(write(tmp_path / "run", linked, CLAIM)).judgements
    assert len(set(opinion.pairs.clusters)) == 10
    assert opinion.pairs.clusters.count("coding/c0") == 30
    [blank] = claims.judge_run(
        write(tmp_path / "blank", [replace(row, prompt_sha256="") for row in made], CLAIM)
    ).judgements
    assert len(set(blank.pairs.clusters)) == 12
    assert blank.pairs.repeated == ()


def test_a_table_with_an_impossible_score_is_not_read(tmp_path: Path) -> None:
    made = rows(12, change=lambda row, at: replace(row, score=1.5) if at == 0 and row.model == "small" else row)
    with pytest.raises(UsageError, match=r"column score: 1\.5 is out of range"):
        claims.judge_run(write(tmp_path / "run", made, CLAIM))


@pytest.mark.parametrize("changes", [{"cost_usd": -0.1}, {"cost_cap_usd": float("inf")}])
def test_an_impossible_cost_is_unknown(tmp_path: Path, changes: dict[str, Any]) -> None:
    made = rows(12, change=lambda row, at: replace(row, **changes) if at == 0 and row.model == "small" else row)
    folder = write(tmp_path / "run", made, CLAIM)
    (column,) = changes
    assert read_table(folder, "items")[column].isna().sum() == sum(getattr(r, column) is None for r in made) + 1
    assert claims.judge_run(folder).judgements
