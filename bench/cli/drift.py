"""`bench verify --drift MODEL`: does an endpoint still answer as it did?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.consent import require_consent
from bench.cli.options import load_config
from bench.cli.terminal import echo
from bench.errors import UsageError, suggest

if TYPE_CHECKING:
    from bench.providers import Endpoint
    from bench.records import RecordedFingerprint

CHANGED = 3
"""Exit code where the endpoint changed."""


def check_drift(
    label: str, run: str | None, results: Path, config: Path | None, origins: Sequence[str], *, as_json: bool
) -> int:
    """Takes a fingerprint, keeps it with a run that asked the model, and says what it shows; the exit code."""
    from bench.config import environment
    from bench.doctor import fingerprint
    from bench.prices import beside, load
    from bench.providers import missing_keys, resolve
    from bench.records import read_fingerprints, run_folders, write_fingerprints

    comparison = load_config(config)
    if label not in comparison.models:
        raise UsageError(f"{comparison.source}: no model '{label}'.{suggest(label, comparison.models)}")
    environ = environment(comparison.source.parent)
    endpoint = resolve(comparison.models[label], environ)
    if endpoint.entry.local:
        raise UsageError(
            f"{label}: is local weights: their sha256, their server's settings and its version are part of every "
            "answer's key, so nothing changes behind them unseen."
        )
    if problem := missing_keys([endpoint], environ):
        raise UsageError(problem)
    ours = _ours(results)
    folder = _folder(endpoint, run, results, ours)
    require_consent([endpoint], environ, origins)
    own = read_fingerprints(folder)
    others = [each for other in run_folders(results) if other.resolve() in ours for each in read_fingerprints(other)]
    taken = fingerprint(endpoint, environ, (*own, *others), load(beside(comparison.source)))
    write_fingerprints(folder, (*own, taken.fingerprint))
    if as_json:
        shown = replace(taken.fingerprint, samples=()).to_json()
        usd = None if taken.usd is None else float(taken.usd)
        echo(json.dumps({**shown, "run": folder.name, "requests": taken.requests, "cost_usd": usd}, indent=2))
    else:
        echo(f"{label}: {_said(taken.fingerprint, folder)}")
        echo(f"{taken.requests} short answers, {'cost unknown' if taken.usd is None else f'{taken.usd:f} USD'}.")
    return CHANGED if taken.fingerprint.changed else 0


def _ours(results: Path) -> set[Path]:
    """The folders of runs that were made here, as the journal knows them: one from others may state anything."""
    from bench.journal import Journal
    from bench.run.execute import JOURNAL

    if not (results / JOURNAL).exists():
        return set()
    with Journal(results / JOURNAL) as journal:
        return {folder.resolve() for folder in journal.folders()}


def _folder(endpoint: Endpoint, run: str | None, results: Path, ours: set[Path]) -> Path:
    """The run to keep it with: the one named, or the newest that asked this endpoint. UsageError if there is none."""
    from bench.records import find_run, read_record, run_folders

    label = endpoint.entry.label
    named = None if run is None else find_run(results, run)
    if named and named.resolve() not in ours:
        raise UsageError(
            f"{named}: is unknown to the journal of {results}/, so that its fingerprints count for nothing."
        )
    for folder in [named] if named else [each for each in reversed(run_folders(results)) if each.resolve() in ours]:
        model = read_record(folder).models.get(label)
        if model and dict(model.identity or {}) == dict(endpoint.identity) and model.wire_model == endpoint.wire_model:
            return folder
    if named:
        raise UsageError(f"{named}: did not ask '{label}' at the address, or by the name, that bench.toml states now.")
    raise UsageError(
        f"no run in {results}/ has asked '{label}' as bench.toml states it. Begin with: bench run -m {label}"
    )


def _said(new: RecordedFingerprint, folder: Path) -> str:
    if new.against is None or new.distance is None or new.p is None:
        return f"its fingerprint is kept in {folder.name}; the same command compares later ones with it."
    how = f"{new.distance:.3f} nats" if new.by_tops else f"{100 * new.distance:.0f} % of answers"
    seen = f"since {new.against[:16]} its short answers differ by {how} (p {'<' if new.p < 0.001 else '='} {_p(new.p)})"
    if not new.changed:
        return f"no change is seen: {seen}."
    return (
        f"CHANGED: {seen}; it says to be {', '.join(new.served) or 'nothing'}. Answers from before {new.at[:16]} are "
        "reused no more; claims that were judged on them stand, and speak of the model as it was."
    )


def _p(p: float) -> str:
    return "0.001" if p < 0.001 else f"{p:.3f}"
