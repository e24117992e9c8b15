"""An agent's walls: every attack is contained within them, and the same attacks get through without them."""

from __future__ import annotations

import asyncio
import json
import mmap
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.agents import AgentLimits, AgentPreset, LocatedAgent, StopCause, locate, probe_walls, versions_of
from bench.agents import attack as attack_module
from bench.agents.contained import contained
from bench.agents.probe import PLAIN, _victims, owned, room
from bench.agents.watch import memory
from bench.cli.run import _warnings
from bench.errors import UsageError
from bench.prices import load
from bench.proxy.agent import send
from bench.run.agentic import PlannedAgent

ATTACK = Path(attack_module.__file__)
HARMLESS = [
    *("a file of the host", "a variable of the host", "the host's loopback", "an abstract socket of the host"),
    *("another task's socket", "a process of the host", "a fork bomb"),
]
"""What may be tried without walls: aimed at what the probe itself has put up."""
SOCKETS = """
import socket, time
kept = []
while True:
    kept += socket.socketpair()
    kept[-2].setsockopt(1, 7, 2**20)
    assert kept[-2].getsockopt(1, 7) < 2**20
    kept[-2].setblocking(False)
    try:
        while kept[-2].send(b"x" * 65536): pass
    except BlockingIOError: pass
    time.sleep(0.001)
"""
IN_FLIGHT = """
import os, socket, struct, time
mine, theirs = socket.socketpair()
for n in range(6):
    file = os.open("big", os.O_RDWR | os.O_CREAT)
    os.unlink("big")
    os.posix_fallocate(file, 0, 5 * 10**7)
    mine.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", file))])
    os.close(file)
time.sleep(99)
"""
"""Files without a name, whose only descriptors wait in a socket."""
SHARED = """
import mmap, time
kept = mmap.mmap(-1, 3 * 10**8)
for _ in range(300): kept.write(bytes(10**6))
time.sleep(99)
"""
TABLES = """
import ctypes, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
start = libc.mmap(None, 2**37, 1, 0x4022, -1, 0)
for at in range(start, start + 2**37, 2**21): ctypes.string_at(at, 1)
time.sleep(99)
"""
"""A byte read of each of 65,536 pieces of a mapping without reserve: 256 MiB of page tables."""
HOG = "x = bytearray(3 * 10**8)\nwhile 1: pass"
LIMITS = AgentLimits(wall_s=80, processes=60)
PYTHON = str(Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}"))


async def _within(script: str, limits: AgentLimits = LIMITS) -> tuple[int, StopCause | None, str]:
    async with room() as folder:
        workspace = folder / "workspace"
        workspace.mkdir()
        owned(workspace)
        server = await asyncio.start_unix_server(_echo, folder / "out")
        ended = await contained(
            ["sh", "-c", script], PLAIN, workspace=workspace, socket=owned(folder / "out"), limits=limits
        )
        server.close()
    return ended.exit_code, ended.stopped, ended.output


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"heard " + await reader.readline())
    writer.close()


def _deep(folder: Path) -> Path:
    """A folder whose name is longer than a socket's may be."""
    deep = folder / ("x" * 110)
    deep.mkdir()
    return deep


@pytest.mark.usefixtures("walls")
def test_every_attack_is_contained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(_deep(tmp_path)))
    probe = asyncio.run(probe_walls())
    assert probe.hold, probe.got
    assert set(probe.got) == {*attack_module.ATTACKS, "a memory bomb"}


def test_without_walls_the_same_attacks_get_through(tmp_path: Path) -> None:
    async def attacked() -> dict[str, str | None]:
        async with _victims(_deep(tmp_path)) as (given, _):
            words = [sys.executable, str(ATTACK), json.dumps({**given, "most": 3, "only": HARMLESS})]
            said = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, check=True)
            got: dict[str, str | None] = json.loads(said.stdout.strip().split("\n")[-1])
            return got

    got = asyncio.run(attacked())
    assert all(got[name] for name in HARMLESS), got


