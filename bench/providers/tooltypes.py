"""Tools, calls and results in words that both wire formats share, and what each format offers a loop of calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

Turn = Mapping[str, Any]
"""A message of the talk, as it is sent."""
Choice = Literal["auto", "any", "none"]
"""Whether the model may, must or must not call a tool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function that the model may call."""

    name: str
    """Its name; both vendors take letters, digits, `_` and `-`, at most 64."""
    description: str
    """What it does, for the model."""
    parameters: Mapping[str, Any]
    """JSON schema of its arguments, an object's."""
    strict: bool | None = None
    """Whether arguments must keep to the schema; None leaves it to the vendor."""


class ToolCall(NamedTuple):
    """What a model called."""

    id: str
    """The call's id, which its result must name; empty where the endpoint gave none."""
    name: str
    """The tool's name as the model wrote it."""
    arguments: Mapping[str, Any] | None
    """Its arguments; None where they are not a JSON object."""
    written: str
    """The arguments as they were written: JSON, or whatever came in its place."""


class ToolResult(NamedTuple):
    """What a tool returned."""

    call: str
    """The id of its call."""
    content: str
    """The result as a text."""
    failed: bool = False
    """Whether it is an error; Chat Completions has no field for that, so its text must say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantTurn:
    """What a model said in one turn."""

    message: Turn
    """The message as it must be sent back: whole and unchanged, with whatever fields the vendor put into it."""
    text: str
    """Its visible text."""
    reasoning: str
    """Its reasoning, as far as it is shown."""
    calls: tuple[ToolCall, ...]
    """What it called, in order."""
    stop: str | None
    """The vendor's word for why it ended; None if none came."""
    pieces: int = 0
    """Events of the stream that carried arguments; 0 where it did not stream."""
    crowded: bool = False
    """Whether several calls came under one place, which the vendors' own clients join into one broken call."""


class ToolWire(Protocol):
    """What a wire format offers for tool calls: satisfied by `openai_tools` and `anthropic_tools`."""

    STOPS: str
    """The word for a turn that ended in order to call tools."""

    def tools(self, tools: Iterable[Tool]) -> dict[str, Any]:
        """The body's fields that declare tools."""

    def choice(self, kind: Choice, name: str = "", *, single: bool = False) -> dict[str, Any]:
        """The body's fields that let, make or forbid the model call a tool.

        A `name` forces that tool; `single` asks for at most one call a turn.
        """

    def called(self, calls: Sequence[ToolCall]) -> Turn:
        """A message of a model that calls tools, made by hand."""

    def results(self, results: Sequence[ToolResult]) -> list[Turn]:
        """The messages that give the results of one turn's calls."""

    def turn(self, reply: Mapping[str, Any]) -> AssistantTurn:
        """A whole reply, which was not streamed. Raises ValueError if it is not the protocol's."""

    def joined(self, events: Iterable[Mapping[str, Any]]) -> AssistantTurn:
        """The events of a stream, joined as the vendor's own client does. Raises ValueError if they cannot be."""

    def kept(self, turn: AssistantTurn) -> Turn:
        """A turn's message as it is recorded: its calls hold what was written, JSON or not."""

    def sendable(self, message: Turn) -> Turn:
        """A recorded message as it goes back: whole and unchanged but for what vendors refuse in a history, above all
        arguments that are no JSON object. ValueError if it cannot be read."""

    def without_reasoning(self, message: Turn) -> Turn:
        """A model's message without what it shows of its reasoning."""

    def with_other_reasoning(self, message: Turn) -> Turn:
        """A model's message with its reasoning, or the signature on it, altered."""
