"""Whether the files of an evidence folder agree with each other: claims, verdicts, tables and figures' numbers."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from bench import clean
from bench.evidence.figures import FORESTS
from bench.evidence.judge import ALPHA, TOTALS
from bench.evidence.page import VERDICTS, cell
from bench.evidence.rule import CHINESE, REFERENCES, RuledClaim
from bench.evidence.verdicts import VerdictRow

DIGITS = 2e-5
"""What six significant digits of two scores make in their difference."""
PUBLISHED = 2e-3
"""What a published score may differ from the share of its own published items that were solved."""
ROUNDED = 0.11
"""Points that a value at the edge of two roundings may differ."""
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_COLUMNS = {"comparable": "board"}
"""Fields of a claim -> the column where it has another name."""
_UNSEEN = ("items", "category")
"""Fields of a claim that have no column."""


def of_claim(row: VerdictRow, claim: RuledClaim) -> Iterator[str]:
    """What a verdict says of its claim that is not what is declared, or does not follow from its own numbers."""
    for name, value in asdict(claim).items():
        column = _COLUMNS.get(name, name)
        if name not in _UNSEEN and row.text(column) != cell(value):
            yield f"{column} is {row.text(column) or 'nothing'}, declared is {cell(value) or 'nothing'}"
    ours, theirs, gap = (row.number(name) for name in ("candidate_score", "baseline_score", "difference"))
    slack = DIGITS if row.text("method") == TOTALS else PUBLISHED
    if ours is not None and theirs is not None and gap is not None and abs(ours - theirs - gap) > slack:
        yield f"difference is {gap:g}, of scores {ours:g} and {theirs:g}"
    if (why := _against(row)) is not None:
        yield f"the verdict is {row.text('verdict')}, but {why}"


def _against(row: VerdictRow) -> str | None:
    """Why a row's p-values do not allow its verdict; None where they do."""
    verdict, shown, against = row.text("verdict"), row.number("p_supported"), row.number("p_refuted")
    if verdict not in VERDICTS:
        return "there is no such verdict"
    if verdict in ("supported", "reported") and (shown is None or shown > ALPHA):
        return f"p_supported is {row.text('p_supported')}"
    if (verdict == "refuted") != (against is not None and against <= ALPHA and (shown is None or shown > ALPHA)):
        return f"p_refuted is {row.text('p_refuted')}"
    return None


def of_table(text: str, rows: Sequence[VerdictRow]) -> Iterator[str]:
    """Lines of verdicts.md that are of no row of verdicts.csv, and rows that have no line."""
    wanted = [_key(_cells(row)) for row in rows]
    summary = {reference: _summary(reference, rows) for reference in REFERENCES}
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.removeprefix("| ").removesuffix(" |").split(" | ")
        if not line.startswith("| ") or cells[0] in ("reference", "candidate"):
            continue
        if cells[0] in summary:
            if cells != summary[cells[0]]:
                yield f"line {number}: published {line}, the verdicts give {' | '.join(summary[cells[0]])}"
            continue
        mine = next((key for key in wanted if key[:2] == tuple(cells[:2]) and _says(cells, key)), None)
        if mine is None:
            yield f"line {number}: is of no row of verdicts.csv: {line}"
        else:
            wanted.remove(mine)
    yield from (f"has no line for {' '.join(key)}" for key in wanted)


def _says(cells: Sequence[str], key: tuple[str, ...]) -> bool:
    """Whether a line's cells hold a row's date and verdict, and its difference but for how a half is rounded."""
    _, _, date, gap, verdict = key
    return {date, verdict} <= set(cells) and any(_close(each, gap) for each in cells)


def _close(one: str, other: str) -> bool:
    if _NUMBER.sub("", one) != _NUMBER.sub("", other):
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(abs(float(a) - float(b)) < ROUNDED for a, b in pairs)


def _key(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(clean.markdown(each.replace("|", "/"), block=False) for each in cells)


def _cells(row: VerdictRow) -> list[str]:
    """Of a row what its line must say: the models, the date, the difference, the verdict."""
    lost = row.text("only_baseline")
    gap = f"{row.gap} ({row.range})" if row.range else row.gap
    failing = row.text("failing_half")
    said = f"refuted: {failing}" if failing else row.text("verdict")
    paired = f"; {lost}/{row.text('only_candidate')}" if lost else ""
    return [row.text("candidate"), row.text("baseline"), row.text("candidate_date"), f"{gap}{paired}", said]


def _summary(reference: str, rows: Sequence[VerdictRow]) -> list[str]:
    chosen = [row for row in rows if row.text("reference") == reference]
    counted = Counter(row.text("verdict") for row in chosen)
    known = [row.text("saving_met") for row in chosen if row.text("saving_met")]
    return list(map(str, [reference, len(chosen), *(counted[v] for v in VERDICTS), len(known), known.count("true")]))


def of_forest(stem: str, text: str, rows: Sequence[VerdictRow], whole: Sequence[bool]) -> Iterator[str]:
    """Points of a forest's CSV that are of no verdict. `whole`: whether each row's claim is on a whole set."""
    reference = next(reference for reference, _, name in FORESTS if name == stem)
    wanted = Counter(
        _point([row.text(name) for name in ("difference", "difference_low_90", "difference_high_90", "n")])
        for row, all_of_it in zip(rows, whole, strict=True)
        if row.text("reference") == reference and all_of_it and row.text("candidate_vendor") in CHINESE
    )
    for number, point in enumerate(csv.DictReader(io.StringIO(text)), 2):
        names = ("score_difference", "score_difference_low", "score_difference_high", "n")
        key = _point([point.get(name) or "" for name in names])
        if not wanted[key]:
            yield f"line {number}: is of no verdict: {', '.join(key)}"
        wanted[key] -= 1


def _point(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{float(each):.6g}" if each else "" for each in cells)
