"""An episode's transcript as a conversation: what was said, called and returned, line by line."""

from __future__ import annotations

import json

from bench.records import ToolUse, Transcript


def conversation(answer: str | None) -> str | None:
    """The text of an answer; of an episode's, its turns with calls and results. None stays None."""
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
    return "\n\n".join([*parts, f"[end: {transcript.stop}]"])


def _lines(use: ToolUse) -> tuple[str, str]:
    arguments = use.written if use.arguments is None else json.dumps(use.arguments, ensure_ascii=False)
    return f"  -> {use.name} {arguments}", f"  {'!!' if use.failed else '<-'} {use.result}"
