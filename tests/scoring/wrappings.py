"""The ways in which models wrap one and the same answer, in English and Chinese; docs/answers.md publishes them."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

TAGGED = "tagged"
"""Inside the `<answer>` tag: every kind of item."""
STATED = "stated"
"""After "the answer is" or the like: every kind of item."""
ENDING = "ending"
"""The whole reply, or its last line: own items, which ask for no tag."""
NUMERAL = "numeral"
"""Other ways to write one number, in the tag."""
PARTS = "parts"
"""Other ways to write a tuple's parts, in the tag."""
PROGRAM = "program"
"""Where a program may stand in a reply."""
INLINE = "inline"
"""Where a program of one line may stand."""
JSON = "json"
"""Where JSON may stand in a reply, beside all places of a program."""


@dataclass(frozen=True, slots=True)
class Wrapping:
    """One way to write an answer."""

    name: str
    """What it is called in the docs."""
    group: str
    """Where it applies."""
    write: Callable[[str], str]
    """The reply that holds an answer so written."""


def _in_tag(inner: str) -> Callable[[str], str]:
    return lambda answer: f"So.\nThe answer is <answer>{inner.replace('X', answer).replace('{name}', 'X')}</answer>"


def _text(reply: str) -> Callable[[str], str]:
    return lambda answer: reply.replace("X", answer)


_INSIDE = {
    "as it is": "X",
    "blanks around": "  X \n",
    "non-breaking blanks": "\u00a0X\u202f",
    "bold": "**X**",
    "italic": "*X*",
    "bold and italic": "***X***",
    "underscores": "__X__",
    "code": "`X`",
    "code block": "\n```\nX\n```\n",
    "code block with a language": "```text\nX\n```",
    "curly quotes": "“X”",
    "guillemets": "«X»",
    "corner brackets": "「X」",
    "white corner brackets": "『X』",
    "book marks": "《X》",
    "lenticular brackets": "【X】",
    "full-width brackets": "（X）",
    "full stop": "X.",
    "Chinese full stop": "X。",
    "dollar signs": "$X$",
    "two dollar signs": "$$X$$",
    "LaTeX inline": "\\(X\\)",
    "LaTeX display": "\\[X\\]",
    "boxed": "\\boxed{X}",
    "boxed in dollars": "$\\boxed{X}$",
    "text": "\\text{X}",
    "boxed text": "\\boxed{\\text{X}}",
    "mathrm in brackets": "\\(\\mathrm{X}\\)",
    "bold with a full stop": "**X.**",
    "HTML bold": "<b>X</b>",
    "HTML code": "<code>X</code>",
    "label": "Answer: X",
    "bold label": "**Answer:** X",
    "named": "{name} = X",
    "Chinese label": "答案：X",
    "zero-width blank": "\u200bX\u200b",
    "byte order mark": "\ufeffX",
    "tag in a tag": "<answer>X</answer>",
    "bold symbol": "\\boldsymbol{X}",
    "LaTeX brackets that grow": "\\left(X\\right)",
    "boxed with spaces": "\\boxed{\\ X\\ }",
    "check mark": "X ✅",
    "explanation after": "X\n\nExplanation: as was asked.",
}
_STATEMENTS = {
    "the answer is": "I see. The answer is X.",
    "the final answer is": "The final answer is: X",
    "answer, colon": "Answer: X",
    "bold answer, colon": "**Answer:** X",
    "bold answer, colon outside": "**Answer**: X",
    "all of it bold": "**The answer is X.**",
    "bold answer": "The answer is **X**.",
    "answer on the next line": "The answer is:\n\n**X**",
    "quoted answer": "The answer is “X”.",
    "code answer": "The answer is `X`.",
    "LaTeX answer": "The answer is $X$.",
    "boxed answer": "The answer is \\boxed{X}.",
    "boxed alone": "Therefore\n$$\\boxed{X}$$\nas was asked.",
    "boxed text alone": "So \\(\\boxed{\\text{X}}\\).",
    "heading": "## Answer: X",
    "list item": "- Answer: X",
    "answer then prose": "The answer is X.\nI hope this helps!",
    "Chinese: is": "答案是X。",
    "Chinese: colon": "我算过了。答案：X",
    "Chinese: quoted": "答案是“X”。",
    "Chinese: corner brackets": "答案是「X」",
    "Chinese: bold": "**答案：** X",
    "Chinese: bold, colon outside": "**答案**：X",
    "Chinese: final": "所以最终答案为X。",
    "Chinese: label in brackets": "【答案】X",
    "Chinese: should be": "答案应该是X。",
    "Chinese: next line": "答案是：\n**X**",
    "must be": "The answer must be X.",
    "is therefore": "The answer is therefore **X**.",
    "answer, dash": "Answer - X",
    "heading alone": "### Final Answer\n\nX\n\nI hope this helps!",
    "after one struck out": "The answer is ~~0~~ X.",
    "corrected": "The answer is 0. Correction: X",
    "Chinese: as follows": "答案如下：X",
    "Spanish: is": "Ya está. La respuesta es X.",
    "Spanish: colon": "**Respuesta:** X",
    "Arabic: is": "حسبت. الجواب هو X.",
    "Arabic: colon": "الإجابة: X",
    "Indonesian: is": "Sudah dihitung. Jawabannya adalah X.",
    "Indonesian: colon": "Jawaban: **X**",
}
_ENDINGS = {
    "the whole reply": "X",
    "the last line": "Let me think about it.\n\nX",
    "bold last line": "Let me think about it.\n**X**",
    "code last line": "I thought.\n`X`",
    "quoted last line": "I thought.\n“X”",
    "boxed last line": "I thought.\n$\\boxed{X}$",
    "last line with a full stop": "I thought.\nX.",
    "Chinese quotes": "「X」。",
    "Chinese: reply": "我算过了。\n答：X。",
    "Chinese: result": "结果是X。",
    "result": "Result: X",
    "last line with a blank one": "X\n",
    "fenced reply": "```\nX\n```",
    "fenced last line": "I thought.\n\n```\nX\n```",
    "fenced, stated": "The answer is:\n\n```\nX\n```",
    "fenced, Chinese": "最终答案：\n```text\nX\n```",
    "displayed, stated": "The final answer is:\n\n$$\nX\n$$",
    "displayed last line": "Thus:\n\\[\nX\n\\]",
}


