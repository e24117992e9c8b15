"""A cluster of two nodes on this machine, each with a processor: `python nodes.py`; run by the Python that has Ray.

Prints {"address"} once it runs. Each line of stdin is a command and the port of the endpoint: "settle" waits until both
nodes live and nobody asks; the others wait until a process of the second node asks the endpoint, and "workers" then
kills it, "node" kills the node and starts another one. Each is answered by a line of JSON; the end of stdin ends all.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

PATIENCE_S = 120.0
"""What a command waits for comes within this time, in seconds, also on a busy machine."""


def asking(below: int) -> list[int]:
    """Processes that make attempts of calls below a process."""
    parents: dict[int, int] = {}
    names: dict[int, bytes] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            names[int(folder.name)] = folder.joinpath("cmdline").read_bytes()
        except (OSError, ValueError):
            continue

    def under(pid: int) -> bool:
        while pid in parents:
            if pid == below:
                return True
            pid = parents[pid]
        return False

    return [pid for pid, name in names.items() if b"Station" in name and under(pid)]


def asks(pid: int, port: int) -> bool:
    """Whether a process has a connection to a port of loopback."""
    try:
        lines = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
        sockets = {f"socket:[{line[9]}]" for line in lines if line[3] == "01" and int(line[2][-4:], 16) == port}
        return any(os.readlink(each) in sockets for each in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def raylet(node: Any) -> int:
    """The process of a node that starts its others."""
    return int(node.all_processes["raylet"][0].process.pid)


def settled(cluster: Any, second: Any) -> bool:
    """Whether exactly these two nodes live, as far as the cluster itself knows, and nobody asks on them."""
    living = {node["NodeID"] for node in cluster.global_state.node_table() if node["Alive"]}
    both = cluster.head_node, second
    return living == {node.node_id for node in both} and not any(asking(raylet(node)) for node in both)


def main() -> None:
    """Runs until stdin closes."""
    from ray.cluster_utils import Cluster

    known = {"health_check_initial_delay_ms": 500, "health_check_period_ms": 500, "health_check_failure_threshold": 4}
    options: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 80 << 20}
    head = {**options, "_system_config": known, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    second = cluster.add_node(**options)
    cluster.wait_for_nodes()
    print(json.dumps({"address": cluster.address, "session": cluster.head_node.get_session_dir_path()}), flush=True)
    for line in sys.stdin:
        command, _, port = line.strip().partition(" ")
        killed: list[int] = []
        until = time.monotonic() + PATIENCE_S
        while command == "settle" and not settled(cluster, second) and time.monotonic() < until:
            time.sleep(0.1)
        while command != "settle" and not killed and time.monotonic() < until:
            killed = [pid for pid in asking(raylet(second)) if asks(pid, int(port))]
            time.sleep(0.05)
        if command == "workers":
            for pid in killed:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        elif command == "node":
            cluster.remove_node(second, allow_graceful=False)
            second = cluster.add_node(**options)
        print(json.dumps({"killed": len(killed)}), flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()
