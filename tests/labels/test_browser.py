"""The page on which a rater labels, in a real browser: by keyboard, kept over a reload, saved as a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.labels import drawn, read_sheet, write_page
from tests.report.page import sample
from tests.report.page.conftest import Visit, browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose texts try to break out of the page."""
    return sample.write(tmp_path_factory.mktemp("labels") / "run")


@pytest.fixture
def page(browser: Browser, ran: Path) -> Iterator[Page]:
    """A rater's page of preferences."""
    found = drawn(ran, "preference")
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    visit = Visit(opened, write_page(ran, found, found.first(12), "one"))
    opened.goto(visit.path.as_uri())
    yield opened
    hostile = opened.evaluate("window.broken === undefined && document.getElementById('bold') === null")
    opened.close()
    assert hostile
    assert {url.partition(":")[0] for url in visit.asked} <= {"file", "data", "about", "blob"}
    assert visit.complaints == []


@pytest.mark.slow
def test_a_rater_needs_only_the_keyboard_and_loses_nothing(page: Page, ran: Path, tmp_path: Path) -> None:
    for key in "123132":
        page.keyboard.press(key)
    assert page.locator("#count").inner_text() == "6 of 12"
    page.reload()
    assert page.locator("#count").inner_text() == "6 of 12", "what was labelled is kept"
    assert page.locator("#asked").inner_text() == "The request (7 of 12)", "it goes on where it stopped"
    page.keyboard.press("ArrowLeft")
    assert page.locator("#choices [aria-pressed=true]").inner_text().startswith("Neither")
    page.keyboard.press("3")
    page.keyboard.press("n")
    for _ in range(6):
        page.keyboard.press("1")
        page.keyboard.press("n")
    assert "All are labelled" in page.locator("#said").inner_text()
    with page.expect_download() as saving:
        page.keyboard.press("s")
    assert "bench label --measure preference --import" in page.locator("#said").inner_text()
    path = tmp_path / "saved.csv"
    saving.value.save_as(path)
    found = drawn(ran, "preference")
    labels = read_sheet(path, found, "nobody")
    assert len(labels) == 12
    assert {row.rater for _, row in labels} == {"one"}
    words = ["a", "neither", "b", "a", "b", "b", *"aaaaaa"]
    for (entry, row), word in zip(labels, words, strict=True):
        better = {"a": entry.model, "b": entry.other}.get(word)
        assert row.value == (0.5 if better is None else 1.0 if better == "cheap" else 0.0)
        assert row.seconds is not None


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_no_serious_violation(page: Page, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="the extra `browser` is not installed")
    page.set_viewport_size({"width": width, "height": 900})
    response = axe.Axe().run(page).response
    assert len(response["passes"]) > 10, "axe checked hardly anything"
    found = response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
