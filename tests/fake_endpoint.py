"""A chat endpoint on loopback that says, and breaks, exactly what a test asks for, in the protocol it is asked in."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

Body = Mapping[str, Any]
End = Literal["done", "silent", "drop", "reset", "error", "hang", "hang up"]
"""The terminal event; a well-formed end without it; a connection that is closed, or reset, before the end; an error
event; nothing more, for as long as the client stays; the terminal event, then the idle connection is closed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the endpoint does with one request; by default it streams "ok" and ends well."""

    text: str = "ok"
    """The answer, streamed word by word."""
    reasoning: str = ""
    """Reasoning, streamed before the answer as `reasoning_content`."""
    finish_reason: str | None = "stop"
    """In the last choice event; None leaves that event out."""
    usage: Mapping[str, Any] | None = field(default_factory=lambda: {"prompt_tokens": 11, "completion_tokens": 7})
    """The usage event before `[DONE]`; None leaves it out."""
    served_model: str | None = None
    """The `model` field of every event; None repeats the request's."""
    status: int = 200
    """Any other status sends `text` as a JSON error message and no stream."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further reply headers, e.g. Retry-After."""
    delay_s: float = 0.0
    """Seconds before the first byte."""
    gap_s: float = 0.0
    """Seconds before each event."""
    whole: str = ""
    """Sent as the body, JSON or not, in place of a stream."""
    raw_events: tuple[str, ...] = ()
    """Sent as `data:` lines in place of everything that the fields above describe."""
    events: int | None = None
    """Stop after this many events, the terminal one not among them; what follows is decided by `end`."""
    end: End = "done"
    """How it ends; see `End`."""
    error: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of an error, e.g. its type or code."""
    stall_s: float = 0.0
    """Seconds between the reply's head and its first event."""
    keep_alive_s: float | None = None
    """While it stalls or hangs, a comment is sent every so many seconds."""
    together: int = 1
    """Events in one write."""
    split: int | None = None
    """Bytes in one write, whatever the events; each write is a chunk of its own."""
    cut: int | None = None
    """All events in two writes, the first of so many bytes, with a pause between them."""


DROP = Reply(events=0, end="drop")
"""Breaks the connection without sending a byte."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived."""

    path: str
    """E.g. "/v1/chat/completions"."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Body
    """The JSON body."""
    connection: int
    """The client's port: equal for requests on one kept-alive connection."""
    at: float
    """`time.perf_counter()` when the body was read."""

    @property
    def anthropic(self) -> bool:
        """Whether it came in Anthropic's protocol, Messages."""
        return self.path.partition("?")[0].endswith("/messages")

    @property
    def prompt(self) -> str:
        """The last message's content."""
        content: str = self.body["messages"][-1]["content"]
        return content


Script = Callable[[Request], Reply]
Pages = Callable[[str, Mapping[str, str]], tuple[int, object]]
"""What a GET gets, by its path and headers: a status and JSON, or any text."""


