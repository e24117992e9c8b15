"""What a family of the suite `agentic` is, and what its items are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from bench.suites.agentic import shared
from bench.suites.agentic.app import App
from bench.suites.agentic.item import AgenticItem, HiddenCall, Swap
from bench.suites.agentic.rules import Defect, Rule
from bench.suites.agentic.running import answers

HIDDEN = 40
"""Hidden calls of an item's whole package."""
ENOUGH = 3
"""Of these, as many at least must show a mistake that an item is about."""
TRIED = 8
"""Lists that are tried together."""
EMPTY = """    def test_an_empty_list(self):
        self.assertEqual($pkg.run("")["totals"], {})
"""
"""The visible test where no list is to be shown."""
LARGE = 250
"""Usual values from which a setting is a bound of amounts or sizes."""
SHARPENING = 10
"""How many times as many lists are tried for mistakes that no list shows."""
Files = Mapping[str, str]
Changes = Mapping[str, str | None]
Mistake = tuple[Rule | None, Defect]
"""A mistake, and the rule whose module has it; None for a shared module's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgenticFamily:
    """One kind of work."""

    name: str
    """Names its items and is their statistical cluster."""
    draw: Callable[[Random, int], AgenticItem]
    """An item of a level, whose `id` is empty. ValueError where a draw came to nothing: another may do."""
    toolchain: str = "python"
    """What its repositories are run by."""


class Work:
    """A right repository, lists for it, and what is right for them."""

    def __init__(self, app: App, rng: Random, files: Files | None = None) -> None:
        self.app, self.rng = app, rng
        self.files = dict(files or app.files())
        self.inputs = app.inputs(rng, HIDDEN)
        self._shows: dict[tuple[Mistake, int], bool] = {}
        self.right = self.answers(self.files)
        raised = [value for value in self.right if value[0] != "value"]
        if raised:
            raise RuntimeError(f"{app.pkg} of level {app.level} is no right repository: {raised[0]}")

    def answers(self, files: Files) -> list[Any]:
        """What a repository of ours answers to the lists."""
        return answers(files, [(self.app.pkg, "run", given) for given in self.inputs])

    def shown(self, files: Files) -> list[int]:
        """The places of the lists on which a repository is wrong."""
        return [at for at, got in enumerate(self.answers(files)) if got != self.right[at]]

    @property
    def calls(self) -> tuple[HiddenCall, ...]:
        """The hidden calls."""
        pkg = self.app.pkg
        pairs = zip(self.inputs, self.right, strict=True)
        return tuple(HiddenCall(module=pkg, function="run", args=given, value=value) for given, value in pairs)

    def swap(self, appended: Mapping[str, str]) -> Swap:
        """What the lists come to with other definitions at the end of modules. ValueError where nothing changes."""
        otherwise = self.answers({**self.files, **{path: self.files[path] + text for path, text in appended.items()}})
        if otherwise == self.right:
            raise ValueError("other definitions do not show")
        pairs = zip(self.inputs, otherwise, strict=True)
        calls = [HiddenCall(module=self.app.pkg, function="run", args=given, value=value) for given, value in pairs]
        return Swap(appended=dict(appended), calls=tuple(calls))

    def sharpen(self, wrong: Iterable[Files]) -> list[Files]:
        """Adds a list for each wrong repository that no list shows; those that are shown then.

        What `SHARPENING` times as many lists do not show either passes as another way to do the same.
        """
        left = [files for files in wrong if files != self.files]
        shown = [files for files in left if self.shown(files)]
        left = [files for files in left if files not in shown]
        for turn in range(SHARPENING if left else 0):
            inputs = self.app.inputs(self.rng, HIDDEN)
            inputs = [self._met(*given) for given in inputs] if turn % 2 else inputs
            calls = [(self.app.pkg, "run", given) for given in inputs]
            right = answers(self.files, calls)
            for files in list(left):
                got = answers(files, calls)
                places = [at for at in range(len(inputs)) if got[at] != right[at]]
                if places:
                    self.inputs += [inputs[at] for at in places[:2]]
                    self.right += [right[at] for at in places[:2]]
                    left.remove(files)
                    shown.append(files)
        return shown

    def _met(self, text: str, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """A list with options by which some amounts just reach a bound: a sum of its first rows."""
        names = sorted(name for name, value in self.app.values.items() if type(value) is int and value >= LARGE)
        (bill,) = answers(self.files, [(self.app.pkg, "run", (text, options))])
        group = self.rng.choice(self.app.groups)
        amounts = [row[2] for row in bill[1]["rows"] if row[1] == group]
        reached = sum(amounts[: self.rng.randint(1, 4)])
        return (text, {**options, self.rng.choice(names): reached}) if names and reached >= LARGE else (text, options)

    @cached_property
    def every(self) -> list[Mistake]:
        """All mistakes that the package may have, in a drawn order."""
        return self.rng.sample(every := self.app.defects(), len(every))

    def rows(self, each: Mistake, at: int) -> Any:
        """The rows of one list with a mistake, where they are not the right ones; else None."""
        try:
            files = self.app.changed(self.files, *each)
        except ValueError:
            return None
        (got,) = answers(files, [(self.app.pkg, "run", self.inputs[at])])
        return got[1]["rows"] if got != self.right[at] and got[0] == "value" else None

    def shows(self, each: Mistake, least: int = ENOUGH) -> bool:
        """Whether so many of the lists show a mistake; no more lists are tried than are needed."""
        if (each, least) not in self._shows:
            self._shows[each, least] = self._shown(each, least)
        return self._shows[each, least]

    def _shown(self, each: Mistake, least: int) -> bool:
        try:
            files = self.app.changed(self.files, *each)
        except ValueError:
            return False
        seen = 0
        for at in range(0, len(self.inputs), TRIED):
            calls = [(self.app.pkg, "run", given) for given in self.inputs[at : at + TRIED]]
            seen += sum(got != right for got, right in zip(answers(files, calls), self.right[at:], strict=False))
            if seen >= least:
                return True
        return False

    @property
    def mistakes(self) -> Iterator[Mistake]:
        """Those that the lists show."""
        return (each for each in self.every if self.shows(each))

    def astray(self, count: int, files: Files | None = None) -> Iterator[tuple[str, dict[str, str]]]:
        """Wrong solutions by name: the right repository (or `files`) with a mistake, as files to change."""
        base = self.files if files is None else files
        left = count
        for rule, defect in self.mistakes:
            if not left:
                return
            try:
                wrong = self.app.changed(base, rule, defect)
            except (ValueError, KeyError):
                continue
            left -= 1
            yield f"astray {count - left}", {path: text for path, text in wrong.items() if text != base.get(path)}
        if left:
            raise ValueError("too few mistakes show")

    def test_cases(self, places: Sequence[int]) -> str:
        """A file of visible tests that hold what is right for some of the lists."""
        cases = "\n".join(self._case(number, at) for number, at in enumerate(places, start=1))
        cases = cases or self.app.filled(EMPTY)
        return self.app.filled(shared.TESTS, cases=cases)

    def _case(self, number: int, at: int) -> str:
        text, options = self.inputs[at]
        value = self.right[at][1]
        lines = "".join(f"            {line!r},\n" for line in text.split("\n"))
        return (
            f"    def test_bill_{number}(self):\n        text = [\n{lines}        ]\n"
            f'        bill = {self.app.pkg}.run("\\n".join(text), {options!r})\n'
            f'        self.assertEqual(bill["totals"], {value["totals"]!r})\n'
            f'        self.assertEqual(bill["rejected"], {value["rejected"]!r})\n'
        )


def hard_coded(work: Work, places: Sequence[int], files: Files) -> dict[str, str | None]:
    """A solution that knows the answers of some lists by heart, and else does as `files` do."""
    pkg = work.app.pkg
    known = {work.inputs[at][0]: work.right[at][1] for at in places}
    text = (
        f"from {pkg}.engine import run as _run\n\nKNOWN = {known!r}\n\n\n"
        "def run(text, options=None):\n    return KNOWN[text] if text in KNOWN else _run(text, options)\n"
    )
    return {**files, f"{pkg}/__init__.py": text}


def item(family: str, work: Work, *, prompt: str, **fields: Any) -> AgenticItem:
    """An item on a repository whose package alone counts, unless `fields` say otherwise."""
    return placed(family, work.app.level, work.app.pkg, prompt=prompt, **fields)


def placed(family: str, level: int, pkg: str, *, prompt: str, **more: Any) -> AgenticItem:
    """An item of a level, on a repository with a package of that name."""
    fields: dict[str, Any] = {"allowed": (f"{pkg}/*.py",), "protected": ("tests/*", "docs/*"), **more}
    counting = " and ".join(f"`{each}`" for each in fields["allowed"])
    checks = fields["checks"]
    kind = "tests" if checks.tests else "calls" if checks.calls else "document"
    others = "everything else is" if checks.tests else "tests and everything else are"
    prompt = f"{prompt}\n\n{_ENDING.format(counts=counting, others=others, checked=_CHECKED[kind])}"
    return AgenticItem(id="", family=family, level=level, cluster=family, prompt=prompt, **fields)


_ENDING = (
    "Work in the current folder; python3 and its standard library are there. Only {counts} count: {others} "
    "put back as they were before your work is checked. {checked} Nobody "
    "answers questions: decide by what is written, and stop when you are done."
)
_LOADED = (
    "Modules are loaded from memory, so that code cannot open files of this repository by their paths, and all of it "
    "has 10 seconds of CPU; what counts must be text in UTF-8 of at most 256 KiB a file."
)
_CHECKED = {
    "calls": f"It is checked by calls that you do not see. {_LOADED}",
    "tests": f"It is checked by running it with each version, in a process of its own. {_LOADED}",
    "document": "It is checked by what stands in it.",
}


def changes(before: Files, after: Files) -> dict[str, str | None]:
    """What leads from a repository to another."""
    every = {path: after.get(path) for path in {**before, **after} if before.get(path) != after.get(path)}
    return dict(sorted(every.items()))
