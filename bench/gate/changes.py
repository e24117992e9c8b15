"""What is different beside the scores: the model served, settings, prices, how answers end, versions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.claims import TRUNCATION_GAP
from bench.gate.findings import Move
from bench.gate.match import Pairing
from bench.gate.snapshot import ItemRecord, Snapshot
from bench.records import Outcome


def changes(base: Snapshot, now: Snapshot, models: Mapping[str, str], pairings: Sequence[Pairing]) -> list[str]:
    """Everything that differs, as sentences; `models` are the run's labels and the baseline's."""
    lines: list[str] = []
    for label, its in models.items():
        ours, theirs = now.models[label].settings, base.models[its].settings
        lines += _differing(label, theirs, ours)
    for pairing in pairings:
        lines += _of_suite(pairing, base, now)
    lines += _differing("versions", base.versions, now.versions)
    return list(dict.fromkeys(lines))


def _differing(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield f"{what}: {key} {_shown(before.get(key))} → {_shown(after.get(key))}"


def _shown(value: Any) -> str:
    if value is None:
        return "not set"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) < 64 else f"{text[:12]}…"


def _of_suite(pairing: Pairing, base: Snapshot, now: Snapshot) -> Iterator[str]:
    where, its, ours = pairing.model, pairing.base, pairing.now
    if its.served != ours.served:
        yield f"{where}: served model {_list(its.served)} → {_list(ours.served)}"
    if its.sampling != ours.sampling:
        yield f"{where}: sampling sent {_list(its.sampling)} → {_list(ours.sampling)}"
    if its.prices != ours.prices:
        lists = f" (price lists of {base.prices_as_of} and {now.prices_as_of})"
        yield f"{where}: price {_list(its.prices)} → {_list(ours.prices)}{lists}; its cost is shown, not judged"
    for outcome in (Outcome.TRUNCATED, Outcome.REFUSED, Outcome.UNPARSABLE, Outcome.EMPTY):
        after, before = (_share(side, outcome) for side in zip(*pairing.pairs(), strict=True))
        if after - before > TRUNCATION_GAP:
            yield f"{where}, {pairing.suite}: {outcome} {100 * before:.1f} % → {100 * after:.1f} % of the answers"


def _share(items: Sequence[ItemRecord], outcome: str) -> float:
    ends = [sample.outcome for item in items for sample in item.samples]
    return ends.count(outcome) / len(ends)


def _list(names: Sequence[str]) -> str:
    return " and ".join(names) or "none"


def notes(base: Snapshot, now: Snapshot, pairings: Sequence[Pairing], *, renamed: bool) -> list[str]:
    """What a reader must know beside the numbers: another machine, items that only one side was asked."""
    lines = [f"claim {name}: {said}" for name, said in now.looks.items()]
    if now.ended:
        lines.append("the run ended early, once its claims were decided: the gate judges what it asked until then")
    if base.machine != now.machine:
        local = any(now.models[pairing.model].local for pairing in pairings)
        texts = "; texts of local weights may differ across CPUs" if local else ""
        lines.append(f"the baseline is of another machine: its latency is not comparable{texts}")
    for pairing in pairings:
        sides = f"{pairing.model}, {pairing.suite}: judged on {len(pairing.keys)} items"
        if len(pairing.keys) < len(pairing.base.items):
            lines.append(f"{sides}, of {len(pairing.base.items)} in the baseline")
        if len(pairing.keys) < len(pairing.now.items):
            lines.append(f"{sides}, of {len(pairing.now.items)} in the run; the others are new")
    left_out = [label for label in base.models if label not in now.models]
    if left_out and not renamed:
        lines.append(
            f"of the baseline's models {', '.join(left_out)} {'was' if len(left_out) == 1 else 'were'} not asked"
        )
    return lines


def moves(pairings: Sequence[Pairing]) -> list[Move]:
    """The items that score otherwise, those lost first."""
    moved = []
    for pairing in pairings:
        for key, (before, after) in pairing.scores().items():
            if before != after:
                ends = [_ends(side.items[key]) for side in (pairing.base, pairing.now)]
                outcome = ends[0] if ends[0] == ends[1] else " → ".join(ends)
                moved.append(
                    Move(
                        model=pairing.model, suite=pairing.suite, item=key, before=before, after=after, outcome=outcome
                    )
                )
    return sorted(moved, key=lambda move: not move.lost)


def _ends(item: ItemRecord) -> str:
    return " and ".join(dict.fromkeys(sample.outcome for sample in item.samples))
