"""A run.json with one field removed, emptied or of another type: a clear error or a full answer, never a traceback."""

from __future__ import annotations

import contextlib
import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench import claims
from bench.errors import UsageError
from bench.report.numbers.comparison import compare
from bench.report.text import documents, tables
from bench.report.verify import verify
from bench.report.write import write_report
from tests import runjson

FIXTURES = Path(__file__).parents[1] / "fixtures" / "before"
Place = tuple[str | int, ...]
REMOVED = object()
ODD: tuple[object, ...] = (REMOVED, {}, [], "", 0, None, "x", -1, True, [1], {"x": 1}, 1e300)
"""What stands there instead."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run with a claim, two suites and everything that run.json may hold, as it was written before."""
    made = shutil.copytree(FIXTURES / "parts", tmp_path_factory.mktemp("damaged") / "run")
    items = pd.read_parquet(made / "items.parquet")
    kept = items[items["item"].isin(items["item"].unique()[:4])]
    answers = pd.read_parquet(made / "answers.parquet")
    kept.to_parquet(made / "items.parquet")
    answers[answers["item"].isin(kept["item"])].to_parquet(made / "answers.parquet")
    return made


@pytest.fixture(scope="module")
def content(folder: Path) -> dict[str, Any]:
    """What its run.json holds."""
    return runjson.content(folder)


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every field, and every element of a list, at any depth."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*at, key)
        yield from places(child, (*at, key))


def damage(folder: Path, content: dict[str, Any], place: Place, odd: object) -> None:
    damaged = copy.deepcopy(content)
    inner: Any = damaged
    for key in place[:-1]:
        inner = inner[key]
    if odd is REMOVED:
        del inner[place[-1]]
    else:
        inner[place[-1]] = odd
    runjson.put(folder, damaged)


def texts(folder: Path) -> None:
    """Everything that report, verify and claim say in words and numbers."""
    comparison = compare(folder)
    for made in (tables.markdown, tables.csv_text, tables.json_text, documents.latex, documents.page):
        assert made(comparison)
    judged = comparison.ruling, comparison.record  # as `bench claim` judges them
    assert json.dumps(claims.as_json(*judged))
    assert not judged[0].judgements or claims.markdown(*judged)


@contextlib.contextmanager
def one_clear_error() -> Iterator[None]:
    """Lets a UsageError pass that is one line and names the file."""
    try:
        yield
    except UsageError as error:
        if "\n" in str(error):
            raise AssertionError("more than a line") from error


@pytest.mark.slow
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_one_field_may_be_damaged(folder: Path, content: dict[str, Any], data: st.DataObject) -> None:
    damage(folder, content, data.draw(st.sampled_from([*places(content)])), data.draw(st.sampled_from(ODD)))
    with one_clear_error():
        texts(folder)


@pytest.mark.slow
def test_every_field_of_the_first_levels_may_be_damaged(folder: Path, content: dict[str, Any]) -> None:
    for number, place in enumerate(place for place in places(content) if len(place) < 3):
        damage(folder, content, place, ODD[number % len(ODD)])
        with one_clear_error():
            texts(folder)


@pytest.mark.slow
def test_whole_reports_of_records_that_lack_a_field(folder: Path, content: dict[str, Any]) -> None:
    """With charts and page, for the fields of the first level."""
    for key in content:
        damage(folder, content, (key,), REMOVED)
        with one_clear_error():
            write_report(folder)


@pytest.mark.parametrize(
    ("field", "value", "lacks"),
    [("suites", {}, "`suites` lacks 'coding_predict'"), ("models", {}, "`models` lacks 'large'")],
)
@pytest.mark.parametrize("command", [write_report, claims.judge_run, lambda folder: verify([folder])])
def test_what_the_tables_have_and_the_record_lacks_is_named(
    folder: Path, content: dict[str, Any], command: Any, field: str, value: Any, lacks: str
) -> None:
    runjson.put(folder, {**content, field: value})
    with pytest.raises(UsageError, match=rf"run\.json: {lacks}, which items\.parquet has\. `bench run` rebuilds it"):
        command(folder)
