"""The graders that task files name as `process_results`.

Each is a pure `(item, text) -> Graded` wrapped by `Grader`, so that lm-eval, the live score and the answers
table all see the same verdict, computed once: it is remembered by item, text and sandbox. Each brings an
oracle, the answer that `bench tasks lint` expects to score 1.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

from bench.errors import BenchError
from bench.records import Graded, sha256_of
from bench.scoring import (
    blame,
    choices,
    code,
    expected,
    extract,
    formats,
    grounds,
    json_answers,
    literals,
    queries,
    reading,
    values,
)
from bench.scoring.blame import Judge, Oracle
from bench.scoring.item import ANSWER_CHARS, UNGRADED, item_of, kind_of, right_letter
from bench.scoring.statements import ReadAnswer
from bench.scoring.unwrap import unwrapped

if TYPE_CHECKING:
    from bench.sandbox import Grade as Ran


class Grader:
    """A grader as lm-eval calls it, `process_results(doc, results) -> {"score": float}`, and as we do, `grade`."""

    def __init__(
        self,
        judge: Judge,
        *,
        oracle: Oracle = lambda _item: None,
        expected: Oracle | None = None,
        sandboxed: bool = False,
        trouble: Callable[[], str] = str,
    ) -> None:
        """`oracle` writes an answer that must score 1, None where it cannot; `expected` states what is right as it is
        extracted, by default the oracle's answer; `sandboxed`: answers are run as code; `trouble` says why nothing can
        be graded on this machine, with the cure, and "" where it can.
        """
        self._judge = judge
        self.oracle = oracle
        self.expected = expected or oracle
        self.sandboxed = sandboxed
        self.trouble = trouble
        self._memo: dict[str, Graded] = {}
        self._lock = threading.Lock()
        self.__name__ = judge.__name__.removeprefix("_")
        self.__doc__ = judge.__doc__

    def __repr__(self) -> str:
        return f"{self._judge.__module__}.{self.__name__}"

    def __deepcopy__(self, _memo: object) -> Self:
        """lm-eval deep-copies a task's config; its grader stays the same object, with its memory."""
        return self

    def grade(self, item: Mapping[str, Any], text: str) -> Graded:
        """The verdict on one answer, remembered if it is final; a failed grader gives score None (see `blame`), as
        does an item that nothing grades.

        Raises UsageError if it needs a sandbox and none works here.
        """
        text = text[-extract.TEXT_CHARS :]
        known = self._known(item, text)
        if known is not None and known.final:
            return known
        graded = self._judged(item, text)
        if graded.score is not None or not graded.measured:
            with self._lock:
                self._memo[self._key(item, text)] = graded
        return graded

    def known(self, item: Mapping[str, Any], text: str) -> bool:
        """Whether an answer's final verdict is remembered."""
        known = self._known(item, text[-extract.TEXT_CHARS :])
        return known is not None and known.final

    def remember(self, item: Mapping[str, Any], text: str, graded: Graded) -> bool:
        """Takes over a verdict of another process, unless it is none, or another sandbox's than works here.

        Returns whether it does.
        """
        if not graded.final or graded.score is None:
            return False
        if graded.sandbox is not None:
            from bench.sandbox import probe

            if graded.sandbox != probe():
                return False
        with self._lock:
            self._memo[self._key(item, text[-extract.TEXT_CHARS :])] = graded
        return True

    def _judged(self, item: Mapping[str, Any], text: str) -> Graded:
        return blame.judged(self._judge, self.oracle, item, extract.after_thinking(text))

    def _known(self, item: Mapping[str, Any], text: str) -> Graded | None:
        with self._lock:
            return self._memo.get(self._key(item, text))

    def _key(self, item: Mapping[str, Any], text: str) -> str:
        if not self.sandboxed:
            return sha256_of([item, text])
        from bench.sandbox import probe

        return sha256_of([item, text, probe()])

    def __call__(self, doc: dict[str, Any], results: Sequence[str]) -> dict[str, float]:
        """lm-eval's hook: the last verdict, final or not, so that its score is the one in our tables.

        Raises BenchError if the grader itself failed: such items are left out beforehand.
        """
        item, text = item_of(doc), results[0][-extract.TEXT_CHARS :]
        graded = self._known(item, text) or self.grade(item, text)
        if graded.score is None:
            raise BenchError(f"item {doc.get('id')!r} could not be graded: {graded.detail}")
        return {"score": graded.score}


def graded_by(hook: str, item: Mapping[str, Any], text: str) -> Graded:
    """A verdict by the grader of a stable name (`bench.hooks`), for another process to call."""
    from bench import hooks

    grader: Grader = getattr(hooks, hook)
    return grader.grade(item, text)


