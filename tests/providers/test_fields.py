"""Fields of a request that are no model entry's to state, wherever they are written."""

from __future__ import annotations

from typing import Any

import pytest

from bench.providers import Rules, problem_of_fields


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, None),
        ({"provider": {"order": ["x"]}, "n": 1, "max_completion_tokens": 9}, None),
        ({"messages": []}, "every model is asked the same"),
        ({"stream": False}, "we send that ourselves"),
        ({"best_of": 8}, "answers beyond the first would be paid for"),
        ({"prediction": {}}, "billed beyond any cap"),
        ({"max_tokens": "5000"}, "a cap is a whole number above 0; found '5000'."),
        ({"max_output_tokens": True}, "a cap is a whole number above 0; found True."),
    ],
)
def test_what_is_ours_is_not_stated_twice(sent: dict[str, Any], said: str | None) -> None:
    found = problem_of_fields(Rules(), sent, None)
    in_rules = problem_of_fields(Rules(always=sent), {}, None)
    assert (found is None, in_rules is None) == (said is None, said is None)
    if said is not None and found is not None and in_rules is not None:
        assert (found[0], in_rules[0]) == ("extra_body", "model")
        assert said in found[1]
        assert "its provider's rule `always` has" in in_rules[1]


def test_a_budget_of_thoughts_is_stated_once() -> None:
    rules = Rules(budget_field="thinking.budget_tokens")
    twice = problem_of_fields(rules, {"thinking": {"budget_tokens": 9}}, 5)
    assert twice is not None
    assert twice[0] == "thinking_budget"
    assert problem_of_fields(rules, {"thinking": {"type": "on"}}, 5) is None
    assert problem_of_fields(Rules(), {"thinking": {"budget_tokens": 9}}, 5) is None
    assert problem_of_fields(rules, {"thinking": {"budget_tokens": 9}}, None) is None
