"""Whether two hosts serve the same weights: an equivalence test, so that silence is no proof."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.claims import Verdict
from bench.errors import UsageError
from bench.gate import Equivalence, same_json, same_lines, same_weights
from bench.records.tables import ItemRow
from tests.gate.worlds import rows, write

TOKENS = [50 + at % 20 for at in range(200)]
SCORES = [1.0] * 120 + [0.0] * 80


def hosts(folder: Path, other: Sequence[ItemRow], margin: float = 0.05, **manifest: Any) -> Equivalence:
    """A run of two hosts, the first of them fixed."""
    n = len(other)
    return same_weights(
        write(folder, [*rows(SCORES[:n], "a", out_total=TOKENS[:n]), *other], **manifest), "a", "b", margin
    )


def test_the_same_answers_are_the_same_model(tmp_path: Path) -> None:
    found = hosts(tmp_path, rows(SCORES, "b", out_total=TOKENS))
    assert found.verdict is Verdict.SUPPORTED
    assert same_lines(found)[0].startswith("same weights: supported (a against b: ")
    assert all(": shown (" in line for line in same_lines(found)[1:])
    assert (
        same_lines(found)[1]
        == "  reasoning: scores not lower: shown (+0.0 points, -1.3 to +1.3, p = 0.00072, 200 items)"
    )
    told = same_json(found)
    assert {half["shows"] for half in told["halves"]} == {
        "scores not lower", "scores not higher", "refusals not lower", "refusals not higher", "tokens not more",
        "tokens not fewer",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "failing"),
    [
        ({"out_total": [round(1.5 * tokens) for tokens in TOKENS]}, "tokens not fewer"),
        ({"out_total": [round(0.5 * tokens) for tokens in TOKENS]}, "tokens not more"),
        ({"outcome": ["refused" if at % 5 == 0 else "answered" for at in range(200)]}, "refusals not lower"),
    ],
)
def test_a_difference_beyond_the_margin_refutes(tmp_path: Path, changes: dict[str, Any], failing: str) -> None:
    found = hosts(tmp_path, rows(SCORES, "b", **{"out_total": TOKENS, **changes}))
    assert found.verdict is Verdict.REFUTED
    assert found.test.failing == ("reasoning", failing)
    [told] = [line for line in same_lines(found) if f": {failing}: " in line]
    assert f"{failing}: refuted (" in told
    assert not any(": refuted (" in line for line in same_lines(found) if failing.split()[0] not in line)


def test_worse_answers_refute_and_few_items_decide_nothing(tmp_path: Path) -> None:
    worse = [0.0] * 40 + SCORES[40:]
    found = hosts(tmp_path / "worse", rows(worse, "b", out_total=TOKENS))
    assert (found.verdict, found.test.failing) == (Verdict.REFUTED, ("reasoning", "scores not higher"))
    few = hosts(tmp_path / "few", rows(SCORES[:24], "b", out_total=TOKENS[:24]))
    assert few.verdict is Verdict.INCONCLUSIVE
    assert "too few for a margin of 5 points: it takes at least 59" in "\n".join(same_lines(few))


def test_unknown_tokens_and_missing_answers_support_nothing(tmp_path: Path) -> None:
    silent = hosts(tmp_path / "silent", rows(SCORES, "b", out_total=None))
    assert silent.verdict is Verdict.INCONCLUSIVE
    assert silent.test.problems["reasoning", "tokens not more"] == "unknown for 200 of 200 items"
    gaps = [None if at % 20 == 0 else score for at, score in enumerate(SCORES)]
    lacking = hosts(tmp_path / "lacking", rows(gaps, "b", out_total=TOKENS))
    assert lacking.test.problems["reasoning", "scores not lower"] == "answers are missing"
    nothing = hosts(tmp_path / "nothing", rows([None] * 200, "b", out_total=TOKENS))
    assert nothing.verdict is Verdict.INCONCLUSIVE
    assert all("not shown (unknown, " in line for line in same_lines(nothing)[1:])
    json.loads(json.dumps(same_json(nothing), allow_nan=False))


def test_empty_answers_count_as_one_token(tmp_path: Path) -> None:
    empty = [0, *TOKENS[1:]]
    found = hosts(tmp_path, rows(SCORES, "b", out_total=empty))
    assert found.test.parts["reasoning", "tokens not fewer"].estimate == pytest.approx((1 / 50) ** (1 / 200))


def test_models_that_are_not_there_are_named(tmp_path: Path) -> None:
    folder = write(tmp_path, rows([1.0], "a"))
    with pytest.raises(UsageError, match="has no model 'b'"):
        same_weights(folder, "a", "b", 0.05)
    with pytest.raises(UsageError, match="has no model 'c'"):
        same_weights(folder, "c", "a", 0.05)


def test_a_model_is_not_compared_with_itself(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'a' would be compared with itself"):
        same_weights(write(tmp_path, rows(SCORES, "a")), "a", "a", 0.05)


def test_refusals_that_nobody_recorded_are_not_equal(tmp_path: Path) -> None:
    both = [replace(row, outcome="unstated") for label in "ab" for row in rows(SCORES, label, out_total=TOKENS)]
    found = same_weights(write(tmp_path, both), "a", "b", 0.05)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "how the answers ended is unknown" in "\n".join(same_lines(found))
