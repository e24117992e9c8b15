"""Tables of a terminal."""

from __future__ import annotations

from bench.cli.terminal import plain


def test_plain_lines_are_as_wide_as_their_widest_cell_and_end_without_blanks() -> None:
    rows: list[dict[str, object]] = [{"what": "a", "size": 12_345}, {"what": "longer", "size": None}]
    assert list(plain(rows)) == ["what    size", "a       12345", "longer  ?"]
