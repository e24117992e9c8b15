"""What a claim is about: these kinds of task on fresh items, or other kinds like these; both are judged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from bench import claims
from bench.cli import bench
from bench.records import SUCH, THESE, Claim, read_record
from bench.records.tables import ItemRow
from tests.claims.test_claims import CLAIM, judged, write
from tests.report.sample_run import ANSWERED


def world(
    families: int, each: int, saving: float, *, cap: float = 8.0, sources: int = 0, lost: Sequence[int] = ()
) -> list[ItemRow]:
    """Two models that solve everything, but for the candidate's `lost` items; a cap of `cap` times its mean cost.

    `sources`: items of a family that share a source each; 0: the family is the cluster, as our suites state it.
    """
    rng = np.random.default_rng(1)
    made = []
    for at in range(families * each):
        family = f"f{at // each}"
        cluster = f"{family}s{at % each // sources}" if sources else family
        item = replace(
            ANSWERED, suite="reasoning", task="reasoning", item=str(at), family=family, cluster=cluster,
            prompt_sha256=str(at), score=1.0, started_at="2026-11-20T10:15:01.000+00:00",
        )  # fmt: skip
        usd = 0.02 * rng.lognormal(-0.18, 0.6)
        thought = (1 - saving) * 0.02 * min(cap, float(rng.lognormal(-0.32, 0.8)))
        made += [
            replace(item, model="big", cost_usd=usd, cost_cap_usd=0.16),
            replace(
                item, model="small", cost_usd=thought, cost_cap_usd=(1 - saving) * 0.02 * cap,
                score=float(at not in lost),
            ),
        ]  # fmt: skip
    return made


def test_identical_models_are_supported_on_these_kinds_of_task(tmp_path: Path) -> None:
    opinion = judged(tmp_path / "run", world(18, 48, 0.951))
    assert (opinion.deciding.about, opinion.other.about) == (THESE, SUCH)
    assert str(opinion.verdict) == "supported"
    assert str(opinion.other.verdict) == "inconclusive", "18 kinds say too little of others"
    for reading in opinion.readings:
        cost = reading.test.parts["reasoning", "cost"]
        assert cost.interval.low is not None
        least = 0.048 if reading is opinion.deciding else 0.03  # whole kinds that were not met may cost more, or less
        assert least < cost.interval.low < cost.estimate < 0.06
        assert cost.n == 864


def test_a_saving_of_83_is_no_90(tmp_path: Path) -> None:
    opinion = judged(tmp_path / "run", world(18, 48, 0.83))
    assert str(opinion.verdict) == "refuted"
    assert opinion.test.failing == ("reasoning", "cost")


def test_items_that_share_a_source_are_dependent_in_either_reading(tmp_path: Path) -> None:
    lost = [at for at in range(600) if at // 5 % 15 == 0]
    of_family = judged(tmp_path / "family", world(12, 50, 0.95, lost=lost))
    worded = judged(tmp_path / "worded", world(12, 50, 0.95, sources=5, lost=lost))
    alone, shared = (opinion.test.parts["reasoning", "quality"] for opinion in (of_family, worded))
    assert 0.9 < alone.design_effect <= 1, "independent, and the families as fixed strata"
    assert shared.design_effect > 4, "five wordings of a ticket fail together"
    assert of_family.other.test.parts["reasoning", "quality"].design_effect > 1


def test_the_claim_says_which_reading_decides(tmp_path: Path) -> None:
    such = replace(CLAIM, about=SUCH)
    opinion = judged(tmp_path / "run", world(18, 48, 0.951), such)
    assert (opinion.deciding.about, opinion.other.about) == (SUCH, THESE)
    assert [str(reading.verdict) for reading in opinion.readings] == ["inconclusive", "supported"]
    assert opinion.declared, "run.json keeps what it is about"
    [entry] = claims.as_json(claims.judge_run(tmp_path / "run"), read_record(tmp_path / "run"))
    assert (entry["about"], entry["verdict"], entry["claim"]["about"]) == (SUCH, "inconclusive", SUCH)
    assert [reading["about"] for reading in entry["readings"]] == [SUCH, THESE]
    assert entry["readings"][0]["parts"] == entry["parts"]
    assert {"estimate", "interval", "n", "design_effect", "p_supported"} <= set(entry["readings"][1]["parts"][0])


def test_a_claim_that_does_not_say_hashes_as_before() -> None:
    silent = Claim.of("cheap", {"candidate": "a", "baseline": "b", "worse_by": 0.03})
    said = {"candidate": "a", "baseline": "b", "worse_by": 0.03}
    assert silent.about == THESE
    assert Claim.of("cheap", {**said, "about": THESE}).sha256 == silent.sha256
    assert Claim.of("cheap", {**said, "about": SUCH}).sha256 != silent.sha256
    assert "about" not in silent.as_dict()


def test_the_command_line_chooses_the_reading(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", world(18, 12, 0.951))
    options = ["claim", str(folder), "--candidate", "small", "--baseline", "big", "--worse-by", "0.03", "--json"]
    said = {}
    for about in (THESE, SUCH):
        done = CliRunner().invoke(bench, [*options, "--about", about])
        [entry] = json.loads(done.output)
        said[about] = entry["about"], entry["verdict"], done.exit_code
    assert said == {THESE: (THESE, "supported", 0), SUCH: (SUCH, "inconclusive", 4)}
    assert CliRunner().invoke(bench, [*options, "--about", "all"]).exit_code == 2


@pytest.mark.parametrize("about", [THESE, SUCH])
def test_independent_items_have_one_reading(tmp_path: Path, about: str) -> None:
    opinion = judged(tmp_path / "run", world(120, 1, 0.95), replace(CLAIM, about=about))
    assert opinion.test.parts == opinion.other.test.parts
    assert opinion.verdict == opinion.other.verdict


@pytest.mark.slow
def test_a_strict_level_and_many_claims_are_decided_where_the_data_are_clear(tmp_path: Path) -> None:
    strict = replace(CLAIM, confidence=0.9999)
    assert str(judged(tmp_path / "saves", world(18, 48, 0.951), strict).verdict) == "supported"
    assert str(judged(tmp_path / "saves less", world(18, 48, 0.83), strict).verdict) == "refuted"
    many = [
        replace(CLAIM, name=f"c{at}", margins={"cheaper_by": 0.9, "worse_by": 0.03 + at / 1000}) for at in range(26)
    ]
    for saving, verdict in ((0.951, "supported"), (0.83, "refuted")):
        ruling = claims.judge_run(write(tmp_path / verdict, world(18, 48, saving), *many))
        assert {str(opinion.verdict) for opinion in ruling.judgements} == {verdict}
        assert len(ruling.judgements) == 26
