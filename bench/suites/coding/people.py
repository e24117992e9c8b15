"""Problems about people: shifts, user names, scores, the waiting line."""

from __future__ import annotations

from random import Random

from bench.suites.coding.problem import ints, picks, problem

_NAMES = ("Ana", "Bo", "Cem", "Dana", "Eli", "Fay")
_SPELLINGS = ("Ana", "ANA", "a-n-a", "Bo", "b.o.", "Bo2", "X", "x!", "42", "", "user", "Li Wu", "liwu")


def _text(rng: Random) -> str:
    return "".join(rng.choice("aB cD_3-xY z9.Q 7k") for _ in range(rng.randint(1, 14)))


def _results(rng: Random) -> dict[str, list[int]]:
    return {name: ints(rng, 0, 6, longest=4) for name in rng.sample(_NAMES, rng.randint(1, 5))}


@problem(
    "shifts",
    1,
    examples=[([7, 9], 2), ([8, 4, 3], 10)],
    edges=[([], 5), ([8], 1), ([8], 0), ([0, 0], 7), ([1, 1, 1], 3)],
    draw=lambda rng: (ints(rng, 0, 14, longest=7), rng.randint(1, 20)),
)
def total_pay(hours: list[int], rate: int) -> int:
    """Return the sum of `hours` multiplied by `rate`."""
    return sum(hours) * rate


@problem(
    "shifts",
    2,
    examples=[([8, 10], 3), ([14], 1)],
    edges=[([], 5), ([8], 2), ([9], 2), ([12], 2), ([13], 2), ([11], 2), ([0], 2), ([4, 9, 15], 1)],
    draw=lambda rng: (ints(rng, 0, 16, longest=6), rng.randint(1, 9)),
)
def day_pay(hours: list[int], rate: int) -> int:
    """
    Each number in `hours` is the work of one day. At most 12 hours a day are paid: ignore the rest.
    The first 8 hours of a day are paid `rate` each, the paid hours after that 2 times `rate` each.
    Return the total pay; 0 for an empty list.
    """
    total = 0
    for day in hours:
        paid = min(day, 12)
        total += rate * (paid + max(0, paid - 8))
    return total


@problem(
    "shifts",
    3,
    examples=[([[9, 14], [20, 6]],), ([[7, 7]],)],
    edges=[
        ([],),
        ([[8, 9]],),
        ([[8, 14]],),
        ([[8, 15]],),
        ([[8, 16]],),
        ([[8, 17]],),
        ([[8, 18]],),
        ([[23, 0]],),
        ([[0, 23]],),
        ([[5, 4]],),
        ([[0, 0], [1, 3]],),
    ],
    draw=lambda rng: ([[rng.randint(0, 23), rng.randint(0, 23)] for _ in range(rng.randint(0, 4))],),
)
def shift_hours(shifts: list[list[int]]) -> int:
    """
    Each shift is [start, end], in whole hours from 0 to 23. A shift whose end is not greater than its start ends
    on the next day; equal numbers mean 24 hours. A shift longer than 6 hours contains a break: take off
    1 hour. Of the hours that then remain in a shift, each hour after the 8th counts double. Return the total
    of all shifts; 0 for an empty list.
    """
    total = 0
    for start, end in shifts:
        worked = end - start
        if worked <= 0:
            worked += 24
        if worked > 6:
            worked -= 1
        total += worked + max(0, worked - 8)
    return total


@problem(
    "handles",
    1,
    examples=[(["anna", "bo", "Carl"],), (["x"],)],
    edges=[([],), ([""],), (["abc"],), (["ab"],), (["abcd"],), (["Max", "MAX", "max"],), (["a1b", "a 2"],)],
    draw=lambda rng: (picks(rng, ["Al", "bea", "Cy", "dora", "e", "Finn", "go", "Hal", "ivy", ""], longest=6),),
)
def loud_names(names: list[str]) -> list[str]:
    """Return a list of all `names` in upper case, without the names that are shorter than 3 characters."""
    return [name.upper() for name in names if len(name) >= 3]


@problem(
    "handles",
    2,
    examples=[("Ann Lee",), ("Jo Smith-Jones",)],
    edges=[("",), (" ",), ("   ",), ("A_b C",), ("ABCDEFGH",), ("ABCDEFGHI",), ("a b c d e f",), ("Room 12",)],
    draw=lambda rng: (_text(rng),),
)
def make_handle(name: str) -> str:
    """
    Return `name` in lower case, with every space replaced by an underscore,
    and cut to its first 8 characters if it is longer.
    """
    return name.lower().replace(" ", "_")[:8]


@problem(
    "handles",
    3,
    examples=[(["Al-Bo", "albo", "Zoe 7"],), (["99", "Kim"],)],
    edges=[
        ([],),
        ([""],),
        (["", "7"],),
        (["User", "!"],),
        (["a", "A", "a.", "-a-"],),
        (["a", "b", "a", "b"],),
        (["X1", "x2", "x3"],),
    ],
    draw=lambda rng: (picks(rng, _SPELLINGS),),
)
def unique_handles(names: list[str]) -> list[str]:
    """
    The handle of a name is its letters in lower case, with all other characters removed;
    a name without letters has the handle "user". The first name with a certain handle
    gets the handle itself, the second the handle followed by 2, the third the handle followed by 3, and so on.
    Return the list of what the `names` get, in the given order.
    """
    seen: dict[str, int] = {}
    result = []
    for name in names:
        handle = "".join(letter for letter in name.lower() if letter.isalpha()) or "user"
        seen[handle] = seen.get(handle, 0) + 1
        result.append(handle if seen[handle] == 1 else handle + str(seen[handle]))
    return result


