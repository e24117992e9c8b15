"""An agent's walls: every attack is contained within them, and the same attacks get through without them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from bench.agents import AgentLimits, StopCause, probe_walls
from bench.agents import attack as attack_module
from bench.agents.contained import contained
from bench.agents.probe import PLAIN, _victims, owned, room

ATTACK = Path(attack_module.__file__)
HARMLESS = [
    *("a file of the host", "a variable of the host", "the host's loopback", "an abstract socket of the host"),
    *("another task's socket", "a process of the host", "a fork bomb"),
]
"""What may be tried without walls: aimed at what the probe itself has put up."""
HOG = "x = bytearray(3 * 10**8)\nwhile 1: pass"
LIMITS = AgentLimits(wall_s=20, processes=60)
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


@pytest.mark.usefixtures("walls")
def test_every_attack_is_contained() -> None:
    probe = asyncio.run(probe_walls())
    assert probe.hold, probe.got
    assert set(probe.got) == {*attack_module.ATTACKS, "a memory bomb"}


def test_without_walls_the_same_attacks_get_through(tmp_path: Path) -> None:
    async def attacked() -> dict[str, str | None]:
        async with _victims(tmp_path) as (given, _):
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
        ("sleep 60", replace(LIMITS, wall_s=0.5), StopCause.DEADLINE),
        ("head -c 30000000 /dev/zero > big; sleep 60", replace(LIMITS, disk_bytes=10**7), StopCause.DISK),
        (f"{PYTHON} -I -S -c '{HOG}'", replace(LIMITS, memory_bytes=10**8), StopCause.MEMORY),
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
