"""Tables of one's own: columns mapped, values checked, nothing guessed."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from bench.claims import adhoc, judge_run, sentence
from bench.errors import UsageError
from bench.importers import streamed
from bench.records import read_record
from bench.report.write import write_report
from tests.importers.conftest import HERE, Importing, items, totals

ITEMS = "item,model,score,cost_usd\nq1,claude,1,0.5\nq1,qwen,0,0.05\nq2,claude,0,\nq2,qwen,1,0\n"


def test_columns_named_like_fields_need_no_map(importing: Importing) -> None:
    done, manifest = importing("csv", ITEMS, file="quiz.csv", provenance=HERE)
    rows = items(done).set_index(["model", "item"])
    assert rows["score"].to_dict() == {("claude", "q1"): 1, ("qwen", "q1"): 0, ("claude", "q2"): 0, ("qwen", "q2"): 1}
    assert rows["cost_usd"].tolist() == [0.5, 0.05, pd.NA, pd.NA], "an empty cost is unknown, and so is a 0"
    assert any(note.startswith("cost_usd is 0: cost unknown; if it was free") for note in done.notes)
    assert set(rows["suite"]) == set(rows["task"]) == {"quiz"}
    assert rows["prompt_sha256"].nunique() == 2
    assert manifest["models"]["claude"]["model"] == "anthropic/claude"
    about = manifest["imported"]
    assert {key: about[key] for key in ("source", "commit", "retrieved", "licence")} == {
        "source": "a test", "commit": "c0ffee", "retrieved": "2026-11-22", "licence": "CC0",
    }  # fmt: skip
    assert about["files"][0]["bytes"] == len(ITEMS)
    assert done.notes[0].startswith("quiz.csv: cost_usd from cost_usd, item from item")


def test_another_right_answer_is_another_question(importing: Importing) -> None:
    done, _ = importing("csv", "item,model,score,expected\nq1,a,1,4\nq1,b,1,5\nq2,a,1,4\nq2,b,1,4\n")
    rows = items(done)
    assert rows.groupby("item")["prompt_sha256"].nunique().to_dict() == {"q1": 2, "q2": 1}


@pytest.mark.parametrize("said", [{"cost_basis": "=free"}, {"cost_usd": "=0"}])
def test_a_cost_of_0_counts_where_the_user_says_so(importing: Importing, said: dict[str, str]) -> None:
    done, _ = importing("csv", "item,model,score,cost_usd\nq1,m,1,0\nq2,m,1,0.0\n", mapping=said)
    assert items(done)["cost_usd"].tolist() == [0, 0]


def test_no_answer_has_0_tokens_or_seconds(importing: Importing) -> None:
    text = "item,model,score,latency_s,tokens_in,tokens_out\nq1,m,1,0,0,0\nq2,m,1,0.5,9,7\n"
    done, _ = importing("csv", text)
    rows = items(done)
    for field, known in (("latency_s", 0.5), ("in_uncached", 9), ("out_total", 7)):
        assert rows[field].tolist() == [pd.NA, known]
    assert "tokens_in is 0: unknown (rows: 1)" in done.notes
    totals_of, _ = importing("csv", "model,n,successes,cost_total_usd,latency_mean_s\nm,9,3,0,0\n")
    row = totals(totals_of).iloc[0]
    assert pd.isna(row["cost_total_usd"])
    assert pd.isna(row["latency_mean_s"])
    assert pd.isna(row["cost_basis"])


WITHOUT_NAMES = [
    (",item,model,score\n7,q1,m,1\n8,q2,m,0\n", "a.csv", "column 1, which has no name"),  # pandas' index
    (
        ",,item,model,score\n7,9,q1,m,1\n8,9,q2,m,0\n",
        "a.csv",
        "column 1, which has no name, column 2, which has no name",
    ),
    ("item,model,score,\nq1,m,1,7\nq2,m,0,8\n", "a.csv", "column 4, which has no name"),  # a delimiter at the end
    (" ,item,model,score\n7,q1,m,1\n8,q2,m,0\n", "a.csv", "column 1, which has no name"),
    ("\ufeff,item,model,score\n7,q1,m,1\n8,q2,m,0\n", "a.csv", "column 1, which has no name"),
    ("Unnamed: 0,item,model,score\n7,q1,m,1\n8,q2,m,0\n", "a.csv", "Unnamed: 0"),  # written, read and written again
    (
        '{"": 7, "item": "q1", "model": "m", "score": 1}\n{" ": 8, "item": "q2", "model": "m", "score": 0}',
        "a.jsonl",
        "",
    ),
]


@pytest.mark.parametrize(("text", "file", "note"), WITHOUT_NAMES)
def test_a_column_without_a_name_is_no_fields(importing: Importing, text: str, file: str, note: str) -> None:
    """What has no column is unknown: row numbers are no costs, seconds or tokens."""
    done, manifest = importing("csv", text, file=file)
    rows = items(done)
    for field in ("cost_usd", "latency_s", "in_uncached", "out_total"):
        assert rows[field].isna().all(), field
    assert (set(rows["suite"]), set(rows["task"]), set(rows["repeat"])) == ({"a"}, {"a"}, {0})
    assert rows["cluster"].tolist() == ["a/q1", "a/q2"]
    assert manifest["models"]["m"]["imported"]["effort"] is None
    assert done.notes[0].endswith(note) if note else "not read" not in done.notes[0]


def test_a_column_without_a_name_cannot_be_mapped(importing: Importing) -> None:
    with pytest.raises(UsageError, match=r"--map cost_usd=: there is no such column\. Known: item, model, score\.$"):
        importing("csv", ",item,model,score\n7,q1,m,1\n", mapping={"cost_usd": ""})
    with pytest.raises(UsageError, match=r"no column for score\. It has one without a name, item, model"):
        importing("csv", ",item,model\n7,q1,m\n")


def test_a_key_that_stands_twice_is_named(importing: Importing) -> None:
    good = '{"item": "q1", "model": "m", "score": 1}\n'
    done, _ = importing("csv", good + '{"item": "q2", "model": "m", "score": 1, "score": 0}\n', file="a.jsonl")
    assert done.dropped == ({"row": "a.jsonl line 2", "why": "column score: stands twice"},)
    with pytest.raises(
        UsageError, match=r"a\.jsonl: holds no JSON object; a\.jsonl line 1: column score: stands twice\.$"
    ):
        importing("csv", '{"item": "q2", "model": "m", "score": 1, "score": 0}\n', file="a.jsonl")


def test_every_field_can_be_mapped(importing: Importing) -> None:
    text = "id;who;right;kind;secs;in;out;rep;group;say;asked\n1;m;75,5;maths;1,5;10;20;2;algebra;x=1;Solve it\n"
    mapping = {
        "item": "id", "model": "who", "score": "right/100", "task": "kind", "latency_s": "secs", "tokens_in": "in",
        "tokens_out": "out", "repeat": "rep", "cluster": "group", "answer": "say", "prompt": "asked", "suite": "=exam",
        "vendor": "=acme", "harness": "=my script",
    }  # fmt: skip
    done, manifest = importing("csv", text, mapping=mapping, decimal=",")
    row = items(done).iloc[0]
    told = ("suite", "task", "item", "cluster", "model", "repeat", "latency_s", "in_uncached", "out_total")
    assert row[list(told)].tolist() == ["exam", "maths", "1", "algebra", "m", 2, 1.5, 10, 20]
    assert row["score"] == pytest.approx(0.755)
    assert manifest["models"]["m"]["model"] == "acme/m"
    assert manifest["models"]["m"]["imported"]["harness"] == "my script"


def test_json_lines_too(importing: Importing) -> None:
    lines = [{"item": 1, "model": "m", "score": True, "answer": ["a"]}, {"item": 2, "model": "m", "score": None}]
    done, _ = importing("csv", "\n".join(map(json.dumps, lines)), file="a.jsonl")
    assert items(done)["outcome"].tolist() == ["unstated", "infrastructure"]
    assert "a score is empty: the item counts as missing (rows: 1)" in done.notes
    with pytest.raises(UsageError, match="holds no JSON object"):
        importing("csv", "\n", file="b.jsonl")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            "q,m,74.2,",
            "column score: '74.2' is not a score from 0 to 1; if the column holds percent, give --map score=score/100",
        ),
        ("q,m,-1,", "column score: '-1' is not a score from 0 to 1"),
        ("q,m,good,", "column score: 'good' is not a number"),
        ('q,m,"0,5",', "column score: '0,5' has a comma; if that is its decimal point, give --decimal ,"),
        ("q,m,1,-3", "column cost_usd: '-3' is negative"),
        (" ,m,1,", "column item: is empty, and item is needed"),
        ("q,,1,", "column model: is empty, and model is needed"),
    ],
)
def test_bad_cells_are_named_by_file_row_and_column(importing: Importing, line: str, why: str) -> None:
    done, _ = importing("csv", f"item,model,score,cost_usd\n{line}\nq1,good,1,2\n", file="a.csv")
    assert done.dropped == ({"row": "a.csv row 2", "why": why},)
    assert done.items == 1


def test_a_second_row_of_an_item_is_no_second_item(importing: Importing) -> None:
    done, manifest = importing("csv", ITEMS + "q1,claude,0,9\n", file="quiz.csv")
    assert done.items == 4
    assert items(done).query("model == 'claude' and item == 'q1'")["score"].tolist() == [1]
    assert manifest["imported"]["dropped"] == [
        {
            "row": "quiz.csv row 6",
            "why": "quiz/quiz/q1, claude stands twice; the first is kept. If it is a second sample, map `repeat`",
        }
    ]
    assert manifest["suites"] == {"quiz": {"items_planned": 2, "items_available": 2}}


@pytest.mark.parametrize(
    ("mapping", "why"),
    [
        ({"score": "accurracy"}, "--map score=accurracy: there is no such column. Did you mean 'accuracy'"),
        ({"scor": "accuracy"}, "--map scor: this format has no such choice. Did you mean 'score'"),
        ({}, "no column for score. It has item, model, accuracy. Give --map FIELD=COLUMN"),
    ],
)
def test_maps_that_cannot_work(importing: Importing, mapping: dict[str, str], why: str) -> None:
    with pytest.raises(UsageError) as error:
        importing("csv", "item,model,accuracy\n1,m,1\n", mapping=mapping)
    assert why in str(error.value)


def test_labels_are_one_line_and_any_text_is_kept(importing: Importing) -> None:
    lines = ['{"item": 1, "model": "kimi\\n k2", "score": 1, "answer": "cut \\ud83d"}']
    done, _ = importing("csv", "\n".join(lines), file="a.jsonl")
    assert done.models == ("kimi k2",)


def test_nothing_but_bad_rows(importing: Importing) -> None:
    with pytest.raises(UsageError, match=r"nothing could be imported \(1 rows dropped; the first: a\.csv row 2"):
        importing("csv", "item,model,score\n1,m,x\n", file="a.csv")


def test_totals(importing: Importing) -> None:
    text = (
        "model,n,successes,cost_total_usd,harness,date\nclaude,100,75,12,h 1,2026-01-01\nqwen,100,70,,h 1,2026-01-01\n"
        "glm,100,170,1,h 1,2026-01-01\nclaude,100,60,12,h 2,2026-01-01\nclaude,100,61,12,h 2,2026-01-01\n"
    )
    done, manifest = importing("csv", text, file="board.csv", mapping={"cost_basis": "=as billed"})
    table = totals(done)
    assert table["score"].to_dict() == {"claude [h 1]": 0.75, "qwen": 0.7, "claude [h 2]": 0.6}
    assert table["comparable"].tolist() == ["board, h 1", "board, h 1", "board, h 2"]
    assert table["cost_basis"].tolist() == ["as billed", pd.NA, "as billed"]
    assert [one["row"] for one in done.dropped] == ["board.csv row 4", "board.csv row 6"]
    assert list(manifest["models"]) == ["claude [h 1]", "qwen", "claude [h 2]"]


def test_totals_of_several_files_share_their_labels(importing: Importing) -> None:
    one = "model,score,n\nclaude,0.5,10\n"
    done, _ = importing("csv", one, one, file="a.csv")
    assert totals(done)["suite"].tolist() == ["a", "1-a"]


def test_a_claim_on_imported_items(importing: Importing) -> None:
    """400 items, of which 2 differ each way, at a tenth of the cost: supported, with nothing asked."""

    def line(at: int, model: str, wrong: tuple[int, ...], cost: float) -> str:
        return f"q{at},{model},{int(at not in wrong)},{cost + at / 1e6}"

    wanted: list[Any] = [("claude", (1, 2), 1.0), ("qwen", (3, 4), 0.05)]
    text = "item,model,score,cost_usd\n" + "\n".join(line(at, *model) for at in range(400) for model in wanted)
    done, _ = importing("csv", text)
    (opinion,) = judge_run(done.folder, claim=adhoc("qwen", "claude", worse_by=0.03, cheaper_by=0.9)).judgements
    assert str(opinion.verdict) == "supported"
    assert not opinion.declared


@pytest.mark.slow
def test_several_samples_of_an_item_are_told_as_such(importing: Importing) -> None:
    rows = [
        f"q{at},{model},{sample},{int(at % 3 > 0)}"
        for at in range(12) for model in ("claude", "qwen") for sample in (1, 2)
    ]  # fmt: skip
    done, manifest = importing("csv", "item,model,repeat,score\n" + "\n".join(rows))
    assert (manifest["settings"]["repeats"], done.items) == (2, 48)
    (opinion,) = judge_run(done.folder, claim=adhoc("qwen", "claude", worse_by=0.03)).judgements
    assert "12 paired items, 2 runs each" in sentence(opinion, read_record(done.folder))
    report, _ = write_report(done.folder)
    assert [(row.n, row.planned, row.unasked) for row in report.rows] == [(24, 24, 0)] * 2


def test_what_other_models_were_asked_is_no_part_of_a_claim(importing: Importing) -> None:
    sizes = {"claude": 40, "qwen": 30, "other": 60}
    lines = [f"q{at},{label},{at % 2}" for label, count in sizes.items() for at in range(count)]
    done, _ = importing("csv", "item,model,score\n" + "\n".join(lines))
    (opinion,) = judge_run(done.folder, claim=adhoc("qwen", "claude", worse_by=0.03)).judgements
    assert (opinion.pairs.n, opinion.pairs.planned) == (40, 40)
    assert (opinion.pairs.candidate.missing, opinion.pairs.candidate.samples) == (10, 40)
    assert "qwen lacks 10 of 40 scores" in " ".join(opinion.warnings)
    told = sentence(opinion, read_record(done.folder))
    assert "interim" not in told
    assert "40 items, 30 of them with both scores, 1 run each" in told
    write_report(done.folder)
    notes = (done.folder / "comparison.md").read_text(encoding="utf-8")
    assert "60 of 60 items, not all of them of every model" in notes
    assert "30 of 60 answers are not in the source." in notes


def test_columns_of_json_lines_are_those_of_every_line(importing: Importing) -> None:
    lines = [
        {"item": 1, "model": "m", "score": 1},
        {"item": 1, "model": "m", "score": 0, "repeat": 1, "cost_usd": 0.5, "suite": "late"},
    ]
    text = "\n".join(map(json.dumps, lines))
    for mapping in ({}, {"cost_usd": "cost_usd"}):
        done, _ = importing("csv", text, file="a.jsonl", mapping=mapping)
        rows = items(done)
        assert rows["cost_usd"].tolist() == [pd.NA, 0.5]
        assert (rows["repeat"].tolist(), rows["suite"].tolist()) == ([0, 1], ["a", "late"])


@pytest.mark.parametrize(
    ("score", "n", "successes", "kept"),
    [("0.9", 100, 50, 0), ("0.5", 100, 50, 1), ("0.67", 3, 2, 1), ("0.751", 225, 169, 1), ("0.49", 100, 50, 0)],
)
def test_totals_that_contradict_themselves_are_left_out(
    importing: Importing, score: str, n: int, successes: int, kept: int
) -> None:
    text = f"model,score,n,successes\nodd,{score},{n},{successes}\ngood,,100,60\n"
    done, _ = importing("csv", text, file="a.csv")
    assert done.totals == 1 + kept
    assert [one["row"] for one in done.dropped] == ["a.csv row 2"] * (1 - kept)
    if not kept:
        assert done.dropped[0]["why"] == f"column score: {score} is not {successes} of {n}"


def test_repeats_may_have_any_labels(importing: Importing) -> None:
    rows = "item,model,score,repeat\nq,m,1,trial-a\nq,m,0,trial-b\nq,n,1,x\nr,m,1,3\nr,m,1,\n"
    done, _ = importing("csv", rows)
    assert done.dropped == ()
    assert items(done)[["item", "model", "repeat"]].to_numpy().tolist() == [
        ["q", "m", 0], ["q", "m", 1], ["q", "n", 0], ["r", "m", 3], ["r", "m", 0],
    ]  # fmt: skip


def test_rows_that_are_doubled_without_end_are_given_up(importing: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamed, "PIECE_ROWS", 10)
    monkeypatch.setattr(streamed, "DOUBLED_FROM", 100)
    few = "task,item,model,score\n" + "t,i,m,1\n" * 90
    assert importing("csv", few)[0].items == 1
    with pytest.raises(UsageError, match=r"many\.csv.* all but one in 20 of the first 100 rows stood before"):
        importing("csv", few + "t,i,m,1\n" * 100, file="many.csv")
