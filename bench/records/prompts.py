"""Prompts of a candidate's own, in place of those that were written for the model in use, and how one was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.records.hashing import sha256_of
from bench.records.runjson import JsonRecord

if TYPE_CHECKING:
    from bench.records.items import Message

AS_WRITTEN = "as-written"
"""What the prompt is called that an item has itself; it is always among those that are tried."""
MOST_VARIANTS = 3
"""Prompts of its own that a model may have for a suite."""
PROMPTS = "prompts"
"""The folder of a run folder that has, by suite, the tables of the run in which prompts were tried."""
SYSTEM, PROMPT = "{system}", "{prompt}"
"""What stands in a variant for an item's own system prompt, and for its last message of the user's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptVariant:
    """A `[models.<label>.prompt_variants.<name>]` table."""

    name: str
    """Its name in tables and sentences."""
    system: str | None = None
    """In place of the item's system prompt, which `{system}` in it stands for; None leaves that alone."""
    user: str | None = None
    """In place of the last message of the user's, which `{prompt}` in it stands for; None leaves that alone."""
    suites: tuple[str, ...] = ()
    """The suites in which it is tried; none for all."""

    @property
    def sha256(self) -> str:
        """Hash of its texts."""
        return sha256_of([self.system, self.user])

    def of(self, suite: str) -> bool:
        """Whether it is tried in a suite."""
        return not self.suites or suite in self.suites

    def asked(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        """An item's chat with this prompt."""
        changed: list[Message] = [*messages]
        if self.system is not None:
            system = [each["content"] for each in messages if each["role"] == "system"]
            rest = [each for each in messages if each["role"] != "system"]
            text = self.system.replace(SYSTEM, "\n\n".join(system)).strip()
            changed = [*([{"role": "system", "content": text}] if text else []), *rest]
        last = max((at for at, each in enumerate(changed) if each["role"] == "user"), default=None)
        if self.user is not None and last is not None:
            changed[last] = {"role": "user", "content": self.user.replace(PROMPT, changed[last]["content"])}
        return (*changed,)

    def added_bytes(self, messages: Sequence[Message]) -> int:
        """UTF-8 bytes by which it makes an item's chat longer; at least 0."""
        before, now = (sum(len(each["content"].encode()) for each in of) for of in (messages, self.asked(messages)))
        return max(0, now - before)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPrompt(JsonRecord):
    """A prompt that a model was asked with in a suite."""

    name: str
    """Its name."""
    sha256: str
    """Hash of its texts."""
    texts: Mapping[str, Any] = field(default_factory=dict)
    """Its texts by part, "system" and "user", those that it has; none where the run is redacted."""

    @classmethod
    def of(cls, variant: PromptVariant) -> RecordedPrompt:
        """A variant as run.json keeps it."""
        parts = {"system": variant.system, "user": variant.user}
        texts = {part: text for part, text in parts.items() if text is not None}
        return cls(name=variant.name, sha256=variant.sha256, texts=texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTrial(JsonRecord):
    """What a prompt came to on the split."""

    name: str
    """The prompt's name."""
    sha256: str | None = None
    """Hash of its texts; None of the prompt as written."""
    score: float
    """Mean score of the split's items."""
    low: float | None = None
    """Lower end of its 95 % interval; None where there is none."""
    high: float | None = None
    """Upper end."""
    usd: float | None = None
    """What asking it cost; None where that is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedChoice(JsonRecord):
    """How a model's prompt for a suite was chosen, on items that no verdict uses."""

    model: str
    """The model's label."""
    suite: str
    """The suite."""
    chosen: str
    """Name of the prompt with the largest mean score; of equal ones the first tried."""
    trials: tuple[RecordedTrial, ...]
    """All that were tried, the prompt as written first."""
    share: float
    """Share of the suite's items that the split was to have."""
    seed: int
    """What drew it."""
    n: int
    """Items of the split that something grades."""
    clusters: int
    """Clusters of the split, each whole."""
    left_out: int
    """Items of the suite that no verdict uses for it: the split's, and those of its clusters that nothing grades."""
    split_sha256: str
    """Hash of the split's items."""
    run: str
    """The run in which they were tried; its tables stand in `prompts/<suite>` of the run folder."""

    @property
    def usd(self) -> float | None:
        """What choosing cost; None where part of it is unknown."""
        known = [trial.usd for trial in self.trials if trial.usd is not None]
        return sum(known) if len(known) == len(self.trials) else None

    @property
    def best(self) -> RecordedTrial:
        """The chosen one's trial."""
        return next(trial for trial in self.trials if trial.name == self.chosen)


def prompts_of(variants: Mapping[str, PromptVariant]) -> dict[str, Any]:
    """By suite, the prompts of a model as JSON that run.json keeps."""
    return {suite: RecordedPrompt.of(variant).to_json() for suite, variant in variants.items()}
