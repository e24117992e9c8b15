"""What a probe is, and what it finds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bench.doctor.check import CheckStatus
from bench.doctor.tools.asker import Asker, Said
from bench.providers import AssistantTurn, Tool, ToolCall, Turn

UNCLEAR = "unclear"
"""The verdict where the model did not do its part, or no reply came: nothing is known of the endpoint."""
NOT_ASKED = "not asked"
"""The verdict of a probe that makes no sense here."""
NO_JSON = "no JSON"
"""The verdict where arguments are no JSON object."""
CALLS, COUNTS, RESULT, SENT_BACK = "calls", "token counts", "result", "reasoning sent back"
"""Names of probes that others need."""
PROMPTED = (
    "Describe the tools in the prompt and ask for JSON (response_format with a JSON schema, where the endpoint takes "
    "one), or ask its operator for a chat template and a parser of tool calls: vLLM needs --enable-auto-tool-choice "
    "and --tool-call-parser, llama.cpp --jinja."
)
"""What to do where an endpoint knows no tools."""
STOCK = Tool(
    name="get_stock",
    description="Looks up how many pieces of one article are in the warehouse at this moment.",
    parameters={
        "type": "object",
        "properties": {"article": {"type": "string", "description": "The article's name, for example: green table"}},
        "required": ["article"],
        "additionalProperties": False,
    },
)
"""The tool that most probes declare."""
PRICE = Tool(
    name="get_price",
    description="Looks up the price of one article in euros.",
    parameters=STOCK.parameters,
)
"""Another one beside it."""
LAMP, CHAIR = "blue lamp", "red chair"
"""The articles that are asked for."""
ASK = f"How many pieces of the article '{LAMP}' are in stock? Call the tool get_stock to find out; do not guess."
"""What most probes ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What a probe found."""

    verdict: str
    """In one or two words, e.g. "yes", "rejected" or "ignored"."""
    status: CheckStatus
    """How good that is."""
    text: str
    """What was seen, without secrets."""
    cure: str = ""
    """What code that calls this endpoint must do; empty if nothing."""
    said: Said | None = None
    """The exchange that shows it; None where nothing was asked."""


@dataclass(slots=True)
class Seen:
    """What earlier probes saw, which later ones build upon."""

    plain: Said | None = None
    """The question without tools."""
    first: Said | None = None
    """The question with one tool, streamed."""
    pair: Said | None = None
    """The question that needs two calls."""
    thought: Said | None = None
    """The question with one tool, asked of a model that thinks."""
    bare: bool = False
    """Whether a turn goes back without its reasoning, as it is refused with it."""

    def call(self) -> AssistantTurn | None:
        """The first turn in which the model really called; None if it never did."""
        for said in (self.first, self.pair, self.thought):
            if said and said.turn and said.turn.calls and all(call.id for call in said.turn.calls):
                return said.turn
        return None


@dataclass(frozen=True, slots=True)
class ToolProbe:
    """One question to an endpoint."""

    name: str
    """Its short name, unique."""
    question: str
    """What it finds out."""
    look: Callable[[Asker, Seen], Awaitable[ProbeResult]]
    """Asks, and judges."""
    needs: tuple[str, ...] = ()
    """Names of earlier probes without which it tells nothing: where one of them rules it out, it is not asked."""
    expected: str = "yes"
    """What code that works with Anthropic's or OpenAI's own endpoint counts on."""


def user(text: str) -> Turn:
    """A user's message."""
    return {"role": "user", "content": text}


def ok(verdict: str, text: str, said: Said | None = None) -> ProbeResult:
    """A finding as expected."""
    return ProbeResult(verdict=verdict, status=CheckStatus.OK, text=text, said=said)


def differs(verdict: str, text: str, cure: str, said: Said | None = None, *, fatal: bool = False) -> ProbeResult:
    """A finding that code must be changed for; `fatal`: tools cannot be used this way at all."""
    status = CheckStatus.FAIL if fatal else CheckStatus.WARN
    return ProbeResult(verdict=verdict, status=status, text=text, cure=cure, said=said)


def unclear(text: str, said: Said | None = None) -> ProbeResult:
    """A finding that tells nothing of the endpoint."""
    return ProbeResult(verdict=UNCLEAR, status=CheckStatus.WARN, text=text, said=said)


def not_asked(why: str) -> ProbeResult:
    """A probe that was left out."""
    return ProbeResult(verdict=NOT_ASKED, status=CheckStatus.OK, text=why)


def no_turn(said: Said, cure: str, *, fatal: bool = False) -> ProbeResult | None:
    """The finding where no turn came: refused, or unclear; None where one came."""
    if said.turn:
        return None
    if said.refused:
        return differs("rejected", f"HTTP {said.status}: {said.words}", cure, said, fatal=fatal)
    return unclear(said.words or "no reply", said)


def no_json(seen: Seen, said: Said, cure: str) -> ProbeResult:
    """The finding where a call's arguments are no JSON object; where the plainest call has none either, that is known
    already, and nothing else is."""
    assert said.turn
    written = said.turn.calls[0].written[:80]
    first = seen.first.turn if seen.first else None
    if first and first.calls and first.calls[0].arguments is None:
        return unclear(f"{CALLS}: {NO_JSON}, and so it is here: {written}", said)
    return differs(NO_JSON, f"arguments that are not a JSON object: {written}", cure, said)


def did_not_call(said: Said) -> ProbeResult:
    """The finding where the model answered in words."""
    turn = said.turn
    text = turn.text.strip() if turn else ""
    return unclear(f'the model called nothing and wrote "{text[:80]}"', said)


def made_call(count: int = 1) -> list[ToolCall]:
    """Calls made by hand, for endpoints whose model makes none."""
    articles = (LAMP, CHAIR)[:count]
    return [
        ToolCall(f"call_{number}a7", "get_stock", {"article": article}, f'{{"article": "{article}"}}')
        for number, article in enumerate(articles, 1)
    ]


def named(calls: Sequence[ToolCall]) -> str:
    """Calls in words."""
    return ", ".join(f"{call.name}({call.written[:60]})" for call in calls[:4]) + (", ..." if len(calls) > 4 else "")
