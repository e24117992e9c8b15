"""Runs somebody else's loop on one episode: its process, the model that it asks, the tools that it calls.

The process gets no key and no address of a vendor: a token of its own, for a port of loopback that is there while the
episode is. It is its user's own code, and runs without walls.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h11

from bench import clean
from bench.engine import Brought, LoopEnd
from bench.loops import inside
from bench.loops.known import LoopPreset
from bench.loops.replies import as_reply, refusal
from bench.plan import PlannedCall
from bench.records import HIDDEN, Call

MOST_BYTES = 64 << 20
"""Of a request, and of a line."""
SAID = 300
"""Characters of what a loop says of its trouble."""
LOG_BYTES = 4000
"""Of the end of its log, in which its trouble is sought."""
SLACK_S = 300.0
"""Seconds that an episode may take beside the answers' own, which have a cap."""
MEMORY_BYTES = 2 << 30
"""Of memory, for the loop's process and each that it starts: beside the worst answers Qwen-Agent took 213 MB."""
FILE_BYTES = 256 << 20
"""Of each file that they write, its log among them."""
_BOUNDED = (
    "import resource as r, runpy, sys\n"
    "script, memory, file = sys.argv[1], *map(int, sys.argv[2:])\n"
    "for what, most in ((r.RLIMIT_DATA, memory), (r.RLIMIT_FSIZE, file), (r.RLIMIT_CORE, 0)):\n"
    "    hard = r.getrlimit(what)[1]\n"
    "    most = most if hard == r.RLIM_INFINITY else min(most, hard)\n"
    "    r.setrlimit(what, (most, most))\n"
    "sys.argv = [script]\n"
    "runpy.run_path(script, run_name='__main__')\n"
)
SYSTEM = ("/usr/local/bin", "/usr/bin", "/bin")

