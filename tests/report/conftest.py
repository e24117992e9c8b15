"""A report that several tests look at, since drawing its charts takes a while."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.report.write import write_report
from tests.report.page import sample


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample run's folder with its report; nobody writes into it."""
    folder = sample.write(tmp_path_factory.mktemp("reported") / "run")
    write_report(folder)
    return folder
