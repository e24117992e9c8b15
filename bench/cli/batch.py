"""`bench run --batch`, and what does not go with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bench.cli.terminal import echo
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.records import Comparison
    from bench.run import Prepared

F = TypeVar("F", bound=Callable[..., Any])


def batch_option(command: F) -> F:
    """Adds --batch."""
    option = click.option(
        "--batch",
        is_flag=True,
        envvar="BENCH_BATCH",
        help="Ask by batch whoever offers it: within a day, at the batch price, without latencies. Others are asked as "
        "usual.",
    )
    return option(command)


def batched(comparison: Comparison, *, batch: bool) -> Comparison:
    """The comparison with every model asked by batch whose provider is known to offer that.

    UsageError where none is.
    """
    from bench.providers import preset_of
    from bench.records import RemoteModel

    if not batch:
        return comparison
    models, left = {}, []
    for label, entry in comparison.models.items():
        offered = isinstance(entry, RemoteModel) and (entry.batch or preset_of(entry).batch)
        models[label] = replace(entry, batch=True) if offered and isinstance(entry, RemoteModel) else entry
        left += [] if offered else [label]
    if len(left) == len(models):
        raise UsageError(
            "--batch: no model's provider is known to have a batch interface. Say batch = true in [models.<label>] of "
            "one that has, or ask without."
        )
    if left:
        echo(f"{', '.join(left)}: asked as usual; no batch interface is known there", err=True)
    return replace(comparison, models=models)


def require_usual(prepared: Prepared, *, gate: bool, probe: bool, until: bool) -> None:
    """UsageError where a run by batch is to measure latency, or to be judged on the way, and for a gate on prompts that
    are still to be chosen."""
    if gate and prepared.trials:
        raise UsageError("--gate asks what its baseline was asked, and a model has prompt_variants: take them out.")
    label = next((endpoint.entry.label for endpoint in prepared.endpoints if endpoint.batched), None)
    if label is None:
        return
    for wanted, option in (
        (gate, "--gate"),
        (probe, "--latency-probe"),
        (bool(prepared.comparison.run.load), "--load"),
    ):
        if wanted:
            raise UsageError(f"{option} measures latency, and '{label}' is asked by batch, which has none. Drop one.")
    if until:
        raise UsageError(
            f"'{label}' is asked by batch, which answers within a day; a run that is judged on the way asks in many "
            "small parts. Drop --until-decided, or the batch."
        )
