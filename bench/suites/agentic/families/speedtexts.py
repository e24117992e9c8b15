"""The texts of the repositories that read a paid source."""

from __future__ import annotations

from collections.abc import Mapping

from bench.suites.agentic.families.family import AgenticFamily

FAMILIES: tuple[AgenticFamily, ...] = ()
"""None: this file holds texts."""
SOURCE = '''"""A paid source, for tests: rows by key, and how often it was read."""


class Source:
    def __init__(self, rows):
        self._rows = rows
        self.reads = 0

    def fetch(self, key):
        """The row of a key, or None: one read."""
        self.reads += 1
        row = self._rows.get(key)
        return None if row is None else dict(row)

    def fetch_many(self, keys):
        """Rows by key, those that there are, of at most 20 keys: one read."""
        keys = list(keys)
        if len(keys) > 20:
            raise ValueError("at most 20 keys")
        self.reads += 1
        return {key: dict(self._rows[key]) for key in keys if key in self._rows}
'''
README = """# $pkg

What lists of $many cost, by the rows of a paid source. `paidsource` has a source for tests, which counts its reads.

Run the tests with `python3 -m unittest discover -s tests -t .`
"""
TESTS = """import unittest

import $pkg
from paidsource import Source


class Quotes(unittest.TestCase):
CASES
if __name__ == "__main__":
    unittest.main()
"""
_READING = '''"""Reads lists of $many: a key and a count a line."""


def read(text):
    """Pairs of key and count, in the order of the list."""
    pairs = []
    for line in text.split("\\n"):
        key, _, count = line.partition(";")
        pairs.append((key.strip(), int(count)))
    return pairs
'''
_RULES = '''"""What one line costs. `fetch` gives the row of a key, or None."""


${current}
def amount(fetch, key, count, counts):
    """Cents for so many of a key; None where it is not there."""
    row = current(fetch, key)
    if row is None:
        return None
    cents = row["$price"] * max(0, count - $free)
${rebate}    return cents
'''
_PLAIN = '''def current(fetch, key):
    """The row that counts for a key; None where there is none."""
    return fetch(key)

'''
_CHAIN = '''def current(fetch, key):
    """The row that counts for a key, whose successors are followed; None where there is none, or a circle."""
    seen = set()
    while True:
        row = fetch(key)
        if row is None or key in seen:
            return None
        seen.add(key)
        if row["$now"] is None:
            return row
        key = row["$now"]

'''
_OTHERS = '''def current(fetch, key):
    """The row that counts for a key, whose successors are followed; None where there is none, or they go in a circle.

    Where it is out, the first of its others that is there and is not out counts, whatever succeeds it; else itself.
    """
    seen = set()
    while True:
        row = fetch(key)
        if row is None or key in seen:
            return None
        seen.add(key)
        if row["$now"] is None:
            break
        key = row["$now"]
    if row["out"]:
        for other in row["others"]:
            instead = fetch(other)
            if instead is not None and not instead["out"]:
                return instead
    return row

'''
_REBATE = """    group = fetch(row["$set"]) if row["$set"] is not None else None
    if group is not None:
        cents -= cents * group["$percent"] // 100
"""
_REBATE_FROM = """    group = fetch(row["$set"]) if row["$set"] is not None else None
    if group is not None and counts.get(row["$set"], 0) >= group["from"]:
        cents -= cents * group["$percent"] // 100
"""
_QUOTING = '''"""Lists, charged."""

${gathering}from $pkg.reading import read
from $pkg.rules import amount${more}


def quote(source, ${argument}):
    """What a list costs: cents by line, keys that are not there, and the sum.${doc}"""
    ${fetch}
${body}'''
_ONE = """    lines, unknown = [], []
    for key, count in read(text):
        if not count:
            continue
${check}        cents = amount(fetch, key, count, {})
        if cents is None:
            unknown.append(key)
        else:
            lines.append([key, cents])
    return {"lines": lines, "unknown": unknown, "sum": sum(cents for _, cents in lines)}
"""
_MANY = """    counts = {}
    for text in texts:
        for key, count in read(text):
            row = current(fetch, key) if count else None
            if row is not None and row["$set"] is not None:
                counts[row["$set"]] = counts.get(row["$set"], 0) + count
    quotes = []
    for text in texts:
        lines, unknown = [], []
        for key, count in read(text):
            if not count:
                continue
            cents = amount(fetch, key, count, counts)
            if cents is None:
                unknown.append(key)
            else:
                lines.append([key, cents])
        quotes.append({"lines": lines, "unknown": unknown, "sum": sum(cents for _, cents in lines)})
    return quotes
"""
_GATHERING = '''"""Reads all that lists need, each key once, in pages."""

from $pkg.reading import read

PAGE = 20


def gathered(source, texts):
    """Rows by key, and None for keys that are not there."""
    known = {}
    asked = [key for text in texts for key, count in read(text) if count]
    missing = sorted({*asked})
    while missing:
        for at in range(0, len(missing), PAGE):
            page = missing[at : at + PAGE]
            rows = source.fetch_many(page)
            known.update((key, rows.get(key)) for key in page)
        missing = sorted(needed(known, asked) - known.keys())
    return known


${needed}'''
_CHAIN_NEEDED = '''def needed(known, asked):
    """Keys that matter, as far as can be known."""
    wanted = set()
    for key in asked:
        seen = set()
        while key in known and known[key] is not None and key not in seen and known[key]["$now"] is not None:
            seen.add(key)
            key = known[key]["$now"]
        wanted.add(key)
'''
_ROW = """        row = known.get(key)
        if row is None or key in seen:
            continue
"""
_OTHERS_NEEDED = """        if row["out"]:
            for other in row["others"]:
                wanted.add(other)
                if other not in known:
                    row = None
                    break
                if known[other] is not None and not known[other]["out"]:
                    row = known[other]
                    break
"""
_SET = """        if row["$set"] is not None:
            wanted.add(row["$set"])
"""
_SET_OF_OTHER = """        if row is not None and row["$set"] is not None:
            wanted.add(row["$set"])
"""
_ASKED = '''def needed(known, asked):
    """Keys that matter, as far as can be known."""
    return {*asked}
'''
_ASKED_AND_SETS = '''def needed(known, asked):
    """Keys that matter, as far as can be known."""
    rows = [known[key] for key in asked if known.get(key) is not None]
    return {*asked, *(row["$set"] for row in rows if row["$set"] is not None)}
'''
_RETURN = "    return wanted\n"
PLAIN, CHAIN, OTHERS = "plain", "chain", "others"
"""Whose row counts: the key's own, its last successor's, or that of another where it is out."""
NONE, OF_SET, FROM = "none", "set", "from"
"""What takes cents off: nothing, what the row belongs to, or that from so many on in several lists."""
Shape = tuple[str, str]
"""Whose row counts, and what takes cents off. Several lists are charged together where it is `FROM`."""
SHAPES: Mapping[int, tuple[Shape, ...]] = {
    1: ((PLAIN, NONE),),
    2: ((PLAIN, OF_SET), (CHAIN, NONE)),
    3: ((CHAIN, OF_SET), (OTHERS, NONE), (PLAIN, FROM)),
    4: ((OTHERS, FROM), (OTHERS, OF_SET), (CHAIN, FROM)),
}
"""Shapes of each level."""
_CURRENT = {PLAIN: _PLAIN, CHAIN: _CHAIN, OTHERS: _OTHERS}
_REBATES = {NONE: "", OF_SET: _REBATE, FROM: _REBATE_FROM}
_TOGETHER = "\n\n    For each of several lists; rebates count what all of them ask.\n    "