Ask = Callable[[Mapping[str, Any]], Awaitable[Call | None]]
Act = Callable[[str, Mapping[str, Any] | None], Brought]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedLoop:
    """A loop that is installed."""

    preset: LoopPreset
    """How it is started."""
    python: str
    """Its interpreter."""
    versions: Mapping[str, str]
    """Versions of its distributions, the loop's own first."""
    seed: int = 1
    """What it draws with, where it draws."""

    @property
    def title(self) -> str:
        """Its name and version."""
        return f"{self.preset.name} {next(iter(self.versions.values()))}"

    @property
    def identity(self) -> dict[str, Any]:
        """What makes it the same loop: it enters the keys of its episodes."""
        return {"name": self.preset.name, "versions": dict(self.versions)}

    async def run(self, planned: PlannedCall, ask: Ask, act: Act) -> LoopEnd:
        """Plays an episode to its end. Never raises for a loop that fails."""
        dialogue = planned.item.dialogue
        assert dialogue is not None
        token = secrets.token_urlsafe(24)
        with tempfile.TemporaryDirectory(prefix="loop-") as folder:
            path = Path(folder) / "tools.sock"
            tools = _Tools(dialogue.tools, act)
            model = _Model(token, ask, anthropic=self.preset.protocol == "anthropic")
            over_unix = await asyncio.start_unix_server(tools.serve, path, limit=MOST_BYTES)
            over_port = await asyncio.start_server(model.serve, "127.0.0.1", 0)
            async with over_unix, over_port:
                port = over_port.sockets[0].getsockname()[1]
                options = {
                    **_prompt(planned),
                    "url": f"http://127.0.0.1:{port}",
                    "key": token,
                    "turns": dialogue.turns,
                    "seed": self.seed + planned.repeat,
                    "server": str(Path(inside.__file__).with_name("serve_tools.py")),
                    "socket": str(path),
                }
                return await self._played(options, folder, 2 * dialogue.seconds + SLACK_S)

    async def _played(self, options: Mapping[str, Any], folder: str, most_s: float) -> LoopEnd:
        path = os.pathsep.join((str(Path(self.python).parent), *SYSTEM))
        environment = {"PATH": path, "HOME": folder, "LANG": "C.UTF-8", "NO_PROXY": "*", "no_proxy": "*"}
        with tempfile.TemporaryFile() as log:
            process = await asyncio.create_subprocess_exec(
                *(self.python, "-P", "-c", _BOUNDED, str(self.preset.script), str(MEMORY_BYTES), str(FILE_BYTES)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
            trouble = ""
            try:
                async with asyncio.timeout(most_s):
                    said, _ = await process.communicate(json.dumps(options).encode())
            except TimeoutError:
                said, trouble = b"", f"it did not end within {most_s:.0f} s"
            finally:
                with suppress(ProcessLookupError):  # the tools' server, too
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
            log.seek(max(0, os.fstat(log.fileno()).st_size - LOG_BYTES))
            return _end(said, trouble or _gist(log.read()).replace(options["key"], HIDDEN))


def _prompt(planned: PlannedCall) -> dict[str, Any]:
    """What the loop is told of the item, and of the model."""
    messages, body = planned.item.messages, planned.body
    return {
        "system": "\n\n".join(each["content"] for each in messages if each["role"] == "system"),
        "user": next(each["content"] for each in messages if each["role"] == "user"),
        "model": str(body["model"]),
        "max_tokens": next((body[name] for name in ("max_tokens", "max_completion_tokens") if name in body), 4096),
    }


def _end(said: bytes, trouble: str) -> LoopEnd:
    try:
        last = json.loads(said.splitlines()[-1])["last"]
        return LoopEnd(clean.text(str(last)))
    except (ValueError, KeyError, IndexError, TypeError):
        return LoopEnd(None, trouble or "it ended without a last message")


def _gist(log: bytes) -> str:
    lines = [line.strip() for line in log.decode("utf-8", "replace").splitlines() if line.strip()]
    return clean.line(lines[-1])[:SAID] if lines else ""


@dataclass(frozen=True, slots=True)
class _Tools:
    """The tools' side: a line of JSON each way."""

    declared: tuple[Mapping[str, Any], ...]
    act: Act

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        shown = [{name: tool[name] for name in ("name", "description", "parameters")} for tool in self.declared]
        try:
            writer.write(_line(shown))
            while line := await reader.readline():
                call = clean.json_value(json.loads(line))
                arguments = call.get("arguments")
                brought = self.act(str(call.get("name")), arguments if isinstance(arguments, dict) else None)
                writer.write(_line({"content": brought.content, "failed": brought.failed}))
                await writer.drain()
        except (ValueError, OSError, AttributeError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


def _line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class _Model:
    """The model's side: HTTP/1.1 on a port of loopback, one request after the other."""

    token: str
    ask: Ask
    anthropic: bool

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        try:
            while (request := await _request(connection, reader)) is not None:
                status, kind, body = await self._answer(*request)
                headers = [("content-type", kind), ("content-length", str(len(body)))]
                for event in (
                    h11.Response(status_code=status, headers=headers),
                    h11.Data(data=body),
                    h11.EndOfMessage(),
                ):
                    writer.write(connection.send(event) or b"")
                await writer.drain()
                if connection.our_state is h11.MUST_CLOSE:
                    break
                connection.start_next_cycle()
        except (h11.ProtocolError, OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: h11.Request, content: bytes) -> tuple[int, str, bytes]:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in head.headers}
        given = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(given.encode(), self.token.encode()):
            return 401, "application/json", refusal("this is another episode's", anthropic=self.anthropic)
        try:
            body = clean.json_value(json.loads(content))
            if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
                raise ValueError("no messages")
        except (ValueError, RecursionError):
            return 400, "application/json", refusal("the body holds no messages", anthropic=self.anthropic)
        call = await self.ask(body)
        if call is None:
            return 400, "application/json", refusal("the episode is over", anthropic=self.anthropic)
        kind, reply = as_reply(call, anthropic=self.anthropic, streamed=body.get("stream") is True)
        return 200, kind, reply


async def _request(connection: h11.Connection, reader: asyncio.StreamReader) -> tuple[h11.Request, bytes] | None:
    """A whole request; None where the client is gone."""
    head, body = None, bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(65536)
            connection.receive_data(data)
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MOST_BYTES:
                return None
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return head, bytes(body)
        else:
            return None
