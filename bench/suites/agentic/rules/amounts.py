"""Rules that look at each record by itself."""

from __future__ import annotations

from bench.suites.agentic.rules.rule import Defect, Rule

TAGS = ("express", "fragile", "cold", "return", "gift", "bulky")
"""What a record may be tagged with."""

RATE = Rule(
    name="rate",
    draw=lambda rng: {"rate": rng.choice((120, 135, 145, 155, 165, 185))},
    code='''"""The first amount of every $one."""

from $pkg.money import half_up


def apply($many, setting):
    for $one in $many:
        $one.amount = half_up($one.$size * setting("rate", $one.$group), 100)
''',
    prose="The amount is the $size times `rate` (cents for a $size of 1), rounded half up to a cent.",
    defects=(
        Defect(old='setting("rate", $one.$group)', new='setting("rate")'),
        Defect(old="half_up($one.$size * ", new="half_up(($one.$size // 10 * 10) * "),
        Defect(path="money.py", old="2 * number + divisor) // (2", new="2 * number + divisor - 1) // (2"),
    ),
)
MINIMUM = Rule(
    name="minimum",
    draw=lambda rng: {"minimum": rng.choice((250, 300, 420, 480)), "minimum_free": rng.choice(TAGS)},
    code='''"""No $one for less than the minimum."""


def apply($many, setting):
    for $one in $many:
        least = setting("minimum", $one.$group)
        if $one.amount < least and $one.tag != setting("minimum_free", $one.$group):
            $one.amount = least
            $one.notes.append("minimum")
''',
    prose='An amount below `minimum` becomes `minimum`, with the note "minimum"; but not where the tag is '
    "`minimum_free`.",
    defects=(
        Defect(old=' and $one.tag != setting("minimum_free", $one.$group)', new=""),
        Defect(old='least = setting("minimum", $one.$group)', new='least = setting("minimum")'),
        Defect(old="$one.amount < least", new="$one.amount <= least"),
        Defect(old="$one.amount = least", new="$one.amount += least"),
    ),
    sizes=lambda s: tuple(s["minimum"] * 100 // s["rate"] + d for d in (-1, 0, 1, 2)),
    tags=lambda s: (s["minimum_free"],),
)
BULK = Rule(
    name="bulk",
    draw=lambda rng: {"bulk_from": 100 * rng.randint(6, 14), "bulk_percent": rng.choice((5, 8, 12, 15))},
    code='''"""Large $many are cheaper."""

from $pkg.money import share


def apply($many, setting):
    for $one in $many:
        if $one.$size >= setting("bulk_from", $one.$group):
            $one.amount -= share($one.amount, setting("bulk_percent", $one.$group))
            $one.notes.append("bulk")
''',
    prose="A $size of at least `bulk_from` (in hundredths) takes `bulk_percent` percent, rounded half up to a "
    "cent, off "
    'the amount, with the note "bulk".',
    defects=(
        Defect(old='>= setting("bulk_from"', new='> setting("bulk_from"'),
        Defect(old='if $one.$size >= setting("bulk_from"', new='if $one.amount >= setting("bulk_from"'),
        Defect(old='setting("bulk_percent", $one.$group)', new='setting("bulk_percent")'),
        Defect(path="money.py", old="return half_up(amount * percent, 100)", new="return amount * percent // 100"),
    ),
    sizes=lambda s: (s["bulk_from"] - 1, s["bulk_from"], s["bulk_from"] + 1),
)
SEASON = Rule(
    name="season",
    draw=lambda rng: {
        "season_from": rng.randint(300, 345),
        "season_to": rng.randint(10, 50),
        "season_percent": rng.choice((10, 15, 20)),
    },
    code='''"""Some weeks of the year are dearer."""

from $pkg.days import within
from $pkg.money import share


def apply($many, setting):
    for $one in $many:
        if within($one.day, setting("season_from", $one.$group), setting("season_to", $one.$group)):
            $one.amount += share($one.amount, setting("season_percent", $one.$group))
            $one.notes.append("season")
''',
    prose="From day `season_from` to day `season_to`, both included, `season_percent` percent of the amount, "
    "rounded half "
    'up to a cent, come on top, with the note "season". Where the first day is later in the year than the last, the '
    "season goes over the end of the year.",
    defects=(
        Defect(path="days.py", old="day >= first or day <= last", new="day >= first and day <= last"),
        Defect(path="days.py", old="day >= first or day <= last", new="day >= first or day < last"),
        Defect(path="days.py", old="first <= day <= last", new="first <= day < last"),
        Defect(old='setting("season_to", $one.$group)', new='setting("season_to")'),
    ),
    days=lambda s: (1, 365, *(s[k] + d for k in ("season_from", "season_to") for d in (-1, 0, 1))),
)
WEEKEND = Rule(
    name="weekend",
    draw=lambda rng: {"weekend_extra": rng.choice((90, 140, 210)), "weekend_free": rng.choice(TAGS)},
    code='''"""Work on Saturdays and Sundays costs extra."""

from $pkg.days import weekend


def apply($many, setting):
    for $one in $many:
        if weekend($one.day) and $one.tag != setting("weekend_free", $one.$group):
            $one.amount += setting("weekend_extra", $one.$group)
            $one.notes.append("weekend")
''',
    prose="On Saturdays and Sundays (day 1 is a Monday) `weekend_extra` cents come on top, with the note "
    '"weekend"; but '
    "not where the tag is `weekend_free`.",
    defects=(
        Defect(path="days.py", old="(day - 1) % 7 >= 5", new="day % 7 >= 5"),
        Defect(path="days.py", old="(day - 1) % 7 >= 5", new="(day - 1) % 7 > 5"),
        Defect(old=' and $one.tag != setting("weekend_free", $one.$group)', new=""),
        Defect(old='setting("weekend_extra", $one.$group)', new='setting("weekend_extra")'),
    ),
    days=lambda _: (5, 6, 7, 8, 13, 14),
    tags=lambda s: (s["weekend_free"],),
)
STEP = Rule(
    name="step",
    draw=lambda rng: {"step": rng.choice((5, 10, 20, 50))},
    code='''"""Amounts in whole steps."""

from $pkg.money import half_up


def apply($many, setting):
    for $one in $many:
        step = setting("step", $one.$group)
        $one.amount = half_up($one.amount, step) * step
''',
    prose="The amount is rounded to the nearest multiple of `step` cents, half a step up.",
    defects=(
        Defect(old='setting("step", $one.$group)', new='setting("step")'),
        Defect(old="half_up($one.amount, step) * step", new="$one.amount // step * step"),
        Defect(old="half_up($one.amount, step) * step", new="-(-$one.amount // step) * step"),
    ),
)