@pytest.mark.usefixtures("walls")
def test_the_socket_is_the_only_way_out_and_leads_there() -> None:
    words = (
        "import socket; s = socket.create_connection(('127.0.0.1', 4000)); s.sendall(b'hello\\n'); print(s.recv(99))"
    )
    code, _, said = asyncio.run(_within(f'{PYTHON} -I -S -c "{words}"; ls /sys/class/net 2>/dev/null; cat /etc/passwd'))
    assert code == 0
    assert "b'heard hello\\n'" in said
    assert "agent" in said
    assert len(said.split("\n")) < 8


@pytest.mark.usefixtures("walls")
def test_an_agent_sees_nothing_of_this_process() -> None:
    os.environ["BENCH_TEST_KEY"] = "sk-canary-12345"
    try:
        _, _, said = asyncio.run(_within("env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'; ls /home /root 2>&1"))
    finally:
        del os.environ["BENCH_TEST_KEY"]
    assert "PATH=" in said
    assert "canary" not in said


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize(
    ("script", "limits", "cause"),
    [
        ("sleep 99", replace(LIMITS, wall_s=0.5), StopCause.DEADLINE),
        ("head -c 30000000 /dev/zero > big; sleep 99", replace(LIMITS, disk_bytes=10**7), StopCause.DISK),
        (
            "exec 3>big; rm big; head -c 30000000 /dev/zero >&3; sleep 99",
            replace(LIMITS, disk_bytes=10**7),
            StopCause.DISK,
        ),
        (f"{PYTHON} -I -S -c '{IN_FLIGHT}'", replace(LIMITS, disk_bytes=10**7), StopCause.DISK),
        (f"{PYTHON} -I -S -c '{SOCKETS}'", replace(LIMITS, memory_bytes=5 * 10**7), StopCause.MEMORY),
        (f"{PYTHON} -I -S -c '{HOG}'", replace(LIMITS, memory_bytes=10**8), StopCause.MEMORY),
        (f"{PYTHON} -I -S -c '{TABLES}'", replace(LIMITS, memory_bytes=10**8), StopCause.MEMORY),
        (f"{PYTHON} -I -S -c '{SHARED}'", replace(LIMITS, memory_bytes=10**8), StopCause.MEMORY),
        (
            "for d in /tmp $HOME /dev/shm; do head -c 40000000 /dev/zero > $d/x; done; "
            + f"{PYTHON} -I -S -c '{HOG.replace('3 * 10**8', '6 * 10**7')}'",
            replace(LIMITS, memory_bytes=10**8),
            StopCause.MEMORY,
        ),
    ],
)
def test_limits_end_it_and_all_that_it_started(script: str, limits: AgentLimits, cause: StopCause) -> None:
    left = f"sleep 6{uuid.uuid4().int % 10**9}"
    code, stopped, _ = asyncio.run(_within(f"({left} & setsid {left} &) ; {script}", limits))
    assert (code, stopped) == (137, cause)
    assert not subprocess.run(["pgrep", "-f", left], capture_output=True, check=False).stdout


@pytest.mark.usefixtures("walls")
def test_a_file_may_not_be_larger_than_allowed() -> None:
    code, _, said = asyncio.run(_within("head -c 3000000 /dev/zero > big", replace(LIMITS, file_bytes=10**6)))
    assert code != 0, said


LEAVES = """
import asyncio
from bench.agents.probe import room
async def stay():
    async with room() as folder:
        (folder / "workspace").mkdir()
        print(folder, flush=True)
        await asyncio.sleep(60)
asyncio.run(stay())
"""


