"""What a claim must not be supported or refuted by: missing answers, unknown costs, withdrawn claims, odd rows."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import claims
from bench.claims.words import percent, saving_span
from bench.errors import UsageError
from bench.journal import RunEntry
from bench.records import read_record
from bench.records.claim import Claim
from bench.records.manifest import RunRecord
from bench.records.settings import Comparison, RunSettings
from bench.records.tables import ItemRow
from bench.run.describe import keep_claim, update_claims, with_history, with_parts
from tests import runjson
from tests.claims.test_claims import CLAIM, Change, judged, page, rows, write
from tests.report.sample_run import model

COST = Claim(name="cost", candidate="small", baseline="big", margins={"cheaper_by": 0.9})
FAST = Claim(name="fast", candidate="small", baseline="big", margins={"slower_by": 1.5})


def infra(row: ItemRow, **changes: Any) -> ItemRow:
    lost: dict[str, Any] = {"outcome": "infrastructure", "score": None, "cost_usd": None, "cost_retries_usd": None}
    return replace(row, **{**lost, "latency_s": None, **changes})


def small(test: Any, change: Any) -> Change:
    """Changes the candidate's rows of the items that pass a test."""
    return lambda row, at: change(row) if row.model == "small" and test(at) else row


def words(folder: Path) -> str:
    [opinion] = claims.judge_run(folder).judgements
    lines = [f"{line}." for line in claims.part_lines(opinion)]
    return " ".join([claims.explanation(opinion, read_record(folder)), *lines])


class TestMissing:
    def test_a_cost_of_few_answers_is_not_supported(self, tmp_path: Path) -> None:
        opinion = judged(tmp_path, rows(300, small(lambda at: at % 5 < 3, infra)), COST)
        assert str(opinion.verdict) == "inconclusive"
        assert opinion.test.problems["coding", "cost"] == (
            "60.0 % of small's and 0.0 % of big's answers are missing, too many or too unevenly to leave them out"
        )
        assert "small lacks 180 of 300 scores and big lacks 0 of 300 scores" in opinion.warnings
        assert "from 120 items" in claims.part_lines(opinion)[0]

    @pytest.mark.parametrize(
        "claim", [COST, Claim(name="q", candidate="small", baseline="big", margins={"worse_by": 0.1})]
    )
    def test_a_mean_without_a_suite_is_not_supported(self, tmp_path: Path, claim: Claim) -> None:
        made = rows(150) + rows(3, small(lambda _: True, infra), suite="reasoning")
        opinion = judged(tmp_path, made, replace(claim, over="mean"))
        assert str(opinion.verdict) == "inconclusive"
        assert "no item of reasoning has" in next(iter(opinion.test.problems.values()))

    def test_calls_that_hang_are_not_fast(self, tmp_path: Path) -> None:
        opinion = judged(tmp_path, rows(120, small(lambda at: at % 2, infra)), FAST)
        assert str(opinion.verdict) == "inconclusive"
        assert "answers are missing" in opinion.test.problems["coding", "latency"]

    def test_one_suites_losses_are_seen_in_the_mean(self, tmp_path: Path) -> None:
        made = rows(900) + rows(60, small(lambda at: at < 4, infra), suite="reasoning")
        opinion = judged(tmp_path, made, replace(COST, over="mean"))
        assert opinion.test.problems["mean", "cost"].startswith("reasoning: 6.7 % of small's")

    def test_lost_calls_that_were_billed_are_part_of_the_bill(self, tmp_path: Path) -> None:
        dear = small(lambda at: at in (5, 9), lambda row: infra(row, cost_usd=0.3, cost_retries_usd=0.3))
        half = judged(tmp_path, rows(400, dear), COST).test.parts["coding", "cost"]
        assert half.n == 400
        lost = 2 * 0.6 - 0.001 * ((1 + 5 % 3) + (1 + 9 % 3))
        bill = 0.001 * sum(1 + at % 3 for at in range(400))
        assert half.estimate == pytest.approx((bill + lost) / (20 * bill))

    def test_the_worst_case_is_told_also_where_it_changes_nothing(self, tmp_path: Path) -> None:
        opinion = judged(tmp_path / "a", rows(300, small(lambda at: at == 4, infra)), COST)
        assert str(opinion.verdict) == "supported"
        assert "the verdict would be supported however the 1 item without a score ended" in opinion.warnings
        uncapped = rows(300, lambda row, at: replace(small(lambda at: at == 4, infra)(row, at), cost_cap_usd=None))
        warnings = judged(tmp_path / "b", uncapped, COST).warnings
        assert "the verdict would be inconclusive if the 1 item without a score went against the candidate" in warnings

    def test_missing_answers_that_decide_are_the_reason_told(self, tmp_path: Path) -> None:
        opinion = judged(
            tmp_path,
            rows(300, small(lambda at: at < 12, infra)),
            Claim(name="q", candidate="small", baseline="big", margins={"worse_by": 0.03}),
        )
        half = opinion.test.parts["coding", "quality"]
        assert (half.needed, half.detectable) == (None, None)
        told = words(tmp_path)
        assert "open: 12 of 300 items lack a score, and at their worst they could undo what the others show." in told
        assert "may well be" not in told


