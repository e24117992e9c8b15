"""An independent model for lm-eval, to check our own against."""

from __future__ import annotations

from collections.abc import Mapping

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM

from bench.records.items import prompt_text


class Parrot(LM):  # type: ignore[misc]
    """Says what it is told for each chat."""

    tokenizer_name = "parrot"

    def __init__(self, lines: Mapping[str, str]) -> None:
        super().__init__()
        self.lines = lines

    def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        del add_generation_prompt
        return prompt_text(chat_history)

    def generate_until(self, requests: list[Instance]) -> list[str]:
        return [self.lines[request.args[0]] for request in requests]

    def loglikelihood(self, *_: object) -> list[tuple[float, bool]]:
        raise AssertionError

    def loglikelihood_rolling(self, *_: object) -> list[float]:
        raise AssertionError
