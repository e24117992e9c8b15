from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.records import read_rows, write_tables
from bench.records.tables import ItemRow
from bench.report import compare
from bench.report.numbers.bridge import Bridge
from bench.report.text import tables as text
from tests.report.sample_run import ANSWERED, model, not_asked, write_run

pytestmark = pytest.mark.usefixtures("shortcuts")

ROWS = {
    "a/dear": {"provider": "a", "model": "dear", "input": "4", "cache_read": "0.2", "output": "20"},
    "b/cheap": {
        "provider": "b", "model": "cheap", "currency": "CNY", "schedule": "nights", "input": "0.4",
        "cache_read": "0.01", "output": "2", "tiers": [{"above": 1000, "input": "0.8", "output": "4"}],
    },
}  # fmt: skip
MODELS = {name: model(f"{name}/model", usd_per_hour=None) for name in ("dear", "cheap")}


def asked(label: str, item: str, **changes: Any) -> ItemRow:
    """An item of one model, billed by its row of ROWS unless a cost is given."""
    price = "a/dear" if label == "dear" else "b/cheap"
    row = replace(ANSWERED, model=label, item=item, price_id=price, in_uncached=100, out_total=50, cost_usd=None)
    row = replace(row, **changes)
    if "cost_usd" in changes:
        return row
    rate = {"a/dear": (4, 0.2, 20), "b/cheap": (0.4, 0.01, 2)}[price]
    tokens = (row.in_uncached, row.in_cache_read or 0, row.out_total)
    return replace(row, cost_usd=sum(n * usd for n, usd in zip(tokens, rate, strict=True) if n is not None) / 1e6)


def both(**cheap: Any) -> list[ItemRow]:
    """Four items of both models."""
    return [
        asked(label, str(n), **(cheap if label == "cheap" else {})) for n in range(4) for label in ("dear", "cheap")
    ]


def bridges(folder: Path, rows: list[ItemRow], **manifest: Any) -> tuple[Bridge, ...]:
    about = {"models": MODELS, "prices": {"as_of": "2026-11-22", "rows": ROWS}, **manifest}
    return compare(write_run(folder, rows, **about)).bridges


def claim(cheaper_by: float | None) -> dict[str, Any]:
    return {"c": {"candidate": "cheap", "baseline": "dear", "cheaper_by": cheaper_by}}


def factors(bridge: Bridge) -> dict[str, float | None]:
    return {step.name: step.factor for step in bridge.steps}


def test_a_tenth_of_the_price_is_a_tenth_of_the_cost_where_all_else_is_equal(tmp_path: Path) -> None:
    [found] = bridges(tmp_path, both())
    assert (found.candidate, found.baseline, found.suite) == ("cheap", "dear", "reasoning")
    assert (found.items, found.both_answered) == (4, 4)
    assert factors(found).pop("list price") == pytest.approx(0.1)
    assert [f for name, f in factors(found).items() if name != "list price"] == pytest.approx([1.0] * 6)


def test_what_was_billed_counts_and_not_only_what_is_listed(tmp_path: Path) -> None:
    """Peak hours and an exchange rate make an item dearer than its row says: all its classes alike."""
    [found] = bridges(tmp_path, both(cost_usd=2 * 0.00014))
    assert factors(found)["list price"] == pytest.approx(0.2)


def test_each_quantity_has_its_factor(tmp_path: Path) -> None:
    """Cheap: 200 prompt tokens, half from the cache; 150 tokens out, 100 of them reasoning; one retry; half solved."""
    rows = both(in_uncached=100, in_cache_read=100, out_total=150, out_reasoning=100, cost_retries_usd=0.00001)
    rows = [replace(row, score=0.5) if row.model == "cheap" else row for row in rows]
    [found] = bridges(tmp_path, rows)
    got = factors(found)
    start = 100 * 4 + 50 * 20
    costs = [100 * 0.4 + 50 * 2, 200 * 0.4 + 50 * 2, 200 * 0.4 + 50 * 2, 200 * 0.4 + 150 * 2]
    costs.append(100 * 0.4 + 100 * 0.01 + 150 * 2)
    before = [start, *costs[:-1]]
    assert [got[name] for name in ("list price", "tokenizer", "verbosity", "reasoning", "cache")] == pytest.approx(
        [after / earlier for after, earlier in zip(costs, before, strict=True)]
    )
    assert got["retries and waste"] == pytest.approx((costs[-1] + 10) / costs[-1])
    assert got["solved rate"] == 2


