"""Batch interfaces on loopback: Anthropic's Message Batches and OpenAI's batches of files, as their SDKs have them.

`tests/providers/test_batches.py` drives it with both vendors' own clients.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of one request."""

    text: str = "ok"
    """The answer."""
    ending: str = "succeeded"
    """Or "errored", "expired" or "canceled"."""
    status: int = 400
    """Of an error."""
    message: str = "bad request"
    """Of an error."""
    kind: str = "invalid_request_error"
    """The type of an error."""


@dataclass(slots=True, kw_only=True)
class Made:
    """A batch as the server keeps it."""

    id: str
    requests: list[tuple[str, Body]]
    at: datetime
    file: str | None = None
    metadata: Any = None
    polls: int = 0
    cancelled: bool = False
    failed: str = ""


@dataclass(slots=True)
class BatchServer:
    """Serves while its context is open.

    `answer` says what becomes of a request's body; a batch ends when it was looked at `polls` times. `mangle` changes
    the bytes of every file of results. `before` is called with "METHOD path" before each request, and may return
    "drop" (the request is lost), "drop reply" (it is served and the connection breaks) or a status to answer.
    """

    answer: Callable[[Body], Result] = lambda _body: Result()
    polls: int = 1
    mangle: Callable[[bytes], bytes] = lambda content: content
    before: Callable[[str], object] = lambda _what: None
    keeps_metadata: bool = True
    counts: bool = True
    fails: str = ""
    page: int = 20
    batches: dict[str, Made] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    _server: Any = None
    _thread: Any = None
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        """The base URL of both interfaces."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def requests(self) -> list[str]:
        """The custom ids of all requests of all batches: what is paid."""
        return [key for made in self.batches.values() for key, _ in made.requests]

    def __enter__(self) -> Self:
        server, outer = ThreadingHTTPServer(("127.0.0.1", 0), _Handler), self
        server.outer = outer  # type: ignore[attr-defined]
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def new(self, kind: str) -> str:
        """An id of a kind, e.g. "msgbatch_"."""
        return f"{kind}{next(self._ids):06d}"

    def ended(self, made: Made) -> bool:
        """Whether a batch is over."""
        return made.polls >= self.polls or made.cancelled or bool(made.failed)

    def result_of(self, made: Made, body: Body) -> Result:
        """What became of a request."""
        return Result(ending="canceled") if made.cancelled else self.answer(body)

    def message_batch(self, made: Made) -> dict[str, Any]:
        """As anthropic.types.messages.MessageBatch has it."""
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        for _, body in made.requests:
            counts[self.result_of(made, body).ending if self.ended(made) else "processing"] += 1
        ended = self.ended(made)
        return {
            "id": made.id,
            "type": "message_batch",
            "processing_status": "ended" if ended else "in_progress",
            "request_counts": counts if self.counts else {},
            "created_at": made.at.isoformat().replace("+00:00", "Z"),
            "expires_at": (made.at + timedelta(days=1)).isoformat().replace("+00:00", "Z"),
            "ended_at": made.at.isoformat().replace("+00:00", "Z") if ended else None,
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": f"{self.url}/messages/batches/{made.id}/results" if ended else None,
        }

    def message_lines(self, made: Made) -> bytes:
        """As MessageBatchIndividualResponse has them, in another order than they were asked."""
        lines = []
        for key, body in reversed(made.requests):
            result = self.result_of(made, body)
            said: dict[str, Any] = {"type": result.ending}
            if result.ending == "succeeded":
                said["message"] = {
                    "id": f"msg_{key[:8]}", "type": "message", "role": "assistant", "model": body["model"],
                    "content": [{"type": "text", "text": result.text}], "stop_reason": "end_turn",
                    "stop_sequence": None, "usage": {"input_tokens": 11, "output_tokens": 7},
                }  # fmt: skip
            elif result.ending == "errored":
                error = {"type": result.kind, "message": result.message}
                said["error"] = {"type": "error", "error": error, "request_id": "req_1"}
            lines.append(json.dumps({"custom_id": key, "result": said}))
        return "".join(f"{line}\n" for line in lines).encode()

    def chat_batch(self, made: Made) -> dict[str, Any]:
        """As openai.types.Batch has it."""
        ended = self.ended(made)
        results = [self.result_of(made, body).ending for _, body in made.requests]
        good = sum(ending == "succeeded" for ending in results)
        status = "failed" if made.failed else "cancelled" if made.cancelled else "completed"
        if ended and not made.failed:
            self.files[f"{made.id}-out"] = self.mangle(self.chat_lines(made, good=True))
            self.files[f"{made.id}-err"] = self.mangle(self.chat_lines(made, good=False))
        errors = {"object": "list", "data": [{"code": "invalid", "message": made.failed, "line": 1, "param": None}]}
        return {
            "id": made.id,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "created_at": int(made.at.timestamp()),
            "input_file_id": made.file,
            "status": status if ended else "in_progress",
            "metadata": made.metadata if self.keeps_metadata else None,
            "request_counts": {
                "total": len(results), "completed": good if ended else 0,
                "failed": len(results) - good if ended else 0,
            },
            "output_file_id": f"{made.id}-out" if ended and good else None,
            "error_file_id": f"{made.id}-err" if ended and not made.failed and good < len(results) else None,
            "errors": errors if made.failed else None,
        }  # fmt: skip

    def chat_lines(self, made: Made, *, good: bool) -> bytes:
        """The output file, or the file of errors."""
        lines = []
        for number, (key, body) in enumerate(reversed(made.requests)):
            result = self.result_of(made, body)
            line: dict[str, Any] = {"id": f"batch_req_{number}", "custom_id": key, "response": None, "error": None}
            if (result.ending == "succeeded") != good:
                continue
            if result.ending == "succeeded":
                message = {"role": "assistant", "content": result.text}
                choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}
                usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
                answer = {
                    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"],
                    "choices": [choice], "usage": usage,
                }  # fmt: skip
                line["response"] = {"status_code": 200, "request_id": f"req_{number}", "body": answer}
            elif result.ending == "errored":
                error = {"message": result.message, "type": result.kind, "code": None, "param": None}
                line["response"] = {"status_code": result.status, "request_id": "r", "body": {"error": error}}
            else:
                code = "batch_expired" if result.ending == "expired" else "batch_cancelled"
                line["error"] = {"code": code, "message": "not executed"}
            lines.append(json.dumps(line))
        return "".join(f"{line}\n" for line in lines).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def outer(self) -> BatchServer:
        server: BatchServer = self.server.outer  # type: ignore[attr-defined]
        return server

    def log_message(self, *args: object) -> None:
        del args

    def do_GET(self) -> None:
        self._serve("GET", b"")

    def do_POST(self) -> None:
        self._serve("POST", self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _serve(self, method: str, content: bytes) -> None:
        outer, split = self.outer, urlsplit(self.path)
        what = f"{method} {split.path.removeprefix('/v1')}"
        outer.asked.append(what)
        outer.bodies.append(content)
        verdict = outer.before(what)
        if verdict == "drop":
            self.close_connection = True
            return
        if isinstance(verdict, int):
            self._reply(verdict, {"error": {"type": "api_error", "message": f"status {verdict}"}})
            return
        status, reply = self._route(what.split(" ")[1].strip("/").split("/"), method, parse_qs(split.query), content)
        if verdict == "drop reply":
            self.close_connection = True
            return
        self._reply(status, reply)

    def _reply(self, status: int, reply: object) -> None:
        content = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _route(
        self, parts: list[str], method: str, query: Mapping[str, list[str]], content: bytes
    ) -> tuple[int, object]:
        outer = self.outer
        if parts[0] == "files":
            if method == "GET":
                return (200, outer.files[parts[1]]) if parts[1] in outer.files else (404, {"error": {"message": "no"}})
            file = outer.new("file-")
            outer.files[file] = _uploaded(content, self.headers["Content-Type"])
            return 200, {
                "id": file, "object": "file", "bytes": 1, "created_at": 1, "filename": "a", "purpose": "batch",
                "status": "processed",
            }  # fmt: skip
        messages = parts[0] == "messages"
        parts = parts[1:] if messages else parts
        shown = outer.message_batch if messages else outer.chat_batch
        mine = {key: made for key, made in outer.batches.items() if (made.file is None) == messages}
        if method == "POST" and len(parts) == 1:
            made = self._made(json.loads(content), messages=messages)
            outer.batches[made.id] = made
            return 200, shown(made)
        if len(parts) == 1:
            newest = [*mine.values()][::-1]
            after = query.get("after_id" if messages else "after", [""])[0]
            start = next((n + 1 for n, made in enumerate(newest) if made.id == after), 0)
            page = newest[start : start + outer.page]
            data, more = [shown(made) for made in page], start + outer.page < len(newest)
            ends = {"first_id": page[0].id if page else None, "last_id": page[-1].id if page else None}
            return 200, {"object": "list", "data": data, "has_more": more, **ends}
        if parts[1] not in mine:
            return 404, {"type": "error", "error": {"type": "not_found_error", "message": "no such batch"}}
        made = mine[parts[1]]
        if parts[2:] == ["results"]:
            return 200, outer.mangle(outer.message_lines(made))
        if parts[2:] == ["cancel"]:
            made.cancelled = True
        else:
            made.polls += 1
        return 200, shown(made)

    def _made(self, raw: Body, *, messages: bool) -> Made:
        outer, at = self.outer, datetime.now(UTC)
        if messages:
            requests = [(each["custom_id"], each["params"]) for each in raw["requests"]]
            assert all("stream" not in body for _, body in requests)
            return Made(id=outer.new("msgbatch_"), requests=requests, at=at)
        assert (raw["endpoint"], raw["completion_window"]) == ("/v1/chat/completions", "24h")
        lines = [json.loads(line) for line in outer.files[raw["input_file_id"]].splitlines()]
        assert {(line["method"], line["url"]) for line in lines} == {("POST", "/v1/chat/completions")}
        requests = [(line["custom_id"], line["body"]) for line in lines]
        return Made(
            id=outer.new("batch_"),
            requests=requests,
            at=at,
            file=raw["input_file_id"],
            metadata=raw.get("metadata"),
            failed=outer.fails,
        )


def _uploaded(content: bytes, kind: str) -> bytes:
    """The file of a multipart form, whose purpose must be "batch"."""
    boundary = b"--" + kind.partition("boundary=")[2].strip('"').encode()
    fields = {}
    for part in content.split(boundary)[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        fields["file" if b'name="file"' in head else "purpose"] = body.removesuffix(b"\r\n")
    assert fields["purpose"] == b"batch"
    return fields["file"]
