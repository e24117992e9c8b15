"""The shipped snapshot: bills worked by hand from the vendors' lists, and the known faults of other lists."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from bench.prices import SNAPSHOT, Mode, Price, PriceBook, cost, load
from bench.records.items import TokenUsage

SUNDAY, MONDAY = "2026-11-22T02:00", "2026-11-23T02:00"
"""DeepSeek's peak begins at 01:00 UTC on working days."""


@pytest.fixture(scope="module")
def shipped() -> PriceBook:
    return load()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def used(uncached: int, read: int, out: int, write: int = 0) -> TokenUsage:
    return TokenUsage(in_uncached=uncached, in_cache_read=read, in_cache_write_5m=write, out_total=out)


# (provider, model, mode, usage, when, USD); the arithmetic, in USD per million tokens times tokens, beside it.
BILLS: list[tuple[str, str, Mode, TokenUsage, str, str]] = [
    # 1200 x 4 + 50000 x 0.20 + 8000 x 5 + 3000 x 20 = 4800 + 10000 + 40000 + 60000
    ("anthropic", "claude-opus-5-5", "standard", used(1200, 50_000, 3000, 8000), SUNDAY, "0.1148"),
    # half of everything
    ("anthropic", "claude-opus-5-5", "batch", used(1200, 50_000, 3000, 8000), SUNDAY, "0.0574"),
    # 1000 x 8 + 1000 x 40, at twice the price: fast
    ("anthropic", "claude-opus-5-5", "fast", used(1000, 0, 1000), SUNDAY, "0.048"),
    # 1000 x 8 + 10000 x 0.20 + 2000 x 40 = 8000 + 2000 + 80000
    ("anthropic", "claude-fable-5-2", "standard", used(1000, 10_000, 2000), SUNDAY, "0.09"),
    # 1000 x 10 + 10000 x 0.25 + 2000 x 50 = 10000 + 2500 + 100000
    ("anthropic", "claude-fable-5-1", "standard", used(1000, 10_000, 2000), SUNDAY, "0.1125"),
    # 1000 x 2 + 10000 x 0.10 + 500 x 10 = 2000 + 1000 + 5000
    ("anthropic", "claude-sonnet-5-5", "standard", used(1000, 10_000, 500), SUNDAY, "0.008"),
    # 100000 x 0.10 + 1000 x 0.50 = 10000 + 500
    ("anthropic", "claude-haiku-5-5", "standard", used(100_000, 0, 1000), SUNDAY, "0.0105"),
    # one token more, and the whole request: 100001 x 0.50 + 1000 x 2.50 = 50000.5 + 2500
    ("anthropic", "claude-haiku-5-5", "standard", used(100_001, 0, 1000), SUNDAY, "0.0525005"),
    # cached tokens count for the cliff: 1 x 0.50 + 100000 x 0.05 + 1000 x 2.50 = 0.5 + 5000 + 2500
    ("anthropic", "claude-haiku-5-5", "standard", used(1, 100_000, 1000), SUNDAY, "0.0075005"),
    # 1000 x 1 + 1000 x 0.10 + 1000 x 5
    ("anthropic", "claude-haiku-4-5", "standard", used(1000, 1000, 1000), SUNDAY, "0.0061"),
    # 272000 x 2 + 1000 x 10 = 544000 + 10000
    ("openai", "gpt-6.1-sol", "standard", used(272_000, 0, 1000), SUNDAY, "0.554"),
    # above 272000 input doubles, output x 1.5: 272001 x 4 + 1000 x 15 = 1088004 + 15000
    ("openai", "gpt-6.1-sol", "standard", used(272_001, 0, 1000), SUNDAY, "1.103004"),
    # fast doubles both, above 272000 too: 272001 x 8 + 1000 x 30 = 2176008 + 30000
    ("openai", "gpt-6.1-sol", "fast", used(272_001, 0, 1000), SUNDAY, "2.206008"),
    # writes cost 1.25 times input since GPT-5.6: 1000 x 1 + 1000 x 0.05 + 1000 x 1.25 + 1000 x 5
    ("openai", "gpt-6.1-terra", "standard", used(1000, 1000, 1000, 1000), SUNDAY, "0.0073"),
    # 2000 x 0.10 + 8000 x 0.01 + 500 x 0.50 = 200 + 80 + 250
    ("openai", "gpt-6-luna", "standard", used(2000, 8000, 500), SUNDAY, "0.00053"),
    # 1000 x 10 + 1000 x 1 + 1000 x 50
    ("openai", "gpt-6-astra", "standard", used(1000, 1000, 1000), SUNDAY, "0.061"),
    # off-peak, being Sunday: 10000 x 0.15 + 90000 x 0.003 + 2000 x 0.60 = 1500 + 270 + 1200
    ("deepseek", "deepseek-flash", "standard", used(10_000, 90_000, 2000), SUNDAY, "0.00297"),
    # peak: twice that
    ("deepseek", "deepseek-flash", "standard", used(10_000, 90_000, 2000), MONDAY, "0.00594"),
    # 1000 x 0.66 + 1000 x 0.022 + 1000 x 1.98
    ("deepseek", "deepseek-v4-pro", "standard", used(1000, 1000, 1000), SUNDAY, "0.002662"),
    # 3000 x 2 + 7000 x 0.25 + 1000 x 6 = 6000 + 1750 + 6000
    ("alibaba", "qwen3.8-max", "standard", used(3000, 7000, 1000), SUNDAY, "0.01375"),
    # 1000 x 2.50 + 1000 x 0.50 + 1000 x 7.50
    ("alibaba", "qwen3.7-max", "standard", used(1000, 1000, 1000), SUNDAY, "0.0105"),
    # 1000 x 0.32 + 1000 x 0.064 + 1000 x 1.28
    ("alibaba", "qwen3.7-plus", "standard", used(1000, 1000, 1000), SUNDAY, "0.001664"),
    # 1000 x 0.15 + 1000 x 0.016 + 1000 x 0.47
    ("alibaba", "qwen3.8-flash", "standard", used(1000, 1000, 1000), SUNDAY, "0.000636"),
    # without thinking: 1000 x 0.40 + 1000 x 1.20; with it the same prompt and 1000 x 4
    ("alibaba", "qwen-plus", "standard", used(1000, 0, 1000), SUNDAY, "0.0016"),
    ("alibaba", "qwen-plus", "thinking", used(1000, 0, 1000), SUNDAY, "0.0044"),
    # 1000 x 3 + 9000 x 0.30 + 2000 x 15 = 3000 + 2700 + 30000
    ("moonshotai", "kimi-k3", "standard", used(1000, 9000, 2000), SUNDAY, "0.0357"),
    # 1000 x 2 + 1000 x 0.20 + 1000 x 10
    ("moonshotai", "kimi-k3.1-pro", "standard", used(1000, 1000, 1000), SUNDAY, "0.0122"),
    # 1000 x 0.95 + 1000 x 0.16 + 1000 x 4, and 0.19 for the coder's cache
    ("moonshotai", "kimi-k2.6", "standard", used(1000, 1000, 1000), SUNDAY, "0.00511"),
    ("moonshotai", "kimi-k2.7-code", "standard", used(1000, 1000, 1000), SUNDAY, "0.00514"),
    # 1000 x 1.40 + 1000 x 0.26 + 1000 x 4.40
    ("zai", "glm-5.3", "standard", used(1000, 1000, 1000), SUNDAY, "0.00606"),
    ("zai", "glm-5.2", "standard", used(1000, 1000, 1000), SUNDAY, "0.00606"),
    # 1000 x 0.15 + 1000 x 0.03 + 1000 x 0.50
    ("zai", "glm-5.3-flash", "standard", used(1000, 1000, 1000), SUNDAY, "0.00068"),
    # OpenRouter passes Anthropic's price on: 1000 x 4 + 1000 x 20
    ("openrouter", "anthropic/claude-opus-5.5", "standard", used(1000, 0, 1000), SUNDAY, "0.024"),
]


