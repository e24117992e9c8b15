"""Cuts the answer out of a model's text. Any leniency here applies to every model alike."""

from __future__ import annotations

import re

ANSWER_CHARS = 4096
"""An extracted answer longer than this is no answer; keeps comparison and tables bounded."""

_ANSWER = re.compile(r"<answer>((?:(?!</?answer>).)*)</answer>", re.DOTALL | re.IGNORECASE)
_STATED = re.compile(r"\banswer(?: to\b[^\n.]{0,80}?)? is\b[ \t:]*(\S[^\n]*)", re.IGNORECASE)
_WRAPPING = re.compile(r"^(?:</?answer>|\\\(|\\boxed\{|[*`\"'$\s:])+|(?:</?answer>|\\\)|[}*`\"'$.\s])+$", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*+(`{3,}+|~{3,}+)[^\n`]*+\n(.*?)^[ \t]*+\1", re.DOTALL | re.MULTILINE)


def answer_tag(text: str) -> str | None:
    """The content of the last `<answer>...</answer>`, stripped; None if there is none or it is overlong.

    Nested or merely mentioned tags do not disturb it: the innermost pair counts.
    """
    found = _ANSWER.findall(text)
    if not found:
        return None
    answer: str = found[-1].strip()
    return answer if len(answer) <= ANSWER_CHARS else None


def stated_answer(text: str) -> str | None:
    """What follows the last "answer is" or "answer to ... is" on its line, without what merely wraps it.

    Wrapping is quotes, emphasis, LaTeX's \\( \\) and \\boxed{ }, a stray tag, and a final full stop.
    """
    found = _STATED.findall(text[-ANSWER_CHARS:])
    return _WRAPPING.sub("", found[-1]) or None if found else None


def code_block(text: str, entry_point: str) -> str | None:
    """The last closed fenced block (``` or ~~~) that defines `entry_point`; without any, the whole text if it does.

    None if nothing defines it: an unclosed fence is an answer that was cut short.
    """
    defines = re.compile(rf"^[ \t]*(?:async[ \t]+)?def[ \t]+{re.escape(entry_point)}\b", re.MULTILINE)
    blocks: list[str] = [code for _, code in _FENCE.findall(text) if defines.search(code)]
    if blocks:
        return blocks[-1]
    return text if not re.search("```|^[ \t]*~~~", text, re.MULTILINE) and defines.search(text) else None


def repeats_itself(text: str, *, copies: int = 4, least: int = 40, tail: int = 2000) -> bool:
    """Whether the text ends in an endless repetition: one block said at least `copies` times, wherever it breaks off.

    The block may be up to a quarter of the tail, and counting on ("19, 20, 21, ...") is repetition too; at least
    `least` characters must be covered, so that "......" or a short list is not mistaken for one.
    """
    end = re.sub(r"\d+", "0", text[-2 * tail :])[-tail:]
    for size in range(1, len(end) // copies + 1):
        span = max(size * copies, least)
        if span <= len(end) and end[-span:-size] == end[size - span :]:
            return True
    return False
