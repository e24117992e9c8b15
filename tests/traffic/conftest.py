"""Logs on disk, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.prices import PriceBook, load
from bench.records import Secrets
from bench.traffic import TABLE, TrafficChoices, TrafficImport, import_traffic

FIXTURES = Path(__file__).parent / "fixtures"
Load = Callable[..., tuple[TrafficImport, pd.DataFrame]]


@pytest.fixture(scope="session")
def book() -> PriceBook:
    return load()


@pytest.fixture
def load_logs(book: PriceBook, tmp_path: Path) -> Load:
    """Imports fixtures by name, or files, and gives the table with NA in place of missing values."""

    def loaded(
        *names: str | Path, secrets: Secrets | None = None, **choices: Any
    ) -> tuple[TrafficImport, pd.DataFrame]:
        done = import_traffic(
            [FIXTURES / name for name in names],
            output=tmp_path / "out",
            results=tmp_path,
            book=book,
            secrets=secrets or Secrets(),
            choices=TrafficChoices(**choices),
        )
        table = pd.read_parquet(done.folder / TABLE)
        return done, table.astype(object).where(table.notna(), None)

    return loaded
