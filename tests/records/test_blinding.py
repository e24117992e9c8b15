"""Answers that say whose they are, without that."""

from __future__ import annotations

import pytest

from bench.records.blinding import anonymous


@pytest.mark.parametrize(
    ("answer", "blind"),
    [
        ("As Claude, I cannot.", "As an assistant, I cannot."),
        ("as an AI model called GPT-5.2, no", "as an assistant, no"),
        ("I'm Claude Opus-5.5. Yes.", "I am an assistant. Yes."),
        ("My name is DeepSeek v3!", "I am an assistant!"),
        ("I was made by Anthropic and tested.", "I was made by its maker and tested."),
        ("我是通义千问，可以帮你。", "我是一个助手，可以帮你。"),
        ("我由深度求索公司开发。", "我由开发者开发。"),
        ("The llama is an animal. Claude Monet painted.", "The llama is an animal. Claude Monet painted."),
        ("4", "4"),
    ],
)
def test_an_answer_no_longer_says_whose_it_is(answer: str, blind: str) -> None:
    assert anonymous(answer) == blind
