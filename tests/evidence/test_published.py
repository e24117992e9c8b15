"""The real published data: seven pairs recomputed by hand from the raw files, and the committed evidence against them.

Skipped where the files are not: SWE-bench's licence keeps them out of the repository.
"""

from __future__ import annotations

import csv
import gzip
import math
from pathlib import Path

import pytest

from bench.evidence import SETS, DataSet, EvidenceJudgement, declared, judge_all, outlook, page, read_all
from tests.evidence.hand import mn_interval, tango_interval

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
EVIDENCE = ROOT / "results" / "published" / "evidence"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the published files are not beside the repository")


@pytest.fixture(scope="module")
def sets() -> dict[str, DataSet]:
    found, remarks = read_all(DATA, SETS)
    assert remarks == []
    return found


TOLD = {
    ("swe-bench-2025-12", "best-claude"), ("swe-bench-2026-02", "best-claude"), ("aider-polyglot", "best-claude"),
    ("livebench-2026-06", "best-claude"), ("livebench-2026-06", "previous-opus"), ("livebench-2026-06", "sonnet"),
    ("artificial-analysis-2026-07", "opus"),
}  # fmt: skip
"""Set and reference of the claims recomputed here: whole families, as Holm's correction spans them."""


@pytest.fixture(scope="module")
def judged(sets: dict[str, DataSet]) -> list[EvidenceJudgement]:
    claims = declared.read(EVIDENCE / "claims.toml")
    return judge_all([c for c in claims if (c.set, c.reference) in TOLD and not c.category], sets)


def one(judged: list[EvidenceJudgement], of: str, candidate: str, baseline: str) -> EvidenceJudgement:
    [found] = [
        j for j in judged if (j.ruled.set, j.ruled.candidate, j.ruled.baseline) == (of, candidate, baseline)
    ]  # fmt: skip
    return found


