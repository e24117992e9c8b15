"""From canned calls to the run's tables, through lm-eval itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lm_eval import evaluator

from bench.plan import PlannedCall
from bench.prices import load
from bench.records import read_table, write_tables
from bench.records.items import Attempt, Call, Graded, Outcome, TokenUsage, prompt_text
from bench.records.settings import Comparison, LocalModel, ModelEntry, RemoteModel, RunSettings
from bench.records.tables import ItemRow
from bench.registry import Registry, read
from bench.run.prepare import Prepared, prepare
from bench.run.score import Scored, grader_of, score_run
from bench.scoring.graders import Grader
from tests.scoring.parrot import Parrot

TASK = """\
task: {name}
custom_dataset: !function bench.registry.items.jsonl
dataset_kwargs: {{file: {name}.jsonl}}
test_split: test
num_fewshot: 0
doc_to_text: "{{{{prompt}}}}"
doc_to_target: "{{{{answer}}}}"
process_results: !function bench.scoring.graders.answer_tag
generation_kwargs: {{until: [], max_gen_toks: 64, temperature: 0.0, do_sample: false}}
metric_list:
  - {{metric: score, aggregation: mean, higher_is_better: true}}
metadata: {{version: 3}}
"""
MODELS = {
    label: RemoteModel(label, f"openai-api/acme/{label}", base_url=f"http://127.0.0.1:1/{label}")
    for label in ("small", "large")
}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Two tasks of four items each, in one suite."""
    folder = tmp_path / "tasks"
    folder.mkdir()
    for name, sign in (("sums", 1), ("differences", -1)):
        rows = [
            {"id": f"i{n}", "prompt": f"{n} {'+-'[sign < 0]} 1?", "answer": str(n + sign), "level": n, "family": name}
            for n in range(4)
        ]
        (folder / f"{name}.yaml").write_text(TASK.format(name=name))
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "suite.yaml").write_text("group: arithmetic\ntask: [sums, differences]\n")
    return read([folder])


def planned(registry: Registry, models: Mapping[str, ModelEntry] = MODELS, **settings: Any) -> Prepared:
    run = RunSettings(suites=("arithmetic",), **settings)
    return prepare(Comparison(source=Path("bench.toml"), run=run, models=models), registry, {})


def answer(call: PlannedCall, text: str, outcome: Outcome = Outcome.ANSWERED, **changes: Any) -> Call:
    """A finished call."""
    usage = TokenUsage(in_uncached=20, out_total=11)
    attempt = Attempt(
        sent_at="2026-11-20T10:00:00.000+00:00", outcome=outcome, connect_s=0.01, ttft_s=0.1, ttfat_s=0.2,
        last_token_s=1.1, latency_s=1.2, usage=usage, window_s=1.0, window_tokens=10,
    )  # fmt: skip
    made = Call(
        key=call.key, run="r", task=call.item.task, item=call.item.item, repeat=call.repeat, order=call.order,
        outcome=outcome, text=text, reasoning="", finish_reason="stop", served_model="m", usage=usage,
        attempts=(attempt,), started_at=attempt.sent_at, queue_s=0.0, wall_s=1.3, timing_ok=True,
        sampling_requested={"temperature": 0.0}, sampling_applied={"temperature": 0.0},
    )  # fmt: skip
    return replace(made, **changes)


def right(call: PlannedCall) -> str:
    left, sign, _ = call.item.messages[-1]["content"].split()
    return f"<answer>{int(left) + (1 if sign == '+' else -1)}</answer>"


def score(
    prepared: Prepared, tmp_path: Path, tell: Callable[[PlannedCall], Call | None]
) -> tuple[Scored, dict[tuple[str, str, str, int], ItemRow]]:
    """The tables, and their items by model, task, item and repeat."""
    calls = {call.key: told for call in prepared.plan.calls if (told := tell(call))}
    models = prepared.comparison.models
    tables = score_run(prepared.plan, calls, prepared.loaded, models, "r", tmp_path / "lm-eval", load())
    return tables, {(row.model, row.task, row.item, row.repeat): row for row in tables.items}


def by_hand(prepared: Prepared, task: str, lines: Mapping[str, str]) -> list[float]:
    """lm-eval's scores of a whole task, in the data's order."""
    results = evaluator.evaluate(
        lm=Parrot(lines),
        task_dict={"tasks": {task: prepared.loaded.tasks[task]}, "groups": {}, "group_map": {}},
        bootstrap_iters=0,
        apply_chat_template=True,
        fewshot_as_multiturn=True,
        confirm_run_unsafe_code=True,
    )
    return [sample["score"] for sample in results["samples"][task]]


