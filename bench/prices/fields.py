"""One table of a price list, read field by field; a mistake names file and row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from bench.errors import UsageError, suggest

_SMALLEST, _LARGEST = -20, 12
"""Powers of ten that a price, a rate or a factor may have: beyond them sums are no longer exact."""


class Fields:
    """A row of a price list, and where it stands."""

    def __init__(self, raw: Mapping[str, Any], where: str, known: Collection[str]) -> None:
        self._raw = raw
        self._where = where
        for key in raw:
            if key not in known:
                self.fail(f"unknown key '{key}'.{suggest(key, known)}")

    def fail(self, problem: str) -> NoReturn:
        """Raises UsageError for this row."""
        raise UsageError(f"{self._where}: {problem}")

    def text(self, key: str) -> str:
        """A text that must be there."""
        text = self.optional(key)
        if text is None:
            self.fail(f"{key} is missing.")
        return text

    def optional(self, key: str) -> str | None:
        """A text, or None."""
        text = self._raw.get(key)
        if text is not None and (not isinstance(text, str) or not text):
            self.fail(f"{key} must be a text in quotes; found {text!r}.")
        return text

    def choice(self, key: str, known: Collection[str], default: str) -> str:
        """One of a few words."""
        word = self.optional(key) or default
        if word not in known:
            self.fail(f"unknown {key} '{word}'.{suggest(word, known)}")
        return word

    def names(self, key: str) -> tuple[str, ...]:
        """A list of texts; none if it is not there."""
        names = self._raw.get(key, [])
        if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
            self.fail(f"{key} must be a list of names; found {names!r}.")
        return tuple(names)

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        """A list of tables; none if it is not there."""
        tables = self._raw.get(key, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.fail(f"{key} must be a list of tables.")
        return tables

    def within(self, raw: Mapping[str, Any], key: str, known: Collection[str]) -> Fields:
        """The fields of a table inside this row."""
        return Fields(raw, f"{self._where}: {key}", known)

    def count(self, key: str) -> int:
        """A whole number of at least 1."""
        value = self._raw.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.fail(f"{key} must be a whole number of at least 1; found {value!r}.")
        return value

    def number(self, key: str) -> Decimal | None:
        """A number of at least 0, written as a number or as a text; None if it is not there."""
        value = self._raw.get(key)
        if value is None:
            return None
        try:
            number = None if isinstance(value, bool | float) else Decimal(value)
        except (InvalidOperation, TypeError, ValueError):
            number = None
        if number is None or not number.is_finite() or number < 0:
            shown = str(value) if isinstance(value, Decimal) else repr(value)
            self.fail(f"{key} must be a number of at least 0; found {shown}.")
        if number and not _SMALLEST <= number.adjusted() <= _LARGEST:
            self.fail(f"{key} is no price that anybody asks; found {number:.3e}.")
        return number

    def moment(self, key: str) -> datetime | None:
        """A UTC moment, written as a date or a time, in quotes or not; None if it is not there."""
        value = self._raw.get(key)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value.isoformat() if isinstance(value, date) else value)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (TypeError, ValueError, OverflowError):
            self.fail(f"{key} must be a date such as 2026-10-07; found {value!r}.")
