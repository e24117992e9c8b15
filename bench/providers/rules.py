"""What one model accepts, and how thinking and effort are written for it: data of presets.toml and bench.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SAMPLING = ("temperature", "top_p", "seed")
"""The sampling that a task, `[run]` or a model entry may ask for."""

THINKS = ("always", "on", "off", "never", "unknown")
"""Whether a model thinks: it always or never does, does or does not unless asked otherwise, or nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The capabilities of one model at one vendor; the defaults suit any OpenAI-compatible server."""

    sampling: Mapping[str, str | float] = field(default_factory=dict)
    """By parameter: "sent", "ignored", "forbidden", or the number it is fixed at. All but "sent" are not sent."""
    sampling_thinking: Mapping[str, str | float] = field(default_factory=dict)
    """The same while the model thinks, on top of `sampling`."""
    greedy: Mapping[str, Any] = field(default_factory=dict)
    """Sent in place of a temperature of 0, where the vendor does not take 0."""
    always: Mapping[str, Any] = field(default_factory=dict)
    """Body fields sent with every request; `extra_body` of a model entry may say otherwise."""
    thinks: str = "unknown"
    """Whether the model thinks: "always" or "never"; "on" or "off" unless `thinking` says otherwise; or "unknown"."""
    thinking_on: Mapping[str, Any] = field(default_factory=dict)
    """Body fields that switch thinking on; empty if there is no such switch."""
    thinking_off: Mapping[str, Any] = field(default_factory=dict)
    """Body fields that switch thinking off; empty if there is no such switch."""
    thinking_off_efforts: tuple[str, ...] = ()
    """Efforts at which thinking can be switched off; empty for all."""
    budget_field: str = ""
    """Dotted place of a limit on thinking tokens; empty if the vendor has none."""
    budget_on: Mapping[str, Any] = field(default_factory=dict)
    """Body fields that such a limit needs."""
    budget_least: int = 1
    """The smallest limit, in tokens."""
    efforts: tuple[str, ...] = ()
    """Effort levels, lowest first; empty if the vendor has none."""
    effort_field: str = "reasoning_effort"
    """Dotted place of the effort."""
    effort_default: str = ""
    """The level without one stated; empty if unknown."""
    max_tokens_field: str = "max_tokens"
    """The body's field for the cap on generated tokens."""
    thinking_capped: bool = True
    """Whether that cap holds for thinking too."""
    json_schema: bool = False
    """Whether the endpoint honours `response_format` with a JSON schema."""
    stops: int | None = None
    """Most stop sequences of a request; None if unknown."""
    stop_bytes: int | None = None
    """Longest stop sequence in UTF-8 bytes; None if unknown."""

    def thinking(self, asked: bool | None, effort: str | None) -> bool | None:
        """Whether the model will think; None if unknown."""
        if asked is not None:
            return asked
        return {"always": True, "on": effort != "none", "off": False, "never": False}.get(self.thinks)

    def handling(self, parameter: str, thinks: bool | None) -> str | float:
        """What becomes of a sampling parameter: "sent", "ignored", "forbidden", or the number it is fixed at."""
        usual = self.sampling.get(parameter, "sent")
        return self.sampling_thinking.get(parameter, usual) if thinks else usual

    def problem(self, model: str, effort: str | None, thinking: bool | None, budget: int | None) -> Problem | None:
        """The first setting that the model cannot obey; None if it obeys all."""
        return (
            self._effort_problem(model, effort)
            or self._budget_problem(model, thinking, budget)
            or self._thinking_problem(model, effort, thinking, budget)
        )

    def _effort_problem(self, model: str, effort: str | None) -> Problem | None:
        if effort is None or effort in self.efforts:
            return None
        if self.efforts:
            return "effort", f"'{model}' knows no effort '{effort}'. Known: {', '.join(self.efforts)}."
        return "effort", f"no effort levels are known for '{model}'. Take effort out; {_OWN}."

    def _budget_problem(self, model: str, thinking: bool | None, budget: int | None) -> Problem | None:
        if budget is None:
            return None
        if not self.budget_field or self.thinks == "never":
            return "thinking_budget", f"'{model}' takes no thinking_budget. Take it out."
        if thinking is False:
            return "thinking_budget", "thinking_budget makes no sense with thinking = false. Take one of them out."
        if budget < self.budget_least:
            return "thinking_budget", f"thinking_budget of '{model}' must be at least {self.budget_least}."
        return None

    def _thinking_problem(
        self, model: str, effort: str | None, thinking: bool | None, budget: int | None
    ) -> Problem | None:
        if thinking is None:
            return None
        if thinking:
            return self._switch_on_problem(model, budget)
        if self.thinks == "always":
            lower = f", or give effort = {self.efforts[0]!r}" if self.efforts else ""
            return "thinking", f"'{model}' always thinks. Take thinking = false out{lower}."
        if self.thinks not in ("off", "never") and not self.thinking_off:
            return "thinking", f"'{model}' has no known way to stop it thinking. Take thinking out; {_OWN}."
        if effort is not None and self.thinking_off_efforts and effort not in self.thinking_off_efforts:
            known = ", ".join(self.thinking_off_efforts)
            return (
                "thinking",
                f"'{model}' can stop thinking only at effort {known}. Lower effort, or take thinking out.",
            )
        return None

    def _switch_on_problem(self, model: str, budget: int | None) -> Problem | None:
        if self.thinks == "never":
            return "thinking", f"'{model}' never thinks. Take thinking = true out."
        if self.thinks in ("always", "on") or self.thinking_on or budget:
            return None
        if self.budget_field:
            return "thinking", f"'{model}' thinks within a budget only: give thinking_budget as well."
        return "thinking", f"'{model}' has no known way to make it think. Take thinking out; {_OWN}."

    def thinking_fields(self, effort: str | None, thinking: bool | None, budget: int | None) -> dict[str, Any]:
        """The body's fields for effort, thinking and its budget, which must be without a problem."""
        fields: dict[str, Any] = {}
        if thinking is not None:
            fields = merged(fields, self.thinking_on if thinking else self.thinking_off)
        if budget is not None:
            fields = merged(fields, self.budget_on, at(self.budget_field, budget))
        return fields if effort is None else merged(fields, at(self.effort_field, effort))


Problem = tuple[str, str]
"""A key of a model entry and what is wrong with it, as a sentence with the cure."""

_OWN = "a field of your own can be sent with extra_body"


def at(place: str, value: object) -> dict[str, Any]:
    """A value at a dotted place: at("a.b", 1) is {"a": {"b": 1}}."""
    first, _, rest = place.partition(".")
    return {first: at(rest, value) if rest else value}


def merged(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """The parts as one; objects of the same name are merged, otherwise the later part wins."""
    whole: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            old = whole.get(name)
            both = isinstance(old, Mapping) and isinstance(value, Mapping)
            whole[name] = merged(old, value) if both else value  # type: ignore[arg-type]
    return whole
