from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.records.batches import BATCHES, BatchNote, read_batches, write_batches


def test_notes_of_batches_return_in_their_order(tmp_path: Path) -> None:
    assert read_batches(tmp_path) == ()
    first = BatchNote(intent="b-1", model="qwen", at="2026-12-01T00:00:00+00:00", requests=("k1", "k2"))
    made = BatchNote(intent="b-2", model="qwen", at=first.at, file="file-1", batch="batch-1", done="recorded")
    write_batches(tmp_path, [first, made])
    assert read_batches(tmp_path) == (first, made)


@pytest.mark.parametrize("text", ["{", "[]", '{"batches": 1}', '{"batches": [{"intent": "b-1"}]}', "[" * 100_000])
def test_damaged_notes_never_count_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / BATCHES).write_text(text)
    with pytest.raises(UsageError, match=r"batches\.json: is damaged .* asked and paid again"):
        read_batches(tmp_path)


def test_notes_that_cannot_be_read_never_count_as_none(tmp_path: Path) -> None:
    (tmp_path / BATCHES).symlink_to("nowhere")
    with pytest.raises(UsageError, match=r"batches\.json"):
        read_batches(tmp_path)