def _needed(current: str, rebate: str) -> str:
    """The function that says which keys matter."""
    if current == PLAIN:
        return _ASKED if rebate == NONE else _ASKED_AND_SETS
    row = "" if (current, rebate) == (CHAIN, NONE) else _ROW
    other = _OTHERS_NEEDED if current == OTHERS else ""
    of_set = "" if rebate == NONE else _SET_OF_OTHER if current == OTHERS else _SET
    return _CHAIN_NEEDED + row + other + of_set + _RETURN


_MODULES = {"reading.py": _READING, "rules.py": _RULES, "quoting.py": _QUOTING}
_TWICE = """        if fetch(key) is None:
            unknown.append(key)
            continue
"""


def modules(shape: Shape, *, fast: bool) -> dict[str, str]:
    """The package's modules in a shape, without the words of a domain; `fast` where each key is read once."""
    current, rebate = shape
    together = rebate == FROM
    argument = "texts" if together else "text"
    lists = "texts" if together else "[text]"
    parts = {
        "current": _CURRENT[current],
        "rebate": _REBATES[rebate],
        "body": _MANY if together else _ONE,
        "argument": argument,
        "needed": _needed(current, rebate),
        "doc": _TOGETHER if together else "",
        "more": ", current" if together else "",
        "gathering": "from $pkg.gathering import gathered\n" if fast else "",
        "fetch": f"fetch = gathered(source, {lists}).get" if fast else "fetch = source.fetch",
        "check": "" if fast else _TWICE,
    }
    texts = _MODULES | ({"gathering.py": _GATHERING} if fast else {})
    return {name: _put(text, parts) for name, text in texts.items()}


def _put(text: str, parts: Mapping[str, str]) -> str:
    for _ in range(2):  # a part may hold another
        for name, part in parts.items():
            text = text.replace(f"${{{name}}}", part)
    return text
