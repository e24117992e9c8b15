"""Results of other tools: Inspect, evalscope, promptfoo, HELM, deepeval, Every Eval Ever, BFCL, OpenRouter.

`fixtures/inspect` was written by Inspect 0.3.285 itself (`inspect eval sums.py --epochs 2`: four sums, each asked
twice), `fixtures/evalscope` by evalscope 1.14.1 (`general_mcq` of three sums) and `fixtures/promptfoo` by promptfoo
0.123.1 (three tests, two providers), `fixtures/deepeval` by deepeval 4.3.1 (`evaluate`, exact match; a test run a
model), each against a local server whose model "weak" is wrong about odd sums; `fixtures/helm` by HELM 0.5.16
(`helm-run --run-entries simple_mcqa:model=acme/weak -m 5`, a scripted client that is wrong above 60; run_spec.json and
per_instance_stats.json of each run); `fixtures/bfcl` by the writer of its leaderboard in bfcl-eval 2026.3.23, from
accuracies of ours. Every Eval Ever and OpenRouter are in their shapes, made by hand.
"""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from bench.importers.archive import Archive
from bench.records import read_table
from tests.cli.conftest import Bench, bench
from tests.importers.conftest import FIXTURES, Importing, items, totals

__all__ = ["bench"]
INSPECT = FIXTURES / "inspect"


