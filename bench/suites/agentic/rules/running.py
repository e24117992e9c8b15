"""Rules that look at several records together."""

from __future__ import annotations

from bench.suites.agentic.rules.amounts import TAGS
from bench.suites.agentic.rules.rule import Defect, Rule

STREAK = Rule(
    name="streak",
    draw=lambda rng: {"streak_every": rng.randint(3, 5)},
    code='''"""Every so many, one is free."""


def apply($many, setting):
    seen = {}
    for $one in sorted($many, key=lambda each: (each.day, each.code)):
        seen[$one.$group] = seen.get($one.$group, 0) + 1
        if seen[$one.$group] % setting("streak_every", $one.$group) == 0:
            $one.amount = 0
            $one.notes.append("free")
''',
    prose="Each $group's $many are counted by day, on one day by code, and those of one day and code as they "
    "stand in the "
    "list; every $one counts, whatever its amount. Every `streak_every`-th is free: its amount becomes 0, with "
    "the note "
    '"free".',
    defects=(
        Defect(old="(each.day, each.code)", new="(each.code, each.day)"),
        Defect(old="(each.day, each.code)", new="each.day"),
        Defect(
            old="        seen[$one.$group] = seen.get($one.$group, 0) + 1\n",
            new="        seen[$one.$group] = seen.get($one.$group, 0) + ($one.amount > 0)\n",
        ),
        Defect(old='setting("streak_every", $one.$group)', new='setting("streak_every")'),
    ),
)
CAP = Rule(
    name="cap",
    draw=lambda rng: {"cap": 100 * rng.randint(30, 60)},
    code='''"""No $group pays more than so much."""


def apply($many, setting):
    spent = {}
    for $one in $many:
        left = setting("cap", $one.$group) - spent.get($one.$group, 0)
        if $one.amount > left:
            $one.amount = left
            $one.notes.append("cap")
        spent[$one.$group] = spent.get($one.$group, 0) + $one.amount
''',
    prose="Each $group's $many, in the order of the list, cost at most `cap` cents together: one that would go "
    "beyond gets "
    'what is left of it, perhaps 0, with the note "cap".',
    defects=(
        Defect(old="if $one.amount > left:", new="if $one.amount >= left:"),
        Defect(old="            $one.amount = left\n", new="            $one.amount = 0\n"),
        Defect(old="for $one in $many:", new="for $one in sorted($many, key=lambda each: each.day):"),
        Defect(old='setting("cap", $one.$group)', new='setting("cap")'),
    ),
)
HANDLING = Rule(
    name="handling",
    draw=lambda rng: {"handling": rng.choice((60, 75, 130)), "handling_tag": rng.choice(TAGS)},
    code='''"""Handling, once a day."""


def apply($many, setting):
    charged = set()
    for $one in $many:
        key = ($one.$group, $one.day)
        if $one.tag == setting("handling_tag", $one.$group) and key not in charged:
            charged.add(key)
            $one.amount += setting("handling", $one.$group)
            $one.notes.append("handling")
''',
    prose="Of each $group's $many of one day whose tag is `handling_tag`, the first in the list costs `handling` "
    "cents more, "
    'with the note "handling".',
    defects=(
        Defect(old="key = ($one.$group, $one.day)", new="key = $one.$group"),
        Defect(old="key = ($one.$group, $one.day)", new="key = $one.day"),
        Defect(old=" and key not in charged", new=""),
        Defect(old='setting("handling", $one.$group)', new='setting("handling")'),
    ),
    tags=lambda s: (s["handling_tag"],) * 2,
)
REPEAT = Rule(
    name="repeat",
    draw=lambda rng: {"repeat_days": rng.randint(3, 9)},
    code='''"""What comes again soon is not charged again."""


def apply($many, setting):
    last = {}
    for $one in sorted($many, key=lambda each: each.day):
        before = last.get($one.code)
        if before is not None and $one.day - before <= setting("repeat_days", $one.$group):
            $one.amount = 0
            $one.notes.append("repeat")
        else:
            last[$one.code] = $one.day
''',
    prose="$Many are gone through by day, those of one day as they stand in the list. One is a repeat where a "
    "$one of the "
    "same code, of whatever $group, that was no repeat itself was at most `repeat_days` days before (as set for "
    "the $group of the later one): its amount "
    "becomes 0, "
    'with the note "repeat".',
    defects=(
        Defect(
            old="        else:\n            last[$one.code] = $one.day\n", new="        last[$one.code] = $one.day\n"
        ),
        Defect(old="before <= setting", new="before < setting"),
        Defect(old="sorted($many, key=lambda each: each.day)", new="$many"),
        Defect(old='setting("repeat_days", $one.$group)', new='setting("repeat_days")'),
    ),
)
LOYAL = Rule(
    name="loyal",
    draw=lambda rng: {"loyal_from": rng.randint(3, 4), "loyal_cut": rng.choice((40, 110, 160))},
    code='''"""Those who send much get something back."""


def apply($many, setting):
    counts = {}
    for $one in $many:
        if $one.amount > 0:
            counts[$one.$group] = counts.get($one.$group, 0) + 1
    for $one in $many:
        if $one.amount > 0 and counts[$one.$group] >= setting("loyal_from", $one.$group):
            $one.amount -= min(setting("loyal_cut", $one.$group), $one.amount)
            $one.notes.append("loyal")
''',
    prose="Where at least `loyal_from` of all $many of a $group in the list have an amount above 0 when this rule "
    "begins, each of these costs "
    "`loyal_cut` "
    'cents less, though never less than 0, with the note "loyal".',
    defects=(
        Defect(
            old="        if $one.amount > 0:\n            counts[$one.$group]",
            new="        if True:\n            counts[$one.$group]",
        ),
        Defect(old='min(setting("loyal_cut", $one.$group), $one.amount)', new='setting("loyal_cut", $one.$group)'),
        Defect(old='>= setting("loyal_from"', new='> setting("loyal_from"'),
        Defect(old='setting("loyal_from", $one.$group)', new='setting("loyal_from")'),
    ),
)
DEPOSIT = Rule(
    name="deposit",
    draw=lambda rng: {"deposit": 100 * rng.randint(8, 16)},
    code='''"""A deposit is used up first."""


def apply($many, setting):
    left = {}
    for $one in sorted($many, key=lambda each: each.day):
        have = left.get($one.$group, setting("deposit", $one.$group))
        used = min(have, $one.amount)
        left[$one.$group] = have - used
        if used:
            $one.amount -= used
            $one.notes.append("deposit")
''',
    prose="Each $group has a deposit of `deposit` cents. Its $many use it up by day, those of one day as they "
    "stand in the "
    'list: each takes what it can off its amount, with the note "deposit" where that is anything.',
    defects=(
        Defect(old="sorted($many, key=lambda each: each.day)", new="$many"),
        Defect(old="left[$one.$group] = have - used", new="left[$one.$group] = have"),
        Defect(
            old='left.get($one.$group, setting("deposit", $one.$group))',
            new='left.get($one.$group, setting("deposit"))',
        ),
        Defect(old="used = min(have, $one.amount)", new="used = have if have < $one.amount else 0"),
    ),
)
DEAREST = Rule(
    name="dearest",
    draw=lambda rng: {"dearest_percent": rng.choice((10, 20, 25))},
    code='''"""The dearest of a day is cheaper."""

from $pkg.money import share


def apply($many, setting):
    dearest = {}
    for $one in $many:
        before = dearest.get($one.day)
        if before is None or $one.amount > before.amount:
            dearest[$one.day] = $one
    for $one in dearest.values():
        $one.amount -= share($one.amount, setting("dearest_percent", $one.$group))
        $one.notes.append("dearest")
''',
    prose="Of all $many of one day, of whatever $group, the one with the highest amount, the first in the list "
    "among equals, "
    'costs `dearest_percent` percent less, rounded half up to a cent, with the note "dearest".',
    defects=(
        Defect(old="$one.amount > before.amount", new="$one.amount >= before.amount"),
        Defect(old="$one.amount > before.amount", new="$one.$size > before.$size"),
        Defect(old='setting("dearest_percent", $one.$group)', new='setting("dearest_percent")'),
    ),
)
