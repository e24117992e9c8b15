"""A league's table: points, goals, matches among those who are level, and points taken away."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cmp_to_key, partial
from itertools import combinations
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.translations import renders
from bench.suites.reasoning.words import LETTERS, matters

Match = tuple[int, int, int, int]
"""Two teams and their goals."""

_TEAMS = {1: 3, 2: 4, 3: 4, 5: 6, 6: 8, 7: 10}
"""Teams, by level: the family's dial."""
_RULES = {1: ("difference",), 2: ("difference", "goals"), 3: ("among", "difference", "goals")}
"""What decides between teams that are level on points, in one of its orders."""


def _params(rng: Random, level: int) -> Drawn:
    while True:
        teams = _TEAMS[level]
        matches = [(*rng.sample(pair, 2), _goals(rng), _goals(rng)) for pair in combinations(range(teams), 2)]
        rng.shuffle(matches)
        rules = list(_RULES[min(level, 3)])
        if rng.random() < 0.5:
            rules = [*rules[:-2], *rules[:-3:-1]]
        drawn: Drawn = {"teams": teams, "matches": matches, "win": rng.choice([2, 3]), "rules": rules, "taken": ()}
        if level > 2:
            drawn["taken"] = (rng.randrange(teams), rng.randint(1, 3))
        p = Params(level=level, **drawn)
        others: list[Drawn] = [{"rules": ()}] if level < 3 else [{"taken": ()}, {"rules": rules[1:]}]
        if matters(p, _reference, others):
            return drawn


def _goals(rng: Random) -> int:
    return rng.choice([0, 0, 1, 1, 1, 2, 2, 3, 4])


def _points(p: Params, among: frozenset[int]) -> dict[int, int]:
    """The points of each team from the matches among some of them."""
    points = dict.fromkeys(among, 0)
    for home, away, ours, theirs in p.matches:
        if {home, away} <= among:
            points[home] += p.win if ours > theirs else int(ours == theirs)
            points[away] += p.win if theirs > ours else int(ours == theirs)
    return points


def _reference(p: Params) -> str:
    """Sorted by a key that has every rule."""
    points = _points(p, frozenset(range(p.teams)))
    if p.taken:
        points[p.taken[0]] -= p.taken[1]
    scored, let_in = [0] * p.teams, [0] * p.teams
    for home, away, ours, theirs in p.matches:
        for team, more, less in ((home, ours, theirs), (away, theirs, ours)):
            scored[team] += more
            let_in[team] += less

    def key(team: int) -> list[int]:
        level = frozenset(other for other in points if points[other] == points[team])
        values = {"among": _points(p, level)[team], "difference": scored[team] - let_in[team], "goals": scored[team]}
        return [-points[team], *(-values[rule] for rule in p.rules), team]

    return ", ".join(LETTERS[team] for team in sorted(points, key=key))


def _second(p: Params) -> str:
    """Every two teams compared, each number counted from the matches when it is needed."""

    def results(team: int, others: set[int]) -> list[tuple[int, int]]:
        mine = [(home, away, a, b) if home == team else (away, home, b, a) for home, away, a, b in p.matches]
        return [(a, b) for one, other, a, b in mine if one == team and other in others]

    def points(team: int, others: set[int]) -> int:
        return sum(p.win * (a > b) + (a == b) for a, b in results(team, others))

    every = set(range(p.teams))
    total = {team: points(team, every) - (p.taken[1] if p.taken and p.taken[0] == team else 0) for team in every}

    def before(one: int, other: int) -> int:
        if total[one] != total[other]:
            return total[other] - total[one]
        for rule in p.rules:
            level = {team for team in every if total[team] == total[one]}
            values = [
                sum(a - b * (rule == "difference") for a, b in results(team, every))
                if rule != "among"
                else points(team, level)
                for team in (one, other)
            ]
            if values[0] != values[1]:
                return values[1] - values[0]
        return one - other

    return ", ".join(LETTERS[team] for team in sorted(every, key=cmp_to_key(before)))


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Results of a small league (team - team goals : goals):",
        "points": "A win gives {w} points, a draw 1 point to each team, a defeat 0 points.",
        "taken": "From team {a}'s points {n} are taken away at the end, before the teams are ranked.",
        "level": "Teams with more points rank higher. Among teams that are level on points the following decides, "
        "the "
        "second rule only where the first leaves them level, and so on:",
        "among": "more points from the matches among all the teams that are level on points",
        "difference": "the larger goal difference (goals scored minus goals let in) over all matches",
        "goals": "more goals scored over all matches",
        "letter": "the order of the alphabet",
        "ask": "What is the order of the teams, the best first? Write X as the {n} letters with commas between them.",
    },
    "zh": {
        "title": "某小型联赛的比赛结果（球队 - 球队 进球 : 进球）：",
        "points": "胜一场得{w}分，平一场双方各得1分，负一场得0分。",
        "taken": "最后在排名之前，{a}队要被扣掉{n}分。",
        "level": "积分多的球队排在前面。积分相同的球队之间按下列规则决定，只有前一条规则仍不能分出先后时才用后一条：",
        "among": "在所有积分相同的球队相互之间的比赛中所得积分较多者在前",
        "difference": "全部比赛的净胜球（进球减失球）较多者在前",
        "goals": "全部比赛的进球较多者在前",
        "letter": "按字母顺序",
        "ask": "各队从第一名到最后一名的顺序是什么？X写成{n}个字母，中间用逗号隔开。",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    lines = [words["title"]]
    lines += [f"{LETTERS[home]} - {LETTERS[away]} {ours} : {theirs}" for home, away, ours, theirs in p.matches]
    lines.append(words["points"].format(w=p.win))
    if p.taken:
        lines.append(words["taken"].format(a=LETTERS[p.taken[0]], n=p.taken[1]))
    lines.append(words["level"])
    lines += [f"{number}. {words[rule]}" for number, rule in enumerate([*p.rules, "letter"], 1)]
    return "\n".join([*lines, words["ask"].format(n=p.teams)])


FAMILY = ReasoningFamily(
    name="league",
    params=_params,
    dial=Dial("teams", _TEAMS),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    more=renders("league", _text),
    reference=_reference,
    second=_second,
    type="tuple",
)
