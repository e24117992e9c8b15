"""A run on Ray's nodes: attempts of calls are made and answers are graded there, and everything is decided here.

This process keeps the plan's order, each model's rate limit and slots, the budget and the one journal, exactly as it
does without Ray: a call is sent to a node only once it was admitted, and its answer is recorded here before the slot
goes on. A lost node loses the attempts that it was making, which count as billed at worst, and are asked again.
"""

from __future__ import annotations

import asyncio
import math
import os
import secrets
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from bench.engine import Cause, Failure, LaneAway, Sender, Sent, Station, code_sha256, now, unanswered
from bench.errors import UsageError
from bench.providers import Endpoint
from bench.records import utc_now
from bench.run.raypool import RayPool

LOCAL = "local"
"""In place of an address: a cluster of this machine alone, for as long as the run takes."""
SLOTS = 64
"""Slots that one process on a node serves."""
GRACE_S = 30.0
"""An answer from a node is waited for so much longer than the attempt itself may take, in seconds."""
READY_S = 60.0
"""A process on a node must be ready within this time, in seconds."""
TRIES = 5
"""So many processes in a row that do not get ready, and a call's attempt fails."""
OPEN_S = 5.0
"""A cluster's head must take a connection within this time, in seconds."""
MISSING = "--ray needs Ray: pip install 'claimbench[ray]', here and on every node."


def _ray() -> Any:
    """The package. UsageError where it is not installed."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # read when it is imported; it would report to its makers
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise UsageError(MISSING) from error
    return ray


@dataclass(slots=True, eq=False, kw_only=True)
class _Process:
    """A process on a node, as it is known here."""

    actor: Any
    node: str
    usable: asyncio.Future[None] | None = None
    opened: set[str] = field(default_factory=set)
    lost: bool = False
    slots: int = 0


def ignored() -> None:
    """In place of what only this process can be told."""


@dataclass(slots=True, kw_only=True)
class Cluster:
    """Ray's nodes as a run uses them; made by `joined`."""

    ray: Any
    """The package."""
    address: str
    """As the user gave it."""
    _processes: list[_Process] = field(default_factory=list)
    _dead: set[str] = field(default_factory=set)

    @property
    def nodes(self) -> list[Mapping[str, Any]]:
        """The nodes that live, as Ray describes them."""
        return [node for node in self.ray.nodes() if node["Alive"] and node["NodeID"] not in self._dead]

    @property
    def cpus(self) -> int:
        """Processors of all nodes, as Ray counts them; at least 1."""
        return max(1, int(sum(node["Resources"].get("CPU", 0) for node in self.nodes)))

    @property
    def pool(self) -> Executor:
        """Computes on all nodes."""
        return RayPool(self.ray, self.cpus)

    def require_reach(self, endpoints: Iterable[Endpoint]) -> None:
        """UsageError for a model whose address is this machine's alone, where nodes are on others."""
        mine = self.ray.util.get_node_ip_address()
        if all(node["NodeManagerAddress"] in (mine, "127.0.0.1") for node in self.nodes):
            return
        for endpoint in endpoints:
            host = urlsplit(endpoint.base_url or "").hostname
            if not endpoint.entry.local and host in ("localhost", "127.0.0.1", "::1"):
                raise UsageError(
                    f"[models.{endpoint.entry.label}] base_url: {host} is another machine on each node of the cluster. "
                    "Name this machine by its address in the network, or run without --ray."
                )

    def senders(self, lane: LaneAway, count: int) -> Sequence[Sender]:
        """As many senders as a lane has slots, on processes of all nodes in turn."""
        nodes = self.nodes
        wanted = max(len(nodes), min(math.ceil(count / SLOTS), self.cpus))
        while len(self._living()) < wanted:
            self._start(nodes[len(self._processes) % len(nodes)]["NodeID"])
        shared = _Shared(secrets.token_hex(8), lane)
        return [AwaySender(self, shared, slot) for slot in range(count)]

    def _living(self) -> list[_Process]:
        return [process for process in self._processes if not process.lost]

    def _start(self, node: str) -> _Process:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        where = NodeAffinitySchedulingStrategy(node_id=node, soft=False)
        actor = self.ray.remote(Station).options(
            num_cpus=0, max_restarts=0, max_task_retries=0, max_concurrency=1000, scheduling_strategy=where
        )
        process = _Process(actor=actor.remote(), node=node)
        self._processes.append(process)
        return process

    async def usable(self) -> _Process:
        """The process with the fewest slots, ready for one more; others are tried in the place of those that do not get
        ready.

        Raises UsageError for one of other code, TimeoutError or RayError if none gets ready.
        """
        for left in reversed(range(TRIES)):
            living = self._living()
            process = min(living, key=lambda each: each.slots) if living else self._start(self._other_node())
            process.slots += 1
            if process.usable is None:
                process.usable = asyncio.ensure_future(self._ready(process))
            try:
                await asyncio.shield(process.usable)
                return process
            except (TimeoutError, self.ray.exceptions.RayError):
                self.lost(process)
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")

    async def _ready(self, process: _Process) -> None:
        async with asyncio.timeout(READY_S):
            theirs = await process.actor.ready.remote()
        if theirs != code_sha256():
            raise UsageError(
                f"--ray {self.address}: a node has another version of claimbench. Install this one on every node, then "
                "start Ray there again."
            )

    def lost(self, process: _Process) -> None:
        """A process answers no more: another one takes its place, on a node that lives."""
        if process.lost:
            return
        process.lost = True
        with suppress(Exception):
            self.ray.kill(process.actor)
        self._dead |= {node["NodeID"] for node in self.ray.nodes() if not node["Alive"]}
        if self.nodes:  # there are none where the cluster itself is gone
            self._start(self._other_node())

    def _other_node(self) -> str:
        """The living node with the fewest of our processes."""
        if not self.nodes:
            raise TimeoutError("none is left")
        taken = [process.node for process in self._living()]
        return str(min((node["NodeID"] for node in self.nodes), key=taken.count))


