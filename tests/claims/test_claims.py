"""Claims judged on run folders: from the tables to the sentence and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench import claims
from bench.cli import bench
from bench.errors import UsageError
from bench.records import read_record
from bench.records.claim import Claim
from bench.records.tables import ItemRow
from tests import runjson
from tests.report.sample_run import ANSWERED, model, not_asked, write_run

SEND = "2026-11-20T10:15:01.000+00:00"
CLAIM = Claim(name="cheap", candidate="small", baseline="big", margins={"cheaper_by": 0.9, "worse_by": 0.03})

Change = Callable[[ItemRow, int], ItemRow]


def rows(n: int = 120, change: Change = lambda row, _: row, suite: str = "coding") -> list[ItemRow]:
    """n items of n families; "big" costs 20 times as much and both solve the even ones."""
    made = []
    for at in range(n):
        one = replace(
            ANSWERED, suite=suite, task=suite, item=str(at), family=f"f{at}", cluster=f"f{at}",
            prompt_sha256=f"{suite}{at}", score=float(at % 2 == 0), latency_s=1.0 + at % 7, started_at=SEND,
        )  # fmt: skip
        made += [
            change(replace(one, model="small", cost_usd=0.001 * (1 + at % 3), cost_cap_usd=0.004), at),
            change(replace(one, model="big", cost_usd=0.02 * (1 + at % 3), cost_cap_usd=0.08), at),
        ]
    return made


def write(folder: Path, made: list[ItemRow], *declared: Claim, **manifest: Any) -> Path:
    """A run whose claims were recorded before anything was asked."""
    entries = {
        one.name: {
            **one.as_dict(), "suites": list(one.suites), "sha256": one.sha256,
            "recorded_at": "2026-11-20T10:15:00.000+00:00",
        }
        for one in declared
    }  # fmt: skip
    remote = {label: model(f"openai/{label}", usd_per_hour=None) for label in ("small", "big")}
    about = {"models": remote, "settings": {"repeats": 1, "seed": 1}, "prices": {"as_of": "2026-11-19"}}
    return write_run(folder, made, claims=entries, **{**about, **manifest})


def judged(folder: Path, made: list[ItemRow], claim: Claim = CLAIM, **manifest: Any) -> claims.Judgement:
    folder = write(folder, made, claim, **manifest)
    [opinion] = claims.judge_run(folder).judgements
    return opinion


def page(folder: Path) -> str:
    """claims.md of a run."""
    return claims.markdown(claims.judge_run(folder), read_record(folder))


def only(label: str, **changes: Any) -> Change:
    return lambda row, _: replace(row, **changes) if row.model == label else row


def test_a_true_claim_is_supported_and_says_so_in_a_sentence(tmp_path: Path) -> None:
    opinion = judged(tmp_path / "run", rows())
    assert str(opinion.verdict) == "supported"
    text = claims.sentence(opinion, read_record(tmp_path / "run"))
    assert text == (
        "Supported on items like these: small, against big, costs 95.0 % less and scores the same (n = 120). "
        "120 paired items, 1 run each, 95 % confidence, temperature 0, list prices of 2026-11-19, answers given from "
        "2026-11-20 on."
    )


def test_a_candidate_that_loses_is_refuted_by_its_quality(tmp_path: Path) -> None:
    def lose(row: ItemRow, at: int) -> ItemRow:
        return replace(row, score=0.0) if row.model == "small" and at % 4 else row

    opinion = judged(tmp_path / "run", rows(change=lose))
    assert str(opinion.verdict) == "refuted"
    assert opinion.test.failing == ("coding", "quality")


def test_too_few_items_are_inconclusive_with_the_number_it_takes(tmp_path: Path) -> None:
    opinion = judged(tmp_path / "run", rows(40))
    assert str(opinion.verdict) == "inconclusive"
    assert "it takes at least 99" in page(tmp_path / "run")


def test_an_unknown_cost_is_inconclusive_never_free(tmp_path: Path) -> None:
    opinion = judged(tmp_path / "run", rows(change=only("small", cost_usd=None)))
    assert str(opinion.verdict) == "inconclusive"
    assert opinion.test.problems["coding", "cost"] == "the cost of 120 of 120 items is unknown"


def test_a_margin_changed_after_the_answers_is_exploratory(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", rows(), CLAIM)
    manifest = runjson.content(folder)
    manifest["claims"]["cheap"]["recorded_at"] = "2026-11-20T10:15:02.000+00:00"
    runjson.put(folder, manifest)
    [opinion] = claims.judge_run(folder).judgements
    assert not opinion.declared
    assert "(exploratory)" in claims.sentence(opinion, read_record(folder))


def test_a_claim_rewritten_in_the_manifest_is_exploratory(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", rows(), CLAIM)
    manifest = runjson.content(folder)
    manifest["claims"]["cheap"]["worse_by"] = 0.05
    runjson.put(folder, manifest)
    assert not claims.judge_run(folder).judgements[0].declared


def test_several_declared_claims_share_one_error_budget(tmp_path: Path) -> None:
    other = replace(CLAIM, name="other", margins={"cheaper_by": 0.9, "worse_by": 0.04})
    folder = write(tmp_path / "run", rows(), CLAIM, other)
    alone = judged(tmp_path / "alone", rows())
    both = claims.judge_run(folder).judgements
    assert both[0].p_supported >= 2 * min(alone.p_supported, both[1].test.p_supported) - 1e-9
    assert [o.claim.name for o in claims.judge_run(folder, "other").judgements] == ["other"]
    assert claims.judge_run(folder, "other").judgements[0].p_supported == both[1].p_supported


def test_items_lost_to_infrastructure_count_at_their_worst(tmp_path: Path) -> None:
    def lose(row: ItemRow, at: int) -> ItemRow:
        if row.model == "small" and at < 12:
            return replace(row, outcome="infrastructure", score=None, cost_usd=None, cost_retries_usd=None)
        return row

    opinion = judged(tmp_path / "run", rows(200, change=lose))
    assert str(opinion.verdict) == "inconclusive"
    text = page(tmp_path / "run")
    assert "12 of 200 items lack a score; the worst case for each verdict decides" in text
    assert "the verdict would be supported if the 12 items without a score went for the candidate" in text


def test_a_single_lost_item_is_left_out(tmp_path: Path) -> None:
    def lose(row: ItemRow, at: int) -> ItemRow:
        lost = row.model == "small" and at == 0
        return replace(row, outcome="infrastructure", score=None, cost_usd=None) if lost else row

    opinion = judged(tmp_path / "run", rows(300, change=lose))
    assert opinion.test.parts["coding", "quality"].n == 299
    assert str(opinion.verdict) == "supported"


def test_an_interrupted_run_is_interim(tmp_path: Path) -> None:
    suites = {"coding": {"items_planned": 240, "items_available": 240}}
    opinion = judged(tmp_path / "run", rows(), suites=suites)
    assert "interim: 120 of 240 items" in claims.sentence(opinion, read_record(tmp_path / "run"))
    assert "interim: 120 of 240 planned items were asked" in opinion.warnings


def test_items_asked_of_one_side_only_are_missing_on_the_other(tmp_path: Path) -> None:
    made = rows(200, change=lambda row, at: not_asked(row) if row.model == "big" and at < 30 else row)
    opinion = judged(tmp_path / "run", made)
    assert opinion.pairs.n == 200
    assert opinion.pairs.baseline.missing == 30
    assert str(opinion.verdict) == "inconclusive"


def test_unlike_truncation_and_sampling_are_warned_about(tmp_path: Path) -> None:
    def cut(row: ItemRow, at: int) -> ItemRow:
        if row.model == "small":
            outcome = "truncated" if at < 12 else row.outcome
            return replace(row, outcome=outcome, sampling_applied="{}")
        return row

    warnings = " | ".join(judged(tmp_path / "run", rows(change=cut)).warnings)
    assert "small has 10 % of its answers truncated, big 0 %; they score 0" in warnings
    assert 'unlike sampling was applied: {} against {"temperature": 0.0}' in warnings


def test_a_margin_that_nothing_can_miss_is_told(tmp_path: Path) -> None:
    def fail(row: ItemRow, at: int) -> ItemRow:
        return replace(row, score=float(at % 40 == 0 and row.model == "big"))

    told = (
        "the score part on coding proves little: a model that solves nothing would be within the margin here, as big "
        "itself scores only 2.5 % (n = 120)"
    )
    low = judged(tmp_path / "low", rows(change=fail))
    assert f"Caution: {told}." in claims.explanation(low, read_record(tmp_path / "low"))
    assert judged(tmp_path / "high", rows()).proves_little == {}


def test_each_suite_must_hold_or_their_mean(tmp_path: Path) -> None:
    def lose(row: ItemRow, at: int) -> ItemRow:
        return replace(row, score=0.0) if row.model == "small" and at % 8 == 0 else row

    made = rows(150, suite="reasoning") + rows(150, change=lose, suite="coding")
    each = judged(tmp_path / "each", made, replace(CLAIM, margins={"cheaper_by": 0.9, "worse_by": 0.15}))
    assert set(each.test.parts) == {(s, h) for s in ("coding", "reasoning") for h in ("quality", "cost")}
    assert str(each.verdict) == "inconclusive"
    mean = judged(tmp_path / "mean", made, replace(CLAIM, over="mean", margins={"cheaper_by": 0.9, "worse_by": 0.15}))
    assert mean.test.parts["mean", "quality"].estimate == pytest.approx(-19 / 150 / 2)
    assert str(mean.verdict) == "supported"
    assert "mean of the suites" in claims.sentence(mean, read_record(tmp_path / "mean"))


def test_repeats_are_averaged_within_items(tmp_path: Path) -> None:
    made = [replace(row, repeat=k, score=float(k == 0)) for row in rows(110) for k in (0, 1)]
    opinion = judged(tmp_path / "run", made, settings={"repeats": 2, "seed": 1})
    half = opinion.test.parts["coding", "quality"]
    assert (half.n, half.discordance, half.estimate) == (110, None, 0.0)
    assert "2 runs each" in claims.sentence(opinion, read_record(tmp_path / "run"))


def test_latency_is_judged_on_clean_close_pairs_only(tmp_path: Path) -> None:
    claim = replace(CLAIM, margins={"cheaper_by": 0.9, "worse_by": 0.03, "slower_by": 2.0})
    clean = judged(tmp_path / "clean", rows(change=only("small", latency_s=1.5)), claim)
    assert clean.test.parts["coding", "latency"].n == 120
    unclean: dict[str, dict[str, Any]] = {
        "dirty": {"timing_ok": False},
        "reused": {"reused": True},
        "late": {"started_at": "2026-11-20T10:17:01.000+00:00"},
    }
    for name, changes in unclean.items():
        half = judged(tmp_path / name, rows(change=only("small", **changes)), claim).test.parts["coding", "latency"]
        assert half.problem == "0 of 120 pairs were timed cleanly; it takes 95 %", name
    nobody = rows(change=only("small", latency_s=None))
    assert judged(tmp_path / "none", nobody, claim).test.parts["coding", "latency"].problem is not None


def test_latency_of_a_local_model_is_reported_not_judged(tmp_path: Path) -> None:
    local = {"small": model("weights/small"), "big": model("openai/big")}
    opinion = judged(
        tmp_path / "run",
        rows(),
        replace(CLAIM, margins={"cheaper_by": 0.9, "worse_by": 0.03, "slower_by": 2.0}),
        models=local,
    )
    assert ("coding", "latency") not in opinion.test.parts
    assert list(opinion.reported) == [("coding", "latency")]
    told = claims.explanation(opinion, read_record(tmp_path / "run"))
    assert "at most 3 points lower is supported." in told
    assert "Caution: that it takes at most 2 times as long was not judged." in told
    assert "; not judged: latency that involves a local model is reported, not judged" in page(tmp_path / "run")
    assert "Latency is reported, not judged" in claims.sentence(opinion, read_record(tmp_path / "run"))
    alone = judged(
        tmp_path / "alone",
        rows(),
        Claim(name="fast", candidate="small", baseline="big", margins={"slower_by": 2.0}),
        models=local,
    )
    assert str(alone.verdict) == "inconclusive"
    assert "reported, not judged" in page(tmp_path / "alone")


def test_the_same_verdict_in_any_row_order_and_currency(tmp_path: Path) -> None:
    made = rows()
    plain = judged(tmp_path / "plain", made)
    cents = [replace(r, cost_usd=100 * (r.cost_usd or 0), cost_cap_usd=100 * (r.cost_cap_usd or 0)) for r in made]
    other = judged(tmp_path / "other", cents[::-1])
    assert other.verdict is plain.verdict
    assert other.p_supported == pytest.approx(plain.p_supported)


def test_swapped_models_mirror_the_difference(tmp_path: Path) -> None:
    made = rows(change=only("small", score=1.0))
    there = judged(tmp_path / "a", made).test.parts["coding", "quality"]
    back = judged(
        tmp_path / "b", made, Claim(name="back", candidate="big", baseline="small", margins={"worse_by": 0.03})
    ).test.parts["coding", "quality"]
    assert there.estimate == -back.estimate
    assert there.interval.low == pytest.approx(-(back.interval.high or 0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (only("small", prompt_sha256="other"), "prompt_sha256 differs"),
        (only("small", task_version="2"), "task_version differs"),
        (lambda row, _: not_asked(row) if row.model == "small" else row, "share no item"),
        (lambda row, _: replace(row, score=None, outcome="infrastructure"), "no item of coding has a score"),
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path: Path, change: Change, message: str) -> None:
    folder = write(tmp_path / "run", rows(12, change=change), CLAIM)
    assert message in claims.judge_run(folder).unjudged["cheap"]


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (replace(CLAIM, candidate="tiny"), "no model 'tiny'; it has small, big"),
        (replace(CLAIM, suites=("maths",)), "no suite 'maths'; it has coding"),
    ],
)
def test_unknown_names_are_refused(tmp_path: Path, claim: Claim, message: str) -> None:
    assert message in claims.judge_run(write(tmp_path / "run", rows(12), claim)).unjudged["cheap"]


def test_a_run_without_claims_says_how_to_add_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Add \[claims.<name>\]"):
        claims.judge_run(write(tmp_path / "run", rows(12)))


class TestCommand:
    def run(self, folder: Path, *args: str) -> tuple[int, str]:
        done = CliRunner().invoke(bench, ["claim", str(folder), *args], standalone_mode=False)
        if isinstance(done.exception, UsageError):
            return done.exception.exit_code, str(done.exception)
        code = done.exception.code if isinstance(done.exception, SystemExit) else done.exit_code
        return int(code or 0), done.output

    def test_supported_is_0_and_refuted_3_and_inconclusive_4(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "run", rows(), CLAIM)
        code, text = self.run(folder)
        assert (code, text.startswith("# Claims\n\n## cheap: supported\n")) == (0, True)
        assert self.run(folder, "--candidate", "big", "--baseline", "small", "--cheaper-by", "0.5")[0] == 3
        assert self.run(folder, "--candidate", "small", "--baseline", "big", "--worse-by", "0.001")[0] == 4

    def test_json_holds_everything(self, tmp_path: Path) -> None:
        code, text = self.run(write(tmp_path / "run", rows(), CLAIM), "--json")
        [found] = json.loads(text)
        assert (code, found["verdict"], found["declared"], found["n"]) == (0, "supported", True, 120)
        assert {half["name"] for half in found["halves"]} == {"quality", "cost"}

    def test_unknown_numbers_are_null_in_json(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "run", rows(change=only("small", cost_usd=None)), CLAIM)
        code, text = self.run(folder, "--json")
        assert code == 4
        assert [half["estimate"] for half in json.loads(text)[0]["halves"]][1] is None

    @pytest.mark.parametrize(
        ("args", "message"),
        [
            (("--claim", "cheep"), "no claim 'cheep'"),
            (("--claim", "cheap", "--worse-by", "0.1"), "not both"),
            (("--candidate", "small", "--worse-by", "0.1"), "both --candidate and --baseline"),
            (("--candidate", "small", "--baseline", "small", "--worse-by", "0.1"), "same model"),
            (("--candidate", "small", "--baseline", "big"), "says nothing"),
        ],
    )
    def test_a_mistake_is_named(self, tmp_path: Path, args: tuple[str, ...], message: str) -> None:
        code, text = self.run(write(tmp_path / "run", rows(12), CLAIM), *args)
        assert code == 2
        assert message in text

    @pytest.mark.parametrize("args", [("--worse-by", "1.5"), ("--cheaper-by", "0"), ("--slower-by", "-1")])
    def test_margins_out_of_range_are_named(self, tmp_path: Path, args: tuple[str, ...]) -> None:
        done = CliRunner().invoke(bench, ["claim", str(tmp_path), *args])
        assert done.exit_code == 2
        assert args[0] in done.output
