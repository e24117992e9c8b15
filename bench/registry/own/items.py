"""A user's own prompts as a task: the items' format, checked line by line, and what makes a task of them.

One JSON object an item: `id`; `prompt` or `messages`; one of `answer`, `number`, `regex`, `json_schema`,
`choices` with `answer`, `calls` with `entry_point`, `fields`, `tool_calls`, `round_trip`, or `source_numbers`,
`source_quotes` or `ungraded`, true; and, if wanted, `cluster`, `family`, `level`, `language`, `type` (how an `answer`
is read, `values.AnswerKind`), `traffic` (what a log says of it), `example` (an answer that must pass, for `regex` and
`json_schema`), `reference` (code that must pass, for `calls`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.errors import TaskError, UsageError, suggest
from bench.registry.items import dataset, messages_of, numbered_jsonl
from bench.scoring import graders
from bench.scoring.formats import MOST_CALLS, PARSERS
from bench.scoring.item import ANSWER_CHARS, KINDS, LETTERS, SOURCED, UNGRADED, kind_of
from bench.scoring.numbers import DIGITS
from bench.scoring.unwrap import unwrapped
from bench.scoring.values import AnswerKind, number_of

OPTIONAL = ("cluster", "family", "level", "language", "example", "reference", "type", "traffic", "meta")
"""What an item may say besides; `meta` is the user's own and read by nobody."""
COLUMNS = ("id", "cluster", "family", "level", "language")
"""What the tables take from an item."""
_ALLOWED = {"id", "prompt", "messages", "entry_point", *KINDS, *OPTIONAL}
_TEXTS = ("id", "prompt", "entry_point", "regex", "cluster", "family", "language", "example", "reference")

MOST_LEVEL = 1000
"""The highest level of difficulty."""

Rows = Sequence[tuple[str, Mapping[str, Any]]]
"""Items, each with where it stands: a file and a line."""


def own(file: str, config_source: str = "", **_metadata: Any) -> dict[str, Any]:
    """lm-eval's `custom_dataset` hook for own tasks: `{"test": Dataset}` from the JSONL beside the task's YAML.

    Raises UsageError naming file and line for an item that cannot be asked or graded.
    """
    path = Path(config_source).parent / file
    return {"test": checked_dataset([(f"{path}:{line}", row) for line, row in numbered_jsonl(path)])}


def checked_dataset(rows: Rows, *, graded: bool = True) -> Any:
    """lm-eval's Dataset of items, after `check`."""
    check(rows, graded=graded)
    texts = [{**row, **{k: str(row[k]) for k in COLUMNS if k in row and k != "level"}} for _, row in rows]
    return dataset(texts, COLUMNS)


def builder(config: Mapping[str, Any], rows: Rows, grader: graders.Grader | None = None) -> Callable[[], Any]:
    """What makes lm-eval's task of items in memory, graded by their own fields or by `grader`."""
    judge = grader or (graders.own_with_code if runs_code(rows) else graders.own)

    def build() -> Any:
        from bench.registry.chat import ChatTask

        data = {"test": checked_dataset(rows, graded=grader is None)}
        return ChatTask({**config, "custom_dataset": lambda **_: data, "process_results": judge})

    return build


def check(rows: Rows, *, graded: bool = True) -> None:
    """UsageError naming the first item that cannot be asked or, if `graded` by its own fields, not be graded."""
    ids: dict[str, str] = {}
    prompts: dict[str, str] = {}
    for where, row in rows:
        problem = next(_problems(row, graded), None)
        if problem:
            raise TaskError(where, "item", problem)
        first = ids.setdefault(str(row["id"]), where)
        if first is not where:
            raise TaskError(
                where, "item", f"the id '{row['id']}' is already taken by {_short(first)}. Give it its own."
            )
        first = prompts.setdefault(json.dumps(messages_of(row)), where)
        if first is not where:
            raise TaskError(where, "item", f"asks the same as {_short(first)}. Take one of the two out.")


def _short(where: str) -> str:
    """ "line 3" of ".../items.jsonl:3"."""
    return f"line {where.rpartition(':')[2]}"


def _problems(row: Mapping[str, Any], graded: bool) -> Iterator[str]:
    """What is wrong with an item, each with its cure; the first is enough."""
    for key in row:
        if key not in _ALLOWED and graded:
            yield f"unknown field '{key}'.{suggest(key, _ALLOWED)} What is your own belongs under 'meta'."
    if not isinstance(row.get("id"), str | int) or isinstance(row["id"], bool) or not str(row["id"]).strip():
        yield "needs an 'id', a text or a whole number."
    if not str(row["id"]).isprintable() or len(str(row["id"])) > 200:
        yield "'id' must be one line of at most 200 characters."
    for key in _TEXTS[1:]:
        if key in row and (not isinstance(row[key], str) or not row[key].strip()):
            yield f"'{key}' must be a text that is not empty."
    if "level" in row and (type(row["level"]) is not int or not 1 <= row["level"] <= MOST_LEVEL):
        yield f"'level' must be a whole number from 1, the easiest, to {MOST_LEVEL}."
    if "traffic" in row and (problem := _traffic_problem(row["traffic"])):
        yield problem
    yield from _chat_problems(row)
    if graded:
        yield from _kind_problems(row)