class TestUnknownCosts:
    def cut(self, **changes: Any) -> Change:
        return small(lambda at: at in (3, 77), lambda row: replace(row, cost_usd=None, **changes))

    def test_a_few_count_at_the_most_they_can_have_cost(self, tmp_path: Path) -> None:
        fine = judged(tmp_path / "fine", rows(200, self.cut()), COST)
        assert str(fine.verdict) == "supported"
        assert fine.test.parts["coding", "cost"].notes == (
            "the cost of 2 of 200 items is unknown; the worst case for each verdict decides",
        )
        dear = judged(tmp_path / "dear", rows(200, self.cut(cost_cap_usd=0.6)), COST)
        assert str(dear.verdict) == "inconclusive"
        assert "at its worst it could undo" in words(tmp_path / "dear")
        retried = judged(tmp_path / "retried", rows(200, self.cut(attempts=200)), COST)
        assert str(retried.verdict) == "inconclusive"

    def test_without_a_cap_nothing_is_decided(self, tmp_path: Path) -> None:
        opinion = judged(tmp_path, rows(200, self.cut(cost_cap_usd=None)), COST)
        assert opinion.test.problems["coding", "cost"] == "nothing bounds what an item of unknown cost can have cost"

    def test_refutation_takes_them_for_nothing(self, tmp_path: Path) -> None:
        def dear(row: ItemRow, at: int) -> ItemRow:
            unknown = row.model == "big" and at in (3, 77)
            return replace(row, cost_usd=None, cost_cap_usd=1e6) if unknown else row

        opinion = judged(tmp_path, rows(200, dear), replace(COST, margins={"cheaper_by": 0.96}))
        assert opinion.test.parts["coding", "cost"].p_refuted > 0.05


class TestLatency:
    def test_a_few_pairs_prove_no_speed(self, tmp_path: Path) -> None:
        for at, deadline in enumerate((None, 600.0)):
            models = {label: model(f"openai/{label}", timeout_s=deadline) for label in ("small", "big")}
            made = rows(3, lambda row, at: replace(row, latency_s=1.0 + 0.01 * at * (row.model == "big")))
            assert str(judged(tmp_path / str(at), made, FAST, models=models).verdict) == "inconclusive"

    def test_each_suite_must_be_timed_cleanly(self, tmp_path: Path) -> None:
        made = [replace(row, timing_ok=int(row.item) > 1) for row in rows(12, suite="reasoning")]
        each = judged(tmp_path / "each", rows(300) + made, FAST)
        assert each.test.problems == {
            ("reasoning", "latency"): "10 of 12 pairs were timed cleanly; it takes 95 %",
        }
        mean = judged(tmp_path / "mean", rows(300) + made, replace(FAST, over="mean"))
        assert mean.test.problems["mean", "latency"].startswith("reasoning: 10 of 12 pairs")

    def test_a_mean_over_suites_is_judged(self, tmp_path: Path) -> None:
        opinion = judged(tmp_path, rows(120) + rows(60, suite="reasoning"), replace(FAST, over="mean"))
        assert opinion.test.parts["mean", "latency"].n == 180
        assert str(opinion.verdict) == "supported"