@dataclass(slots=True)
class _Shared:
    """What the senders of one lane share."""

    number: str
    lane: LaneAway
    answered: bool = False

    @property
    def away(self) -> LaneAway:
        """The lane as it goes to a node."""
        return replace(self.lane, asking=replace(self.lane.asking, on_first_event=ignored))


@dataclass(slots=True)
class AwaySender:
    """Makes a slot's attempts on a node."""

    cluster: Cluster
    """The nodes."""
    shared: _Shared
    """Its lane."""
    slot: int
    """Its number."""
    process: _Process | None = None
    """Where it asks; another one once that is lost."""

    async def send(self, body: Mapping[str, Any], waited_s: float, *, keeps_events: bool) -> Sent:
        """One attempt. A lost node is a failed attempt, which may have been billed."""
        begun, sent_at, asking = now(), utc_now(), self.shared.lane.asking

        def failed(cause: Cause, why: str) -> Sent:
            failure = Failure(cause, asking.redact(why))
            return unanswered(failure, sent_at=sent_at, begun=begun, waited_s=waited_s), ()

        try:
            process = await self._process()
        except (TimeoutError, self.cluster.ray.exceptions.RayError) as error:
            return failed(Cause.CONNECTION, f"no node of the Ray cluster can ask ({_first_line(error)})")
        try:
            async with asyncio.timeout(asking.timeout_s + GRACE_S):
                ended, flags = await self._asked(process, body, waited_s, keeps_events)
        except (TimeoutError, self.cluster.ray.exceptions.RayError) as error:
            self.cluster.lost(process)
            return failed(Cause.WORKER, f"the node that asked was lost ({_first_line(error)})")
        # Times of day and moments are this machine's: clocks of others may differ.
        return replace(ended, begun=begun, attempt=replace(ended.attempt, sent_at=sent_at)), flags

    async def _process(self) -> _Process:
        """Where to ask, with the lane open. Raises what `Cluster.usable` does."""
        shared = self.shared
        while True:
            if self.process is None or self.process.lost:
                self.process = await self.cluster.usable()
            process = self.process
            if shared.number in process.opened:
                return process
            try:
                async with asyncio.timeout(READY_S):
                    await process.actor.open.remote(shared.number, shared.away)
                process.opened.add(shared.number)
                return process
            except (TimeoutError, self.cluster.ray.exceptions.RayError):
                self.cluster.lost(process)

    async def _asked(self, process: _Process, body: Mapping[str, Any], waited_s: float, keeps_events: bool) -> Sent:
        shared = self.shared
        asked = (shared.number, self.slot, dict(body), waited_s, keeps_events)
        if shared.answered:
            sent: Sent = await process.actor.send.remote(*asked)
            return sent
        parts = process.actor.first.options(num_returns="streaming").remote(*asked)
        async for each in parts:
            said: Sent | None = await each
            if said is not None:
                return said
            shared.answered = True
            shared.lane.asking.on_first_event()
        raise TimeoutError("it ended without an answer")

    async def close(self) -> None:
        """Forgets the lane on the node."""
        if self.process is not None:
            self.process.slots -= 1
        if self.process is not None and not self.process.lost and self.shared.number in self.process.opened:
            self.process.opened.discard(self.shared.number)
            self.process.actor.close.remote(self.shared.number)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def _require_open(address: str) -> None:
    """UsageError if nobody listens at an address: Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), OPEN_S).close()
    except (OSError, OverflowError) as error:
        raise _unusable(address, error) from error


def _unusable(address: str, error: Exception) -> UsageError:
    return UsageError(
        f"--ray {address}: no Ray cluster can be used there ({_first_line(error)}). Start one with "
        "`ray start --head` here, or give --ray local."
    )


@contextmanager
def joined(address: str) -> Iterator[Cluster]:
    """A cluster while the block runs: `local`, or the address of one that this machine is a node of.

    UsageError where Ray is not installed, or none answers.
    """
    if address.startswith("ray://"):
        raise UsageError(f"--ray {address}: name the head's own address, HOST:6379, on a machine that is a node.")
    ray = _ray()
    _require_open(address)
    options: dict[str, Any] = {"include_dashboard": False} if address == LOCAL else {"address": address}
    try:
        ray.init(log_to_driver=False, logging_level="ERROR", configure_logging=False, **options)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise _unusable(address, error) from error
    try:
        yield Cluster(ray=ray, address=address)
    finally:
        ray.shutdown()
