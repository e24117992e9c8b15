"""The run folder of an import, and that its length costs no memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.claims import adhoc, judge_run
from bench.errors import UsageError
from bench.importers import FORMATS, import_results, streamed
from bench.records import find_run, is_whole, read_table
from bench.report import compare
from bench.report.text import tables
from bench.report.write import write_report
from tests.importers.conftest import FIXTURES, LM_EVAL, Importing, items

ITEMS = "item,model,score,cost_usd\nq1,claude,1,0.5\nq1,qwen,0,0.05\nq2,claude,0,0.5\nq2,qwen,1,0.05\n"


def test_the_folder_is_a_run_like_any_other(importing: Importing, tmp_path: Path) -> None:
    done, manifest = importing("csv", ITEMS)
    assert done.folder.parent == tmp_path / "results"
    assert done.folder.name.endswith("Z-csv")
    assert manifest["run"] == done.folder.name
    assert set(items(done)["run"]) == {manifest["run"]}
    assert is_whole(done.folder)
    assert find_run(tmp_path / "results", None) == done.folder
    assert sorted(path.name for path in done.folder.iterdir()) == ["answers.parquet", "items.parquet", "run.json"]
    assert not manifest["imported"]["dropped"]


def test_two_imports_in_one_second_are_two_runs(importing: Importing) -> None:
    folders = {importing("csv", ITEMS)[0].folder for _ in range(3)}
    assert len(folders) == 3


def test_a_report_of_items(importing: Importing) -> None:
    done, _ = importing("csv", ITEMS, file="quiz.csv")
    comparison, files = write_report(done.folder)
    assert [(row.model, row.score.estimate if row.score else None) for row in comparison.rows] == [
        ("claude", 0.5), ("qwen", 0.5),
    ]  # fmt: skip
    text = (done.folder / "comparison.md").read_text()
    assert "Imported from results.csv" in text or "Imported from quiz.csv" in text
    assert "no model was called here." in text
    assert done.folder / "report.html" in files


def test_a_report_of_totals_and_of_both(importing: Importing) -> None:
    text = "model,n,successes,date\nclaude,100,75,2026-01-01\nglm | 5,,,\nqwen,100,80,\n"
    done, _ = importing("csv", text, file="b.csv")
    _, files = write_report(done.folder)
    assert {"comparison.md", "totals.csv"} <= {path.name for path in files}
    lines = (done.folder / "comparison.md").read_text().splitlines()
    assert lines[4].startswith("| qwen | b | 100 | 80 % (71–87) | unknown | unknown | unknown | unknown | b, unknown")
    assert lines[6].startswith("| glm \\| 5 | b | unknown | unknown")
    assert compare(done.folder).rows == ()

    done, _ = importing("swebench", FIXTURES / "leaderboards.json")
    _, files = write_report(done.folder)
    assert {"comparison.csv", "totals.csv"} <= {path.name for path in files}
    text = (done.folder / "comparison.md").read_text()
    assert "## Published totals" in text
    assert "4 rows were left out, the first: leaderboards.json" in text


def test_pieces_and_second_rows(importing: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written in pieces of two rows, and one item's row comes again in a later piece."""
    monkeypatch.setattr(streamed, "PIECE_ROWS", 2)
    done, manifest = importing("csv", ITEMS + "q1,qwen,1,9\n")
    assert items(done)[["item", "model", "score"]].to_numpy().tolist() == [
        ["q1", "claude", 1], ["q1", "qwen", 0], ["q2", "claude", 0], ["q2", "qwen", 1],
    ]  # fmt: skip
    assert len(read_table(done.folder, "answers")) == 4
    assert manifest["imported"]["dropped_count"] == 1
    assert not list(done.folder.glob(".*"))


def test_an_output_folder_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(ITEMS)
    done = import_results("csv", FORMATS["csv"], [path], output=tmp_path / "mine")
    assert done.folder == tmp_path / "mine"
    with pytest.raises(UsageError, match="is there already and not empty"):
        import_results("csv", FORMATS["csv"], [path], output=tmp_path / "mine")
    with pytest.raises(UsageError, match="there is no such file"):
        import_results("csv", FORMATS["csv"], [tmp_path / "nowhere"], output=tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_no_key_of_an_lm_eval_config_is_kept(importing: Importing, tmp_path: Path) -> None:
    (path,) = (LM_EVAL / "smollm2").glob("results_*.json")
    results = json.loads(path.read_text())
    results["config"]["model_args"] = {"model": "m", "api_key": "sk-secret"}
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / path.name).write_text(json.dumps(results))
    done, _ = importing("lm_eval", folder)
    assert not [file for file in done.folder.iterdir() if b"sk-secret" in file.read_bytes()]


CODE = """
from pathlib import Path
from bench.importers import FORMATS, import_results
peaks = []
for name in ("small", "large"):
    import_results("csv", FORMATS["csv"], [Path(f"{name}.csv")], output=Path(name))
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peaks.append(int(status["VmHWM"].split()[0]))  # getrusage would count what this process was forked from
print(*peaks)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here")
def test_a_file_ten_times_as_long_takes_hardly_more_memory(tmp_path: Path) -> None:
    """2 and 20 MB of long answers; `make perf` holds the bound with 300 MB."""
    for name, rows in (("small", 2_000), ("large", 20_000)):
        lines = (f"q{at},m,{at % 2},{at}{' answer' * 140}\n" for at in range(rows))
        (tmp_path / f"{name}.csv").write_text("item,model,score,answer\n" + "".join(lines))
    done = subprocess.run([sys.executable, "-c", CODE], cwd=tmp_path, capture_output=True, text=True, check=True)
    small, large = (int(kilobytes) << 10 for kilobytes in done.stdout.split())
    assert large - small < 128 << 20, "bytes"
    assert large < 500 << 20


def test_latencies_of_an_import_are_not_said_to_come_from_a_busy_machine(importing: Importing) -> None:
    text = "item,model,score,latency_s\n" + "".join(f"q{at},{m},1,2\n" for at in range(30) for m in ("big", "small"))
    done, _ = importing("csv", text)
    assert not [note for note in tables.notes(compare(done.folder)) if "busy" in note.text or "clean" in note.text]
    (opinion,) = judge_run(done.folder, claim=adhoc("small", "big", slower_by=2.0)).judgements
    (half,) = opinion.test.parts.values()
    assert half.problem == "an imported latency does not say how it was timed, nor when"