class FakeEndpoint:
    """Serves while its context is open, each connection in a thread of its own.

        with FakeEndpoint(lambda request: Reply(text="<answer>4</answer>")) as endpoint:
            ...  # endpoint.url is the base_url; endpoint.requests holds what arrived

    The script is called once per request, from several threads; by default every answer is "ok".
    """

    def __init__(self, script: Script = lambda _request: Reply()) -> None:
        self.script = script
        self.pages: Pages = lambda _path, _headers: (404, {"error": {"message": "no such page"}})
        self.ahead_s = 0.0
        """How far the clock that its replies tell is ahead, in seconds."""
        self.requests: list[Request] = []
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def certify(self, certificate: Path, key: Path) -> None:
        """Speaks TLS from now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.tls = context
        self.url = self.url.replace("http://", "https://")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.close_connections()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # server_close() waits for the threads, so that none outlives its test
    request_queue_size = 128

    def __init__(self, endpoint: FakeEndpoint) -> None:
        self.endpoint = endpoint
        self.tls: ssl.SSLContext | None = None
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True)
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Wakes the threads that wait for another request on an idle connection."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        """The requests of one connection, until the client hangs up, politely or not."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.path, headers, body, self.client_address[1], time.perf_counter())
        self.server.endpoint.requests.append(request)
        self._answer(self.server.endpoint.script(request), request)

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, page = self.server.endpoint.pages(self.path, headers)
        content = page.encode() if isinstance(page, str) else json.dumps(page).encode()
        self._head(Reply(status=status), "application/json", **{"Content-Length": str(len(content))})
        self.wfile.write(content)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) + self.server.endpoint.ahead_s)

    def _answer(self, reply: Reply, request: Request) -> None:
        time.sleep(reply.delay_s)
        if reply.status != 200 or reply.whole:
            self._error(reply, request)
        elif reply.events == 0 and reply.end == "drop":
            self.close_connection = True
        else:
            self._stream(reply, request)

    def _error(self, reply: Reply, request: Request) -> None:
        content = (reply.whole or json.dumps(_error(reply, request))).encode()
        self._head(reply, "application/json", **{"Content-Length": str(len(content))})
        self.wfile.write(content)

    def _stream(self, reply: Reply, request: Request) -> None:
        self._head(reply, "text/event-stream", **{"Transfer-Encoding": "chunked"})
        self._idle(reply, reply.stall_s)
        for content in _writes(reply, request):
            time.sleep(reply.gap_s)
            self._chunk(content)
        if reply.end == "hang":
            self._idle(reply, 60.0)
        if reply.end == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        if reply.end in ("drop", "reset", "hang"):
            self.close_connection = True
            return
        self.wfile.write(b"0\r\n\r\n")
        if reply.end == "hang up":
            self.close_connection = True

    def _idle(self, reply: Reply, seconds: float) -> None:
        """Waits, but not longer than the client does."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            readable, _, _ = select.select([self.connection], [], [], min(left, reply.keep_alive_s or left))
            if readable:
                self.close_connection = True
                raise ConnectionAbortedError("the client has hung up")
            if reply.keep_alive_s:
                self._chunk(b": keep-alive\n\n")

    def _head(self, reply: Reply, kind: str, **headers: str) -> None:
        self.send_response(reply.status)
        for name, value in {"Content-Type": kind, **headers, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


def _writes(reply: Reply, request: Request) -> Iterator[bytes]:
    """The stream's bytes, one piece for each write."""
    anthropic = request.anthropic
    events = reply.raw_events or tuple((_anthropic_events if anthropic else _events)(reply, request.body))
    events = events[: reply.events]
    if reply.end in ("done", "hang up"):
        events += ('{"type": "message_stop"}' if anthropic else "[DONE]",)
    elif reply.end == "error":
        events += (json.dumps(_error(reply, request)),)
    lines = [f"data: {event}\n\n".encode() for event in events]
    whole = b"".join(lines)
    if reply.split is not None:
        yield from (whole[at : at + reply.split] for at in range(0, len(whole), reply.split))
    elif reply.cut is not None:
        yield whole[: reply.cut]
        time.sleep(0.005)
        yield whole[reply.cut :]
    else:
        yield from (b"".join(lines[at : at + reply.together]) for at in range(0, len(lines), reply.together))


def _error(reply: Reply, request: Request) -> dict[str, Any]:
    """An error as the protocol tells it, in a reply of its own or in a stream."""
    inner = {"message": reply.text, **reply.error}
    return {"type": "error", "error": {"type": "api_error", **inner}} if request.anthropic else {"error": inner}


def _events(reply: Reply, body: Body) -> Iterator[str]:
    """The stream's events in OpenAI's form, without `[DONE]`."""
    model = reply.served_model or body["model"]

    def event(delta: Mapping[str, str], finish_reason: str | None = None) -> str:
        return json.dumps(
            {"model": model, "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]},
            ensure_ascii=False,
        )

    for word in _words(reply.reasoning):
        yield event({"reasoning_content": word})
    for word in _words(reply.text):
        yield event({"content": word})
    if reply.finish_reason is not None:
        yield event({}, reply.finish_reason)
    if reply.usage is not None:
        yield json.dumps({"model": model, "choices": [], "usage": reply.usage})


def _anthropic_events(reply: Reply, body: Body) -> Iterator[str]:
    """The same in Anthropic's form, without `message_stop`; token counts by OpenAI's names are translated."""
    counts = reply.usage or {}
    usage = {"input_tokens": counts.get("prompt_tokens"), "output_tokens": counts.get("completion_tokens")}
    message = {"model": reply.served_model or body["model"], "usage": {**usage, "output_tokens": 1}}
    yield json.dumps({"type": "message_start", "message": message})
    blocks = (("thinking", reply.reasoning), ("text", reply.text))
    for index, (kind, text) in enumerate(block for block in blocks if block[1]):
        yield json.dumps({"type": "content_block_start", "index": index, "content_block": {"type": kind, kind: ""}})
        for word in _words(text):
            delta = {"type": f"{kind}_delta", kind: word}
            yield json.dumps({"type": "content_block_delta", "index": index, "delta": delta}, ensure_ascii=False)
        yield json.dumps({"type": "content_block_stop", "index": index})
    reason = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}
    if reply.finish_reason is not None:
        stop = {"stop_reason": reason.get(reply.finish_reason, reply.finish_reason)}
        yield json.dumps({"type": "message_delta", "delta": stop, "usage": usage})


def _words(text: str) -> list[str]:
    """The text in pieces that begin with a space, as tokens do."""
    return text.replace(" ", "\0 ").split("\0") if text else []
