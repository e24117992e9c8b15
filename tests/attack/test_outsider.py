"""What a tester from outside, who had not read the code, got through once."""

from __future__ import annotations

import contextlib
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import registry
from bench.claims import judge_run
from bench.config.load import load
from bench.errors import UsageError
from bench.importers import FORMATS, import_results
from bench.records import RecordedLooks, Secrets, read_record
from bench.report.eee import write_records
from bench.report.numbers import pairwise
from bench.report.numbers.comparison import compare
from bench.run import describe
from tests.claims.test_claims import CLAIM, rows, write
from tests.report.sample_run import model

TASK = """task: t
metadata: {version: 1}
dataset_path: json
dataset_kwargs: {data_files: {test: items.jsonl}}
test_split: test
output_type: generate_until
generation_kwargs: {until: [], max_gen_toks: 100}
doc_to_text: "{{q}}"
doc_to_target: "{{a}}"
"""


def task(folder: Path, more: str) -> None:
    folder.mkdir()
    (folder / "items.jsonl").write_text('{"q": "x", "a": "7"}\n')
    (folder / "t.yaml").write_text(TASK + more)


@pytest.mark.parametrize("more", ["hf_evaluate: true", "higher_is_better: true"])
def test_a_metric_is_no_program_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str) -> None:
    """lm-eval looks for an unknown metric in the folder, and runs what is there."""
    monkeypatch.chdir(tmp_path)
    task(tmp_path / "tasks", f"metric_list: [{{metric: tasks/met, aggregation: mean, {more}}}]\n")
    (tmp_path / "tasks" / "met").mkdir()
    (tmp_path / "tasks" / "met" / "met.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with contextlib.suppress(UsageError):
        registry.LoadedTasks(registry.read([tmp_path / "tasks"]), ["t"])
    assert not (tmp_path / "ran").exists()


def test_a_metric_from_elsewhere_is_a_fault(tmp_path: Path) -> None:
    task(tmp_path / "tasks", "metric_list: [{metric: exact_match, hf_evaluate: true}]\n")
    with pytest.raises(UsageError, match="hf_evaluate would run a program of that name"):
        registry.read([tmp_path / "tasks"])


def test_a_yaml_includes_no_file_of_the_readers_own(tmp_path: Path) -> None:
    (tmp_path / "private.yaml").write_text("description: secret\n")
    task(tmp_path / "tasks", "metric_list: [{metric: exact_match}]\ninclude: ../private.yaml\n")
    with pytest.raises(UsageError, match=r"'\.\./private\.yaml' is not below the task's folder, nor below this one"):
        registry.read([tmp_path / "tasks"])


@pytest.mark.parametrize(
    ("name", "text"), [("aider", "- " * 3000 + "a"), ("aider", "[" * 100_000), ("evalscope", "[" * 500_000)]
)
def test_deep_files_are_one_line(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / ("deep.yml" if name == "aider" else "deep.json")
    path.write_text(text)
    with pytest.raises(UsageError):
        import_results(name, FORMATS[name], [path], results=tmp_path / "results")


@pytest.mark.slow
def test_a_small_file_of_millions_of_rows_is_refused_in_seconds(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    block = gzip.compress(b'item,model,score\n"' + b" " * 1_000_000, 1)
    path.write_bytes(block + gzip.compress(b" " * 20_000_000) * 20)
    with pytest.raises(UsageError):
        import_results("csv", FORMATS["csv"], [path], results=tmp_path / "results")


@pytest.mark.parametrize("at", ["9999-99-99", "2026-01-01", "soon"])
def test_a_record_whose_times_are_none_is_damaged(tmp_path: Path, at: str) -> None:
    folder = write(tmp_path / "run", rows(12), CLAIM)
    raw: dict[str, Any] = json.loads((folder / "run.json").read_text())
    raw["claims"]["cheap"]["recorded_at"] = at
    (folder / "run.json").write_text(json.dumps(raw))
    with pytest.raises(UsageError, match=r"claims\.cheap\.recorded_at: a time with its zone is needed"):
        read_record(folder)


def test_a_key_echoed_in_any_case_is_masked() -> None:
    key = "sk-Acme-0123456789abcdefXYZ"
    for echo in (key, key.lower(), key.upper(), key.swapcase(), key.capitalize()):
        assert echo[6:] not in Secrets([key])(f"no such key {echo}!")


BESIDE: dict[str, tuple[dict[str, Any], str]] = {
    "claims": ({"claims": {f"c{n}": 0 for n in range(101)}}, "101 claims, and 100 at most are read"),
    "withdrawn": ({"withdrawn_claims": [0] * 101}, "101 claims withdrawn since they were declared, and 100 at most"),
    "judged": ({"claims": {"c": 0}, "suites": {f"s{n}": 0 for n in range(501)}}, "501 claims times their suites, and"),
    "models": ({"models": {f"m{n}": 0 for n in range(10_001)}}, "10,001 models, and 10,000 at most"),
    "compared": ({"models": {f"m{n}": 0 for n in range(200)}, "suites": {f"s{n}": 0 for n in range(51)}}, "10,200 mod"),
    "looks": ({"looks": {"shape": "x", "waves": "0", "taken": [0] * 21}}, "looks.taken: has 21 entries, and 20 at"),
    "parts": ({"parts": [{}] * 100_001}, "parts: has 100,001 entries, and 100,000 at most are read"),
}
"""By what a record has too many of: its change, 0 for the first entry of the run's own, and what is said."""


@pytest.mark.parametrize("name", BESIDE)
def test_a_record_of_too_much_is_one_line(tmp_path: Path, name: str) -> None:
    """3,000 claims were judged, for minutes."""
    folder = write(tmp_path / "run", rows(12), CLAIM)
    raw: dict[str, Any] = json.loads((folder / "run.json").read_text())
    changes, said = BESIDE[name]
    own = {"withdrawn_claims": CLAIM.as_dict(), "claims": raw["claims"]["cheap"]}
    for key, value in changes.items():
        first = own.get(key) or next(iter(raw[key].values()), None) if raw.get(key) else own.get(key)
        if isinstance(value, dict) and 0 in value.values():
            value = dict.fromkeys(value, first)
        elif isinstance(value, list) and value[0] == 0:
            value = [first] * len(value)
        raw[key] = value
    (folder / "run.json").write_text(json.dumps(raw))
    with pytest.raises(UsageError, match=said) as refused:
        read_record(folder)
    assert str(refused.value).count("\n") == 0


def test_a_run_that_would_be_too_much_never_begins(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", rows(12), CLAIM)
    record = read_record(folder)
    entry = record.claims["cheap"]
    many = replace(record, withdrawn_claims=tuple(replace(entry, sha256=str(n)) for n in range(101)))
    with pytest.raises(UsageError, match=r"101 claims withdrawn .* Take some out of bench.toml"):
        describe.bounded(many)
    assert describe.bounded(record) == record
    looks = RecordedLooks(shape="betting", waves="0", items={"s": tuple(range(1, 21))})
    looked = replace(record, looks=looks, suites={f"s{at}": next(iter(record.suites.values())) for at in range(51)})
    with pytest.raises(UsageError, match="1,020 claims times their suites times planned looks, and 1,000 at most"):
        describe.bounded(looked)


def test_claims_beyond_what_a_record_holds_are_refused_in_bench_toml(tmp_path: Path) -> None:
    claims = "".join(f'[claims.c{n}]\ncandidate = "a"\nbaseline = "b"\nworse_by = 0.03\n' for n in range(101))
    path = tmp_path / "bench.toml"
    path.write_text(f'[models.a]\nmodel = "openai/a"\n[models.b]\nmodel = "openai/b"\n{claims}')
    with pytest.raises(UsageError, match=r"101 tables \[claims.<name>\], and 100 at most are read"):
        load(path)


def test_a_comparison_of_many_models_is_against_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = rows(3)
    made = [*one, *(replace(row, model=f"m{n}") for n in range(3) for row in one if row.model == "small")]
    labels = ["small", "big", "m0", "m1", "m2"]
    folder = write(tmp_path / "run", made, models={label: model(f"openai/{label}") for label in labels})
    monkeypatch.setattr(pairwise, "MOST_PAIRS", 9)
    few = compare(folder)
    assert [(each.model, each.other) for each in few.differences] == [("small", label) for label in labels[1:]]
    assert few.uncompared == (
        "10 pairs of models are too many to compare: the first model of each suite is, with every other."
    )


def test_an_export_follows_the_users_own_link_and_none_below_it(tmp_path: Path) -> None:
    """As `cp` does: the path after -o is the user's. What stands in that folder may be another's."""
    folder, real, link = write(tmp_path / "run", rows(12), CLAIM), tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    written = write_records(folder, link)
    assert sorted(path.name for path in real.iterdir()) == sorted(path.name for path in written)
    victim = tmp_path / "tax.csv"
    victim.write_text("mine")
    (real / written[0].name).unlink()
    (real / written[0].name).symlink_to(victim)
    with pytest.raises(UsageError, match="is a link, and nothing is written through one"):
        write_records(folder, link)
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("key", ["row", "why"])
def test_a_row_left_out_says_which_and_why(tmp_path: Path, key: str) -> None:
    folder = write(tmp_path / "run", rows(12), CLAIM)
    raw = json.loads((folder / "run.json").read_text())
    dropped = {each: "x" for each in ("row", "why", "item") if each != key}
    raw["imported"] = {"format": "csv", "dropped": [dropped], "dropped_count": 1, "files": [{"name": "a"}]}
    (folder / "run.json").write_text(json.dumps(raw))
    with pytest.raises(UsageError, match=rf"imported\.dropped\.0\.{key}: a text is needed"):
        read_record(folder)


def test_a_model_without_a_provider_is_judged(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", rows(12), CLAIM)
    raw = json.loads((folder / "run.json").read_text())
    raw["models"]["small"]["model"] = "nothing"
    (folder / "run.json").write_text(json.dumps(raw))
    [opinion] = judge_run(folder).judgements
    assert str(opinion.verdict) == "inconclusive"
