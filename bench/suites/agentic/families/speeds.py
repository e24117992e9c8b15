"""Read a paid source less often, with the same results: reads are counted, not seconds."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from string import Template
from typing import Any

from bench.suites.agentic.families.family import AgenticFamily, Changes, changes, placed
from bench.suites.agentic.families.speedtexts import FROM, README, SHAPES, SOURCE, TESTS, modules
from bench.suites.agentic.item import AgenticItem, Checks, HiddenCall
from bench.suites.agentic.running import answers

DOMAINS = (
    ("catalogues", "article", "articles", "price", "range"),
    ("herbarium", "sheet", "sheets", "value", "genus"),
    ("spareparts", "part", "parts", "price", "unit"),
    ("songbook", "song", "songs", "fee", "album"),
    ("mapstore", "chart", "charts", "price", "atlas"),
    ("timberyard", "board", "boards", "price", "stack"),
    ("seatplan", "seat", "seats", "fare", "block"),
    ("fontshop", "font", "fonts", "licence", "style"),
)
"""Package, one, many, what it costs, and what it belongs to."""
LARGE = 6
"""Hidden calls with many rows, in which reads are bounded."""
SMALL = 14
"""Hidden calls with few rows, in which every rule shows."""


def _speed(rng: Random, level: int) -> AgenticItem:
    words = dict(zip(("pkg", "one", "many", "price", "set"), rng.choice(DOMAINS), strict=True))
    free, shape = rng.choice((0, 1, 2)), rng.choice(SHAPES[level])
    words |= {
        "free": str(free),
        "percent": rng.choice(("percent", "rebate", "off")),
        "now": rng.choice(("now", "next")),
    }

    def filled(text: str) -> str:
        return Template(text).substitute(words)

    pkg = words["pkg"]
    common = {
        f"{pkg}/__init__.py": filled(
            '"""What lists of $many cost."""\n\nfrom $pkg.quoting import quote\n\n__all__ = ["quote"]\n'
        ),
        "paidsource/__init__.py": SOURCE,
        "README.md": filled(README),
    }
    before = {**common, **{f"{pkg}/{name}": filled(text) for name, text in modules(shape, fast=False).items()}}
    after = {**common, **{f"{pkg}/{name}": filled(text) for name, text in modules(shape, fast=True).items()}}
    given = [_given(rng, words, large=at < LARGE, together=shape[1] == FROM) for at in range(LARGE + SMALL)]
    calls = _calls(pkg, before, after, given, spare=2 * (level - 1))
    planted = _planted(pkg, before, after, calls)
    return placed(
        "speed",
        level,
        pkg,
        prompt=_prompt(words, calls[0].most_reads or 0, given[0]),
        files={**before, "tests/__init__.py": "", f"tests/test_{pkg}.py": _tests(filled, given[-3:], calls[-3:])},
        solution=changes(before, after),
        checks=Checks(calls=calls),
        planted=planted,
        protected=("tests/*", "paidsource/*"),
    )


def _given(rng: Random, words: Mapping[str, str], *, large: bool, together: bool) -> tuple[Any, ...]:
    """Rows of a source by key, and the lists that are to be charged."""
    count = rng.randint(120, 190) if large else rng.randint(4, 9)
    keys = [f"{letter}{number}" for letter in "KLMN" for number in rng.sample(range(100, 999), count)]
    keys = rng.sample(keys, count)
    sets = [f"S{number}" for number in rng.sample(range(10, 99), max(2, count // 4))]
    rows: dict[str, dict[str, Any]] = {}
    for key in keys:
        rows[key] = {words["price"]: rng.randint(20, 900), words["set"]: rng.choice([*sets, None])}
        rows[key][words["now"]] = rng.choice([*keys, "K1"]) if rng.random() < 0.35 else None
        rows[key]["out"] = rng.random() < 0.3
        rows[key]["others"] = rng.sample(keys, rng.randint(0, 2))
    for key in sets[1:]:
        rows[key] = {words["percent"]: rng.choice((0, 5, 10, 25)), "from": rng.choice((0, 3, 6))}
    used = [*rng.sample(keys, max(2, count * 2 // 3)), "K1"]
    lists = [_list(rng, used, large=large) for _ in range(3 if together else 1)]
    return rows, lists if together else lists[0]


def _list(rng: Random, used: list[str], *, large: bool) -> str:
    lines = []
    asked = rng.sample(used, max(1, len(used) * 3 // 5))
    for _ in range(rng.randint(110, 190) if large else rng.randint(2, 8)):
        lines.append(f"{rng.choice(asked)};{rng.randint(1, 4)}")
        if rng.random() < 0.35:
            lines.append(f"{rng.choice([each for each in used if each not in asked] or used)};0")
    return "\n".join(lines)


def _calls(
    pkg: str, before: Mapping[str, str], after: Mapping[str, str], given: list[tuple[Any, ...]], *, spare: int
) -> tuple[HiddenCall, ...]:
    """The hidden calls, with the reference's reads and a few more as the bound."""
    right = answers(before, [(pkg, "quote", each, 10**6) for each in given])
    counted = answers(after, [(pkg, "quote", each, -1) for each in given])
    most = [reads + spare for _, reads in counted]
    if answers(after, [(pkg, "quote", each, 10**6) for each in given]) != right:
        raise RuntimeError("the fast version differs")
    triples = zip(given, right, most, strict=True)
    return tuple(HiddenCall(module=pkg, function="quote", args=a, value=v, most_reads=m) for a, v, m in triples)


