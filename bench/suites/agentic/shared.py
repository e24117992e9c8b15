"""The modules and pages that every generated repository has beside its rules, and mistakes in them."""

from __future__ import annotations

from bench.suites.agentic.rules import Defect

PACKAGE = '''"""What $many cost the $groups that send them."""

from $pkg.engine import run

__all__ = ["run"]
'''
MODEL = '''"""What is known of one $one."""


class $Kind:
    """The $size is in hundredths, the amount in cents."""

    def __init__(self, code, $group, $size, day, tag=""):
        self.code = code
        self.$group = $group
        self.$size = $size
        self.day = day
        self.tag = tag
        self.amount = 0
        self.notes = []
'''
READING = '''"""Reads lists of $many."""

from $pkg.model import $Kind


def read(text):
    """The $many of a list, and what was rejected: line number and reason."""
    $many, rejected = [], []
    for number, line in enumerate(text.split("\\n"), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split(";")]
        if len(parts) not in (4, 5) or not parts[0] or not parts[1]:
            rejected.append([number, "fields"])
            continue
        $size = hundredths(parts[2])
        if $size is None or $size == 0:
            rejected.append([number, "$size"])
        elif not parts[3].isascii() or not parts[3].isdigit() or not 1 <= int(parts[3]) <= 365:
            rejected.append([number, "day"])
        else:
            tag = parts[4].lower() if len(parts) == 5 else ""
            $many.append($Kind(parts[0], parts[1], $size, int(parts[3]), tag))
    return $many, rejected


def hundredths(text):
    """A number with at most two decimals, in hundredths; None where it is none."""
    whole, _, decimals = text.replace(",", ".").partition(".")
    if not (whole + decimals).isascii() or not whole.isdigit() or len(decimals) > 2:
        return None
    if decimals and not decimals.isdigit():
        return None
    return int(whole) * 100 + int(decimals.ljust(2, "0"))
'''
MONEY = '''"""Whole cents."""


def half_up(number, divisor):
    """A number, divided, rounded to the nearest whole, half up."""
    return (2 * number + divisor) // (2 * divisor)


def share(amount, percent):
    """So many percent of an amount, rounded half up."""
    return half_up(amount * percent, 100)


def written(amount):
    """An amount as people read it."""
    return str(amount // 100) + "." + str(amount % 100).zfill(2)
'''
DAYS = '''"""Days of the year, from 1 to 365; day 1 is a Monday."""


def within(day, first, last):
    """Whether a day is in a season, whose first and last day belong to it, and which may go over the year's end."""
    if first <= last:
        return first <= day <= last
    return day >= first or day <= last


def weekend(day):
    """Whether it is a Saturday or a Sunday."""
    return (day - 1) % 7 >= 5
'''
SETTINGS = '''"""Settings: usual values, and those that a caller gives."""

DEFAULTS = $defaults


def settings(options):
    """A function that looks a setting up, for a $group."""
    given = options or {}

    def setting(name, $group=None):
        for values in (given, DEFAULTS):
            for key in (name + ":" + str($group), name):
                if key in values:
                    return values[key]
        raise KeyError(name)

    return setting
'''
ENGINE = '''"""From a list to the bill."""

from $pkg import report
from $pkg.reading import read
from $pkg.rules import STEPS
from $pkg.settings import settings


def run(text, options=None):
    """The bill of a list of $many, as plain values."""
    $many, rejected = read(text)
    setting = settings(options)
    for step in STEPS:
        step.apply($many, setting)
    return {
        "rows": [[each.code, each.$group, each.amount, each.notes] for each in $many],
        "totals": report.totals($many),
        "rejected": rejected,
        "text": report.text($many),
    }
'''
REPORT = '''"""Sums, and the bill as a text."""

from $pkg.money import written


def totals($many):
    """What each $group pays, in cents."""
    sums = {}
    for each in $many:
        sums[each.$group] = sums.get(each.$group, 0) + each.amount
    return sums


def text($many):
    """One line a $group, the dearest first, and by name where they pay the same."""
    counts = {}
    for each in $many:
        counts[each.$group] = counts.get(each.$group, 0) + 1
    lines = sorted(totals($many).items(), key=lambda pair: (-pair[1], pair[0]))
    return "\\n".join($group + ": " + written(amount) + " (" + str(counts[$group]) + ")" for $group, amount in lines)
'''
DOCS = """# How $many are charged

`$pkg.run(text, options)` takes a list of $many as text and returns the bill: `rows` (code, $group, amount in cents and
notes of each $one, in the order of the list), `totals` (cents by $group), `rejected` (line number and reason of each
line
that is none) and `text`.

## The list

One $one a line: code, $group, $size, day and, where there is one, a tag, separated by `;`. Blanks around them do not
count. Empty lines and lines that begin with `#` are passed over, but lines are numbered from 1 with all of them
counted.
The $size is a number above 0 with at most two decimals, after a point or a comma; the day is from 1 to 365, both
included. Tags are read in lower case. A line with another number of fields, or an empty code or $group, is rejected
with
the reason `fields`; a wrong $size with `$size`; else a wrong day with `day`.

## Settings

`options` is a dictionary of settings. A setting can be given for one $group alone: `name:$group`. The first of these
that
there is holds: the option for the $group, the option, the usual value for the $group, the usual value. The usual values
stand in `$pkg/settings.py`.

## The rules, in the order in which they work

$rules

## The text

One line a $group, `name: amount (how many $many)`, the amount with two decimals; the highest amount first, and by name
where amounts are the same.
"""
README = """# $pkg

What $many cost the $groups that send them. [docs/rules.md](docs/rules.md) says what holds; where the package does
otherwise, the package is wrong.

Run the tests with `python3 -m unittest discover -s tests -t .`
"""
TESTS = """import unittest

import $pkg


class Bills(unittest.TestCase):
$cases

if __name__ == "__main__":
    unittest.main()
"""
DEFECTS = (
    Defect(
        path="settings.py",
        old='for values in (given, DEFAULTS):\n            for key in (name + ":" + str($group), name):\n'
        "                if key in values:\n                    return values[key]",
        new='for key in (name + ":" + str($group), name):\n            for values in (given, DEFAULTS):\n'
        "                if key in values:\n                    return values[key]",
    ),
    Defect(path="reading.py", old='int(decimals.ljust(2, "0"))', new='int(decimals or "0")'),
    Defect(path="reading.py", old="<= 365", new="< 365"),
    Defect(path="reading.py", old='text.replace(",", ".").partition(".")', new='text.partition(".")'),
    Defect(path="reading.py", old="tag = parts[4].lower() if", new="tag = parts[4] if"),
    Defect(path="reading.py", old='enumerate(text.split("\\n"), start=1)', new='enumerate(text.split("\\n"))'),
    Defect(path="report.py", old="(-pair[1], pair[0])", new="-pair[1]"),
    Defect(path="money.py", old="2 * number + divisor) // (2", new="2 * number + divisor - 1) // (2"),
)
"""Mistakes in the shared modules: far from what shows them."""
