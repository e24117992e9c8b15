"""A fourth part of a claim, output tokens at most so much more: one class, one config key and one table column."""

from __future__ import annotations

import csv
import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from bench import claims
from bench.claims import parts
from bench.claims.pairs import Pairs
from bench.claims.parts import Axis, PartResult, RatioPart, worded
from bench.claims.scope import Scope
from bench.config import allowed
from bench.config import file as configfile
from bench.config import load as config
from bench.errors import UsageError
from bench.records import read_record, read_table
from bench.records.claim import MARGINS, Claim, Margin
from bench.records.tables import ItemRow
from bench.report.numbers.comparison import SuiteRow
from bench.report.page.verdict import cards
from bench.report.text import measures
from bench.report.text.column import Column
from bench.report.verify import verify
from bench.report.write import write_report
from bench.stats import Floats, ratio_test
from tests.claims.test_claims import CLAIM, rows, write

KEY = "longer_by"
TOML = """
[models.small]
model = "weights/smollm2-135m-instruct"
[models.big]
model = "openai/gpt-6-luna"
[claims.short]
candidate = "small"
baseline = "big"
worse_by = 0.03
longer_by = 0.1
"""


class Tokens(RatioPart):
    """All that the part is: in the product it would be bench/claims/parts/tokens.py."""

    key = "tokens"
    noun = "output"
    figure = "output"
    rank = 3
    margin = KEY
    columns = ("out_total",)
    unlimited = "how long an answer is has no limit"
    axis = Axis(
        up=False, column="token_ratio", label="output tokens, compared", end="Right is shorter", times="the text"
    )

    def bound(self, margin: float) -> float:
        return 1 + margin

    def limited(self, most: float) -> str:
        return f"an answer can have {most:g} tokens"

    def values(self, pairs: Pairs) -> tuple[Floats, Floats]:
        return pairs.candidate.means["out_total"], pairs.baseline.means["out_total"]

    def test(self, scope: Scope) -> PartResult:
        ours, theirs = self.values(scope.pairs)
        known = scope.mask & ~np.isnan(ours + theirs)
        test = ratio_test(
            ours[known], theirs[known], scope.strata(known), self.bound(self.limit(scope.claim)),
            limits=(320.0, 320.0), alpha=scope.claim.alpha,
        )  # fmt: skip
        return worded(self.key, test, self.in_words)

    def condition(self, margin: float) -> str:
        return f"writes {self.wanted(margin)}"

    def between(self, low: float, high: float) -> str:
        return f"{low:.2f} to {high:.2f} times"

    def said(self, estimate: float) -> str:
        return f"{estimate:.2f} times the tokens"

    def amount(self, value: float) -> str:
        return f"{value:.0f} tokens"

    def wanted(self, margin: float) -> str:
        return f"at most {100 * margin:g} % more tokens"

    def drawn(self, margin: float) -> str:
        return self.wanted(margin)


def _written(row: SuiteRow) -> float | None:
    return None if row.tokens_out is None else row.n * row.tokens_out.estimate


COLUMN = Column(
    name="text in all",
    key="tokens_out_sum",
    cell=lambda row: "unknown" if (tokens := _written(row)) is None else f"{tokens:.0f}",
    unit="tokens",
    better="down",
    group=measures.Group.TOKENS,
    value=_written,
)


