"""`bench import` at the command line."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from bench import importers
from bench.cli import import_
from tests.cli.conftest import Bench, bench
from tests.importers.conftest import LM_EVAL
from tests.importers.test_aider import entry

__all__ = ["bench"]


def test_a_verdict_in_two_commands(bench: Bench) -> None:
    done = bench("import", "lm_eval", str(LM_EVAL / "smollm2"), str(LM_EVAL / "qwen-coder"), "--map", "filter=flexible")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[-4] == "Imported 12 answers of 2 models (qwen-coder, smollm2) on mini."
    folder = lines[-1].removeprefix("Run folder: ")
    assert lines[-2].startswith("No costs tell which one would replace the other: swap the two")
    assert lines[-3] == f"Next: bench claim {folder} --candidate qwen-coder --baseline smollm2 --worse-by 0.03"
    judged = bench("claim", "--candidate", "smollm2", "--baseline", "qwen-coder", "--worse-by", "0.03")
    assert judged.code == 4
    assert "Inconclusive on " in judged.out
    assert "how the answers ended is unknown" in judged.out
    priced = bench("claim", "--candidate", "smollm2", "--baseline", "qwen-coder", "--cheaper-by", "0.5")
    assert priced.code == 4
    assert "the cost of 6 of 6 items is unknown" in priced.out
    assert "lm_eval" in bench("list", "runs").out


def test_what_is_dropped_is_printed_and_kept(bench: Bench) -> None:
    rows = "".join(f"q{at},m,{at}\n" for at in range(14))
    (bench.folder / "a.csv").write_text("item,model,score\n" + rows)
    done = bench(
        "import", "csv", "a.csv", "--licence", "CC0", "--commit", "c0", "--retrieved", "2026-11-22", "-o", "mine"
    )
    assert done.code == 0
    errors = done.err.splitlines()
    assert len(errors) == 11
    assert errors[0].startswith("dropped: a.csv row 4: column score: '2' is not a score")
    assert errors[-1] == "dropped: 2 more rows; run.json names them"
    about = json.loads((bench.folder / "mine" / "run.json").read_text())["imported"]
    assert (about["dropped_count"], len(about["dropped"])) == (12, 12)
    assert (about["source"], about["licence"], about["commit"], about["retrieved"]) == (None, "CC0", "c0", "2026-11-22")


def test_the_next_command_can_be_pasted(bench: Bench) -> None:
    (bench.folder / "a.csv").write_text("item,model,score\n" + "q,$HOME `id`,1\nq,o'b,1\n")
    done = bench("import", "csv", "a.csv", "-o", "my runs/first")
    (line,) = [line for line in done.out.splitlines() if line.startswith("Next: bench ")]
    words = shlex.split(line.removeprefix("Next: bench "))
    assert words[:6] == ["claim", "my runs/first", "--candidate", "$HOME `id`", "--baseline", "o'b"]
    assert bench(*words).code == 4
    done = bench("import", "csv", "a.csv", "--results", "mine")
    line = next(line for line in done.out.splitlines() if line.startswith("Next: bench "))
    assert bench(*shlex.split(line.removeprefix("Next: bench "))).code == 4


def test_the_formats_offered_are_those_there_are() -> None:
    assert set(import_.FORMATS) == set(importers.FORMATS)


def test_a_leaderboard_of_many_models(bench: Bench) -> None:
    (bench.folder / "a.csv").write_text("model,score\n" + "".join(f"m{at},0.5\n" for at in range(9)))
    done = bench("import", "csv", "a.csv", "--map", "suite==quiz")
    assert "Imported 9 totals of 9 models (m0, m1, m2, m3 and 5 more) on quiz." in done.out
    assert "--candidate LABEL --baseline LABEL" in done.out
    assert "m4, and 4 more" in bench("list", "runs").out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("csv", "nowhere.csv"), "nowhere.csv: there is no such file or folder."),
        (("helmet", "a.csv"), "'helmet' is no format that is known. Did you mean"),
        (("csv", "a.csv", "--map", "score"), "'score' is not FIELD=COLUMN, e.g. score=accuracy"),
        (("csv", "a.csv", "--map", "score=a", "--map", "score=b"), "score is mapped twice"),
        (("csv", "a.csv", "--retrieved", "22.11.2026"), "must be a date such as 2026-11-22"),
        (("csv",), "Missing argument 'PATH...'"),
    ],
)
def test_mistakes_get_one_line(bench: Bench, arguments: tuple[str, ...], why: str) -> None:
    done = bench("import", *arguments)
    assert done.code == 2
    assert why in done.err
    assert "Traceback" not in done.err
    assert not list(Path(bench.folder).glob("results/*"))


@pytest.mark.parametrize("verb", [("score",), ("reprice", "--mode", "batch")])
def test_an_import_is_neither_scored_again_nor_repriced(bench: Bench, verb: tuple[str, ...]) -> None:
    bench("import", "lm_eval", str(LM_EVAL / "smollm2"))
    done = bench(*verb)
    assert done.code == 2
    assert "was imported" in done.err


def test_the_next_command_claims_that_the_cheaper_replaces_the_dearer(bench: Bench) -> None:
    rows = "".join(f"q{at},small,1,0.001\nq{at},large,1,0.01\n" for at in range(4))
    (bench.folder / "a.csv").write_text("item,model,score,usd\n" + rows)
    done = bench("import", "csv", "a.csv", "--map", "cost_usd=usd", "-o", "mine")
    assert "--candidate small --baseline large --cheaper-by 0.5 --worse-by 0.03" in done.out
    (bench.folder / "a.csv").write_text("item,model,score,usd\n" + rows.replace("q3,small,1,0.001", "q3,small,1,"))
    done = bench("import", "csv", "a.csv", "--map", "cost_usd=usd", "-o", "gap")
    assert "--cheaper-by" not in done.out


def test_claims_of_a_file_are_judged_together(bench: Bench) -> None:
    rows = "".join(f"q{at},small,1,0.001\nq{at},large,1,0.01\n" for at in range(120))
    (bench.folder / "a.csv").write_text("item,model,score,usd\n" + rows)
    assert bench("import", "csv", "a.csv", "--map", "cost_usd=usd", "-o", "mine").code == 0
    claims = '[claims.{}]\ncandidate = "{}"\nbaseline = "{}"\ncheaper_by = 0.5\n'
    file = bench.folder / "claims.toml"
    file.write_text(claims.format("ours", "small", "large") + claims.format("theirs", "large", "small"))
    done = bench("claim", "mine", "--claims", "claims.toml", "--json", "--keep")
    assert done.code == 3, done.err
    told = json.loads(done.out)
    assert [(each["name"], each["verdict"]) for each in told] == [("ours", "supported"), ("theirs", "refuted")]
    assert all("exploratory" in each["labels"] for each in told)
    assert [*json.loads((bench.folder / "mine" / "run.json").read_text())["claims"]] == ["ours", "theirs"]
    file.write_text(claims.format("ours", "smal", "large"))
    wrong = bench("claim", "mine", "--claims", "claims.toml")
    assert (wrong.code, "claims.toml:2: candidate 'smal' is not a model of this run" in wrong.err) == (2, True)
    file.write_text("[run]\n")
    assert "claims.toml:1: holds no claim" in bench("claim", "mine", "--claims", "claims.toml").err
    both = bench("claim", "mine", "--claims", "claims.toml", "--candidate", "a", "--baseline", "b", "--worse-by", "0.1")
    assert (both.code, "give either --claims FILE" in both.err) == (2, True)


def test_claims_of_a_file_on_totals_say_that_nothing_corrects_for_them(bench: Bench) -> None:
    (bench.folder / "l.yml").write_text(entry("a") + entry("b") + entry("c"))
    assert bench("import", "aider", "l.yml", "-o", "mine").code == 0
    claims = '[claims.c{}]\ncandidate = "{}"\nbaseline = "a"\nworse_by = 0.05\n'
    (bench.folder / "claims.toml").write_text(claims.format(0, "b") + claims.format(1, "c"))
    judged = bench("claim", "mine", "--claims", "claims.toml")
    assert "nothing corrects for their number" in judged.out, judged.err
    assert "# c0: " in judged.out