@pytest.mark.parametrize(
    ("provider", "model", "mode", "usage", "when", "usd"), BILLS, ids=[f"{b[1]}-{b[2]}-{b[5]}" for b in BILLS]
)
def test_bills_worked_by_hand(
    shipped: PriceBook, provider: str, model: str, mode: Mode, usage: TokenUsage, when: str, usd: str
) -> None:
    price = shipped.find(provider, model, at=moment(when), mode=mode)
    assert price is not None
    assert cost(price, usage, moment(when)).usd == Decimal(usd)


@pytest.mark.parametrize(
    ("provider", "model", "region", "yuan"), [("zhipuai", "glm-5.3", None, "36"), ("tencent", "hy3", "china", "5")]
)
def test_bills_in_yuan_need_a_rate(tmp_path: Path, provider: str, model: str, region: str | None, yuan: str) -> None:
    """A million tokens in and out: 8 + 28 CNY at Zhipu, 1 + 4 at Tencent; at 0.14 USD each."""
    usage = used(1_000_000, 0, 1_000_000)
    own = tmp_path / "prices.toml"
    own.write_text('[[rate]]\ncurrency = "CNY"\nusd = 0.14\nvalid_from = 2026-11-01\n')
    for book, usd in ((load(), None), (load(own), Decimal(yuan) * Decimal("0.14"))):
        price = book.find(provider, model, at=moment(SUNDAY), region=region)
        assert price is not None
        assert price.currency == "CNY"
        assert cost(price, usage, moment(SUNDAY)).usd == usd


