"""The first screen of a run with two suites, and the volume that the address keeps, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.language import writing
from bench.report import compare
from bench.report.page import NAME, PageSource, write_page
from tests.report.page import sample
from tests.report.sample_run import model, write_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="518.4pt" height="324pt" viewBox="0 0 518 324"></svg>'
"""As large as a claim's plane is."""


@pytest.fixture(scope="module")
def two_suites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of a claim about two suites: report.html, and zh.html in Chinese."""
    folder = tmp_path_factory.mktemp("two") / "run"
    rows = [
        replace(
            row,
            suite=suite,
            task=f"{suite}_task",
            prompt_sha256=f"{suite} {row.item}",
            order=row.order + 200 * at,
            cost_cap_usd=0.02,
        )
        for at, suite in enumerate(("coding", "reasoning"))
        for row in sample.rows(80)
    ]
    models = {label: model(f"weights/{label}") for label in ("cheap", "dear")}
    write_run(folder, rows, models=models, claims={sample.CLAIM["name"]: sample.CLAIM})
    picture = folder / "charts" / f"claim_{sample.CLAIM['name']}.svg"
    picture.parent.mkdir()
    picture.write_text(PICTURE)
    for language, name in (("en", NAME), ("zh", "zh.html")):
        with writing(language):
            write_page(folder / name, [PageSource(folder, compare(folder), [picture])])
    return folder


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of a usual laptop's size."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    yield tab
    tab.close()


@pytest.mark.parametrize("name", [NAME, "zh.html"])
def test_it_is_complete_with_two_suites(page: Page, two_suites: Path, name: str) -> None:
    page.goto((two_suites / name).as_uri())
    bill = page.locator(".bill tbody tr").last
    for part in (page.locator(".badge"), page.locator(".line").last, page.locator(".part").last, bill):
        box = part.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900
    assert page.locator(".beside-verdict img").evaluate("(image) => image.getBoundingClientRect().bottom") <= 900


def test_the_address_keeps_the_volume_of_all_bills(page: Page, two_suites: Path) -> None:
    address = (two_suites / NAME).as_uri()
    page.goto(address + "#volume=2000000")
    page.wait_for_selector("#list .row")
    volume = page.locator("[data-volume]").first
    assert volume.input_value() == "2000000"
    saving = page.locator(".bill [data-usd]").nth(2)
    assert saving.inner_text().startswith("18,000 USD")
    volume.fill("500000")
    page.locator("#order").select_option("dearest first")
    assert "volume=500000" in page.url
    assert "order=dearest" in page.url
    again = page.url
    page.goto("about:blank")
    page.goto(again)
    page.wait_for_selector("#list .row")
    assert page.locator("[data-volume]").first.input_value() == "500000"
    assert page.locator(".bill [data-usd]").nth(2).inner_text().startswith("4,500 USD")
    page.goto(address + "#volume=0")
    assert page.locator("[data-volume]").first.input_value() == "1000000", "what the run states"


def test_the_bill_follows_the_volume(page: Page, two_suites: Path) -> None:
    page.goto((two_suites / NAME).as_uri())
    volume = page.get_by_label("Requests a month, each like an item of this run").first
    cell = page.locator(".bill [data-usd]").first
    at_first = float(cell.inner_text().split()[0].replace(",", ""))
    volume.fill("2000000")
    assert float(cell.inner_text().split()[0].replace(",", "")) == pytest.approx(2 * at_first, rel=0.01)
    page.locator("[data-slider]").first.focus()
    page.keyboard.press("Home")
    assert volume.input_value() == "1"
    assert float(cell.inner_text().split()[0].replace(",", "")) == pytest.approx(at_first / 1e6, rel=0.01)


@pytest.mark.parametrize("name", [NAME, "zh.html"])
def test_a_phone_shows_the_whole_bill_and_says_where_a_picture_goes_on(page: Page, two_suites: Path, name: str) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto((two_suites / name).as_uri() + "#volume=2000000")
    page.wait_for_selector("#list .row")
    saving = page.locator(".bill td.num").nth(2).bounding_box()
    assert saving is not None
    assert saving["x"] + saving["width"] <= 400
    page.wait_for_selector("figure.beside-verdict.more")


def test_a_chinese_page_speaks_chinese_in_what_its_script_writes(page: Page, two_suites: Path) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((two_suites / "zh.html").as_uri() + "#volume=2000000")
    page.wait_for_selector("#list .row")
    assert page.locator("#shown").inner_text() == "160 道题"
    assert page.locator("#theme").inner_text() == "主题：自动"
    assert "18,000 USD（18,000 到 18,000）" in page.locator(".bill").first.inner_text()
    assert "先列失分、得分、不稳定" in page.locator("#order").inner_text()
    page.locator("#order").select_option("dearest first")
    assert "order=dearest%20first" in page.url, "an address means the same in every language"
    page.locator("#list .row").first.click()
    page.wait_for_selector(".answer")
    assert "隐藏测试" in page.locator("#item").inner_text() or "结局" in page.locator("#item").inner_text()
    assert complaints == []