def _planted(
    pkg: str, before: Mapping[str, str], after: Mapping[str, str], calls: tuple[HiddenCall, ...]
) -> dict[str, Changes]:
    """Solutions that read too often, or read right and charge wrongly."""
    path = f"{pkg}/gathering.py"
    texts = {
        "kept, but no pages": after[path].replace(
            "source.fetch_many(page)", "{key: source.fetch(key) for key in page}"
        ),
        "small pages": after[path].replace("PAGE = 20", "PAGE = 5"),
        "zeros read": after[path].replace("if count", "if count >= 0"),
    }
    wrong: dict[str, dict[str, str]] = {name: {**after, path: text} for name, text in texts.items()}
    quoting = f"{pkg}/quoting.py"
    wrong["zeros charged"] = {**after, quoting: after[quoting].replace("if not count:", "if count < 0:")}
    wrong["one wave too few"] = {**after, path: after[path].replace("while missing:", "if missing:")}
    kept: dict[str, Changes] = {}
    asked = [(call.module, call.function, call.args, call.most_reads) for call in calls]
    right = [call.value for call in calls]
    for name, files in wrong.items():
        if files != after and answers(files, asked) != right:
            kept[name] = changes(before, files)
    if len(kept) < 3 or "kept, but no pages" not in kept:
        raise ValueError("too few wrong solutions show")
    return kept


def _tests(filled: Any, given: list[tuple[Any, ...]], calls: tuple[HiddenCall, ...]) -> str:
    cases = "".join(
        f"    def test_quote_{at}(self):\n        source = Source({args[0]!r})\n"
        f"        self.assertEqual($pkg.quote(source, {args[1]!r}), {call.value[1]!r})\n\n"
        for at, (args, call) in enumerate(zip(given, calls, strict=True), start=1)
    )
    return str(filled(TESTS.replace("CASES", cases)))


def _prompt(words: Mapping[str, str], most: int, example: tuple[Any, ...]) -> str:
    rows, lists = example
    lines = sum(text.count("\n") + 1 for text in (lists if isinstance(lists, list) else [lists]))
    return (
        f"In this repository, `{words['pkg']}.quote` charges lists of {words['many']}; it reads what it must know "
        f"from a "
        "source, and each read costs money: a `fetch` of one key or a `fetch_many` of up to 20 keys is one read. "
        "It reads "
        "far too often. Make it read as little as it can, with exactly the same results.\n\n"
        "No key may be read twice within one call, none whose row cannot matter to the result, and keys that are "
        "known to "
        "be needed at the same time are to be read together. An example with "
        f"{lines} lines and {len(rows)} rows in the source takes at most {most} reads.\n\n"
        "The source has its methods `fetch` and `fetch_many` alone: its rows and the count of its reads are elsewhere. "
        "Nothing may be kept from one call to the next: another call may come with another source."
    )


FAMILIES = (AgenticFamily(name="speed", draw=_speed),)
