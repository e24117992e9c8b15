"""Bets on claims that go on from run to run: what earlier runs, on other items, held at their last look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bench.claims import Judgement, log_bets
from bench.costs import earlier_runs
from bench.errors import UsageError
from bench.records import RecordedLooks, RunRecord, read_run
from bench.run.prepare import Prepared
from bench.stats import Shape


def carried(prepared: Prepared, results: Path, looks: RecordedLooks) -> RecordedLooks:
    """The looks with what the newest earlier run holds that bet on the same claims of the same models.

    It counts, and all that it goes on from, only if none of them asked an item that is asked now: an item says what it
    says once.
    """
    if looks.shape != Shape.ANYTIME:
        return looks
    prompts = {call.item.prompt_sha256 for call in prepared.plan.calls}
    runs: dict[str, tuple[RunRecord, Mapping[str, set[str]], set[str]]] = {}
    for folder, same in earlier_runs(results, prepared.endpoints):
        try:
            record, items = read_run(folder)
        except UsageError:
            continue
        runs[record.run] = record, {then: set(now) for then, now in same.items()}, set(items["prompt_sha256"])
    for record, labels, _ in runs.values():
        held = _held(prepared, looks, record, labels)
        chain = (record.run, *(record.looks.carried_from if record.looks else ()))
        if held and all(run in runs and not runs[run][2] & prompts for run in chain):
            made = replace(looks, carried=held, carried_from=chain)
            return replace(made, sha256=made.hashed(prepared.plan.sha256))
    return looks


def _held(
    prepared: Prepared, looks: RecordedLooks, record: RunRecord, same: Mapping[str, set[str]]
) -> dict[str, float]:
    """What a run holds on today's claims, where its models are today's."""
    then = record.looks
    if then is None or then.shape != Shape.ANYTIME or not then.taken:
        return {}
    held: dict[str, float] = {}
    for name, sha256 in looks.claims.items():
        claim = prepared.comparison.claims[name]
        alike = all(label in same.get(label, ()) for label in (claim.candidate, claim.baseline))
        if alike and then.claims.get(name) == sha256:
            held |= {key: value for key, value in then.taken[-1].wealth.items() if key.startswith(f"{name}/")}
    return held


def wealth(judged: list[Judgement]) -> dict[str, float]:
    """What every bet on the claims holds, by claim, suite, part and direction; empty where nothing is bet."""
    return {
        f"{judgement.claim.name}/{key}": held for judgement in judged for key, held in log_bets(judgement.case).items()
    }
