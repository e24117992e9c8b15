"""The verdicts as tables: verdicts.md for readers, verdicts.csv for everything else."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bench import clean
from bench.claims import percent, points
from bench.evidence.judge import EvidenceJudgement
from bench.evidence.outlook import WouldDecide
from bench.evidence.rule import REFERENCES
from bench.evidence.sets import DataSet
from bench.stats import Interval

VERDICTS = ("supported", "reported", "refuted", "inconclusive")
_LEGEND = """\
Made by `make evidence`; every claim and the rule behind it is in `claims.toml`, every number in `verdicts.csv`. All
claims are retrospective. Each says: at least 90 % cheaper per item, and at most 3 points worse (500 items), or 5 points
(100 to 499 items). Below 100 items there is no margin, and only the difference is given.

*points*: the candidate's score minus the baseline's, with its 90 % interval; on paired items also how many only the
baseline, and only the candidate, solved. *cost*: the candidate's bill over the baseline's, as published; totals give no
interval. *verdict*: about fresh items of these kinds; *refuted: cost* names the part that fails most clearly. *other
repositories*: about such as these, with items of one repository taken as dependent, where items are published; 500
issues from 12 repositories, 231 of them from one, are too few to speak of others. *it would take*: so many items would
decide the quality part four times in five, were the difference seen the true one; on totals, items of each model.
*time*, *calls*: the candidate's mean over the baseline's, where both are published."""


def markdown(judged: Sequence[EvidenceJudgement], sets: Mapping[str, DataSet]) -> str:
    """verdicts.md."""
    parts = ["# Published results and the claim: verdicts", _LEGEND, _summary(judged)]
    for name, data in sets.items():
        known = data.published.provenance
        parts.append(f"## {data.published.title}")
        parts.append(
            f"Figures computed from {known.source}, commit {known.commit}, retrieved {known.retrieved}, "
            f"licence {known.licence}. Costs: {data.published.basis}."
        )
        for reference, meaning in REFERENCES.items():
            chosen = [j for j in judged if (j.ruled.set, j.ruled.reference) == (name, reference)]
            if chosen:
                parts += [f"### {reference}: {meaning}", "\n".join(_table(chosen))]
        if data.notes:
            parts += ["Left out or unknown:", "\n".join(f"- {clean.markdown(note)}" for note in data.notes)]
    return "\n\n".join(parts) + "\n"


def _summary(judged: Sequence[EvidenceJudgement]) -> str:
    lines = [
        f"| reference | claims | {' | '.join(VERDICTS)} | bills known | of these at most a tenth |",
        "|---|" + "---:|" * 7,
    ]
    for reference in REFERENCES:
        chosen = [j for j in judged if j.ruled.reference == reference]
        counted = Counter(j.verdict for j in chosen)
        known = [j for j in chosen if j.meets is not None]
        cells = [reference, len(chosen), *(counted[v] for v in VERDICTS), len(known), sum(bool(j.meets) for j in known)]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _table(judged: Sequence[EvidenceJudgement]) -> Iterator[str]:
    suites = len({j.ruled.suite for j in judged}) > 1  # named by their kind of work, or their name where that is one
    paired, timed = any(j.elsewhere for j in judged), any(j.slower for j in judged)
    called = any(j.calls for j in judged)
    head = ["candidate", "baseline", *(["suite"] if suites else []), "date", "items", "points", "cost", "verdict"]
    head += [*(["other repositories"] if paired else []), "it would take", *(["time"] if timed else [])]
    head += ["calls"] if called else []
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for j in judged:
        cells = [j.ruled.candidate, j.ruled.baseline, *([j.ruled.suite] if suites else []), j.ruled.candidate_date]
        cells += [str(j.n), _points(j), _cost(j.ratio), f"refuted: {j.failing}" if j.failing else j.verdict]
        cells += [*([j.elsewhere or ""] if paired else []), "" if j.needed is None else f"{j.needed:,}"]
        cells += [*([_times(j.slower)] if timed else []), *([_times(j.calls)] if called else [])]
        yield f"| {' | '.join(clean.markdown(cell.replace('|', '/'), block=False) for cell in cells)} |"


def _points(j: EvidenceJudgement) -> str:
    text = points(j.difference.estimate)
    if j.difference.low is not None and j.difference.high is not None:
        text += f" ({points(j.difference.low)} to {points(j.difference.high)})"
    return text if j.lost is None else f"{text}; {j.lost}/{j.won}"


def _cost(ratio: Interval) -> str:
    """A share of the baseline's bill, or how many times it."""
    if math.isnan(ratio.estimate):
        return "unknown"
    shown = percent if ratio.estimate < 2 else _times
    if ratio.low is None or ratio.high is None:
        return shown(ratio.estimate)
    return f"{shown(ratio.estimate)} ({shown(ratio.low)} to {shown(ratio.high)})"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"x{ratio:.2g}" if ratio < 10 else f"x{ratio:.0f}"


def csv_text(judged: Sequence[EvidenceJudgement], planned: Mapping[str, WouldDecide]) -> str:
    """verdicts.csv: shares and ratios, six significant digits; unknown is empty. `planned`: what would decide a claim,
    by its id."""
    records = [{**_record(j), **_outlook(planned.get(j.ruled.id))} for j in judged]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: cell(value) for key, value in record.items()} for record in records)
    return file.getvalue()


def _outlook(known: WouldDecide | None) -> dict[str, object]:
    return {f"plan_{name}": getattr(known, name, None) for name in ("items", "usd", "verdict", "discordance")}


def _record(j: EvidenceJudgement) -> dict[str, object]:
    ruled = j.ruled
    return {
        "id": ruled.id,
        "set": ruled.set,
        "suite": ruled.suite,
        "kind": ruled.kind,
        "board": ruled.comparable,
        "reference": ruled.reference,
        "candidate": ruled.candidate,
        "candidate_vendor": j.rows[0].vendor,
        "candidate_date": ruled.candidate_date,
        "baseline": ruled.baseline,
        "baseline_date": ruled.baseline_date,
        "method": j.method,
        "n": j.n,
        "only_baseline": j.lost,
        "only_candidate": j.won,
        "candidate_score": j.rows[0].score,
        "baseline_score": j.rows[1].score,
        "difference": j.difference.estimate,
        "difference_low_90": j.difference.low,
        "difference_high_90": j.difference.high,
        "difference_low_95": j.difference_95.low,
        "difference_high_95": j.difference_95.high,
        "worse_by": ruled.worse_by,
        "candidate_usd": j.rows[0].cost_total_usd,
        "baseline_usd": j.rows[1].cost_total_usd,
        "cost_ratio": j.ratio.estimate,
        "cost_ratio_low_90": j.ratio.low,
        "cost_ratio_high_90": j.ratio.high,
        "cost_basis": j.basis,
        "cheaper_by": ruled.cheaper_by,
        "saving_met": j.meets,
        "time_ratio": j.slower,
        "calls_ratio": j.calls,
        "p_supported": j.p_supported,
        "p_refuted": j.p_refuted,
        "verdict": j.verdict,
        "failing_half": j.failing,
        "verdict_other_repositories": j.elsewhere,
        "items_needed": j.needed,
    }


def cell(value: object) -> str:
    """A value as verdicts.csv has it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(clean.spreadsheet(value))
