"""Generated repositories: a domain's words, some rules in an order, and lists on which every rule shows."""

from __future__ import annotations

import pprint
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from string import Template
from typing import Any

from bench.suites.agentic import shared
from bench.suites.agentic.rules import FIRST, OTHERS, TAGS, Defect, Rule

DOMAINS = (
    ("parcelbook", "parcel", "parcels", "depot", "depots", "weight", ("north", "quay", "airfield", "mill")),
    ("printshop", "job", "jobs", "bureau", "bureaus", "surface", ("legal", "design", "school", "museum")),
    ("boatyard", "berth", "berths", "club", "clubs", "length", ("Tern", "Heron", "Gannet", "Petrel")),
    ("seedbank", "order", "orders", "garden", "gardens", "mass", ("Alder", "Birch", "Cedar", "Dogwood")),
    ("toolhire", "rental", "rentals", "site", "sites", "hours", ("bridge", "tunnel", "tower", "canal")),
    ("dairyrun", "delivery", "deliveries", "shop", "shops", "litres", ("Corner", "Market", "Station", "Harbour")),
    ("kilnlog", "firing", "firings", "studio", "studios", "volume", ("Ash", "Clay", "Ember", "Glaze")),
    ("wastelift", "skip", "skips", "builder", "builders", "load", ("Abbot", "Brandt", "Castro", "Dubois")),
)
"""Package, one, many, the group, groups, the size, and groups' names."""
COUNTS = {1: 1, 2: 3, 3: 5, 4: 7}
"""Rules beside the first, by level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One repository, before anything is done to it."""

    level: int
    """1 to 4."""
    words: Mapping[str, str]
    """The domain's words, as templates name them."""
    groups: tuple[str, ...]
    """Names of groups."""
    rules: tuple[Rule, ...]
    """Its rules in their order, the first amount first."""
    values: Mapping[str, Any]
    """Usual values of the settings."""

    @property
    def pkg(self) -> str:
        """The package's name."""
        return self.words["pkg"]

    def filled(self, text: str, **more: str) -> str:
        """A template with the domain's words."""
        return Template(text).substitute(self.words, **more)

    def files(self) -> dict[str, str]:
        """The whole repository, right in everything, without tests."""
        pkg = self.pkg
        defaults = pprint.pformat(dict(self.values), sort_dicts=False, width=100)
        texts = {
            "__init__.py": shared.PACKAGE,
            "model.py": shared.MODEL,
            "reading.py": shared.READING,
            "money.py": shared.MONEY,
            "days.py": shared.DAYS,
            "settings.py": shared.SETTINGS,
            "engine.py": shared.ENGINE,
            "report.py": shared.REPORT,
        }
        made = {f"{pkg}/{path}": self.filled(text, defaults=defaults) for path, text in texts.items()}
        names = [rule.name for rule in self.rules]
        made[f"{pkg}/rules/__init__.py"] = self.steps(names)
        for rule in self.rules:
            made[f"{pkg}/rules/{rule.name}.py"] = self.filled(rule.code)
        made["docs/rules.md"] = self.docs()
        made["README.md"] = self.filled(shared.README)
        return made

    def steps(self, names: Sequence[str]) -> str:
        """The module that lists the rules."""
        doc = '"""The rules, in the order in which they work."""\n\n'
        return f"{doc}from {self.pkg}.rules import {', '.join(sorted(names))}\n\nSTEPS = ({', '.join(names)},)\n"

    def docs(self, without: Sequence[str] = ()) -> str:
        """The page of all that holds, without some rules."""
        kept = [rule for rule in self.rules if rule.name not in without]
        lines = [f"{at}. **{rule.name}.** {self.filled(rule.prose)}" for at, rule in enumerate(kept, start=1)]
        return self.filled(shared.DOCS, rules="\n".join(lines))

    def changed(self, files: Mapping[str, str], rule: Rule | None, defect: Defect) -> dict[str, str]:
        """A repository with one more mistake. ValueError where its place is not there, or not once."""
        path = f"{self.pkg}/{defect.path}" if defect.path or rule is None else f"{self.pkg}/rules/{rule.name}.py"
        old, new = self.filled(defect.old), self.filled(defect.new)
        text = files.get(path, "")
        if text.count(old) != 1:
            raise ValueError(f"{path}: holds {text.count(old)} times {old!r}.")
        return {**files, path: text.replace(old, new)}

    def defects(self) -> list[tuple[Rule | None, Defect]]:
        """All mistakes that it may have."""
        own: list[tuple[Rule | None, Defect]] = [(rule, each) for rule in self.rules for each in rule.defects]
        return own + [(None, each) for each in shared.DEFECTS]

    def inputs(self, rng: Random, count: int) -> list[tuple[str, dict[str, Any]]]:
        """Lists, and options with them, drawn near where the rules change their mind."""
        return [self._input(rng, at) for at in range(count)]

    def _input(self, rng: Random, at: int) -> tuple[str, dict[str, Any]]:
        sizes = [size for rule in self.rules for size in rule.sizes(self.values)]
        days = [day for rule in self.rules for day in rule.days(self.values) if 1 <= day <= 365]
        tags = [tag for rule in self.rules for tag in rule.tags(self.values)] * 2 + ["", *TAGS]
        start, lines = rng.randint(1, 350), list[str]()
        few = rng.sample(self.groups, rng.choice((1, 2, 2, 3)))
        codes = [f"{rng.choice('ABCDEFGH')}{rng.randint(10, 99)}" for _ in range(rng.randint(3, 9))]
        last = rng.randint(20, 1600)
        for _ in range(rng.choice((0, 1, 4, 7, 9, 12)) if at else 8):
            size = rng.choice(sizes) if sizes and rng.random() < 0.5 else rng.randint(20, 1600)
            size = rng.choice((size, size, size, size, size, last, max(10, size // 10 * 10)))
            last = size
            day = rng.choice(days) if days and rng.random() < 0.4 else min(365, start + rng.randint(0, 12))
            tag = rng.choice(tags) if rng.random() < 0.7 else ""
            tag = tag.upper() if rng.random() < 0.1 else tag
            fields = [
                rng.choice(codes),
                rng.choice(few),
                _written(rng, max(1, size)),
                str(day),
                *([tag] if tag else []),
            ]
            lines.append(rng.choice((";", ";", "; ", " ; ")).join(fields))
            if at and rng.random() < 0.06:
                lines.append(rng.choice(_odd(few[0])))
        return "\n".join(lines), self._options(rng, few) if at % 3 else {}

    def _options(self, rng: Random, few: Sequence[str]) -> dict[str, Any]:
        names = [name for name in rng.sample(sorted(self.values), min(3, len(self.values))) if ":" not in name]
        chosen: dict[str, Any] = {}
        for name in names:
            other = next(iter(v for k, v in self._other(rng).items() if k == name))
            chosen[f"{name}:{rng.choice(few)}" if rng.random() < 0.6 else name] = other
        return chosen

    def _other(self, rng: Random) -> dict[str, Any]:
        return {name: value for rule in self.rules for name, value in rule.draw(rng).items()}


def _written(rng: Random, size: int) -> str:
    whole, rest = divmod(size, 100)
    mark = rng.choice("..,")
    if rest % 10 == 0 and rng.random() < 0.5:
        return f"{whole}{mark}{rest // 10}" if rest else f"{whole}"
    return f"{whole}{mark}{rest:02d}"


def _odd(group: str) -> list[str]:
    return [
        *("", "# a remark", "A1;;2;3", f"A1;{group}", f"A1;{group};0;5", f"A1;{group};1.234;5", f"A1;{group};2;366"),
        *(f"A1;{group};x;5", f"A1;{group};2;0", f"A1;{group};2;365", f"A2;{group};2.5;3;gift;more"),
    ]


def drawn(rng: Random, level: int, needed: Sequence[Rule] = (), *, never: Sequence[Rule] = ()) -> App:
    """A repository of a level, with some rules in it whatever is drawn, and others never."""
    pkg, one, many, group, groups, size, names = rng.choice(DOMAINS)
    others = [rule for rule in OTHERS if rule not in (*needed, *never)]
    chosen = [*needed, *rng.sample(others, max(0, COUNTS[level] - len(needed)))]
    rng.shuffle(chosen)
    rules = (FIRST, *chosen)
    values = {name: value for rule in rules for name, value in rule.draw(rng).items()}
    if level >= 3:
        values |= {f"{name}:{rng.choice(names)}": value for name, value in chosen[0].draw(rng).items()}
    words = {"pkg": pkg, "one": one, "many": many, "group": group, "groups": groups, "size": size}
    more = {"Kind": one.capitalize(), "Many": many.capitalize()}
    return App(level=level, words={**words, **more}, groups=names, rules=rules, values=values)
