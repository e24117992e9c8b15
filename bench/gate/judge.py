"""A run against its baseline, from both snapshots to a verdict; reads only run folders and the baseline's file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.claims import MISSING_RATE, pair
from bench.errors import UsageError
from bench.gate import file
from bench.gate.changes import changes, moves, notes
from bench.gate.findings import ALL, ALPHA, Finding, FindingStatus, GateResult, Measure
from bench.gate.growth import COLUMNS, Timed, grown, growth, judge_amounts, judge_latency, unknown_amounts
from bench.gate.match import Pairing, concatenated, match
from bench.gate.quality import blind_spots, judge_quality
from bench.gate.snapshot import Snapshot, take
from bench.records import find_run, read_run
from bench.stats import drop_p

SECOND = "second-asking"
"""The subfolder of a run where the tables of the gate's second asking are."""


def load(name: str, results: Path) -> tuple[Snapshot, Path | None]:
    """A baseline from a file, or from a run by folder or id (its folder is returned too). UsageError if neither."""
    path = Path(name)
    if path.is_file():
        return file.read(path), None
    try:
        folder = find_run(results, name)
    except UsageError as error:
        raise UsageError(
            f"{name}: is neither a baseline's file nor a run. Make a baseline with: bench gate RUN --save {name}"
        ) from error
    return take(folder), folder


def judge_folder(
    folder: Path,
    base: Snapshot,
    base_folder: Path | None = None,
    *,
    models: Mapping[str, str] | None = None,
    suites: Collection[str] = (),
    detect: float | None = None,
) -> GateResult:
    """Judges a run folder, its second asking included where one was made.

    `models`: which of the run's models stands beside which of the baseline's; by default those of the same label.
    UsageError where run and baseline speak of different things, IncompleteError where one of them is not finished.
    """
    now = take(folder)
    again = take(folder, SECOND) if (folder / SECOND / "items.parquet").is_file() else None
    now.require_complete(models, suites)
    chosen = models or {label: label for label in now.models}
    base.require_complete(chosen.values(), suites)
    seconds: dict[tuple[str, str], Timed] = {}
    if base_folder is not None and base_folder.resolve() == folder.resolve():
        seconds = _side_by_side(folder, chosen, suites or now.suites)
    return judge(base, now, chosen, suites, again=again, seconds=seconds, detect=detect)


def _side_by_side(folder: Path, models: Mapping[str, str], suites: Collection[str]) -> dict[tuple[str, str], Timed]:
    """Seconds of pairs that one run asked side by side, by (model, suite)."""
    record, items = read_run(folder)
    measured = {}
    for label, its in models.items():
        if label == its:
            raise UsageError(f"'{label}' would be compared with itself. Name two models of the run, or another run.")
        for suite in suites:
            pairs = pair(items, record, label, its, [suite])
            measured[label, suite] = pairs.seconds, pairs.timed_all
    return measured


def judge(
    base: Snapshot,
    now: Snapshot,
    models: Mapping[str, str],
    suites: Collection[str] = (),
    *,
    again: Snapshot | None = None,
    seconds: Mapping[tuple[str, str], Timed] | None = None,
    detect: float | None = None,
) -> GateResult:
    """Judges one snapshot against another; `again` is the run's second asking. UsageError as `match` raises it."""
    pairings = match(base, now, models, suites)
    findings = judge_quality(pairings)
    amounts = judge_amounts(pairings, now)
    blind = blind_spots(pairings, findings, detect) + unknown_amounts(amounts)
    findings += amounts
    if again is not None:
        findings = [_confirmed(f, pairings, again, models, base) if f.failed else f for f in findings]
    other = base.machine != now.machine
    why = "not comparable: other machine" if other else "not asked side by side in one run"
    findings += judge_latency(pairings, seconds or {}, why)
    suites_of = [(model, suite) for model in models for suite in (*now.models[model].suites, ALL)]
    findings.sort(key=lambda finding: suites_of.index((finding.model, finding.suite)))
    renamed = any(label != its for label, its in models.items())
    return GateResult(
        base=base,
        now=now,
        findings=tuple(findings),
        moves=tuple(moves(pairings)),
        changes=tuple(changes(base, now, models, pairings)),
        blind=tuple(blind),
        notes=tuple(notes(base, now, pairings, renamed=renamed)),
    )


def _confirmed(
    finding: Finding, first: Sequence[Pairing], again: Snapshot, models: Mapping[str, str], base: Snapshot
) -> Finding:
    """A failed measure after the second asking: it stands unless fresh answers, judged alone, do not show it."""
    wanted = [p for p in first if p.model == finding.model and finding.suite in (ALL, p.suite)]
    asked = again.models[finding.model].suites if finding.model in again.models else {}
    if any(p.suite not in asked or set(p.keys) - asked[p.suite].items.keys() for p in wanted):
        return replace(finding, why="not all of it was asked a second time")
    names = [p.suite for p in wanted]
    second = match(base, again, {finding.model: models[finding.model]}, names)
    if any(p.missing_now() > MISSING_RATE for p in second):
        return replace(finding, why="answers of the second asking are missing")
    if finding.measure is Measure.QUALITY:
        values = concatenated([p.differences() for p in second])
        p_value = drop_p(values, binary=all(p.binary for p in second))
        shown, said = p_value <= ALPHA, f"p = {p_value:.2g} in the second asking alone"
    else:
        both = second[0].amounts(COLUMNS[finding.measure])
        ratio = None if both.undecided else growth(both, ALPHA)
        shown = both.undecided or grown(ratio)
        said = f"ratio {ratio.estimate:.2f}" if ratio else both.unknown or "nothing to compare"
        said += " in the second asking"
    return replace(finding, why=said) if shown else replace(finding, status=FindingStatus.UNCONFIRMED, why=said)
