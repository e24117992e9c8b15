"""What was written before the folders moved still reads, hashes, runs and gates as it did (fixtures/before).

Claims of then did not say what they are about. They keep their hash, are judged about these kinds of task, and
say about other kinds like these what they said then.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.records import Item
from tests.cli.conftest import Bench, bench
from tests.drawn_null import tested_as_before
from tests.fake_endpoint import FakeEndpoint, Reply, Request
from tests.sampling import sampled

__all__ = ["bench", "tested_as_before"]
BEFORE = Path(__file__).parent / "fixtures" / "before"
RUNS = sorted(path.parent.name for path in BEFORE.glob("*/run.json"))
REBUILT = ("*.json", "*.csv", "*.md", "charts/*.csv")
"""Files of a run folder that `bench report` writes again."""
OF_CLAIMS = ("claims.", "charts/claim_", "charts/forest_", "report.html")
"""How files begin that follow the reading that decides, which is another since."""
QUOTING = ("comparison.md", "comparison.json")
"""Files that quote the claims' sentences."""


@pytest.fixture
def old(bench: Bench) -> Bench:
    """The command in a folder that holds everything from before."""
    shutil.copytree(BEFORE, bench.folder, dirs_exist_ok=True)
    (bench.folder / "results").mkdir()
    for run in RUNS:
        (bench.folder / run).rename(bench.folder / "results" / run)
    return bench


def said(command: str) -> tuple[int, Any]:
    """Exit code and JSON of a command as it answered before."""
    known = json.loads((BEFORE / "said.json").read_text())[command]
    return known["code"], known["out"]


def test_a_run_of_each_kind_is_here() -> None:
    assert {"parts", "plain", "plain-reprice", "plain-score"} < set(RUNS)
    assert {f"import-{source}" for source in ("aider", "csv", "lm_eval", "swebench", "tau2")} < set(RUNS)


@pytest.mark.slow
@pytest.mark.parametrize("run", sampled(RUNS, 1, always=["plain"]))
@pytest.mark.charts
def test_every_published_number_is_verified(old: Bench, run: str) -> None:
    [then] = json.loads(old("verify", run, "--json").out)
    known = [each for each in then["differing"] if each["published"] != "nothing"]  # a column since
    assert {each["file"] for each in known if not each["file"].startswith(OF_CLAIMS)} <= {*QUOTING}
    assert old("report", run).code == 0
    verified = old("verify", run, "--json")
    assert verified.code == 0, verified.out
    assert sum(sum(report["numbers"].values()) for report in json.loads(verified.out)) > 0


@pytest.mark.usefixtures("tested_as_before")
@pytest.mark.parametrize("run", ["plain", "parts", "import-lm_eval", "import-swebench", "import-tau2"])
def test_a_report_is_written_as_before(old: Bench, run: str) -> None:
    done = old("report", run)
    assert done.code == 0, done.err
    published = [path for kind in REBUILT for path in (BEFORE / run).glob(kind) if path.name != "run.json"]
    assert published
    for path in published:
        again = old.folder / "results" / run / path.relative_to(BEFORE / run)
        if path.name == "claims.json":
            same_claims(json.loads(again.read_text()), json.loads(path.read_text()))
        elif path.name == "totals.csv":  # has columns that it had not
            with path.open(encoding="utf-8") as file:
                columns = next(csv.reader(file))
            assert cells(again, columns) == cells(path, columns)
        elif not str(path.relative_to(BEFORE / run)).startswith(OF_CLAIMS):
            assert without_claims(again) == without_claims(path), path


def cells(path: Path, columns: Sequence[str]) -> list[list[str]]:
    """A CSV file's cells in these columns."""
    with path.open(encoding="utf-8", newline="") as file:
        return [[row[name] for name in columns] for row in csv.DictReader(file)]


def without_claims(path: Path) -> list[str]:
    """The lines of a file, without those that quote a claim or say what was not said then: of prices, and of times."""
    lines = path.read_text().splitlines()
    since = (
        (" at 95 %", " 95 % confidence", "; cost from ", "came whole in a single read") if path.name in QUOTING else ()
    )
    kept = [line for line in lines if not any(text in line for text in since)]
    return [LONG.sub(lambda number: f"{float(number[0]):.12g}", line) for line in kept]