@pytest.mark.parametrize(
    ("when", "usd"),
    [
        ("2026-11-22T02:00", "0.15"),  # Sunday
        ("2026-11-21T08:00", "0.15"),  # Saturday
        ("2026-11-23T02:00", "0.30"),  # Monday, both windows
        ("2026-11-23T09:59", "0.30"),
        ("2026-11-23T00:59", "0.15"),  # Monday, before, between and after them
        ("2026-11-23T05:00", "0.15"),
        ("2026-11-23T10:00", "0.15"),
        ("2026-10-01T02:00", "0.15"),  # Thursday, China's National Day
        ("2026-10-08T02:00", "0.30"),  # the first working day after it
        ("2026-09-25T02:00", "0.15"),  # Friday, Mid-Autumn
    ],
)
def test_deepseek_is_dear_in_working_hours_only(shipped: PriceBook, when: str, usd: str) -> None:
    price = shipped.find("deepseek", "deepseek-flash", at=moment(when))
    assert price is not None
    assert cost(price, used(1_000_000, 0, 0), moment(when)).usd == Decimal(usd)


def test_deepseek_had_one_price_before_its_peak_hours(shipped: PriceBook) -> None:
    """Peak hours began 2026-08-16 16:00 UTC; 08:00 UTC on Friday the 14th was inside today's window."""
    price = shipped.find("deepseek", "deepseek-v4-pro", at=moment("2026-08-14T08:00"))
    assert price is not None
    assert price.schedule is None
    assert price.rates.input == Decimal("0.435")


@pytest.mark.parametrize(("when", "usd"), [("2026-10-01T00:00", "0.20"), ("2026-10-07T00:00", "0.10")])
def test_sonnet_5_5s_cache_became_cheaper(shipped: PriceBook, when: str, usd: str) -> None:
    price = shipped.find("anthropic", "claude-sonnet-5-5", at=moment(when))
    assert price is not None
    assert price.rates.cache_read == Decimal(usd)


def test_glm_is_billed_where_it_is_called(shipped: PriceBook) -> None:
    """Z.ai bills GLM in USD, Zhipu in CNY: neither stands in for the other."""
    here, there = (shipped.find(p, "glm-5.3", at=moment(SUNDAY)) for p in ("zai", "zhipuai"))
    assert here is not None
    assert there is not None
    assert (here.currency, here.rates.input) == ("USD", Decimal("1.4"))
    assert (there.currency, there.rates.input) == ("CNY", Decimal(8))
    assert shipped.find("zhipuai", "glm-5.2", at=moment(SUNDAY)) is None
    assert "flagship" not in shipped.why_not("zai", "glm-9")


