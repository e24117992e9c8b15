"""One episode: an agent, a task, a copy of a folder, the walls, the proxy's meter, and what came of it."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import secrets
import shutil
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bench import clean
from bench.agents.contained import Contained, contained
from bench.agents.locate import LocatedAgent
from bench.agents.presets import filled
from bench.agents.probe import PLAIN, owned, room
from bench.agents.version import version_of
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
ALL_BYTES = 2**30
"""Bytes of all files that are looked at, holes included."""
MOST_DEPTH = 64
"""Folders within folders that are looked into."""
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
    whose = name or f"{agent.preset.name}-{secrets.token_hex(4)}"  # an earlier episode's calls are not this one's
    key = keys.add(ProxyKey(name=whose, budget_usd=task.budget_usd, calls=task.turns))
    async with room() as folder:
        workspace, socket = folder / "workspace", folder / "proxy.sock"
        await asyncio.to_thread(_copy_in, task.folder, workspace, limits.disk_bytes)
        was, _ = _look(workspace)
        async with proxying(served, keys, ledger, book, environ, listen=f"unix:{socket}"):
            owned(socket)
            version = await version_of(agent)
            ended = await contained(
                _command(agent, label, task, key.token),
                _environment(agent, label, key.token),
                workspace=workspace,
                socket=socket,
                programs=agent.folders,
                limits=limits,
            )
        now, left_out = await asyncio.to_thread(_look, workspace)
        changed = tuple(sorted(path for path, digest in now.items() if was.get(path) != digest))
        if out is not None:
            _copy_out(workspace, out, changed)
    entries = [entry for entry in ledger.entries() if entry.id not in before and entry.begun.key == key.name]
    return AgentEpisode(
        agent=agent.preset.name,
        version=version,
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
        left_out=left_out,
        removed=tuple(sorted(path for path in was if path not in now)),
        most_bytes=ended.seen.most_bytes,
        most_processes=ended.seen.most_processes,
        output=ended.output.replace(key.token, "[key]"),
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


def _cause(ended: Contained, entries: Sequence[Entry], *, spent: bool) -> StopCause:
    """Why it ended: a limit of the machine first, then the purse, then what the agent itself did."""
    if ended.stopped is not None:
        return ended.stopped
    if spent:
        return StopCause.BUDGET
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


def _copy_in(source: Path, workspace: Path, most: int) -> None:
    """Copies a folder's regular files, and its links as they are. UsageError for what is neither, or is too much."""
    size, count, waiting = 0, 0, [(source, workspace, 0)]
    try:
        while waiting:
            place, copy, depth = waiting.pop()
            copy.mkdir()
            if depth > MOST_DEPTH:
                raise UsageError(f"{source}: holds more than {MOST_DEPTH} folders in one another. Name another.")
            with os.scandir(place) as entries:
                for entry in entries:
                    count += 1
                    size += 0 if entry.is_symlink() else entry.stat(follow_symlinks=False).st_size
                    if size > most or count > MOST_FILES:
                        raise UsageError(
                            f"{source}: holds more than {most / 2**30:g} GiB or {MOST_FILES:,} entries, which is too "
                            "much for an agent. Name a smaller folder."
                        )
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((Path(entry.path), copy / entry.name, depth + 1))
                    else:
                        _copy_entry(entry, copy / entry.name)
    except OSError as error:
        raise UsageError(
            f"{clean.line(str(error.filename or source))}: cannot be copied ({error.strerror})."
        ) from error
    owned(workspace)


def _copy_entry(entry: os.DirEntry[str], target: Path) -> None:
    """Copies a file or a link. UsageError for anything else."""
    mode = entry.stat(follow_symlinks=False).st_mode
    if entry.is_symlink():
        target.symlink_to(Path(entry.path).readlink())
    elif stat.S_ISREG(mode):
        shutil.copyfile(entry.path, target, follow_symlinks=False)
        target.chmod(stat.S_IMODE(mode) & 0o777)
    else:
        raise UsageError(f"{clean.line(entry.path)}: is no file, folder or link. Take it away, or name another.")


def _look(folder: Path) -> tuple[dict[str, str], int]:
    """The SHA-256 of the regular files below a folder by path, and how many entries were left out.

    Left out are links, pipes and devices, large files, names that are no clean text, and what lies too deep or beyond
    MOST_FILES and ALL_BYTES; caches of programs and git's own folder are passed over.
    """
    seen: dict[str, str] = {}
    left_out, size, waiting = 0, 0, [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        try:
            with os.scandir(place) as entries:
                listed = list(itertools.islice(entries, MOST_FILES + 1))
        except OSError:
            left_out += 1
            continue
        for entry in listed:
            if entry.is_dir(follow_symlinks=False):
                if depth >= MOST_DEPTH or len(waiting) > MOST_FILES:
                    left_out += 1
                elif entry.name not in _SKIPPED:
                    waiting.append((Path(entry.path), depth + 1))
                continue
            name = os.path.relpath(entry.path, folder)
            plain = os.fsencode(name).decode("utf-8", "replace")
            within = len(seen) < MOST_FILES and size < ALL_BYTES
            data = _bytes(Path(entry.path)) if within and clean.line(plain) == name else None
            if data is None:
                left_out += 1
            else:
                size += len(data)
                seen[name] = hashlib.sha256(data).hexdigest()
    return seen, left_out


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
            target.chmod(0o755 if (workspace / name).stat().st_mode & 0o100 else 0o644)
