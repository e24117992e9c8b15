"""A model behind somebody else's loop, which solves episodes as the families' own solvers do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.fake_endpoint import Reply, Request
from tests.tool_solver import Solver


def text_of(message: Mapping[str, Any]) -> str:
    """A message's text, of a string or of parts."""
    content = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def asked_of(messages: Sequence[Mapping[str, Any]]) -> str:
    """What the user asked first."""
    return text_of(next(message for message in messages if message["role"] == "user"))


class QwenSolver(Solver):
    """A model that calls as Qwen-Agent's prompt asks it to: tools by the server's name, in its text."""

    def __call__(self, request: Request) -> Reply:
        """The next call, or the last message."""
        messages = request.body["messages"]
        assert "<tools>" in text_of(messages[0]), "its own prompt declares the tools"
        turn = sum(message["role"] == "assistant" for message in messages)
        calls, last = self._next(asked_of(messages), turn)
        made = [json.dumps({"name": f"world-{name}", "arguments": arguments}) for name, arguments in calls]
        text = "".join(f"<tool_call>\n{each}\n</tool_call>" for each in made) or last
        return Reply(text=text, usage={"prompt_tokens": 900 + turn, "completion_tokens": 40})