@pytest.mark.parametrize("region", ["beijing", "us", "us-east-1", "cn-hongkong", "eu-central-1", "ap-northeast-1"])
def test_qwen_has_a_price_in_singapore_only(shipped: PriceBook, region: str) -> None:
    assert shipped.find("alibaba", "qwen3.8-max", at=moment(SUNDAY), region=region) is None
    assert 'region = "singapore"' in shipped.why_not("alibaba", "qwen3.8-max", region)
    for name in ("singapore", "ap-southeast-1", None):
        assert shipped.find("alibaba", "qwen3.8-max", at=moment(SUNDAY), region=name)


@pytest.mark.parametrize(
    ("provider", "alias", "model"),
    [
        ("anthropic", "claude-sonnet-5-5-20260928", "claude-sonnet-5-5"),
        ("anthropic", "Claude-Opus-5-5", "claude-opus-5-5"),
        ("openai", "gpt-6.1-sol-2026-09-29", "gpt-6.1-sol"),
        ("deepseek", "deepseek-v4.1-flash-1017", "deepseek-flash"),
        ("deepseek", "deepseek-v4-pro-0813", "deepseek-v4-pro"),
        ("zai", "GLM-5.3", "glm-5.3"),
    ],
)
def test_aliases(shipped: PriceBook, provider: str, alias: str, model: str) -> None:
    price = shipped.find(provider, alias, at=moment(SUNDAY))
    assert price is not None
    assert price.model == model


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("anthropic", "claude-opus-5-6"),
        ("anthropic", "claude-opus-5-5-turbo"),
        ("anthropic", "claude-sonnet-5-5-2026"),
        ("openai", "gpt-6"),
        ("openai", "gpt-6.1-sol-mini"),
        ("deepseek", "deepseek-v5"),
        ("alibaba", "qwen3.8-max-2027-01-01"),
        ("qwen", "qwen3.8-max"),
        ("baidu", "ernie-5.0"),
    ],
)
def test_an_unknown_model_is_no_other_one(shipped: PriceBook, provider: str, model: str) -> None:
    assert shipped.find(provider, model, at=moment(SUNDAY)) is None


def test_nothing_is_free_but_what_its_vendor_gives_away(shipped: PriceBook) -> None:
    """Lists hold zeros where a price was not known yet: GLM-5 until 2026-02-11, GLM-5.2 until 2026-06-22."""
    free = {row.model for row in shipped.listed if not row.rates.input or not row.rates.output}
    assert free == {"glm-4.5-flash", "glm-4.6v-flash", "glm-4.7-flash"}
    assert shipped.find("zai", "glm-5.2", at=moment("2026-06-01")) is None
    assert shipped.find("zai", "glm-5.2", at=moment("2026-07-01")) is not None


def test_no_batch_price_is_made_up(shipped: PriceBook) -> None:
    assert shipped.find("deepseek", "deepseek-flash", at=moment(SUNDAY), mode="batch") is None


def test_thinking_is_output_where_no_other_price_is_stated(shipped: PriceBook) -> None:
    price = shipped.find("deepseek", "deepseek-flash", at=moment(SUNDAY), mode="thinking")
    assert price is not None
    assert price.mode == "standard"


def test_every_row_has_a_source_and_a_day(shipped: PriceBook) -> None:
    for row in shipped.listed:
        assert row.source_url, row.id
        assert row.source_url.startswith("https://"), row.id
        assert datetime.fromisoformat(row.retrieved or "").date() >= shipped.as_of, row.id


def test_no_price_runs_out_without_a_successor(shipped: PriceBook) -> None:
    """A row that ends is followed by the next one at once. Only fast lanes were ever closed."""
    lines: dict[tuple[str, str, str | None, str], list[Price]] = {}
    for row in shipped.listed:
        lines.setdefault((row.provider, row.model, row.region, row.mode), []).append(row)
    for rows in lines.values():
        assert rows[-1].valid_to is None or rows[-1].mode == "fast", rows[-1].id
        for earlier, later in pairwise(rows):
            assert earlier.valid_to == later.valid_from, later.id


def test_the_snapshot_is_one_row_a_line() -> None:
    text = SNAPSHOT.read_text(encoding="utf-8")
    assert sum(line.startswith('  {"provider"') for line in text.splitlines()) == len(json.loads(text)["rows"])
