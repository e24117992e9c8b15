"""One headless Chromium for all tests of the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")


def _missing(why: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; skips where it or playwright is missing, except in CI.

    Its driver runs an event loop in this thread, which other tests could not start beside it: it ends with the module.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright is not installed: pip install 'claimbench[browser]'")
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        _missing("no Chromium is installed: apt-get install chromium")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Visit:
    """A page that is open, with what it asked for and complained about."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.path = path

    def open(self, fragment: str = "") -> Page:
        """Loads the page anew, until its items are listed."""
        self.page.goto("about:blank")
        self.page.goto(self.path.as_uri() + fragment)
        self.page.wait_for_selector("#list .row")
        return self.page


@pytest.fixture
def visit(browser: Browser, reported: Path) -> Iterator[Visit]:
    """The sample's page in a fresh tab; whatever the test does, nothing is asked for and no error is written."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    found = Visit(page, reported / "report.html")
    yield found
    page.close()
    assert {url.partition(":")[0] for url in found.asked} <= {"file", "data", "about"}
    assert found.complaints == []