@pytest.fixture(autouse=True)
def fourth(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole change: the class in PARTS, the key in MARGINS, from which bench.toml's keys and the options of
    `bench claim` are made, and the column in COLUMNS, from which every form of the table is made."""
    margin = Margin(meaning="Most output tokens more, e.g. 0.1.", share=True, example=0.1)
    monkeypatch.setattr(parts, "PARTS", (*parts.PARTS, Tokens()))
    monkeypatch.setitem(MARGINS, KEY, margin)
    monkeypatch.setitem(configfile.TABLES["claims"], KEY, allowed.margin_check(margin))
    monkeypatch.setattr(measures, "COLUMNS", (*measures.COLUMNS, COLUMN))


def made(ratio: float) -> list[ItemRow]:
    """120 items, on which the candidate writes `ratio` times the tokens."""

    def lengths(row: ItemRow, at: int) -> ItemRow:
        each = 100 + 10 * (at % 5)
        return replace(row, out_total=round(each * ratio) if row.model == "small" else each)

    return rows(change=lengths)


def written(folder: Path, ratio: float, claim: Claim) -> Path:
    return write(folder, made(ratio), claim)


def declared(tmp_path: Path) -> Claim:
    (tmp_path / "bench.toml").write_text(TOML)
    return config.load(tmp_path / "bench.toml").claims["short"]


def test_its_key_is_read_from_bench_toml_and_hashes_with_the_claim(tmp_path: Path) -> None:
    claim = declared(tmp_path)
    assert claim.margins == {"worse_by": 0.03, KEY: 0.1}
    assert claim.as_dict()[KEY] == 0.1
    assert claim.sha256 != claim.without(KEY).sha256
    assert KEY not in CLAIM.as_dict()
    assert Claim.of("short", claim.as_dict()) == claim
    (tmp_path / "bad.toml").write_text(TOML.replace("longer_by = 0.1", "longer_by = 10"))
    with pytest.raises(UsageError, match=r"longer_by must be a number above 0 and below 1, e\.g\. 0\.1"):
        config.load(tmp_path / "bad.toml")


def test_a_claim_without_it_hashes_as_before() -> None:
    assert CLAIM.sha256 == "e9fb6fb2ae54bb704fca9433460813adab226b683c0db4771638cc7778ea9c99"


@pytest.mark.parametrize(
    ("ratio", "verdict", "says"),
    [
        (0.9, "supported", "coding, output: 0.90 times the tokens (90 % interval 0.90 to 0.90 times)"),
        (2.0, "refuted", "claimed at most 10 % more tokens: missed"),
    ],
)
def test_it_is_judged_and_written(tmp_path: Path, ratio: float, verdict: str, says: str) -> None:
    folder = written(tmp_path / "run", ratio, declared(tmp_path))
    ruling, manifest = claims.judge_run(folder), read_record(folder)
    [judgement] = ruling.judgements
    assert str(judgement.verdict) == verdict
    assert judgement.test.parts["coding", "tokens"].estimate == pytest.approx(ratio, rel=0.01)
    text = claims.markdown(ruling, manifest)
    assert says in text
    assert "scores at most 3 points lower and writes at most 10 % more tokens" in text
    assert "| coding | tokens | 120 |" in text


def test_it_is_open_where_its_interval_is(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", 1.1, declared(tmp_path))
    ruling, manifest = claims.judge_run(folder), read_record(folder)
    assert "claimed at most 10 % more tokens: open" in claims.markdown(ruling, manifest)


@pytest.mark.slow
def test_claims_json_the_page_and_the_charts_show_it(tmp_path: Path) -> None:
    claim = replace(declared(tmp_path), margins={"cheaper_by": 0.9, "worse_by": 0.03, KEY: 0.1})
    folder = written(tmp_path / "run", 0.9, claim)
    comparison, _ = write_report(folder)
    [record] = json.loads((folder / "claims.json").read_text())
    assert [part["name"] for part in record["parts"]] == ["quality", "cost", "tokens"]
    assert record["parts"] == record["halves"]
    assert record["claim"][KEY] == 0.1
    [card] = cards(comparison, read_table(folder, "items"))
    figure = card.tiles[0].figures[-1]
    assert (figure.what, figure.said, figure.state) == ("output", "0.90 times the tokens", "shown")
    assert figure.key == "claims.json/0/parts/2/estimate"
    page = (folder / "report.html").read_text()
    assert "0.90 times the tokens" in page
    assert "claimed: at most 10 % more tokens" in page
    with (folder / "charts" / "claim_short_tokens.csv").open() as file:
        [point] = csv.DictReader(file)
    assert float(point["token_ratio"]) == pytest.approx(0.9, rel=0.01)
    assert "at most 10 % more tokens" in (folder / "charts" / "claim_short_tokens.svg").read_text()
    assert (folder / "charts" / "claim_short.csv").read_text().startswith("label,group,verdict,n,cost_ratio,")
    with (folder / "comparison.csv").open() as file:
        assert [float(row["tokens_out_sum"]) for row in csv.DictReader(file)] == pytest.approx([12960, 14400])
    assert "text in all (tokens) ↓" in (folder / "comparison.md").read_text()
    assert "text in all (tokens)\u00a0↓" in page
    [checked] = verify([folder])
    assert not checked.differing


def test_it_can_be_claimed_on_the_command_line(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", 0.9, CLAIM)
    found = importlib.util.find_spec("bench.cli.claim")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)  # anew: its options were made before there was this part
    command = module.claim
    given = [str(folder), "--candidate", "small", "--baseline", "big", "--longer-by", "0.1"]
    result = CliRunner().invoke(command, given)
    assert result.exit_code == 0, result.output
    assert "output: 0.90 times the tokens" in " ".join(result.output.split())
    assert "Most output tokens more, e.g. 0.1." in CliRunner().invoke(command, ["--help"]).output


def test_tokens_of_unknown_answers_are_left_out(tmp_path: Path) -> None:
    unknown = [replace(row, out_total=None) if row.item == "7" and row.model == "big" else row for row in made(0.9)]
    [judgement] = claims.judge_run(write(tmp_path / "run", unknown, declared(tmp_path))).judgements
    assert judgement.test.parts["coding", "tokens"].n == 119
