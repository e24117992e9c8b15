"""Which models' streams something between held back, so that no time to first token is the model's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from bench.plan import PlannedCall
from bench.records import Call

LEAST = 5
"""So many answers that can show it are needed: one that came at once may be chance."""
SHARE = 0.9
"""Of those, the share that came at once."""
LONG_CHARS = 64
"""An answer of so many characters is one that can show it."""


def held_back(asked: Iterable[PlannedCall], calls: Mapping[str, Call]) -> set[str]:
    """The models nearly all of whose answers came at once, as far as an answer can show it; the too short ones, which
    cannot, came by the same way.
    """
    seen: dict[str, list[bool]] = defaultdict(list)
    for planned in asked:
        call = calls[planned.key]
        if not call.reused and _can_show(call):
            seen[planned.model].append(_at_once(call))
    return {model for model, at_once in seen.items() if len(at_once) >= LEAST and sum(at_once) >= SHARE * len(at_once)}


def _at_once(call: Call) -> bool:
    """Whether an answer of several pieces came in a single read."""
    attempt = call.scored_attempt
    return attempt.buffered or (attempt.reads == 1 and attempt.coalesced == 1)


def _can_show(call: Call) -> bool:
    attempt = call.scored_attempt
    if attempt.ttft_s is None or attempt.reads is None:
        return False
    long = len(call.text) + len(call.reasoning) >= LONG_CHARS
    return long or attempt.buffered or attempt.reads > 1 or attempt.coalesced == 1
