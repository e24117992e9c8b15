"""What a reply says beside its answer: supposed, shown as wrong or for comparison, or only on the way to it."""

from __future__ import annotations

import re

REACH = 200
"""How far, in characters, the words stand that make an aside."""
FEWEST = 8
"""Characters of the shortest aside in English, such as "If n = 1"."""

_SENTENCE = re.compile(r"[^\n]+?(?:[.!?;](?=[\s)*_]|\Z)|[。！？；]|$)", re.MULTILINE)
_LEADS = (
    r"[\s*_(（>#-]{0,12}(?:(?:but|and|or|also|note|note that|for example|for instance|e\.g\.|of course|注意|但|而|另外)"
    r"[\s,:，：]{1,3}){0,2}"
)
_DOING = r"(?:you|we|one|i)\s(?:run|call|execute|trace|follow|evaluate|print|step|go|look|check)\b"
_WOULD = r"\b(?:would|could|might|were|had)\b|['’]d\b"
_IF = rf"(?<!even )(?<!as )\b(?:if|unless)\b(?!\s{_DOING})"
_ORDER = r"(?:first|second|third|fourth|fifth|\d+(?:st|nd|rd|th)|next|each|every|inner|step|iteration)"
_SUPPOSED = re.compile(
    rf"{_LEADS}(?:(?:{_IF}|without\b|had\b|were\b|assuming\b|suppos(?:e|ing)\b)(?=.*?(?:{_WOULD}))"
    r"|with\s`?\w+`?\s?=\s?`?(?:True|False|None)\b"
    r"|(?:如果|假如|若|要是|倘若|假设)(?!\S{0,4}(?:运行|调用|执行)))"
    rf"|[^\n]*?\b(?:would|could|might)\b[^\n]*?(?:{_IF}|\bhad\b)"
    r"|[^\n]*?\b(?:(?:easy|tempting|natural|common|wrong)\sto|(?:one|you|some|people|we)\s(?:might|may|could|would))"
    r"\s(?:\w+\s)?(?:think|believe|assume|expect|say|answer|guess)\b",
    re.IGNORECASE,
)
"""A sentence that says what would be if something else were so."""
_ON_THE_WAY = re.compile(
    rf"{_LEADS}(?:before\b|initially\b|at first\b|originally\b|at this point\b|without\b"
    rf"|{_IF}|when(?:ever)?\b(?!\s{_DOING})|for (?:each|every)\b"
    r"|(?:step|iteration|pass|round|loop)\s\d"
    rf"|(?:in|at|after|on|during)\s(?:the\s)?{_ORDER}\b|未\S{{1,6}}时|\S{{1,8}}(?:之前|以前)的|首先|起初|最初|一开始|原来|第[一二三四五六七八九十\d]+[步次轮]|[^\s，。]{{1,8}}(?:之前|以前|(?<![目当])前)[，,])"
    r"|[^\n]*?(?:\b(?:intermediate|partial|temporary|previous|original|initial|first|inner)\s"
    r"(?:output|result|value|list|return)"
    r"|中间(?:结果|值)|初始值)"
    rf"|[^\n]*[`\])}}'\"\d],?\s(?:which\s(?:is|are|gets?|will be)\sthen\b"
    rf"|(?:on|in|at|after|during)\s(?:the\s)?{_ORDER}\b"
    r"|before\b|(?:only\s)?(?:if|when|unless|whenever)\b)",
    re.IGNORECASE,
)
"""A sentence that names a value which the program has on its way, or in one of its cases."""
_BUT = re.compile(r"\b(?:but|however|whereas|yet)\b|但|然而", re.IGNORECASE)
_FAULTY = r"(?:wrong|incorrect|buggy|broken|faulty|mistaken|invalid|flawed|bad|na[iï]ve)"
_SHOWN = re.compile(
    rf"\bfor (?:comparison|contrast)\b|\b(?:by|in) contrast\b|作为?(?:对比|比较|对照)|(?:对比|对照)(?:如下)?[:：]\s*\Z"
    rf"|\b(?:following|below|this|code|query|version|one|answer)\b[^,.;]{{0,30}}\b(?:would|will|does|do)(?:\s(?:also|still))?"
    rf"\s?(?:be\s(?:an?\s)?{_FAULTY}|(?:not|n['’]t)\swork|fail)\b|\bfollowing\b[^,.;]{{0,20}}\b(?:is|are)\s{_FAULTY}\b"
    rf"|\A{_LEADS}(?:(?:the|an?|my|your)\s)?(?:original|previous|old|input|{_FAULTY})\b(?:(?!\bis\b|\bso\b)[^,.;，。；]){{0,40}}"
    r"[:：][\s*_`]{0,6}\Z"
    rf"|\b(?:(?:original|previous|old|input|initial|{_FAULTY})(?:\s\w+){{0,2}}\s(?:was|is|were|would be|had been))"
    r"[\s*_`:：]{0,6}\Z"
    rf"|\A{_LEADS}(?:do not|don['’]t|never|avoid)\b[^,.;]{{0,40}}[:：][\s*_`]{{0,6}}\Z"
    r"|(?:错误的?(?:写法|答案|做法|例子|示例|结果|版本)?|原来的?(?:代码|版本|写法)?|原代码|不要这样写?|输入|原值)"
    r"(?:应?[是为])?[（()）]{0,2}[:：]?[\s*_`]{0,6}\Z",
    re.IGNORECASE,
)
"""Words before a value or a block: it is shown as another's, as wrong, or to compare."""
_MENDED = re.compile(
    r"\b(?:fix|correct|mend|repair|updat|revis|improv|wait|sorry|oops)\w*|改|修正|更正|正确", re.IGNORECASE
)
_CONDITION = re.compile(
    rf"{_LEADS}(?:{_IF}|in case\b|for example\b|for instance\b|e\.g\.|alternatively\b"
    r"|如果|假如|若|要是|倘若|假设|例如|比如)"
    r"(?!.*(?:\b(?:so|therefore|thus|hence)\b|所以|因此))",
    re.IGNORECASE,
)


def without_supposed(text: str) -> str:
    """A text without the sentences that only say what would be if something else were so."""
    return _SENTENCE.sub(lambda each: _behind_but(each[0]) if _is(_SUPPOSED, each[0]) else each[0], text)


def _is(aside: re.Pattern[str], sentence: str) -> bool:
    """Whether a sentence is such an aside; one of a few letters is none in English."""
    return (len(sentence) >= FEWEST or not sentence.isascii()) and bool(aside.match(sentence[:REACH]))


def _behind_but(sentence: str) -> str:
    """What a sentence says is so, behind what it only supposes."""
    but = _BUT.search(sentence, 12)
    return sentence[but.start() :] if but else ""


def without_steps(text: str) -> str:
    """A text without the sentences that name a value which is only on the way: "Step 1 gives 7"."""
    return _SENTENCE.sub(lambda each: "" if _is(_ON_THE_WAY, each[0]) else each[0], text)


def leads_aside(words: str) -> bool:
    """Whether the words before a value or a block, up to it, make it an aside: "If you want it sorted:", "Original:",
    "For comparison, the input was".
    """
    *_, last = ("", *(each[0] for each in _SENTENCE.finditer(words[-REACH:])))
    if _MENDED.search(last):
        return False
    return bool(_SUPPOSED.match(last) or _CONDITION.match(last) or _SHOWN.search(last))