class TestHolm:
    other = replace(CLAIM, name="other", margins={"cheaper_by": 0.9, "worse_by": 0.031})

    def verdicts(self, folder: Path) -> dict[str, tuple[str, float]]:
        return {o.claim.name: (str(o.verdict), o.p_supported) for o in claims.judge_run(folder).judgements}

    def update(self, folder: Path, *kept: Claim) -> None:
        comparison = Comparison(
            source=folder, run=RunSettings(("coding",)), models={}, claims={claim.name: claim for claim in kept}
        )
        update_claims(folder, comparison, {claim.sha256: "2026-11-20T10:15:00.000+00:00" for claim in kept})

    @pytest.mark.slow
    def test_a_claim_taken_out_after_the_answers_still_counts(self, tmp_path: Path) -> None:
        folder = write(tmp_path, rows(), CLAIM, self.other)
        both = self.verdicts(folder)
        self.update(folder, CLAIM)
        assert self.verdicts(folder) == {"cheap": both["cheap"]}
        assert both["cheap"][0] == "inconclusive"
        assert "1 more claim was declared before the answers and withdrawn since" in page(folder)
        self.update(folder, CLAIM, self.other)
        assert runjson.content(folder)["withdrawn_claims"] == []
        assert self.verdicts(folder) == both

    def test_what_never_counted_does_not_count_once_gone(self, tmp_path: Path) -> None:
        folder = write(tmp_path, rows(), CLAIM, self.other, replace(CLAIM, name="no", suites=("maths",)))
        about = runjson.content(folder)
        about["claims"]["other"]["recorded_at"] = "2026-11-21T00:00:00+00:00"
        runjson.put(folder, about)
        self.update(folder, CLAIM)
        assert self.verdicts(folder)["cheap"][0] == "supported"
        assert "withdrawn" not in page(folder)

    def test_a_continued_run_remembers_its_claims(self) -> None:
        def claiming(*names: str) -> RunRecord:
            return runjson.record(claims={name: words_of(name) for name in names})

        first = with_parts(claiming("a", "b"), "")
        assert first.withdrawn_claims == ()
        second = with_parts(claiming("a"), first.text())
        assert [entry.name for entry in second.withdrawn_claims] == ["b"]
        third = with_parts(claiming("c"), second.text())
        assert [entry.name for entry in third.withdrawn_claims] == ["b", "a"]

    def test_a_claim_of_the_command_line_is_exploratory_whatever_its_words(self, tmp_path: Path) -> None:
        named = replace(CLAIM, name="small against big")
        folder = write(tmp_path, rows(), named, self.other)
        [opinion] = claims.judge_run(
            folder, None, claims.adhoc("small", "big", cheaper_by=0.9, worse_by=0.03)
        ).judgements
        assert (str(opinion.verdict), opinion.declared) == ("supported", False)
        told = claims.explanation(opinion, read_record(folder))
        assert "made after the answers existed, so the 5 in 100 are not guaranteed." in told


def words_of(name: str) -> dict[str, str]:
    """A claim as run.json has it, whose hash is its name."""
    return {"name": name, "candidate": "small", "baseline": "big", "sha256": name}


class TestLooks:
    def seen(self, folder: Path, runs: list[str]) -> Path:
        write(folder, rows(), CLAIM)
        about = runjson.content(folder)
        about["claims"]["cheap"]["seen_in"] = runs
        runjson.put(folder, about)
        return folder

    def test_a_second_look_is_labelled(self, tmp_path: Path) -> None:
        folder = self.seen(tmp_path, ["first"])
        assert "## cheap: supported (judged before)" in page(folder)
        assert "Caution: it was judged before on some of these answers" in words(folder)
        assert "judged before, on some of these answers, in first" in page(folder)

    def test_a_first_look_is_not(self, tmp_path: Path) -> None:
        assert "judged before" not in page(self.seen(tmp_path, []))

    def test_earlier_runs_of_other_plans_are_what_counts(self, tmp_path: Path) -> None:
        def entry(run: str, plan: str, started_at: str, *shas: str) -> RunEntry:
            claims = {sha: words_of(sha) for sha in shas}
            told = runjson.record(run=run, plan_sha256=plan, started_at=started_at, claims=claims)
            return RunEntry(run, tmp_path / "gone", started_at, None, told.text())

        mine = runjson.record(plan_sha256="p", started_at="2026-11-20", claims={"c": words_of("c")})
        sharing = [
            entry("smaller", "q", "2026-11-19", "c", "old"), entry("elsewhere", "p", "2026-11-19", "c"),
            entry("later", "q", "2026-11-21", "c"), entry("of another claim", "q", "2026-11-18", "d"),
        ]  # fmt: skip
        told = with_history(mine, sharing)
        assert told.claims["c"].seen_in == ("smaller",)
        assert [entry.sha256 for entry in told.withdrawn_claims] == ["old", "d"]


