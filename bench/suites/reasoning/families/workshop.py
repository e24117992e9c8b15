"""A workshop's jobs by a rule of dispatch: who takes what when, and what must wait for what."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import LETTERS

_JOBS = LETTERS
_SIZE = {1: (4, 0), 2: (5, 0), 3: (7, 3), 5: (10, 5), 6: (13, 7), 7: (16, 9)}
"""Jobs, and how many of them wait for another, by level: the family's dial."""


def _params(rng: Random, level: int) -> Drawn:
    while True:
        jobs, waits = _SIZE[level]
        drawn: Drawn = {"minutes": [5 * rng.randint(2, 12) for _ in range(jobs)], "needs": {}, "shut": ()}
        if level == 1:
            drawn |= {"workers": 1, "asked": rng.randrange(1, jobs)}
            return drawn
        drawn |= {"workers": 2, "asked": rng.randrange(2 if level < 4 else jobs // 2, jobs)}
        if level > 2:
            drawn["needs"] = {later: rng.randrange(later) for later in sorted(rng.sample(range(2, jobs), waits))}
            begins = 5 * rng.randint(12, 24)
            drawn["shut"] = (begins, begins + 5 * rng.randint(3, 6))
        if _matters(drawn, level):
            return drawn


def _matters(drawn: Drawn, level: int) -> bool:
    """Whether the second worker, every job that waits for another and the break change the answer."""
    p = Params(level=level, **drawn)
    right = _reference(p)
    others: list[Drawn] = [{"workers": 1}, *({"shut": ()} for _ in range(level > 2))]
    others += [{"needs": {job: need for job, need in p.needs.items() if job != left}} for left in p.needs]
    changed = [_reference(Params(**{**vars(p), **other})) != right for other in others]
    return all(changed[: 2 if level > 2 else 1]) and (level < 3 or any(changed[2:]))


def _reference(p: Params) -> str:
    """From one moment at which somebody is free to the next."""
    free = [0] * p.workers
    ended: dict[int, int] = {}
    waiting = list(range(len(p.minutes)))
    while waiting:
        now, worker = min((moment, worker) for worker, moment in enumerate(free))
        if p.shut and p.shut[0] <= now < p.shut[1]:
            free[worker] = p.shut[1]
            continue
        ready = [job for job in waiting if job not in p.needs or ended.get(p.needs[job], now + 1) <= now]
        if not ready:
            free[worker] = min(moment for moment in [*ended.values(), *p.shut[1:]] if moment > now)
            continue
        job = ready[0]
        waiting.remove(job)
        free[worker] = ended[job] = now + p.minutes[job]
    return str(ended[p.asked])


def _second(p: Params) -> str:
    """Minute by minute."""
    left = list(p.minutes)
    doing: list[int | None] = [None] * p.workers
    begun = set[int]()
    minute = 0
    while left[p.asked]:
        for worker in range(p.workers):
            if doing[worker] is None and not (p.shut and p.shut[0] <= minute < p.shut[1]):
                doing[worker] = next((job for job in _startable(p, left) if job not in begun), None)
                begun |= {job for job in doing if job is not None}
        for worker, job in enumerate(doing):
            if job is not None:
                left[job] -= 1
                if not left[job]:
                    doing[worker] = None
        minute += 1
    return str(minute)


def _startable(p: Params, left: list[int]) -> list[int]:
    """The jobs that wait for none that has minutes left."""
    return [job for job in range(len(left)) if job not in p.needs or not left[p.needs[job]]]


def _english(p: Params) -> str:
    lines = [
        "A workshop has a list of jobs: " + ", ".join(_job(p, job, "minutes") for job in range(len(p.minutes))) + "."
    ]
    if p.workers == 1:
        lines.append("Ann does them in the order of the list, one after the other, without a pause.")
    else:
        who = "the first job of the list that nobody has taken yet"
        if p.needs:
            waits = ", ".join(f"{_JOBS[job]} for {_JOBS[need]}" for job, need in p.needs.items())
            lines.append(f"Some jobs may only begin when another one is done: {waits}.")
            who += " and that may begin"
        lines.append(f"Ann and Ben work side by side. Whoever has no job takes {who}, and does it to its end.")
        lines.append("If both have no job at the same moment, Ann takes hers first.")
    if p.needs:
        lines.append("Who finds no job that may begin waits until there is one.")
    if p.shut:
        lines.append(
            f"From minute {p.shut[0]} until just before minute {p.shut[1]} nobody begins a job; what was begun goes on."
        )
    asked = f"How many minutes after the beginning of the work is job {_JOBS[p.asked]} done? X is a whole number."
    return "\n".join([*lines, asked])


def _chinese(p: Params) -> str:
    lines = ["车间有一份任务单：" + "，".join(_job(p, job, "分钟") for job in range(len(p.minutes))) + "。"]
    if p.workers == 1:
        lines.append("小安按任务单的顺序一项接一项地做，中间不停。")
    else:
        which = "任务单上第一项还没有人接手"
        if p.needs:
            waits = "，".join(f"{_JOBS[job]}要等{_JOBS[need]}" for job, need in p.needs.items())
            lines.append(f"有些任务要等另一项做完才能开始：{waits}。")
            which += "而且可以开始"
        lines.append(f"小安和小本同时工作。谁手上没有任务，就拿{which}的任务，并一直做完。")
        lines.append("如果两人在同一时刻都没有任务，小安先拿。")
    if p.needs:
        lines.append("没有可以开始的任务时，就等到有为止。")
    if p.shut:
        lines.append(f"从开工后{p.shut[0]}分钟（含）到{p.shut[1]}分钟（不含），谁也不开始新任务；已经开始的继续做。")
    return "\n".join([*lines, f"从开工算起，任务{_JOBS[p.asked]}在多少分钟后做完？X是一个整数。"])


def _job(p: Params, job: int, unit: str) -> str:
    gap = " " if unit.isascii() else ""
    return f"{_JOBS[job]}{gap or '需'}{'takes ' if gap else ''}{p.minutes[job]}{gap}{unit}"


FAMILY = ReasoningFamily(
    name="workshop",
    params=_params,
    dial=Dial("jobs, jobs that wait", _SIZE),
    english=_english,
    chinese=_chinese,
    reference=_reference,
    second=_second,
)
