"""A run folder for programs and notebooks: its tables and verdicts as DataFrames, and its comparison to look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import claims
from bench.records import read_run, read_table
from bench.report.numbers.comparison import RunComparison, compare
from bench.report.text import documents

if TYPE_CHECKING:
    import pandas as pd

ABOUT = ("claim", "verdict", "about", "candidate", "baseline")
MEASURED = ("suite", "part", "n", "estimate", "low", "high", "stands")
"""Columns of `verdicts`: what is claimed, and what came of each part."""


@dataclass(frozen=True, slots=True)
class RunTables:
    """A run folder, finished or not; read anew at each call. Raises UsageError where the folder is no run's."""

    folder: Path
    """Where the run is."""

    def items(self) -> pd.DataFrame:
        """A row an answer, in the columns of docs/tables.md: score, outcome, tokens, times and cost. Unknown is NaN."""
        return read_run(self.folder)[1]

    def answers(self) -> pd.DataFrame:
        """A row an answer: the prompt, what the model wrote, and what was read from it."""
        return read_table(self.folder, "answers")

    def verdicts(self) -> pd.DataFrame:
        """A row a part of each claim and suite, in the columns `ABOUT` and `MEASURED`.

        `low` and `high` bound `estimate` at the claim's confidence; `stands` is "shown", "missed" or "open".
        """
        import pandas as pd

        rows = [
            {
                "claim": judged.claim.name,
                "verdict": str(judged.verdict),
                "about": judged.claim.about,
                "candidate": judged.claim.candidate,
                "baseline": judged.claim.baseline,
                "suite": suite,
                "part": name,
                "n": result.n,
                "estimate": result.estimate,
                "low": result.interval.low,
                "high": result.interval.high,
                "stands": claims.state(judged, judged.deciding, (suite, name)),
            }
            for judged in self.comparison().ruling.judgements
            for (suite, name), result in judged.test.parts.items()
        ]
        return pd.DataFrame(rows, columns=[*ABOUT, *MEASURED])

    def comparison(self) -> RunComparison:
        """Scores, latency, tokens and cost by model and suite, and the claims judged; each with its interval."""
        return compare(self.folder)

    def _repr_html_(self) -> str:
        return documents.fragment(self.comparison())
