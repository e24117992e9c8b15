"""The one table of hostile strings against what the tests of texts leave out: charts, the gate, evidence, prices,
the doctor, and what a run says of vendors' errors."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bench import clean, gate
from bench.evidence import EvidenceJudgement, judge_all, page, read_all
from bench.evidence.sets import DataSet
from bench.report.numbers.comparison import compare
from tests.attack.test_texts import COMMAND, TAGS, run_of
from tests.attack.texts import HOSTILE
from tests.cli.conftest import Bench, bench, endpoint
from tests.evidence.rows import write as write_published
from tests.fake_endpoint import FakeEndpoint, Reply, Request
from tests.gate.worlds import rows, write
from tests.sampling import sampled

__all__ = ["bench", "endpoint"]
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"svg", "title", "metadata", "defs", "style", "g", "path", "use", "clipPath", "rect", "image"}
"""What a chart is made of; a script, link or foreign object is not among it."""
EVERYTHING = " ".join(HOSTILE.values())
LINKS = re.compile(r"\]\(|(?:https?|javascript)://|www\.")
OURS = re.compile(r"\]\(https://acme\.example/report\.html[^)\s]*\)")
"""Where an item's name leads to, on our own page."""


@pytest.mark.parametrize("name", sampled(HOSTILE, 1, ["other scripts"]))
def test_charts_hold_drawings_alone(tmp_path: Path, name: str) -> None:
    """Every warning is an error here: a name that the font lacks characters of draws none either."""
    from bench.report.charts import write_charts

    folder = run_of(tmp_path, HOSTILE[name])
    files = write_charts(compare(folder), folder)
    assert {file.suffix for file in files} == {".svg", ".png", ".csv"}
    for file in files:
        if file.suffix == ".svg":
            text = file.read_text(encoding="utf-8")
            assert not COMMAND.search(text)
            parts = [part for part in ElementTree.fromstring(text).iter() if str(part.tag).startswith(SVG)]
            assert {str(part.tag).removeprefix(SVG) for part in parts} <= DRAWN
            named = [value for part in parts for key, value in part.items() if key.endswith("href")]
            assert all(value.startswith(("#", "data:image/png;base64,")) for value in named)
        elif file.suffix == ".png":
            assert set(chunks(file.read_bytes())) <= {b"IHDR", b"pHYs", b"IDAT", b"IEND"}


def chunks(png: bytes) -> list[bytes]:
    """The kinds of a PNG file's chunks; no text is among ours."""
    kinds, at = [], 8
    while at < len(png):
        kinds.append(png[at + 4 : at + 8])
        at += 12 + int.from_bytes(png[at : at + 4], "big")
    return kinds


@pytest.mark.parametrize("name", sampled(HOSTILE, 11))
def test_the_gate_says_texts(tmp_path: Path, name: str) -> None:
    text = clean.text(HOSTILE[name])
    named: dict[str, Any] = {"label": text, "suite": text, "task": text, "item": [f"{text}{n}" for n in range(6)]}
    base = gate.take(write(tmp_path / "base", rows([1.0] * 6, **named)))
    result = gate.judge_folder(write(tmp_path / "now", rows([0.0] * 6, **named)), base, detect=0.9)
    shown = clean.terminal("\n".join(gate.lines(result)))
    marked = gate.markdown(result, "https://acme.example/report.html")
    for said in (shown, marked, gate.xml(result)):
        assert not COMMAND.search(said)
    assert not TAGS.search(marked)
    assert not LINKS.search(OURS.sub("", marked))
    assert not re.search(r"^\s*#+ Verdict", marked, re.MULTILINE)
    found = ElementTree.fromstring(gate.xml(result))
    assert {part.tag for part in found.iter()} <= {"testsuites", "testsuite", "testcase", "failure", "skipped",
                                                   "system-out"}  # fmt: skip
    assert json.loads(json.dumps(gate.as_json(result)))["verdict"] == "fail"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[EvidenceJudgement], dict[str, DataSet]]:
    folder = tmp_path_factory.mktemp("published")
    sets, _ = read_all(folder, write_published(folder))
    return judge_all([claim for each in sets.values() for claim in each.claims()], sets), sets


