"""Jobs that wait for machines."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(
        rng,
        gap=range(2, 5),
        machines=range(2, 4),
        order=["short", "long", "late"],
        close=range(13, 18),
        open=range(2, 5),
    )
    return {**drawn, **choose(rng, ends=YES_NO, equal=YES_NO)}


def _prose(p: Params) -> Prose:
    order = {"short": "shortest job first", "long": "longest job first", "late": "job that becomes ready last first"}
    machines = (
        f"{p.machines} machines, all free from hour {p.open} on"
        if p.level >= 2
        else f"one machine, free from hour {p.open} on"
    )
    then = "is given to the machine that becomes free first. It begins" if p.level >= 2 else "begins"
    bound = f"{'end' if p.ends else 'begin'} {'at hour' if p.equal else 'after hour'} {p.close}"
    return [
        "`jobs` are [ready, hours] pairs: a job becomes ready in the hour `ready`, 0 or later, and takes `hours` "
        "hours, 1 "
        f"or more. There {'are' if p.level >= 2 else 'is'} {machines}.",
        "The jobs are given out one after the other, "
        + (f"{order[p.order]}, equal ones in the order of `jobs`." if p.level >= 3 else "in the order of `jobs`."),
        f"Each {then} as soon as the machine is free and the job is ready, and ends `hours` hours later. After a job "
        f"the "
        f"machine becomes free {p.gap} hours after the job's end.",
        p.level >= 4
        and f"A job that would {bound}{' or later' if p.equal else ''} is not done; the machine is then free from "
        f"the same hour on "
        "as before.",
        "Return the list of the hours in which the jobs end, in the order of `jobs`"
        + (", with None for those that are not done." if p.level >= 4 else "."),
    ]


def _ends(p: Params, jobs: list[list[int]]) -> list[int | None]:
    ends: list[int | None] = [None for _ in jobs]
    if p.level >= 2:
        free = [p.open] * p.machines
    else:
        now = p.open
    order = list(range(len(jobs)))
    if p.level >= 3:
        order.sort(
            key=lambda i: jobs[i][1] if p.order == "short" else -jobs[i][1] if p.order == "long" else -jobs[i][0]
        )
    for i in order:
        ready, hours = jobs[i]
        if p.level >= 2:
            free.sort()
            now = free[0]
        end = max(now, ready) + hours
        if p.level >= 4:
            last = end if p.ends else end - hours
            if last >= p.close if p.equal else last > p.close:
                continue
        ends[i] = end
        now = end + p.gap
        if p.level >= 2:
            free[0] = now
    return ends


def _second(p: Params, jobs: list[list[int]]) -> list[int | None]:
    line = sorted(
        enumerate(jobs),
        key=lambda pair: {"short": pair[1][1], "long": -pair[1][1], "late": -pair[1][0]}[p.order] * (p.level >= 3),
    )
    machines = [p.open] * (1 if p.level == 1 else p.machines)
    done: dict[int, int] = {}
    for place, (ready, hours) in line:
        machines.sort()
        begin = ready if ready > machines[0] else machines[0]
        limit = p.close - p.equal - (hours if p.ends else 0)
        if p.level < 4 or begin <= limit:
            done[place] = begin + hours
            machines[0] = done[place] + p.gap
    return [done.get(place) for place in range(len(jobs))]


def _edges(p: Params) -> Edges:
    c = p.close
    bound = [[[at, h]] for at in (c - 3, c - 2, c - 1, c, c + 1) for h in (1, 2)]
    ties = [
        [[0, 2]] * 5,
        [[0, 1]] * 9,
        [[1, 3], [3, 1], [2, 3], [3, 2]],
        [[0, 1], [0, 2], [0, 3], [0, 4]],
        [[0, 4], [0, 3], [0, 1], [0, 1]],
    ]
    maxima = [[[0, 5]] * 8, [[9, 1], [0, 9], [5, 5], [8, 2], [1, 1], [0, 3]], [[30, 30], [2, 2]]]
    return Edges(
        [([],)], [([[0, 1]],), ([[4, 2]],)], [(jobs,) for jobs in [*bound, *ties]], [(jobs,) for jobs in maxima]
    )


def _draw(rng: Random, _p: Params) -> Args:
    return ([[rng.randint(0, 9), rng.randint(1, 5)] for _ in range(rng.randint(2, 8))],)


FAMILY = CodingFamily("presses", Kind.COMPLETE, _params, _prose, _ends, _second, _edges, _draw)
