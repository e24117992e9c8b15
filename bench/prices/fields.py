"""One table of a price list, read field by field; a mistake names file and row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from bench.errors import UsageError, suggest


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
        found = self.optional(key)
        if found is None:
            self.fail(f"{key} is missing.")
        return found

    def optional(self, key: str) -> str | None:
        """A text, or None."""
        found = self._raw.get(key)
        if found is not None and (not isinstance(found, str) or not found):
            self.fail(f"{key} must be a text in quotes; found {found!r}.")
        return found

    def choice(self, key: str, known: Collection[str], default: str) -> str:
        """One of a few words."""
        found = self.optional(key) or default
        if found not in known:
            self.fail(f"unknown {key} '{found}'.{suggest(found, known)}")
        return found

    def names(self, key: str) -> tuple[str, ...]:
        """A list of texts; none if it is not there."""
        found = self._raw.get(key, [])
        if not isinstance(found, list) or not all(isinstance(name, str) and name for name in found):
            self.fail(f"{key} must be a list of names; found {found!r}.")
        return tuple(found)

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        """A list of tables; none if it is not there."""
        found = self._raw.get(key, [])
        if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
            self.fail(f"{key} must be a list of tables.")
        return found

    def within(self, raw: Mapping[str, Any], key: str, known: Collection[str]) -> Fields:
        """The fields of a table inside this row."""
        return Fields(raw, f"{self._where}: {key}", known)

    def count(self, key: str) -> int:
        """A whole number of at least 1."""
        found = self._raw.get(key)
        if not isinstance(found, int) or isinstance(found, bool) or found < 1:
            self.fail(f"{key} must be a whole number of at least 1; found {found!r}.")
        return found

    def number(self, key: str) -> Decimal | None:
        """A number of at least 0, written as a number or as a text; None if it is not there."""
        found = self._raw.get(key)
        if found is None:
            return None
        try:
            number = None if isinstance(found, bool | float) else Decimal(found)
        except (InvalidOperation, TypeError, ValueError):
            number = None
        if number is None or not number.is_finite() or number < 0:
            shown = str(found) if isinstance(found, Decimal) else repr(found)
            self.fail(f"{key} must be a number of at least 0; found {shown}.")
        return number

    def moment(self, key: str) -> datetime | None:
        """A UTC moment, written as a date or a time, in quotes or not; None if it is not there."""
        found = self._raw.get(key)
        if found is None:
            return None
        try:
            moment = datetime.fromisoformat(found.isoformat() if isinstance(found, date) else found)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (TypeError, ValueError, OverflowError):
            self.fail(f"{key} must be a date such as 2026-10-07; found {found!r}.")