def written(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def as_json(path: Path) -> dict[str, Any]:
    """A .eval file as Inspect's JSON log has it."""
    archive = Archive(path)
    samples = [archive.json(name) for name in archive if name.startswith("samples/")]
    return {**archive.json("header.json"), "samples": samples}


def test_inspects_own_files(importing: Importing, tmp_path: Path) -> None:
    done, manifest = importing("inspect", INSPECT)
    table = items(done).sort_values(["model", "item", "repeat"])
    assert done.models == ("good", "weak")
    assert table.groupby("model")["score"].agg(["count", "mean"]).to_numpy().tolist() == [[8, 1.0], [8, 0.5]]
    assert table["item"].unique().tolist() == ["s23", "s44", "s68", "s72"]
    assert set(table["repeat"]) == {0, 1}
    assert (set(table["in_uncached"]), set(table["out_total"])) == ({5}, {3})
    assert table["cost_usd"].isna().all()
    assert manifest["models"]["weak"]["imported"]["harness"] == "Inspect 0.3.285"
    logs = [written(tmp_path / f"{name}.json", as_json(INSPECT / f"{name}.eval")) for name in ("good", "weak")]
    again, _ = importing("inspect", *logs)
    columns = ["task", "item", "model", "repeat", "score", "prompt_sha256", "latency_s"]
    assert items(again)[columns].to_numpy().tolist() == items(done)[columns].to_numpy().tolist()


def test_inspects_scores(importing: Importing, tmp_path: Path) -> None:
    log = as_json(INSPECT / "good.eval")
    values: list[Any] = ["P", "N", 0.25, {"a": 1}, "bad", None]
    for sample, value in zip(log["samples"], values, strict=False):
        sample["scores"] = {"match": {"value": value}, "other": {"value": "C"}}
    log["samples"][5] |= {"error": {"message": "the model left"}, "scores": None}
    log["samples"][6]["id"] = None
    log["samples"][7]["scores"] = {"other": {"value": "C"}}
    log["status"] = "cancelled"
    path = written(tmp_path / "log.json", log)
    done, _ = importing("inspect", path)
    scores = items(done)["score"].astype(object).where(items(done)["score"].notna(), None).tolist()
    assert scores == [0.5, 0.0, 0.25, None, 1.0]
    assert done.dropped_count == 3
    assert any("its status is cancelled" in note for note in done.notes)
    assert any("--map metric=other" in note for note in done.notes)
    done, _ = importing("inspect", path, mapping={"metric": "other"})
    assert items(done)["score"].mean() == 1.0


def test_files_that_are_no_log_of_inspect(importing: Importing, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no log of Inspect"):
        importing("inspect", "{}", file="log.json")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no log of Inspect"):
        importing("inspect", tmp_path / "empty")
    with zipfile.ZipFile(tmp_path / "other.eval", "w") as file:
        file.writestr("a.txt", "x")
    with pytest.raises(UsageError, match=r"holds no header\.json"):
        importing("inspect", tmp_path / "other.eval")


def test_parts_of_a_zip_are_read_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.eval"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("stored.json", "[1]")
        file.writestr("deflated.json", json.dumps([0] * 5000), zipfile.ZIP_DEFLATED)
        file.writestr("lzma.json", "[1]", zipfile.ZIP_LZMA)
        file.writestr("text.json", "no JSON")
    archive = Archive(path)
    assert archive.json("stored.json") == [1]
    assert len(archive.json("deflated.json")) == 5000
    for name, why in (("lzma.json", "packed by method 14"), ("text.json", "is not JSON")):
        with pytest.raises(UsageError, match=why):
            archive.json(name)
    monkeypatch.setattr("bench.importers.archive.LONGEST_PART", 1000)
    with pytest.raises(UsageError, match="has more than"):
        archive.json("deflated.json")
    with pytest.raises(UsageError, match="is not a whole zip file"):
        Archive(written(tmp_path / "b.eval", "PK"))


def test_a_part_of_a_thousand_times_its_size_and_half_an_emoji(
    importing: Importing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("header.json", "[" + "[]," * 300_000 + "0]")
        file.writestr("half.json", '{"input": "\\ud83d"}')
    monkeypatch.setattr("bench.importers.archive.USUAL_PART", 10_000)
    with pytest.raises(UsageError, match=r"header\.json is damaged"):
        Archive(path).json("header.json")
    assert Archive(path).json("half.json") == {"input": "?"}
    log = as_json(INSPECT / "good.eval")
    log["samples"][0]["output"]["completion"] = [{"a": 1}]
    done, _ = importing("inspect", written(tmp_path / "log.json", log))
    assert '[{"a": 1}]' in read_table(done.folder, "answers")["answer"].tolist()
    monkeypatch.setattr("bench.importers.archive.ALL_PARTS", 20)
    monkeypatch.setattr("bench.importers.archive.RATIO", 0)
    several = Archive(path)
    several.json("half.json")
    with pytest.raises(UsageError, match="its parts unpack to more than"):
        several.json("half.json")


@pytest.mark.parametrize("deep", [900, 200_000])
def test_a_sample_that_cannot_be_read_is_named_and_the_others_are_imported(importing: Importing, deep: int) -> None:
    log = as_json(INSPECT / "good.eval")
    count = len(log["samples"])
    log["samples"][1]["input"] = "HERE [{\\"
    nested = json.dumps(log).replace('"HERE [{\\\\"', "[" * deep + "]" * deep)
    done, manifest = importing("inspect", nested, file="log.json")
    assert len(read_table(done.folder, "answers")) == count - 1
    (dropped,) = manifest["imported"]["dropped"]
    assert dropped == {"row": "log.json sample 2", "why": "is nested too deeply"}


def test_a_part_that_cannot_be_read_is_named_and_the_others_are_imported(
    importing: Importing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = as_json(INSPECT / "good.eval")
    samples = log.pop("samples")
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("header.json", json.dumps(log))
        for at, sample in enumerate(samples):
            file.writestr(f"samples/{at}.json", json.dumps(sample))
        file.writestr("samples/text.json", "no JSON")
        file.writestr("samples/deep.json", "[" * 200_000)
        file.writestr("samples/large.json", "[" + "[]," * 6_000_000 + "0]")
    done, manifest = importing("inspect", path)
    assert len(read_table(done.folder, "answers")) == len(samples)
    why = {row["row"].rpartition("/")[2]: row["why"] for row in manifest["imported"]["dropped"]}
    assert why.keys() == {"text.json", "deep.json", "large.json"}
    assert "is not JSON" in why["text.json"]
    assert "nested too deeply" in why["deep.json"]
    assert "unpacks to more than" in why["large.json"]
    monkeypatch.setattr("bench.importers.archive.ALL_PARTS", 1 << 20)
    with pytest.raises(UsageError, match="its parts unpack to more than"):
        importing("inspect", path)


def test_a_damaged_or_swollen_part_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = (INSPECT / "good.eval").read_bytes()
    path = tmp_path / "a.eval"
    path.write_bytes(real.replace(b"PK\x03\x04", b"PK\x00\x00", 1))
    with pytest.raises(UsageError, match="is not where the directory says"):
        Archive(path).json("_journal/start.json")
    at = real.index(struct.pack("<I", 0xFD2FB528))
    path.write_bytes(real[:at] + b"\0\0\0\0" + real[at + 4 :])
    with pytest.raises(UsageError, match="is damaged"):
        Archive(path).json("_journal/start.json")
    monkeypatch.setattr("bench.importers.archive.MOST_PARTS", 3)
    with pytest.raises(UsageError, match="more than 3 parts"):
        Archive(INSPECT / "good.eval")


OWN = {
    "inspect": [INSPECT],
    "promptfoo": [FIXTURES / "promptfoo" / "results.json"],
    "evalscope": [FIXTURES / "evalscope"],
    "helm": [FIXTURES / "helm"],
    "deepeval": [FIXTURES / "deepeval" / f"{name}.json" for name in ("good", "weak")],
}
"""Files that the tools wrote themselves."""


@pytest.mark.parametrize("form", OWN)
def test_a_newcomer_gets_a_verdict_in_two_commands(bench: Bench, form: str) -> None:
    first = bench("import", form, *map(str, OWN[form]))
    assert first.code == 0, first.err
    command = next(line for line in first.out.splitlines() if line.startswith("Next: "))
    second = bench(*command.removeprefix("Next: bench ").split())
    assert second.code == 4, "a few items decide nothing"
    assert "Inconclusive" in second.out


def foo(folder: Path) -> Path:
    """promptfoo's results of two providers on three tests."""
    results = []
    for model in ("openai:good", "openai:weak"):
        for test in range(3):
            passed = model == "openai:good" or test == 0
            results.append({
                "promptIdx": 0, "testIdx": test, "provider": {"id": model, "label": ""},
                "prompt": {"raw": f"What is {test} + 1?", "label": "What is {{a}} + 1?"}, "success": passed,
                "score": 1.0 if passed else 0.4, "latencyMs": 1500, "cost": 0.002 if test else 0,
                "gradingResult": {"pass": passed, "reason": "equal"},
                "response": {"output": "1", "cached": test == 2, "tokenUsage": {"prompt": 9, "completion": 2}},
            })  # fmt: skip
    summary = {"version": 3, "timestamp": "2026-11-30T01:02:03Z", "results": results, "prompts": [{"label": "x"}]}
    content = {"results": summary, "config": {"description": "sums"}, "metadata": {"promptfooVersion": "0.123.1"}}
    return written(folder / "foo.json", content)


def test_promptfoo(importing: Importing, tmp_path: Path) -> None:
    path = foo(tmp_path)
    done, manifest = importing("promptfoo", path)
    table = items(done)
    assert done.models == ("openai:good", "openai:weak")
    assert table["score"].tolist() == [1, 1, 1, 1, 0, 0]
    assert table["cost_usd"].fillna(-1).tolist() == [-1, 0.002, 0.002] * 2
    assert table["latency_s"].fillna(-1).tolist() == [1.5, 1.5, -1] * 2, "a cached answer tells no time"
    assert (set(table["suite"]), set(table["in_uncached"])) == ({"sums"}, {9})
    known = manifest["models"]["openai:good"]["imported"]
    assert (known["harness"], known["date"], known["provider"]) == ("promptfoo 0.123.1", "2026-11-30", "openai")
    done, _ = importing("promptfoo", path, mapping={"metric": "score"})
    assert items(done)["score"].tolist() == [1, 1, 1, 1, 0.4, 0.4]
    content = json.loads(path.read_text())
    content["results"]["prompts"] = [{"label": "a"}, {"label": "b"}]
    content["results"]["results"][0] |= {"error": "429", "gradingResult": None}
    content["results"]["results"][1]["provider"] = None
    done, _ = importing("promptfoo", written(path, content))
    assert items(done)["score"].isna().sum() == 1
    assert done.dropped_count == 1
    assert items(done)["task"].str.startswith("sums: ").all()
    with pytest.raises(UsageError, match="is no result of promptfoo"):
        importing("promptfoo", "{}", file="x.json")
    with pytest.raises(UsageError, match="it is pass or score"):
        importing("promptfoo", path, mapping={"metric": "x"})


def scope(folder: Path) -> Path:
    """evalscope's output of two models on three samples, one of them unusable."""
    for model, values in (("good", (1.0, 1.0, None)), ("weak", (1.0, 0.0, 0.0))):
        reviews, predictions = [], []
        for at, value in enumerate(values):
            score = {"value": {} if value is None else {"acc": value, "f1": 0.5}, "prediction": "2", "explanation": "x"}
            row = {"index": at, "target": ["2"], "sample_score": {"score": score, "sample_id": at, "group_id": at}}
            row["messages"] = [{"role": "user", "content": f"1 + {at}?"}, {"role": "assistant", "content": "2"}]
            reviews.append(json.dumps(row))
            usage = {"input_tokens": 7, "output_tokens": 2, "total_tokens": 9}
            predictions.append(json.dumps({"index": at, "model_output": {"usage": usage, "time": 0.5}}))
        written(folder / "outputs" / "20261130" / "reviews" / model / "sums_default.jsonl", "\n".join(reviews))
        written(folder / "outputs" / "20261130" / "predictions" / model / "sums_default.jsonl", "\n".join(predictions))
    return folder / "outputs"


def test_evalscope(importing: Importing, tmp_path: Path) -> None:
    path = scope(tmp_path)
    done, _ = importing("evalscope", path)
    table = items(done)
    assert table["score"].fillna(-1).tolist() == [1, 1, -1, 1, 0, 0]
    assert (set(table["in_uncached"]), set(table["latency_s"])) == ({7}, {0.5})
    assert table["prompt_sha256"].nunique() == 3
    done, _ = importing("evalscope", path, mapping={"metric": "f1"})
    assert items(done)["score"].dropna().unique().tolist() == [0.5]
    alone = path / "20261130" / "reviews" / "weak" / "sums_default.jsonl"
    old = {"index": 0, "input": "1 + 1?", "sample_score": {"score": {"value": {"acc": 1}}, "generation_index": 2}}
    bad = {"index": "x", "sample_score": {}}
    (path / "20261130" / "predictions" / "weak" / "sums_default.jsonl").unlink()
    alone.write_text(f"{json.dumps(old)}\n{json.dumps(bad)}\n")
    done, _ = importing("evalscope", alone)
    assert items(done)[["repeat", "score"]].to_numpy().tolist() == [[2, 1.0]]
    assert done.dropped_count == 1
    assert any("no predictions beside it" in note for note in done.notes)
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="is no output of evalscope"):
        importing("evalscope", tmp_path / "none")


def test_promptfoos_own_file(importing: Importing) -> None:
    done, manifest = importing("promptfoo", FIXTURES / "promptfoo" / "results.json")
    table = items(done).sort_values(["model", "item"])
    assert table[["model", "score"]].to_numpy().tolist() == [
        *[["openai:chat:good", 1.0]] * 3,
        *[["openai:chat:weak", score] for score in (0.0, 1.0, 0.0)],
    ]
    assert (set(table["in_uncached"]), set(table["out_total"]), set(table["suite"])) == ({10}, {3}, {"sums"})
    assert table["cost_usd"].isna().all(), "promptfoo writes 0 where it knows no price"
    assert manifest["models"]["openai:chat:weak"]["imported"]["harness"] == "promptfoo 0.123.1"


def test_evalscopes_own_files(importing: Importing) -> None:
    done, _ = importing("evalscope", FIXTURES / "evalscope")
    table = items(done).sort_values(["model", "item"])
    assert done.models == ("good", "weak")
    assert table["score"].tolist() == [1, 1, 1, 0, 1, 0]
    assert table.groupby("item")["prompt_sha256"].nunique().tolist() == [1, 1, 1], "both were asked the same"
    assert (set(table["in_uncached"]), set(table["out_total"])) == ({15}, {3})
    assert table["latency_s"].notna().all()


def test_helms_own_files(importing: Importing) -> None:
    done, manifest = importing("helm", *OWN["helm"])
    table = items(done)
    assert (done.suites, done.dropped_count) == (("simple_mcqa",), 0)
    assert table.groupby("model")["score"].agg(["count", "mean"]).to_numpy().tolist() == [[5, 1.0], [5, 0.4]]
    assert table["item"].nunique() == 5
    assert (table["in_uncached"].min(), set(table["out_total"])) == (385, {1})
    assert manifest["models"]["weak"]["imported"]["raw"] == "acme/weak"


def test_deepevals_own_files(importing: Importing) -> None:
    done, _ = importing("deepeval", *OWN["deepeval"])
    table = items(done)
    assert (done.models, done.suites, done.dropped_count) == (("good", "weak"), ("sums",), 0)
    assert table.groupby("model")["score"].agg(["count", "mean"]).to_numpy().tolist() == [[4, 1.0], [4, 0.5]]
    assert not any("a judge's word" in note for note in done.notes), "Exact Match is no judge"


def test_helm(importing: Importing, tmp_path: Path) -> None:
    run = tmp_path / "runs" / "s" / "mmlu:subject=law,model=acme_m"
    spec = {"name": "mmlu:subject=law,model=acme_m", "adapter_spec": {"model": "acme/m"}}
    written(run / "run_spec.json", spec)
    stats = [{"name": {"name": "exact_match"}, "mean": 1.0}, {"name": {"name": "num_output_tokens"}, "sum": 3}]
    rows = [
        {"instance_id": "id1", "train_trial_index": 0, "stats": stats},
        {"instance_id": "id2", "train_trial_index": 0, "stats": []},
        {"instance_id": "id1", "perturbation": {"name": "typos"}, "stats": stats},
        {"stats": stats},
    ]
    path = written(run / "per_instance_stats.json", rows)
    done, _ = importing("helm", tmp_path / "runs")
    table = items(done)
    assert table[["task", "item", "model"]].to_numpy().tolist() == [
        ["mmlu:subject=law", "id1", "m"], ["mmlu:subject=law", "id2", "m"],
    ]  # fmt: skip
    assert table["score"].fillna(-1).tolist() == [1.0, -1]
    assert done.dropped_count == 2
    written(path, [{"instance_id": "a", "stats": [{"name": {"name": "bleu"}, "mean": 0.5}]}])
    with pytest.raises(UsageError, match="--map metric= one of: bleu"):
        importing("helm", path)
    (run / "run_spec.json").unlink()
    with pytest.raises(UsageError, match=r"needs run_spec\.json"):
        importing("helm", path)
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="is no output of HELM"):
        importing("helm", tmp_path / "none")


def test_deepeval(importing: Importing, tmp_path: Path) -> None:
    metrics = [{"name": "GEval", "score": 0.7, "success": True, "evaluationModel": "gpt-x"}]
    cases = [
        {"name": "a", "input": "q", "actualOutput": "x", "success": True, "metricsData": metrics},
        {"name": "b", "input": "r", "success": False, "metricsData": []},
    ]
    path = written(tmp_path / "acme.json", {"testRunData": {"identifier": "mine", "testCases": cases}})
    done, _ = importing("deepeval", path)
    assert (done.models, done.suites) == (("acme",), ("mine",))
    assert items(done)["score"].tolist() == [1, 0]
    assert any("a judge's word" in note for note in done.notes)
    done, _ = importing("deepeval", path, mapping={"metric": "GEval", "model": "=m"})
    assert (items(done)["score"].tolist(), done.models, done.dropped_count) == ([0.7], ("m",), 1)
    with pytest.raises(UsageError, match="a list `testCases` is expected"):
        importing("deepeval", "{}", file="x.json")


def test_every_eval_ever_both_ways(bench: Bench, tmp_path: Path) -> None:
    bench("import", "inspect", str(INSPECT))
    out = bench("export", "eee", "-o", str(tmp_path / "eee"))
    assert out.code == 0, out.err
    [good, weak] = [json.loads(path.read_text()) for path in sorted((tmp_path / "eee").iterdir())]
    assert (good["schema_version"], good["model_info"]["name"]) == ("0.2.1", "good")
    [result] = weak["evaluation_results"]
    assert (result["evaluation_name"], result["score_details"]["score"]) == ("sums", 0.5)
    assert result["score_details"]["uncertainty"]["num_samples"] == 4
    back = bench("import", "eee", str(tmp_path / "eee"))
    assert "Imported 2 totals of 2 models (good, weak) on sums." in back.out
    again = bench("export", "eee", "-o", str(tmp_path / "again"))
    assert again.code == 0, again.err
    scores = [json.loads(path.read_text())["evaluation_results"] for path in sorted((tmp_path / "again").iterdir())]
    assert [each[0]["score_details"]["score"] for each in scores] == [1.0, 0.5]


def test_every_eval_evers_ranges(importing: Importing, tmp_path: Path) -> None:
    def result(score: object, **metric: object) -> dict[str, Any]:
        return {
            "evaluation_name": f"e{score}", "score_details": {"score": score},
            "metric_config": {"lower_is_better": False, **metric}, "evaluation_timestamp": "2026-01-02T00:00:00Z",
        }  # fmt: skip

    results = [
        result(55, min_score=0, max_score=100), result(2, lower_is_better=True), result(7), result(None),
        {"score_details": {}},
    ]  # fmt: skip
    record = {
        "model_info": {"name": "m", "id": "acme/m", "developer": "DeepSeek"}, "evaluation_results": results,
        "retrieved_timestamp": "1767312000", "eval_library": {"name": "lm_eval", "version": "1"},
    }  # fmt: skip
    done, _ = importing("eee", written(tmp_path / "r.json", record))
    row = totals(done).loc["m"]
    assert (row["score"], row["suite"], row["vendor"], row["date"]) == (0.55, "e55", "deepseek", "2026-01-02")
    assert (row["retrieved"], row["harness"]) == ("2026-01-02", "lm_eval 1")
    assert done.dropped_count == 4
    record["retrieved_timestamp"] = "never"
    done, _ = importing("eee", written(tmp_path / "r.json", record))
    assert totals(done)["retrieved"].isna().all()
    with pytest.raises(UsageError, match="is no record of Every Eval Ever"):
        importing("eee", "{}", file="x.json")
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="no JSON file"):
        importing("eee", tmp_path / "none")


def test_bfcl(importing: Importing) -> None:
    text = "Rank,Overall Acc,Model,Organization,Multi Turn Acc\n"
    text += "1,70.85%,Claude-9 (FC),Anthropic,N/A\n2,61.5,GLM-9,Zhipu,40%\n"
    done, _ = importing("bfcl", text + "3,170,Bad,X,1%\n")
    table = totals(done)
    assert table[table["suite"] == "bfcl"]["score"].tolist() == [pytest.approx(0.7085), pytest.approx(0.615)]
    assert table[table["suite"] == "bfcl-multi-turn"]["score"].tolist() == [pytest.approx(0.4), pytest.approx(0.01)]
    assert table["n"].isna().all()
    assert table.loc["GLM-9"]["vendor"].tolist() == ["z-ai", "z-ai"]
    assert done.dropped_count == 1
    with pytest.raises(UsageError, match="missing columns: Overall Acc"):
        importing("bfcl", "Model\nx\n")


def test_bfcls_own_writers_table(importing: Importing) -> None:
    done, _ = importing("bfcl", FIXTURES / "bfcl" / "data_overall.csv")
    table = totals(done)
    opus = table.loc["Claude-Opus-4-5-20251101 (FC)"].set_index("suite")["score"]
    assert opus.to_dict() == pytest.approx(
        {
            "bfcl": 0.7747,
            "bfcl-non-live-ast": 0.8858,
            "bfcl-live": 0.7979,
            "bfcl-multi-turn": 0.6838,
            "bfcl-web-search": 0.845,
            "bfcl-memory": 0.7376,
        }
    )
    assert sorted(table.loc["Qwen3-8B (FC)"]["suite"]) == ["bfcl", "bfcl-live", "bfcl-multi-turn", "bfcl-non-live-ast"]
    assert "new-model (Prompt)" not in table.index, "a model without any accuracy has no row"
    assert done.dropped_count == 0


def test_openrouters_activity_tells_bills_alone(importing: Importing) -> None:
    text = "created_at,model_permaslug,cost_total,generation_time_ms\n"
    text += "2026-01-02 03:04,acme/a,0.5,2000\n2026-01-03 03:04,acme/a,0.25,\n2026-01-01,z/b,0,100\n2026-01-01,z/b,,1\n"
    done, _ = importing("openrouter", text)
    table = totals(done)
    assert table.loc["acme/a"][["n", "cost_total_usd", "latency_mean_s", "date"]].tolist() == [
        2,
        0.75,
        2.0,
        "2026-01-03",
    ]
    assert table["cost_total_usd"].isna().tolist() == [False, True]
    assert table["score"].isna().all()
    assert table["comparable"].nunique() == 2, "other requests: nothing is compared"
    assert done.dropped_count == 1
    with pytest.raises(UsageError, match="is no activity of OpenRouter"):
        importing("openrouter", "a\n1\n")


def test_an_unknown_format_is_answered_with_what_works(bench: Bench) -> None:
    done = bench("import", "results.xml", "a")
    assert done.code == 2
    assert "'results.xml' is no format that is known." in done.err
    assert "promptfoo" in done.err
    assert "Anything else works as csv" in done.err
    Path("mine.eval").write_text("x")
    done = bench("import", "mine.eval", "a")
    assert "e.g. `bench import inspect mine.eval`" in done.err
