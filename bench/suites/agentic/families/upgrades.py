"""Go over to a new version of a vendored library, some of whose changes break nothing visibly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from random import Random

from bench.suites.agentic.app import App, drawn
from bench.suites.agentic.families.family import AgenticFamily, Changes, Work, changes, hard_coded, item
from bench.suites.agentic.families.upgradetexts import LAST, MISSED, OTHERWISE, PIECES, STRICT, Piece
from bench.suites.agentic.item import AgenticItem, Checks, Swap
from bench.suites.agentic.rewriting import Body, rewritten
from bench.suites.agentic.rules import BULK, DEAREST, REPEAT, SEASON, STEP, STREAK, WEEKEND, Rule

NEEDED: Mapping[int, tuple[Rule, ...]] = {
    1: (BULK,),
    2: (BULK, STEP),
    3: (BULK, SEASON, WEEKEND),
    4: (BULK, SEASON, WEEKEND, DEAREST, STEP, REPEAT),
}
"""Rules that use the library, by level."""
LIBRARIES = ("calclib", "sumkit", "ledgerparts", "plainsums")
"""Names of the vendored library."""


def _upgrade(rng: Random, level: int) -> AgenticItem:
    app = drawn(rng, level, NEEDED[level], never=(STREAK,))
    library = rng.choice(LIBRARIES)
    changed = [piece for piece in PIECES if piece.from_level <= level]
    base = Work(app, rng)
    kept = {path: text for path, text in base.files.items() if not path.endswith(("/money.py", "/days.py"))}
    old = {**_package(app, kept, library, (), level), **_library(library, (), level)}
    vendored = _library(library, changed, level)
    work = Work(app, rng, {**_package(app, kept, library, changed, level), **vendored})
    if work.right != work.answers(old):
        raise ValueError("the two versions differ")
    missed = work.sharpen(_missed(work))
    tests = {"tests/__init__.py": "", f"tests/test_{app.pkg}.py": work.test_cases([0, 1, 2])}
    before = {path: text for path, text in old.items() if not path.startswith(library)} | vendored
    solution = changes(before, work.files)
    return item(
        "upgrade",
        work,
        prompt=_prompt(app, library),
        files={**before, **tests},
        solution=solution,
        checks=Checks(calls=work.calls, swaps=(_swap(work, library, changed),)),
        planted={
            **_planted(work, before, kept, library, changed),
            **{f"missed {at}": changes(before, wrong) for at, wrong in enumerate(missed, start=1)},
        },
        protected=("tests/*", "docs/*", f"{library}/*"),
    )


def _package(
    app: App, files: Mapping[str, str], library: str, changed: Iterable[Piece], level: int, *, guarded: bool = True
) -> dict[str, str]:
    """The package, using the library with some of its functions changed; `guarded` against what level 4 refuses."""
    new = {piece.name for piece in changed}
    bodies: dict[str, Body] = {}
    homes = {}
    for piece in PIECES:
        use = piece.use if piece.name in new else f"{piece.name}({', '.join(piece.parameters)})"
        if piece.name in new and piece.name == "share" and level == 4 and guarded:
            use = f"({use} if amount else 0)"
        bodies[piece.name] = ([*piece.parameters], use)
        split = level == 4 and new
        homes[piece.new_name if piece.name in new else piece.name] = f"{library}.{piece.home}" if split else library
    gone = (f"{app.pkg}.money", f"{app.pkg}.days")
    made = {}
    for path, text in files.items():
        uses = any(f"from {module} import" in text for module in gone)
        made[path] = rewritten(text, bodies, lambda node: node.module in gone, homes) if uses else text
    return made


def _library(library: str, changed: Iterable[Piece], level: int) -> dict[str, str]:
    """The library's files, in its old version where nothing is changed; the new one of level 4 is a package of "
    "parts."""
    new = {piece.name for piece in changed}
    texts: dict[str, list[str]] = {}
    for piece in PIECES:
        text = piece.new if piece.name in new else piece.old
        text = STRICT if piece.name == "share" and new and level == 4 else text
        texts.setdefault(f"{piece.home}.py" if new and level == 4 else "__init__.py", []).append(text)
    files = {f"{library}/{name}": '"""Sums and days."""\n\n\n' + "\n\n".join(each) for name, each in texts.items()}
    files.setdefault(f"{library}/__init__.py", '"""Sums and days: see numbers, texts and days."""\n')
    lines = [f"- {piece.said}" for piece in PIECES if piece.name in new]
    lines += ["- The functions have moved to `numbers`, `texts` and `days`."] if level == 4 else []
    return {**files, f"{library}/CHANGES.md": LAST.format(lines="\n".join(lines))}


