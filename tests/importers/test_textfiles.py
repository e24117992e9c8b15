"""Files as they come: encodings, line ends, quotes left open, gzip."""

from __future__ import annotations

import gzip
import os
import re
from contextlib import suppress
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.importers import textfiles
from bench.importers.ledger import Ledger
from bench.importers.textfiles import csv_columns, csv_rows, files_below, is_plain, json_rows, open_text, read_json

TEXT = "model,score\r\nclaude,1\r\nqwen,0\r\n"
ROWS = [{"model": "claude", "score": "1"}, {"model": "qwen", "score": "0"}]


def rows_of(path: Path, ledger: Ledger | None = None) -> list[dict[str, str]]:
    return [row for _, row in csv_rows(path, ledger or Ledger())]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_and_line_ends(tmp_path: Path, coding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode(coding))
    assert csv_columns(path) == ["model", "score"]
    assert rows_of(path) == ROWS


def test_mixed_line_ends_and_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"model,score\nclaude,1\r\n\nqwen,0")
    assert rows_of(path) == ROWS


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT.replace(",", delimiter))
    assert rows_of(path) == ROWS


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;"])
def test_a_spreadsheets_line_that_states_the_delimiter(tmp_path: Path, first: str) -> None:
    path, ledger = tmp_path / "a.csv", Ledger()
    path.write_bytes(b"\xef\xbb\xbf" + f"{first}\r\nmodel;score, of 1\r\nclaude;0,5\r\nqwen\r\n".encode())
    assert csv_columns(path) == ["model", "score, of 1"]
    assert rows_of(path, ledger) == [{"model": "claude", "score, of 1": "0,5"}]
    assert ledger.dropped == [{"row": "a.csv row 4", "why": "has 1 columns, the first line 2"}]


def test_a_name_may_hold_a_line_break(tmp_path: Path) -> None:
    path, ledger = tmp_path / "a.csv", Ledger()
    path.write_text('model,"score\nof 1"\nclaude,1\nqwen\n')
    assert rows_of(path, ledger) == [{"model": "claude", "score\nof 1": "1"}]
    assert ledger.dropped[0]["row"] == "a.csv row 4"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("model,score,item,score\n", "column 'score' stands twice in its first line: columns 2 and 4."),
        ("sep=;\nmodel;score;score \n", "column 'score' stands twice in its second line: columns 2 and 3."),
        (",,\n1,2,3\n", "first line: names no column."),
        ("sep=;\n", "is empty; its first line must name the columns."),
    ],
)
def test_names_that_cannot_be_used(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        csv_columns(path)
    assert str(caught.value) == f"{path}: {why}"


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert rows_of(path) == ROWS
    path.write_bytes(gzip.compress(TEXT.encode())[:-12])
    with pytest.raises(UsageError, match=r"a\.csv\.gz: is not a whole gzip file"):
        rows_of(path)


def test_damaged_rows_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path, ledger = tmp_path / "a.csv", Ledger()
    path.write_bytes(b'model,score\nclaude,1\nqw\xe9n,0\nglm\n"kimi\nk2",1\ndeepseek,1,1\n')
    assert rows_of(path, ledger) == [{"model": "claude", "score": "1"}, {"model": "kimi\nk2", "score": "1"}]
    assert ledger.dropped == [
        {
            "row": "a.csv row 3",
            "why": "column model: byte 0xe9 is not UTF-8 in 'qw\\udce9n'; save the file as UTF-8",
        },
        {"row": "a.csv row 4", "why": "has 1 columns, the first line 2"},
        {"row": "a.csv row 7", "why": "has 3 columns, the first line 2"},
    ]


def test_a_quote_left_open_costs_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textfiles, "LONGEST_FIELD", 100)
    path, ledger = tmp_path / "a.csv", Ledger()
    path.write_text('model,score\nclaude,1\n"qwen,0\n' + "glm,1\n" * 100)
    assert {"model": "claude", "score": "1"} in rows_of(path, ledger)
    assert ledger.dropped[0]["row"] == "a.csv row 3"
    assert "is a quote left open?" in ledger.dropped[0]["why"]


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "is empty"), ("\n", "is empty"), ("a,b,a\n", "'a' stands twice"), ("caf\udce9,b\n", "byte 0xe9")],
)
def test_no_columns(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, errors="surrogateescape")
    with pytest.raises(UsageError, match=why):
        csv_columns(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        csv_columns(tmp_path)


def test_json_lines(tmp_path: Path) -> None:
    path, ledger = tmp_path / "a.jsonl", Ledger()
    path.write_bytes(b'{"a": 1}\n\n[1]\n{"a": \n{"a": "\xe9"}\n{"a": 2}')
    assert list(json_rows(path, ledger)) == [("a.jsonl line 1", {"a": 1}), ("a.jsonl line 6", {"a": 2})]
    assert [one["row"] for one in ledger.dropped] == ["a.jsonl line 3", "a.jsonl line 4", "a.jsonl line 5"]
    assert [one["why"].split(" (")[0] for one in ledger.dropped][:2] == ["is not a JSON object", "is not JSON"]


def test_a_last_line_that_was_cut_is_named_with_the_cure(tmp_path: Path) -> None:
    path, ledger = tmp_path / "a.jsonl", Ledger()
    path.write_text('{"a": 1}\n{"a": \n{"a": "half of')
    assert [row for _, row in json_rows(path, ledger)] == [{"a": 1}]
    middle, last = ledger.dropped
    assert middle["why"].endswith("The line ends within its record, which must stand on one line")
    assert last["row"] == "a.jsonl line 3"
    assert last["why"].endswith("It is the last line, and cut: take the whole file, or leave the line out")


def test_characters_beyond_ascii_and_halves_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": "é"}\n{"a": "\\ud83d\\ude00"}\n{"a": "cut \\ud83d"}\n')
    assert [row["a"] for _, row in json_rows(path, Ledger())] == ["é", "😀", "cut ?"]


def test_json_nested_beyond_reason(tmp_path: Path) -> None:
    path, ledger = tmp_path / "a.jsonl", Ledger()
    path.write_text('{"a": ' + "[" * 100_000 + "\n")
    assert list(json_rows(path, ledger)) == []
    assert ledger.dropped_count == 1


def test_no_json(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{")
    with pytest.raises(UsageError, match=r"a\.json: is not JSON"):
        read_json(path)


def gzipped(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content))
    return path


def test_a_file_that_unpacks_to_far_more_than_it_is_ends_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textfiles, "UNPACKED_BYTES", 2**20)
    usual = gzipped(tmp_path, "usual.jsonl.gz", b'{"a": 1}\n' * 1000)
    assert len([*json_rows(usual, Ledger())]) == 1000
    bomb = gzipped(tmp_path, "bomb.jsonl.gz", b'{"a": 1, "b": "' + b"x" * 2**23 + b'"}\n')
    with pytest.raises(UsageError, match=r"bomb\.jsonl\.gz: unpacks to more than \d+ MiB"):
        [*json_rows(bomb, Ledger())]
    whole = gzipped(tmp_path, "bomb.json.gz", b"[" + b"1," * 2**22)
    with pytest.raises(UsageError, match="unpacks to more than"):
        read_json(whole)


@pytest.mark.parametrize("content", [b"a,b\n" + b",\n" * 9000, b"a,b\r" * 9000, b"[" + b"{}," * 9000 + b"{}]"])
def test_a_file_that_unpacks_to_far_more_rows_than_it_has_bytes_ends_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    assert textfiles.UNPACKED_LINES <= 300_000, "a kilobyte of gzip may hold no more: each takes time to look at"
    monkeypatch.setattr(textfiles, "UNPACKED_LINES", 5000)
    with pytest.raises(UsageError, match=r"bomb\.csv\.gz: unpacks to more than 5,000 lines or objects"):
        [*csv_rows(gzipped(tmp_path, "bomb.csv.gz", content), Ledger())]
    monkeypatch.setattr(textfiles, "UNPACKED_LINES", 20_000)
    with suppress(UsageError), open_text(gzipped(tmp_path, "bomb.csv.gz", content)) as file:
        assert len(file.read()) == len(content)


def test_a_whole_file_has_a_longest_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textfiles, "LONGEST_WHOLE", 1 << 20)
    path = tmp_path / "a.json"
    path.write_text('"' + "x" * (1 << 20) + '"')
    with pytest.raises(UsageError, match="more than 1 million characters"):
        read_json(path)


