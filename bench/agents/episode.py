"""One episode: an agent, a task, a copy of a folder, the walls, the proxy's meter, and what came of it."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from bench.agents.contained import Contained, contained
from bench.agents.locate import LocatedAgent
from bench.agents.presets import filled
from bench.agents.probe import PLAIN, owned, room
from bench.agents.version import version_of
from bench.agents.walls import PORT, AgentLimits
from bench.agents.watch import StopCause
from bench.agents.workspace import copy_in, copy_out, look
from bench.prices import PriceBook
from bench.proxy import Backend, Begun, CallLedger, Entry, KeyRing, ProxyKey, ReplyStore, Settled, proxying
from bench.proxy.agent import environment

OK = 200
"""The status of a reply that counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEpisode:
    """What came of one episode. A cost that is not known is None, never 0."""

    agent: str
    """The agent's name."""
    version: str
    """Its version, as it says; empty where it says none."""
    program_sha256: str
    """Of its program's file."""
    model: str
    """The model's label in bench.toml."""
    task_sha256: str
    """Of the task's words."""
    prompt_sha256: str | None
    """Of the system prompt and the tools of its first request; None where it made none."""
    stop_cause: StopCause
    """Why it ended."""
    exit_code: int
    """The agent's, as a shell gives it."""
    wall_s: float
    """Seconds from start to end."""
    turns: int
    """Calls that it made."""
    in_tokens: int | None
    """Tokens of all requests; None where a call's are not known."""
    out_tokens: int | None
    """Tokens of all answers; the same."""
    cost_usd: Decimal | None
    """What the calls cost, in USD, by the dated list, of weights of this machine its time; None where a call's cost is
    not known, or no rate is stated."""
    most_usd: Decimal | None
    """What they may have cost at most; None where nothing bounds it."""
    changed: tuple[str, ...]
    """Files of the workspace that it made or changed, relative."""
    left_out: int
    """Entries of the workspace at its end that were not looked at: links, pipes, devices, files of more than
    MOST_BYTES, names that are no clean text, what lies more than MOST_DEPTH folders deep."""
    removed: tuple[str, ...]
    """Files that it took away."""
    most_bytes: int
    """The most memory that its processes had together, in bytes."""
    most_processes: int
    """The most processes and threads at once."""
    output: str
    """The end of what it said: hostile text, without control characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTask:
    """What an agent is asked for."""

    words: str
    """The task, as the agent reads it."""
    folder: Path
    """The files that it gets a copy of; they stay as they are."""
    turns: int = 40
    """The most calls."""
    budget_usd: Decimal | None = None
    """The most that they may cost, in USD; None for no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """An episode as it went: what was seen of the agent, its calls, and the files as it left them."""

    version: str
    """The agent's version, as it says; empty where it says none."""
    stop_cause: StopCause
    """Why it ended."""
    ended: Contained
    """How its first process ended."""
    entries: tuple[Entry, ...]
    """Its calls, as the ledger has them, those first whose replies were given again."""
    changed: tuple[str, ...]
    """Files of the workspace that it made or changed, relative."""
    removed: tuple[str, ...]
    """Files that it took away."""
    left_out: int
    """See `AgentEpisode.left_out`."""


async def work(
    agent: LocatedAgent,
    label: str,
    task: AgentTask,
    *,
    key: ProxyKey,
    served: Mapping[str, Backend],
    ledger: CallLedger,
    book: PriceBook,
    environ: Mapping[str, str],
    limits: AgentLimits,
    replies: ReplyStore | None = None,
    version: str | None = None,
    taken: Callable[[Path, Sequence[str]], object] = lambda _workspace, _changed: None,
    answered: Callable[[], object] = lambda: None,
) -> Worked:
    """Runs an agent on a task, behind walls and meter, its calls made with `key`.

    `version`: where it is known already, so that it is not asked. `taken` gets the workspace and the names of changed
    files before all is gone; `answered` is called with each reply of the model. What `key` spent before, by the ledger,
    counts. UsageError where the walls cannot be put up, or a folder cannot be read.
    """
    keys, first = KeyRing(), {entry.id for entry in ledger.entries(key=key.name)}
    keys.add(key)

    def settled(_begun: Begun, ended: Settled) -> None:
        if ended.status == OK:
            answered()

    async with room() as folder:
        workspace, socket = folder / "workspace", folder / "proxy.sock"
        await asyncio.to_thread(copy_in, task.folder, workspace, limits.disk_bytes)
        was, _ = look(workspace)
        async with proxying(
            served, keys, ledger, book, environ, listen=f"unix:{socket}", replies=replies, on_settled=settled
        ):
            owned(socket)
            version = await version_of(agent) if version is None else version
            ended = await contained(
                _command(agent, label, task, key.token),
                _environment(agent, label, key.token),
                workspace=workspace,
                socket=socket,
                programs=agent.folders,
                limits=limits,
            )
        now, left_out = await asyncio.to_thread(look, workspace)
        changed = tuple(sorted(path for path, digest in now.items() if was.get(path) != digest))
        await asyncio.to_thread(taken, workspace, changed)
    again = filter(None, map(ledger.entry, sorted(keys.again)))
    entries = (*again, *(entry for entry in ledger.entries(key=key.name) if entry.id not in first))
    return Worked(
        version=version,
        stop_cause=_cause(ended, entries, task, refused=bool(keys.refused[key.name])),
        ended=replace(ended, output=ended.output.replace(key.token, "[key]")),
        entries=entries,
        changed=changed,
        removed=tuple(sorted(path for path in was if path not in now)),
        left_out=left_out,
    )