def _grouped(mark: str) -> Callable[[str], str]:
    def write(answer: str) -> str:
        sign, digits = ("-", answer[1:]) if answer.startswith("-") else ("", answer)
        whole, point, rest = digits.partition(".")
        groups = f"{int(whole):,}".replace(",", mark) if whole else whole
        return f"<answer>{sign}{groups}{point}{rest}</answer>"

    return write


def _minus(mark: str) -> Callable[[str], str]:
    return lambda answer: f"<answer>{answer.replace('-', mark)}</answer>"


_WIDE = str.maketrans("0123456789-.,", "０１２３４５６７８９－．，")

_ARABIC = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")


def _wide(answer: str) -> str:
    return f"<answer>{answer.translate(_WIDE)}</answer>"


_NUMERALS: dict[str, Callable[[str], str]] = {
    "grouped by commas": _grouped(","),
    "grouped by blanks": _grouped(" "),
    "grouped by narrow blanks": _grouped("\u202f"),
    "grouped by apostrophes": _grouped("'"),
    "grouped by curly apostrophes": _grouped("’"),
    "grouped by underscores": _grouped("_"),
    "grouped by LaTeX commas": _grouped("{,}"),
    "grouped by LaTeX blanks": _grouped("\\,"),
    "minus sign": _minus("−"),
    "en dash": _minus("–"),
    "full-width minus": _minus("－"),
    "non-breaking hyphen": _minus("\u2011"),
    "minus and a blank": _minus("- "),
    "full-width digits": _wide,
    "Arabic-Indic digits": lambda answer: f"<answer>{answer.translate(_ARABIC)}</answer>",
    "a plus sign": lambda answer: f"<answer>{'' if answer.startswith('-') else '+'}{answer}</answer>",
    "an equation": lambda answer: f"<answer>x = {answer}</answer>",
    "zeros at the end": lambda answer: f"<answer>{answer if '.' in answer else answer + '.'}00</answer>",
}
_PARTS: dict[str, Callable[[str], str]] = {
    "square brackets": _in_tag("[X]"),
    "round brackets": _in_tag("(X)"),
    "braces": _in_tag("{X}"),
    "commas and blanks": lambda answer: f"<answer>{', '.join(_parted(answer))}</answer>",
    "commas alone": lambda answer: f"<answer>{','.join(_parted(answer))}</answer>",
    "Chinese commas": lambda answer: f"<answer>{'，'.join(_parted(answer))}</answer>",
    "Arabic commas": lambda answer: f"<answer>{'، '.join(_parted(answer))}</answer>",
    "Chinese enumeration commas": lambda answer: f"<answer>{'、'.join(_parted(answer))}</answer>",
    "semicolons": lambda answer: f"<answer>{'; '.join(_parted(answer))}</answer>",
    "one a line": lambda answer: "<answer>\n" + "\n".join(_parted(answer)) + "\n</answer>",
    "each part quoted": lambda answer: "<answer>" + ", ".join(f'"{part}"' for part in _parted(answer)) + "</answer>",
    "each part in code": lambda answer: "<answer>" + ", ".join(f"`{part}`" for part in _parted(answer)) + "</answer>",
    "list of lists": lambda answer: f"<answer>[[{', '.join(_parted(answer))}]]</answer>",
}


