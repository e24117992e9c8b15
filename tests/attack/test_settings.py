"""What a stranger's bench.toml, prices.toml, claims and task files may hold: one line that names the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench import registry
from bench.config.load import load
from bench.errors import UsageError
from bench.evidence.declared import read as read_claims
from bench.prices.book import load as load_prices

DEEP, LONG = "a = " + "[" * 50_000, "a = " + "9" * 5_000
READERS: dict[str, Callable[[Path], object]] = {
    "bench.toml": load,
    "prices.toml": load_prices,
    "claims.toml": read_claims,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    ("text", "why"), [(DEEP, "nested too deeply"), (LONG, "thousands of digits")], ids=["deep", "long"]
)
def test_toml_beyond_what_can_be_read_is_one_line(tmp_path: Path, name: str, text: str, why: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UsageError, match=why) as refused:
        READERS[name](path)
    assert name in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("price", ["1e999999", "1e-999999", "1e400", "1" + "0" * 400])
def test_a_price_beyond_all_prices_is_refused(tmp_path: Path, price: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        f'[[price]]\nprovider = "openai"\nmodel = "m"\nvalid_from = "2026-01-01"\ninput = {price}\noutput = 1\n'
    )
    with pytest.raises(UsageError, match=r"prices\.toml.*no price that anybody asks"):
        load_prices(path)


def test_repeats_beyond_all_plans_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text('[run]\nrepeats = 1000000000\n[models.a]\nmodel = "openai/gpt"\n')
    with pytest.raises(UsageError, match=r"bench\.toml:2: repeats must be at least 1 and at most 1000"):
        load(path)


def test_a_task_file_nested_without_end_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("task: t\na: " + "[" * 20_000)
    with pytest.raises(UsageError, match=r"t\.yaml: is nested too deeply"):
        registry.read([tmp_path])