def _answer_tag(item: Mapping[str, Any], text: str) -> Graded:
    """The item's `answer`, by its type (`values.AnswerKind`): in the last `<answer>` tag, else in a statement.

    Partial credit is the share of parts that stand in their place.
    """
    answer = extract.marked_answer(text)
    if answer is None:
        return Graded(score=0.0, partial=0.0, extracted=None)
    match = _compared(values.kind_of(item), str(item["answer"]), answer)
    detail = _route(answer.place, match.wrappings)
    return Graded(score=float(match.right), partial=match.partial, extracted=_cut(answer), detail=detail)


def _compared(kind: values.AnswerKind, wanted: str, answer: ReadAnswer) -> values.Match:
    """How an answer compares with the right one; of several parts the whole list that it belongs to counts too."""
    match = (values.in_sentence if answer.place == "stated" else values.compare)(kind, wanted, answer.text)
    if match.right or not answer.items or kind not in (values.AnswerKind.TUPLE, values.AnswerKind.SET):
        return match
    return values.compare(kind, wanted, answer.items)


def _route(place: str, wrappings: Sequence[str] = ()) -> dict[str, Any]:
    """How an answer was read: where it stood, and what was taken off around it."""
    return {"route": place, **({"wrapped": ", ".join(wrappings)} if wrappings else {})}


def _cut(answer: ReadAnswer) -> str:
    """An answer as tables show it: a statement without what wraps it, a tag, a line or a reply as it stands."""
    return unwrapped(answer.text) if answer.place in ("stated", "boxed") else answer.text


def _function_calls(item: Mapping[str, Any], text: str) -> Graded:
    """All hidden calls of the item's `entry_point` must return the expected values, inside the sandbox."""
    from bench.sandbox import TestCall, grade

    program = code.program(text, item["entry_point"])
    if program is None:
        return Graded(score=0.0, extracted=None)
    calls = [TestCall(args=tuple(call["args"]), value=call["value"]) for call in item["calls"]]
    return graded_run(grade(program.source, item["entry_point"], calls), program.source, program.place)


def _human_eval(item: Mapping[str, Any], text: str) -> Graded:
    """The item's own `check(candidate)`, in the sandbox. A fenced block without the function continues its `prompt`,
    whose imports and helpers every answer may use.
    """
    from bench.sandbox import grade_check

    prompt, program = item["prompt"], code.program(text, item["entry_point"])
    if program is None and prompt and (blocks := code.blocks(text)):
        program = code.FoundProgram(prompt + blocks[-1].code, "code block that continues the prompt")
    if program is None:
        return Graded(score=0.0, extracted=None)
    whole = f"{prompt}\n    pass\n\n{program.source}" if prompt else program.source
    ran = grade_check(whole, item["entry_point"], item["test"], prompt=prompt)
    return graded_run(ran, program.source, program.place)


def _sql_query(item: Mapping[str, Any], text: str) -> Graded:
    """The query's rows must be right on all of the item's databases, each in the sandbox; the first failure ends it."""
    from bench.sandbox import ProgramVerdict, grade_sql
    from bench.scoring.database import script

    answer = queries.sql(text)
    if answer is None:
        return Graded(score=0.0, extracted=None)
    query, place = answer
    for passed, database in enumerate(item["databases"]):
        rows = [tuple(row) for row in database["rows"]]
        ran = grade_sql(query, script(item["schema"], database["tables"]), rows, ordered=item["ordered"])
        if ran.verdict is not ProgramVerdict.PASSED:
            return graded_run(replace(ran, passed=passed, total=len(item["databases"])), query, place)
    return graded_run(replace(ran, passed=passed + 1, total=passed + 1), query, place)


def graded_run(result: Ran, source: str, place: str) -> Graded:
    """A sandbox's verdict on code as ours."""
    from bench.sandbox import ProgramVerdict

    detail = {"verdict": str(result.verdict), "passed": result.passed, "total": result.total, "why": result.detail}
    detail |= _route(place)
    if result.verdict is ProgramVerdict.SANDBOX_FAILURE:
        return Graded(score=None, extracted=source, detail=detail, sandbox=result.sandbox, final=False)
    return Graded(
        score=float(result.verdict is ProgramVerdict.PASSED),
        partial=result.passed / result.total,
        extracted=source,
        detail=detail,
        sandbox=result.sandbox,
        final=result.final,
    )