def _traffic_problem(said: object) -> str | None:
    """What is wrong with what a log says of an item's request; `bench traffic sample` writes it."""
    texts, numbers = ("tag", "kind", "model", "check"), ("weight", "heaviest")
    if not isinstance(said, dict):
        return "'traffic' must be an object, as `bench traffic sample` writes it."
    for key, value in said.items():
        if key not in (*texts, *numbers, "certain"):
            return f"'traffic' has an unknown field '{key}'. What is your own belongs under 'meta'."
        if key in texts and not (value is None or (isinstance(value, str) and value.isprintable())):
            return f"'traffic': {key} must be a text in one line, or null."
        if key in numbers and not (type(value) in (int, float) and 0 < value < math.inf):
            return f"'traffic': {key} must be a number above 0."
        if key == "certain" and not isinstance(value, bool):
            return "'traffic': certain must be true or false."
    return None


def _chat_problems(row: Mapping[str, Any]) -> Iterator[str]:
    if ("prompt" in row) == ("messages" in row):
        yield "needs either 'prompt', a text, or 'messages', a list of turns."
    turns = row.get("messages", [{"role": "user", "content": "?"}])
    if not isinstance(turns, list) or not turns or not all(_is_turn(turn) for turn in turns):
        yield (
            'every one of \'messages\' must be {"role": "system" | "user" | "assistant", "content": "..."}, '
            "with content."
        )
        return
    roles = [turn["role"] for turn in turns]
    if "system" in roles[1:]:
        yield "a system message must be the first of 'messages'."
    if roles[-1] != "user":
        yield "'messages' must end with a user turn: chat endpoints refuse a begun answer."


def _is_turn(turn: object) -> bool:
    return (
        isinstance(turn, dict)
        and turn.keys() == {"role", "content"}
        and turn["role"] in ("system", "user", "assistant")
        and isinstance(turn["content"], str)
        and bool(turn["content"].strip())
    )


def _kind_problems(row: Mapping[str, Any]) -> Iterator[str]:
    kinds = [kind for kind in KINDS if kind in row]
    if "choices" in kinds and "answer" in kinds:
        kinds.remove("answer")
    if len(kinds) != 1:
        given = " and ".join(kinds) if kinds else "none"
        yield f"needs one of {', '.join(KINDS)} to be graded by, but has {given}."
        return
    problem = {
        "calls": _calls_problem,
        "json_schema": _schema_problem,
        "regex": _regex_problem,
        "number": _number_problem,
        "choices": _choices_problem,
        "answer": _answer_problem,
        "fields": _fields_problem,
        "tool_calls": _tool_calls_problem,
        "round_trip": _round_trip_problem,
        **dict.fromkeys((*SOURCED, UNGRADED), _flag_problem),
    }[kinds[0]](row)
    if "type" in row and kinds[0] != "answer":
        problem = problem or "'type' says how an 'answer' in words is read. Leave it out."
    if problem:
        yield problem


def _flag_problem(row: Mapping[str, Any]) -> str | None:
    kind = kind_of(row)
    return None if row[kind] is True else f"'{kind}' must be true: leave it out where it does not hold."


def _fields_problem(row: Mapping[str, Any]) -> str | None:
    wanted = row["fields"]
    plain = isinstance(wanted, dict) and all(isinstance(v, str | int | float | bool | None) for v in wanted.values())
    return None if plain and wanted else "'fields' must be an object of names and plain values that is not empty."


def _tool_calls_problem(row: Mapping[str, Any]) -> str | None:
    calls = row["tool_calls"]
    if not isinstance(calls, list) or not 0 < len(calls) <= MOST_CALLS:
        return f"'tool_calls' must be a list of 1 to {MOST_CALLS} calls."
    for number, call in enumerate(calls, 1):
        good = isinstance(call, dict) and call.keys() == {"name", "arguments"} and isinstance(call["arguments"], dict)
        if not good or not isinstance(call["name"], str) or not call["name"]:
            return f'tool call {number} must be {{"name": "...", "arguments": {{...}}}}.'
    return None


def _round_trip_problem(row: Mapping[str, Any]) -> str | None:
    stated = row["round_trip"]
    if not isinstance(stated, dict) or stated.keys() != {"parser", "value"} or stated["parser"] not in PARSERS:
        return f'\'round_trip\' must be {{"parser": ..., "value": ...}}, the parser one of {", ".join(PARSERS)}.'
    value, kind = stated["value"], stated["parser"]
    if kind == "csv" and not (
        isinstance(value, list)
        and value
        and all(isinstance(r, list) and all(isinstance(c, str) for c in r) for r in value)
    ):
        return "'round_trip': the value of csv must be a list of rows, each a list of texts."
    return (
        None
        if kind == "csv" or isinstance(value, dict | list)
        else "'round_trip': the value must be an object or a list."
    )


