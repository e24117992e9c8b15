"""One episode: an agent, a task, a copy of a folder, the walls, the proxy's meter, and what came of it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bench import clean
from bench.agents.contained import Contained, contained
from bench.agents.locate import LocatedAgent
from bench.agents.probe import PLAIN, owned, room
from bench.agents.walls import PORT, AgentLimits
from bench.agents.watch import StopCause
from bench.errors import UsageError
from bench.prices import PriceBook
from bench.proxy import Backend, CallLedger, Entry, KeyRing, ProxyKey, proxying
from bench.proxy.agent import environment

MOST_FILES = 20_000
"""Files of a workspace that are looked at."""
MOST_BYTES = 64 * 2**20
"""Bytes of one changed file that are kept."""
_SKIPPED = frozenset(("__pycache__", ".git", "node_modules"))


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
    """What the calls cost, in USD, by the dated list; None where a call's cost is not known."""
    most_usd: Decimal | None
    """What they may have cost at most; None where nothing bounds it."""
    changed: tuple[str, ...]
    """Files of the workspace that it made or changed, relative."""
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
    name: str = "",
) -> AgentEpisode:
    """Runs an agent on a task, behind walls and meter; what it changed is copied to `out` where that is named.

    UsageError where the walls cannot be put up, or a folder cannot be read.
    """
    keys = KeyRing()
    before = {entry.id for entry in ledger.entries()}
    key = keys.add(ProxyKey(name=name or agent.preset.name, budget_usd=task.budget_usd, calls=task.turns))
    async with room() as folder:
        workspace, socket = folder / "workspace", folder / "proxy.sock"
        await asyncio.to_thread(_copy_in, task.folder, workspace)
        was = dict(_digests(workspace))
        async with proxying(served, keys, ledger, book, environ, listen=f"unix:{socket}"):
            owned(socket)
            ended = await contained(
                _command(agent, label, task, key.token),
                _environment(agent, label, key.token),
                workspace=workspace,
                socket=socket,
                programs=agent.folders,
                limits=limits,
            )
        now = dict(await asyncio.to_thread(lambda: list(_digests(workspace))))
        changed = tuple(sorted(path for path, digest in now.items() if was.get(path) != digest))
        if out is not None:
            _copy_out(workspace, out, changed)
    entries = [entry for entry in ledger.entries() if entry.id not in before and entry.begun.key == key.name]
    return AgentEpisode(
        agent=agent.preset.name,
        version=agent.version,
        program_sha256=agent.sha256,
        model=label,
        task_sha256=hashlib.sha256(task.words.encode()).hexdigest(),
        prompt_sha256=entries[0].begun.head_sha256 if entries else None,
        stop_cause=_cause(ended, entries, spent=bool(keys.refused[key.name])),
        exit_code=ended.exit_code,
        wall_s=ended.wall_s,
        turns=len(entries),
        in_tokens=_sum(entry.settled.usage.in_total if entry.settled else None for entry in entries),
        out_tokens=_sum(entry.settled.usage.out_total if entry.settled else None for entry in entries),
        cost_usd=_usd(entry.settled.cost_usd if entry.settled else None for entry in entries),
        most_usd=_usd(entry.most_usd for entry in entries),
        changed=changed,
        removed=tuple(sorted(path for path in was if path not in now)),
        most_bytes=ended.seen.most_bytes,
        most_processes=ended.seen.most_processes,
        output=ended.output.replace(key.token, "[key]"),
    )


def _environment(agent: LocatedAgent, label: str, token: str) -> dict[str, str]:
    base = {**PLAIN, "PATH": agent.path, **agent.preset.environment}
    return environment(base, f"http://127.0.0.1:{PORT}", token, label)


def _command(agent: LocatedAgent, label: str, task: AgentTask, token: str) -> list[str]:
    filled = {
        "program": str(agent.program),
        "python": agent.python,
        "task": task.words,
        "model": label,
        "url": f"http://127.0.0.1:{PORT}/k/{token}",
        "turns": str(task.turns),
    }
    try:
        return [part.format_map(filled) for part in agent.preset.command]
    except (KeyError, ValueError, IndexError) as error:
        words = f"{agent.preset.name}: its command has an unknown place {error}. See docs/agents.md."
        raise UsageError(words) from error


def _cause(ended: Contained, entries: Sequence[Entry], *, spent: bool) -> StopCause:
    """Why it ended: a limit of the machine first, then the purse, then what the agent itself did."""
    if ended.stopped is not None:
        return ended.stopped
    if not entries:
        return StopCause.NOT_STARTED
    if spent:
        return StopCause.BUDGET
    return StopCause.CRASHED if ended.exit_code else StopCause.FINISHED


def _sum(counts: Iterable[int | None]) -> int | None:
    """The sum; None where any is not known."""
    known = list(counts)
    return None if None in known else sum(each or 0 for each in known)


def _usd(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = list(amounts)
    return None if None in known else sum((each or Decimal(0) for each in known), Decimal(0))


def _copy_in(source: Path, workspace: Path) -> None:
    try:
        shutil.copytree(source, workspace, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    except (OSError, shutil.Error) as error:
        why = clean.line(str(error))[:200]
        raise UsageError(f"{source}: cannot be copied ({why}). Name a folder of files.") from error
    owned(workspace)


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    """The regular files below a folder with their SHA-256: links, devices and caches of programs are left out."""
    waiting, count = [folder], 0
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                count += 1
                if count > MOST_FILES:
                    return
                if entry.is_dir(follow_symlinks=False):
                    waiting += [Path(entry.path)] if entry.name not in _SKIPPED else []
                elif entry.is_file(follow_symlinks=False) and (data := _bytes(Path(entry.path))) is not None:
                    path = os.fsencode(os.path.relpath(entry.path, folder)).decode("utf-8", "backslashreplace")
                    yield clean.line(path), hashlib.sha256(data).hexdigest()


def _bytes(path: Path) -> bytes | None:
    """A file's bytes; None where it is none, is too large, or cannot be read. A link is not followed."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        return file.read() if stat.S_ISREG(about.st_mode) and about.st_size <= MOST_BYTES else None


def _copy_out(workspace: Path, out: Path, changed: Iterable[str]) -> None:
    """What was changed, as new files below a folder of the user's."""
    for name in changed:
        data = _bytes(workspace / name)
        if data is not None:
            target = out / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
