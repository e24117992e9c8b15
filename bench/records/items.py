"""The records that everything left of the tables writes and everything right of them reads.

Money is `Decimal` USD, times are float seconds, tokens are ints. Unknown is None, never 0.
`ItemRow` and `AnswerRow` are the schema of a run folder's `items.parquet` and `answers.parquet`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from bench.records.calls import Attempt, Call, Outcome, TokenUsage
from bench.records.episodes import AgentWork, Dialogue
from bench.records.hashing import sha256_of
from bench.records.tables import AnswerRow, ItemRow

__all__ = [
    "AnswerRow",
    "Attempt",
    "Call",
    "Graded",
    "Item",
    "ItemRow",
    "Message",
    "Outcome",
    "TokenUsage",
    "prompt_text",
    "sha256_of",
]

Message = Mapping[str, str]
"""A chat message: {"role": "system" | "user" | "assistant", "content": text}."""


def prompt_text(messages: Sequence[Message]) -> str:
    """The messages as lm-eval's chat models write them: the string whose sha256 is the prompt's hash."""
    return json.dumps([dict(m) for m in messages], ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question of a task, ready to be asked of any model."""

    suite: str
    """The suite's name, e.g. "coding"."""
    task: str
    """The task's name in lm-eval."""
    task_version: str
    """The version the task states, e.g. "1"."""
    item: str
    """The item's id, unique within its task."""
    family: str
    """What generated it; the unit of `--limit`'s balance."""
    level: int | None
    """Difficulty, 1 the easiest; None where the task has no levels."""
    language: str
    """Language of the prompt, as BCP 47, e.g. "en"."""
    cluster: str
    """The statistical cluster: items of one cluster are not independent."""
    messages: tuple[Message, ...]
    """The chat prompt, identical for every model."""
    max_tokens: int
    """Tokens the task grants an answer; a model entry's `max_tokens` replaces it."""
    stop: tuple[str, ...] = ()
    """Stop sequences of the task; empty for chat."""
    sampling: Mapping[str, float] = field(default_factory=dict)
    """Sampling the task states, e.g. {"temperature": 0.0}."""
    dialogue: Dialogue | None = None
    """What an item that is an episode with tools declares; None for an item that is asked once."""
    traffic: str | None = None
    """See `ItemRow`."""
    work: AgentWork | None = None
    """What an item for an agent holds; None for one that is asked of the model itself."""

    @property
    def asked(self) -> str:
        """The chat as lm-eval knows it: its JSON text, with the `setting` of an episode that has one behind it."""
        return prompt_text(self.messages) + (self.dialogue.setting if self.dialogue else "")

    @property
    def prompt_sha256(self) -> str:
        """The prompt's sha256 in hex; equals lm-eval's own `prompt_hash` for the same chat prompt."""
        return hashlib.sha256(self.asked.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Graded:
    """What a task's grader says of one answer, whatever the reason it ended."""

    score: float | None
    """In [0, 1]; None if the grader itself failed (then the item is missing, never wrong), or if nothing grades the
    item."""
    _: KW_ONLY
    partial: float | None = None
    """Partial credit in [0, 1], reported beside the score and never in it; None if the task has none."""
    extracted: str | None = None
    """The answer as cut out of the text; None if nothing could be extracted."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """Why, as plain JSON: e.g. the verdict and the number of hidden tests passed."""
    sandbox: str | None = None
    """The sandbox that ran the answer; None for tasks that run no code."""
    final: bool = True
    """False where grading again may end otherwise (a wall-clock timeout, a failed grader): it is not remembered."""
    measured: bool = True
    """False where nothing grades the item: its quality is not measured, and its answer is not missing."""
