"""Which files may be read, by rules for folders."""

from __future__ import annotations

import re
from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, open=YES_NO, last=YES_NO, star="*?", yes=["+", "allow", "read"], no=["-", "deny", "hide"])
    return drawn if level > 1 else {**drawn, "last": False}


def _prose(p: Params) -> Prose:
    rules = f'`rules` are [effect, folder] pairs; an effect is "{p.yes}" or "{p.no}". '
    if p.level == 1:
        wanted = f'no rule "{p.no}"' if p.open else f'a rule "{p.yes}"'
        return [f"{rules} Return, in order, those of `paths` that begin with the text of the folder of {wanted}."]
    which = "last" if p.last else "first"
    several = f"the {which} in `rules` decides"
    if p.level >= 3:
        several = f"the one whose folder has the most names decides, of several such rules the {which} in `rules`"
    return [
        rules + "Of each path it is decided whether it may be read.",
        p.level == 2 and "A rule fits a path that begins with the text of the rule's folder.",
        p.level >= 3
        and 'Paths and folders consist of one or more names with a "/" between any two. A rule fits a path if the '
        "names of its folder are the first names of the path, in order; the path may have more.",
        p.level >= 4 and f'A name "{p.star}" in the folder of a rule stands for any one name, but not for none.',
        f'Of the rules that fit, {several}: the path may be read if its effect is "{p.yes}". A path that no rule fits '
        f"{'may' if p.open else 'may not'} be read.",
        "Return those of `paths` that may be read, in their order; a path that is listed several times each time.",
    ]


def _readable(p: Params, rules: list[list[str]], paths: list[str]) -> list[str]:
    if p.level == 1:
        wanted = p.no if p.open else p.yes
        folders = tuple(folder for effect, folder in rules if effect in [wanted])
        return [path for path in paths if path.startswith(folders) is not p.open]
    allowed = []
    for path in paths:
        if p.level == 2:
            found = [rule for rule in rules if path.startswith(rule[1])]
        else:
            found, steps = [], path.split("/")
            for effect, folder in rules:
                names = folder.split("/")
                if p.level >= 4:
                    names = [steps[i] if names[i] in [p.star] and steps[i:] else names[i] for i in range(len(names))]
                if steps[: len(names)] == names:
                    found.append([effect, folder])
        if p.last:
            found.reverse()
        if found:
            best = max(found, key=lambda rule: rule[1].count("/")) if p.level >= 3 else found[0]
            if best[0] in [p.yes]:
                allowed.append(path)
        elif p.open:
            allowed.append(path)
    return allowed


def _second(p: Params, rules: list[list[str]], paths: list[str]) -> list[str]:
    forms = []
    for place, (effect, folder) in enumerate(rules):
        form = re.escape(folder)
        if p.level >= 3:
            names = ["[^/]+" if p.level == 4 and name == p.star else re.escape(name) for name in folder.split("/")]
            form = "/".join(names) + "(/|$)"
        rank = (folder.count("/") if p.level >= 3 else 0, place if p.last else -place)
        forms.append((rank, form, effect == p.yes))
    result = []
    for path in paths:
        fitting = sorted((rank, good) for rank, form, good in forms if re.match(form, path))
        if p.level == 1:
            good = all(good for _, good in fitting) if p.open else any(good for _, good in fitting)
        else:
            good = fitting[-1][1] if fitting else p.open
        result += [path] * good
    return result


def _edges(p: Params) -> Edges:
    y, n, s = p.yes, p.no, p.star
    paths = ["a", "a/b", "ab", "ab/c", "a/b/c", "b", "b/a", "b/a/c", "a/bc"]
    lists = [
        [[y, "a"], [n, "a/b"]],
        [[n, "a"], [y, "a/b"]],
        [[n, "a/b"], [y, "a"]],
        [[y, "b"], [n, "b"]],
        [[n, "b"], [y, "b"]],
    ]
    stars = [
        [[y, s], [n, "b"]],
        [[n, f"a/{s}"], [y, "a/b"]],
        [[y, f"{s}/a"], [n, "b"]],
        [[y, f"a/{s}/c"], [n, f"{s}/{s}"]],
    ]
    stars += [[[n, f"{s}/b"], [y, f"a/{s}"]], [[y, "a"], [n, f"a/{s}/{s}/{s}"]], [[n, f"a/{s}"], [y, "a"]]]
    return Edges(
        empty=[([], []), ([], paths), ([[y, "a"]], [])],
        single=[([[y, "a"]], paths), ([[n, "a"]], paths), ([[y, "a/b"]], paths), ([[n, "a/b/c"]], [*paths, "a/b"])],
        ties=[(rules, paths) for rules in (lists + stars if p.level >= 4 else lists)],
        maxima=[([*lists[0], *lists[1], [y, "c"]], paths), ([[y, "a"], [n, "a"], [y, "ab"], [n, "ab"]], paths)],
    )


def _draw(rng: Random, p: Params) -> Args:
    names = ["a", "b", "ab", *([p.star] * 2 if p.level >= 4 else [])]
    folders = ["/".join(rng.choice(names) for _ in range(rng.randint(1, 3))) for _ in range(rng.randint(1, 5))]
    paths = ["/".join(rng.choice(["a", "b", "ab"]) for _ in range(rng.randint(1, 3))) for _ in range(rng.randint(3, 7))]
    return [[rng.choice([p.yes, p.no]), folder] for folder in folders], paths


FAMILY = CodingFamily("rights", Kind.FIX, _params, _prose, _readable, _second, _edges, _draw)
