"""The published data sets: which file of which commit each is, read through the importers."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.claims import Pairs, pair
from bench.errors import UsageError
from bench.evidence.rule import RuledClaim
from bench.importers import FORMATS, Provenance, import_results
from bench.records import AggregateRow, RunRecord, read_aggregates, read_record, read_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A data set as it was published."""

    name: str
    """Its name in claims.toml."""
    title: str
    """Its name for readers."""
    short: str
    """Its name in figures."""
    files: tuple[tuple[str, str], ...]
    """(Path under the data folder, sha256 in hex)."""
    format: str
    """A key of `FORMATS`."""
    provenance: Provenance
    """Who published it, at which commit, under which licence."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set that was read."""

    published: Published
    """What it is."""
    rows: tuple[AggregateRow, ...]
    """Totals, a row a model and suite."""
    items: pd.DataFrame
    """Single items, as in items.parquet; empty if the source has none."""
    record: RunRecord
    """The import's run.json."""
    notes: tuple[str, ...]
    """What the importer left out or found unknown."""

    def row(self, ruled: RuledClaim, model: str) -> AggregateRow:
        """The row of a claim's model."""
        return next(r for r in self.rows if (r.suite, r.comparable, r.model) == (ruled.suite, ruled.comparable, model))

    def pairs(self, ruled: RuledClaim) -> Pairs | None:
        """Both models' answers to the same items; None where the source has no items of either."""
        if {ruled.candidate, ruled.baseline} - set(self.items["model"]):
            return None
        return pair(self.items, self.record, ruled.candidate, ruled.baseline, (ruled.suite,))


_SWE_BENCH = Provenance(
    "SWE-bench/swe-bench.github.io", "f1176b65ae29d14f4f52208b48e3d8cfc972bc17", "2026-11-22", "CC BY-NC 4.0"
)
SETS = (
    Published(
        name="swe-bench-2025-12",
        title="SWE-bench Verified, mini-SWE-agent 1.x (December 2025)",
        short="SWE 2025",
        files=(
            (
                "swebench/bash_only_2025-12-10_models.csv",
                "2d70b2c42d75b907c43d4bb5ea462fec821bfdde244978907506feb8eabe78f0",
            ),
            (
                "swebench/bash_only_2025-12-10_instances.csv.gz",
                "33690d84f46a2117dc380bc1bdd0295f8f45119305476144f9d2d38404a9ee15",
            ),
        ),
        format="swebench",
        provenance=_SWE_BENCH,
    ),
    Published(
        name="swe-bench-2026-02",
        title="SWE-bench Verified, mini-SWE-agent 2.x (February 2026)",
        short="SWE 2026",
        files=(
            (
                "swebench/mini_v2_2026-02_models.csv",
                "04cb7590324ef52e9b0fc295c68e46c2aca3161514c7179ba0d36d3147a538cf",
            ),
        ),
        format="swebench",
        provenance=Provenance(
            "SWE-bench/swe-bench.github.io, as quoted in ukitako1030/EVAL",
            "1fca05359d3c",
            "2026-11-22",
            "CC BY-NC 4.0",
        ),
    ),
    Published(
        name="aider-polyglot",
        title="aider polyglot (December 2024 to October 2025)",
        short="aider",
        files=(("aider/polyglot_leaderboard.yml", "85a50b25953512d18ba4bb0c23c0b8e626fcf9a5b52d287644b8a0b44b9535de"),),
        format="aider",
        provenance=Provenance("Aider-AI/aider", "5dc9490bb35f9729ef2c95d00a19ccd30c26339c", "2026-11-22", "Apache-2.0"),
    ),
    Published(
        name="tau2",
        title="tau2-bench (November 2025 to August 2026)",
        short="tau2",
        files=(("tau2/submissions.json", "77e0050f77e09927f77f0e4d7b595c4acad2cd9c143291a38c8d768a89f872d7"),),
        format="tau2",
        provenance=Provenance(
            "sierra-research/tau2-bench", "a2c024725189473d2d7cea3a5cfdbcc67478e41f", "2026-11-22", "MIT"
        ),
    ),
)
"""The data sets of the evidence, in the order in which they are reported."""


def read_all(folder: Path, published: Sequence[Published] = SETS) -> tuple[dict[str, DataSet], list[str]]:
    """The data sets found in a folder, by name, and remarks: which are left out, and which are other files.

    UsageError if there is none, or one cannot be read.
    """
    data_sets: dict[str, DataSet] = {}
    remarks = []
    for each in published:
        missing = [str(folder / name) for name, _ in each.files if not (folder / name).is_file()]
        if missing:
            remarks.append(f"{each.name}: skipped: {' and '.join(missing)} is missing")
            continue
        unlike = [_unlike(folder / name) for name, sha256 in each.files if _sha256(folder / name) != sha256]
        remarks += [f"{each.name}: {why}" for why in unlike]
        data_sets[each.name] = _read(folder, each, unlike)
    if not data_sets:
        raise UsageError(f"{folder}: none of the published files is there: {'; '.join(remarks)}.")
    return data_sets, remarks


def _unlike(path: Path) -> str:
    return f"{path.name} is not byte for byte the file that was judged first: is it of that commit?"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(folder: Path, published: Published, unlike: Sequence[str]) -> DataSet:
    paths = [folder / name for name, _ in published.files]
    with tempfile.TemporaryDirectory() as place:
        imported = import_results(
            published.format, FORMATS[published.format], paths, output=Path(place), provenance=published.provenance
        )
        return DataSet(
            published,
            tuple(read_aggregates(imported.folder)),
            read_table(imported.folder, "items"),
            read_record(imported.folder),
            (*unlike, *(f"{row['row']}: left out: {row['why']}" for row in imported.dropped), *imported.notes),
        )
