"""From published files to the evidence: read, declare, judge, write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.evidence import declared, figures, outlook, page, story, verdicts
from bench.evidence.judge import judge_all
from bench.evidence.published import SETS
from bench.evidence.sets import Published, read_all
from bench.records import write_text

README = "README.md"
"""Beside docs/: holds the answer between its marks."""


def rebuild(
    data: Path, folder: Path, published: Sequence[Published] = SETS, docs: Path | None = None
) -> tuple[list[Path], list[str]]:
    """Writes verdicts and figures into a folder that holds claims.toml, or will: byte-identical for the same data.

    `docs` is the folder of the page in both languages, with README.md beside it; none are written where it is None, or
    a data set that they tell of is missing. Returns the files, and remarks on the data: what is missing or another
    file. UsageError if there is no data at all, or claims.toml is not what the rule makes of it; IncompleteError if a
    file cannot be written.
    """
    sets, remarks = read_all(data, published)
    ruled = [claim for each in sets.values() for claim in each.claims()]
    claims = declared.check(folder / declared.NAME, ruled, list(sets))
    judged = judge_all(claims, sets)
    texts = {"verdicts.md": page.markdown(judged, sets), verdicts.NAME: page.csv_text(judged, outlook.plan(judged))}
    for name, text in texts.items():
        write_text(folder, name, text)
    rows = verdicts.read(folder)
    written = [*(folder / name for name in texts), *figures.draw(judged, sets, folder), *figures.of_page(rows, folder)]
    lacking = [name for name in verdicts.NEEDED if name not in sets]
    if docs is not None and lacking:
        remarks.append(f"the page is as it was: it speaks of {', '.join(lacking)}, which are missing")
    elif docs is not None:
        written += write_pages(rows, docs)
    return written, remarks


def write_pages(rows: Sequence[verdicts.VerdictRow], docs: Path) -> list[Path]:
    """The page in both languages, and the README's answer."""
    for language, name in story.PAGES.items():
        write_text(docs, name, story.page(rows, language))
    readme = docs.parent / README
    if readme.is_file():
        write_text(readme.parent, README, story.with_answer(readme.read_text(encoding="utf-8"), rows))
    return [*(docs / name for name in story.PAGES.values()), *([readme] if readme.is_file() else [])]
