"""The loops of others that play a run's episodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bench.errors import UsageError
from bench.providers import Endpoint
from bench.records import NATIVE, Item

if TYPE_CHECKING:
    from bench.loops import HostedLoop


def planned_loops(
    endpoints: Sequence[Endpoint], items: Sequence[Item], environ: Mapping[str, str], *, seed: int
) -> dict[str, HostedLoop]:
    """The loops by model's label; none where no item is an episode.

    UsageError for a loop that is not installed, speaks another protocol or cannot play an item.
    """
    dialogues = [item for item in items if item.dialogue is not None]
    chosen = [endpoint for endpoint in endpoints if endpoint.entry.loop]
    if not dialogues or not chosen:
        return {}
    from bench.loops import KNOWN, HostedLoop, find

    loops: dict[str, HostedLoop] = {}
    for endpoint in chosen:
        entry = endpoint.entry
        where, preset = f"[models.{entry.label}]", KNOWN[str(entry.loop)]
        speaks = "anthropic" if endpoint.preset.protocol == "anthropic" else "openai"
        if preset.protocol != speaks:
            raise UsageError(
                f"{where}: {preset.name} speaks {preset.protocol}, and this address speaks {speaks}: nothing is "
                "translated. Name the vendor's other address, or another loop."
            )
        if entry.tool_protocol != NATIVE:
            raise UsageError(f"{where}: a loop says itself how tools reach the model. Take out tool_protocol or loop.")
        other = next(
            (item for item in dialogues if item.dialogue and (item.dialogue.once or item.dialogue.later)), None
        )
        if other is not None:
            raise UsageError(
                f"{where}: {preset.name} plays episodes of one request to the end, and {other.task} has others. "
                "Leave the suite out, or take out loop."
            )
        python, versions = find(preset.name, environ)
        loops[entry.label] = HostedLoop(preset=preset, python=python, versions=versions, seed=seed)
    return loops
