"""Local weights of a run: their files, and the server that answers from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import UsageError
from bench.providers import Endpoint
from bench.records import NATIVE, PROMPTED_JSON, LocalModel, ModelEntry

if TYPE_CHECKING:
    from bench.plan import PlannedCall
    from bench.run.prepare import Watcher


def fetch_weights(entry: ModelEntry, watcher: Watcher) -> Path:
    """A local model's weights file, fetched first if need be. UsageError if it cannot be got."""
    from bench.weights.catalog import resolve as find
    from bench.weights.fetch import fetch

    weights = find(entry.name)
    return fetch(weights, report=lambda p: watcher.fetched(weights.name, p.done, p.total), say=watcher.say)


def require_tools(entry: ModelEntry, weights: Path) -> None:
    """UsageError if tools would never reach a local model: its chat template leaves them out in silence."""
    from bench.weights.template import template_of

    template = template_of(weights) if entry.tool_protocol == NATIVE and not entry.loop else None
    if template is not None and "tools" not in template:
        raise UsageError(
            f"model '{entry.label}': the chat template of its weights leaves tools out in silence, so that it cannot "
            f'use any. Set tool_protocol = "{PROMPTED_JSON}" in [models.{entry.label}], or leave the suite out.'
        )


def by_prefix(entry: ModelEntry, calls: Sequence[PlannedCall]) -> list[Sequence[PlannedCall]]:
    """A local model's calls in the parts in which they are asked, one after the other.

    Where its server keeps prompts, those with the same beginning stand back to back, and the first is asked alone:
    several slots at once would each work through the same beginning. Elsewhere the plan's order stays.
    """
    if not (isinstance(entry, LocalModel) and entry.prompt_cache and calls):
        return [calls]
    ordered = sorted(calls, key=lambda call: [(each["role"], each["content"]) for each in call.item.messages])
    return [ordered[:1], ordered[1:]] if entry.slots > 1 and len(ordered) > 1 else [ordered]


@contextmanager
def serving(endpoint: Endpoint, weights: Path, folder: Path) -> Iterator[tuple[Endpoint, float]]:
    """The endpoint with its server's address, and the seconds its server took to load."""
    from bench.providers import server_settings
    from bench.weights.server import serve

    entry = endpoint.entry
    assert isinstance(entry, LocalModel)
    log = folder / "logs" / f"{entry.label}.log"
    with serve(weights, server_settings(entry), log=log) as server:
        yield replace(endpoint, base_url=server.base_url), server.load_s
