"""A scripted model on loopback that solves by running commands, in both protocols: real agents work with it.

It asks for each command by the agent's own tool for commands, and says "done" after the last. Every request reports
1,000 tokens in and 100 out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

SHELLS = ("Bash", "run_shell_command", "bash", "exec_command")
"""What agents call their tool for commands."""


class Solver:
    """The running server; use as a context manager."""

    def __init__(self, commands: Sequence[str] | Callable[[Mapping[str, Any]], Sequence[str]]) -> None:
        """`commands`: those of every task, or what says those of a request's task by its body."""
        solver, self.requests = self, []  # type: Solver, list[tuple[str, Mapping[str, str], dict[str, Any]]]
        self.held, self._go = threading.Event(), threading.Event()
        self._free: int | None = None
        self.commands_of = commands if callable(commands) else lambda _body: commands

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                solver.requests.append((self.path, {n.lower(): v for n, v in self.headers.items()}, body))
                solver.wait(len(solver.requests))
                answer, commands = by_path(self.path), solver.commands_of(body)
                events = answer(body, commands)
                sent = "".join(events).encode()
                self.send_response(200)
                streamed = body.get("stream")
                self.send_header("content-type", "text/event-stream" if streamed else "application/json")
                self.send_header("content-length", str(len(sent)))
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def hold_after(self, requests: int) -> None:
        """Requests after so many wait until `release`; `held` is set once one of them does."""
        self._free = requests

    def release(self) -> None:
        """Answers what waits, and all that comes."""
        self._free = None
        self._go.set()

    def wait(self, number: int) -> None:
        """Holds a request, if it is to be held."""
        if self._free is not None and number > self._free:
            self.held.set()
            self._go.wait(120)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def next_call(body: Mapping[str, Any], tools: Sequence[str], commands: Sequence[str]) -> tuple[str, str] | None:
    """The tool and the next command; None after the last, or where the agent offers no shell."""
    said = json.dumps(body["input" if "input" in body else "messages"])
    done = said.count("call_scripted")
    named = next((name for name in SHELLS if name in tools), None)
    asked = {i for i in range(len(commands)) if f"call_scripted_{i}_" in said}
    assert done >= len(asked)
    step = len(asked)
    return None if named is None or step >= len(commands) else (named, commands[step])


def _arguments(tool: str, command: str) -> dict[str, Any]:
    if tool == "exec_command":
        return {"cmd": command}
    return {"command": command, "description": "go on"} | ({"is_background": False} if tool.startswith("run") else {})


def openai(body: Mapping[str, Any], commands: Sequence[str]) -> Iterator[str]:
    """A reply of /v1/chat/completions."""
    call = next_call(body, [each["function"]["name"] for each in body.get("tools", [])], commands)
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    head = {"id": "chatcmpl-1", "created": 1, "model": body["model"]}
    message: dict[str, Any] = {"role": "assistant", "content": "done" if call is None else None}
    if call:
        step = commands.index(call[1])
        function = {"name": call[0], "arguments": json.dumps(_arguments(*call))}
        message["tool_calls"] = [{"id": f"call_scripted_{step}_", "type": "function", "function": function}]
    reason = "tool_calls" if call else "stop"
    if not body.get("stream"):
        choice = {"index": 0, "message": message, "finish_reason": reason}
        yield json.dumps({**head, "object": "chat.completion", "choices": [choice], "usage": usage})
        return
    delta = {**message, "tool_calls": [{"index": 0, **each} for each in message.get("tool_calls", [])]}
    for choices in (
        [{"index": 0, "delta": delta, "finish_reason": None}],
        [{"index": 0, "delta": {}, "finish_reason": reason}],
    ):
        yield f"data: {json.dumps({**head, 'object': 'chat.completion.chunk', 'choices': choices})}\n\n"
    yield f"data: {json.dumps({**head, 'object': 'chat.completion.chunk', 'choices': [], 'usage': usage})}\n\n"
    yield "data: [DONE]\n\n"


def responses(body: Mapping[str, Any], commands: Sequence[str]) -> Iterator[str]:
    """A streamed reply of /v1/responses."""
    call = next_call(body, [each.get("name", "") for each in body.get("tools", [])], commands)
    text = {"type": "output_text", "text": "done"}
    item: dict[str, Any] = {"type": "message", "id": "m1", "role": "assistant", "content": [text]}
    if call:
        made = {"call_id": f"call_scripted_{commands.index(call[1])}_", "arguments": json.dumps(_arguments(*call))}
        item = {"type": "function_call", "id": "f1", "name": call[0], **made}
    usage = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
    whole = {"id": "r1", "object": "response", "model": body["model"], "status": "completed"}
    for event in (
        {"type": "response.created", "response": {"id": "r1"}},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {**whole, "output": [item], "usage": usage}},
    ):
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"


def by_path(path: str) -> Callable[[Mapping[str, Any], Sequence[str]], Iterator[str]]:
    """The wire format of a path."""
    return anthropic if "/messages" in path else responses if "/responses" in path else openai


def anthropic(body: Mapping[str, Any], commands: Sequence[str]) -> Iterator[str]:
    """A streamed reply of /v1/messages; whole where no stream is asked for."""
    call = next_call(body, [each.get("name", "") for each in body.get("tools", [])], commands)
    usage = {"input_tokens": 1000, "output_tokens": 100}
    block: dict[str, Any] = {"type": "text", "text": "done"}
    if call:
        step = commands.index(call[1])
        block = {"type": "tool_use", "id": f"call_scripted_{step}_", "name": call[0], "input": _arguments(*call)}
    reason = "tool_use" if call else "end_turn"
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"], "stop_sequence": None}
    if not body.get("stream"):
        yield json.dumps({**whole, "content": [block], "stop_reason": reason, "usage": usage})
        return
    empty = {**block, "input": {}} if call else {**block, "text": ""}
    delta = (
        {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        if call
        else {"type": "text_delta", "text": "done"}
    )
    start = {**whole, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    for event in (
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": empty},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage},
        {"type": "message_stop"},
    ):
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
