"""Blocks of reasoning that some servers leave in the answer: kept apart as they stream, for every model alike."""

from __future__ import annotations

import re

OPEN, CLOSE = "<think>", "</think>"
BLOCKS = {
    OPEN: CLOSE,
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "<seed:think>": "</seed:think>",
    "[THINK]": "[/THINK]",
    "◁think▷": "◁/think▷",
    "<|channel>thought": "<channel|>",
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",
}
"""How models open and close a block of reasoning, each in its template's way."""

_QUOTES = "`'\"“”‘’「」『』()<>[]"
_BLANKS = re.compile(r"\s*")
_LINE_ENDS = re.compile(r"[ \t]*(\n|\Z)")
_CLAUSE = re.compile(r"[,;:\w]")
_GOES_ON = re.compile(r"[.,;:!?)]|[ \t]+[a-z]")


class ThinkSplitter:
    """Splits the stream of one answer into the answer and the reasoning in front of it.

    Only blocks (`BLOCKS`) that the answer begins with are reasoning: `<think>` in the middle is part of what the model
    says, e.g. a program about tags. Blank text around a block belongs to neither.
    """

    def __init__(self) -> None:
        self._held = ""
        self._blanks: list[str] = []
        self._close = ""
        self._thought = False
        self._begun = False

    def feed(self, text: str) -> tuple[str, str]:
        """The next piece of the stream; returns what of it is (answer, reasoning). Undecided text is held back."""
        if self._begun:
            return text, ""
        self._held += text
        reasoning: list[str] = []
        while self._held:
            if self._close:
                done, closed, rest = self._held.partition(self._close)
                if not closed:
                    keep = _overlap(self._held, self._close)
                    reasoning.append(self._held[: len(self._held) - keep])
                    self._held = self._held[len(self._held) - keep :]
                    break
                reasoning.append(done)
                self._held, self._close = rest, ""
                continue
            start = self._held.lstrip()
            opened = next(filter(start.startswith, BLOCKS), None)
            if opened:
                self._held, self._close, self._thought = start.removeprefix(opened), BLOCKS[opened], True
            elif any(tag.startswith(start) for tag in BLOCKS):
                self._blanks.append(self._held.removesuffix(start))  # read once, however many follow
                self._held = start
                break
            else:
                self._begun = True
                return self._answer(), "".join(reasoning)
        return "", "".join(reasoning)

    def close(self) -> tuple[str, str]:
        """What was held back when the stream ended, as (answer, reasoning)."""
        if self._close:
            rest, self._held = self._held, ""
            return "", rest
        return self._answer(), ""

    def _answer(self) -> str:
        """What was held back, which is the answer's beginning; blanks after a block belong to neither."""
        answer = self._held.lstrip() if self._thought else "".join((*self._blanks, self._held))
        self._held = ""
        self._blanks.clear()
        return answer


def unopened(text: str) -> tuple[int, int]:
    """Where a block ends that began in the prompt, as chat templates do it, and where the answer after it begins.

    Only the whole text can tell: the first `</think>` with no `<think>` before it, wherever on its line it stands,
    unless the text only speaks of the tag: in quotes, or in the middle of a sentence. (0, 0) without one.
    """
    opened, tag, floor = text.find(OPEN), text.find(CLOSE), 0
    while tag >= 0 and not 0 <= opened < tag:
        start = tag
        while start > floor and text[start - 1] in " \t":
            start -= 1
        floor = _BLANKS.match(text, tag + len(CLOSE)).end()  # type: ignore[union-attr]
        if not _spoken_of(text, start, tag):
            return start, floor
        tag = text.find(CLOSE, floor)
    return 0, 0


def _spoken_of(text: str, start: int, tag: int) -> bool:
    """Whether the `</think>` at `tag`, with blanks from `start`, is a word of the text and no end of reasoning."""
    end = tag + len(CLOSE)
    before, after = text[start - 1 : start], text[end : end + 1]
    if start == tag and before and after and before in _QUOTES and after in _QUOTES:
        return True
    if _LINE_ENDS.match(text, end):
        return False
    return start < tag and bool(_CLAUSE.match(before)) and bool(_GOES_ON.match(text, end))


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of the text may be the beginning of the tag."""
    return next((n for n in range(min(len(text), len(tag) - 1), 0, -1) if tag.startswith(text[-n:])), 0)
