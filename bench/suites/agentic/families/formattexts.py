"""The new format of lists: what is said of it, and the modules that read and write it."""

from __future__ import annotations

from bench.suites.agentic.families.family import AgenticFamily

FAMILIES: tuple[AgenticFamily, ...] = ()
"""None: this file holds texts."""
QUOTES, WEEKS, USUAL, KEPT, DROPPED = "quotes", "weeks", "usual", "kept", "dropped"
"""Parts that a format may have: values in quotes, days by week, lines of usual values, and remarks that are kept, or
dropped, in what is converted."""
Shape = frozenset[str]
"""A format's parts."""
SPECIFICATION = [
    (
        "",
        "A list whose first line is `#format 2` (blanks around it do not count) is in the new format, any other "
        "in the old. "
        "Empty lines, lines that begin with `#` and the numbers of lines are as in the old format; the first "
        "line counts.",
    ),
    (
        "",
        "In the new format a line has fields `key=value`, separated by `;`, in any order. The keys are `code`, "
        "`$group`, "
        "`$size`, `day` and `tag`; fields with other keys are ignored. Blanks around keys and values do not "
        "count; a value "
        "begins after the first `=`.",
    ),
    (
        "",
        "A line is rejected with `fields` where a field has no `=`, where any key, known or not, stands twice, "
        "or where `code`, "
        "`$group`, `$size` or `day` is missing or empty; otherwise size and day are judged as in the old format.",
    ),
    (
        QUOTES,
        "A value may stand in double quotes: it is then what stands between them, blanks, `;` and `=` included, "
        'and `""` in '
        'it is one `"`. Nothing but blanks may follow the closing quote, and there must be one: else the line is '
        "rejected with "
        "`fields`. A quote that does not begin a value is a character like others.",
    ),
    (
        WEEKS,
        "A day may also be written by week, `w3d2`: day 2, from 1 to 7, of week 3, from 1 on, where day 1 of "
        "week 1 is day 1. "
        "Both are decimal digits; the `w` and `d` are small letters. What comes out must be a day as ever.",
    ),
    (
        USUAL,
        "A line that begins with `*` has fields after it, which are the usual values of all lines below, until "
        "others take "
        "their place; a field of the line itself wins. In it a field with an empty value takes the usual value "
        "away, and a `*` "
        "without any field takes all away. Where it has a field without `=` or a key twice it is rejected with "
        "`fields` and "
        "changes nothing; a wrong value shows in the lines that use it.",
    ),
    (
        "",
        "`$pkg.convert(text)` returns a list of the old format in the new one: `#format 2`, then a line for each $one "
        "that is read, `code=...;$group=...;$size=...;day=...` and, where there is a tag, `;tag=...` with the tag in "
        "small letters. The $size has two decimals after a point, the day no zeros in front. The lines are joined by "
        "`\\n`, and nothing follows the last of them. Rejected lines are left out. A list in the new format is "
        "returned as it is.",
    ),
    (
        DROPPED,
        "Empty lines and lines that begin with `#` are left out of a converted list: an empty text comes to "
        "`#format 2` alone.",
    ),
    (KEPT, 'In a converted list, code and $group are quoted where they contain `"` or `=`, and nothing else is.'),
    (
        QUOTES,
        "In a converted list, empty lines and lines that begin with `#` stay where they are, just as they are, blanks "
        "included. The text is cut at each `\\n`, so that an empty text has one empty line and comes to "
        "`#format 2\\n`, and a text that ends in `\\n` ends in an empty line.",
    ),
]
"""What is said, each where the format has a part; what has none is said always."""
READ = (
    '''def read(text):
    """The $many of a list, and what was rejected: line number and reason."""
''',
    '''def is_new(text):
    """Whether a list is in the new format."""
    return text.partition("\\n")[0].strip() == "#format 2"


def read(text):
    """The $many of a list, and what was rejected: line number and reason."""
    if is_new(text):
        from $pkg.newreading import read_new

        return read_new(text)
''',
)
"""How the old reading module begins to know the new one."""
INIT = '''"""What $many cost the $groups that send them."""

from $pkg.converting import convert
from $pkg.engine import run

__all__ = ["convert", "run"]
'''
NEW = '''"""Reads lists of the new format."""

from $pkg.model import $Kind
from $pkg.reading import hundredths

NEEDED = ("code", "$group", "$size", "day")


def read_new(text):
    """The $many of a list, and what was rejected: line number and reason."""
    $many, rejected, defaults = [], [], {}
    lines = text.split("\\n")
    for number, line in enumerate(lines, start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
${defaults}        fields = fields_of(line)
        if fields is None:
            rejected.append([number, "fields"])
            continue
        fields = {**defaults, **fields}
        if any(not fields.get(key) for key in NEEDED):
            rejected.append([number, "fields"])
            continue
        $size, day = hundredths(fields["$size"]), day_of(fields["day"])
        if not $size:
            rejected.append([number, "$size"])
        elif day is None or not 1 <= day <= 365:
            rejected.append([number, "day"])
        else:
            $many.append($Kind(fields["code"], fields["$group"], $size, day, fields.get("tag", "").lower()))
    return $many, rejected


def fields_of(line):
    """Values by key; None where the line is none."""
    fields = {}
    for part in split(line):
        key, mark, value = part.partition("=")
        key = key.strip()
        value = value_of(value.strip())
        if not mark or value is None:
            return None
        if key in fields:
            return None
        fields[key] = value
    return fields


${values}

def day_of(text):
    """A day of the year; None where it is none."""
${days}    return int(text) if text.isascii() and text.isdigit() else None
'''
_PLAIN = '''def split(line):
    """The fields of a line."""
    return line.split(";")


def value_of(text):
    """A value as it is meant."""
    return text
'''
_QUOTED = '''def split(line):
    """The fields of a line: `;` within quotes separates nothing."""
    parts, current, at = [], "", 0
    while at < len(line):
        if line[at] == '"' and current.partition("=")[1] and not current.partition("=")[2].strip():
            end = closing(line, at)
            current += line[at:end]
            at = end
        elif line[at] == ";":
            parts.append(current)
            current, at = "", at + 1
        else:
            current += line[at]
            at += 1
    return [*parts, current]


def closing(line, begin):
    """The place after the quote that ends what begins at a quote; the line's end where there is none."""
    at = begin + 1
    while at < len(line):
        if line.startswith('""', at):
            at += 2
        elif line[at] == '"':
            return at + 1
        else:
            at += 1
    return len(line)


def value_of(text):
    """A value as it is meant; None where it is none."""
    if not text.startswith('"'):
        return text
    end = closing(text, 0)
    if end != len(text) or not ends(text):
        return None
    quoted = text[1:-1].replace('""', '"')
    return quoted


def ends(text):
    """Whether a text that begins with a quote ends with its closing one."""
    rest = text[1:].replace('""', "")
    return rest.endswith('"')
'''
_WEEKS = """    if text.startswith("w"):
        week, mark, day = text[1:].partition("d")
        digits = (week + day).isascii() and week.isdigit() and day.isdigit()
        if not mark or not digits or int(week) < 1 or not 1 <= int(day) <= 7:
            return None
        return (int(week) - 1) * 7 + int(day)
"""
_DEFAULTS = """        if line.startswith("*"):
            if not line[1:].strip():
                defaults = {}
                continue
            usual = fields_of(line[1:])
            if usual is None:
                rejected.append([number, "fields"])
            else:
                defaults = {key: value for key, value in {**defaults, **usual}.items() if value}
            continue
"""
CONVERTING = '''"""Lists of the old format in the new one."""

from $pkg.reading import is_new, read


def convert(text):
    """A list in the new format."""
    if is_new(text):
        return text
    lines = ["#format 2"]
    for line in text.split("\\n"):
${kept}        for each in read(line)[0]:
            $size = each.$size
            fields = [
                f"code={written(each.code)}",
                f"$group={written(each.$group)}",
                f"$size={$size // 100}.{$size % 100:02d}",
                f"day={each.day}",
                *([f"tag={each.tag}"] if each.tag else []),
            ]
            lines.append(";".join(fields))
    return "\\n".join(lines)


def written(value):
    """A value as the new format has it."""
${quotes}    return value
'''
_KEPT = """        if not line.strip() or line.strip().startswith("#"):
            lines.append(line)
            continue
"""
_QUOTES = """    if '"' in value or "=" in value:
        value = value.replace('"', '""')
        return f'"{value}"'
"""