def test_what_a_killed_process_left_goes_with_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never what another process holds, nor a link or a folder of another name."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("bench.agents.probe._YOUNG_S", -1)
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    words = [sys.executable, "-c", LEAVES]
    with subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        left = Path(process.stdout.readline().strip())
        others = [tmp_path / "agent-1", tmp_path / "claimbench-agent-link"]
        others[0].mkdir()
        others[1].symlink_to(others[0])

        async def enter() -> bool:
            async with room():
                return left.exists()

        try:
            assert asyncio.run(enter())
        finally:
            process.kill()
    assert left.is_relative_to(tmp_path)
    assert left.exists()
    assert not asyncio.run(enter())
    assert sorted(tmp_path.iterdir()) == sorted(others)


def located(name: str, *version: str) -> LocatedAgent:
    preset = AgentPreset(name=name, programs=("sh",), command=("{task}",), version=version, protocol="openai")
    return locate(preset, {"PATH": "/usr/bin:/bin"})


@pytest.mark.slow
@pytest.mark.usefixtures("walls")
def test_versions_that_never_end_are_unknown_and_hold_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.agents.version.VERSION_S", 8.0)
    monkeypatch.setattr("bench.agents.version._BESIDE", 2)
    forever = ("sh", "-c", "trap '' TERM; while :; do echo x; sleep 1; done")
    agents = {name: located(name, *forever) for name in ("a", "c", "d", "e")}
    agents = {"a": agents["a"], "b": located("b", "echo", "own 1.0"), **agents}
    begun = time.monotonic()
    assert asyncio.run(versions_of(agents)) == {"a": "", "b": "own 1.0", "c": "", "d": "", "e": ""}
    assert time.monotonic() - begun < 3 * 8, "all together, not each"


def test_who_could_not_be_asked_for_a_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.agents.walls.wall_program", lambda: None)
    found = asyncio.run(versions_of({1: located("own", "true")}))[1]
    assert isinstance(found, UsageError)
    assert str(found).startswith("own: agents need bubblewrap")


def test_no_version_is_said_before_a_run() -> None:
    agents = [PlannedAgent(located=located("own", "sh", "--version"), version=said) for said in ("", "1.0")]
    first, second = (agent.unversioned for agent in agents)
    assert first
    assert first.startswith("own says no version (sh --version)")
    assert second is None


def test_an_agent_without_a_version_is_warned_of_once() -> None:
    silent, known = PlannedAgent(located=located("own", "sh", "--version"), version=""), SimpleNamespace(tasks={})
    prepared: Any = SimpleNamespace(
        loaded=SimpleNamespace(files=()), plan=SimpleNamespace(calls=()), endpoints=(), book=load(None),
        agents={"a": silent, "b": silent, "c": replace(silent, version="1.0")},
    )  # fmt: skip
    registry: Any = known
    assert _warnings(prepared, registry) == [silent.unversioned]


def test_a_signal_leaves_the_exit_code_to_who_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ended() -> tuple[int, int]:
        process = await asyncio.create_subprocess_exec("sleep", "60")
        monkeypatch.setattr(subprocess.Popen, "poll", lambda _: pytest.fail("takes the exit code"))
        send(process, signal.SIGKILL)
        first = await process.wait()
        send(process, signal.SIGKILL)  # to nobody
        return first, await process.wait()

    assert asyncio.run(ended()) == (-9, -9)


def test_a_program_is_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o755)
    preset = AgentPreset(
        name="a", programs=(str(tmp_path / "pipe"),), command=("{task}",), version=(), protocol="openai"
    )
    with pytest.raises(UsageError, match="is no program"):
        locate(preset, {})


def test_page_tables_count_as_memory() -> None:
    """A mapping that is only read has no memory of its own, and yet takes 4 KiB for each 2 MiB of addresses."""
    pieces, piece = 2048, 2 << 20
    before, *_ = memory([os.getpid()])
    with mmap.mmap(-1, pieces * piece, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, mmap.PROT_READ) as read:
        assert not any(read[at * piece] for at in range(pieces))
        after, *_ = memory([os.getpid()])
    assert after - before > pieces * 3000
