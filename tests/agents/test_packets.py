"""What crosses the network of an agent's walls, as the kernel hands it to a logger in that very namespace."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.agents import contained as walls_of
from bench.agents.presets import shipped_agents
from tests.agents.conftest import require_agent
from tests.agents.solver import Solver
from tests.agents.test_episode import SUBMIT
from tests.agents.test_run import REAL, TOML, Stage

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("walls"),
    pytest.mark.skipif(os.getuid() != 0, reason="only root may enter the namespace of an agent's network"),
]
NEW_NETWORK, EVERY_PACKET, DNS = 0x40000000, 3, 53
"""CLONE_NEWNET of setns(2), ETH_P_ALL of packet(7), and the port of names."""
UNREACHABLE = "1"
"""ICMP: how this machine says that nobody is at a port."""


@dataclass(slots=True)
class PacketLog:
    """Every packet of the networks that it is attached to: device, protocol, and both ends."""

    packets: list[tuple[str, str, tuple[str, int], tuple[str, int]]] = field(default_factory=list)
    networks: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def attach(self, pid: int) -> None:
        """Logs the network of a process from now on; other threads of ours stay in their own."""
        ready = threading.Event()
        self._threads.append(threading.Thread(target=self._log, args=(pid, ready)))
        self._threads[-1].start()
        assert ready.wait(10)

    def close(self) -> None:
        """Reads what is there, and ends."""
        self._over.set()
        for thread in self._threads:
            thread.join(10)

    def _log(self, pid: int, ready: threading.Event) -> None:
        with Path(f"/proc/{pid}/ns/net").open("rb") as theirs:
            assert ctypes.CDLL(None, use_errno=True).setns(theirs.fileno(), NEW_NETWORK) == 0
        with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(EVERY_PACKET)) as ear:
            self.networks += 1
            ready.set()
            ear.settimeout(0.2)
            while True:
                try:
                    data, (device, *_) = ear.recvfrom(65_600)
                except TimeoutError:
                    if self._over.is_set():
                        return
                    continue
                self.packets.append((device, *_read(data)))


def _read(data: bytes) -> tuple[str, tuple[str, int], tuple[str, int]]:
    """Protocol and ends of an IP packet."""
    if data[0] >> 4 == 6:
        kind, ends, begin = data[6], (data[8:24], data[24:40]), 40
        family = socket.AF_INET6
    else:
        kind, ends, begin = data[9], (data[12:16], data[16:20]), 4 * (data[0] & 15)
        family = socket.AF_INET
    name = {socket.IPPROTO_TCP: "tcp", socket.IPPROTO_UDP: "udp"}.get(kind, str(kind))
    ports = [int.from_bytes(data[at : at + 2], "big") for at in (begin, begin + 2)]
    first, second = ((socket.inet_ntop(family, end), port) for end, port in zip(ends, ports, strict=True))
    return name, first, second


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[PacketLog]:
    """Attached to the network of every agent from its first process on."""
    found, first = PacketLog(), walls_of._first

    async def and_log(inward: int) -> int | None:
        pid = await first(inward)
        if pid is not None:
            found.attach(pid)
        return pid

    monkeypatch.setattr(walls_of, "_first", and_log)
    monkeypatch.setattr("bench.run.stages._walls_hold", lambda: True)  # its attacks are no agent's
    yield found
    found.close()


RELAY = ("127.0.0.1", 4000)
"""Where the relay to the proxy's socket listens within."""


def test_the_logger_sees_a_query_for_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: PacketLog) -> None:
    """To this machine's own port 53 there is a way; to any other there is none, and so no packet."""
    ask = "bash -c 'echo q > /dev/udp/127.0.0.1/53; echo q > /dev/udp/9.9.9.9/53'"
    with Solver([ask]) as solver:
        Stage(tmp_path, monkeypatch, solver.url, TOML)("run", "--limit", "1")
    log.close()
    asked = {(device, end) for device, kind, _, end in log.packets if kind == "udp"}  # going out, and coming in
    assert asked == {("lo", ("127.0.0.1", DNS))}
    assert any(RELAY in packet[2:] for packet in log.packets)


@pytest.mark.parametrize("name", ["claude-code", "qwen-code", "mini-swe-agent", "opencode", "codex"])
def test_no_packet_of_an_agents_leaves_its_walls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: PacketLog, name: str
) -> None:
    """Qwen Code tries to report to its vendor whatever its settings say: its queries for names end at 127.0.0.1."""
    require_agent(shipped_agents()[name])
    with Solver(["true", SUBMIT]) as solver:
        toml = REAL.replace('"agentic"', '"chores"').replace("[run]", "[run]\nlimit = 1")
        model = name if name in toml else "qwen-code"  # the others ask the same model
        toml = toml.replace(f'agent = "{model}"', f'agent = "{name}"')
        stage, chores = Stage(tmp_path, monkeypatch, solver.url, toml), tmp_path / "bench-tasks" / "chores.yaml"
        chores.write_text(chores.read_text().replace("usd: 0.05", "usd: 1"))  # Claude Code asks for long answers
        stage("run", "-m", f"{model}-{'haiku' if name == 'claude-code' else 'small'}")
        calls = len(solver.requests)
    log.close()
    assert calls >= 2
    assert log.networks >= 1
    assert len(log.packets) > 4 * calls, "the calls themselves are seen"
    assert {device for device, *_ in log.packets} == {"lo"}, "no packet is on a device that leads anywhere"
    others = {kind for _, kind, *ends in log.packets if RELAY not in ends}
    hosts = {end[0] for _, _, *ends in log.packets for end in ends}
    assert hosts <= {"127.0.0.1", "::1"}
    assert others <= {"udp", UNREACHABLE}, "queries for names, which nobody answers"
    assert not any(kind == "udp" and begin[1] == DNS for _, kind, begin, _ in log.packets)