def parts(shape: Shape) -> dict[str, str]:
    """What the modules hold."""
    return {
        "defaults": _DEFAULTS if USUAL in shape else "",
        "values": _QUOTED if QUOTES in shape else _PLAIN,
        "days": _WEEKS if WEEKS in shape else "",
        "kept": _KEPT if KEPT in shape else "",
        "quotes": _QUOTES if QUOTES in shape else "",
    }


def said(shape: Shape) -> list[str]:
    """The specification."""
    return [text for part, text in SPECIFICATION if not part or part in shape]


def odd(group: str, size: str, name: str, shape: Shape) -> list[str]:
    """Lines of the new format with its corners."""
    base = f"code=Z1;{group}={name};{size}=2.5;day=9"
    lines = [f"{base};colour=red", f"{base};code=Z2", f"code=Z1;{group}={name};{size}=2.5", f"{base};loose", ""]
    lines += [f"code=;{group}=x;{size}=1;day=1", f"code=Z=1;{group}=x;{size}=1;day=1", f"{base};colour=a;colour=b"]
    lines += [f"{base.replace('2.5', '0')};tag=", f"{base.replace('=9', '=366')}", f"{base};tag=GIFT"]
    lines += [f" code = Z3 ; {group} = y ; {size} = 1,5 ; day = 7 ; tag = Cold ", f"{base.replace('=9', '=0')}"]
    if QUOTES in shape:
        lines += [f'{base};tag="gift', f'{base};tag="gift"x', f'{base};tag=gi"ft', f'{base};tag=" Gift "']
        lines += [f'{base};tag=""', f'code=" Z;=4 ";{group}="a""b";{size}="2.5";day="9" ', f'{base};tag="a"""']
        lines += [f'code="Z""5";{group}="""";{size}=1;day=1', f'{base};tag=""""x"', f'code="";{group}=x;{size}=1;day=1']
        lines += [f'{base.replace("=9", "=400")};tag="x"', f'{base};"tag"=x']
    if WEEKS in shape:
        weeks = ("w1d7", "w53d1", "w53d2", "w2d8", "w0d3", "W2D2", "w2", "w02d1", "w2d0", "w2 d3", "wd", "w2D3")
        lines += [base.replace("day=9", f"day={each}") for each in weeks]
    return lines


def usual(group: str, size: str, name: str) -> list[str]:
    """Lines of usual values, each with lines that show them."""
    full, few = f"code=Z1;{group}=own;{size}=2;day=8;tag=", f"code=Z2;{size}=3"
    lines = [few, f"* {group}={name};day=3;tag=gift", few, full, "* day", few, "* tag=a;tag=b", few, "* tag=", few]
    lines += [f"*{group}={name}; day=400; colour=red", few, f"{few};day=", f"* {size}=2.5;day=5", f"code=Z3;{group}=x"]
    return [*lines, f"code=Z4;{group}=x;tag=Cold", "*", few, full, f"* {group}={name};day=6", few, "*  ", few]