@pytest.mark.parametrize("name", sampled(HOSTILE, 11))
def test_the_evidence_is_text(judged: tuple[list[EvidenceJudgement], dict[str, DataSet]], name: str) -> None:
    text = clean.line(HOSTILE[name])  # as importers take it in
    opinions, sets = judged
    named = [replace(each, ruled=replace(each.ruled, candidate=text, baseline=f"x{text}")) for each in opinions]
    noted = {key: replace(each, notes=(text,)) for key, each in sets.items()}
    told = page.markdown(named, noted)
    assert not COMMAND.search(told)
    assert not TAGS.search(told)
    assert not LINKS.search(told)
    assert not re.search(r"^\s*#+ (?!Published|Synthetic)\w+$|\*small", told, re.MULTILINE)
    table = [line.count("|") for line in told.splitlines() if line.startswith("|")]
    assert table == [line.count("|") for line in page.markdown(opinions, sets).splitlines() if line.startswith("|")]


def test_the_price_list_hides_no_character(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("genai_prices", reason="the extra `prices` is not installed")
    pytest.importorskip("model_prices", reason="the extra `prices` is not installed")
    from bench.prices import build, sources

    real = sources.genai_prices

    def hostile(providers: object) -> object:
        package = real(providers)  # type: ignore[arg-type]
        (first, *others) = package.rows
        added = [replace(first, model=clean.text(text), aliases=()) for text in HOSTILE.values()]
        return replace(package, rows=[first, *others, *added])

    monkeypatch.setattr(build, "genai_prices", hostile)
    text = build.build().text
    assert not COMMAND.search(text)
    names = {row["model"] for row in json.loads(text)["rows"]}
    assert {clean.text(each) for each in HOSTILE.values()} <= names


def refusing(request: Request) -> Reply:
    """Errors of every kind, their words hostile."""
    way = str(request.body["model"])
    error = {"type": EVERYTHING, "code": EVERYTHING, "param": EVERYTHING}
    if way == "streams":
        event = json.dumps({"error": {"message": EVERYTHING, **error}, "model": EVERYTHING})
        return Reply(raw_events=(event,))
    if way == "names":
        return Reply(text="<answer>4</answer>", served_model=EVERYTHING, finish_reason=EVERYTHING)
    return Reply(status=int(way), text=EVERYTHING, error=error, headers={"X-Request-Id": "=1+1 <img src=x>"})


def test_errors_of_vendors_are_texts_to_runs_and_the_doctor(bench: Bench, endpoint: FakeEndpoint) -> None:
    endpoint.script = refusing
    bench.configure(endpoint, "400", "401", "404", "500", "streams", "names", limit=1)
    for command in (("doctor",), ("doctor", "--json"), ("run",), ("report",), ("list", "runs"), ("score",)):
        done = bench(*command)
        assert done.code in (0, 2, 5), done.err
        assert not COMMAND.search(done.out + done.err), (command, COMMAND.search(done.out + done.err))
        assert "\n## Verdict" not in done.out + done.err
    for path in (bench.folder / "results").rglob("*"):
        if path.suffix in (".json", ".md", ".html", ".log", ".txt"):
            assert not COMMAND.search(path.read_text(encoding="utf-8")), path


@pytest.mark.slow
def test_a_matplotlibrc_in_the_folder_draws_nothing_else(tmp_path: Path) -> None:
    """matplotlib reads one where a command is called; `text.usetex` in it would run LaTeX on names of strangers."""
    import matplotlib

    from bench.report.charts import write_charts

    folder = run_of(tmp_path, "small")
    before = [file.read_bytes() for file in write_charts(compare(folder), folder)]
    with matplotlib.rc_context({"text.usetex": True, "svg.fonttype": "none", "figure.dpi": 7, "font.size": 40}):
        assert [file.read_bytes() for file in write_charts(compare(folder), folder)] == before


def test_a_pipe_for_a_matplotlibrc_and_no_backend_stop_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "matplotlibrc")
    (tmp_path / "rc").write_text("text.usetex: True")
    told = {"MPLBACKEND": "none-such", "MATPLOTLIBRC": str(tmp_path / "rc")}
    code = "import bench.report.charts, matplotlib, os; print(matplotlib.rcParams['text.usetex'], os.getcwd())"
    made = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **told},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert made.stdout.split() == ["False", str(tmp_path)]
