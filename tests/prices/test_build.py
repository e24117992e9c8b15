"""The snapshot is what the two packages and the reviewed rulings give, and nothing is decided silently."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("genai_prices", reason="the extra `prices` is not installed")
pytest.importorskip("model_prices", reason="the extra `prices` is not installed")

from bench.errors import UsageError
from bench.prices import SNAPSHOT, build, load, sources
from bench.prices.sources import ListedPrice

RULES = """
[retrieved]
model-prices = 2026-10-26
genai-prices = 2026-11-04

[providers]
acme = {}
deepseek = {}

[regions]
"""


@pytest.fixture(scope="module")
def built() -> build.Built:
    return build.build()


def test_the_committed_snapshot_is_current(built: build.Built) -> None:
    assert SNAPSHOT.read_text(encoding="utf-8") == built.text


def test_every_disagreement_has_its_ruling(built: build.Built) -> None:
    assert [str(d) for d in built.disagreements if not d.ruling] == []
    known = {(d.kind, d.provider, d.model, d.mode, d.field): d for d in built.disagreements}
    cut = known["history", "anthropic", "claude-sonnet-5-5", "standard", "cache_read"]
    assert cut.ruling["take"] == "model-prices"
    steps = known["current", "openai", "gpt-6.1-sol", "fast", "tiers"]
    assert (steps.stated["model-prices"], steps.ruling["take"]) == ("nothing", "genai-prices")


def test_every_ruling_gap_and_drop_has_a_reason() -> None:
    import tomllib

    rules = tomllib.loads(build.RULINGS.read_text(encoding="utf-8"))
    for kind in ("ruling", "gap", "drop", "row"):
        assert rules[kind]
        assert all(len(entry["reason"]) > 10 for entry in rules[kind]), kind


def test_no_ruling_is_left_over(built: build.Built) -> None:
    """A ruling that decides nothing any more is to be taken out."""
    import tomllib

    rules = tomllib.loads(build.RULINGS.read_text(encoding="utf-8"))["ruling"]
    used = {d.ruling["reason"] for d in built.disagreements}
    assert [rule["reason"] for rule in rules if rule["reason"] not in used] == []


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Packages that state what a test says, read by the real readers."""

    def state(snapshot: dict[str, Any], providers: list[Any]) -> None:
        (tmp_path / "snapshot.json").write_text(json.dumps(snapshot, default=float))
        monkeypatch.setattr(sources, "folder_of", lambda _package: tmp_path)
        monkeypatch.setattr("genai_prices.data.providers", providers)

    return state


