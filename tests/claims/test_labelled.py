"""Claims about what people's labels say: labels decide, judges help, and judges alone are a screen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench import claims
from bench.claims.cascade import judge_cascade
from bench.claims.opinions import said_in
from bench.cli import bench
from bench.errors import UsageError
from bench.records import JudgmentRow, LabelRow, answers_hash, read_record, read_table, write_judgments, write_labels
from bench.records.claim import Claim
from tests.claims.test_claims import rows, write
from tests.runjson import content, put

PREFERRED = Claim.of(
    "as-liked", {"candidate": "small", "baseline": "big", "cheaper_by": 0.9, "worse_by": 0.2, "measure": "preference"}
)
PASSES = Claim.of("as-right", {"candidate": "small", "baseline": "big", "worse_by": 0.05, "measure": "pass"})
ITEMS = 150


def label(at: int, value: float, **more: Any) -> LabelRow:
    """A preference of "big", the first of the alphabet."""
    about = {"measure": "preference", "model": "big", "other": "small", "rater": "anna", **more}
    return LabelRow(suite="coding", task="coding", item=str(at), cluster=f"f{at}", value=value, **about)


def verdict(at: int, value: float | None, **more: Any) -> JudgmentRow:
    about = {"measure": "preference", "model": "big", "other": "small", "judge": "third", "first": "model", **more}
    return JudgmentRow(
        suite="coding", task="coding", item=str(at), cluster=f"f{at}", value=value, key=f"k{at}", **about
    )


def both_orders(at: int, value: float, **more: Any) -> list[JudgmentRow]:
    return [verdict(at, value, first=first, **more) for first in ("model", "other")]


def passes(at: int, ours: float, theirs: float, **more: Any) -> list[LabelRow]:
    return [
        label(at, value, measure="pass", model=model, other=None, **more)
        for model, value in (("small", ours), ("big", theirs))
    ]


def made(
    folder: Path, labels: Iterable[LabelRow] = (), judgments: Iterable[JudgmentRow] = (), claim: Claim = PREFERRED
) -> Path:
    write(folder, rows(ITEMS), claim)
    write_labels(folder, [*labels])
    write_judgments(folder, [*judgments])
    return folder


def judged(folder: Path) -> claims.Judgement:
    [opinion] = claims.judge_run(folder).judgements
    return opinion


def told(folder: Path) -> str:
    """claims.md in one line."""
    return " ".join(claims.markdown(claims.judge_run(folder), read_record(folder)).replace("\\", "").split())


THIRDS: Callable[[int], float] = lambda at: (at % 3) / 2  # noqa: E731


def test_labels_support_a_claim_that_scores_say_nothing_of(tmp_path: Path) -> None:
    folder = made(tmp_path / "run", (label(at, THIRDS(at)) for at in range(120)))
    opinion = judged(folder)
    assert opinion.verdict == "supported"
    part = opinion.test.parts["coding", "preference"]
    assert (part.n, part.estimate) == (120, 0.0)
    assert ("coding", "quality") not in opinion.test.parts
    assert "has a net win rate of at least -20 points by people's labels" in told(folder)
    assert "from 120 labelled items" in told(folder)


def test_a_candidate_that_people_like_less_is_refuted(tmp_path: Path) -> None:
    opinion = judged(made(tmp_path / "run", (label(at, 1.0 if at % 4 else 0.0) for at in range(120))))
    assert opinion.verdict == "refuted"
    assert opinion.test.failing == ("coding", "preference")
    assert opinion.test.parts["coding", "preference"].estimate == pytest.approx(-0.5)


def test_without_labels_a_claim_is_only_screened_however_sure_the_judges_are(tmp_path: Path) -> None:
    sure = [row for at in range(ITEMS) for row in both_orders(at, 0.0)]
    folder = made(tmp_path / "run", judgments=sure)
    opinion = judged(folder)
    assert opinion.verdict == "screened"
    part = opinion.test.parts["coding", "preference"]
    assert part.problem is not None
    assert part.problem.startswith("judges alone show nothing: it needs about ")
    assert part.needed is not None
    assert 50 < part.needed < 150
    assert f"needs about {part.needed} labels by people" in told(folder)
    assert "judge third: 150 items, none of them labelled" in told(folder)
    done = CliRunner().invoke(bench, ["claim", str(folder), "--json"])
    assert done.exit_code == 4, done.output
    [written] = json.loads(done.stdout)
    assert (written["verdict"], written["claim"]["measure"], written["claim"]["worse_by"]) == (
        "screened",
        "preference",
        0.2,
    )


def test_without_labels_and_judges_it_says_how_many_labels_it_takes(tmp_path: Path) -> None:
    unread = [verdict(1, None, measure="pass", model=model, other=None, first=None) for model in ("big", "small")]
    folder = made(tmp_path / "run", judgments=unread, claim=PASSES)
    assert judged(folder).verdict == "screened"
    assert "small, against big, is labelled by nobody (n = 150)" in told(folder)
    assert "judge third: useless here, as none of its replies has a verdict that can be read" in told(folder)
    assert "no labels: it needs about 248 labels by people" in told(folder)
    assert "and the run has 150 items: ask more (of a log: `bench traffic sample -n 248`)" in told(folder)


def test_a_claim_whose_cost_fails_is_refuted_without_any_label(tmp_path: Path) -> None:
    dear = replace(PREFERRED, margins={**PREFERRED.margins, "cheaper_by": 0.99})
    assert judged(made(tmp_path / "run", claim=dear)).verdict == "refuted"


def test_too_few_labels_are_inconclusive_however_many_judgments_there_are(tmp_path: Path) -> None:
    sure = [
        verdict(at, 1.0, measure="pass", model=model, other=None, first=None)
        for at in range(ITEMS)
        for model in ("big", "small")
    ]
    folder = made(tmp_path / "run", (row for at in range(58) for row in passes(at, 1, 1)), sure, PASSES)
    opinion = judged(folder)
    assert opinion.verdict == "inconclusive"
    assert opinion.test.problems["coding", "pass"] == "58 labels are too few: it takes at least 59"


def test_passes_without_a_loss_support_from_the_least_number_of_labels_on(tmp_path: Path) -> None:
    folder = made(tmp_path / "run", (row for at in range(59) for row in passes(at, 1, 1)), claim=PASSES)
    assert judged(folder).verdict == "supported"
    assert "passes at most 5 points less often" in told(folder)


def test_a_judge_in_both_orders_helps_and_its_agreement_and_leaning_are_printed(tmp_path: Path) -> None:
    labels = [label(at, THIRDS(at)) for at in range(60)]
    agreeing = [row for at in range(ITEMS) for row in both_orders(at, THIRDS(at))]
    alone = judged(made(tmp_path / "alone", labels)).test.parts["coding", "preference"]
    folder = made(tmp_path / "helped", labels, agreeing)
    helped = judged(folder).test.parts["coding", "preference"]
    assert helped.p_supported < alone.p_supported
    assert "judge third: agrees with people on 60 of 60 items (correlation 1.00)" in told(folder)
    assert "judges prefer the answer shown first in 50 % of 200 verdicts; both orders are averaged" in told(folder)


def test_a_judge_that_always_prefers_the_first_changes_nothing(tmp_path: Path) -> None:
    labels = [label(at, THIRDS(at)) for at in range(120)]
    biased = [
        verdict(at, value, first=first) for at in range(ITEMS) for first, value in (("model", 1.0), ("other", 0.0))
    ]
    alone = judged(made(tmp_path / "alone", labels)).test.parts["coding", "preference"]
    folder = made(tmp_path / "biased", labels, biased)
    part = judged(folder).test.parts["coding", "preference"]
    assert (part.estimate, part.p_supported) == (alone.estimate, alone.p_supported)
    assert "judges prefer the answer shown first in 100 % of 300 verdicts" in told(folder)


def test_one_order_alone_or_an_unreadable_verdict_is_no_judgment(tmp_path: Path) -> None:
    labels = [label(at, THIRDS(at)) for at in range(60)]
    halves = [verdict(at, 1.0) for at in range(ITEMS)]
    halves += [verdict(at, None, first="other") for at in range(ITEMS)]
    alone = judged(made(tmp_path / "alone", labels)).test.parts["coding", "preference"]
    assert judged(made(tmp_path / "half", labels, halves)).test.parts["coding", "preference"].estimate == alone.estimate


def test_criteria_are_averaged_where_there_is_no_overall_verdict(tmp_path: Path) -> None:
    folder = made(tmp_path / "run", [], [verdict(1, 1.0, criterion="kind"), verdict(1, 0.0, criterion="true")])
    write_judgments(
        folder, [*said_in(folder).judgments, *(replace(row, first="other") for row in said_in(folder).judgments)]
    )
    opinions = judged(folder).pairs.opinions
    assert opinions is not None
    assert sorted(value for value in opinions.judged.tolist() if value == value) == [0.0]


def test_swapping_candidate_and_baseline_turns_the_estimate(tmp_path: Path) -> None:
    folder = made(tmp_path / "run", (label(at, 1.0 if at % 3 else 0.0) for at in range(120)))
    estimates = []
    for candidate, baseline in (("small", "big"), ("big", "small")):
        own = claims.adhoc(candidate, baseline, worse_by=0.2, measure="preference")
        [opinion] = claims.judge_run(folder, None, own).judgements
        estimates.append(opinion.test.parts["coding", "preference"].estimate)
    assert estimates[0] == -estimates[1] != 0


def test_two_raters_are_averaged_and_their_agreement_is_printed(tmp_path: Path) -> None:
    labels = [label(at, THIRDS(at)) for at in range(60)]
    labels += [label(at, THIRDS(at) if at < 24 else 0.5, rater="ben") for at in range(30)]
    folder = made(tmp_path / "run", labels)
    assert "two people label 26 of 30 items alike" in told(folder)


def test_labels_of_other_answers_are_left_out_and_counted(tmp_path: Path) -> None:
    folder = made(tmp_path / "run")
    texts = read_table(folder, "answers").set_index(["item", "model"])["answer"]
    seen = [answers_hash(texts[str(at), "big"], texts[str(at), "small"]) for at in range(70)]
    labels = [label(at, THIRDS(at), answers_sha256=seen[at]) for at in range(60)]
    labels += [label(at, 0.0, answers_sha256=answers_hash("another", "answer")) for at in range(60, 70)]
    write_labels(folder, labels)
    assert judged(folder).test.parts["coding", "preference"].n == 60
    assert "10 labels and verdicts of other answers are left out" in told(folder)


def test_answers_that_the_candidate_lost_count_as_worse(tmp_path: Path) -> None:
    lost = [
        replace(row, score=None, outcome="infrastructure") if row.model == "small" and int(row.item) >= 135 else row
        for row in rows(ITEMS)
    ]
    folder = write(tmp_path / "run", lost, PREFERRED)
    write_labels(folder, [label(at, THIRDS(at)) for at in range(120)])
    all_there = judged(made(tmp_path / "whole", (label(at, THIRDS(at)) for at in range(120))))
    part = judged(folder).test.parts["coding", "preference"]
    assert part.p_supported > all_there.test.parts["coding", "preference"].p_supported
    assert any("10.0 % of the candidate's answers are lost" in note for note in part.notes)


def test_a_claim_keeps_its_hash_unless_it_measures(tmp_path: Path) -> None:
    bare = Claim.of("a", {"candidate": "small", "baseline": "big", "worse_by": 0.05})
    assert "measure" not in bare.as_dict()
    assert bare.sha256 != Claim.of("a", {**bare.as_dict(), "measure": "pass"}).sha256
    assert Claim.of("as-liked", PREFERRED.as_dict()) == PREFERRED
    folder = made(tmp_path / "run")
    assert claims.declared_claims(read_record(folder))["as-liked"].sha256 == PREFERRED.sha256


def test_a_measure_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="measure needs worse_by"):
        claims.adhoc("small", "big", cheaper_by=0.5, measure="pass")
    with pytest.raises(UsageError, match="measure is 'taste': it must be one of pass, preference"):
        claims.adhoc("small", "big", worse_by=0.5, measure="taste")
    with pytest.raises(UsageError, match=r"worse_by is 2: it must lie between 1e-06 and 0\.999999"):
        claims.adhoc("small", "big", worse_by=2.0, measure="pass")
    folder = made(tmp_path / "run")
    raw = content(folder)
    raw["claims"]["as-liked"]["measure"] = "taste"
    put(folder, raw)
    assert "measure is 'taste'" in claims.judge_run(folder).unjudged["as-liked"]


def over_the_mean(folder: Path, counts: tuple[int, int], claim: Claim, lost: int = 0) -> claims.Judgement:
    """Two suites of 100 items, the first so many of each labelled as equal; the candidate loses some of the second."""

    def broken(row: Any, at: int) -> Any:
        gone = row.model == "small" and at >= 100 - lost
        return replace(row, outcome="infrastructure", score=None) if gone else row

    write(folder, [*rows(100), *rows(100, broken, suite="reasoning")], replace(claim, over="mean"))
    suites = zip(("coding", "reasoning"), counts, strict=True)
    told = [(suite, at) for suite, count in suites for at in range(count)]
    both = [replace(row, suite=suite, task=suite) for suite, at in told for row in passes(at, 1, 1)]
    write_labels(folder, both if claim.measure == "pass" else [
        replace(label(at, THIRDS(at)), suite=suite, task=suite) for suite, at in told
    ])  # fmt: skip
    return judged(folder)


@pytest.mark.parametrize("claim", [PASSES, PREFERRED])
def test_labels_speak_of_the_mean_over_suites(tmp_path: Path, claim: Claim) -> None:
    opinion = over_the_mean(tmp_path / "run", (60, 60), claim)
    part = opinion.test.parts["mean", str(claim.measure)]
    assert (opinion.verdict, part.n, part.estimate) == ("supported", 120, 0.0)
    assert "mean of the suites" in told(tmp_path / "run")
    fewer = over_the_mean(tmp_path / "lost", (60, 60), claim, lost=4).test.parts["mean", str(claim.measure)]
    assert fewer.p_supported > part.p_supported
    assert any("2.0 % of the candidate's answers are lost" in note for note in fewer.notes)


def test_a_suite_without_labels_leaves_the_mean_open(tmp_path: Path) -> None:
    opinion = over_the_mean(tmp_path / "run", (60, 0), PASSES)
    assert opinion.verdict == "inconclusive"
    assert opinion.test.problems["mean", "pass"] == "reasoning: 0 labels are too few for a mean over suites"
    assert over_the_mean(tmp_path / "none", (0, 0), PASSES).verdict == "screened"


def test_labels_that_lie_on_one_suite_are_worth_less_for_the_mean(tmp_path: Path) -> None:
    opinion = over_the_mean(tmp_path / "run", (60, 10), PASSES)
    assert opinion.verdict == "inconclusive"
    assert opinion.test.problems["mean", "pass"] == (
        "70 labels are worth 20 as they lie, the fewest on reasoning: it takes at least 59"
    )


def test_items_that_nothing_grades_are_judged_by_labels(tmp_path: Path) -> None:
    bare = [replace(row, score=None, graded=False) for row in rows(ITEMS)]
    folder = write(tmp_path / "run", bare, PREFERRED)
    assert judged(folder).verdict == "screened"
    write_labels(folder, [label(at, THIRDS(at)) for at in range(120)])
    assert judged(folder).verdict == "supported"
    assert CliRunner().invoke(bench, ["claim", str(folder)]).exit_code == 0
    assert CliRunner().invoke(bench, ["report", str(folder)]).exit_code == 0


def test_a_cascade_takes_people_s_labels_for_what_is_right(tmp_path: Path) -> None:
    """The small model is right but for every tenth of 120 labelled items, and a score knows which those are."""
    labels = [row for at in range(120) for row in passes(at, float(at % 10 > 0), 1)]
    folder = made(tmp_path / "run", [*labels, *(replace(row, rater="ben") for row in labels)], claim=PASSES)
    scores = tmp_path / "scores.csv"
    scores.write_text("item,score\n" + "".join(f"{at},{int(at % 10 > 0)}\n" for at in range(ITEMS)))
    found = judge_cascade(folder, "small", "big", suite=None, by=str(scores), margin=0.05, measure="pass")
    assert (found.n, found.measure) == (120, "pass"), "only what people labelled"
    assert found.best is not None
    assert (found.best.threshold, found.best.policy.kept, found.best.policy.gain) == (1.0, 0.9, 0.0)
    blind = tmp_path / "blind.csv"
    blind.write_text("item,score\n" + "".join(f"{at},1\n" for at in range(ITEMS)))
    found = judge_cascade(folder, "small", "big", suite=None, by=str(blind), margin=0.05, measure="pass")
    assert found.best is None, "a tenth is lost"
    few = made(tmp_path / "few", [row for at in range(30) for row in passes(at, 1, 1)], claim=PASSES)
    assert judge_cascade(few, "small", "big", suite=None, by=str(blind), margin=0.05, measure="pass").best is None
