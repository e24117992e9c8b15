"""report.html in a real browser."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from bench.records import read_record
from bench.report import RunComparison, compare
from bench.report.page import PageSource, write_page
from bench.report.write import write_report
from tests.perf import synthetic
from tests.report.page import sample
from tests.report.page.conftest import Visit
from tests.report.sample_run import write_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LOADED_S = 4.0
THOUSAND = (3_000_000, 1.0)
"""Most bytes of a page of 1,000 items with everything, and seconds until its items are listed."""
FETCH = """async () => {
  let why = "";
  document.addEventListener("securitypolicyviolation", (event) => { why = event.effectiveDirective; });
  try { await fetch("http://127.0.0.1:9/"); } catch { await new Promise((done) => setTimeout(done, 50)); }
  return why;
}"""
"""Tries to reach a server, and tells which rule of the page's policy stopped it."""


def names(page: Page) -> list[str]:
    """The items that are listed."""
    return page.locator("#list .row b").all_inner_texts()


def only(page: Page, label: str) -> list[str]:
    """The items that a filter leaves."""
    page.get_by_label(label, exact=True).check(force=True)
    found = names(page)
    page.get_by_label(label, exact=True).uncheck(force=True)
    return found


def test_the_first_screen_tells_verdict_saving_loss_and_date(visit: Visit) -> None:
    page = visit.open()
    seen = [
        page.get_by_text(text).first
        for text in ("Inconclusive", "costs at least 50 % less", "90.0 % less", "points lower", "2026-11-20")
    ]
    for one in seen:
        box = one.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 900


def test_no_request_can_leave_the_page(visit: Visit) -> None:
    page = visit.open()
    blocked = page.evaluate(FETCH)
    assert blocked == "connect-src"
    visit.complaints.clear()  # the browser reports what it blocked
    visit.asked = [url for url in visit.asked if "127.0.0.1" not in url]


def test_tables_sort_and_filter(visit: Visit) -> None:
    page = visit.open()
    table = page.locator("#tables table").first
    head = table.get_by_role("button", name="USD per 1,000 items")
    costs = table.locator("tbody tr").locator("[data-number$=cost_per_1000_usd]")
    head.click()
    rising = costs.all_inner_texts()
    assert head.locator("..").get_attribute("aria-sort") == "ascending"
    head.click()
    assert costs.all_inner_texts() == rising[::-1] != rising
    assert float(rising[0]) < float(rising[-1])


@pytest.mark.slow
def test_several_runs_stand_side_by_side(browser: Browser, reported: Path, tmp_path: Path) -> None:
    folders = [reported, synthetic.write(tmp_path / "four", 60, models=4)]
    path = write_page(tmp_path / "report.html", [PageSource(folder, compare(folder), []) for folder in folders])
    visit = Visit(browser.new_page(), path)
    page = visit.open("#item=reasoning_main/reasoning-1-0&run=four")
    assert page.locator("#item-title").inner_text() == "reasoning-1-0"
    page.locator("#run").select_option("four")
    assert page.locator("#shown").inner_text() == "60 of 72 items"
    joint = page.locator(".table", has=page.get_by_role("region", name="All runs"))
    assert joint.locator("tbody tr").count() == 2 + 8
    joint.get_by_label("Show rows with").fill("model-3")
    assert joint.locator("tbody tr:visible").count() == 2
    assert joint.locator(".count").inner_text() == "2 of 10 rows"
    page.close()
    assert visit.complaints == []


def test_an_item_opens_by_its_link(visit: Visit) -> None:
    page = visit.open(f"#item=chain_sum/{quote(sample.SPOKEN, safe='')}")
    assert page.locator("#item-title").inner_text() == sample.SPOKEN
    page.locator("#list .row", has_text="item-2").click()
    assert page.locator("#item-title", has_text="item-2").is_visible()
    assert page.url.endswith("#item=chain_sum/item-2")
    page.evaluate("location.hash = '#item=chain_sum/item-9'")
    assert page.locator("#item-title", has_text="item-9").is_visible()
    page.evaluate("location.hash = '#item=chain_sum/none'")
    assert page.locator("#item").get_by_text("chain_sum/none is not in this page").is_visible()


def test_an_item_shows_prompt_answers_outcome_and_figures(visit: Visit) -> None:
    page = visit.open("#item=chain_sum/item-2")
    page.wait_for_selector(".answer")
    text = page.locator("#item").inner_text()
    for said in ("2 + 2 <i>now</i>?", "hidden tests", "3 of 40 passed", "$0.001", "1.02 s", "tokens in", "100"):
        assert said in text
    assert page.locator(".answer h4").all_inner_texts() == ["✗\ncheap", "✓\ndear"]