@problem(
    "scores",
    1,
    examples=[([4, 9, 6],), ([7],)],
    edges=[([5, 5],), ([1, 2],), ([2, 1],), ([-3, 3],), ([0, 0, 7],), ([-8],)],
    draw=lambda rng: (ints(rng, -9, 20, longest=7),),
)
def score_range(scores: list[int]) -> int:
    """Return the largest number of `scores` minus the smallest. The list has at least one number."""
    return max(scores) - min(scores)


@problem(
    "scores",
    2,
    examples=[([5, 9, 7, 6],), ([3, 8],)],
    edges=[([],), ([4],), ([4, 5],), ([4, 5, 7],), ([6, 6, 6],), ([9, 9, 1, 1],), ([8, 2, 2],)],
    draw=lambda rng: (ints(rng, 0, 10, longest=6),),
)
def jury_total(scores: list[int]) -> int:
    """
    If there are 3 or more `scores`, leave out the highest one (only once, even if several are equal).
    With fewer than 3, keep all. Return the sum of the kept scores; 0 for an empty list.
    """
    if len(scores) >= 3:
        return sum(scores) - max(scores)
    return sum(scores)


@problem(
    "scores",
    3,
    examples=[({"Ida": [5, 9, 7], "Jon": [8, 8], "Kai": [10]},), ({"Zed": [1, 2], "Amy": [2, 1]},)],
    edges=[
        ({},),
        ({"Ana": []},),
        ({"Ana": [9]},),
        ({"Ana": [1, 2]},),
        ({"Bo": [3, 3], "Ana": [1, 5, 0]},),
        ({"Bo": [3, 3, 3], "Ana": [4, 4]},),
        ({"Ana": [1, 1], "Bo": [9, 1], "Cem": [5, 0, 6]},),
        ({"Ana": [9, 1, 1], "Bo": [1, 5, 5]},),
    ],
    draw=lambda rng: (_results(rng),),
)
def rank_players(results: dict[str, list[int]]) -> list[str]:
    """
    `results` maps each player's name to a list of scores. A player's total is the sum of the two highest scores;
    players with fewer than two scores are left out. Return the list of the other players' names, the highest total
    first; players with equal totals are in alphabetical order.
    """
    totals = {name: sum(sorted(scores)[-2:]) for name, scores in results.items() if len(scores) >= 2}
    return sorted(totals, key=lambda name: (-totals[name], name))


@problem(
    "queue",
    1,
    examples=[(["Ida", "Jon", "Kai"], 2), (["Lou"], 5)],
    edges=[([], 0), ([], 2), (["Ana"], 0), (["Ana"], 1), (["Ana", "Bo"], 1), (["Bo", "Ana", "Bo"], 3)],
    draw=lambda rng: (picks(rng, _NAMES), rng.randint(0, 8)),
)
def next_customers(line: list[str], count: int) -> list[str]:
    """Return a list of the first `count` names of `line`, or of all names if there are fewer."""
    return line[:count]


@problem(
    "queue",
    2,
    examples=[(["Ida", "Jon", "next"],), (["next", "Kai"],)],
    edges=[
        ([],),
        (["next"],),
        (["Ana"],),
        (["Ana", "next"],),
        (["Ana", "next", "next", "Bo"],),
        (["Ana", "Bo", "Cem", "next", "Ana"],),
    ],
    draw=lambda rng: (picks(rng, [*_NAMES, "next", "next", "next"]),),
)
def waiting_line(events: list[str]) -> list[str]:
    """
    Each event is either the text "next" or a name. A name joins the end of the waiting line. "next" removes
    the first name from the line; if the line is empty, it does nothing.
    Return the list of the names that are still waiting, first to last.
    """
    line: list[str] = []
    for event in events:
        if event != "next":
            line.append(event)
        elif line:
            line.pop(0)
    return line


@problem(
    "queue",
    3,
    examples=[(["Ida", "Jon!", "Kai!", "next"],), (["Ida", "Ida!", "Jon"],)],
    edges=[
        ([],),
        (["next", "Ana"],),
        (["Ana!"],),
        (["zoe", "ana!", "next"],),
        (["Ana", "Bo!", "next"],),
        (["Ana", "Bo!", "Cem!", "Dana"],),
        (["Ana!", "Ana", "Bo", "Bo!"],),
        (["Ana", "next", "Ana!", "Bo"],),
        (["Ana!", "Bo!", "Cem", "Dana", "next", "next", "next"],),
    ],
    draw=lambda rng: (picks(rng, [*_NAMES[:4], "Ana!", "Bo!", "Cem!", "Eli!", "next", "next"], longest=10),),
)
def priority_line(events: list[str]) -> list[str]:
    """
    Each event is either the text "next" or a name. A name joins the end of the waiting line. A name written with
    "!" at its end is urgent: without the "!", it joins behind the urgent names already in line, but before all others.
    A name that is already waiting is ignored, with or without "!". "next" removes the first name from
    the line, if there is one. Return the list of the waiting names (without "!"), first to last.
    """
    urgent: list[str] = []
    others: list[str] = []
    for event in events:
        name = event.removesuffix("!")
        if event == "next":
            del (urgent or others)[:1]
        elif name not in urgent and name not in others:
            (others if name == event else urgent).append(name)
    return urgent + others


PROBLEMS = (
    total_pay,
    day_pay,
    shift_hours,
    loud_names,
    make_handle,
    unique_handles,
    score_range,
    jury_total,
    rank_players,
    next_customers,
    waiting_line,
    priority_line,
)
"""This theme's problems, by family and level."""
