"""What a bench.toml may hold: the keys of its tables, what is wrong with a value, and on which line it stands."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, get_args
from urllib.parse import parse_qsl, urlsplit

from bench.errors import UsageError, suggest
from bench.language import LANGUAGES
from bench.prices import MODES
from bench.providers import address_problem
from bench.records import ABOUT, CLASSES, MARGINS, MEASURES, SECRET_NAME, TOOL_PROTOCOLS, ChartStyle, Margin

Check = Callable[[object], str | None]
"""What is wrong with a value, as the end of a sentence that begins with its key; None if nothing is."""

_LARGEST = sys.float_info.max
_LARGEST_WHOLE = 10**15 - 1
"""More digits than that are no count of anything, and beyond what run.json keeps exactly."""


def _number(low: float, high: float = _LARGEST, *, whole: bool = False, open_low: bool = False) -> Check:
    def check(value: object) -> str | None:
        kind = int if whole else int | float
        if isinstance(value, bool) or not isinstance(value, kind) or not abs(value) <= _LARGEST:
            return f"must be a {'whole' if whole else 'finite'} number"
        if whole and value > _LARGEST_WHOLE:
            return "must be a whole number of at most 15 digits"
        if not low <= value <= high or (open_low and value == low):
            return f"must be {'above' if open_low else 'at least'} {low:g}" + (
                f" and at most {high:g}" if high != _LARGEST else ""
            )
        return None

    return check


def _between(low: float, example: float) -> Check:
    def check(value: object) -> str | None:
        if not isinstance(value, float) or not low < value < 1:
            return f"must be a number above {low:g} and below 1, e.g. {example:g}"
        return None

    return check


def margin_check(margin: Margin) -> Check:
    """What a margin of a claim must be: a share in (0, 1), or a factor above 0."""
    return _between(0, margin.example) if margin.share else _number(0, open_low=True)


def _text(value: object) -> str | None:
    return None if isinstance(value, str) and value else "must be a text in quotes"


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _names(value: object) -> str | None:
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        return None if len(set(value)) == len(value) else "names something twice"
    return 'must be a list of names, e.g. ["coding"]'


def _levels(value: object) -> str | None:
    if isinstance(value, list) and value and all(isinstance(v, int) and not isinstance(v, bool) for v in value):
        return None if len(set(value)) == len(value) and min(value) > 0 else "must be different numbers above 0"
    return "must be a list of whole numbers, e.g. [1, 2]"


def _plain_address(value: object) -> str | None:
    """An address for bench.toml: the environment's may hold a password, the file's may not."""
    problem = address_problem(value)
    if problem or not isinstance(value, str):
        return problem
    parts = urlsplit(value)
    if parts.username is None and not any(SECRET_NAME.search(name) for name, _ in parse_qsl(parts.query)):
        return None
    return "must hold no user name, password or key: set the whole address as <PROVIDER>_BASE_URL in the environment"


def _table(value: object) -> str | None:
    if not isinstance(value, dict):
        return "must be a table, e.g. { name = 1 }"
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return "is sent as JSON, which has no dates, nan or inf"
    return None


def _tables(value: object) -> str | None:
    good = isinstance(value, list) and all(isinstance(v, dict) and "match" in v for v in value)
    return None if good else "must be tables with a match: [[providers.<name>.models]]"


def _texts(value: object) -> str | None:
    good = isinstance(value, list) and all(isinstance(v, str) and v for v in value)
    return None if good else 'must be a list of texts, e.g. ["low", "high"]'


def _addresses(value: object) -> str | None:
    good = isinstance(value, dict) and not any(_plain_address(v) for v in value.values())
    if good and any(SECRET_NAME.search(name) for name in re.findall(r"\{(\w+)\}", str(value))):
        return "must hold no {NAME} of a key: an address is shown, and looked up by name servers"
    return None if good else 'must be a table of addresses, e.g. { china = "https://..." }'


def _handling(value: object) -> str | None:
    words, parameters = ("sent", "ignored", "forbidden"), ("temperature", "top_p", "seed")
    for name, what in value.items() if isinstance(value, dict) else [("", "")]:
        number = isinstance(what, int | float) and not isinstance(what, bool)
        if name not in parameters or not (number or what in words):
            return (
                "must give temperature, top_p or seed as one of sent, ignored, forbidden, or the number it is fixed at"
            )
    return None


def _headers(value: object) -> str | None:
    if not isinstance(value, dict) or not all(isinstance(v, str) and v for v in value.values()):
        return 'must be a table of texts, e.g. { X-Team = "search" }'
    for name, text in value.items():
        if not re.fullmatch(r"[\w-]+", name) or not re.fullmatch(r"[ -~]+", text):
            return "must hold names of letters, digits and '-', and values of printable ASCII"
        if SECRET_NAME.search(name) and not re.fullmatch(r"\$\w+", text):
            return f'must not hold a key: write {name} = "$NAME" and set that environment variable'
    return None


def _variables(value: object) -> str | None:
    if isinstance(value, list) and all(isinstance(v, str) and re.fullmatch(r"[A-Z_][A-Z0-9_]*", v) for v in value):
        return None
    return 'must be a list of environment variables\' names, e.g. ["ACME_API_KEY"]; keys themselves belong there'


def _word_of(*known: str) -> Check:
    return lambda value: None if value in known else f"must be one of {', '.join(known)}"


def _modes(value: object) -> str | None:
    if not isinstance(value, dict):
        return 'must be a table of models, e.g. { claude = "batch" }'
    wrong = [mode for mode in value.values() if mode not in MODES]
    return f"must name one of {', '.join(MODES)} for each model" if wrong else None


def _classes(value: object) -> str | None:
    good = isinstance(value, list) and all(each in CLASSES for each in value) and len(set(value)) == len(value)
    return None if good else f"must be a list of {', '.join(CLASSES)}"


def _over(value: object) -> str | None:
    return None if value in ("each", "mean") else 'must be "each" or "mean"'


def _about(value: object) -> str | None:
    return None if value in ABOUT else 'must be "these" or "such"'


_COUNT = _number(1, whole=True)

RULES: Mapping[str, Check] = {
    "match": _texts,
    "sampling": _handling,
    "sampling_thinking": _handling,
    "greedy": _table,
    "always": _table,
    "thinks": _word_of("always", "on", "off", "never", "unknown"),
    "thinking_on": _table,
    "thinking_off": _table,
    "thinking_off_efforts": _texts,
    "budget_field": _text,
    "budget_on": _table,
    "budget_least": _COUNT,
    "efforts": _texts,
    "effort_field": _text,
    "effort_default": _text,
    "max_tokens_field": _text,
    "thinking_capped": _flag,
    "json_schema": _flag,
    "stops": _number(0, whole=True),
    "stop_bytes": _COUNT,
}
"""What `[providers.<name>.rules]` and `[[providers.<name>.models]]` may hold; see bench/providers/rules.py."""

TABLES: Mapping[str, Mapping[str, Check]] = {
    "run": {
        "suites": _names,
        "seed": _number(0, whole=True),
        "exam_seed": _number(0, whole=True),
        "limit": _COUNT,
        "instances": _COUNT,
        "levels": _levels,
        "families": _names,
        "kinds": _names,
        "repeats": _number(1, 1000, whole=True),
        "temperature": _number(0, 2),
        "episode_usd": _number(0, open_low=True),
        "reuse": _number(0),
    },
    "models": {
        "model": _text,
        "base_url": _plain_address,
        "max_tokens": _COUNT,
        "temperature": _number(0, 2),
        "top_p": _number(0, 1, open_low=True),
        "seed": _number(0, whole=True),
        "region": _text,
        "headers": _headers,
        "extra_body": _table,
        "effort": _text,
        "thinking": _flag,
        "thinking_budget": _COUNT,
        "context_window": _COUNT,
        "max_connections": _COUNT,
        "stream_options": _flag,
        "tool_protocol": _word_of(*TOOL_PROTOCOLS),
        "timeout_s": _number(0, open_low=True),
        "usd_per_hour": _number(0, open_low=True),
        "slots": _COUNT,
        "threads": _COUNT,
        "context": _number(256, whole=True),
        "kv_unified": _flag,
        "prompt_cache": _flag,
        "allows": _classes,
        "retention_days": _number(0, whole=True),
        "trains_on_data": _flag,
    },
    "data": {"class": _word_of(*CLASSES)},
    "providers": {
        "title": _text,
        "protocol": _word_of("openai", "anthropic"),
        "base_url": _plain_address,
        "region": _text,
        "regions": _addresses,
        "address_variables": _variables,
        "key_variables": _variables,
        "key_needed": _flag,
        "key_page": _text,
        "price_provider": _text,
        "batch": _flag,
        "rules": _table,
        "models": _tables,
    },
    "traffic": {
        "peak_share": _number(0, 1),
        "cache_hit": _number(0, 1),
        "mode": _modes,
        "requests": _number(1, whole=True),
    },
    "report": {"language": _word_of(*LANGUAGES), "style": _word_of(*get_args(ChartStyle))},
    "claims": {
        "candidate": _text,
        "baseline": _text,
        "suites": _names,
        "over": _over,
        "about": _about,
        "measure": _word_of(*MEASURES),
        **{key: margin_check(margin) for key, margin in MARGINS.items()},
        "confidence": _between(0.5, 0.95),
    },
}


_FLOATS = ("temperature", "top_p", "reuse", "timeout_s", "usd_per_hour", "peak_share", "cache_hit", *MARGINS)
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
        raise UsageError(f"{self.path}:{self._line(where)}: {message}")

    def provider(self, table: Any, name: str) -> dict[str, Any]:
        """A `[providers.<name>]` table with its rules, checked like any other."""
        values = self.table(table, "providers", name)
        self.table(values.get("rules", {}), "providers", name, "rules", checks=RULES)
        for model in values.get("models", ()):
            self.table(model, "providers", name, "models", checks=RULES)
        return values

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