async def run_episode(
    agent: LocatedAgent,
    label: str,
    task: AgentTask,
    *,
    served: Mapping[str, Backend],
    ledger: CallLedger,
    book: PriceBook,
    environ: Mapping[str, str],
    limits: AgentLimits,
    out: Path | None = None,
) -> AgentEpisode:
    """Runs an agent on a task, behind walls and meter; what it changed is copied to `out` where that is named.

    UsageError where the walls cannot be put up, or a folder cannot be read.
    """
    name = f"{agent.preset.name}-{secrets.token_hex(4)}"  # an earlier episode's calls are not this one's
    worked = await work(
        agent,
        label,
        task,
        key=ProxyKey(name=name, budget_usd=task.budget_usd, calls=task.turns),
        served=served,
        ledger=ledger,
        book=book,
        environ=environ,
        limits=limits,
        taken=lambda workspace, changed: None if out is None else copy_out(workspace, out, changed),
    )
    entries, ended = worked.entries, worked.ended
    return AgentEpisode(
        agent=agent.preset.name,
        version=worked.version,
        program_sha256=agent.sha256,
        model=label,
        task_sha256=hashlib.sha256(task.words.encode()).hexdigest(),
        prompt_sha256=entries[0].begun.head_sha256 if entries else None,
        stop_cause=worked.stop_cause,
        exit_code=ended.exit_code,
        wall_s=ended.wall_s,
        turns=len(entries),
        in_tokens=_sum(entry.settled.usage.in_total if entry.settled else None for entry in entries),
        out_tokens=_sum(entry.settled.usage.out_total if entry.settled else None for entry in entries),
        cost_usd=_usd(entry.settled.cost_usd if entry.settled else None for entry in entries),
        most_usd=_usd(entry.most_usd for entry in entries),
        changed=worked.changed,
        left_out=worked.left_out,
        removed=worked.removed,
        most_bytes=ended.seen.most_bytes,
        most_processes=ended.seen.most_processes,
        output=ended.output,
    )


def _environment(agent: LocatedAgent, label: str, token: str) -> dict[str, str]:
    base = {**PLAIN, "PATH": agent.path, **agent.preset.environment}
    return environment(base, f"http://127.0.0.1:{PORT}", token, label)


def _command(agent: LocatedAgent, label: str, task: AgentTask, token: str) -> list[str]:
    places = {
        "program": str(agent.program),
        "python": agent.python,
        "task": task.words,
        "model": label,
        "url": f"http://127.0.0.1:{PORT}/k/{token}",
        "turns": str(task.turns),
    }
    return filled(agent.preset.command, places)


def _cause(ended: Contained, entries: Sequence[Entry], task: AgentTask, *, refused: bool) -> StopCause:
    """Why it ended: a limit of the machine first, then the purse, then what the agent itself did."""
    if ended.stopped is not None:
        return ended.stopped
    spent = len(entries) >= task.turns
    if refused or (spent and ended.exit_code):  # an agent that counts its own turns may call that an error
        return StopCause.TURNS if spent else StopCause.BUDGET
    if not entries:
        return StopCause.NOT_STARTED
    return StopCause.CRASHED if ended.exit_code else StopCause.FINISHED


def _sum(counts: Iterable[int | None]) -> int | None:
    """The sum; None where any is not known."""
    known = list(counts)
    return None if None in known else sum(each or 0 for each in known)


def _usd(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = list(amounts)
    return None if None in known else sum((each or Decimal(0) for each in known), Decimal(0))
