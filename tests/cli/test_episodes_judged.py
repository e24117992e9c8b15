"""A run of the suite `tools` judged, from the claim to the published folder, and what one fault of an endpoint does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pandas as pd
import pytest

from bench.report.page import read_page
from tests.cli.conftest import Bench
from tests.cli.test_episodes import configure
from tests.cli.test_money import price
from tests.doctor.tooled import Fault
from tests.fake_endpoint import FakeEndpoint, Reply, Request
from tests.tool_solver import Calls, Solver

CLAIM = """
[claims.tools]
candidate = "small"
baseline = "big"
cheaper_by = 0.5
worse_by = 0.2
"""


class Pair:
    """Two models of one endpoint, of which the small may have a fault, or leave calls out."""

    def __init__(self, fault: Fault = Fault.NONE, *, careless: bool = False) -> None:
        says = _ends_at_once if careless else _writes_its_calls if fault is Fault.AS_TEXT else _as_it_is
        self.big, self.small = Solver(), Solver(says)
        self.small.fault = fault

    def __call__(self, request: Request) -> Reply:
        return (self.small if request.body["model"] == "small" else self.big)(request)


def _as_it_is(_turn: int, calls: Calls, last: str) -> tuple[Calls, str]:
    return calls, last


def _ends_at_once(_turn: int, _calls: Calls, _last: str) -> tuple[Calls, str]:
    return [], "I did it all: RF-00000000."


def _writes_its_calls(_turn: int, calls: Calls, last: str) -> tuple[Calls, str]:
    return [], json.dumps({"name": calls[0][0], "arguments": calls[0][1]}) if calls else last


@pytest.fixture
def pair() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(Pair()) as endpoint:
        yield endpoint


def judged(bench: Bench, endpoint: FakeEndpoint, *, limit: int = 16) -> None:
    """A bench.toml with a claim and prices: the small model is a tenth of the big one's."""
    configure(bench, endpoint, *(f"{name} openai-api max_tokens = 60" for name in ("big", "small")), limit=limit)
    path = bench.folder / "bench.toml"
    path.write_text(path.read_text() + CLAIM)
    price(bench, "big", "small")
    listed = bench.folder / "prices.toml"
    big, small = listed.read_text().split("\n\n")
    cheap = small.replace('input = "1"', 'input = "0.1"').replace("1000", "100")
    listed.write_text(f"{big}\n\n{cheap}")


def talks(bench: Bench) -> str:
    """The answers as the page shows them."""
    items = read_page((bench.run_folder / "report.html").read_text()).items
    return "\n".join(json.dumps(item["texts"], ensure_ascii=False) for item in items.values()).replace("\\n", "\n")


def verdict(bench: Bench) -> str | None:
    """The claim's."""
    said: str | None = json.loads((bench.run_folder / "claims.json").read_text())[0]["verdict"]
    return said


@pytest.mark.slow
def test_a_run_of_tools_is_claimed_gated_verified_and_published_as_any_other(bench: Bench, pair: FakeEndpoint) -> None:
    judged(bench, pair)
    ran = bench("run", "--yes")
    assert ran.code == 0, ran.err
    asked, folder = len(pair.requests), bench.run_folder
    claims = bench("claim", str(folder))
    assert (claims.code, verdict(bench)) == (0, "supported"), claims.out + claims.err
    assert bench("report", str(folder)).code == 0
    page = (folder / "report.html").read_text()
    for text in ("Tool use by turn", "cache share", "USD per solved episode", "a turn p50"):
        assert text in page
    said = talks(bench)
    for line in (r"\[1\]\n  -> \w+ \{", r"\n  <- \{", r"\n     [+~-] /", r"\n\[end: final\]"):
        assert re.search(line, said), "an episode is a conversation: calls, results, changes, its end"
    answer = json.loads(pd.read_parquet(folder / "answers.parquet")["answer"][0])
    assert any(use.get("changed") for turn in answer["turns"] for use in turn["calls"]), "what the calls changed"
    assert bench("verify", str(folder)).code == 0, "the table of turns bears the bills out"
    assert bench("gate", str(folder), "--save", "base.json").code == 0
    assert bench("gate", str(folder), "--baseline", "base.json").code == 0
    exported = bench("export", "eee", str(folder), "-o", "eee")
    assert exported.code == 0, exported.err
    assert [*(bench.folder / "eee").rglob("*.json")]
    assert bench("report", str(folder), "--redact").code == 0
    hidden = folder.with_name(f"{folder.name}-redacted")
    assert bench("verify", str(hidden)).code == 0
    assert len(pd.read_parquet(hidden / "turns.parquet")) == asked == len(pair.requests), "nothing was asked again"