def _parted(answer: str) -> list[str]:
    return answer.replace(",", " ").split()


def _indented(code: str, first: str, rest: str) -> str:
    return "\n".join((first if at == 0 else rest if line else "") + line for at, line in enumerate(code.split("\n")))


def _quoted(text: str) -> str:
    return "\n".join("> " + line for line in text.split("\n"))


def _fence(code: str, mark: str = "```", language: str = "python") -> str:
    return f"{mark}{language}\n{code}\n{mark}"


_PROGRAMS: dict[str, Callable[[str], str]] = {
    "code block": _fence,
    "prose around": lambda code: f"Here it is:\n\n{_fence(code)}\n\nThat is all.",
    "no language": lambda code: _fence(code, language=""),
    "py": lambda code: _fence(code, language="py"),
    "capital language": lambda code: _fence(code, language="Python"),
    "language and title": lambda code: _fence(code, language='python title="a.py"'),
    "blank before the language": lambda code: _fence(code, language=" python"),
    "tildes": lambda code: _fence(code, "~~~"),
    "four backticks": lambda code: _fence(code, "````"),
    "numbered list": lambda code: "1. Code:\n\n   " + _indented(_fence(code), "", "   ") + "\n\n2. It works.",
    "two-digit list": lambda code: "10. Code:\n    " + _indented(_fence(code), "", "    "),
    "bullet list": lambda code: "- Code:\n  " + _indented(_fence(code), "", "  "),
    "bullet list, four blanks": lambda code: "* Code\n" + _indented(_fence(code), "    ", "    "),
    "list in a list": lambda code: "- a\n  - b\n" + _indented(_fence(code), "    ", "    "),
    "bullet before the fence": lambda code: "- " + _indented(_fence(code), "", "  "),
    "quote": lambda code: _quoted(_fence(code)),
    "quote without blanks": lambda code: "\n".join(">" + line for line in _fence(code).split("\n")),
    "list in a quote": lambda code: _quoted("- a\n" + _indented(_fence(code), "  ", "  ")),
    "indented fence": lambda code: _indented(_fence(code), "  ", "  "),
    "indented by four": lambda code: "Code:\n\n" + _indented(_fence(code), "    ", "    "),
    "indented code": lambda code: "Code:\n\n" + _indented(code, "    ", "    "),
    "not closed": lambda code: f"Here:\n```python\n{code}\n",
    "not closed in a list": lambda code: "1. a\n   " + _indented(f"```python\n{code}", "", "   "),
    "end mark": lambda code: _fence(code) + "</s>",
    "end mark of ChatML": lambda code: _fence(code) + "<|im_end|>",
    "answer tags": lambda code: f"<answer>\n{_fence(code)}\n</answer>",
    "answer tags beside the fences": lambda code: f"<answer>{_fence(code)}</answer>",
    "details": lambda code: f"<details>\n{_fence(code)}\n</details>",
    "bold label": lambda code: f"**Answer:**\n{_fence(code)}",
    "heading": lambda code: f"### Code\n{_fence(code)}",
    "line ends of Windows": lambda code: f"Here:\n{_fence(code)}\nDone.".replace("\n", "\r\n"),
    "blank lines inside": lambda code: f"```python\n\n\n{code}\n\n\n```",
    "usage after": lambda code: f"{_fence(code)}\nUsage:\n{_fence('print(1)')}",
    "output after": lambda code: f"{_fence(code)}\nOutput:\n{_fence('1', language='')}",
    "shell before": lambda code: f"{_fence('pip install numpy', language='bash')}\n{_fence(code)}",
    "draft before": lambda code: f"{_fence('def unrelated(): return 0')}\n{_fence(code)}",
    "nested Markdown": lambda code: _fence(_fence(code), "````", "markdown"),
    "no fence": lambda code: code,
    "no fence, prose before": lambda code: f"Here is the code.\n\n{code}",
    "no fence, prose around": lambda code: f"Here is the code.\n\n{code}\n\nThat is all.",
    "Chinese prose": lambda code: f"代码如下：\n\n{_fence(code)}\n\n完成。",
    "Chinese list": lambda code: "1. 代码：\n   " + _indented(_fence(code), "", "   "),
    "byte order mark": lambda code: "\ufeff" + _fence(code),
    "thought before": lambda code: f"I think of it.</think>\n\n{_fence(code)}",
    "inline code before": lambda code: f"Use `x` and ``y``.\n{_fence(code)}",
    "table before": lambda code: f"| a | b |\n|---|---|\n| 1 | 2 |\n\n{_fence(code)}",
    "rule before": lambda code: f"Plan\n---\n{_fence(code)}",
    "HTML before": lambda code: f"<div>\n{_fence(code)}\n</div>",
    "comment first": lambda code: _fence(f"# the solution\n{code}"),
    "import first": lambda code: _fence(f"from __future__ import annotations\nimport math\n\n{code}"),
    "import in its own block": lambda code: f"{_fence('import math')}\n{_fence(code)}",
    "docstring that shows a fence": lambda code: _fence('"""Doc.\n\n```\nf(1)\n```\n"""\n' + code),
    "main guard": lambda code: _fence(f"{code}\n\nif __name__ == '__main__':\n    pass"),
    "constant first": lambda code: _fence(f"LIMIT = 3\n\n{code}"),
    "tabs around": lambda code: f"\t\n{_fence(code)}\n\t",
    "fence with blanks behind": lambda code: f"```python   \n{code}\n```   ",
    "longer closing fence": lambda code: f"```python\n{code}\n`````",
    "two-language reply": lambda code: f"{_fence('int f() { return 1; }', language='c')}\n{_fence(code)}",
    "reply of three steps": lambda code: f"1. a\n2. b\n   {_indented(_fence(code), '', '   ')}\n3. c",
    "stub after": lambda code: f"{_fence(code)}\nIts head:\n{_fence(_head(code) + ' ...')}",
}  # fmt: skip


