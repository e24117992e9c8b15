"""What a ledger's report says, above all where something is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bench.costs import billing_of
from bench.prices import beside, load
from bench.proxy import Begun, Entry, Settled
from bench.proxy.report import lines, with_items
from bench.records import RemoteModel, TokenUsage, TurnRow
from bench.run.ledgered import attempt_of
from tests.proxy.running import PRICES

BEGUN = Begun(
    key="k.0",
    agent="own",
    model="small",
    wire_model="m",
    protocol="openai",
    turn=1,
    body_sha256="b",
    head_sha256="h",
    request_bytes=9,
    rewrites="",
    cap_usd=None,
)
CUT = Settled(
    state="cut",
    status=200,
    usage=TokenUsage(),
    cost_usd=None,
    ttft_s=None,
    latency_s=1.0,
    reply_bytes=0,
    served_model=None,
    request_id=None,
    error="the client went away",
)
COUNTED = TokenUsage(in_uncached=1000, out_total=100)


def entry(settled: Settled | None = CUT, **begun: Any) -> Entry:
    """A call of the ledger's."""
    at = datetime.now(UTC).isoformat()
    state = settled.state if settled else "open"
    return Entry(id=1, begun_at=at, begun=replace(BEGUN, **begun), state=state, settled=settled)


def whole(cost: str | None) -> Settled:
    """A call that came to its end."""
    return replace(CUT, state="settled", usage=COUNTED, cost_usd=None if cost is None else Decimal(cost), error=None)


@pytest.mark.parametrize(
    ("entries", "row"),
    [
        ([entry()], "| k.0 | own | small | 1 | 0 | ? | ? | ? | ? | ? | 1 |"),
        ([entry(None, cap_usd=Decimal("0.5"))], "| k.0 | own | small | 1 | 0 | ? | ? | ? | ? | 0.5000 | 1 |"),
        ([entry(whole(None))], "| k.0 | own | small | 1 | 0 | 1,000 | 0 | 100 | ? | ? | 1 |"),
        ([entry(whole("0.002"))], "| k.0 | own | small | 1 | 0 | 1,000 | 0 | 100 | 0.0020 | 0.0020 | 0 |"),
    ],
    ids=["cut", "open", "weights of this machine", "settled"],
)
def test_what_is_not_known_is_no_zero(entries: list[Entry], row: str) -> None:
    assert row in "\n".join(lines(entries))


def test_other_prices_need_a_settled_call_and_say_so(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(PRICES)
    book, other = (
        load(beside(tmp_path / "bench.toml")),
        billing_of(RemoteModel(label="o", model="openai-api/acme/m", base_url="http://127.0.0.1:1")),
    )

    def said(*entries: Entry) -> str:
        return [*lines(entries, "o", other, book)][-1]

    assert "no call is settled here" in said(entry())
    assert "1 calls would have cost 0.0020 USD instead of 0.0500" in said(entry(), entry(whole("0.05")))
    local = said(entry(whole(None)))
    assert "would have cost 0.0020 USD instead of what they cost here, which is not known" in local


def test_keys_of_a_runs_agents_are_shown_as_their_items() -> None:
    rows = [SimpleNamespace(key="k.0/1", item="fix-3", repeat=0), SimpleNamespace(key="k.1/1", item="fix-3", repeat=2)]
    calls = [entry(key=name) for name in ("k.0", "k.1", "mine")]
    named = with_items(calls, cast(list[TurnRow], rows))
    assert [each.begun.key for each in named] == ["fix-3", "fix-3, repeat 2", "mine"]


def test_a_runs_record_keeps_what_a_ledger_does_not_know() -> None:
    bounded = attempt_of(entry(replace(CUT, usage=COUNTED), cap_usd=Decimal("0.02")))
    assert (bounded.unpriced, bounded.most_usd, bounded.billable) == ("the client went away", 0.02, True)
    beyond = attempt_of(entry(replace(whole(None), state="unknown", error="billed beyond tokens: tier")))
    assert (beyond.unpriced, beyond.most_usd) == ("billed beyond tokens: tier", None)
    assert attempt_of(entry(None, cap_usd=Decimal(1))).most_usd == 1.0
    for known in (whole("0.002"), whole(None)):  # the second of weights of this machine
        assert attempt_of(entry(known, cap_usd=None)).unpriced is None
