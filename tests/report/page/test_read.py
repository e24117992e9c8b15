"""A page from a stranger: its packed data is bounded, and whatever else it holds is damage, said in one line."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest

from bench.report.page import pack as packing
from bench.report.page import read, read_page
from bench.report.page.pack import pack, unpack


def page(index: str, **texts: str) -> str:
    scripts = {"index": index, **{name.replace("_", "-"): text for name, text in texts.items()}}
    return "".join(f'<script id="{name}">{text}</script>' for name, text in scripts.items())


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "UNPACKED_BYTES", 2**20)
    assert len(unpack(pack("x" * 2**19))) == 2**19
    with pytest.raises(ValueError, match="unpacks to more than 1 MiB"):
        unpack(pack("x" * 2**24))


def test_all_of_a_pages_data_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "UNPACKED_BYTES", 3 * 2**20)
    rows = [["run", "suite", "task", f"item-{n}", n, 0, []] for n in range(4)]
    texts = {f"texts_{n}": pack(["x" * 2**20]) for n in range(4)}
    assert len(read_page(page(pack(rows[:2]), **texts)).items) == 2
    with pytest.raises(ValueError, match="unpacks to more than"):
        read_page(page(pack(rows), **texts))


@pytest.mark.parametrize(
    "index",
    [
        "no base64!", "QUJD", base64.b64encode(gzip.compress(b"[1]", mtime=0)[:-9]).decode(),
        base64.b64encode(gzip.compress(b"[" * 100_000, mtime=0)).decode(),
        *map(pack, (None, 1, [1], [[1]], [["run", "suite", "task", "item", 0, 9, []]], {"a": 1}, [[[]] * 7])),
    ],
)  # fmt: skip
def test_damage_is_said_in_one_line(index: Any) -> None:
    with pytest.raises(ValueError, match=r"\A[^\n]+\Z"):
        read_page(page(index, texts_0=pack([])))
