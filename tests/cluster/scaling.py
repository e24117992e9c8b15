"""How grading and calls scale from one node to two: `python -m tests.cluster.scaling`, by the Python that has Ray.

Each node has one processor. Grading runs the coding suite's own answers in the sandbox; calls wait for an endpoint that
answers after a fixed time, 16 at once on each node. Prints a table of medians of three.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bench.engine import Lane, LaneAway, run_lanes
from bench.plan import make_plan
from bench.providers import resolve
from bench.records import RemoteModel, RunSettings
from bench.run.cluster import AwaySender, Cluster
from bench.scoring.graders import function_calls, graded_by
from tests.cli.conftest import CODING
from tests.engine.lanes import Seen, items
from tests.fake_endpoint import FakeEndpoint, Reply

ANSWERS, CALLS, EACH, WAIT_S = 60, 320, 16, 0.5


@contextlib.contextmanager
def nodes(count: int) -> Iterator[Cluster]:
    """So many nodes of one processor each."""
    import ray
    from ray.cluster_utils import Cluster as Nodes

    options: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 80 << 20}
    made = Nodes(initialize_head=True, head_node_args={**options, "include_dashboard": False})
    for _ in range(count - 1):
        made.add_node(**options)
    made.wait_for_nodes()
    ray.init(address=made.address, log_to_driver=False, logging_level="ERROR")
    try:
        yield Cluster(ray=ray, address=made.address)
    finally:
        ray.shutdown()
        made.shutdown()


def grading_s(cluster: Cluster, salt: int) -> float:
    """Seconds to grade answers that no process has seen."""
    asked = [item for item in CODING if "entry_point" in item][:ANSWERS]
    texts = [f"```python\n{item['reference']}\n# {salt}\n```" for item in asked]
    begun = time.perf_counter()
    verdicts = [*cluster.pool.map(graded_by, ["function_calls"] * len(asked), asked, texts, chunksize=5)]
    taken = time.perf_counter() - begun
    assert all(verdict.score == 1.0 for verdict in verdicts), function_calls
    return taken


def calls_s(cluster: Cluster | None, endpoint: FakeEndpoint, slots: int) -> float:
    """Seconds from the first call to the last."""
    model = resolve(RemoteModel("m0", "openai-api/fake/m0", base_url=endpoint.url, max_connections=slots), {})
    plan, seen = make_plan(items(CALLS), [model], RunSettings(("s",)), {}), Seen()
    asyncio.run(run_lanes("r", [Lane(model, plan.calls, slots)], seen.record, seen, {}, elsewhere=cluster))
    at = [request.at for request in endpoint.requests]
    endpoint.requests.clear()
    assert len(seen.calls) == len(at) == CALLS
    return max(at) - min(at) + WAIT_S


def overheads_ms(cluster: Cluster) -> tuple[float, float]:
    """This process's processor time for an attempt made elsewhere, and wall time of an empty part of a pool's work."""
    lane = LaneAway.__new__(LaneAway)

    async def hops() -> float:
        process = cluster.senders(lane, 1)[0]
        assert isinstance(process, AwaySender)
        actor = (await cluster.usable()).actor
        await asyncio.gather(*(actor.close.remote("none") for _ in range(200)))
        begun = time.process_time()
        for _ in range(20):
            await asyncio.gather(*(actor.close.remote("none") for _ in range(100)))
        return (time.process_time() - begun) / 2000 * 1000

    attempt = asyncio.run(hops())
    assert [*cluster.pool.map(abs, range(200), chunksize=2)] == [*range(200)]
    begun = time.perf_counter()
    assert [*cluster.pool.map(abs, range(400), chunksize=2)] == [*range(400)]
    return attempt, (time.perf_counter() - begun) / 200 * 1000


def main() -> None:
    """Measures and prints."""
    print("| nodes | grading, answers a second | calls a second | at best |\n|---|---|---|---|")
    with FakeEndpoint(lambda _: replace(Reply(), delay_s=WAIT_S)) as endpoint:
        here = statistics.median(calls_s(None, endpoint, EACH) for _ in range(3))
        print(f"| without Ray | - | {CALLS / here:.1f} | {EACH / WAIT_S:.0f} |", flush=True)
        for count in (1, 2):
            with nodes(count) as cluster:
                grading_s(cluster, 0)
                graded = statistics.median(grading_s(cluster, salt) for salt in (1, 2, 3))
                called = statistics.median(calls_s(cluster, endpoint, EACH * count) for _ in range(3))
                attempt_ms, part_ms = overheads_ms(cluster)
            best = EACH * count / WAIT_S
            print(f"| {count} | {ANSWERS / graded:.1f} | {CALLS / called:.1f} | {best:.0f} |", flush=True)
    print(f"An attempt elsewhere: {attempt_ms:.2f} ms of the command's processor. A part of a pool: {part_ms:.2f} ms.")


if __name__ == "__main__":
    main()
