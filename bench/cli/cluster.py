"""`--ray`: commands whose work Ray's nodes share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from bench.run import Prepared

ray_option = click.option(
    "--ray",
    metavar="ADDRESS|local",
    envvar="BENCH_RAY",
    help="Ask, grade and simulate on the nodes of a Ray cluster; 'local' is one of this machine. See docs/scale.md.",
)


def pool_of(address: str | None) -> Executor | None:
    """The nodes that compute until the command ends; None without an address."""
    if address is None:
        return None
    from bench.run.cluster import joined

    return click.get_current_context().with_resource(joined(address)).pool


def clustered(prepared: Prepared, address: str | None) -> Prepared:
    """What is prepared, with the cluster that does the work until the command ends; unchanged without an address."""
    if address is None:
        return prepared
    from bench.run.cluster import joined

    cluster = click.get_current_context().with_resource(joined(address))
    cluster.require_reach(prepared.endpoints)
    return replace(prepared, cluster=cluster)
