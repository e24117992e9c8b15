"""run.json as a type: what is read is written again, byte for byte, and what is unknown is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import importers, registry
from bench.config.load import load
from bench.errors import UsageError
from bench.records import read_record
from bench.records.claim import Claim
from bench.records.manifest import FORMAT, RunRecord
from bench.records.pricing import RecordedPrices
from bench.records.recorded import RecordedClaim
from bench.records.recordedcourse import RecordedLane, RecordedSpending
from bench.records.recordedsource import RecordedDerivation
from bench.run import describe
from bench.run.prepare import prepare
from tests import runjson
from tests.run.test_describe import TOML

BEFORE = sorted((Path(__file__).parents[1] / "fixtures" / "before").glob("*/run.json"))
"""A run, a continued one, both kinds of derived ones and an import of each format, as they were written before."""
IDS = [path.parent.name for path in BEFORE]
CLAIM = {"name": "c", "candidate": "a", "baseline": "b", "sha256": "00", "recorded_at": ""}
PLAIN = BEFORE[IDS.index("plain")]


def begun(folder: Path) -> RunRecord:
    """What a run writes before it asks."""
    (folder / "bench.toml").write_text(TOML)
    prepared = prepare(load(folder / "bench.toml"), registry.read(), {"ACME_API_KEY": "k"})
    declared = {claim.sha256: "2026-01-02T03:04:05.678+00:00" for claim in prepared.comparison.claims.values()}
    made = describe.build(prepared, "r1", "2026-01-02T03:04:06.000+00:00", declared, None, fresh=False)
    return describe.with_history(describe.with_parts(made, ""), [])


def ended(record: RunRecord) -> RunRecord:
    """The same after it asked."""
    return replace(
        record.with_keys(*RunRecord.ENDED),
        lanes={"small": RecordedLane(retries=1, concurrency=8, concurrency_lowest=4, cuts=1, paused_s=0.5)},
        prices=RecordedPrices(as_of="2026-10-26", rows={"a": {"input": "1", "tiers": [{"above": 5}]}, "b": {}}),
        spending=RecordedSpending(spent_usd=Decimal("0.0000012")),
    )


@pytest.mark.parametrize("path", BEFORE, ids=IDS)
def test_a_file_from_before_is_read_and_written_again_as_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    record = RunRecord.read(text)
    assert (record.format, record.extra) == (1, {}), "every key is known"
    assert record.text() == text
    assert RunRecord.from_json(record.to_json()) == record


@pytest.mark.parametrize("path", BEFORE, ids=IDS)
def test_nothing_that_was_written_before_is_an_unknown_key(path: Path) -> None:
    margins = {"cheaper_by", "worse_by", "slower_by"}

    def extras(value: object) -> list[object]:
        if isinstance(value, dict):
            return [found for part in value.values() for found in extras(part)]
        if isinstance(value, tuple):
            return [found for part in value for found in extras(part)]
        if not hasattr(value, "extra"):
            return []
        own = [value.extra] if value.extra and value.extra.keys() != margins else []
        return own + [f for name in value.__dataclass_fields__ for f in extras(getattr(value, name))]  # type: ignore[attr-defined]

    assert extras(RunRecord.read(path.read_text(encoding="utf-8"))) == []


def keys(value: Any) -> Any:
    """The keys of an object, and of the objects in it, in their order."""
    return [(key, keys(part)) for key, part in value.items()] if isinstance(value, dict) else None


def test_a_run_writes_the_keys_that_it_wrote_before_and_the_version(tmp_path: Path) -> None:
    now, then = ended(begun(tmp_path)).to_json(), runjson.content(PLAIN.parent)
    assert [name for name in now if name != "answer_bytes"] == ["format", *then]
    assert now["format"] == FORMAT
    for key in ("settings", "machine", "prices", "spending"):
        since = {name: value for name, value in now[key].items() if name != "slice_seed"}
        assert keys(since | {"rows": 0}) == keys(then[key] | {"rows": 0}), key
    for key in ("suites", "tasks", "models", "claims", "lanes"):
        [mine, *_], [theirs, *_] = now[key].values(), then[key].values()
        newer = ("context_window", "stream_options", "tool_protocol", "loop", "batch", "agent")
        assert [name for name in mine if name not in newer] == [*theirs], key
    assert keys(now["parts"][0] | {"versions": 0}) == keys(then["parts"][0] | {"versions": 0})


def test_an_import_writes_the_keys_that_it_wrote_before_and_the_version(tmp_path: Path) -> None:
    (tmp_path / "quiz.csv").write_text("item,model,score\nq1,claude,1\nq1,qwen,0\n")
    done = importers.import_results("csv", importers.FORMATS["csv"], [tmp_path / "quiz.csv"], results=tmp_path)
    now, then = runjson.content(done.folder), runjson.content(BEFORE[IDS.index("import-csv")].parent)
    assert [*now] == ["format", *then]
    for key in ("settings", "imported"):
        assert keys(now[key]) == keys(then[key]), key
    for key in ("suites", "tasks", "models"):
        [mine, *_], [theirs, *_] = now[key].values(), then[key].values()
        assert keys(mine) == keys(theirs), key
    assert read_record(done.folder).text() == (done.folder / "run.json").read_text(encoding="utf-8")


def test_what_is_made_is_what_is_read(tmp_path: Path) -> None:
    first = begun(tmp_path)
    whole = ended(first)
    kept = RecordedClaim.of(
        Claim(name="own", candidate="small", baseline="large", margins={"worse_by": 0.1}).as_dict(),
        "aa",
        "2026-01-02T00:00:00+00:00",
        kept=True,
    )
    derived = replace(whole, parent="r1", derived=RecordedDerivation(by="reprice", cache_hit=0.5, at="2026-01-03"))
    for record in (
        first, whole, derived, describe.with_parts(first, first.text()), replace(whole, claims={"own": kept}),
        replace(whole, second_asking=RecordedSpending(spent_usd=Decimal(1), keys=("spent_usd", "ended"))),
    ):  # fmt: skip
        assert RunRecord.from_json(record.to_json()) == record
        assert RunRecord.read(record.text()) == record
        assert RunRecord.read(record.text()).text() == record.text()


def test_what_is_set_later_follows_and_what_is_taken_out_is_gone() -> None:
    record = RunRecord.read(PLAIN.read_text(encoding="utf-8"))
    assert [*replace(record, redacted="r").to_json()] == [*record.to_json(), "redacted"]
    without = record.without("command", "parts")
    assert [*without.to_json()] == [key for key in record.to_json() if key not in ("command", "parts")]
    assert (without.command, without.parts) == ((), ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(BEFORE), st.dictionaries(st.text(max_size=6).map("new {}".format), JSON, min_size=1), st.data())
def test_keys_of_another_version_are_kept_where_they_were(
    path: Path, more: dict[str, Any], data: st.DataObject
) -> None:
    about = runjson.content(path.parent)
    places = [about, about["settings"], *about["models"].values(), *about["suites"].values(), *about["tasks"].values()]
    places += [*about["claims"].values(), *about.get("parts", []), *filter(None, [about.get("prices")])]
    place = data.draw(st.sampled_from(places))
    before = dict(place)
    place.clear()
    place.update({**more, **before} if data.draw(st.booleans()) else {**before, **more})
    record = RunRecord.from_json(about)
    assert json.dumps(record.to_json()) == json.dumps(about)
    changed = replace(record, run="another", models={**record.models})
    assert json.dumps(changed.to_json()) == json.dumps({**about, "run": "another"})


def claimed(margin: str) -> str:
    """A run.json with a claim of that margin, as JSON writes it."""
    claim = f'{{"name": "c", "candidate": "a", "baseline": "b", "worse_by": {margin}}}'
    return f'{{"models": {{}}, "suites": {{}}, "settings": {{}}, "claims": {{"c": {claim}}}}}'


def test_a_margin_of_a_part_that_is_not_known_is_kept_whatever_it_is() -> None:
    text = claimed("0.1").replace('"worse_by": 0.1', '"worse_by": null, "greener_by": "much"')
    assert RunRecord.read(text).claims["c"].to_json()["greener_by"] == "much"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "Expecting property name"),
        ("[]", "all of it: an object is needed"),
        ('{"models": {}, "suites": {}}', "settings: is missing"),
        ('{"models": [], "suites": {}, "settings": {}}', "models: an object is needed"),
        ('{"models": {"m": 1}, "suites": {}, "settings": {}}', "models.m: an object is needed"),
        ('{"models": {"m": {}}, "suites": {}, "settings": {}}', "models.m.model: is missing"),
        (
            '{"models": {}, "suites": {"s": {"items_planned": null}}, "settings": {}}',
            "s.items_planned: is missing",
        ),
        ('{"models": {}, "suites": {}, "settings": {"suites": "all"}}', "settings.suites: a list is needed"),
        ('{"models": {}, "suites": {}, "settings": {}, "format": 0}', "format: a number from 1 to 2 is needed"),
        ('{"models": {}, "suites": {}, "settings": {}, "format": "2"}', "format: a whole number is needed"),
        ('{"models": {}, "suites": {}, "settings": {"seed": -1}}', "settings.seed: 0 or a greater number"),
        (claimed('"much"'), "claims.c.worse_by: a number is needed"),
        (claimed("true"), "claims.c.worse_by: a number is needed"),
        (
            '{"models": {}, "suites": {}, "settings": {}, "spending": {"spent_usd": "x"}}',
            "spent_usd: a number",
        ),
    ],
)
def test_a_damaged_file_names_the_place_and_the_cure(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(UsageError, match=r"run\.json: is damaged \(.*\)\. `bench run` rebuilds it") as error:
        read_record(tmp_path)
    assert why in str(error.value)


def test_what_a_sparse_file_does_not_say_is_unknown() -> None:
    record = runjson.record(machine=None, claims=None, versions=None)
    assert (record.machine, record.prices_as_of, record.sandbox, record.git_commit) == (None, None, None, None)
    assert (record.claims, record.versions, record.stopped, record.parts) == ({}, {}, {}, ())
    assert (record.settings.seed, record.seed, record.settings.repeats) == (None, 0, 1)


def test_amounts_keep_their_digits() -> None:
    record = runjson.record(spending={"budget_usd": "1.50", "spent_usd": "1E-7", "ended": None})
    assert record.spending
    assert (record.spending.budget_usd, record.spending.spent_usd) == (Decimal("1.50"), Decimal("1E-7"))
    assert record.to_json()["spending"] == {"budget_usd": "1.50", "spent_usd": "1E-7", "ended": None}


def test_a_model_is_local_or_remote() -> None:
    record = runjson.record(models={"a": {"model": "weights/a"}, "b": {"model": "acme/weights/b"}})
    assert [record.models[label].local for label in "ab"] == [True, False]
    assert record.is_local("b", "a")
    assert not record.is_local("b")


@pytest.mark.parametrize("version", [FORMAT + 1, 99])
def test_a_file_of_a_newer_version_is_refused_with_the_cure(tmp_path: Path, version: int) -> None:
    runjson.put(tmp_path, {"format": version, "models": {}, "suites": {}, "settings": {}})
    with pytest.raises(
        UsageError, match=rf"run\.json has format {version}.* reads up to {FORMAT}\. Update claimbench\."
    ):
        read_record(tmp_path)


def test_a_record_without_what_this_version_does_not_know() -> None:
    about = {
        "models": {"m": {"model": "a/b", "own": 1}}, "suites": {}, "settings": {"newer": [], "seed": 3}, "later": True,
        "parts": [{"written_at": "2026-11-20", "odd": 1}], "run": "r",
    }  # fmt: skip
    record = RunRecord.from_json(about)
    known = record.only_known().to_json()
    assert known["models"] == {"m": {"model": "a/b"}}
    assert known["settings"] == {"seed": 3}
    assert known["parts"] == [{"written_at": "2026-11-20"}]
    assert [*known] == ["models", "suites", "settings", "parts", "run"]
    assert [*record.without("run").with_keys("git_commit").to_json()] == [
        *("models", "suites", "settings", "later", "parts", "git_commit")
    ]


def test_what_made_the_costs_is_of_the_days_that_it_states() -> None:
    record = runjson.record(prices={"as_of": "2026-11-01", "rows": {"openai/a": {}}})
    assert (record.prices_as_of, record.price_dates) == ("2026-11-01", ("list prices of 2026-11-01",))
    again = replace(record, derived=RecordedDerivation(by="reprice", as_of="2026-11-09"))
    assert again.prices_as_of == "2026-11-09"
    assert runjson.record().price_dates == ()


def test_a_claim_is_recorded_by_its_words() -> None:
    words = {"name": "c", "candidate": "a", "baseline": "b", "worse_by": 0.1}
    claim = RecordedClaim.of(words, "00", "2026-11-20T10:15:00+00:00")
    assert (claim.margin("worse_by"), claim.margin("cheaper_by"), claim.kept) == (0.1, None, False)
    assert RecordedClaim.of(words, "00", "2026-11-20T10:15:00+00:00", kept=True).kept


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"claims": {"c\nd": CLAIM, "c d": CLAIM}}, "claims: two names differ in nothing that can be shown"),
        ({"claims": {str(number): CLAIM for number in range(101)}}, "101 claims, and 100 at most are read"),
        ({"imported": {"format": "x", "files": [{"name": 1}]}}, "imported.files.0.name: a text is needed"),
        ({"settings": {"suites": ["s"] * 100_001}}, "settings.suites: has 100,001 entries, and 100,000 at most"),
    ],
)
def test_what_cannot_be_is_named(more: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        RunRecord.read(json.dumps({"models": {}, "suites": {}, "settings": {}, **more}))


def test_a_file_nested_too_deeply_is_damaged() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        RunRecord.read("[" * 100_000)
