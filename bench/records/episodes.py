"""Episodes: what a dialogue may use, what each of its turns came to, and the transcript that is graded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bench.records.kinds import require_kinds

FINISHED = "finished"
"""`Episode.stop_cause` of an agent that ended its work by itself."""
FINAL = "final"
"""The cause of an end by the model itself: its last message calls nothing."""
NATIVE, PROMPTED_JSON = "native", "prompted_json"
"""How tools reach a model: by the wire format's own fields, or as a text in the prompt with calls as JSON."""
TOOL_PROTOCOLS = (NATIVE, PROMPTED_JSON)
"""The values of `tool_protocol` in `[models.<label>]`."""
LOOPS = ("qwen-agent", "anthropic-tool-runner", "openai-agents")
"""The values of `loop` in `[models.<label>]`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """What an item that is an episode declares, and how far its episode may go."""

    tools: tuple[Mapping[str, Any], ...]
    """Each with name, description and parameters (a JSON schema), as the model gets them."""
    turns: int = 12
    """Most turns of the model."""
    calls: int = 16
    """Most calls in one turn."""
    tokens: int = 60_000
    """Most tokens, prompts and answers of all turns together; a prompt counts in each turn that sends it."""
    seconds: float = 900.0
    """Most seconds of answers, all turns together."""
    setting: str = ""
    """What tells it from another of the same prompt, e.g. a hash of tools and world; empty if its prompt does."""
    once: bool = False
    """Whether the first message is all that is graded: its calls are noted, and no turn follows."""
    later: tuple[Mapping[str, Any], ...] = ()
    """What the user says after each message that calls nothing: `messages`, and `tools` where they are others from
    then on."""

    @property
    def names(self) -> frozenset[str]:
        """The names of its tools, of those too that come later."""
        later = (tool for said in self.later for tool in said.get("tools", ()))
        return frozenset(str(tool["name"]) for tool in (*self.tools, *later))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWork:
    """What an item for an agent holds, and how far its episode may go."""

    files_sha256: str
    """Of the files that the agent gets a copy of, by path."""
    turns: int = 40
    """Most calls of the model."""
    minutes: float = 15.0
    """Most minutes, all told."""
    usd: float = 1.0
    """Most USD of the calls; each is made only if its worst case still fits."""


class ToolUse(NamedTuple):
    """A call of a model and what it brought, as a transcript has them."""

    name: str
    """The tool's name as the model wrote it."""
    arguments: Mapping[str, Any] | None
    """Its arguments; None where they are no JSON object."""
    result: str = ""
    """What the tool said, as JSON; empty where the call was not made."""
    failed: bool = False
    """Whether that is an error."""
    written: str = ""
    """The arguments as they were written, where they are no JSON object."""
    changed: tuple[str, ...] = ()
    """What it changed in the world, as lines to be read: nothing is graded by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnSaid:
    """A turn of a transcript."""

    text: str
    """The visible text."""
    calls: tuple[ToolUse, ...] = ()
    """What it called, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """An episode as it is graded and shown: the answer of its item's row."""

    turns: tuple[TurnSaid, ...]
    """In order."""
    stop: str
    """Why it ended; see `Episode.stop_cause`."""

    @property
    def last(self) -> str:
        """The last message; empty where the episode did not come to one."""
        return self.turns[-1].text if self.turns and self.stop == FINAL else ""

    def to_json(self) -> str:
        """One line of JSON."""
        turns = [{"text": t.text, "calls": [_only(c) for c in t.calls]} for t in self.turns]
        return json.dumps({"turns": turns, "stop": self.stop}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Transcript:
        """The transcript back from `to_json`. ValueError if the text is none."""
        try:
            raw = json.loads(text)
            require_kinds(Transcript, raw)
            turns = tuple(_turn(turn, f"turns.{number}") for number, turn in enumerate(raw["turns"]))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"not a transcript ({error})") from error
        return cls(turns=turns, stop=raw["stop"])


def _only(use: ToolUse) -> dict[str, Any]:
    return {name: value for name, value in use._asdict().items() if value or name in ("name", "arguments")}


def _turn(raw: Any, where: str) -> TurnSaid:
    require_kinds(TurnSaid, raw, where)
    calls = [_use(call, f"{where}.calls.{number}") for number, call in enumerate(raw.get("calls", ()))]
    return TurnSaid(text=raw["text"], calls=tuple(calls))


def _use(raw: Mapping[str, Any], where: str) -> ToolUse:
    """A call; null arguments may be left out."""
    raw = {"arguments": None, **raw}
    require_kinds(ToolUse, raw, where)
    known = {name: raw[name] for name in ToolUse._fields if name in raw}
    return ToolUse(**{**known, "changed": tuple(raw.get("changed", ()))})


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRow:
    """One row of `turns.parquet`: a turn of an episode. Joins the items table on run, task, item, model, repeat."""

    run: str
    """The run's id."""
    suite: str
    """The suite."""
    task: str
    """The task."""
    item: str
    """The item's id within the task."""
    model: str
    """The model's label in bench.toml."""
    repeat: int
    """Independent sample number, from 0."""
    turn: int
    """Place in its episode, from 1."""
    key: str
    """The journal's key of the turn's call: the sha256 of the episode's key and all that was said before."""
    calls: int | None
    """Tools that it called; None of an agent's, which uses them out of sight."""
    errors: int | None
    """Of these, calls that were refused or ended in an error; the same."""
    finish_reason: str | None
    """The provider's own word for why it ended; None where it gave none."""
    in_uncached: int | None
    """Prompt tokens billed at the full input price; None where the provider does not say."""
    in_cache_read: int | None
    """Prompt tokens read from the provider's prompt cache; None where the provider does not say."""
    in_cache_write_5m: int | None
    """Prompt tokens written to a cache of five minutes, or of unstated life; None where the provider does not say."""
    in_cache_write_1h: int | None
    """Prompt tokens written to a cache that lives an hour; None where the provider does not say."""
    out_total: int | None
    """All generated tokens, reasoning included; None where the provider does not say."""
    out_reasoning: int | None
    """Generated reasoning tokens, inside `out_total`; None where the provider does not say."""
    cost_usd: float | None
    """USD of the attempt that counts; None if no price is known, or of a local model's turn."""
    ttft_s: float | None
    """Seconds from send to the first token of any kind; None where none came, or a call was all that came."""
    latency_s: float | None
    """Seconds from send to the end of the turn; None if that never came."""
    attempts: int
    """HTTP exchanges made for it."""
    timing_ok: bool
    """Whether the harness kept the clock clean."""
    reused: bool
    """Whether the episode came from an earlier run."""
    started_at: str
    """UTC, ISO 8601, of the attempt that counts."""
