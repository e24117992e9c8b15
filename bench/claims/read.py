"""The claims of a run folder: those its record declares, or one given on the command line."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.claims import looks, parts
from bench.claims.apart import hardly_apart
from bench.claims.beside import of_import
from bench.claims.caps import with_caps
from bench.claims.case import Case, declared_before
from bench.claims.judge import Judgement, judge_cases, log_bets
from bench.claims.opinions import OpinionTables, align, said_in
from bench.claims.outlook import outlook
from bench.claims.pairs import Pairs
from bench.claims.rivals import rival
from bench.claims.slices import pair_slice, within
from bench.claims.sound import confirmed, require_sound
from bench.claims.stated import require_sense
from bench.claims.timely import busy, in_time
from bench.claims.underload import under_load
from bench.claims.verdict import Verdict
from bench.errors import UsageError, suggest
from bench.language import tr
from bench.records import (
    MANIFEST,
    Claim,
    ItemRow,
    LoadRow,
    RecordedClaim,
    RunRecord,
    read_load,
    read_record,
    read_run,
    run_folders,
)

if TYPE_CHECKING:
    import pandas as pd

UNUSED = (
    "run language served_model provider partial in_uncached in_cache_read in_cache_write_5m in_cache_write_1h "
    "out_total out_reasoning ttft_s ttfat_s tpot_s queue_s sampling_requested sandbox"
)
"""Columns of the items table that no claim needs but those whose parts name them."""


def declared_claims(record: RunRecord) -> dict[str, Claim]:
    """The claims that the record holds, by name."""
    return {name: Claim.of(name, entry.to_json()) for name, entry in record.claims.items()}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a run says of its claims."""

    judgements: tuple[Judgement, ...] = ()
    """The claims that could be judged, in order."""
    unjudged: Mapping[str, str] = field(default_factory=dict)
    """Claims that this run cannot judge -> why."""


def judge_run(
    folder: Path,
    name: str | None = None,
    claim: Claim | Sequence[Claim] | None = None,
    caps: Mapping[str, float] | None = None,
) -> Ruling:
    """Judges a run's declared claims, the one of a name, or given ones. UsageError if there is no such claim.

    Holm's correction is over all declared claims of the run, also where only one is asked for; of given ones over
    these. `caps`: see `with_caps`.
    """
    given = [claim] if isinstance(claim, Claim) else [*(claim or ())]
    wanted = {column for part in parts.PARTS for column in part.columns}
    unused = [name for name in UNUSED.split() if name not in wanted]
    record, items = read_run(folder, [each.name for each in fields(ItemRow) if each.name not in unused])
    items = with_caps(items, caps or {})
    claims = declared_claims(record)
    if name is not None and name not in claims:
        raise UsageError(f"the run has no claim '{name}'.{suggest(name, claims)}")
    if not claims and not given:
        raise UsageError(
            "the run has no claim. Add [claims.<name>] to bench.toml, or give --candidate, --baseline and a margin."
        )
    stated = given or [*claims.values()]
    said = said_in(folder) if any(each.measure for each in stated) else None
    ruling = judge_claims(
        items, record, stated, given=bool(given), bets=known_bets(folder, record), said=said, load=read_load(folder)
    )
    if name is None:
        return ruling
    unjudged = {name: ruling.unjudged[name]} if name in ruling.unjudged else {}
    return Ruling(tuple(j for j in ruling.judgements if j.claim.name == name), unjudged)


def known_bets(folder: Path, record: RunRecord) -> dict[str, float]:
    """What the earlier runs that a run's bets go on from hold, worked out anew from their own tables.

    By claim and `bet_key`; empty unless every one of them lies beside the run, asked other items of the same models,
    and together they give what the run's record says: a record alone proves nothing.
    """
    looks = record.looks
    if looks is None or not looks.carried_from:
        return {}
    held = dict.fromkeys(looks.carried, 0.0)
    asked = [_prompts(read_run(folder)[1])]
    folders = _beside(folder)
    for name in looks.carried_from:
        then = folders.get(name) and _bets_of(folders[name], _marks(folders[name]), tuple(looks.claims.items()))
        if not then:
            return {}
        asked.append(then.prompts)
        for key, value in then.held.items():
            if key in held:
                held[key] += value
    apart = sum(map(len, asked)) == len(frozenset[str]().union(*asked))
    alike = all(math.isclose(value, looks.carried[key], rel_tol=1e-6, abs_tol=1e-6) for key, value in held.items())
    return held if apart and alike else {}


