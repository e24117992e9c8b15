"""Prompts of a model's own: what they make of an item's chat, and what a choice among them is recorded as."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.records.prompts import PromptVariant, RecordedChoice, RecordedPrompt, RecordedTrial, prompts_of

USER, SYSTEM = {"role": "user", "content": "2 + 2?"}, {"role": "system", "content": "Be brief."}
SHOWN = ({"role": "user", "content": "1 + 1?"}, {"role": "assistant", "content": "2"})
TRIALS = (RecordedTrial(name="as-written", score=0.5, usd=0.25), RecordedTrial(name="short", score=0.7, usd=0.5))
CHOICE = RecordedChoice(
    model="m",
    suite="s",
    chosen="short",
    trials=TRIALS,
    share=0.2,
    seed=1,
    n=9,
    clusters=3,
    left_out=10,
    split_sha256="00",
    run="r",
)


@pytest.mark.parametrize(
    ("system", "user", "asked"),
    [
        (None, None, [SYSTEM, *SHOWN, USER]),
        ("", None, [*SHOWN, USER]),
        ("  ", None, [*SHOWN, USER]),
        ("{system} Think.", None, [{"role": "system", "content": "Be brief. Think."}, *SHOWN, USER]),
        (None, "{prompt} {prompt}", [SYSTEM, *SHOWN, {"role": "user", "content": "2 + 2? 2 + 2?"}]),
    ],
)
def test_a_variant_replaces_the_system_prompt_and_the_last_message(
    system: str | None, user: str | None, asked: list[dict[str, str]]
) -> None:
    chat = (SYSTEM, *SHOWN, USER)
    assert [*PromptVariant(name="v", system=system, user=user).asked(chat)] == asked


def test_a_chat_without_a_users_message_has_none_to_replace() -> None:
    assert PromptVariant(name="v", user="{prompt}!").asked((SYSTEM,)) == (SYSTEM,)
    assert PromptVariant(name="v", system="Think.").asked((USER,))[0] == {"role": "system", "content": "Think."}


def test_bytes_are_counted_as_they_are_sent_and_never_below_0() -> None:
    assert PromptVariant(name="v", user="{prompt} é").added_bytes((USER,)) == 3
    assert PromptVariant(name="v", system="").added_bytes((SYSTEM, USER)) == 0


def test_a_variant_is_tried_in_its_suites_and_hashed_by_its_texts() -> None:
    plain, own = PromptVariant(name="a", user="x"), PromptVariant(name="b", user="x", suites=("coding",))
    assert (plain.of("reasoning"), own.of("coding"), own.of("reasoning")) == (True, True, False)
    assert plain.sha256 == own.sha256 != replace(own, system="x", user=None).sha256
    recorded = RecordedPrompt.of(own)
    assert (recorded.name, recorded.sha256, recorded.texts) == ("b", own.sha256, {"user": "x"})
    assert prompts_of({"coding": own}) == {"coding": recorded.to_json()}


def test_what_choosing_cost_is_unknown_where_a_part_is() -> None:
    assert (CHOICE.usd, CHOICE.best) == (0.75, TRIALS[1])
    assert replace(CHOICE, trials=(replace(TRIALS[0], usd=None), TRIALS[1])).usd is None
