"""Which items a page holds, and what of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.records import read_rows, write_tables
from bench.records.manifest import RunRecord
from bench.records.tables import ItemRow
from bench.report.page import items as page_items
from bench.report.page.items import FIGURES, Items, inside
from bench.report.page.pack import TEXT_LIMIT, pack, shortened, unpack
from tests import runjson
from tests.report.page import sample
from tests.report.sample_run import ANSWERED, write_run


def chosen(folder: Path, **settings: Any) -> Items:
    """What the page of a run folder holds."""
    return inside(folder, RunRecord.from_json(runjson.content(folder) | settings))


def names(found: Items) -> list[str]:
    """The ids of its items."""
    return [entry[2] for entry in found.index]


def test_a_small_run_is_whole_and_in_its_own_order(tmp_path: Path) -> None:
    found = chosen(sample.write(tmp_path))
    assert names(found) == list(dict.fromkeys(row.item for row in sample.rows()))
    assert (found.total, found.left_out) == (12, "")


def test_every_item_has_its_figures_and_its_own_texts(tmp_path: Path) -> None:
    found = chosen(sample.write(tmp_path, 60))
    assert len(found.chunks) == 2
    chunks: list[Any] = [unpack(chunk) for chunk in found.chunks]
    for *about, chunk, place, answers in found.index:
        assert [dict(zip(FIGURES, figures, strict=True))["model"] for figures in answers] == ["cheap", "dear"]
        prompt, texts, _ = chunks[chunk][place]
        assert "2 + 2" in prompt
        assert set(texts) == {"cheap 0", "dear 0"}
        assert (texts["cheap 0"][0] == sample.HOSTILE) == (about[2] == "item-0")
    figures = dict(zip(FIGURES, found.index[3][-1][0], strict=True))
    assert figures["outcome"] == "truncated"
    assert figures["cost_usd"] == 0.001
    assert figures["out_reasoning"] is None


def test_repeats_are_answers_of_one_item(tmp_path: Path) -> None:
    rows = [replace(ANSWERED, repeat=repeat, score=repeat / 2) for repeat in range(3)]
    found = chosen(write_run(tmp_path, rows, settings={"repeats": 3}))
    [entry] = found.index
    assert [dict(zip(FIGURES, figures, strict=True))["score"] for figures in entry[-1]] == [0, 0.5, 1]
    chunks: list[Any] = [unpack(chunk) for chunk in found.chunks]
    assert list(chunks[0][0][1]) == ["small 0", "small 1", "small 2"]


def test_too_many_items_leave_the_ones_that_nobody_looks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = sample.write(tmp_path)
    rows, answers = read_rows(folder)
    both = {"item-8": "truncated", "item-9": "refused"}  # on both sides, so that scores are equal
    rows = [replace(r, outcome=both[r.item], score=0.0) if r.item in both else r for r in rows]
    write_tables(folder, rows, answers)
    differing = ["item-2", "item-3", "item-4", "item-5"]
    for most, expected in ((4, differing), (5, [*differing, "item-8"]), (6, [*differing, "item-8", "item-9"])):
        monkeypatch.setattr(page_items, "MOST_ITEMS", most)
        found = chosen(folder)
        assert names(found) == expected
        assert found.left_out.startswith(f"This page holds {most} of 12 items")
    monkeypatch.setattr(page_items, "MOST_ITEMS", 9)
    samples = {tuple(names(chosen(folder, settings={"repeats": 1, "seed": seed}))) for seed in (1, 1, 2, 3)}
    assert 1 < len(samples) <= 3, "the rest is drawn by the run's seed"


def test_an_item_that_is_solved_now_and_then_by_all_is_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(item: str, model: str, repeat: int, score: float) -> ItemRow:
        return replace(ANSWERED, item=item, model=model, repeat=repeat, score=score, prompt_sha256=item)

    each = [(item, model, repeat) for item in ("a", "b") for model in ("small", "large") for repeat in (0, 1)]
    rows = [answer(*one, float(one[2] if one[0] == "a" else one[1] == "large")) for one in each]
    folder = write_run(tmp_path, rows, settings={"repeats": 2})
    monkeypatch.setattr(page_items, "MOST_ITEMS", 1)
    assert names(chosen(folder)) == ["b"]


def test_a_long_prompt_stays_a_list_of_messages(tmp_path: Path) -> None:
    folder = sample.write(tmp_path, 2)
    rows, answers = read_rows(folder)
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "x\n" * 30_000}]
    write_tables(folder, rows, [replace(a, prompt=json.dumps(messages)) for a in answers])
    texts: Any = unpack(chosen(folder).chunks[0])
    shown = json.loads(texts[0][0])
    assert [message["role"] for message in shown] == ["system", "user"]
    assert shown[0]["content"] == "Be brief."
    assert "40,000 characters are cut out here" in shown[1]["content"]


@pytest.mark.parametrize(("name", "most"), [("MOST_BYTES", 900), ("MOST_RAW", 50_000)])
def test_texts_that_do_not_fit_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    folder = sample.write(tmp_path, 300)
    whole = chosen(folder)
    monkeypatch.setattr(page_items, name, most)
    found = chosen(folder)
    assert 0 < len(found.index) < len(whole.index) == 300
    assert sum(map(len, found.chunks)) <= sum(map(len, whole.chunks))
    assert {"item-3", "item-4", "item-5"} <= set(names(found))
    assert max(entry[-3] for entry in found.index) == len(found.chunks) - 1
    assert f"{len(found.index)} of 300" in found.left_out


def test_a_slow_answer_is_one_of_the_slowest_of_its_model_and_suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = chosen(sample.write(tmp_path, 40))
    slow = [entry[2] for entry in found.index for figures in entry[-1] if figures[FIGURES.index("slow")]]
    assert slow == ["item-38", "item-38", "item-39", "item-39"]
    monkeypatch.setattr(page_items, "MOST_ITEMS", 30)
    fewer = chosen(tmp_path)
    assert {entry[2] for entry in fewer.index for figures in entry[-1] if figures[-1]} <= {"item-38", "item-39"}


def test_an_empty_run_has_no_items(tmp_path: Path) -> None:
    folder = write_run(tmp_path, [ANSWERED])
    write_tables(folder, [], [])
    assert chosen(folder) == Items((), (), 0, "")


def test_packing_keeps_everything_and_the_same_bytes() -> None:
    content = {"text": "</script> ü \u2028", "none": None, "number": 0.1}
    assert unpack(pack(content)) == content
    assert pack(content) == pack(content)
    assert "<" not in pack(content)


def test_only_long_texts_are_cut() -> None:
    exact = "x" * TEXT_LIMIT
    assert shortened(exact) == exact
    assert shortened(None) is None
    cut = shortened(exact + "yy")
    assert cut is not None
    assert "2 characters are cut out here" in cut
    assert cut.endswith("xyy")
