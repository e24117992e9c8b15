"""claims.toml: the claims that the rule made, written for a reviewer and read back for the judges."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from bench import clean
from bench.errors import UsageError
from bench.evidence.rule import CHEAPER_BY, MARGINS, QUARTER, REFERENCES, YEAR, RuledClaim

NAME = "claims.toml"


def as_toml(claims: Sequence[RuledClaim]) -> str:
    """The file's text."""
    lines = []
    for claim in claims:
        values = {key: value for key, value in asdict(claim).items() if value is not None}
        cells = ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
        lines.append(f"  {{ {cells} }},\n")
    return f"{_HEAD.rstrip()}\n\nclaims = [\n{''.join(lines)}]\n"


def read(path: Path) -> list[RuledClaim]:
    """The claims of a file. UsageError if it cannot be read or is no such file."""
    try:
        raw = clean.toml(clean.read_text(path))
        names = {f.name for f in fields(RuledClaim)}
        optional = dict.fromkeys(("items", "worse_by"))
        entries = [{**optional, **entry} for entry in raw["claims"]]
        if any(set(entry) != names for entry in entries):
            raise KeyError("a claim lacks a field or has one too many")
        return [RuledClaim(**entry) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}). Restore it, or delete it to declare anew.") from error


def check(path: Path, ruled: Sequence[RuledClaim], sets: Sequence[str]) -> list[RuledClaim]:
    """The file's claims on some data sets, which must be those that the rule makes of the data.

    Where there is no file yet, it is written: the claims are fixed before any of them is judged. UsageError if the
    two differ: a changed rule or changed data needs a reviewed, new file.
    """
    from bench.records import write_text

    if not path.exists():
        write_text(path.parent, path.name, as_toml(ruled))
    declared = [claim for claim in read(path) if claim.set in sets]
    ours, theirs = {claim.id: claim for claim in ruled}, {claim.id: claim for claim in declared}
    for id_ in dict.fromkeys([*theirs, *ours]):
        if ours.get(id_) != theirs.get(id_):
            raise UsageError(
                f"{path}: '{id_}' is not what the rule makes of this data. Delete the file to declare all claims "
                "anew, and have them reviewed before their verdicts are."
            )
    return declared


_MARGIN_WORDS = " and ".join(f"{100 * worse_by:g} points from {least} items on" for least, worse_by in MARGINS[::-1])
_HEAD = f"""\
# The claims of the evidence, made by the rule in bench/evidence/rule.py from the published tables.
#
# All are retrospective: the data were published first, and the rule was written by people who knew some of them. To
# keep the verdicts honest nevertheless, the rule was fixed, and this file written, before any verdict was computed.
# `make evidence` refuses to judge if this file is not what the rule makes of the data. It was made anew in December
# 2026, when five data sets and the references below "best-claude" were added; the margins stayed as they were.
#
# The rule. A board is a set of rows with the same suite, harness or agent, edit format, user simulator and retrieval:
# agents are never pooled. In each board, each model of a Chinese vendor, and each model of another vendor whose weights
# are published, is a candidate. "Best" is the highest score; of equal scores the lower known bill counts, then the
# earlier date, then the label. A row's date is the source's, or where it has none that of the table. A Claude that the
# candidate would replace in practice is listed at most {QUARTER.days} days after it; "a year" is {YEAR.days} days. The
# cheap US model is the best US model, listed at most {YEAR.days} days before the candidate, whose published bill per
# item is at most {100 * (1 - CHEAPER_BY):.0f} % of the best Claude's. Where neither the items nor the bills of both
# rows are known there is nothing to judge, and no claim. A set with categories is judged as a whole, and by category.
# References:
{chr(10).join(f"#   {name}: {text}" for name, text in REFERENCES.items())}
# Margins: at least {100 * CHEAPER_BY:.0f} % cheaper; at most {_MARGIN_WORDS}
# worse; none below {MARGINS[-1][0]} items, where only the bills can be told.
# Confidence 95 %, one-sided, Holm's correction over the claims of one data set and one reference; the categories of a
# set are a family of their own.
#
# Two readings. The verdict takes the items of a suite as independent draws: it speaks of more items of the same kind,
# from the same repositories or exercises. Totals allow no other reading. Where single items are published, a second
# verdict takes items of one repository as dependent, as `bench claim` does: it speaks of other repositories too.
#   supported     both halves hold, each with an interval
#   reported      quality holds; the published bills meet the saving, but tell no interval
#   refuted       a half fails
#   inconclusive  anything else
"""