def test_markup_in_an_answer_is_shown_as_text(visit: Visit) -> None:
    page = visit.open("#item=chain_sum/item-0")
    page.wait_for_selector(".answer")
    assert page.locator(".answer .text", has_text="onerror").first.inner_text() == sample.HOSTILE
    assert page.locator("#bold").count() == 0
    assert page.evaluate("window.broken") is None
    folded = page.locator(".answer details", has_text="Reasoning").first
    assert folded.get_attribute("open") is None
    assert "two and two" in (folded.locator(".text").text_content() or "")


def test_a_long_text_is_cut_in_its_middle(visit: Visit) -> None:
    page = visit.open("#item=chain_sum/item-1")
    page.wait_for_selector(".answer")
    text = page.locator(".answer .text").first.inner_text()
    assert text.startswith("AAAA")
    assert text.endswith("ZZZZ")
    assert "40,000 characters are cut out here" in text


def test_filters_and_orders(visit: Visit) -> None:
    page = visit.open()
    assert len(names(page)) == 12
    assert only(page, "candidate lost") == ["item-2", "item-3", "item-4", "item-5"]
    assert [only(page, label) for label in ("truncated", "refused", "unparsable")] == [
        ["item-3"],
        ["item-4"],
        ["item-5"],
    ]
    assert only(page, "slow") == ["item-11"]
    page.get_by_label("Find").fill("item-1")
    assert names(page) == ["item-1", "item-10", "item-11"]
    assert page.locator("#shown").inner_text() == "3 of 12 items"
    page.locator("#order").select_option("slowest first")
    assert names(page) == ["item-11", "item-10", "item-1"]
    page.get_by_label("Find").fill("")
    page.locator("#candidate").select_option("dear")
    page.locator("#baseline").select_option("cheap")
    assert only(page, "candidate lost") == []


def test_the_right_answer_stands_beside_what_was_extracted(visit: Visit) -> None:
    page = visit.open("#item=chain_sum/item-2")
    page.wait_for_selector(".answer")
    beside = page.locator(".answer").first.locator(".beside > div")
    assert [text.split("\n") for text in beside.all_inner_texts()] == [
        ["Expected", "four, as 4"],
        ["Extracted", "five"],
    ]


def test_texts_are_searched_and_the_address_keeps_the_search(visit: Visit) -> None:
    page = visit.open()
    page.get_by_label("Find").fill("zebra ANSWERS")
    page.locator("#shown", has_text="2 of 12").or_(page.locator("#shown", has_text="1 of 12")).wait_for()
    assert names(page) == ["item-8"]
    page.locator("#list .row").first.click()
    page.locator("#item mark", has_text="Zebra answers").first.wait_for()
    page.get_by_label("candidate won", exact=True).check(force=True)
    assert names(page) == []
    page.get_by_label("candidate won", exact=True).uncheck(force=True)
    page.locator("#candidate").select_option("dear")
    page.locator("#baseline").select_option("cheap")
    page.locator("#list .row").first.click()
    link = page.url.partition("#")[2]
    page = visit.open("#" + link)
    page.locator("#item mark").first.wait_for()
    assert (names(page), page.locator("#candidate").input_value()) == (["item-8"], "dear")
    page = visit.open("#only=won&candidate=dear&baseline=cheap")
    assert names(page) == ["item-2", "item-3", "item-4", "item-5"]


def test_lost_items_stand_first_and_two_answers_are_compared(visit: Visit) -> None:
    page = visit.open()
    assert names(page)[:5] == ["item-2", "item-3", "item-4", "item-5", "item-0"]
    page.locator("#item-title", has_text="item-2").wait_for()
    counts = "all => Object.fromEntries(all.map((box) => [box.value, box.nextElementSibling.dataset.count]))"
    counted = page.locator("[name=only]").evaluate_all(counts)
    assert (counted["lost"], counted["won"], counted["unstable"]) == ("4", "0", "0")
    page = visit.open("#item=chain_sum/item-8")
    page.locator(".difference summary").click()
    page.locator(".difference pre").wait_for()
    assert page.locator(".difference").inner_text().count("letter by letter") == 1


def test_a_difference_is_of_words(visit: Visit) -> None:
    page = visit.open("#item=chain_sum/item-9")
    page.locator(".difference summary").click()
    page.locator(".difference pre").wait_for()
    parts = {tag: page.locator(f".difference pre {tag}").all_inner_texts() for tag in ("del", "ins")}
    assert parts == {"del": ["4"], "ins": ["5", "d"]}