def same_claims(entries: list[dict[str, Any]], then: list[dict[str, Any]]) -> None:
    """What is said about other kinds of task is what was said of every claim then."""
    assert [entry["name"] for entry in entries] == [entry["name"] for entry in then]
    for entry, before in zip(entries, then, strict=True):
        if before["verdict"] is None:
            assert entry == before
            continue
        assert {key: entry[key] for key in SAME if key in before} == {key: before[key] for key in SAME if key in before}
        assert entry["parts"] == entry["halves"]
        if "readings" not in entry:  # published totals
            assert entry == {**before, "parts": entry["parts"]}
            continue
        reading = {each["about"]: each for each in entry["readings"]}
        assert (entry["about"], reading["these"]["verdict"]) == ("these", entry["verdict"])
        such = reading["such"]
        near(such, before, ("p_supported", "p_refuted"))
        assert such["verdict"] == before["verdict"]
        for part, half in zip(such["parts"], before["halves"], strict=True):
            near(part, half, ("estimate", "p_supported", "p_refuted"))
            for interval in ("interval", "interval_95"):
                near(part[interval], half[interval], ("estimate", "low", "high"))
            assert {key: part[key] for key in TESTED} == {key: half[key] for key in TESTED}


SAME = ("name", "claim", "labels", "declared", "on_these_items", "observed", "n", "planned", "candidate", "baseline")
LONG = re.compile(r"\d+\.\d{12,}(e-?\d+)?")
"""A number with more digits than every processor gives alike."""
TESTED = ("suite", "name", "n")


def near(now: dict[str, Any], then: dict[str, Any], keys: tuple[str, ...]) -> None:
    """Equal as far as another processor's last digits go."""
    for key in keys:
        assert now[key] == (None if then[key] is None else pytest.approx(then[key], rel=1e-9, abs=1e-12)), key


@pytest.mark.usefixtures("tested_as_before")
def test_claims_are_judged_as_before(old: Bench) -> None:
    options = ("--cheaper-by", "0.8", "--worse-by", "0.2", "--over", "mean", "--json")
    done = old("claim", "plain", "--candidate", "small", "--baseline", "large", *options)
    code, then = said("claim")
    assert done.code == code
    same_claims(json.loads(done.out), then)
    declared = json.loads((BEFORE / "plain" / "claims.json").read_text())
    codes = {"refuted": 3, "inconclusive": 4, "reported": 4, "supported": 0}
    done = old("claim", "plain", "--json")
    now = json.loads(done.out)
    same_claims(now, declared)
    verdicts = {entry["verdict"] for entry in now}
    assert done.code == next(code for verdict, code in codes.items() if verdict in verdicts)


def test_a_baseline_is_read_as_before(old: Bench) -> None:
    done = old("gate", "plain", "--baseline", "gate.json", "--json")
    assert (done.code, json.loads(done.out)) == said("gate")
    assert old("gate", "plain", "--save", "again.json").code == 0
    assert (old.folder / "again.json").read_text() == (BEFORE / "gate.json").read_text()


@pytest.mark.slow
def test_a_run_is_repriced_as_before(old: Bench) -> None:
    shutil.copy(BEFORE / "plain-reprice" / "prices.toml", old.folder)
    assert old("reprice", "plain", "--cache-hit", "0.5").code == 0
    again = next(path for path in (old.folder / "results").glob("*/run.json") if path.parent.name not in RUNS)
    then_rows, now_rows = (pd.read_parquet(p / "items.parquet") for p in (BEFORE / "plain-reprice", again.parent))
    caps = ["cost_cap_usd", "cost_cap_basis"]  # a repriced run had none
    same = then_rows.columns.drop(["run", *caps])
    pd.testing.assert_frame_equal(now_rows[same], then_rows[same])


def first_of_each(items: Sequence[Item], limit: int | None, seed: int) -> list[Item]:
    """The slice that a limit took then: the first items of every family and level, whatever the seed."""
    del seed
    rest, chosen = list(items), list[Item]()
    while rest and len(chosen) < (limit or len(items)):
        counts = [(key, Counter(key(c) for c in chosen)) for key in (family, level, cell)]
        best = min(rest, key=lambda item: [count[key(item)] for key, count in counts])
        rest.remove(best)
        chosen.append(best)
    return chosen if limit else list(items)