class TestKept:
    def names(self, folder: Path) -> list[str]:
        return list(runjson.content(folder)["claims"])

    def test_a_kept_claim_takes_no_name(self, tmp_path: Path) -> None:
        named = replace(CLAIM, name="small against big")
        folder = write(tmp_path, rows(), named)
        before = runjson.content(folder)["claims"]["small against big"]
        keep_claim(folder, claims.adhoc("small", "big", worse_by=0.05))
        keep_claim(folder, claims.adhoc("small", "big", worse_by=0.06))
        keep_claim(folder, claims.adhoc("small", "big", worse_by=0.05))
        assert self.names(folder) == ["small against big", "small against big (2)", "small against big (3)"]
        assert runjson.content(folder)["claims"]["small against big"] == before

    def test_a_kept_claim_survives_todays_bench_toml(self, tmp_path: Path) -> None:
        folder = write(tmp_path, rows(), CLAIM)
        keep_claim(folder, claims.adhoc("small", "big", worse_by=0.05))
        update_claims(folder, Comparison(source=folder, run=RunSettings(("coding",)), models={}, claims={}), {})
        assert self.names(folder) == ["small against big"]
        assert [one["name"] for one in runjson.content(folder)["withdrawn_claims"]] == ["cheap"]


class TestWords:
    def test_a_cap_that_blocks_is_the_reason_told(self, tmp_path: Path) -> None:
        folder = write(tmp_path, rows(60, small(lambda _: True, lambda row: replace(row, cost_cap_usd=0.08))), COST)
        reason = "an answer can cost up to 0.08 USD, and 60 items are too few to rule out that enough of them would"
        reason += ": with a limit of 0.0512 USD these would do, or about 97 items like them would"
        reason += " (max_tokens of about 200 in place of 320)"
        told = words(folder)
        assert f"claimed at least 90 % less: open: {reason}." in told
        assert page(folder).count(reason) == 1, "once"

    def test_a_miss_that_is_not_sure_enough_is_told_as_such(self, tmp_path: Path) -> None:
        lose = small(lambda at: at % 16 == 0, lambda row: replace(row, score=0.0))
        made = rows(240, lose)
        folder = write(tmp_path, made, replace(CLAIM, margins={"cheaper_by": 0.9, "worse_by": 0.037}))
        told = words(folder)
        assert (
            "open: the whole interval misses that, yet it is not refuted: 2 parts share the risk, so it takes 2.5 %"
            in told
        )

    def test_means_of_suites_are_told_as_means(self, tmp_path: Path) -> None:
        better = rows(300, small(lambda at: at < 40, lambda row: replace(row, score=1.0)))
        worse = rows(20, small(lambda at: at < 10, lambda row: replace(row, score=0.0)), suite="reasoning")
        folder = write(
            tmp_path,
            better + worse,
            Claim(name="q", candidate="small", baseline="big", margins={"worse_by": 0.03}, over="mean"),
        )
        told = words(folder)
        assert "On the same 320 items small scored 40.8 % and big scored 50.0 % (mean of the suites), for " in told
        assert "USD per 1,000 items" in told
        assert "small scored 40.8 % and big scored 50.0 %" in page(folder)

    def test_items_needed_are_counted_suite_by_suite(self, tmp_path: Path) -> None:
        coin = random.Random(1)
        flip = [coin.random() < 0.06 for _ in range(80)]
        made = [
            row
            for suite in ("coding", "reasoning")
            for row in rows(80, small(lambda at: flip[at], lambda row: replace(row, score=1 - (row.score or 0))), suite)
        ]
        claim = Claim(name="q", candidate="small", baseline="big", margins={"worse_by": 0.03})
        one = judged(tmp_path / "one", made[:160], claim).test.parts["coding", "quality"]
        both = judged(tmp_path / "mean", made, replace(claim, over="mean")).test.parts["mean", "quality"]
        assert one.needed is not None
        assert both.needed == pytest.approx(one.needed / 2, abs=1)
        assert both.detectable == pytest.approx((one.detectable or 0) / 2**0.5)

    def test_nearly_everything_is_not_everything(self) -> None:
        assert saving_span(0.09, 0.11) == "89.0 % to 91.0 % less"
        assert saving_span(0.9, 1.2) == "10.0 % less to 20.0 % more"
        assert saving_span(20.6, 22.9) == "1960.0 % to 2190.0 % more"
        assert [percent(share) for share in (0.1, 0.01, 0.001)] == ["10.0 %", "1.0 %", "0.1 %"]
        assert [percent(share) for share in (0.5, 0.99995, 0.9999, 0.0003, 1.0, 0.0, -0.5, 1.0001)] == [
            "50.0 %", "99.995 %", "99.99 %", "0.03 %", "100.0 %", "0.0 %", "-50.0 %", "100.0 %",
        ]  # fmt: skip

    def test_a_free_candidate_is_not_called_unknown(self, tmp_path: Path) -> None:
        free = small(lambda _: True, lambda row: replace(row, cost_usd=0.0, cost_cap_usd=0.0))
        judged(tmp_path, rows(150, free), COST)
        assert "coding, cost: unknown; claimed at least 90 % less: open: a bill of 0 USD has no ratio" in page(tmp_path)

    def test_items_needed_for_latency_are_items_and_not_samples(self, tmp_path: Path) -> None:
        def vary(row: ItemRow, at: int) -> ItemRow:
            return replace(row, latency_s=2.0 + (at % 5) * (at % 7)) if row.model == "small" else row

        single = rows(60, vary)
        again = [replace(row, repeat=k) for row in single for k in range(5)]
        claim = Claim(name="fast", candidate="small", baseline="big", margins={"slower_by": 2.9})
        timed = {label: model(f"openai/{label}", timeout_s=60.0) for label in ("small", "big")}
        opinions = [
            judged(tmp_path / str(at), made, claim, models=timed, settings={"repeats": repeats, "seed": 1})
            for at, (made, repeats) in enumerate(((single, 1), (again, 5)))
        ]
        one, five = (opinion.test.parts["coding", "latency"].needed for opinion in opinions)
        assert one is not None
        assert five is not None
        assert five <= one

    def test_what_lost_items_would_change_is_not_told_where_other_claims_decide(self, tmp_path: Path) -> None:
        lose = small(lambda at: at == 0, lambda row: replace(row, outcome="infrastructure", score=None))
        folder = write(tmp_path, rows(120, lose), CLAIM, replace(CLAIM, name="again"), replace(CLAIM, name="third"))
        [first, *_] = claims.judge_run(folder).judgements
        assert str(first.verdict) == "inconclusive"
        assert not any("however" in said for said in first.warnings)

    def test_an_interim_verdict_is_hedged(self, tmp_path: Path) -> None:
        folder = write(tmp_path, rows(), CLAIM, suites={"coding": {"items_planned": 240, "items_available": 240}})
        assert "Caution: the run is not finished, and the 5 in 100 are those of a run judged once" in words(folder)