LOST = {
    Fault.NONE: "supported",
    Fault.STOP: "supported",
    Fault.EMPTY: "supported",
    Fault.AS_TEXT: "refuted",
    Fault.NO_COUNTS: "inconclusive",
}
"""What a claim comes to if the candidate's endpoint has a fault: none matters to a loop that reads calls as they are;
calls as texts are no calls; unknown costs support nothing."""


@pytest.mark.slow
@pytest.mark.parametrize("fault", LOST)
def test_endpoints_that_differ_in_one_fault_get_verdicts_that_differ_by_it(
    bench: Bench, pair: FakeEndpoint, fault: Fault
) -> None:
    pair.script = Pair(fault)
    judged(bench, pair)
    ran = bench("run", "--yes")
    assert ran.code == 0, ran.err
    assert verdict(bench) == LOST[fault]
    items = pd.read_parquet(bench.run_folder / "items.parquet")
    big, small = (items[items["model"] == name] for name in ("big", "small"))
    assert big["score"].tolist() == [1.0] * 16, "the other model's are what they were"
    assert small["score"].tolist() == [0.0 if fault is Fault.AS_TEXT else 1.0] * 16
    assert small["cost_usd"].isna().all() == (fault is Fault.NO_COUNTS)


@pytest.mark.slow
def test_a_cheaper_model_that_only_says_it_did_is_refuted(bench: Bench, pair: FakeEndpoint) -> None:
    pair.script = Pair(careless=True)
    judged(bench, pair)
    assert bench("run", "--yes").code == 0
    assert verdict(bench) == "refuted"
    assert bench("claim").code == 3
    assert "[state, against what it must be]\n  " in talks(bench), "and where the state is not as it must be"


@pytest.mark.slow
def test_two_protocols_of_one_model_stand_beside_other_suites(bench: Bench, pair: FakeEndpoint) -> None:
    """What has no tools is the same request for both: it is asked once, of the first."""
    solver = Solver()
    pair.script = lambda request: solver(request) if "tool" in str(request.body["messages"][0]) else Reply(text="?")
    common = f'model = "openai-api/acme/m"\nbase_url = "{pair.url}"\n'
    (bench.folder / "bench.toml").write_text(
        f'[run]\nsuites = ["tools", "starter"]\nlimit = 2\ninstances = 8\n[models.a]\n{common}'
        f'[models.b]\n{common}tool_protocol = "prompted_json"\n'
        '[claims.x]\ncandidate = "b"\nbaseline = "a"\nsuites = ["tools"]\ncheaper_by = 0.5\nworse_by = 0.2\n'
    )
    ran = bench("run", "--yes")
    assert ran.code == 0, ran.err
    items = pd.read_parquet(bench.run_folder / "items.parquet")
    assert items.groupby(["model", "suite"]).size().to_dict() == {
        ("a", "tools"): 2,
        ("a", "starter"): 2,
        ("b", "tools"): 2,
    }
    known = items[["model", "tool_protocol"]].dropna().drop_duplicates()
    assert sorted(zip(known["model"], known["tool_protocol"], strict=True)) == [("a", "native"), ("b", "prompted_json")]
    assert bench("verify").code == 0