_INLINES = {
    "inline code": "`X`",
    "inline code in a sentence": "It is `X`, as was asked.",
    "three backticks on one line": "```python X```",
    "in the answer tag": "<answer>X</answer>",
    "in code tags": "<code>X</code>",
}
_JSONS = {
    "in a sentence": "The result is X, as was asked.",
    "inline code": "It is `X`.",
    "behind brackets": "As in [1] and {x}, see [2]:\nX",
    "before brackets": "X\n\nSee [1], or {x}.",
    "before an array": "X\nas in [1, 2].",
    "in tags": "<json>X</json>",
    "in the answer tag": "<answer>X</answer>",
    "named": "JSON: X",
    "assigned": "const x = X;",
    "before a comment": "X // as asked",
    "before one that is denied": 'X is right, not {"a": 2}.',
    "behind another": 'From {"a": 2} I get X',
    "behind a draft": 'First {"a": 2}. No, X',
    "Chinese colon": "结果如下：X。",
    "Chinese, one denied": '答案是X，不是{"a": 2}。',
    "end mark": "X</s>",
}


def _head(code: str) -> str:
    """The first line that defines a function; for what defines none, a function of another name."""
    return next((line for line in code.split("\n") if line.startswith("def ")), "def nothing():")


WRAPPINGS = tuple(
    Wrapping(name, group, write)
    for group, ways in (
        (TAGGED, {name: _in_tag(inner) for name, inner in _INSIDE.items()}),
        (STATED, {name: _text(reply) for name, reply in _STATEMENTS.items()}),
        (ENDING, {name: _text(reply) for name, reply in _ENDINGS.items()}),
        (NUMERAL, _NUMERALS),
        (PARTS, _PARTS),
        (PROGRAM, _PROGRAMS),
        (INLINE, {name: _text(reply) for name, reply in _INLINES.items()}),
        (JSON, {name: _text(reply) for name, reply in _JSONS.items()}),
    )
    for name, write in ways.items()
)
"""All of them."""


