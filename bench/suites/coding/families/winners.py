"""Games, and who did best in them."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose

_TABLES = "CREATE TABLE entries (player TEXT NOT NULL, game TEXT NOT NULL, points INTEGER, UNIQUE (player, game));"
_GAMES = ("chess", "darts", "golf", "squash")


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(
        rng, game=_GAMES, points=range(5, 9), high=YES_NO, dense=YES_NO, most=range(2, 4), fair=YES_NO, all=YES_NO
    )
    return {**drawn, "fair": drawn["fair"] and not drawn["high"]}


def _prose(p: Params) -> Prose:
    best = "most" if p.high else "fewest"
    if p.level == 1:
        return [
            f"Give each player with {p.points} points {'or more' if p.high else 'or fewer'} in {p.game}, in any order."
        ]
    ahead = "different numbers of points in this game that are" if p.dense else "players of this game whose points are"
    return [
        "A player whose `points` are NULL in a game did not finish it. "
        + ("Such entries are left out." if p.level < 4 else "Such entries have no place in this game."),
        p.level == 2
        and f"For each game that anybody finished, give the players with the {best} points in it, all of them if "
        f"there are "
        "several: the `game`, the `player` and the `points`.",
        p.level >= 3
        and f"A player's place in a game is 1 plus the number of {ahead} {'more' if p.high else 'fewer'} than the "
        f"player's.",
        p.level == 3
        and f"Give each entry whose place is {p.most} or better (a smaller number): the `game`, the `player` and the "
        f"place.",
        p.level >= 4
        and f"For each player who has a place of {p.most} or better (a smaller number) in any game: the `player`, in "
        f"how many games "
        f"that is so, and the player's {'best' if p.all else 'worst'} place in those games.",
        p.level >= 4
        and f"But leave out players who {'did not finish some game' if p.fair else 'have an entry for ' + p.game}, "
        f"whatever their places.",
        "In any order.",
    ]


def _query(p: Params) -> str:
    down = " DESC" if p.high else ""
    if p.level == 1:
        return f"SELECT player FROM entries WHERE game = '{p.game}' AND points {'>=' if p.high else '<='} {p.points}"
    rank = "DENSE_RANK()" if p.dense and p.level >= 3 else "RANK()"
    places = f"""(SELECT *, {rank} OVER (PARTITION BY game ORDER BY points{down}) AS place FROM entries
        WHERE points IS NOT NULL)"""
    if p.level == 2:
        return f"SELECT game, player, points FROM {places} WHERE place = 1"
    if p.level == 3:
        return f"SELECT game, player, place FROM {places} WHERE place <= {p.most}"
    bad = "points IS NULL" if p.fair else f"game = '{p.game}'"
    return f"""SELECT player, COUNT(*), {"MIN" if p.all else "MAX"}(place) FROM {places} WHERE place <= {p.most}
        AND player NOT IN (SELECT player FROM entries WHERE {bad}) GROUP BY player"""


def _second(p: Params, tables: dict[str, list[list[Any]]]) -> list[list[Any]]:
    rows = tables["entries"]
    if p.level == 1:
        found = [(player, n) for player, game, n in rows if game == p.game and n is not None]
        return [[player] for player, n in found if (p.points <= n if p.high else p.points >= n)]
    placed = []
    for player, game, n in rows:
        others = [m for _, other, m in rows if other == game and m is not None]
        if n is not None:
            ahead = [m for m in others if (m > n if p.high else m < n)]
            placed.append([game, player, n, 1 + len(set(ahead) if p.dense else ahead)])
    if p.level == 2:
        return [one[:3] for one in placed if one[3] == 1]
    good = [[game, player, place] for game, player, _, place in placed if place <= p.most]
    if p.level == 3:
        return good
    bad = {player for player, game, n in rows if (n is None if p.fair else game == p.game)}
    by = {player: [place for _, name, place in good if name == player] for _, player, _ in good if player not in bad}
    return [[player, len(places), min(places) if p.all else max(places)] for player, places in by.items()]


def _edges(p: Params) -> Edges:
    g, n = p.game, p.points
    other = [game for game in _GAMES if game != g]
    tied = [["Ana", g, n], ["Bo", g, n], ["Cy", g, n + 1], ["Di", g, n - 1], ["Ed", g, n - 2], ["Flo", g, None]]
    two = [[player, other[0], points] for player, _, points in tied] + [["Ana", other[1], 3], ["Gil", other[1], 3]]
    none = [["Ana", g, None], ["Bo", other[0], None], ["Ana", other[0], n]]
    many = [
        [player, game, len(player) * at % 7]
        for at, game in enumerate(_GAMES, 2)
        for player in ("Ana", "Bo", "Cleo", "D")
    ]
    rows: list[list[list[Any]]] = [[], [["Ana", g, n]], [["Ana", g, None]], tied, two, none, tied + two, many, many[4:]]
    empty, *others = [({"entries": each},) for each in rows]
    return Edges([empty], others[:2], others[2:6], others[6:])


def _draw(rng: Random, p: Params) -> Args:
    games = rng.sample(_GAMES, 2) if rng.random() < 0.5 else [p.game, rng.choice([g for g in _GAMES if g != p.game])]
    players = ["Ana", "Bo", "Cy", "Di", "Ed", "Flo"]
    entries = [
        [player, game, rng.choice([*range(p.points - 2, p.points + 3), *[None] * (rng.random() < 0.3)])]
        for game in games
        for player in rng.sample(players, rng.randint(1, 6))
    ]
    return ({"entries": entries},)


FAMILY = CodingFamily("winners", Kind.SQL, _params, _prose, _query, _second, _edges, _draw, tables=_TABLES)
