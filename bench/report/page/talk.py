"""An episode's transcript as a conversation: what was said, called and returned, line by line."""

from __future__ import annotations

import json

from bench.records import ToolUse, Transcript, grade_detail


def conversation(answer: str | None, detail: str | None = None) -> str | None:
    """The text of an answer; of an episode's, its turns with calls, results, and what these changed.

    `detail` is the grader's, in JSON: at the end stands where the state is not as it must be. None stays None.
    """
    if not answer or not answer.startswith('{"turns":'):
        return answer
    try:
        transcript = Transcript.from_json(answer)
    except ValueError:
        return answer
    parts: list[str] = []
    for number, turn in enumerate(transcript.turns, 1):
        lines = [f"[{number}] {turn.text}".rstrip(), *(line for use in turn.calls for line in _lines(use))]
        parts.append("\n".join(lines))
    differs = grade_detail(detail).get("differs", []) if detail else []
    wrong = [f"  {line}" for line in differs if isinstance(line, str)] if isinstance(differs, list) else []
    parts.append(f"[end: {transcript.stop}]")
    return "\n\n".join([*parts, *(["\n".join(["[state, against what it must be]", *wrong])] if wrong else [])])


def shown(answer: str | None, detail: str | None) -> tuple[str | None, str | None]:
    """An answer's text and its grader's detail as the page has them: what an episode's end says stands there alone."""
    said = conversation(answer, detail)
    return said, detail if said == answer else _facts(detail)


def _facts(detail: str | None) -> str | None:
    """A grader's detail, in JSON, without the state."""
    read = grade_detail(detail) if detail and '"differs"' in detail else {}
    if not isinstance(read.get("differs"), list):
        return detail
    return json.dumps({name: value for name, value in read.items() if name != "differs"}, ensure_ascii=False)


def _lines(use: ToolUse) -> tuple[str, ...]:
    arguments = use.written if use.arguments is None else json.dumps(use.arguments, ensure_ascii=False)
    brought = f"  {'!!' if use.failed else '<-'} {use.result}"
    return f"  -> {use.name} {arguments}", brought, *(f"     {line}" for line in use.changed)
