from __future__ import annotations

import json

import pytest

from bench.records.work import FILE_BYTES, KEPT_BYTES, MOST_NAMES, WorkResult


def test_files_that_count_are_kept_first_and_what_is_too_large_is_named() -> None:
    full = KEPT_BYTES // FILE_BYTES
    sizes = {f"a/{number}.txt": FILE_BYTES for number in range(full)} | {
        "z/fix.py": FILE_BYTES,
        "z/big.py": FILE_BYTES + 1,
    }
    kept = WorkResult.of(
        sizes, ["old.py", "a.py"], lambda path: b"x" * sizes[path], allowed=iter(["z/*.py"]), stop="deadline"
    )
    assert list(kept.files) == ["z/fix.py", *sorted(f"a/{number}.txt" for number in range(full - 1))]
    assert kept.left_out == ("z/big.py", f"a/{full - 1}.txt")
    assert (kept.removed, kept.stop) == (("a.py", "old.py"), "deadline")


def test_names_are_bounded_and_a_file_that_cannot_be_read_is_left_out() -> None:
    names = [f"{number:04}" for number in range(2 * MOST_NAMES + 2)]
    kept = WorkResult.of(names, names, lambda path: None if path == "0000" else b"", allowed=(), stop="finished")
    assert list(kept.files) == names[1 : MOST_NAMES + 1]
    assert kept.left_out == ("0000", *names[MOST_NAMES + 1 : 2 * MOST_NAMES])
    assert kept.removed == tuple(names[:MOST_NAMES])


def test_a_result_returns_from_its_line_and_is_laid_over_the_repository() -> None:
    result = WorkResult(
        files={"a.py": "é\n".encode(), "b.bin": b"\xff\x00"}, removed=("c.py",), left_out=("d",), stop="calls"
    )
    line = result.to_json()
    assert line.isascii()
    assert "\n" not in line
    assert WorkResult.from_json(line) == result
    assert result.workspace({"a.py": "old", "c.py": "gone", "e.py": "same"}) == {
        "a.py": "é\n".encode(),
        "b.bin": b"\xff\x00",
        "e.py": b"same",
    }


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (None, "not what an agent left"),
        ([], "not what an agent left"),
        ({"a": 1}, "not what an agent left"),
        ({"a": {"other": ""}}, "not what an agent left"),
        ({"a": {"base64": "!"}}, "base64"),
        ({"a": "\ud83d"}, "surrogates"),
    ],
)
def test_a_damaged_result_is_a_value_error(files: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        WorkResult.from_json(json.dumps({"files": files, "removed": [], "left_out": [], "stop": "finished"}))


@pytest.mark.parametrize("text", ["[]", "{}", "null", "[" * 100_000])
def test_a_text_that_is_no_result_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="not what an agent left"):
        WorkResult.from_json(text)
