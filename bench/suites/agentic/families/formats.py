"""Read a new format of lists beside the old one, and convert: a specification with corners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from bench.suites.agentic.app import App, drawn
from bench.suites.agentic.families.family import AgenticFamily, Changes, Work, changes, item
from bench.suites.agentic.families.formattexts import (
    CONVERTING,
    DROPPED,
    INIT,
    KEPT,
    NEW,
    QUOTES,
    READ,
    USUAL,
    WEEKS,
    Shape,
    odd,
    parts,
    said,
    usual,
)
from bench.suites.agentic.item import AgenticItem, Checks, HiddenCall
from bench.suites.agentic.running import answers

OLD_LISTS, NEW_LISTS, CONVERTED = 14, 26, 16
"""Hidden calls of each kind."""
PARTS = {1: 0, 2: 1, 3: 2, 4: 3}
"""Parts of a format beside what becomes of remarks, by level: drawn."""


def _format(rng: Random, level: int) -> AgenticItem:
    work = Work(drawn(rng, level), rng)
    app = work.app
    shape = frozenset([rng.choice((DROPPED, KEPT)), *rng.sample((QUOTES, WEEKS, USUAL), PARTS[level])])
    after = _after(app, work.files, shape)
    old = [(_with_odd_codes(rng, text), options) for text, options in work.inputs]
    new = [(_new(rng, app, text, shape), options) for text, options in work.inputs[:NEW_LISTS]]
    asked: list[tuple[str, str, tuple[Any, ...]]] = [
        *((app.pkg, "run", each) for each in old[:OLD_LISTS]),
        *((app.pkg, "run", each) for each in new),
        *((app.pkg, "run", (text,)) for text in _corners(rng, app, shape)),
        *((app.pkg, "convert", (text,)) for text, _ in old[-CONVERTED:]),
        *((app.pkg, "convert", (text,)) for text in ("", f" # a remark\n\n{_ODD_CODES}\n")),
        (app.pkg, "convert", (new[0][0],)),
    ]
    right = answers(after, asked)
    calls = tuple(
        HiddenCall(module=m, function=f, args=a, value=value) for (m, f, a), value in zip(asked, right, strict=True)
    )
    specification = "\n".join(f"- {app.filled(text)}" for text in said(shape))
    example = answers(after, [(app.pkg, "convert", (old[0][0],))])[0][1]
    return item(
        "format",
        work,
        prompt=(
            f"The package `{app.pkg}` in this repository is to read lists in a new format, too, and to convert "
            f"lists of the "
            "old one. All else stays as docs/rules.md says.\n\n"
            f"{specification}\n\nFor example, this list of the old format\n\n```\n{old[0][0]}\n```\n\nis "
            f"converted to\n\n"
            f"```\n{example}\n```"
        ),
        files={**work.files, "tests/__init__.py": "", f"tests/test_{app.pkg}.py": work.test_cases([0, 1, 2])},
        solution=changes(work.files, after),
        checks=Checks(calls=calls),
        planted=_planted(app, work.files, after, asked, right, shape=shape),
    )


def _after(app: App, files: Mapping[str, str], shape: Shape) -> dict[str, str]:
    """The repository with the new format."""
    pkg = app.pkg
    before, with_new = (app.filled(each) for each in READ)
    reading = files[f"{pkg}/reading.py"].replace(before, with_new)
    texts = {"newreading.py": NEW, "converting.py": CONVERTING, "__init__.py": INIT}
    made = {f"{pkg}/{name}": app.filled(_put(text, shape)) for name, text in texts.items()}
    return {**files, f"{pkg}/reading.py": reading, **made}


def _put(text: str, shape: Shape) -> str:
    for name, part in parts(shape).items():
        text = text.replace(f"${{{name}}}", part)
    return text


def _with_odd_codes(rng: Random, text: str) -> str:
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if line.count(";") >= 3 and rng.random() < 0.15:
            code, _, rest = line.partition(";")
            lines[at] = f"{code.strip()}{rng.choice(['=', '=x', chr(34), ' x', '=' + chr(34)])};{rest}"
    return "\n".join(lines)


def _new(rng: Random, app: App, text: str, shape: Shape) -> str:
    """A list in the new format, with corners of its parts."""
    lines = ["#format 2"]
    for line in text.split("\n"):
        cells = [cell.strip() for cell in line.split(";")]
        if len(cells) < 4:
            lines.append(line if not line or line.startswith("#") else rng.choice(_odd(app, shape)))
            continue
        fields = dict(zip(("code", app.words["group"], app.words["size"], "day", "tag"), cells, strict=False))
        if WEEKS in shape and rng.random() < 0.3 and fields["day"].isdigit() and int(fields["day"]) > 0:
            week, day = divmod(int(fields["day"]) - 1, 7)
            fields["day"] = f"w{week + 1}d{day + 1}"
        if USUAL in shape and rng.random() < 0.3:
            lines.append(rng.choice(_defaults(rng, app)))
            if rng.random() < 0.5:
                fields.pop(rng.choice([app.words["group"], "day", "tag"]), None)
        order = rng.sample(sorted(fields), len(fields))
        lines.append(rng.choice((";", "; ", " ; ")).join(_field(rng, key, fields[key], shape) for key in order))
        if rng.random() < 0.15:
            lines.append(rng.choice(_odd(app, shape)))
    return "\n".join(lines)


def _field(rng: Random, key: str, value: str, shape: Shape) -> str:
    if QUOTES in shape and rng.random() < 0.3:
        inner = value if key in ("day", "tag") else value.replace("o", rng.choice(("o", ";", "=", '""')))
        value = f'"{inner}"'
    return f"{key}{rng.choice(('=', '=', ' = '))}{value}"


def _defaults(rng: Random, app: App) -> list[str]:
    group, size = app.words["group"], app.words["size"]
    name = rng.choice(app.groups)
    return [
        *(
            f"* {group}={name}",
            f"*{group}={name}; day={rng.randint(1, 365)}",
            "*",
            f"* {group}=",
            "* tag=gift",
            "* day",
        ),
        *(f"* {size}=2.5; tag=cold", f"* tag=cold; tag={name}", "* tag=; colour=red"),
    ]


def _odd(app: App, shape: Shape) -> list[str]:
    return odd(app.words["group"], app.words["size"], app.groups[0], shape)


def _corners(rng: Random, app: App, shape: Shape) -> list[str]:
    """Lists in which every corner stands."""
    lines = rng.sample(odd_lines := _odd(app, shape), len(odd_lines))
    group, size = app.words["group"], app.words["size"]
    tags = [tag for rule in app.rules for tag in rule.tags(app.values)]
    cases = [(tag.upper(), much, day) for tag in tags for much in ("0.10", "9") for day in (6, 8)]
    lines += [f"code=T1;{group}={app.groups[0]};{size}={much};day={day};tag={tag}" for tag, much, day in cases]
    lists = ["\n".join(["  #format 2 ", *lines])]
    if USUAL in shape:
        lists.append("\n".join(["#format 2", *usual(app.words["group"], app.words["size"], app.groups[1])]))
    return lists


def _planted(
    app: App,
    files: Mapping[str, str],
    after: Mapping[str, str],
    asked: Sequence[Any],
    right: Sequence[Any],
    *,
    shape: Shape,
) -> dict[str, Changes]:
    pkg = app.pkg
    edits = [
        (f"{pkg}/converting.py", 'lines = ["#format 2"]', 'lines = ["#format  2"]'),
        (f"{pkg}/converting.py", "{$size // 100}.{$size % 100:02d}", "{$size / 100}"),
        (f"{pkg}/converting.py", " if each.tag else []", ""),
        (f"{pkg}/newreading.py", "if key in fields:", "if False:"),
        (f"{pkg}/newreading.py", 'partition("=")', 'rpartition("=")'),
        (f"{pkg}/newreading.py", "quoted = text[1:-1].replace", "quoted = text[1:-1].strip().replace"),
        (f"{pkg}/newreading.py", ".replace('\"\"', '\"')", ""),
        (f"{pkg}/newreading.py", "1 <= int(day) <= 7", "1 <= int(day) <= 8"),
        (f"{pkg}/newreading.py", "defaults = {}\n                continue", "continue"),
        (f"{pkg}/newreading.py", "{**defaults, **fields}", "{**fields, **defaults}"),
        (f"{pkg}/newreading.py", "enumerate(lines, start=1)", "enumerate(lines)"),
    ]
    edits += [(f"{pkg}/newreading.py", *edit) for edit in _EDITS]
    edits += [(f"{pkg}/converting.py", '"=" in value', "False"), (f"{pkg}/converting.py", "'\"' in value or", "")]
    edits += [(f"{pkg}/converting.py", "value = value.replace('\"', '\"\"')", "pass")]
    edits += [(f"{pkg}/converting.py", 'text.split("\\n")', "text.splitlines()")]
    planted: dict[str, Changes] = {}
    for at, (path, old, new) in enumerate(edits, start=1):
        wrong = {**after, path: after[path].replace(app.filled(old), app.filled(new))}
        if wrong != after and (answers(wrong, asked) != right):
            planted[f"wrong {at}"] = changes(files, wrong)
        elif wrong != after and _PERHAPS.get(old, shape) <= shape:
            raise ValueError(f"{old!r} does not show")
    only = {
        **files,
        f"{pkg}/converting.py": after[f"{pkg}/converting.py"],
        f"{pkg}/__init__.py": after[f"{pkg}/__init__.py"],
    }
    return {**planted, "converts, and does not read": changes(files, only)}


_EDITS = (
    *(("quoted = text[1:-1]", "quoted = text[1:-1].strip()"),),
    *(("{**defaults, **usual}", "usual"), (".lower()", ""), ("1 <= day <= 365", "1 <= day"), ("1 <= day", "0 <= day")),
    *(("end != len(text) or", ""), ("        key = key.strip()\n", ""), ("value_of(value.strip())", "value_of(value)")),
    *((".get(key) for", ".get(key) is None for"), ("1 <= int(day) <= 7", "0 <= int(day) <= 7")),
    ('rejected.append([number, "fields"])\n            else:\n', "pass\n            else:\n"),
)
"""Mistakes in reading the new format, as texts."""
_PERHAPS: Mapping[str, Shape] = {
    "{**defaults, **fields}": frozenset((USUAL,)),
    ".lower()": frozenset((QUOTES, WEEKS, USUAL)),
    'text.split("\\n")': frozenset((QUOTES, WEEKS, USUAL, KEPT)),
}
"""Those that may come to the same where a format lacks one of these parts."""
_ODD_CODES = 'Z=1;"x";2.5;9;GIFT\nZ"2;y=;3;007\n"Z3";z;1;1\nZ4;z;0;1'
"""A list of the old format."""


FAMILIES = (AgenticFamily(name="format", draw=_format),)
