"""docs/models.md says what the presets say."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

from bench.providers import docs
from bench.providers.presets import shipped

ROOT = Path(__file__).parents[2]


def test_the_page_is_current() -> None:
    assert (ROOT / docs.PAGE).read_text(encoding="utf-8") == docs.page(), "run: python -m bench.providers.docs"


def test_the_page_names_every_vendor_key_and_address() -> None:
    page = docs.page()
    for name, table in shipped().items():
        for text in (table["title"], *table["examples"], *table.get("key_variables", ()), f"`{name}/*`"):
            assert text in page
        for address in (table.get("base_url"), *table.get("regions", {}).values()):
            assert address is None or f"`{address}`" in page


def test_a_stale_page_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["docs"])
    assert docs.main(["--check"]) == "docs/models.md is not what the presets say. Run: python -m bench.providers.docs"
    (tmp_path / "docs").mkdir()
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(docs.__file__, run_name="__main__")
    assert ended.value.code is None
    assert docs.main(["--check"]) is None
    (tmp_path / docs.PAGE).write_text("old", encoding="utf-8")
    assert docs.main(["--check"]) is not None