def test_scores_equal_lm_evals(registry: Registry, tmp_path: Path) -> None:
    prepared = planned(registry)
    texts = {
        call.item.prompt_sha256: right(call) if call.item.level != 2 else "<answer>7</answer>"
        for call in prepared.plan.calls
    }
    tables, rows = score(prepared, tmp_path, lambda call: answer(call, texts[call.item.prompt_sha256]))
    assert {(a.task, a.item): a.expected for a in tables.answers} == {
        (task, f"i{n}"): str(n + sign) for task, sign in (("sums", 1), ("differences", -1)) for n in range(4)
    }
    lines = {prompt_text(c.item.messages): texts[c.item.prompt_sha256] for c in prepared.plan.calls}
    for task in ("sums", "differences"):
        expected = by_hand(prepared, task, lines)
        assert expected == [1, 1, 0, 1]
        for model in MODELS:
            assert [rows[model, task, f"i{n}", 0].score for n in range(4)] == expected


@pytest.mark.usefixtures("sandbox")
def test_code_is_scored_as_lm_eval_scores_it(tmp_path: Path) -> None:
    run = RunSettings(suites=("coding_complete",), limit=4)
    prepared = prepare(Comparison(source=Path("bench.toml"), run=run, models={"small": MODELS["small"]}), read(), {})
    texts = {}
    for number, call in enumerate(prepared.plan.calls):
        item = prepared.loaded.raw_item(call.item)
        code = item["reference"] if number % 2 else f"def {item['entry_point']}(*args):\n    return None\n"
        texts[call.key] = f"```python\n{code}\n```"
    tables, rows = score(prepared, tmp_path, lambda call: answer(call, texts[call.key]))
    lines = dict.fromkeys((prompt_text(i.messages) for i in prepared.loaded.items("coding", "coding_complete")), "")
    lines |= {prompt_text(c.item.messages): texts[c.key] for c in prepared.plan.calls}
    expected = by_hand(prepared, "coding_complete", lines)
    for number, call in enumerate(prepared.plan.calls):
        row = rows["small", call.item.task, call.item.item, 0]
        assert row.score == expected[prepared.loaded.position(call.item)] == number % 2
        assert row.sandbox
        assert row.partial is not None
    assert {json.loads(a.grade_detail or "")["verdict"] for a in tables.answers} == {"passed", "wrong"}


@pytest.mark.parametrize("outcome", [Outcome.TRUNCATED, Outcome.REFUSED])
def test_cut_and_refused_answers_score_0_whatever_they_say(
    registry: Registry, tmp_path: Path, outcome: Outcome
) -> None:
    prepared = planned(registry)

    def tell(call: PlannedCall) -> Call:
        return answer(call, right(call), outcome if call.item.item == "i1" else Outcome.ANSWERED)

    tables, rows = score(prepared, tmp_path, tell)
    row = rows["small", "sums", "i1", 0]
    assert (row.score, row.outcome, row.out_total) == (0.0, str(outcome), 11)
    (found,) = (a for a in tables.answers if (a.model, a.task, a.item) == ("small", "sums", "i1"))
    assert json.loads(found.grade_detail or "")["lm_eval_score"] == 1.0
    samples = read_samples(tmp_path / "lm-eval" / "small", "sums")
    assert [s["score"] for s in samples] == [1.0] * 4
    assert [s["calls"][0]["outcome"] for s in samples] == ["answered", str(outcome), "answered", "answered"]


def test_endless_repetition_is_told_of_truncated_answers(registry: Registry, tmp_path: Path) -> None:
    prepared = planned(registry)
    loop = "And again the same sentence. " * 40
    tables, _ = score(prepared, tmp_path, lambda call: answer(call, loop, Outcome.TRUNCATED))
    assert all(json.loads(a.grade_detail or "")["repeats_itself"] for a in tables.answers)