def _missed(work: Work) -> Iterator[dict[str, str]]:
    """The package with something overlooked: in one module, and in all."""
    own = [path for path in work.files if path.startswith(f"{work.app.pkg}/")]
    for right, wrong in MISSED:
        each = {path: work.files[path].replace(right, wrong) for path in own if right in work.files[path]}
        yield from ({**work.files, path: text} for path, text in each.items())
        if len(each) > 1:
            yield {**work.files, **each}


def _swap(work: Work, library: str, changed: Iterable[Piece]) -> Swap:
    new = {piece.name for piece in changed}
    appended: dict[str, str] = {}
    for piece in PIECES:
        path = f"{library}/{piece.home if work.app.level == 4 else '__init__'}.py"
        text = OTHERWISE.get(piece.new_name if piece.name in new else piece.name, "")
        appended[path] = appended.get(path, "") + text
    return work.swap(appended)


def _planted(
    work: Work, before: Mapping[str, str], kept: Mapping[str, str], library: str, changed: list[Piece]
) -> dict[str, Changes]:
    app, level = work.app, work.app.level
    own = "\n\n".join(piece.old for piece in PIECES)
    copied = _package(app, kept, f"{app.pkg}.own", (), 1)
    planted: dict[str, Changes] = {
        "a copy of the old version": {**changes(before, copied | _only(before, library)), f"{app.pkg}/own.py": own},
        "a copy of the new version": changes(before, _copied(app, work.files, library)),
        "the library put back": {f"{library}/__init__.py": own},
        "hard-coded": hard_coded(work, [0, 1, 2], {}),
    }
    if level == 4:
        unguarded = {**_package(app, kept, library, changed, level, guarded=False), **_only(before, library)}
        if not work.shown(unguarded):
            raise ValueError("no share of nothing")
        planted["shares of nothing"] = changes(before, unguarded)
    for piece in changed:
        others = [each for each in changed if each is not piece]
        if not others:
            continue
        wrong = {**_package(app, kept, library, others, level), **_only(before, library)}
        if work.shown(wrong):
            planted[f"without {piece.name}"] = changes(before, wrong)
    return {**planted, **{f"{name}, new": {**changes(before, work.files), **each} for name, each in work.astray(2)}}


def _copied(app: App, files: Mapping[str, str], library: str) -> dict[str, str]:
    """The package with a copy of the new version in it."""
    made = {}
    for path, text in files.items():
        if path.startswith(f"{library}/") and path.endswith(".py"):
            made[f"{app.pkg}/own/{path.partition('/')[2]}"] = text
        made[path] = text.replace(f"from {library}", f"from {app.pkg}.own") if path.startswith(app.pkg) else text
    return made


def _only(files: Mapping[str, str], library: str) -> dict[str, str]:
    return {path: text for path, text in files.items() if path.startswith(f"{library}/")}


def _prompt(app: App, library: str) -> str:
    names = ", ".join(rule.name for rule in app.rules)
    return (
        f"The library `{library}` in this repository has just been replaced by its version 2.0; "
        f"`{library}/CHANGES.md` says what is new. The package `{app.pkg}`, whose rules are {names}, was written for "
        "version 1.4. Make it work with the new version, and do all that docs/rules.md says, as before.\n\n"
        f"`{library}/` stays as it is, and what it does is not to be done elsewhere: the package goes on calling it "
        "for each rounding, each written amount, each season and each weekend that it called it for, so that bills "
        "change accordingly when the library does."
    )


FAMILIES = (AgenticFamily(name="upgrade", draw=_upgrade),)