def theirs(prices: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A snapshot of model-prices."""
    schedules = {"holidays": {}, "schedule": changes.pop("schedule", [])}
    plain = {"aliases": {"models": {}}, "bases": {}, "status": {}, "schedules": schedules}
    return {**plain, **changes, "prices": {"acme": prices}}


def step(start: str | None, first: str = "2026-01-01T00:00:00Z", **rates: Any) -> dict[str, Any]:
    return {
        "start": start,
        "rates": {"input": 1, "output": 2, "source": "https://acme.test", "valid_from": first, **rates},
    }


def model(name: str, prices: Any, match: Any = None, variants: Any = None) -> Any:
    """A model of genai-prices."""
    match = match or SimpleNamespace(equals=name)
    return SimpleNamespace(id=name, match=match, prices=prices, price_variants=variants)


def stated(**prices: Any) -> Any:
    names = {"input": "input_mtok", "output": "output_mtok", "cache_read": "cache_read_mtok"}
    return SimpleNamespace(**{names[name]: price for name, price in prices.items()})


def provider(*models: Any) -> Any:
    return SimpleNamespace(id="acme", models=list(models), pricing_urls=["https://acme.test/prices"])


def made(tmp_path: Path, rules: str = "") -> tuple[build.Built, list[dict[str, Any]]]:
    path = tmp_path / "rulings.toml"
    path.write_text(RULES + rules)
    found = build.build(path)
    return found, json.loads(found.text)["rows"]


def test_a_disagreement_without_ruling_writes_nothing(packages: Any, tmp_path: Path) -> None:
    packages(
        theirs({"small": {"standard": [step(None)]}}),
        [provider(model("small", stated(input=Decimal(1), output=Decimal(3))))],
    )
    found, _ = made(tmp_path)
    (only,) = found.disagreements
    assert str(only) == (
        "current acme/small:standard output at 2026-11-04: model-prices 2, genai-prices 3 -> NO RULING"
    )
    target = tmp_path / "out.json"
    with pytest.raises(UsageError, match=r"1 disagreements have no ruling in rulings.toml, first: current acme/small"):
        found.write(target)
    assert not target.exists()


@pytest.mark.parametrize(("take", "output"), [("model-prices", "2"), ("genai-prices", "3")])
def test_a_ruling_decides(packages: Any, tmp_path: Path, take: str, output: str) -> None:
    there = stated(input=Decimal(1), output=Decimal(3))
    packages(theirs({"small": {"standard": [step(None)]}}), [provider(model("small", there))])
    found, rows = made(tmp_path, f'[[ruling]]\nmodel = "sm*"\ntake = "{take}"\nreason = "so it is"\n')
    assert str(found.disagreements[0]).endswith(f"-> {take}: so it is")
    assert [(r["output"], r["retrieved"]) for r in rows] == [(output, "2026-11-04")]
    found.write(tmp_path / "out.json")
    assert (tmp_path / "out.json").read_text() == found.text
    assert load(None, tmp_path / "out.json").as_of == date(2026, 10, 26)


def test_a_ruling_may_take_what_is_not_there(packages: Any, tmp_path: Path) -> None:
    there = stated(input=Decimal(1), output=Decimal(2))
    packages(theirs({"small": {"standard": [step(None, cache_read=0)]}}), [provider(model("small", there))])
    _, rows = made(tmp_path, '[[ruling]]\nfield = "cache_read"\ntake = "genai-prices"\nreason = "no cache"\n')
    assert "cache_read" not in rows[0]


def test_history_is_compared_and_merged(packages: Any, tmp_path: Path) -> None:
    steps = [
        step(None), step("2026-02-01T00:00:00Z"), step("2026-03-01T00:00:00Z", output=9),
        step("2026-04-01T00:00:00Z", output=2),
    ]  # fmt: skip
    there = stated(input=Decimal(1), output=Decimal(2))
    packages(theirs({"small": {"standard": steps}}), [provider(model("small", there))])
    found, rows = made(tmp_path, '[[ruling]]\nkind = "history"\ntake = "model-prices"\nreason = "dated"\n')
    assert [(d.kind, d.at, d.stated["model-prices"]) for d in found.disagreements] == [
        ("history", date(2026, 3, 1), "9")
    ]
    assert [(r.get("valid_from"), r.get("valid_to"), r["output"]) for r in rows] == [
        (None, "2026-03-01T00:00:00Z", "2"),
        ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", "9"),
        ("2026-04-01T00:00:00Z", None, "2"),
    ]


def test_a_first_price_that_was_corrected_at_once_is_left_out(packages: Any, tmp_path: Path) -> None:
    """A start before the first record corrects that record."""
    steps = [step(None, "2026-06-03T00:00:00Z", output=9), step("2026-06-01T00:00:00Z", output=2)]
    packages(theirs({"small": {"standard": steps}}), [])
    _, rows = made(tmp_path)
    assert [(r.get("valid_from"), r["output"]) for r in rows] == [(None, "2")]


def test_a_mode_that_ended_ends(packages: Any, tmp_path: Path) -> None:
    steps = [
        {"start": None, "rates": None},
        step("2026-02-01T00:00:00Z"),
        {"start": "2026-03-01T00:00:00Z", "rates": None},
    ]
    packages(theirs({"small": {"standard": [step(None)], "fast": steps}}), [])
    _, rows = made(tmp_path)
    assert [(r["mode"], r.get("valid_from"), r.get("valid_to")) for r in rows] == [
        ("fast", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        ("standard", None, None),
    ]


def test_longer_caches_and_tiers(packages: Any, tmp_path: Path) -> None:
    tiers = [{"above": 100, "input": 3, "output": 4, "cache_write": 5}]
    steps = [step(None, cache_write=1.25, cache_write_1h_multiple=2, tiers=tiers)]
    packages(theirs({"small": {"standard": steps}}), [])
    _, rows = made(tmp_path)
    assert (rows[0]["cache_write_5m"], rows[0]["cache_write_1h"]) == ("1.25", "2")
    assert rows[0]["tiers"] == [
        {"above": 100, "input": "3", "cache_write_5m": "5", "cache_write_1h": "6", "output": "4"}
    ]


def test_hours_cut_a_price_at_their_dates(packages: Any, tmp_path: Path) -> None:
    rule = {
        "provider": "acme", "valid_from": "2026-03-01T00:00:00Z", "valid_until": "2026-04-01T00:00:00Z",
        "peak_hours_utc": [["01:00", "04:00"]], "peak_multiplier": 2, "source": "https://acme.test",
        "weekdays_only": True,
    }  # fmt: skip
    night = {
        "provider": "acme", "valid_from": "2025-01-01T00:00:00Z", "off_peak_hours_utc": [["16:30", "00:30"]],
        "off_peak_multiplier": {"young": 0.5, "gone": 0.25}, "source": "https://acme.test",
    }  # fmt: skip
    elsewhere = {**rule, "provider": "other"}
    models = {"old": {"standard": [step(None)]}, "young": {"standard": [step(None, "2026-05-01T00:00:00Z")]}}
    packages(theirs(models, schedule=[rule, night, elsewhere]), [])
    found, rows = made(tmp_path)
    assert [(r["model"], r.get("valid_from"), r.get("schedule")) for r in rows] == [
        ("old", None, None),
        ("old", "2026-03-01T00:00:00Z", "acme-peak"),
        ("old", "2026-04-01T00:00:00Z", None),
        ("young", None, "acme-young"),
    ]
    schedules = json.loads(found.text)["schedules"]
    assert list(schedules) == ["acme-peak", "acme-young"], "hours of no row are left out"
    assert (schedules["acme-peak"]["weekdays"], schedules["acme-young"]["weekdays"]) == (
        [0, 1, 2, 3, 4],
        list(range(7)),
    )


def test_models_that_are_gone_or_do_not_chat_are_left_out(packages: Any, tmp_path: Path) -> None:
    plain = {"standard": [step(None)]}
    there = stated(input=Decimal(1), output=Decimal(2))
    packages(
        theirs({"small": plain, "gone": plain, "small-embedding": plain}, status={"acme": {"gone": "removed"}}),
        [
            provider(
                *(model(name, there) for name in ("small", "gone", "tts-1", "other", "kept", "empty")),
                model("free", stated()),
            )
        ],
    )
    _, rows = made(tmp_path, '[[drop]]\nprovider = "acme"\nmodel = "[oe]*"\nreason = "not theirs"\n')
    assert [(r["model"], r["retrieved"]) for r in rows] == [("kept", "2026-11-04"), ("small", "2026-11-04")]


def test_other_names(packages: Any, tmp_path: Path) -> None:
    """Exact ids and dated ones; a prefix is no name, nor is another model's id."""
    clauses = [
        SimpleNamespace(equals="Small-Latest"), SimpleNamespace(equals="big"), SimpleNamespace(starts_with="sm"),
        SimpleNamespace(regex=r"^small-1\.5[-@]\d{8}$"), SimpleNamespace(regex=r"^small-\d{4}-\d{2}-\d{2}$"),
    ]  # fmt: skip
    there = stated(input=Decimal(1), output=Decimal(2))
    plain = {"standard": [step(None)]}
    packages(
        theirs(
            {"small": plain, "big": plain},
            bases={"acme": {"small-0813": "small", "big": "small"}},
            aliases={"models": {"s": "acme/small", "x": "other/small"}},
        ),
        [provider(model("small", there, SimpleNamespace(or_=clauses)))],
    )
    _, rows = made(tmp_path)
    (small,) = (r for r in rows if r["model"] == "small")
    assert small["aliases"] == ["s", "small-0813", "small-1.5-YYYYMMDD", "small-YYYY-MM-DD", "small-latest"]


def test_what_genai_prices_alone_states(packages: Any, tmp_path: Path) -> None:
    """Dated lists, tiers of single classes, and modes; daily windows are left out."""
    start = type("StartDateConstraint", (), {"start_date": date(2026, 9, 10)})()
    hours = type("TimeOfDateConstraint", (), {})()
    tiered = SimpleNamespace(base=Decimal(1), tiers=[SimpleNamespace(start=100, price=Decimal(3))])
    first, second = stated(input=Decimal("0.5"), output=Decimal(2)), stated(input=tiered, output=Decimal(2))
    steps = [
        SimpleNamespace(constraint=None, prices=first),
        SimpleNamespace(constraint=hours, prices=first),
        SimpleNamespace(constraint=start, prices=second),
    ]
    variants = [
        SimpleNamespace(when={"processing": "batch"}, prices=first, constraint=start),
        SimpleNamespace(when={"service_tier": "flex"}, prices=first, constraint=None),
    ]
    packages(theirs({}), [provider(model("small", steps, variants=variants)), SimpleNamespace(id="other", models=[])])
    _, rows = made(tmp_path)
    assert [(r["mode"], r.get("valid_from"), r.get("valid_to"), r["input"]) for r in rows] == [
        ("batch", "2026-09-10T00:00:00Z", None, "0.5"),
        ("standard", None, "2026-09-10T00:00:00Z", "0.5"),
        ("standard", "2026-09-10T00:00:00Z", None, "1"),
    ]
    assert rows[-1]["tiers"] == [{"above": 100, "input": "3", "output": "2"}]


def test_rows_by_hand_are_kept_without_their_reasons(packages: Any, tmp_path: Path) -> None:
    packages(theirs({}), [])
    hand = 'provider = "acme"\nmodel = "own"\ninput = "1"\noutput = "2"\nvalid_from = 2026-10-01\nreason = "a page"\n'
    _, rows = made(tmp_path, f"[[row]]\n{hand}")
    assert rows == [{"provider": "acme", "model": "own", "input": "1", "output": "2", "valid_from": "2026-10-01"}]


def test_a_missing_package_is_named() -> None:
    with pytest.raises(UsageError, match=r"no-such-prices is not installed: pip install 'claimbench\[prices\]'."):
        sources.folder_of("no_such_prices")


def test_a_price_holds_between_its_dates() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    row = ListedPrice(
        provider="acme",
        model="small",
        mode="standard",
        valid_from=begin,
        valid_to=begin + timedelta(days=1),
        rates={},
        tiers=[],
        source_url="",
        origin="",
    )
    assert not row.at(begin - timedelta(seconds=1))
    assert row.at(begin)
    assert not row.at(begin + timedelta(days=1))
    assert replace(row, valid_from=None).at(begin - timedelta(days=99))