def test_the_list_is_used_by_keyboard(visit: Visit) -> None:
    page = visit.open()
    page.locator("#list").focus()
    for key in ("ArrowDown", "ArrowDown", "End", "ArrowUp"):
        page.keyboard.press(key)
    page.locator("#item-title", has_text="item-10").wait_for()
    row = page.locator("#list").get_attribute("aria-activedescendant")
    assert page.locator(f"#{row}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "item-title"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 400), ("dark", 400)])
def test_axe_finds_no_serious_violation(visit: Visit, scheme: Any, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="the extra `browser` is not installed")
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.set_viewport_size({"width": width, "height": 900})
    page = visit.open("#item=chain_sum/item-0")
    page.wait_for_selector(".answer")
    response = axe.Axe().run(page).response
    assert len(response["passes"]) > 20, "axe checked hardly anything"
    found = response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []


def test_the_theme_can_be_chosen(visit: Visit) -> None:
    page = visit.open()
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    for _ in range(2):
        page.locator("#theme").click()
    assert page.locator("#theme").inner_text() == "Theme: dark"
    assert page.evaluate(background) != light
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    assert not page.locator("#list").is_visible()
    assert page.locator(".badge").is_visible()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_summary_is_one_sheet(visit: Visit, paper: str) -> None:
    page = visit.open()
    assert page.get_by_role("button", name="Print one-page summary").is_visible()
    sheets = {}
    for kind in ("summary", "all"):
        page.evaluate(f"document.documentElement.dataset.print = '{kind}'")
        sheets[kind] = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper, print_background=True)))
    assert sheets["summary"] == 1 < sheets["all"]


def test_charts_follow_the_theme(visit: Visit) -> None:
    page = visit.open()
    seen = []
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        page.wait_for_timeout(100)
        seen.append(page.locator("#verdict figure img").first.screenshot())
    assert seen[0] != seen[1]


def test_a_wide_table_says_that_there_is_more(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 400, "height": 800})
    page = visit.open()
    hints = page.locator("#tables .hint:visible")
    hints.first.wait_for()
    table = page.locator("#tables table").first
    cost = table.get_by_role("columnheader", name="USD per 1,000 items").bounding_box()
    time_to_first = table.get_by_role("columnheader", name="TTFAT").bounding_box()
    assert cost is not None
    assert time_to_first is not None
    assert cost["x"] < time_to_first["x"]
    page.set_viewport_size({"width": 3000, "height": 800})
    hints.first.wait_for(state="hidden")


def test_a_browser_that_cannot_unpack_says_so(visit: Visit) -> None:
    visit.page.add_init_script("delete window.DecompressionStream")
    visit.page.goto(visit.path.as_uri())
    assert "lacks DecompressionStream" in visit.page.locator("#items-message").inner_text()
    assert visit.page.locator(".badge").is_visible()


def test_a_phone_needs_no_sideways_scrolling(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 360, "height": 740})
    page = visit.open("#item=chain_sum/item-0")
    page.wait_for_selector(".answer")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate("scrollTo(0, 0)")
    page.locator("#list .row", has_text="item-4").click()
    page.wait_for_function("document.getElementById('item').getBoundingClientRect().top < 200")


@pytest.mark.slow
def test_items_that_are_unstable_between_repeats_are_a_list(browser: Browser, tmp_path: Path) -> None:
    rows = [
        replace(row, repeat=repeat, order=2 * row.order + repeat, score=float(repeat == 0 or row.item != "item-9"))
        for row in sample.rows()
        for repeat in range(2)
    ]
    folder = write_run(tmp_path / "run", rows, settings={"repeats": 2})
    bare = RunComparison(rows=(), record=read_record(folder))
    visit = Visit(browser.new_page(), write_page(tmp_path / "report.html", [PageSource(folder, bare, [])]))
    page = visit.open()
    assert only(page, "unstable between repeats") == ["item-9"]
    assert page.locator("#list .row").first.locator(".chip").all_inner_texts() == [".50", ".50"]
    page.close()


@pytest.mark.slow
def test_ten_thousand_items_load_quickly_and_scroll(browser: Browser, tmp_path: Path) -> None:
    folder = synthetic.write(tmp_path / "run", 10_000)
    bare = RunComparison(rows=(), record=read_record(folder))
    path = write_page(tmp_path / "report.html", [PageSource(folder, bare, [])])
    page = browser.new_page()
    began = time.perf_counter()
    page.goto(path.as_uri())
    page.wait_for_selector("#list .row")
    loaded = time.perf_counter() - began
    assert page.locator("#shown").inner_text() == "10000 items"
    assert page.locator("#list .row").count() < 60
    page.locator("#list").evaluate("list => { list.scrollTop = 48 * 7000; }")
    page.locator("#list .row[aria-posinset='7001']").click()
    page.wait_for_selector(".answer")
    page.close()
    assert loaded <= LOADED_S


@pytest.mark.slow
def test_a_page_of_a_thousand_items_is_small_and_quick(browser: Browser, tmp_path: Path) -> None:
    folder = synthetic.write(tmp_path / "run", 1_000)
    write_report(folder)
    path = folder / "report.html"
    page = browser.new_page()
    page.goto("about:blank")
    took = []
    for _ in range(3):
        began = time.perf_counter()
        page.goto(path.as_uri())
        page.wait_for_selector("#list .row")
        took.append(time.perf_counter() - began)
    page.close()
    assert path.stat().st_size < THOUSAND[0]
    assert min(took) < THOUSAND[1]
