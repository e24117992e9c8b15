"""What the values of a bench.toml may be: each check says what is wrong with one, as the end of a sentence."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from bench.prices import MODES
from bench.providers import address_problem
from bench.records import ABOUT, CLASSES, MOST_AT_ONCE, NEAREST, OVER, SECRET_NAME, Margin

Check = Callable[[object], str | None]
"""What is wrong with a value, as the end of a sentence that begins with its key; None if nothing is."""

_LARGEST = sys.float_info.max
_LARGEST_WHOLE = 10**15 - 1
"""More digits than that are no count of anything, and beyond what run.json keeps exactly."""


def number(low: float, high: float = _LARGEST, *, whole: bool = False, open_low: bool = False) -> Check:
    """A finite or whole number within bounds."""

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


def between(low: float, example: float) -> Check:
    """A number above `low` and below 1, no nearer to either than NEAREST."""

    def check(value: object) -> str | None:
        if not isinstance(value, float) or not low < value < 1:
            return f"must be a number above {low:g} and below 1, e.g. {example:g}"
        if not low + NEAREST <= value <= 1 - NEAREST:
            return f"must be no nearer than {NEAREST:g} to {low:g} or 1"
        return None

    return check


def margin_check(margin: Margin) -> Check:
    """What a margin of a claim must be: a share in (0, 1), or a factor from NEAREST to its inverse."""
    return between(0, margin.example) if margin.share else number(NEAREST, 1 / NEAREST)


def text(value: object) -> str | None:
    """A text that is not empty."""
    return None if isinstance(value, str) and value else "must be a text in quotes"


def flag(value: object) -> str | None:
    """True or false."""
    return None if isinstance(value, bool) else "must be true or false"


def names(value: object) -> str | None:
    """A list of different names."""
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        return None if len(set(value)) == len(value) else "names something twice"
    return 'must be a list of names, e.g. ["coding"]'


def levels(value: object) -> str | None:
    """A list of different whole numbers above 0."""
    if isinstance(value, list) and value and all(isinstance(v, int) and not isinstance(v, bool) for v in value):
        return None if len(set(value)) == len(value) and min(value) > 0 else "must be different numbers above 0"
    return "must be a list of whole numbers, e.g. [1, 2]"


def load(value: object) -> str | None:
    """Numbers of calls at once, from the least to the most."""
    problem = levels(value)
    if problem or not isinstance(value, list):
        return problem
    return f"must be numbers up to {MOST_AT_ONCE:,}" if max(value) > MOST_AT_ONCE else None


def plain_address(value: object) -> str | None:
    """An address for bench.toml: the environment's may hold a password, the file's may not."""
    problem = address_problem(value)
    if problem or not isinstance(value, str):
        return problem
    parts = urlsplit(value)
    if parts.username is None and not any(SECRET_NAME.search(name) for name, _ in parse_qsl(parts.query)):
        return None
    return "must hold no user name, password or key: set the whole address as <PROVIDER>_BASE_URL in the environment"


def table(value: object) -> str | None:
    """A table that JSON can hold."""
    if not isinstance(value, dict):
        return "must be a table, e.g. { name = 1 }"
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return "is sent as JSON, which has no dates, nan or inf"
    return None


def tables(value: object) -> str | None:
    """Tables of models' names."""
    good = isinstance(value, list) and all(isinstance(v, dict) and "match" in v for v in value)
    return None if good else "must be tables with a match: [[providers.<name>.models]]"


def texts(value: object) -> str | None:
    """A list of texts."""
    good = isinstance(value, list) and all(isinstance(v, str) and v for v in value)
    return None if good else 'must be a list of texts, e.g. ["low", "high"]'


def addresses(value: object) -> str | None:
    """A table of plain addresses."""
    good = isinstance(value, dict) and not any(plain_address(v) for v in value.values())
    if good and any(SECRET_NAME.search(name) for name in re.findall(r"\{(\w+)\}", str(value))):
        return "must hold no {NAME} of a key: an address is shown, and looked up by name servers"
    return None if good else 'must be a table of addresses, e.g. { china = "https://..." }'


def handling(value: object) -> str | None:
    """What becomes of sampling parameters."""
    words, parameters = ("sent", "ignored", "forbidden"), ("temperature", "top_p", "seed")
    for name, what in value.items() if isinstance(value, dict) else [("", "")]:
        number = isinstance(what, int | float) and not isinstance(what, bool)
        if name not in parameters or not (number or what in words):
            return (
                "must give temperature, top_p or seed as one of sent, ignored, forbidden, or the number it is fixed at"
            )
    return None


def headers(value: object) -> str | None:
    """A table of headers without keys in them."""
    if not isinstance(value, dict) or not all(isinstance(v, str) and v for v in value.values()):
        return 'must be a table of texts, e.g. { X-Team = "search" }'
    for name, text in value.items():
        if not re.fullmatch(r"[\w-]+", name) or not re.fullmatch(r"[ -~]+", text):
            return "must hold names of letters, digits and '-', and values of printable ASCII"
        if SECRET_NAME.search(name) and not re.fullmatch(r"\$\w+", text):
            return f'must not hold a key: write {name} = "$NAME" and set that environment variable'
    return None


def variables(value: object) -> str | None:
    """Names of environment variables."""
    if isinstance(value, list) and all(isinstance(v, str) and re.fullmatch(r"[A-Z_][A-Z0-9_]*", v) for v in value):
        return None
    return 'must be a list of environment variables\' names, e.g. ["ACME_API_KEY"]; keys themselves belong there'


def word_of(*known: str) -> Check:
    """One of some words."""
    return lambda value: None if value in known else f"must be one of {', '.join(known)}"


def modes(value: object) -> str | None:
    """A mode of billing for each model."""
    if not isinstance(value, dict):
        return 'must be a table of models, e.g. { claude = "batch" }'
    wrong = [mode for mode in value.values() if mode not in MODES]
    return f"must name one of {', '.join(MODES)} for each model" if wrong else None


def classes(value: object) -> str | None:
    """Classes of data."""
    good = isinstance(value, list) and all(each in CLASSES for each in value) and len(set(value)) == len(value)
    return None if good else f"must be a list of {', '.join(CLASSES)}"


def over(value: object) -> str | None:
    """How a claim goes over its suites."""
    *first, last = (f'"{each}"' for each in OVER)
    return None if value in OVER else f"must be {', '.join(first)} or {last}"


def about(value: object) -> str | None:
    """What a claim speaks about."""
    return None if value in ABOUT else 'must be "these" or "such"'
