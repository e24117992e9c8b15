"""The real commands on names that are hostile in every way at once: whatever they write and print is only text."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.cli import main
from tests.attack.test_texts import COMMAND, TAGS
from tests.attack.texts import HOSTILE

TEXTS = [text for name, text in HOSTILE.items() if name not in ("half", "other half", "nul", "long")]
NAMES = [" ".join(TEXTS[at::3]) for at in range(3)]
SAFE = (".parquet", ".csv", ".png")
"""Tables for machines, and pictures: their texts are tested by themselves."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [n for n in os.environ if n.startswith("BENCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "in.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["model", "suite", "item", "score", "cost_usd"])
        out.writerows([name, NAMES[2], f"{NAMES[0]} {n}", n % 2, 0.1] for name in NAMES[:2] for n in range(8))
    return tmp_path


def ran(*args: str) -> int:
    try:
        main(args)
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.mark.slow
def test_every_output_of_the_real_commands_is_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran("import", "csv", "in.csv", "-o", "results/r") == 0
    commands = [
        ("report", "r"),
        ("list", "runs"),
        ("gate", "r", "--save", "gate.json"),
        ("gate", "r", "--baseline", "gate.json", "--junit", "junit.xml", "--markdown", "gate.md"),
        ("gate", "r", "--baseline", "gate.json", "--junit", "junit.xml"),
        ("verify", "r"),
        ("claim", "r", "--candidate", "x", "--baseline", "y", "--worse-by", "0.1"),
    ]
    codes = [ran(*command) for command in commands]
    said = "".join(capsys.readouterr())
    assert codes[:2] == [0, 0]
    assert not COMMAND.search(said), COMMAND.search(said)
    assert "Traceback" not in said
    written = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in SAFE]
    assert {path.suffix for path in written} >= {".json", ".md", ".html", ".svg", ".tex", ".xml"}
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert not COMMAND.search(text), (path, COMMAND.search(text))
        if path.suffix in (".svg", ".xml"):
            ElementTree.fromstring(text)
        if path.suffix in (".html", ".svg"):
            assert not re.search(r"<img src=x|<script>alert|href=.javascript", text), path
        if path.suffix == ".md":
            assert not TAGS.search(text), (path, TAGS.search(text))
            assert not re.search(r"^\s*#+ Verdict", text, re.MULTILINE), path