def own_bets(items: pd.DataFrame, record: RunRecord, claims: Mapping[str, str]) -> dict[str, float]:
    """What a run's bets hold by its own items alone, on claims of these names and hashes."""
    known = [claim for name, claim in declared_claims(record).items() if claims.get(name) == claim.sha256]
    return {
        f"{judgement.claim.name}/{key}": value
        for judgement in decide(items, record, known)
        for key, value in log_bets(judgement.case).items()
    }


class _Bets(NamedTuple):
    """A run's own bets."""

    prompts: frozenset[str]
    """Hashes of what it asked."""
    held: Mapping[str, float]
    """See `own_bets`."""


_Marks = tuple[tuple[int, int, int], ...]


def _marks(folder: Path) -> _Marks:
    """What changes with a run's record or items: i-node, time and size of each file."""
    try:
        stats = [(folder / name).lstat() for name in (MANIFEST, "items.parquet")]
    except OSError:
        return ()
    return tuple((stat.st_ino, stat.st_mtime_ns, stat.st_size) for stat in stats)


@lru_cache(maxsize=64)
def _bets_of(folder: Path, _unchanged: _Marks, claims: tuple[tuple[str, str], ...]) -> _Bets | None:
    """Judged once while its files are the same: each look at a run, and each reading of it, goes on from the same
    earlier runs. None where it cannot be read."""
    try:
        record, items = read_run(folder)
    except UsageError:
        return None
    return _Bets(_prompts(items), own_bets(items, record, dict(claims)))


@lru_cache(maxsize=10_000)
def _run_of(folder: Path, _unchanged: _Marks) -> str | None:
    """A run folder's id; None where it cannot be read."""
    try:
        return read_record(folder).run
    except UsageError:
        return None


def _beside(folder: Path) -> dict[str, Path]:
    """The runs in the folder that a run folder lies in, by their id; of one id the first."""
    known: dict[str, Path] = {}
    for other in run_folders(folder.resolve().parent):
        run = _run_of(other, _marks(other))
        if run is not None:
            known.setdefault(run, other)
    return known


def _prompts(items: pd.DataFrame) -> frozenset[str]:
    return frozenset(items["prompt_sha256"].astype(str))


def decide(
    items: pd.DataFrame, record: RunRecord, claims: Sequence[Claim], bets: Mapping[str, float] | None = None
) -> list[Judgement]:
    """Judges a run's claims together, without what stands beside a verdict; those that it cannot judge are left out.

    `bets`: see `known_bets`.
    """
    cases = []
    for claim in claims:
        with contextlib.suppress(UsageError):
            cases.append(_case(items, record, claim, record.claims.get(claim.name), bets=bets))
    return judge_cases([*cases, *_withdrawn(items, record)])[: len(cases)]


def judge_claims(
    items: pd.DataFrame,
    record: RunRecord,
    claims: Sequence[Claim],
    *,
    given: bool = False,
    bets: Mapping[str, float] | None = None,
    said: OpinionTables | None = None,
    load: Sequence[LoadRow] = (),
) -> Ruling:
    """Judges claims together on a run's items; what the run cannot judge is named with its reason.

    Those that were declared before the answers and withdrawn since count in Holm's correction as if they were still
    there. `given`: the claims come from the command line and are exploratory, whatever their words. `bets`:
    see `known_bets`. `said`: what people and judges say of the answers. `load`: what was measured under load.
    """
    cases, unjudged, rivals = [], {}, []
    for claim in claims:
        try:
            entry = None if given else record.claims.get(claim.name)
            case = under_load(_case(items, record, claim, entry, bets=bets, said=said), load)
        except UsageError as error:
            unjudged[claim.name] = str(error)
            continue
        cases.append(case)
        rivals.append(rival(within(items, claim), record, claim, case.pairs))
    withdrawn = [] if given else _withdrawn(items, record, said)
    judgements = judge_cases([*cases, *withdrawn])[: len(cases)]
    beside = zip(judgements, rivals, strict=True)
    judged = (_with(judgement, rival, len(withdrawn), items, record) for judgement, rival in beside)
    return Ruling(tuple(judged), unjudged)