def _calls_problem(row: Mapping[str, Any]) -> str | None:
    from bench.sandbox import TestCall

    if not str(row.get("entry_point", "")).isidentifier():
        return "'calls' needs an 'entry_point', the name of the function to write."
    calls = row["calls"]
    if not isinstance(calls, list) or not calls:
        return "'calls' must be a list that is not empty."
    for number, call in enumerate(calls, 1):
        if not isinstance(call, dict) or call.keys() != {"args", "value"} or not isinstance(call["args"], list):
            return f'call {number} must be {{"args": [...], "value": ...}}.'
        try:
            TestCall(tuple(call["args"]), call["value"])
        except UsageError as error:
            return f"call {number}: {error}"
    return None


def _schema_problem(row: Mapping[str, Any]) -> str | None:
    from bench.scoring.schema import schema_problem

    problem = schema_problem(row["json_schema"])
    return f"'json_schema' {problem}." if problem else None


def _regex_problem(row: Mapping[str, Any]) -> str | None:
    import regex

    try:
        regex.compile(row["regex"])
    except regex.error as error:
        return f"'regex' is not valid: {error}."
    except RecursionError:
        return "'regex' is not valid: it is nested too deeply."
    return None


def _number_problem(row: Mapping[str, Any]) -> str | None:
    number = row["number"]
    if type(number) not in (int, float) or not math.isfinite(number):
        return "'number' must be a number, without quotes."
    if len(f"{Decimal(str(number)):f}") > DIGITS:
        return f"'number' has more than {DIGITS} digits. Ask for fewer."
    return None


def _choices_problem(row: Mapping[str, Any]) -> str | None:
    choices = row["choices"]
    if not isinstance(choices, list) or not 2 <= len(choices) <= len(LETTERS):
        return f"'choices' must be a list of 2 to {len(LETTERS)} texts."
    if not all(isinstance(c, str) and c.strip() for c in choices):
        return "'choices' must be texts that are not empty."
    if len({unwrapped(c).casefold() for c in choices}) < len(choices):
        return "'choices' must differ by more than case, quotes and a full stop."
    names = list(LETTERS[: len(choices)])
    other = next((c for c, own in zip(choices, names, strict=True) if c.upper() in names and c.upper() != own), None)
    if other:
        return f"the choice '{other}' would be called {names[choices.index(other)]}. Put it in its letter's place."
    if row.get("answer") not in (*choices, *LETTERS[: len(choices)]):
        return f"'answer' must be one of the choices, or its letter, A to {LETTERS[len(choices) - 1]}."
    return None


def _answer_problem(row: Mapping[str, Any]) -> str | None:
    answer = row["answer"]
    if isinstance(answer, bool) or not isinstance(answer, str | int | float) or not str(answer).strip():
        return "'answer' must be a text or a number that is not empty."
    if len(str(answer)) > ANSWER_CHARS:
        return f"'answer' has more than {ANSWER_CHARS} characters. Ask for less."
    return _type_problem(row)


def _type_problem(row: Mapping[str, Any]) -> str | None:
    kind, answer = row.get("type"), row["answer"]
    if "type" not in row:
        return None
    if kind not in list(AnswerKind):
        return f"'type' must be one of {', '.join(AnswerKind)}."
    if kind in AnswerKind.numbers() and number_of(str(answer)) is None:
        return f"'answer' cannot be read as its type, {kind}. Write a number, as 12, -3.5 or 3/4."
    if kind not in AnswerKind.numbers() and not isinstance(answer, str):
        return f"'answer' must be a text where 'type' is {kind}: write it in quotes."
    return None


def runs_code(rows: Rows) -> bool:
    """Whether grading any of the items runs an answer in the sandbox."""
    return any(kind_of(row) == "calls" for _, row in rows)


def config_of(
    name: str, *, version: int | str, licence: str, max_tokens: int, cluster: str, system: str, description: str
) -> dict[str, Any]:
    """lm-eval's configuration of an own task, apart from its data and its grader."""
    return {
        "task": name,
        "test_split": "test",
        "output_type": "generate_until",
        "num_fewshot": 0,
        **({"description": system} if system else {}),
        "doc_to_text": "{{id}}",
        "doc_to_target": "{{id}}",
        "generation_kwargs": {"until": [], "max_gen_toks": max_tokens, "temperature": 0.0, "do_sample": False},
        "metric_list": [{"metric": "score", "aggregation": "mean", "higher_is_better": True}],
        "metadata": {"version": version, "licence": licence, "cluster": cluster, "description": description},
    }


def cluster_of(rows: Rows) -> str:
    """The field that says which items depend on each other; "item" if none does."""
    return next((key for key in ("cluster", "family") if any(key in row for _, row in rows)), "item")


def check_name(name: str) -> None:
    """UsageError unless a task may be called so."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name):
        raise UsageError(
            f"'{name[:100]}' cannot be a task's name: use letters, digits, '_', '.' and '-', at most 100 of them."
        )