def test_a_header_is_bounded_in_length_and_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"c{n}" for n in range(textfiles.MOST_COLUMNS + 1)) + "\n")
    with pytest.raises(UsageError, match="has 4097 columns, more than 4096"):
        csv_columns(path)
    path.write_text("x" * (textfiles.LONGEST_HEADER + 1) + "\n")
    with pytest.raises(UsageError, match="more than 1048576 characters"):
        csv_columns(path)


def test_a_row_of_endless_lines_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textfiles, "LONGEST_FIELD", 1000)
    path, ledger = tmp_path / "a.csv", Ledger()
    path.write_text("model,score\nclaude,1\n" + '"\n",' * 1000 + "\n")
    assert rows_of(path, ledger) == [{"model": "claude", "score": "1"}]
    assert "the row has more than 1000 characters" in ledger.dropped[0]["why"]


def test_nothing_is_read_through_a_link_below_a_folder(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "job", tmp_path / "elsewhere"
    for each in (folder / "a", folder / "pipe", folder / "b", elsewhere / "c"):
        each.mkdir(parents=True)
    (folder / "a" / "result.json").write_text("{}")
    (elsewhere / "c" / "result.json").write_text("{}")
    (folder / "b" / "result.json").symlink_to(elsewhere / "c" / "result.json")
    (folder / "d").symlink_to(elsewhere / "c")
    os.mkfifo(folder / "pipe" / "result.json")
    ledger = Ledger()
    assert files_below(folder, "result.json", ledger=ledger) == [folder / "a" / "result.json"]
    assert {each["row"] for each in ledger.dropped} >= {"b/result.json", "pipe/result.json"}
    assert not is_plain(folder / "d" / "result.json", folder)
    assert is_plain(folder / "a" / "result.json", folder)


def test_no_importer_looks_below_a_folder_by_itself() -> None:
    for path in Path(textfiles.__file__).parent.glob("*.py"):
        assert path.name == "textfiles.py" or not re.search(r"\.r?glob\(|os\.walk", path.read_text()), path
