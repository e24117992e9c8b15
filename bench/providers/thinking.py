"""`<think>` blocks that some servers leave in the answer: kept apart from it as they stream, for every model alike."""

from __future__ import annotations

import re

OPEN, CLOSE = "<think>", "</think>"

_QUOTES = "`'\"“”‘’「」『』()<>[]"
_END = re.compile(rf"[ \t]*{CLOSE}\s*")
_SENTENCE = re.compile(r"[,;:\w][ \t]+\Z")
_GOES_ON = re.compile(r"[.,;:!?)]|[ \t]+[a-z]")


class ThinkSplitter:
    """Splits the stream of one answer into the answer and the reasoning in front of it.

    Only blocks that the answer begins with are reasoning: `<think>` in the middle is part of what the model says,
    e.g. a program about tags. Blank text around a block belongs to neither.
    """

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self._thought = False
        self._begun = False

    def feed(self, text: str) -> tuple[str, str]:
        """The next piece of the stream; returns what of it is (answer, reasoning). Undecided text is held back."""
        if self._begun:
            return text, ""
        self._held += text
        reasoning: list[str] = []
        while self._held:
            if self._inside:
                done, closed, rest = self._held.partition(CLOSE)
                if not closed:
                    keep = _overlap(self._held, CLOSE)
                    reasoning.append(self._held[: len(self._held) - keep])
                    self._held = self._held[len(self._held) - keep :]
                    break
                reasoning.append(done)
                self._held, self._inside = rest, False
                continue
            start = self._held.lstrip()
            if start.startswith(OPEN):
                self._held, self._inside, self._thought = start.removeprefix(OPEN), True, True
            elif OPEN.startswith(start):
                break
            else:
                self._begun = True
                answer, self._held = start if self._thought else self._held, ""
                return answer, "".join(reasoning)
        return "", "".join(reasoning)

    def close(self) -> tuple[str, str]:
        """What was held back when the stream ended, as (answer, reasoning)."""
        rest, self._held = self._held, ""
        return ("", rest) if self._inside else (rest.lstrip() if self._thought else rest, "")


def unopened(text: str) -> tuple[int, int]:
    """Where a block ends that began in the prompt, as chat templates do it, and where the answer after it begins.

    Only the whole text can tell: the first `</think>` with no `<think>` before it, wherever on its line it stands,
    unless the text only speaks of the tag: in quotes, or in the middle of a sentence. (0, 0) without one.
    """
    for match in _END.finditer(text):
        if OPEN in text[: match.start()]:
            return 0, 0
        if not _spoken_of(text, match.start(), text.index(CLOSE, match.start())):
            return match.start(), match.end()
    return 0, 0


def _spoken_of(text: str, start: int, tag: int) -> bool:
    """Whether the `</think>` at `tag`, with blanks from `start`, is a word of the text and no end of reasoning."""
    before, after = text[start - 1 : start] if start == tag else "", text[tag + len(CLOSE) :]
    if before and before in _QUOTES and after[:1] in _QUOTES and after:
        return True
    if re.match(r"[ \t]*(\n|\Z)", after):
        return False
    return bool(_SENTENCE.search(text[:tag])) and bool(_GOES_ON.match(after))


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of the text may be the beginning of the tag."""
    return next((n for n in range(min(len(text), len(tag) - 1), 0, -1) if tag.startswith(text[-n:])), 0)
