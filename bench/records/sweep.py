"""A sweep: one model at several settings, each a row of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One model at several values of one setting, as rows of one run."""

    model: str
    """The label of the model in bench.toml, which is no row of the run itself."""
    key: str
    """The setting, e.g. "max_tokens"."""
    values: tuple[str, ...]
    """Its values as they were written, in their order."""

    @property
    def text(self) -> str:
        """As on the command line and in run.json, e.g. "good:max_tokens=1000,4000"."""
        return f"{self.model}:{self.key}={','.join(self.values)}"

    def label(self, value: str) -> str:
        """The row of a value."""
        return f"{self.model}-{value}"

    def claim(self, name: str, value: str) -> str:
        """What a claim about the model is called for a value."""
        return f"{name}-{value}"


def read_sweep(text: str | None) -> Sweep | None:
    """From `Sweep.text`; None where it is none."""
    head, equals, values = (text or "").partition("=")
    model, colon, key = head.rpartition(":")
    if not (equals and colon and model and key):
        return None
    return Sweep(model=model, key=key, values=tuple(values.split(",")))