def of(*groups: str) -> list[Wrapping]:
    """The wrappings of some groups."""
    return [wrapping for wrapping in WRAPPINGS if wrapping.group in groups]


_TITLES = {
    TAGGED: "Inside the `<answer>` tag: every kind of item (`X` stands for the answer)",
    STATED: "After words that state the answer: every kind of item",
    ENDING: "The whole reply or its last line: own items, which ask for no tag",
    NUMERAL: "Numbers: `integer`, `decimal`, `number` (the example is -1234.5)",
    PARTS: "Tuples and sets (the example is 3, 14)",
    PROGRAM: "Programs, queries and JSON: where the code block may stand",
    INLINE: "Programs of one line",
    JSON: "JSON, beside its own blocks and statements",
}


def table() -> str:
    """The wrappings as docs/answers.md has them: `python -m tests.scoring.wrappings` prints them."""
    lines = list[str]()
    for group, title in _TITLES.items():
        lines += ["", f"### {title}", ""]
        if group == PROGRAM:
            lines += ["; ".join(wrapping.name for wrapping in of(group)) + "."]
            continue
        lines += ["| way | example |", "|---|---|"]
        answer = {NUMERAL: "-1234.5", PARTS: "3, 14"}.get(group, "X")
        lines += [f"| {wrapping.name} | {_shown(wrapping.write(answer), group)} |" for wrapping in of(group)]
    return "\n".join(lines[1:]) + "\n"


def _shown(reply: str, group: str) -> str:
    """A reply on one line of a table."""
    reply = (
        reply if group in (STATED, ENDING, INLINE, JSON) else reply.partition("<answer>")[2].rpartition("</answer>")[0]
    )
    plain = "".join(char if char.isprintable() else "\\n" if char == "\n" else f"U+{ord(char):04X}" for char in reply)
    return f"<code>{html.escape(plain).replace('|', '&#124;').replace('`', '&#96;').replace('*', '&#42;')}</code>"


if __name__ == "__main__":
    print(table(), end="")
