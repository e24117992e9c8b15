"""From published files to the evidence: read, declare, judge, write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.evidence import declared, figures, page
from bench.evidence.judge import judge_all
from bench.evidence.published import SETS
from bench.evidence.sets import Published, read_all
from bench.records import write_text


def rebuild(data: Path, folder: Path, published: Sequence[Published] = SETS) -> tuple[list[Path], list[str]]:
    """Writes verdicts and figures into a folder that holds claims.toml, or will: byte-identical for the same data.

    Returns the files, and remarks on the data: what is missing or another file. UsageError if there is no data at all,
    or claims.toml is not what the rule makes of it; IncompleteError if a file cannot be written.
    """
    sets, remarks = read_all(data, published)
    ruled = [claim for each in sets.values() for claim in each.claims()]
    claims = declared.check(folder / declared.NAME, ruled, list(sets))
    judged = judge_all(claims, sets)
    texts = {"verdicts.md": page.markdown(judged, sets), "verdicts.csv": page.csv_text(judged)}
    for name, text in texts.items():
        write_text(folder, name, text)
    return [*(folder / name for name in texts), *figures.draw(judged, sets, folder)], remarks
