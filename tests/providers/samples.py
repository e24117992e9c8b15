"""What the tests of this room share: an item, endpoints, and recorded streams read by the engine's own parser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bench.config.load import read_model
from bench.engine.sse import SseParser
from bench.providers import Endpoint, ThinkSplitter, resolve, whole
from bench.providers.protocol import Fault, Wire
from bench.records.items import Item, Outcome, TokenUsage
from bench.records.settings import RunSettings

FIXTURES = Path(__file__).parent / "fixtures"
RUN = RunSettings(suites=("s",))
ITEM = Item(
    suite="s", task="t", task_version="1", item="i", family="f", level=None, language="en", cluster="f",
    messages=({"role": "system", "content": "Be brief."}, {"role": "user", "content": "2 + 2?"}), max_tokens=64,
    sampling={"temperature": 0.0},
)  # fmt: skip
ENVIRON = {
    "ACME_BASE_URL": "http://127.0.0.1:1/v1",
    "DASHSCOPE_WORKSPACE_ID": "ws-1",
}


def endpoint(model: str, environ: Mapping[str, str] = ENVIRON, **settings: Any) -> Endpoint:
    """The endpoint of a model entry that bench.toml would accept."""
    return resolve(read_model("m", {"model": model, **settings}, {}), environ)


class Read(NamedTuple):
    """A whole stream, as the engine reads it."""

    answer: str
    reasoning: str
    finish_reason: str | None
    outcome: Outcome | None
    usage: TokenUsage
    cost_usd: float | None
    served_model: str | None
    fault: Fault | None
    done: bool


def read(wire: Wire, chunks: Iterable[bytes]) -> Read:
    """A stream of bytes, however it is cut."""
    parser, splitter = SseParser(), ThinkSplitter()
    pieces: list[tuple[str, str]] = []
    last: dict[str, Any] = dict.fromkeys(("finish_reason", "outcome", "cost_usd", "served_model", "fault"))
    usage, done = TokenUsage(), False
    for chunk in chunks:
        for data in parser.feed(chunk):
            event = wire.read_event(data)
            pieces += [splitter.feed(event.answer), ("", event.reasoning)]
            last |= {name: value for name in last if (value := getattr(event, name)) is not None}
            usage = usage.updated(event.usage) if event.usage else usage
            done = done or event.done
    pieces.append(splitter.close())
    answer, reasoning = (whole("".join(texts)) for texts in zip(*pieces, strict=True))
    return Read(answer, reasoning, usage=usage, done=done, **last)