def read_samples(folder: Path, task: str) -> list[dict[str, Any]]:
    (path,) = folder.glob(f"samples_{task}_*.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_answer_without_its_form_is_unparsable(registry: Registry, tmp_path: Path) -> None:
    prepared = planned(registry)
    tables, rows = score(prepared, tmp_path, lambda call: answer(call, "It is 1."))
    assert {(row.score, row.outcome) for row in rows.values()} == {(0.0, "unparsable")}
    assert {a.extracted for a in tables.answers} == {None}


def test_broken_calls_are_missing_and_never_wrong(registry: Registry, tmp_path: Path) -> None:
    prepared = planned(registry)

    def tell(call: PlannedCall) -> Call:
        if (call.model, call.item.item) != ("small", "i0"):
            return answer(call, right(call))
        broken = answer(call, "<answer>", Outcome.INFRASTRUCTURE)
        return replace(broken, attempts=(replace(broken.attempts[0], error="it broke"),))

    tables, rows = score(prepared, tmp_path, tell)
    assert len(rows) == len(prepared.plan.calls)
    row = rows["small", "sums", "i0", 0]
    assert (row.score, row.outcome, row.attempts) == (None, "infrastructure", 1)
    (found,) = (a for a in tables.answers if (a.model, a.task, a.item) == ("small", "sums", "i0"))
    assert found.error == "it broke"
    assert [s["doc"]["id"] for s in read_samples(tmp_path / "lm-eval" / "small", "sums")] == ["i1", "i2", "i3"]


def test_a_model_whose_every_call_broke_has_no_lm_eval_files(registry: Registry, tmp_path: Path) -> None:
    def tell(call: PlannedCall) -> Call:
        return answer(call, right(call), Outcome.INFRASTRUCTURE if call.model == "small" else Outcome.ANSWERED)

    _, rows = score(planned(registry), tmp_path, tell)
    assert {row.score for row in rows.values() if row.model == "small"} == {None}
    assert [path.name for path in (tmp_path / "lm-eval").iterdir()] == ["large"]


def test_a_failed_grader_is_missing_too(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = planned(registry)
    judge = Grader(lambda _item, _text: Graded(score=None, detail={"why": "no room"}))
    monkeypatch.setattr(prepared.loaded.tasks["sums"].config, "process_results", judge)
    tables, rows = score(prepared, tmp_path, lambda call: answer(call, right(call)))
    row = rows["small", "sums", "i0", 0]
    assert (row.score, row.outcome) == (None, "infrastructure")
    assert rows["small", "differences", "i0", 0].score == 1
    errors = {a.error for a in tables.answers if a.task == "sums"}
    assert errors == {'the grader failed: {"why": "no room"}'}


def test_a_cut_answer_scores_0_though_its_grader_failed(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = planned(registry)
    judge = Grader(lambda _item, _text: Graded(score=None))
    monkeypatch.setattr(prepared.loaded.tasks["sums"].config, "process_results", judge)
    _, rows = score(prepared, tmp_path, lambda call: answer(call, right(call), Outcome.TRUNCATED))
    assert (rows["small", "sums", "i0", 0].score, rows["small", "sums", "i0", 0].outcome) == (0.0, "truncated")


def test_items_asked_of_no_model_make_no_row(registry: Registry, tmp_path: Path) -> None:
    prepared = planned(registry)

    def tell(call: PlannedCall) -> Call | None:
        if call.item.task == "differences" or (call.model, call.item.item) == ("large", "i3"):
            return None
        return answer(call, right(call))

    tables, rows = score(prepared, tmp_path, tell)
    assert {(task, item) for _, task, item, _ in rows} == {("sums", f"i{n}") for n in range(4)}
    lost = rows["large", "sums", "i3", 0]
    assert (lost.outcome, lost.attempts, lost.reused, lost.score, lost.timing_ok) == ("not_asked", 0, False, None, None)
    assert {a.answer for a in tables.answers if (a.model, a.item) == ("large", "i3")} == {None}
    assert rows["small", "sums", "i3", 0].score == 1


def test_nothing_asked_is_no_table(registry: Registry, tmp_path: Path) -> None:
    tables, _ = score(planned(registry), tmp_path, lambda _call: None)
    assert (tables.items, tables.answers) == ([], [])
    write_tables(tmp_path, tables.items, tables.answers)
    assert len(read_table(tmp_path, "items")) == 0


def test_repeats_are_scored_apart(registry: Registry, tmp_path: Path) -> None:
    prepared = planned(registry, repeats=2)
    _, rows = score(prepared, tmp_path, lambda c: answer(c, right(c) if c.repeat else "<answer>no</answer>"))
    assert {row.score for key, row in rows.items() if key[3] == 0} == {0.0}
    assert {row.score for key, row in rows.items() if key[3] == 1} == {1.0}
    assert sorted(p.name for p in (tmp_path / "lm-eval").iterdir()) == [
        "large", "large-repeat1", "small", "small-repeat1",
    ]  # fmt: skip


def test_times_and_tokens_are_those_of_the_scored_attempt(registry: Registry, tmp_path: Path) -> None:
    prepared = planned(registry)

    def tell(call: PlannedCall) -> Call:
        told = answer(call, right(call), reasoning="hm", source_run="earlier")
        dropped = replace(told.attempts[0], outcome=Outcome.INFRASTRUCTURE, latency_s=9.0, error="dropped")
        return replace(told, attempts=(dropped, *told.attempts))

    tables, rows = score(prepared, tmp_path, tell)
    row = rows["small", "sums", "i2", 0]
    assert (row.ttft_s, row.ttfat_s, row.latency_s, row.wall_s, row.attempts) == (0.1, 0.2, 1.2, 1.3, 2)
    assert row.tpot_s == pytest.approx((1.1 - 0.1) / 10)
    assert (row.task_version, row.level, row.family, row.provider) == ("3", 2, "sums", "openai-api")
    assert row.reused
    assert row.sampling_applied == '{"temperature": 0.0}'
    assert {a.reasoning for a in tables.answers} == {"hm"}
    assert {a.error for a in tables.answers} == {None}


LOCAL = {"weights": LocalModel("weights", "weights/smollm2-135m-instruct", usd_per_hour=0.36)}


@pytest.mark.parametrize(
    ("rate", "seconds", "retries", "cost", "cost_retries"),
    [
        (0.36, 20.0, 5.0, 0.002, 0.0005),
        (0.36, 20.0, None, 0.002, None),
        (0.36, None, 0.0, None, 0.0),
        (None, 20.0, 5.0, None, None),
    ],
)
def test_cost_is_rate_times_machine_time(
    registry: Registry, tmp_path: Path, rate: float | None, seconds: float | None, retries: float | None,
    cost: float | None, cost_retries: float | None,
) -> None:  # fmt: skip
    prepared = planned(registry, {"weights": replace(LOCAL["weights"], usd_per_hour=rate)})
    tables, _ = score(prepared, tmp_path, lambda c: answer(c, right(c), machine_s=seconds, machine_retries_s=retries))
    for row in tables.items:
        assert row.cost_usd == (None if cost is None else pytest.approx(cost))
        assert row.cost_retries_usd == (None if cost_retries is None else pytest.approx(cost_retries))
        assert row.price_id == (None if rate is None else "usd_per_hour=0.36")


def test_unknown_stays_unknown_on_disk(registry: Registry, tmp_path: Path) -> None:
    attempts = (Attempt(sent_at="2026-11-20T10:00:00.000+00:00", outcome=Outcome.ANSWERED),)
    unknown: dict[str, Any] = {"usage": TokenUsage(), "attempts": attempts}
    tables, _ = score(planned(registry), tmp_path, lambda call: answer(call, right(call), **unknown))
    write_tables(tmp_path, tables.items, tables.answers)
    for table in (read_table(tmp_path, "items"), pd.read_csv(tmp_path / "items.csv")):
        for column in ("cost_usd", "cost_cap_usd", "in_uncached", "out_total", "tpot_s", "price_id"):
            assert table[column].isna().all()
        assert table["score"].notna().all()


def test_lm_evals_own_files_are_there(registry: Registry, tmp_path: Path) -> None:
    prepared = planned(registry)
    score(prepared, tmp_path, lambda call: answer(call, right(call), machine_s=2.0))
    for model in MODELS:
        (results,) = (tmp_path / "lm-eval" / model).glob("results_*.json")
        assert json.loads(results.read_text())["results"]["sums"]["score,none"] == 1
        for task in ("sums", "differences"):
            samples = read_samples(tmp_path / "lm-eval" / model, task)
            assert [s["doc"]["id"] for s in samples] == ["i0", "i1", "i2", "i3"]
            for sample in samples:
                (call,) = sample["calls"]
                assert call["machine_s"] == 2
                assert call["attempts"][0]["latency_s"] == 1.2
                assert "text" not in call


def test_our_graders_are_known_by_the_task(registry: Registry) -> None:
    loaded = planned(registry).loaded
    assert grader_of(loaded, "sums") is not None
    loaded.tasks["sums"].config.process_results = None
    assert grader_of(loaded, "sums") is None