def _python_value(item: Mapping[str, Any], text: str) -> Graded:
    """The Python literal in the last fenced block or a short answer must equal the item's `value`, type and all."""
    from bench.sandbox import same, tree

    wanted = tree(item["value"])
    literal = literals.python_literal(text, lambda value: same(wanted, tree(value)))
    if literal is None:
        return Graded(score=0.0, extracted=None)
    answer, right, place = literal
    return Graded(score=float(right), extracted=answer, detail=_route(place))


def _answer(item: Mapping[str, Any], text: str) -> Graded:
    """The `<answer>` tag, the last statement, the whole text or its last line must be the item's `answer`.

    What merely wraps it does not count. A text is compared as text, a JSON number by its value, by `type` otherwise.
    """
    wanted, answer = str(item["answer"]).strip(), extract.short_answer(text)
    if text.strip() == wanted:
        return Graded(score=1.0, extracted=wanted, detail=_route("whole reply"))
    if answer is None:
        return Graded(score=0.0, extracted=None)
    kind = values.kind_of(item) if "type" in item or not isinstance(item["answer"], str) else values.AnswerKind.TEXT
    match = _compared(kind, wanted, answer)
    if not match.right and answer.place == "last line" and (first := extract.first_line(text, prose=True)):
        answer, match = first, values.compare(kind, wanted, first.text)
    detail = _route(answer.place, match.wrappings)
    return Graded(score=float(match.right), extracted=_cut(answer), detail=detail)


def _number(item: Mapping[str, Any], text: str) -> Graded:
    """The final number must equal the item's `number`, by value: 4 is 4.0, and 0.33 is not 0.333."""
    answer = extract.final_number(text)
    if answer is None:
        return Graded(score=0.0, extracted=None)
    number, place = answer
    right = number.value == Fraction(str(item["number"]))
    return Graded(score=float(right), extracted=str(number), detail=_route(place))


def _regex(item: Mapping[str, Any], text: str) -> Graded:
    """The item's `regex` must be found in the text."""
    answer = reading.search(item["regex"], text)
    extracted = text[-ANSWER_CHARS:] if answer is None else answer
    return Graded(score=float(answer is not None), extracted=extracted or None)


def _json_schema(item: Mapping[str, Any], text: str) -> Graded:
    """The text must hold JSON that satisfies the item's `json_schema`."""
    answer = json_answers.json_value(text, array=item["json_schema"].get("type") == "array")
    if answer is None:
        return Graded(score=0.0, extracted=None)
    value, place = answer
    broken = reading.violation(item["json_schema"], value)
    detail = {"why": broken or "", **_route(place)}
    return Graded(score=float(broken is None), extracted=json.dumps(value, ensure_ascii=False), detail=detail)


def _choices(item: Mapping[str, Any], text: str) -> Graded:
    """The letter, or the words, of the right one of the item's `choices`."""
    named = choices.choice_letter(text, item["choices"])
    if named is None:
        return Graded(score=0.0, extracted=None)
    letter, answer, layer = named
    detail = _route(answer.place, layer.wrappings)
    return Graded(score=float(letter == right_letter(item)), extracted=letter, detail=detail)


def _ungraded(_item: Mapping[str, Any], _text: str) -> Graded:
    """Nothing grades the item."""
    return Graded(score=None, measured=False, detail={"why": "nothing grades the item"})


_KINDS: Mapping[str, Judge] = {
    "calls": _function_calls,
    "json_schema": _json_schema,
    "regex": _regex,
    "number": _number,
    "choices": _choices,
    "answer": _answer,
    "fields": grounds.fields,
    "tool_calls": formats.tool_calls,
    "round_trip": formats.round_trip,
    "source_numbers": grounds.source_numbers,
    "source_quotes": grounds.source_quotes,
    UNGRADED: _ungraded,
}


def _own(item: Mapping[str, Any], text: str) -> Graded:
    """By the item's own kind: exact answer, number, regex, JSON schema, choice, function calls, fields, calls of tools,
    what a parser reads back, what stands in the request, or by nothing."""
    return _KINDS[kind_of(item)](item, text)


answer_tag = Grader(_answer_tag, oracle=expected.tagged, expected=expected.stated)
function_calls = Grader(_function_calls, oracle=expected.code_block, expected=expected.function, sandboxed=True)
python_value = Grader(_python_value, oracle=expected.literal, expected=lambda item: repr(item["value"]))
sql_query = Grader(_sql_query, oracle=expected.query, expected=lambda item: str(item["reference"]), sandboxed=True)
human_eval = Grader(_human_eval, oracle=expected.solution, expected=expected.body, sandboxed=True)
own = Grader(_own, oracle=expected.example, expected=expected.of_kind)
own_with_code = Grader(_own, oracle=expected.example, expected=expected.of_kind, sandboxed=True)
