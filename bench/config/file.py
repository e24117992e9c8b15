"""What a bench.toml may hold: the keys of its tables, what is wrong with a value, and on which line it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, get_args

from bench import clean
from bench.config import allowed
from bench.config.allowed import Check
from bench.errors import UsageError, suggest
from bench.language import LANGUAGES
from bench.records import (
    CLASSES,
    EVIDENCE,
    LOOPS,
    MARGINS,
    MEASURES,
    MOST_AT_ONCE,
    MOST_CLAIMS,
    MOST_INSTANCES,
    MOST_MODELS,
    SECRET_NAME,
    SLICED,
    TOOL_PROTOCOLS,
    ChartStyle,
)

_COUNT = allowed.number(1, whole=True)
_LONGEST = 1e6
"""The most seconds, minutes, hours or USD that anything may be given: clocks end at some billions of seconds."""

RULES: Mapping[str, Check] = {
    "match": allowed.texts,
    "sampling": allowed.handling,
    "sampling_thinking": allowed.handling,
    "greedy": allowed.table,
    "always": allowed.table,
    "thinks": allowed.word_of("always", "on", "off", "never", "unknown"),
    "thinking_on": allowed.table,
    "thinking_off": allowed.table,
    "thinking_off_efforts": allowed.texts,
    "budget_field": allowed.text,
    "budget_on": allowed.table,
    "budget_least": _COUNT,
    "efforts": allowed.texts,
    "effort_field": allowed.text,
    "effort_default": allowed.text,
    "max_tokens_field": allowed.text,
    "thinking_capped": allowed.flag,
    "json_schema": allowed.flag,
    "stops": allowed.number(0, whole=True),
    "stop_bytes": _COUNT,
}
"""What `[providers.<name>.rules]` and `[[providers.<name>.models]]` may hold; see bench/providers/rules.py."""

TABLES: Mapping[str, Mapping[str, Check]] = {
    "run": {
        "suites": allowed.names,
        "seed": allowed.number(0, whole=True),
        "exam_seed": allowed.number(0, whole=True),
        "limit": _COUNT,
        "instances": allowed.number(1, MOST_INSTANCES, whole=True),
        "levels": allowed.levels,
        "families": allowed.names,
        "kinds": allowed.names,
        "load": allowed.load,
        "repeats": allowed.number(1, 1000, whole=True),
        "temperature": allowed.number(0, 2),
        "agent_turns": _COUNT,
        **dict.fromkeys(("episode_usd", "agent_minutes", "agent_usd"), allowed.number(0, _LONGEST, open_low=True)),
        "reuse": allowed.number(0, _LONGEST),
        "prompt_split": allowed.between(0, 0.2),
    },
    "models": {
        "model": allowed.text,
        "base_url": allowed.plain_address,
        "max_tokens": _COUNT,
        "temperature": allowed.number(0, 2),
        "top_p": allowed.number(0, 1, open_low=True),
        "seed": allowed.number(0, whole=True),
        "region": allowed.text,
        "headers": allowed.headers,
        "extra_body": allowed.table,
        "effort": allowed.text,
        "thinking": allowed.flag,
        **dict.fromkeys(("thinking_budget", "context_window", "max_connections"), _COUNT),
        "stream_options": allowed.flag,
        "tool_protocol": allowed.word_of(*TOOL_PROTOCOLS),
        "agent": allowed.text,
        "loop": allowed.word_of(*LOOPS),
        **dict.fromkeys(("timeout_s", "usd_per_hour"), allowed.number(0, _LONGEST, open_low=True)),
        **dict.fromkeys(("slots", "threads"), _COUNT),
        "context": allowed.number(256, whole=True),
        **dict.fromkeys(("kv_unified", "prompt_cache", "batch"), allowed.flag),
        "allows": allowed.classes,
        "retention_days": allowed.number(0, whole=True),
        "trains_on_data": allowed.flag,
        "prompt_variants": allowed.table,
    },
    "data": {"class": allowed.word_of(*CLASSES)},
    "providers": {
        "title": allowed.text,
        "protocol": allowed.word_of("openai", "anthropic"),
        "base_url": allowed.plain_address,
        "region": allowed.text,
        "regions": allowed.addresses,
        "address_variables": allowed.variables,
        "key_variables": allowed.variables,
        "key_needed": allowed.flag,
        "key_page": allowed.text,
        "price_provider": allowed.text,
        "batch": allowed.flag,
        "rules": allowed.table,
        "models": allowed.tables,
    },
    "traffic": {
        "peak_share": allowed.number(0, 1),
        "cache_hit": allowed.number(0, 1),
        "mode": allowed.modes,
        "requests": allowed.number(1, whole=True),
    },
    "report": {"language": allowed.word_of(*LANGUAGES), "style": allowed.word_of(*get_args(ChartStyle))},
    "slices": {**dict.fromkeys(SLICED, allowed.text), "evidence": allowed.word_of(*EVIDENCE)},
    "claims": {
        "candidate": allowed.text,
        "baseline": allowed.text,
        "suites": allowed.names,
        "over": allowed.over,
        "about": allowed.about,
        "slices": allowed.names,
        "measure": allowed.word_of(*MEASURES),
        "within_minutes": allowed.number(0, _LONGEST, open_low=True),
        "at_load": allowed.number(1, MOST_AT_ONCE, whole=True),
        **{key: allowed.margin_check(margin) for key, margin in MARGINS.items()},
        "confidence": allowed.between(0.5, 0.95),
    },
}

VARIANT: Mapping[str, Check] = {
    **dict.fromkeys(("system", "system_file", "user", "user_file"), allowed.text),
    "suites": allowed.names,
}
"""What `[models.<label>.prompt_variants.<name>]` may hold."""

_FLOATS = (
    *("temperature", "top_p", "reuse", "agent_minutes", "agent_usd", "timeout_s", "usd_per_hour", "peak_share"),
    *("cache_hit", "within_minutes", *MARGINS),
)
"""Keys for which 1 and 1.0 mean the same, and so must hash the same."""


_UNSHOWN = ("base_url", "regions", "headers", "key_variables")
"""Keys whose bad values are not repeated: they may hold a secret."""


class ConfigFile:
    """The text of a bench.toml, for errors that name the line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()

    def fail(self, message: str, *where: str) -> NoReturn:
        """Raises UsageError at the line of a table (`"models", "a"`) or of a key in it (`"models", "a", "model"`)."""
        raise UsageError(f"{self.path}:{self._line(where)}: {clean.line(message)}")

    def provider(self, table: Any, name: str) -> dict[str, Any]:
        """A `[providers.<name>]` table with its rules, checked like any other."""
        values = self.table(table, "providers", name)
        self.table(values.get("rules", {}), "providers", name, "rules", checks=RULES)
        for model in values.get("models", ()):
            self.table(model, "providers", name, "models", checks=RULES)
        return values

    def tables(self, raw: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
        """The `[kind.<name>]` tables by name, unchecked. UsageError for something else, or too many."""
        tables = raw.get(kind, {})
        if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
            self.fail(f"write one table per entry: [{kind}.<name>].", kind)
        if len(tables) > (most := MOST_CLAIMS if kind == "claims" else MOST_MODELS):
            self.fail(f"{len(tables):,} tables [{kind}.<name>], and {most:,} at most are read.", kind)
        return tables

    def table(self, table: Any, *where: str, checks: Mapping[str, Check] | None = None) -> dict[str, Any]:
        """The values of a table, checked. Raises UsageError at the line of an unknown key or a bad value."""
        if not isinstance(table, dict):
            self.fail(f"'{where[-1]}' must be a table: [{'.'.join(where)}].", *where)
        checks = TABLES[where[0]] if checks is None else checks
        for key, value in table.items():
            if key not in checks:
                self.fail(
                    f"unknown key '{key}' in [{'.'.join(where)}].{_secret(key)}{suggest(key, checks)}", *where, key
                )
            problem = checks[key](value)
            if problem:
                stated = "" if key in _UNSHOWN else f"; found {value!r}"
                self.fail(f"{key} {problem}{stated}.", *where, key)
        return {key: float(value) if key in _FLOATS else value for key, value in table.items()}

    def _line(self, where: tuple[str, ...]) -> int:
        """The line that names the most of `where`."""
        table: tuple[str, ...] = ()
        best, named = 1, 0
        for number, line in enumerate(self.lines, 1):
            if head := re.match(r"\s*\[+([^\]]+)\]", line):
                place = table = _parts(head[1])
            elif key := re.match(r"\s*([^\[#=]+)=", line):
                place = (*table, *_parts(key[1]))
            else:
                continue
            depth = min(len(place), len(where))
            if depth > named and place[:depth] == where[:depth]:
                best, named = number, depth
        return best


def _secret(key: str) -> str:
    if SECRET_NAME.search(key) and not key.startswith("max"):
        return " Keys are read from the environment only; take it out of the file."
    return ""


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a dotted, perhaps quoted name; one odd part for text that is not a name."""
    try:
        value: Any = tomllib.loads(f"{name} = 0")
    except tomllib.TOMLDecodeError:
        return (name,)
    parts: list[str] = []
    while isinstance(value, dict):
        [(part, value)] = value.items()
        parts.append(part)
    return tuple(parts)