def test_reasoning_that_is_shown_but_not_counted_is_split_by_its_characters(tmp_path: Path) -> None:
    folder = write_run(tmp_path, both(), models=MODELS, prices={"rows": ROWS})
    items, answers = read_rows(folder)
    answers = [replace(a, reasoning="xyz") if a.model == "cheap" else a for a in answers]  # the answer is "4"
    write_tables(folder, items, answers)
    [found] = compare(folder).bridges
    assert factors(found)["reasoning"] == pytest.approx((100 * 0.4 + 50 * 2) / (100 * 0.4 + 12.5 * 2))


def test_what_was_truncated_is_waste(tmp_path: Path) -> None:
    rows = [replace(r, outcome="truncated", score=0.0) if (r.model, r.item) == ("cheap", "0") else r for r in both()]
    [found] = bridges(tmp_path, [replace(r, out_total=50) for r in rows])
    assert (found.items, found.both_answered) == (4, 3)
    assert found.steps[-2].ratio == pytest.approx(0.1)
    assert found.steps[-1].ratio == pytest.approx(0.1 / 0.75)


def test_a_tier_bills_its_own_rates(tmp_path: Path) -> None:
    long = {"in_uncached": 2000, "cost_usd": (2000 * 0.8 + 50 * 4) / 1e6}
    rows = [asked("dear", "0", in_uncached=2000), asked("cheap", "0", **long)]
    [found] = bridges(tmp_path, rows)
    assert factors(found)["list price"] == pytest.approx((2000 * 0.8 + 50 * 4) / (2000 * 4 + 50 * 20))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"cost_usd": None}, "the cost of an item is unknown"),
        ({"outcome": "refused", "score": 0.0}, "no item was answered by both"),
        ({"in_uncached": None, "cost_usd": 0.001}, "an answer's tokens are unknown"),
        ({"cost_usd": 0.0}, "a side costs nothing"),
    ],
)
def test_without_a_bridge_it_says_why(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    folder = write_run(tmp_path, both(**change), models=MODELS, prices={"rows": ROWS})
    comparison = compare(folder)
    assert comparison.bridges == ()
    assert comparison.unbridged == (f"cheap against dear on reasoning: no bridge from list price: {why}.",)
    assert comparison.unbridged[0] in text.markdown(comparison)


def test_items_that_only_one_was_asked_are_left_out(tmp_path: Path) -> None:
    rows = [not_asked(r) if (r.model, r.item) == ("cheap", "0") else r for r in both()]
    [found] = bridges(tmp_path, rows)
    assert found.items == 3
    none = [not_asked(r) if (r.model == "cheap") == (r.item in "01") else r for r in both()]
    comparison = compare(write_run(tmp_path, none, models=MODELS, prices={"rows": ROWS}))
    assert "no item has a score of both" in comparison.unbridged[0]


def test_local_weights_and_unpriced_models_have_no_bridge(tmp_path: Path) -> None:
    rows = [replace(r, price_id="usd_per_hour=0.1") if r.model == "cheap" else r for r in both()]
    comparison = compare(write_run(tmp_path, rows, models=MODELS, prices={"rows": ROWS}))
    assert (comparison.bridges, comparison.unbridged) == ((), ())


def test_claims_choose_the_pairs(tmp_path: Path) -> None:
    turned = {"c": {"candidate": "dear", "baseline": "cheap", "cheaper_by": None}}
    [found] = bridges(tmp_path, both(), claims=turned)
    assert (found.candidate, found.baseline, found.holds_until) == ("dear", "cheap", ())


def test_what_a_claimed_saving_hangs_on(tmp_path: Path) -> None:
    """Cheap costs 100 x 0.01 + 50 x 2 = 101 a million items, dear 1400: 80 % cheaper leaves room to 280."""
    [found] = bridges(tmp_path, both(in_uncached=0, in_cache_read=100), claims=claim(0.8))
    assert found.holds_until == ("at the costs measured, 80 % cheaper holds until cheap's price rises x2.77.",)
    [found] = bridges(tmp_path, both(in_uncached=0, in_cache_read=100), claims=claim(0.915))
    assert found.holds_until[1] == (
        "at the costs measured, 91.5 % cheaper holds until cheap's cache hit rate falls below 53.8 % (now 100 %)."
    )  # 1400 x 0.085 = 119, and (119 - 101) / 39 = 46 %
    [found] = bridges(tmp_path, both(), claims=claim(0.95))
    assert found.holds_until == (
        "at the costs measured, 95 % cheaper does not hold: cheap's price would have to fall to x0.5.",
    )


def test_a_saving_is_spoken_of_where_it_is_claimed(tmp_path: Path) -> None:
    for suites, told in ((["coding"], False), (["reasoning"], True), ([], True)):
        claimed = {"c": {**claim(0.8)["c"], "suites": suites}}
        [found] = bridges(tmp_path / "-".join(["run", *suites]), both(), claims=claimed)
        assert bool(found.holds_until) == told


@pytest.mark.parametrize(("saving", "words"), [(0.8, "x2."), (0.6, "x4."), (0.8995, "x1."), (0.90019, "x0.998.")])
def test_what_remains_is_rounded_down(tmp_path: Path, saving: float, words: str) -> None:
    """A tenth of the cost leaves room for 1.005 times the price at 89.95 %, and too little at 90.01 %."""
    [found] = bridges(tmp_path, both(), claims=claim(saving))
    assert found.holds_until[0].endswith(words)


def test_the_page_shows_the_way_from_list_price_to_what_was_paid(tmp_path: Path) -> None:
    rows = [replace(r, score=0.0) if r.model == "cheap" else r for r in both()]
    about: dict[str, Any] = {"models": MODELS, "prices": {"rows": ROWS, "as_of": "2026-11-22"}, "claims": claim(0.8)}
    page = text.markdown(compare(write_run(tmp_path, rows, **about)))
    assert "## From list price to what was paid: cheap against dear" in page
    assert "| list price = saving in list prices | x0.1 | 90.0 % |" in page
    assert "| retries and waste = saving per item | x1 | 90.0 % |" in page
    assert "| solved rate = saving per solved item | unknown | unknown |" in page
    assert "- reasoning: at the costs measured, 80 % cheaper holds until cheap's price rises x2." in page
    assert "cost from list prices of 2026-11-22" in page
    turned = {"c": {"candidate": "dear", "baseline": "cheap", "cheaper_by": None}}
    assert "900.0 % dearer" in text.markdown(compare(write_run(tmp_path, both(), **{**about, "claims": turned})))


def test_a_repriced_run_says_so(tmp_path: Path) -> None:
    derived = {"by": "reprice", "mode": "batch", "at": "2026-11-22T00:00:00.000+00:00"}
    folder = write_run(tmp_path, both(), models=MODELS, parent="R", derived=derived)
    assert "Repriced from run R (mode batch)" in "\n".join(map(str, text.notes(compare(folder))))
    folder = write_run(tmp_path, both(), models=MODELS, parent="R", derived={"by": "score"})
    assert "Repriced" not in "\n".join(map(str, text.notes(compare(folder))))


def test_an_answer_without_a_list_price_leaves_no_bridge(tmp_path: Path) -> None:
    rows = [replace(r, price_id="gone") if (r.model, r.item) == ("cheap", "0") else r for r in both()]
    comparison = compare(write_run(tmp_path, rows, models=MODELS, prices={"rows": ROWS}))
    assert "an answer has no list price" in comparison.unbridged[0]
