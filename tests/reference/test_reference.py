"""The pages that are written from the code: each is current, whole, and refuses what nobody explained."""

from __future__ import annotations

import runpy
import sys
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from bench.config import RULES, TABLES, VARIANT
from bench.providers import shipped
from bench.records import (
    LATENCY_COLUMNS,
    MARGINS,
    AggregateRow,
    AnswerRow,
    ItemRow,
    Margin,
    Outcome,
    RunRecord,
    RunSettings,
    parquet_schema,
)
from bench.reference import __main__ as reference
from bench.reference import config, models, tables
from bench.reference.markdown import cell, field_docs, table

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", reference.PAGES, ids=str)
def test_the_page_is_current(path: Path) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == reference.PAGES[path](), "run: make docs"


def test_stale_pages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["reference"])
    stale = f"{', '.join(map(str, reference.PAGES))}: not what the code says. Run: make docs"
    assert reference.main(["--check"]) == stale
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(reference.__file__, run_name="__main__")
    assert ended.value.code is None
    assert reference.main(["--check"]) is None
    (tmp_path / "docs" / "config.md").write_text("old", encoding="utf-8")
    assert reference.main(["--check"]) == "docs/config.md: not what the code says. Run: make docs"


def test_the_models_page_names_every_vendor_key_and_address() -> None:
    page = models.page()
    for name, preset in shipped().items():
        for text in (preset["title"], *preset["examples"], *preset.get("key_variables", ()), f"`{name}/*`"):
            assert text in page
        for address in (preset.get("base_url"), *preset.get("regions", {}).values()):
            assert address is None or f"`{address}`" in page


def test_the_config_page_has_every_key_once_in_its_table() -> None:
    rows = [line.split(" | ") for line in config.page().splitlines() if line.startswith("| `")]
    keys = sorted(row[0].strip("| `") for row in rows)
    assert keys == sorted([key for checks in TABLES.values() for key in checks] + [*RULES, *VARIANT])
    assert all(len(row) >= 5 and all(row) for row in rows)


def test_every_example_is_accepted() -> None:
    for kind, checks in {**TABLES, "rules": RULES}.items():
        for key, check in checks.items():
            example = tomllib.loads(f"value = {config.EXAMPLES[kind][key]}")["value"]
            if key in ("reuse", "timeout_s", *MARGINS):  # 1 and 1.0 mean the same
                example = float(example)
            assert check(example) is None, (kind, key)


def test_the_config_page_says_what_a_value_must_be_and_what_holds_without_it() -> None:
    page = config.page()
    assert '| `over` | "each", "mean" or "traffic" | `"each"` |' in page
    assert "| `reuse` | a finite number, at least 0 and at most 1e+06 | `24` |" in page
    assert '| `suites` | a list of names, e.g. ["coding"] | `["coding", "reasoning"]` |' in page
    assert "| `slower_by` | a finite number, at least 1e-06 and at most 1e+06 | none |" in page
    assert 'The example says "takes at most 2 times as long".' in page
    assert "| `confidence` | a number above 0.5 and below 1, e.g. 0.95 | `0.95` |" in page


@pytest.mark.parametrize(("kind", "key"), [("run", "patience"), ("models", "patience"), ("providers", "patience")])
def test_a_new_key_without_a_meaning_fails(monkeypatch: pytest.MonkeyPatch, kind: str, key: str) -> None:
    monkeypatch.setitem(TABLES[kind], key, TABLES["run"]["seed"])
    with pytest.raises(ValueError, match=f"{key} of {kind}: has no meaning"):
        config.page()


def test_a_key_without_an_example_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(config.EXAMPLES["run"], "limit")
    with pytest.raises(ValueError, match="limit of run: has no example"):
        config.page()


def test_every_column_and_key_is_on_the_tables_page() -> None:
    page = tables.page()
    for kind in (ItemRow, AnswerRow, AggregateRow):
        for column in parquet_schema(kind):
            assert f"| `{column.name}` | {column.type} |" in page
    for name in (*LATENCY_COLUMNS, *Outcome, *(f.name for f in fields(RunRecord) if f.name not in ("extra", "keys"))):
        assert f"| `{name}` | " in page
    assert "| `cost_usd` | double | USD | " in page
    assert "| `out_total` | int64 | tokens | " in page
    assert "| `lanes` | object of [lane](#lane) | its end | " in page
    assert "| `spent_usd` | decimal, as text | " in page
    assert "None" not in page
    assert not [line for line in page.splitlines() if line.endswith("|  |")], "every meaning is given"


def test_links_of_the_tables_page_lead_to_its_headings() -> None:
    page = tables.page()
    headings = {line.strip("# ").replace(" ", "-") for line in page.splitlines() if line.startswith("###")}
    links = {part.partition(")")[0] for part in page.split("](#")[1:]}
    assert links <= headings
    assert "clock-error" in links


@dataclass
class _Column:
    """A table whose columns nobody explained well."""

    unsaid: str | None
    """It may be missing, and nothing says when."""


def test_a_column_that_does_not_say_when_it_is_null_fails() -> None:
    with pytest.raises(ValueError, match=r"_Column\.unsaid"):
        tables._columns(_Column)


def test_a_new_margin_is_on_both_pages_but_needs_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MARGINS, "longer_by", Margin(meaning="Most tokens more.", share=True, example=0.1))
    assert "| `longer_by` | number | Most tokens more. Null if it claims nothing of this. |" in tables.page()
    with pytest.raises(KeyError):
        config.page()


def test_docstrings_are_read_from_fields_members_and_properties() -> None:
    assert field_docs(RunSettings)["repeats"] == "Independent samples per item."
    assert field_docs(Outcome)["NOT_ASKED"] == "Planned, but never asked of this model."
    assert "never enter latency" in field_docs(ItemRow)["reused"]
    assert field_docs(RunRecord)["seed"].startswith("What resampling begins from")


def test_cells_hold_one_line_and_no_bar_of_their_own() -> None:
    assert cell("a |\n   b") == "a \\| b"
    assert table(("a", "b"), [("1", "2")]) == ["| a | b |", "|---|---|", "| 1 | 2 |"]
