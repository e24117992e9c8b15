"""Bets on claims that go on from run to run: what earlier runs, on other items, held at their last look."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.claims import Judgement, known_bets, log_bets, own_bets
from bench.costs import earlier_runs
from bench.errors import UsageError
from bench.journal import Journal
from bench.records import Claim, RecordedLooks, RunRecord, read_run
from bench.run.prepare import Prepared
from bench.stats import Shape

if TYPE_CHECKING:
    import pandas as pd


def carried(prepared: Prepared, journal: Journal, looks: RecordedLooks) -> RecordedLooks:
    """The looks with what the earlier run holds that bet on the same claims of the same models, and goes on from most
    runs: a night that went badly is not dropped by asking an older exam again.

    It counts, and all that it goes on from, only if the journal knows these runs, and none of them asked an item that
    is asked now: an item says what it says once. What they hold is worked out anew from their own tables.
    """
    if looks.shape != Shape.ANYTIME:
        return looks
    prompts = {call.item.prompt_sha256 for call in prepared.plan.calls}
    runs: dict[str, _Earlier] = {}
    for folder, same in earlier_runs(journal.folder, prepared.endpoints):
        with contextlib.suppress(UsageError):
            record, items = read_run(folder)
            if journal.manifest(record.run) is not None:
                runs[record.run] = _Earlier(folder, record, items, {then: set(now) for then, now in same.items()})
    chains = []
    for earlier in runs.values():
        chain = (earlier.record.run, *(earlier.record.looks.carried_from if earlier.record.looks else ()))
        if all(run in runs and not set(runs[run].items["prompt_sha256"]) & prompts for run in chain):
            chains.append((earlier, chain))
    for earlier, chain in sorted(chains, key=lambda each: -len(each[1])):  # the newest of equally long ones
        if held := _held(prepared, looks, earlier):
            made = replace(looks, carried=held, carried_from=chain)
            return replace(made, sha256=made.hashed(prepared.plan.sha256))
    return looks


class _Earlier(NamedTuple):
    """A run before."""

    folder: Path
    record: RunRecord
    items: pd.DataFrame
    same: Mapping[str, set[str]]
    """Today's labels of its models, by its own."""


def _held(prepared: Prepared, looks: RecordedLooks, earlier: _Earlier) -> dict[str, float]:
    """What a run holds on today's claims, where its models are today's; nothing if what it went on from is unknown."""
    then = earlier.record.looks
    if then is None or then.shape != Shape.ANYTIME or not then.taken:
        return {}
    before = known_bets(earlier.folder, earlier.record)
    if then.carried_from and not before:
        return {}
    wanted = {
        name: sha256
        for name, sha256 in looks.claims.items()
        if then.claims.get(name) == sha256 and _alike(prepared.comparison.claims[name], earlier.same)
    }
    return {key: value + before.get(key, 0.0) for key, value in own_bets(earlier.items, earlier.record, wanted).items()}


def _alike(claim: Claim, same: Mapping[str, set[str]]) -> bool:
    return all(label in same.get(label, ()) for label in (claim.candidate, claim.baseline))


def wealth(judged: list[Judgement]) -> dict[str, float]:
    """What every bet on the claims holds, by claim, suite, part and direction; empty where nothing is bet."""
    return {
        f"{judgement.claim.name}/{key}": held for judgement in judged for key, held in log_bets(judgement.case).items()
    }