class TestOddities:
    def test_a_suite_named_twice_counts_once(self, tmp_path: Path) -> None:
        assert judged(tmp_path, rows(12), replace(CLAIM, suites=("coding", "coding"))).pairs.planned == 12

    def test_rows_that_cannot_be_are_named(self, tmp_path: Path) -> None:
        made = rows(12, small(lambda at: at == 3, lambda row: replace(row, outcome="infrastructure")))
        said = claims.judge_run(write(tmp_path / "score", made, CLAIM)).unjudged["cheap"]
        assert "coding/coding/3, small: has a score, yet it was infrastructure." in said
        folder = write(tmp_path / "twice", rows(12) + rows(12)[:1], CLAIM)
        with pytest.raises(UsageError, match=r"items\.parquet: coding/0, small: is there twice\."):
            claims.judge_run(folder)

    @pytest.mark.parametrize(
        "margin",
        [
            {"slower_by": float("inf")},
            {"slower_by": 1e7},
            {"worse_by": 5e-324},
            {"worse_by": 0.0},
            {"cheaper_by": 1.0},
            {"slower_by": float("nan")},
        ],
    )
    def test_impossible_margins_are_named(self, tmp_path: Path, margin: dict[str, Any]) -> None:
        with pytest.raises(UsageError, match="must lie between"):
            claims.adhoc("small", "big", **margin)
        folder = write(tmp_path, rows(12), Claim.of("odd", {"candidate": "small", "baseline": "big", **margin}))
        why = "must lie between" if math.isfinite(*margin.values()) else "says nothing"  # run.json holds no such number
        assert why in claims.judge_run(folder).unjudged["odd"]


@pytest.mark.parametrize(("key", "known"), [("about", "these, such"), ("over", "each, mean, traffic")])
def test_a_word_that_this_version_does_not_know_leaves_its_claim_unjudged(tmp_path: Path, key: str, known: str) -> None:
    folder = write(tmp_path, rows(), Claim.of("odd", {**CLAIM.as_dict(), key: "all"}))
    assert f"{key} is 'all': it must be one of {known}." in claims.judge_run(folder).unjudged["odd"]
