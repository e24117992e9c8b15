"""lm-eval's own output, read back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bench import claims
from bench.claims import adhoc, judge_run
from bench.errors import UsageError
from bench.records import read_record, read_table
from bench.records.items import Outcome
from bench.registry import Registry
from bench.report import compare
from bench.report.text import tables
from tests.importers.conftest import LM_EVAL, Importing, items, totals
from tests.run.test_score import answer, planned, registry, right, score

__all__ = ["registry"]
SMALL, LARGE = LM_EVAL / "smollm2", LM_EVAL / "qwen-coder"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the small model's folder, to be changed."""
    return Path(shutil.copytree(SMALL, tmp_path / "copied"))


def edited(folder: Path, **changes: Any) -> None:
    """Changes top-level keys of a results file."""
    (path,) = folder.glob("results_*.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_two_folders_become_one_run_of_two_models(importing: Importing) -> None:
    done, manifest = importing("lm_eval", SMALL, LARGE)
    assert (done.items, done.totals, done.models, done.suites) == (12, 0, ("qwen-coder", "smollm2"), ("mini",))
    rows = items(done)
    assert rows.groupby(["model", "task"])["score"].sum().to_dict() == {
        ("qwen-coder", "mini_facts"): 2.0, ("qwen-coder", "mini_sums"): 3.0,
        ("smollm2", "mini_facts"): 0.0, ("smollm2", "mini_sums"): 0.0,
    }  # fmt: skip
    assert rows["cluster"].nunique() == 6, "each document by itself"
    assert rows[["cost_usd", "latency_s", "out_total", "attempts", "started_at"]].isna().all(axis=None)
    assert manifest["models"]["smollm2"]["imported"] == {
        "raw": "smollm2", "vendor": None, "provider": "local-chat-completions", "effort": None,
        "date": "2026-11-22", "harness": "lm-eval 0.4.13", "cost_basis": None,
    }  # fmt: skip
    answers = read_table(done.folder, "answers")
    text = answers.query("model == 'smollm2' and task == 'mini_sums' and item == '0'").iloc[0]
    assert json.loads(text["prompt"])[0]["content"].endswith("Answer with one number.")
    assert text["answer"] == "There are 2 + 3 = 5 fruits in Ann's diet."
    assert answers["finish_reason"].isna().all()


def test_the_filter_is_told_and_can_be_chosen(importing: Importing) -> None:
    done, _ = importing("lm_eval", SMALL)
    assert (
        "mini_facts, mini_sums: scored by exact_match,strict; also there: exact_match,flexible "
        "(--map metric=NAME, --map filter=NAME)"
    ) in done.notes
    done, _ = importing("lm_eval", SMALL, mapping={"filter": "flexible"})
    assert items(done)["score"].sum() == 5
    with pytest.raises(UsageError, match=r"--map filter=flexibel: .* Did you mean 'flexible'"):
        importing("lm_eval", SMALL, mapping={"filter": "flexibel"})


def test_documents_that_share_a_passage_can_be_one_cluster(importing: Importing) -> None:
    done, _ = importing("lm_eval", SMALL, mapping={"cluster": "passage"})
    clusters = items(done).sort_values(["task", "item"])["cluster"].tolist()
    assert clusters == [
        "mini_facts/0", "mini_facts/1", "Ann has 2 apples and 3 pears.", "Ann has 2 apples and 3 pears.",
        "A box holds 6 eggs.", "A box holds 6 eggs.",
    ]  # fmt: skip
    assert any(note.startswith("mini_facts: every document counts as independent") for note in done.notes)
    with pytest.raises(UsageError, match="--map cluster=story: no document has that key"):
        importing("lm_eval", SMALL, mapping={"cluster": "story"})


def test_how_answers_ended_is_unknown_and_the_table_says_so(importing: Importing) -> None:
    done, _ = importing("lm_eval", SMALL, LARGE)
    comparison = compare(done.folder)
    assert {(row.truncated, row.refused, row.unparsable) for row in comparison.rows} == {(None, None, None)}
    row = next(line for line in tables.markdown(comparison).splitlines() if line.startswith("| smollm2 | mini "))
    assert row.split(" | ")[4] == "unknown"
    assert any("does not say how answers ended" in note for note in map(str, tables.notes(comparison)))
    assert not any("reused" in note for note in map(str, tables.notes(comparison)))


def test_a_verdict_and_why_its_cost_half_is_open(importing: Importing) -> None:
    done, _ = importing("lm_eval", SMALL, LARGE)
    (opinion,) = judge_run(done.folder, claim=adhoc("smollm2", "qwen-coder", worse_by=0.05, cheaper_by=0.5)).judgements
    assert str(opinion.verdict) == "inconclusive"
    assert opinion.test.problems["mini", "cost"] == "the cost of 6 of 6 items is unknown"
    assert (opinion.pairs.candidate.truncated, opinion.pairs.baseline.refused) == (None, None)
    assert any("how the answers ended is unknown" in warning for warning in opinion.warnings)
    assert (
        claims.as_json(judge_run(done.folder, claim=opinion.claim), read_record(done.folder))[0]["candidate"][
            "truncated"
        ]
        is None
    )


def test_our_own_scores_of_complete_answers_are_found_again(
    importing: Importing, registry: Registry, tmp_path: Path
) -> None:
    """The same answers through our engine's scoring and through lm-eval's files: equal but for the truncated ones."""
    prepared = planned(registry)
    cut = {("small", "sums", "i1"), ("large", "differences", "i2")}

    def tell(call: Any) -> Any:
        key = (call.model, call.item.task, call.item.item)
        ended = Outcome.TRUNCATED if key in cut else Outcome.ANSWERED
        return answer(
            call, "<answer>7</answer>" if call.item.item == "i3" and call.model == "small" else right(call), ended
        )

    _, rows = score(prepared, tmp_path, tell)
    done, _ = importing("lm_eval", tmp_path / "lm-eval")
    found = {(r.model, r.task, r.item): r.score for r in items(done).itertuples()}
    ours = {key[:3]: row.score for key, row in rows.items()}
    kept = ("suite", "family", "cluster", "level", "language")
    back = {(r.model, r.task, r.item): tuple(getattr(r, name) for name in kept) for r in items(done).itertuples()}
    assert back == {key[:3]: tuple(getattr(row, name) for name in kept) for key, row in rows.items()}
    assert found.keys() == ours.keys()
    assert len(found) == 16
    assert {key: value for key, value in found.items() if key not in cut} == {
        key: value for key, value in ours.items() if key not in cut
    }
    assert {ours[key] for key in cut} == {0.0}
    assert {found[key] for key in cut} == {1.0}, "lm-eval never looks at why an answer ended"


def test_our_tasks_clusters_and_levels_are_kept(importing: Importing, copied: Path) -> None:
    (path,) = copied.glob("samples_mini_sums_*.jsonl")
    samples = [json.loads(line) for line in path.read_text().splitlines()]
    for sample in samples:
        sample["doc"] |= {"cluster": "apples", "family": "fruit", "level": 3, "language": "en"}
    path.write_text("\n".join(map(json.dumps, samples)))
    done, _ = importing("lm_eval", copied)
    rows = items(done).query("task == 'mini_sums'")
    assert rows[["cluster", "family", "level", "language"]].drop_duplicates().to_numpy().tolist() == [
        ["apples", "fruit", 3, "en"]
    ]


def test_without_samples_there_are_totals(importing: Importing, copied: Path) -> None:
    for path in copied.glob("samples_*"):
        path.unlink()
    done, _ = importing("lm_eval", copied, mapping={"filter": "flexible"})
    table = totals(done).set_index("suite")
    assert table.loc["mini/mini_sums", ["n", "successes", "score"]].tolist() == [4, 3, 0.75]
    assert table.loc["mini/mini_facts", "comparable"].startswith("mini_facts 1.0, exact_match,flexible, settings ")
    assert done.items == 0


def test_older_results_of_the_same_task_are_left_out(importing: Importing, copied: Path) -> None:
    for path in list(copied.iterdir()):
        old, new = path.name, path.name.replace("2026-11-22T09-06", "2026-01-01T09-06")
        shutil.copy(path, copied / new)
        assert old != new
    done, _ = importing("lm_eval", copied)
    assert done.items == 6
    assert [one["row"] for one in done.dropped] == [
        f"results_2026-01-01T09-06-34.729119.json, {task}" for task in ("mini_sums", "mini_facts")
    ]


def test_one_model_in_two_paths_is_two_models(importing: Importing, copied: Path) -> None:
    done, _ = importing("lm_eval", SMALL, copied)
    assert done.models == ("smollm2 [copied]", "smollm2 [smollm2]")
    twin = copied.rename(copied.with_name("smollm2"))
    done, _ = importing("lm_eval", SMALL, twin)
    assert set(done.models) == {f"smollm2 [{SMALL}]", f"smollm2 [{twin}]"}


def test_prompts_of_a_local_model_are_plain_text(importing: Importing, copied: Path) -> None:
    (path,) = copied.glob("samples_mini_facts_*.jsonl")
    samples = [json.loads(line) for line in path.read_text().splitlines()]
    for sample in samples:
        sample["arguments"] = {"gen_args_0": {"arg_0": "Days of a week?"}}
    path.write_text("\n".join(map(json.dumps, samples)))
    done, _ = importing("lm_eval", copied)
    answers = read_table(done.folder, "answers").query("task == 'mini_facts'")
    assert set(answers["prompt"]) == {'[{"role": "user", "content": "Days of a week?"}]'}


def test_other_prompt_settings_make_other_items(importing: Importing, copied: Path) -> None:
    edited(copied, **{"model_name": "other", "n-shot": {"mini_sums": 5, "mini_facts": 5}})
    done, _ = importing("lm_eval", SMALL, copied)
    with pytest.raises(UsageError, match="prompt_sha256 differs"):
        claims.pair(items(done), read_record(done.folder), "other", "smollm2", done.suites)


def test_unlike_generation_settings_are_told(importing: Importing, copied: Path) -> None:
    for path in copied.glob("samples_*"):
        path.write_text(path.read_text().replace('"temperature": 0.0', '"temperature": 1.0'))
    edited(copied, model_name="warm")
    done, _ = importing("lm_eval", SMALL, copied)
    (warning,) = (note for note in done.notes if note.startswith("WARNING: mini_sums"))
    assert "unlike settings" in warning
    assert '"temperature": 1.0' in warning


def test_unlike_settings_of_the_results_are_told(importing: Importing, copied: Path) -> None:
    edited(copied, model_name="other", fewshot_as_multiturn=False)
    (path,) = copied.glob("results_*.json")
    results = json.loads(path.read_text())
    results["config"]["limit"] = 5
    results["configs"]["mini_sums"]["generation_kwargs"]["temperature"] = 2.0
    path.write_text(json.dumps(results))
    done, _ = importing("lm_eval", SMALL, copied)
    sums, facts = (note for note in done.notes if note.startswith("WARNING: mini_"))
    assert 'other {"generation_kwargs.temperature": 2.0, "limit": 5}; smollm2 {' in sums
    assert '"fewshot_as_multiturn": true' in sums
    assert "temperature" not in facts


def test_samples_that_contradict_their_results_are_left_out(importing: Importing, copied: Path) -> None:
    (sums,), (facts,) = copied.glob("samples_mini_sums_*.jsonl"), copied.glob("samples_mini_facts_*.jsonl")
    sums.write_text("\n".join(sums.read_text().splitlines()[:3]))
    facts.write_text(facts.read_text().replace('"exact_match": 0.0', '"exact_match": 1.0'))
    done, _ = importing("lm_eval", copied)
    assert (done.items, len(totals(done))) == (0, 2)
    warned = [note for note in done.notes if note.startswith("WARNING: smollm2, ")]
    assert [note.partition(": the samples are left out")[0] for note in warned] == [
        "WARNING: smollm2, mini_sums: its samples are 3 of the 4 that its results count",
        "WARNING: smollm2, mini_facts: its samples' mean exact_match is 1, and its results say 0",
    ]


def test_another_system_prompt_makes_other_items(importing: Importing, copied: Path) -> None:
    edited(copied, model_name="other", system_instruction="Answer 0 always.")
    done, _ = importing("lm_eval", SMALL, copied)
    with pytest.raises(UsageError, match="prompt_sha256 differs"):
        claims.pair(items(done), read_record(done.folder), "other", "smollm2", done.suites)


def test_damaged_samples_are_named(importing: Importing, copied: Path) -> None:
    (path,) = copied.glob("samples_mini_sums_*.jsonl")
    lines = path.read_text().splitlines()
    lines[0] = lines[0].replace('"exact_match": 0.0', '"exact_match": [1]')
    lines[1] = lines[1].replace('"doc_id": 1', '"doc": 1')
    lines[2] = lines[2][:50]
    path.write_text("\n".join(lines))
    done, _ = importing("lm_eval", copied)
    assert done.items == 3
    assert [one["row"].rpartition(" ")[2] for one in done.dropped] == ["1", "2", "3"]
    assert "exact_match is '[1]', no score from 0 to 1" in [one["why"] for one in done.dropped]


def test_tasks_of_which_less_is_better_are_left_out(importing: Importing, copied: Path) -> None:
    edited(copied, higher_is_better={"mini_sums": {"exact_match": False}, "mini_facts": {"exact_match": True}})
    done, _ = importing("lm_eval", copied)
    assert done.items == 2
    assert done.dropped[0]["why"] == "has no metric of which more is better"


@pytest.mark.parametrize("content", [None, "[]", '{"results": []}'])
def test_other_folders(importing: Importing, tmp_path: Path, content: str | None) -> None:
    (tmp_path / "x").mkdir()
    if content:
        (tmp_path / "x" / "results_1.json").write_text(content)
    with pytest.raises(UsageError, match=r"is in it|is not a results file of lm-eval"):
        importing("lm_eval", tmp_path / "x")


def test_a_bad_document_number_is_named_by_its_field(importing: Importing, copied: Path) -> None:
    path = next(copied.glob("samples_mini_sums_*.jsonl"))
    first, *rest = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("\n".join(json.dumps(line) for line in ({**first, "doc_id": "x"}, *rest)))
    done, _ = importing("lm_eval", copied)
    assert done.dropped == ({"row": f"{path.name} line 1", "why": "doc_id: 'x' is not a number"},)
