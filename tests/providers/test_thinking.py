"""`<think>` blocks: only those that the answer begins with, however they are cut."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.providers import ThinkSplitter, unopened

CASES = [
    ("4", "4", ""),
    ("", "", ""),
    ("  4\n", "  4\n", ""),
    ("<think>2+2</think>4", "4", "2+2"),
    ("\n<think>\n2+2\n</think>\n\n4\n", "4\n", "\n2+2\n"),
    ("<think></think>4", "4", ""),
    ("<think>a</think> <think>b</think>\n4", "4", "ab"),
    ("<think>2+2 and no end", "", "2+2 and no end"),
    ("<think>2+2</thi", "", "2+2</thi"),
    ("<think>a < b </ c</think>4", "4", "a < b </ c"),
    ("<think>a</think>  \n", "", "a"),
    ("The tag <think>is said</think> here", "The tag <think>is said</think> here", ""),
    ("<think>a</think>the tag <think> here", "the tag <think> here", "a"),
    ("<thinking>4", "", "4"),
    ("<thinking>2+2</thinking>4", "4", "2+2"),
    ("<thinking>2+2</think>4", "", "2+2</think>4"),
    ("[THINK]2+2[/THINK]4", "4", "2+2"),
    ("◁think▷2+2◁/think▷4", "4", "2+2"),
    ("<seed:think>2+2</seed:think>\n4", "4", "2+2"),
    ("<thought>2+2</thought>4", "4", "2+2"),
    ("<|channel>thought\n2+2<channel|>4", "4", "\n2+2"),
    (
        "<|channel|>analysis<|message|>2+2<|end|><|start|>assistant<|channel|>final<|message|>4",
        "4",
        "2+2<|end|><|start|>assistant",
    ),
    ("<thinker>4", "<thinker>4", ""),
    ("[THIN", "[THIN", ""),
    ("<thi", "<thi", ""),
    ("   ", "   ", ""),
    ("a</think>4", "a</think>4", ""),
]


def split(pieces: list[str]) -> tuple[str, str]:
    splitter = ThinkSplitter()
    found = [*map(splitter.feed, pieces), splitter.close()]
    return "".join(answer for answer, _ in found), "".join(reasoning for _, reasoning in found)


@pytest.mark.parametrize(("text", "answer", "reasoning"), CASES)
def test_reasoning_is_what_stands_in_blocks_before_the_answer(text: str, answer: str, reasoning: str) -> None:
    assert split([text]) == (answer, reasoning)
    assert split(list(text)) == (answer, reasoning)


@settings(deadline=None)
@given(st.text("<>/thinkg[]THINK a\n", max_size=40), st.data())
def test_any_cut_gives_the_same(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    assert split([text[:cut], text[cut:]]) == split([text]) == split(list(text))


def test_text_is_handed_on_as_soon_as_it_is_certain() -> None:
    splitter = ThinkSplitter()
    assert splitter.feed("<think>so") == ("", "so")
    assert splitter.feed(" far</t") == ("", " far")
    assert splitter.feed("hink>") == ("", "")
    assert splitter.feed(" 4") == ("4", "")
    assert splitter.feed(" <think>") == (" <think>", "")


@pytest.mark.parametrize(
    "piece", [" ", "say `</think>` ", "the </think> and ", "a" + " " * 200 + "</think> b", "\t</think>"]
)
def test_time_grows_with_the_text_alone(piece: str) -> None:
    text = (piece * 400_000)[:400_000]
    begun = time.process_time()
    unopened(text)
    splitter = ThinkSplitter()
    for at in range(0, len(text), 4):
        splitter.feed(text[at : at + 4])
    assert time.process_time() - begun < 2.0


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("so it is 4.</think>4", "4"),
        ("so it is 4 </think>\n4", "4"),
        ("hm\n</think>\n\n4", "4"),
        ("Write `</think>` at the end.", ""),
        ("The tag </think> ends it.", ""),
        ("<think>a</think>4", ""),
        ("4", ""),
    ],
)
def test_reasoning_that_began_in_the_prompt(text: str, answer: str) -> None:
    _, begin = unopened(text)
    assert (text[begin:] if begin else "") == answer
