"""The graders that task YAMLs name as `process_results`.

Each is a pure `(item, text) -> Graded` wrapped by `grader`, so that lm-eval, the live score and the answers
table all see the same verdict, computed once: sandboxed runs are memoised by item and text.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.errors import BenchError
from bench.records import Graded, sha256_of
from bench.scoring import extract
from bench.suites.items import item_of

Grade = Callable[[Mapping[str, Any], str], Graded]


class Grader:
    """A grader as lm-eval calls it, `process_results(doc, results) -> {"score": float}`, and as we do, `grade`."""

    def __init__(self, judge: Grade, *, sandboxed: bool = False) -> None:
        self._judge = judge
        self.sandboxed = sandboxed
        self._memo: dict[str, Graded] = {}
        self._lock = threading.Lock()
        self.__name__ = judge.__name__.removeprefix("_")
        self.__doc__ = judge.__doc__

    def __repr__(self) -> str:
        return f"{__name__}.{self.__name__}"

    def __reduce__(self) -> str:
        """Copies and pickles are the module's own grader: lm-eval deep-copies a task's config."""
        return self.__name__

    def grade(self, item: Mapping[str, Any], text: str) -> Graded:
        """The verdict on one answer; a failed grader gives score None and is not remembered."""
        key = sha256_of([item, text])
        with self._lock:
            known = self._memo.get(key)
        if known is not None:
            return known
        graded = self._judge(item, text)
        if graded.score is not None:
            with self._lock:
                self._memo[key] = graded
        return graded

    def __call__(self, doc: dict[str, Any], results: Sequence[str]) -> dict[str, float]:
        """lm-eval's hook. Raises BenchError if the grader itself failed: such items are left out beforehand."""
        graded = self.grade(item_of(doc), results[0])
        if graded.score is None:
            raise BenchError(f"item {doc.get('id')!r} could not be graded: {graded.detail}")
        return {"score": graded.score}


def _answer_tag(item: Mapping[str, Any], text: str) -> Graded:
    """Exact match with the item's `answer`: the last `<answer>` tag, or without one the words after "answer is"."""
    tagged = extract.answer_tag(text)
    found = tagged if tagged is not None else extract.stated_answer(text)
    if found is None:
        return Graded(score=0.0, extracted=None)
    detail = {"found": "stated" if tagged is None else "tagged"}
    return Graded(score=float(found == str(item["answer"])), extracted=found, detail=detail)


def _function_calls(item: Mapping[str, Any], text: str) -> Graded:
    """All hidden calls of the item's `entry_point` must return the expected values, inside the sandbox."""
    from bench.sandbox import TestCall, Verdict, grade

    source = extract.code_block(text, item["entry_point"])
    if source is None:
        return Graded(score=0.0, extracted=None)
    calls = [TestCall(args=tuple(call["args"]), value=call["value"]) for call in item["calls"]]
    result = grade(source, item["entry_point"], calls)
    detail = {"verdict": str(result.verdict), "passed": result.passed, "total": result.total, "why": result.detail}
    if result.verdict is Verdict.SANDBOX_FAILURE:
        return Graded(score=None, extracted=source, detail=detail, sandbox=result.sandbox)
    return Graded(
        score=float(result.verdict is Verdict.PASSED),
        partial=result.passed / result.total,
        extracted=source,
        detail=detail,
        sandbox=result.sandbox,
    )


answer_tag = Grader(_answer_tag)
function_calls = Grader(_function_calls, sandboxed=True)
