"""The figures: what each candidate saves and loses, and every score difference with its interval."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.evidence.judge import EvidenceJudgement
from bench.evidence.rule import BEST_CLAUDE, BEST_US, CHEAPER_BY, MARGINS
from bench.evidence.sets import DataSet
from bench.report.charts import ForestRow, PlanePoint, claim_plane, forest

_LOOSEST = MARGINS[-1][1]
"""The margin that is shaded; the caption states stricter ones."""
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]|-20\d{6}\b")
"""What a name's reader can do without: brackets and dates."""
_FORESTS = (
    (BEST_CLAUDE, "Scores against the best Claude listed by the model's date", "forest"),
    (BEST_US, "Scores against the best other US model listed by the model's date", "forest-best-us"),
)


def draw(judged: Sequence[EvidenceJudgement], sets: Mapping[str, DataSet], folder: Path) -> list[Path]:
    """Writes the claim plane and the forest plots; a figure that would be empty is left out."""
    paths: list[Path] = []
    priced = [j for j in judged if j.ruled.reference == BEST_CLAUDE and not math.isnan(j.ratio.estimate)]
    if priced:
        names = _names([(j.ruled.set, j.ruled.candidate) for j in priced])
        paths += claim_plane(
            [
                PlanePoint(
                    label=names[j.ruled.set, j.ruled.candidate],
                    group=sets[j.ruled.set].published.short,
                    ratio=j.ratio,
                    difference=j.difference,
                    verdict=j.verdict,
                    n=j.n,
                )
                for j in priced
            ],
            margins={"cheaper_by": CHEAPER_BY, "worse_by": _LOOSEST},
            title="Chinese models and the best Claude of their date",
            caption=f"{_margins()} 90 % intervals; bars across only where single items are published. Costs as "
            f"published with the results. {_credit(priced, sets)}",
            stem=folder / "claim-plane",
            shape="square",
        )
    for reference, title, stem in _FORESTS:
        chosen = [j for j in judged if j.ruled.reference == reference and j.difference.low is not None]
        if chosen:
            caption = f"90 % intervals, paired where single items are published. {_margins()} {_credit(chosen, sets)}"
            paths += forest(_rows(chosen, sets), worse_by=None, title=title, caption=caption, stem=folder / stem)
    return paths


def _margins() -> str:
    return "Margins: " + ", ".join(f"{100 * d:g} points from {n} items on" for n, d in MARGINS) + "."


def _credit(judged: Sequence[EvidenceJudgement], sets: Mapping[str, DataSet]) -> str:
    known = [sets[name].published.provenance for name in dict.fromkeys(j.ruled.set for j in judged)]
    return (
        "Data: " + "; ".join(dict.fromkeys(f"{source_set.source} ({source_set.licence})" for source_set in known)) + "."
    )


def _rows(judged: Sequence[EvidenceJudgement], sets: Mapping[str, DataSet]) -> list[ForestRow]:
    """A line a claim, under its suite and baseline; the baselines in the order of their first candidate."""
    names = _names([(j.ruled.set, name) for j in judged for name in (j.ruled.candidate, j.ruled.baseline)])
    rows = []
    for j in judged:
        of, short = j.ruled.set, sets[j.ruled.set].published.short
        suite = j.ruled.suite.replace("tau2-", "").partition("_")[0]
        place = f"{short} {suite}" if len({row.suite for row in sets[of].rows}) > 1 else short
        differing = None if j.lost is None or j.won is None else j.lost + j.won
        group = f"{place}: {names[of, j.ruled.baseline]}"
        rows.append(
            ForestRow(
                label=names[of, j.ruled.candidate], group=group, difference=j.difference, n=j.n, discordant=differing
            )
        )
    groups = list(dict.fromkeys(row.group for row in rows))
    return sorted(rows, key=lambda row: groups.index(row.group))


def _names(labels: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(Set, label) -> the label without brackets and dates, where that still tells it from the set's others."""
    plain = {(of, label): _ASIDE.sub("", label) for of, label in labels}
    shown = [(of, name) for (of, _), name in plain.items()]
    return {key: name if shown.count((key[0], name)) == 1 else key[1] for key, name in plain.items()}
