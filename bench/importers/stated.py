"""What a source says beside its items: totals that they must have, and how and of whom they were asked.

An importer tells it as it reads; `warn` names in the ledger what was not asked alike, or what another model answered.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bench.importers.ledger import Ledger
from bench.importers.textfiles import mapping
from bench.records import HIDDEN, SECRET_NAME

ROUNDED = 0.001
"""Totals may be rounded to three digits."""
LONGEST = 300
"""Characters of one model's settings in a warning."""
MOST_VALUES = 4
"""Values of one setting that are kept of a model."""
MOST_SERVED = 1000
"""Names of answering models that are kept."""
DEEPEST = 4
"""Levels of tables in settings that are looked into; what lies deeper is one value."""
MOST_LEVELS = 8
"""Levels of a value that are shown."""
_SUFFIX = re.compile(r"(?:[-@:](?:\d{8}|\d{4}-\d{2}-\d{2}|latest|v\d+(?::\d+)?))+$")


def fewer(n: int, counted: int | None) -> str | None:
    """That samples are fewer than the results beside them count, as a clause; None if they are not."""
    return f"its samples are {n:,} of the {counted:,} that its results count" if counted and n < counted else None


def more(n: int, counted: int | None) -> str | None:
    """That they are more."""
    return f"its samples are {n:,}, and its results count {counted:,}" if counted and n > counted else None


def off(mean: float | None, n: int, stated: object, name: str) -> str | None:
    """That the mean of n samples is more than half an item from the results', as a clause; None if it is not."""
    if mean is None or not n or isinstance(stated, bool) or not isinstance(stated, int | float):
        return None
    if abs(mean - stated) <= max(0.5 / n, ROUNDED):
        return None
    return f"its samples' mean {name} is {mean:.3g}, and its results say {stated:.3g}"


def system_prompt(messages: object) -> str | None:
    """The system messages that a conversation begins with; None without one."""
    texts = []
    for message in messages if isinstance(messages, list) else ():
        if mapping(message).get("role") != "system":
            break
        texts.append(str(mapping(message).get("content")))
    return "\n\n".join(texts) or None


class Stated:
    """How each model's items were asked, as the source says."""

    def __init__(self, ledger: Ledger) -> None:
        """Nothing is told yet; `ledger` is warned."""
        self._ledger = ledger
        self._settings: dict[str, dict[str, dict[str, dict[str, None]]]] = {}
        self._prompts: dict[int, tuple[str, int]] = {}
        self._unlike: Counter[tuple[str, str, str]] = Counter()
        self._served: Counter[tuple[str, str, str]] = Counter()

    def settings(self, task: str, label: str, values: Mapping[str, Any]) -> None:
        """With what a model was asked a task; empty values are as none. Several of one name are all kept."""
        mine = self._settings.setdefault(task, {}).setdefault(label, {})
        for name, value in _flat(values):
            known = mine.setdefault(name, {})
            if len(known) < MOST_VALUES:
                known[json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)] = None

    def knows(self, task: str, label: str) -> bool:
        """Whether settings of a model at a task were told."""
        return label in self._settings.get(task, {})

    def prompt(self, task: str, item: str, label: str, system: str | None) -> None:
        """The system prompt that one item was asked with; None without one."""
        said = hash(system or None)
        first, its = self._prompts.setdefault(hash((task, item)), (label, said))
        if first != label and its != said:
            self._unlike[task, label, first] += 1

    def answered(self, label: str, asked: str, served: object) -> None:
        """The model that one answer names as its own; anything but a text is unknown."""
        if isinstance(served, str) and served and not _one_model(asked, served):
            key = (label, asked, served)
            if key in self._served or len(self._served) < MOST_SERVED:
                self._served[key] += 1

    def warn(self) -> None:
        """Tells the ledger what is unlike between the models of a task, and of which answers another model is named."""
        for task, by_label in self._settings.items():
            names = dict.fromkeys(name for values in by_label.values() for name in values)
            unlike = [name for name in names if len({frozenset(each.get(name, ())) for each in by_label.values()}) > 1]
            if unlike:
                told = "; ".join(f"{label} {_shown(values, unlike)}" for label, values in by_label.items())
                self._ledger.warn(f"{task}: the models were asked with unlike settings: {told}")
        for (task, label, first), count in self._unlike.items():
            self._ledger.warn(f"{task}: {label} was asked with another system prompt than {first} ({count:,} items)")
        for (label, asked, served), count in self._served.items():
            self._ledger.warn(f"{label}: {count:,} answers name {served} as their model, though {asked} was asked")


def _flat(values: Mapping[str, Any], before: str = "", level: int = 1) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        place = f"{before}{name}"
        if isinstance(value, Mapping) and level < DEEPEST:
            yield from _flat(value, f"{place}.", level + 1)
        elif value is not None and value is not False and value not in ({}, [], ""):
            yield place, _masked(name, value)


def _masked(name: str, value: Any, level: int = 1) -> Any:
    """A setting without what may be a secret by its name, at any depth; a number is none."""
    if isinstance(value, str | list | Mapping) and (level > MOST_LEVELS or SECRET_NAME.search(name)):
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: _masked(str(key), one, level + 1) for key, one in value.items()}
    return [_masked("", one, level + 1) for one in value] if isinstance(value, list) else value


def _shown(values: Mapping[str, Mapping[str, None]], names: list[str]) -> str:
    """A model's values of these names, as JSON; those that it has none of are left out."""
    said = ", ".join(f'"{name}": {" or ".join(values[name])}' for name in names if name in values)
    return "{" + (said if len(said) <= LONGEST else f"{said[:LONGEST]}...") + "}"


def _one_model(asked: str, served: str) -> bool:
    """Whether two names may be one model's: routes, dates and versions aside, one holds the other."""
    one, other = (_SUFFIX.sub("", name.lower().rstrip("/").rpartition("/")[2]) for name in (asked, served))
    return one in other or other in one
