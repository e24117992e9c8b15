"""A value of a baseline's file and where it stands, so that damage is named by its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench import clean

MOST = 1e15
"""No count of tokens, no cost and no time is larger."""


@dataclass(frozen=True, slots=True)
class Field:
    """A JSON value; every method raises ValueError, naming the place, where the value is of another kind."""

    where: str
    """The keys that lead to it, e.g. "models: small: settings"; empty for the whole file."""
    value: Any
    """As it was read."""

    def __getitem__(self, key: str) -> Field:
        """A part of a mapping."""
        parts = dict(self.parts())
        if key not in parts:
            raise ValueError(f"{self._place(key)} is missing")
        return parts[key]

    def parts(self) -> Iterator[tuple[str, Field]]:
        """The parts of a mapping."""
        self._require(isinstance(self.value, dict), "a mapping")
        return ((clean.line(key), Field(self._place(key), value)) for key, value in self.value.items())

    def elements(self) -> list[Field]:
        """The elements of a list, counted from 1."""
        self._require(isinstance(self.value, list), "a list")
        return [Field(self._place(str(at)), value) for at, value in enumerate(self.value, 1)]

    def plain(self) -> dict[str, Any]:
        """A mapping of texts, numbers, true, false and null."""
        for _, part in self.parts():
            part._require(not isinstance(part.value, dict | list), "a single value")
        return {clean.line(key): clean.line(v) if isinstance(v, str) else v for key, v in self.value.items()}

    def text(self) -> str:
        """A text."""
        self._require(isinstance(self.value, str), "a text")
        return clean.line(self.value)

    def text_or_none(self) -> str | None:
        """A text or null."""
        return None if self.value is None else self.text()

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(element.text() for element in self.elements())

    def amount(self, most: float = MOST) -> float:
        """A number from 0 to `most`."""
        number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        self._require(number and 0 <= self.value <= most, f"a number from 0 to {most:g}")
        return float(self.value)

    def count(self) -> int:
        """A whole number from 0 to MOST."""
        self._require(isinstance(self.value, int), "a whole number")
        return int(self.amount())

    def _place(self, key: str) -> str:
        return f"{self.where}: {key}" if self.where else key

    def _require(self, holds: bool, what: str) -> None:
        if not holds:
            raise ValueError(f"{self.where} is not {what}")
