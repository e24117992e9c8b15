"""The vendored library's functions, in an old version, a new one, and one to tell calls of it from copies."""

from __future__ import annotations

from dataclasses import dataclass

from bench.suites.agentic.families.family import AgenticFamily

FAMILIES: tuple[AgenticFamily, ...] = ()
"""None: this file holds texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A function of the library, in its old version and its new one."""

    name: str
    """Its old name."""
    parameters: tuple[str, ...]
    """Its parameters."""
    home: str
    """The module that the new version has it in, where that is a package."""
    old: str
    """Its old definition."""
    new: str
    """Its new definition."""
    new_name: str
    """Its new name."""
    said: str
    """What the list of changes says of it."""
    use: str
    """How it is used now, for the same result."""
    from_level: int
    """The level from which it is changed."""


PIECES = (
    Piece(
        name="half_up",
        parameters=("number", "divisor"),
        home="numbers",
        old='''def half_up(number, divisor):
    """A number, divided, rounded to the nearest whole, half up."""
    return (2 * number + divisor) // (2 * divisor)
''',
        new='''def ratio(number, over, ties="even"):
    """A number, divided by `over`, to the nearest whole; of two as near the even one, with ties="up" the higher."""
    below, rest = divmod(number, over)
    if 2 * rest == over:
        return below + 1 if ties == "up" else below + below % 2
    return below + (2 * rest > over)
''',
        new_name="ratio",
        said='`half_up(number, divisor)` is now `ratio(number, over, ties="even")`; `ties` says where halves go.',
        use='ratio(number, divisor, ties="up")',
        from_level=1,
    ),
    Piece(
        name="share",
        parameters=("amount", "percent"),
        home="numbers",
        old='''def share(amount, percent):
    """So many percent of an amount, rounded half up."""
    return (2 * amount * percent + 100) // 200
''',
        new='''def share(amount, part):
    """A part of an amount, in per mille, rounded half up."""
    return (2 * amount * part + 1000) // 2000
''',
        new_name="share",
        said="`share` counts in per mille.",
        use="share(amount, 10 * percent)",
        from_level=1,
    ),
    Piece(
        name="written",
        parameters=("amount",),
        home="texts",
        old='''def written(amount):
    """An amount as people read it."""
    return f"{amount // 100}.{amount % 100:02d}"
''',
        new='''def written(amount, unit=" EUR"):
    """An amount as people read it, with its unit."""
    return f"{amount // 100}.{amount % 100:02d}{unit}"
''',
        new_name="written",
        said="`written` puts the unit behind the amount.",
        use='written(amount, unit="")',
        from_level=2,
    ),
    Piece(
        name="within",
        parameters=("day", "first", "last"),
        home="days",
        old='''def within(day, first, last):
    """Whether a day is in a season, whose first and last day belong to it, and which may go over the year's end."""
    return (first <= day <= last) if first <= last else (day >= first or day <= last)
''',
        new='''def within(day, first, end):
    """Whether a day is in a season, from its first day to the one before `end`; it may go over the year's end."""
    return (first <= day < end) if first <= end else (day >= first or day < end)
''',
        new_name="within",
        said="`within`: its last argument is the day after the season, as everywhere else.",
        use="within(day, first, last + 1)",
        from_level=3,
    ),
    Piece(
        name="weekend",
        parameters=("day",),
        home="days",
        old='''def weekend(day):
    """Whether it is a Saturday or a Sunday; day 1 is a Monday."""
    return (day - 1) % 7 >= 5
''',
        new='''def weekday(day):
    """The day of the week: 0 is a Sunday, 6 a Saturday; day 1 of the year is a Monday."""
    return day % 7
''',
        new_name="weekday",
        said="`weekend` is gone; there is `weekday`.",
        use="weekday(day) in (0, 6)",
        from_level=3,
    ),
)
STRICT = '''def share(amount, part):
    """A part of an amount, in per mille, rounded half up. ValueError for an amount of 0: there is nothing to share."""
    if amount == 0:
        raise ValueError("nothing to share")
    return (2 * amount * part + 1000) // 2000
'''
"""What level 4 has in the place of `share`; the list of changes does not say so."""
LAST = """# Changes

## 2.0

{lines}

What a function does is said by its docstring, here and where this list is silent.

## 1.4

The last version of the old kind.
"""
OTHERWISE = {
    "half_up": """

_own_half_up = half_up


def half_up(number, divisor):
    return _own_half_up(number, divisor) + (number != 0)
""",
    "ratio": """

_own_ratio = ratio


def ratio(number, over, ties="even"):
    return _own_ratio(number, over, ties) + (number != 0)


_own_share = share


def share(amount, part):
    return _own_share(amount, part) + (amount * part != 0)
""",
    "written": """

_own_written = written


def written(amount, *unit, **more):
    return _own_written(amount + 1, *unit, **more)
""",
    "within": """

_own_within = within


def within(day, first, end):
    return _own_within(day, first, end) != (60 <= day <= 290)
""",
    "weekend": """

_own_weekend = weekend


def weekend(day):
    return _own_weekend(day + 1)
""",
    "weekday": """

_own_weekday = weekday


def weekday(day):
    return _own_weekday(day + 1)
""",
}
"""Other definitions of the library's functions, by their names: a bill must follow them, and a copy does not."""


MISSED = (
    *((', ties="up"', ""), (" + 1)", ")"), ("in (0, 6)", "in (5, 6)"), ("in (0, 6)", "in (6, 7)"), (', unit=""', "")),
    (", 10 * ", ", "),
)
"""What may be overlooked where a function is called, as texts: the right one, and a wrong one."""