def test_deepseek_v32_against_claude_45_opus_on_swe_bench(judged: list[EvidenceJudgement]) -> None:
    told: dict[str, dict[str, tuple[int, float]]] = {}
    with gzip.open(DATA / "swebench" / "bash_only_2025-12-10_instances.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            told.setdefault(row["folder"], {})[row["instance_id"]] = int(row["resolved"]), float(row["cost_usd"])
    ours = told["20251201_mini-v1.17.1_deepseek-v3.2-reasoner"]
    theirs = told["20251124_mini-v1.16.0_claude-opus-4-5-20251101"]
    assert ours.keys() == theirs.keys()
    won = sum(ours[item][0] > theirs[item][0] for item in ours)
    lost = sum(ours[item][0] < theirs[item][0] for item in ours)
    ratio = sum(cost for _, cost in ours.values()) / sum(cost for _, cost in theirs.values())
    assert (len(ours), won, lost, round(100 * (won - lost) / 500, 1), round(ratio, 3)) == (500, 16, 88, -14.4, 0.039)
    j = one(judged, "swe-bench-2025-12", "DeepSeek V3.2 Reasoner", "Claude 4.5 Opus medium (20251101)")
    assert (j.n, j.won, j.lost) == (500, won, lost)
    assert j.difference.estimate == pytest.approx((won - lost) / 500)
    assert j.ratio.estimate == pytest.approx(ratio)
    assert (j.difference_95.low, j.difference_95.high) == pytest.approx(tango_interval(500, won, lost), abs=1e-6)
    assert (j.verdict, j.failing, j.meets) == ("refuted", "quality", True)
    repositories = [item.rpartition("-")[0] for item in ours]
    worth = 500**2 / sum(repositories.count(name) ** 2 for name in set(repositories))
    assert (len(set(repositories)), round(worth, 1), j.elsewhere) == (12, 3.9, "inconclusive")


def test_deepseek_v32_against_opus_4_on_aider(judged: list[EvidenceJudgement]) -> None:
    text = (DATA / "aider" / "polyglot_leaderboard.yml").read_text()
    rows = []
    for model in ("DeepSeek-V3.2-Exp (Reasoner)", "claude-opus-4-20250514 (32k thinking)"):
        [entry] = [part for part in text.split("- dirname: ") if f"model: {model}\n" in part]
        cells = dict(line.strip().split(": ", 1) for line in entry.splitlines()[1:] if ": " in line)
        names = ("pass_num_2", "test_cases", "total_cost", "seconds_per_case")
        rows.append({name: float(cells[name]) for name in names})
    ours, theirs = rows
    j = one(judged, "aider-polyglot", "DeepSeek-V3.2-Exp (Reasoner)", "claude-opus-4-20250514 (32k thinking)")
    assert (ours["pass_num_2"], theirs["pass_num_2"], ours["test_cases"], theirs["test_cases"]) == (167, 162, 225, 225)
    assert j.difference.estimate == pytest.approx(5 / 225)
    assert j.ratio.estimate == pytest.approx(ours["total_cost"] / theirs["total_cost"])
    assert round(j.ratio.estimate, 3) == 0.020
    assert j.slower == pytest.approx(ours["seconds_per_case"] / theirs["seconds_per_case"])
    assert (j.difference_95.low, j.difference_95.high) == pytest.approx(mn_interval(167, 225, 162, 225), abs=1e-4)
    assert (j.method, j.meets, j.ratio.low, j.verdict) == ("totals", True, None, "inconclusive")


def test_minimax_m25_against_claude_45_opus_on_mini_v2(judged: list[EvidenceJudgement]) -> None:
    with (DATA / "swebench" / "mini_v2_2026-02_models.csv").open() as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    ours, theirs = rows["MiniMax M2.5 (high)"], rows["Claude 4.5 Opus (high)"]
    n = [float(row["total_cost_usd"]) / float(row["instance_cost_usd"]) for row in (ours, theirs)]
    assert n == pytest.approx([500, 500])
    points = float(ours["resolved_pct"]) - float(theirs["resolved_pct"])
    ratio = float(ours["total_cost_usd"]) / float(theirs["total_cost_usd"])
    assert (round(points, 1), round(ratio, 3)) == (-1.0, 0.097)
    j = one(judged, "swe-bench-2026-02", "MiniMax M2.5 (high)", "Claude 4.5 Opus (high)")
    assert j.difference.estimate == pytest.approx(points / 100)
    assert j.ratio.estimate == pytest.approx(ratio)
    assert (j.difference_95.low, j.difference_95.high) == pytest.approx(mn_interval(379, 500, 384, 500), abs=1e-4)
    spread = 0.758 * 0.242 + 0.768 * 0.232
    assert j.needed == math.ceil((1.6448536 + 0.8416212) ** 2 * spread / 0.02**2)
    assert (j.verdict, j.meets) == ("inconclusive", True)


@pytest.mark.parametrize(
    ("baseline", "points", "low", "high", "share", "verdict"),
    [
        ("claude-opus-4-8-max-effort", 0.7, -1.6, 3.0, 0.046, "inconclusive"),
        ("claude-fable-5-max-effort", -4.6, -6.8, -2.5, 0.029, "inconclusive"),
        ("claude-sonnet-5-xhigh-effort", 1.9, -0.4, 4.2, 0.089, "reported"),
    ],
)
def test_deepseek_v4_pro_against_three_claudes_on_livebench(
    judged: list[EvidenceJudgement], baseline: str, points: float, low: float, high: float, share: float, verdict: str
) -> None:
    """Question-weighted means, subtasks as strata: variance of a difference of two means, each p (1 - p) / n."""
    names = ("deepseek-v4-pro-0813", baseline)
    files = [DATA / "livebench" / f"{name}_2026_06_25.csv" for name in ("table", "cost")]
    score, cost = ({row["model"]: row for row in csv.DictReader(file.read_text().splitlines())} for file in files)
    tasks = [name for name in score[baseline] if name != "model"]
    counts = {task: int(cost[baseline][f"nq_{task}"]) for task in tasks}
    n = sum(counts.values())
    mean, variance, bill = [], 0.0, []
    for name in names:
        shares = {task: float(score[name][task]) / 100 for task in tasks}
        mean.append(sum(counts[task] * shares[task] for task in tasks) / n)
        variance += sum(counts[task] * shares[task] * (1 - shares[task]) for task in tasks) / n**2
        bill.append(sum(float(cost[name][task]) for task in tasks))
    gap, half = mean[0] - mean[1], 1.6448536 * math.sqrt(variance)
    assert (n, round(100 * gap, 1), round(bill[0] / bill[1], 3)) == (1270, points, share)
    assert (round(100 * (gap - half), 1), round(100 * (gap + half), 1)) == (low, high)
    j = one(judged, "livebench-2026-06", names[0], baseline)
    assert j.n == n
    assert j.difference.estimate == pytest.approx(gap)
    assert j.ratio.estimate == pytest.approx(bill[0] / bill[1])
    assert (j.difference.low, j.difference.high) == pytest.approx((gap - half, gap + half), abs=1.5e-3)
    assert (j.verdict, j.meets) == (verdict, True)


def test_deepseek_v4_pro_against_opus_48_on_the_index(judged: list[EvidenceJudgement]) -> None:
    with (DATA / "artificial_analysis" / "llms_2026-07-10.csv").open() as file:
        rows = {row["slug"]: row for row in csv.DictReader(file)}
    ours, theirs = rows["deepseek-v4-pro"], rows["claude-opus-4-8"]
    index = [float(row["intelligence_index"]) for row in (ours, theirs)]
    share = float(ours["index_cost_total"]) / float(theirs["index_cost_total"])
    assert ([round(value, 1) for value in index], round(share, 3)) == ([44.3, 55.7], 0.047)
    j = one(judged, "artificial-analysis-2026-07", ours["name"], theirs["name"])
    assert j.difference.estimate == pytest.approx((index[0] - index[1]) / 100)
    assert (j.difference.low, j.n, j.verdict, j.meets) == (None, 0, "inconclusive", True)
    assert j.ratio.estimate == pytest.approx(share)


@pytest.mark.slow
def test_the_committed_evidence_is_what_the_data_say(sets: dict[str, DataSet]) -> None:
    ruled = [claim for each in sets.values() for claim in each.claims()]
    judged = judge_all(ruled, sets)
    assert declared.as_toml(ruled) == (EVIDENCE / "claims.toml").read_text()
    assert page.csv_text(judged, outlook.plan(judged)) == (EVIDENCE / "verdicts.csv").read_text()
    assert page.markdown(judged, sets) == (EVIDENCE / "verdicts.md").read_text()


def test_no_row_of_swe_bench_is_published() -> None:
    """CC BY-NC: figures computed from it may be, its rows may not."""
    for path in EVIDENCE.iterdir():
        assert b"astropy__" not in path.read_bytes(), path
