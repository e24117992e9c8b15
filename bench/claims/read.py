"""The claims of a run folder: those its record declares, or one given on the command line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.claims.judge import Case, Opinion, judge
from bench.claims.pairs import pair
from bench.claims.rivals import rival
from bench.config.load import Claim
from bench.errors import UsageError, suggest
from bench.records import folder as runfolder
from bench.records.manifest import RunRecord
from bench.records.recorded import RecordedClaim

if TYPE_CHECKING:
    import pandas as pd


def declared_claims(record: RunRecord) -> dict[str, Claim]:
    """The claims that the record holds, by name."""
    return {name: _claim(name, entry.to_json()) for name, entry in record.claims.items()}


def _claim(name: str, raw: Mapping[str, Any]) -> Claim:
    known: dict[str, Any] = {f.name: raw[f.name] for f in fields(Claim) if f.name in raw}
    return Claim(**{**known, "name": name, "suites": tuple(known.get("suites", ()))})


def adhoc(candidate: str, baseline: str, **margins: Any) -> Claim:
    """A claim from the command line. UsageError for a candidate equal to its baseline, without any margin, or with one
    out of range."""
    given = {key: value for key, value in margins.items() if value is not None}
    claim = Claim(name=f"{candidate} against {baseline}", candidate=candidate, baseline=baseline, **given)
    _check(claim)
    return claim


def _check(claim: Claim) -> None:
    if claim.candidate == claim.baseline:
        raise UsageError("candidate and baseline are the same model.")
    if claim.cheaper_by is None and claim.worse_by is None and claim.slower_by is None:
        raise UsageError("the claim says nothing: give cheaper_by, worse_by or slower_by.")
    for name, least, most in (
        ("cheaper_by", 0.0, 1.0), ("worse_by", 0.0, 1.0), ("slower_by", 0.0, math.inf), ("confidence", 0.5, 1.0),
    ):  # fmt: skip
        value = getattr(claim, name)
        if value is not None and not least < value < most:
            raise UsageError(f"{name} is {value:g}: it must lie between {least:g} and {most:g}.")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a run says of its claims."""

    opinions: tuple[Opinion, ...] = ()
    """The claims that could be judged, in order."""
    unjudged: Mapping[str, str] = field(default_factory=dict)
    """Claims that this run cannot judge -> why."""


def judge_run(folder: Path, name: str | None = None, claim: Claim | None = None) -> Ruling:
    """Judges a run's declared claims, the one of a name, or a given one. UsageError if there is no such claim.

    Holm's correction is over all declared claims of the run, also where only one is asked for.
    """
    record, items = runfolder.read_record(folder), runfolder.read_table(folder, "items")
    claims = declared_claims(record)
    if name is not None and name not in claims:
        raise UsageError(f"the run has no claim '{name}'.{suggest(name, claims)}")
    if not claims and not claim:
        raise UsageError(
            "the run has no claim. Add [claims.<name>] to bench.toml, or give --candidate, --baseline and a margin."
        )
    found = judge_claims(items, record, [claim] if claim else [*claims.values()], given=claim is not None)
    if name is None:
        return found
    unjudged = {name: found.unjudged[name]} if name in found.unjudged else {}
    return Ruling(tuple(o for o in found.opinions if o.claim.name == name), unjudged)


def judge_claims(items: pd.DataFrame, record: RunRecord, claims: Sequence[Claim], *, given: bool = False) -> Ruling:
    """Judges claims together on a run's items; what the run cannot judge is named with its reason.

    Those that were declared before the answers and withdrawn since count in Holm's correction as if they were still
    there. `given`: the claims come from the command line and are exploratory, whatever their words.
    """
    cases, unjudged, rivals = [], {}, []
    for claim in claims:
        try:
            case = _case(items, record, claim, None if given else record.claims.get(claim.name))
        except UsageError as error:
            unjudged[claim.name] = str(error)
            continue
        cases.append(case)
        rivals.append(rival(items, record, claim, case.pairs))
    withdrawn = [] if given else _withdrawn(items, record)
    opinions = judge([*cases, *withdrawn], seed=record.seed)[: len(cases)]
    told = zip(opinions, rivals, strict=True)
    return Ruling(tuple(_with(o, rival, len(withdrawn)) for o, rival in told), unjudged)


def _case(items: pd.DataFrame, record: RunRecord, claim: Claim, entry: RecordedClaim | None) -> Case:
    """What a claim is judged on; `entry` is its record in run.json. UsageError if it cannot be judged."""
    _check(claim)
    every = (*record.suites, *record.refused)
    pairs = pair(items, record, claim.candidate, claim.baseline, claim.suites or every)
    local = record.is_local(claim.candidate, claim.baseline)
    seen_in = (entry and entry.seen_in) or ()
    return Case(claim, pairs, _declared(entry, claim, pairs.earliest), local, seen_in)


def _withdrawn(items: pd.DataFrame, record: RunRecord) -> list[Case]:
    """Claims that were declared before the answers they would use, and have been taken out of bench.toml since."""
    found = []
    for entry in record.withdrawn_claims:
        try:
            case = _case(items, record, _claim(entry.name, entry.to_json()), entry)
        except UsageError:
            continue
        found += [case] if case.declared else []
    return found


def _with(opinion: Opinion, rival: str | None, withdrawn: int) -> Opinion:
    warnings = opinion.warnings
    if withdrawn and opinion.declared:
        more = "1 more claim was" if withdrawn == 1 else f"{withdrawn} more claims were"
        told = f"{more} declared before the answers and withdrawn since; the correction for several claims counts them"
        warnings = (*warnings, told)
    return replace(opinion, rival=rival, warnings=warnings)


def _declared(entry: RecordedClaim | None, claim: Claim, earliest: str | None) -> bool:
    """Whether the claim, in these very words, was recorded before the earliest answer that it uses was asked."""
    if not entry or entry.sha256 != claim.sha256 or not entry.recorded_at or earliest is None:
        return False
    return datetime.fromisoformat(entry.recorded_at) <= datetime.fromisoformat(earliest)