family, level = attrgetter("family"), attrgetter("level")
cell = attrgetter("family", "level")


@pytest.fixture
def sliced_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.run.slices.balanced", first_of_each)


PLAN_WITHOUT_REASONING = "4143530847cde0ebd3e3eaf199727141977d6cf52cb17664272744c9e5de5f9c"
"""Of the same bench.toml without the suite whose prompts and versions are others since, by the code of before."""


@pytest.mark.usefixtures("sliced_as_before")
def test_tasks_and_plan_have_the_hashes_of_before(old: Bench) -> None:
    from bench import registry

    known = json.loads((BEFORE / "hashes.json").read_text())
    files = registry.read([registry.shipped("tasks"), old.folder / "bench-tasks"]).tasks
    now = {n: {"version": f.version, "sha256": f.sha256} for n, f in files.items()}
    assert now.keys() >= known["tasks"].keys()
    for name, task in known["tasks"].items():
        if name.startswith("reasoning"):
            assert (now[name]["version"], now[name]["sha256"]) != (task["version"], task["sha256"]), "raised together"
            assert int(now[name]["version"][0]) == int(task["version"][0]) + 1
        else:
            assert now[name] == task
    config = old.folder / "bench.toml"
    config.write_text(config.read_text().replace('"reasoning", ', ""))
    planned = old("run", "--dry-run", "--json")
    assert planned.code == 0, planned.err
    assert json.loads(planned.out)["plan_sha256"] == PLAN_WITHOUT_REASONING


def test_tasks_written_before_have_no_fault(old: Bench) -> None:
    done = old("tasks", "lint", "bench-tasks", "--json")
    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert (report["findings"], len(report["tasks"])) == ([], 11)


@pytest.fixture
def answering() -> Iterator[FakeEndpoint]:
    """Answers what the models of `plain` answered."""
    answers = pd.read_parquet(BEFORE / "plain" / "answers.parquet")
    items = pd.read_parquet(BEFORE / "plain" / "items.parquet")
    key = ["task", "item", "model", "repeat"]
    rows = answers.merge(items[[*key, "in_uncached", "out_total"]], on=key).to_dict("records")
    known = {(row["model"], row["prompt"]): row for row in rows}

    def script(request: Request) -> Reply:
        row = known[request.body["model"], json.dumps(request.body["messages"], ensure_ascii=False)]
        return Reply(
            text=row["answer"],
            reasoning=row["reasoning"] or "",
            finish_reason=row["finish_reason"],
            usage={"prompt_tokens": row["in_uncached"], "completion_tokens": row["out_total"]},
        )

    with FakeEndpoint(script) as endpoint:
        yield endpoint


def shares(gated: Any) -> list[Any]:
    """What a gate found, but for the latency, which is new each time."""
    keys = ("model", "suite", "measure", "status", "n", "before", "after")
    return [[finding[key] for key in keys] for finding in gated["findings"] if finding["measure"] != "latency"]


@pytest.mark.usefixtures("sandbox", "sliced_as_before")
@pytest.mark.slow
def test_the_same_answers_pass_the_baseline_of_before(old: Bench, answering: FakeEndpoint) -> None:
    config = old.folder / "bench.toml"
    text = config.read_text().replace("http://127.0.0.1:9/v1", answering.url)
    text = text.replace('"own", "doubles", "letters", "hand"', '"own", "letters"').replace("limit = 24", "limit = 20")
    text = text.replace('"reasoning", ', "")  # its prompts and versions are others since
    gate = json.loads((old.folder / "gate.json").read_text())
    gate["tasks"] = {name: task for name, task in gate["tasks"].items() if not name.startswith("reasoning")}
    for model in gate["models"].values():
        model["suites"].pop("reasoning")
    (old.folder / "gate.json").write_text(json.dumps(gate))
    config.write_text(text)
    done = old("run", "--yes", "--gate", "gate.json", "--json")
    assert done.code == 0, done.err
    gated = json.loads(done.out)
    assert (gated["verdict"], gated["lost"], gated["won"], gated["changed"]) == ("pass", [], [], [])
    then = [share for share in shares(said("gate")[1]) if share[1] not in ("reasoning", "all suites")]
    assert [share for share in shares(gated) if share[1] != "all suites"] == then