def _case(
    items: pd.DataFrame,
    record: RunRecord,
    claim: Claim,
    entry: RecordedClaim | None,
    *,
    bets: Mapping[str, float] | None = None,
    said: OpinionTables | None = None,
) -> Case:
    """What a claim is judged on; `entry` is its record in run.json. UsageError if it cannot be judged."""
    require_sense(claim)
    every = (*record.suites, *record.refused)
    columns = [column for part in parts.claimed(claim) for column in part.columns]
    sides = (claim.candidate, claim.baseline)

    def paired(rows: pd.DataFrame) -> Pairs:
        said_of = partial(align, said or OpinionTables(), sides=sides, measure=claim.measure) if claim.measure else None
        return pair_slice(
            in_time(rows, record, claim), record, claim, claim.suites or every, columns=columns, said=said_of
        )

    require_sound(items, record)
    seen = looks.of_claim(items, record, claim, paired, bets or {})
    pairs = seen.pairs[-1] if seen else paired(items)
    local = record.is_local(claim.candidate, claim.baseline)
    batched = any(record.models[label].batch for label in (claim.candidate, claim.baseline))
    seen_in = (entry and entry.seen_in) or ()
    declared = declared_before(pairs.earliest, claim, entry, record)
    prompted = tuple(
        each for each in record.prompt_choices if each.model in sides and each.suite in (claim.suites or every)
    )
    case = Case(
        claim=claim,
        pairs=pairs,
        declared=declared,
        local=local,
        batched=batched,
        seen_in=seen_in,
        prompted=prompted,
        told=of_import(record, claim),
        looks=seen,
    )
    return confirmed(case, items, record)


def _withdrawn(items: pd.DataFrame, record: RunRecord, said: OpinionTables | None = None) -> list[Case]:
    """Claims that were declared before the answers they would use, and have been taken out of bench.toml since."""
    cases = []
    for entry in record.withdrawn_claims:
        try:
            case = _case(items, record, Claim.of(entry.name, entry.to_json()), entry, said=said)
        except UsageError:
            continue
        cases += [case] if case.declared else []
    return cases


def _with(judgement: Judgement, rival: str | None, withdrawn: int, items: pd.DataFrame, record: RunRecord) -> Judgement:
    """The judgement with what stands beside it."""
    warnings = judgement.warnings
    if withdrawn and judgement.declared:
        more = tr("1 more claim was") if withdrawn == 1 else tr("{withdrawn} more claims were", withdrawn=withdrawn)
        counted = tr("the correction for several claims counts them")
        warnings = (
            *warnings,
            tr("{more} declared before the answers and withdrawn since; {counted}", more=more, counted=counted),
        )
    for label in (judgement.claim.baseline, judgement.claim.candidate):
        if label in record.baseline_reuse:
            warnings = (*warnings, f"{label}: {record.baseline_reuse[label].words}")
    if said := busy(items, judgement.claim):
        warnings = (*warnings, said)
    costs = [judgement.supports(result) for (_, key), result in judgement.test.parts.items() if key == parts.COST.key]
    shown = all(costs) if judgement.verdict.is_open else None
    open_beyond = not judgement.pairs.one_reading and judgement.other.verdict is Verdict.INCONCLUSIVE
    pairs, repeats = judgement.pairs, record.settings.repeats
    seen = None  # of weighted items: its worlds draw equal ones
    if pairs.weights is None:
        seen = outlook(judgement.claim, pairs, repeats, record.seed, saving_shown=shown, kinds=open_beyond)
    return replace(
        judgement,
        rival=rival,
        warnings=warnings,
        outlook=seen,
        apart=hardly_apart(within(items, judgement.claim), judgement.pairs),
    )
