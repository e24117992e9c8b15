"""What a sentence says around an answer that is not its answer: denied, somebody else's, or only a bound."""

from __future__ import annotations

import re

from bench.scoring.numbers import CURRENCY

_LITTLE = (
    r"(?:\s+(?:be|equal(?:s| to)?|to|the|a|an|number|value|simply|really|actually|just|exactly|correct|answer|of))"
    r"{0,4}"
)
_WRONG = r"(?:wrong|incorrect|mistaken|false|erroneous|na[iï]ve|invalid|tempting)"
_SAY = (
    r"(?:say|says|said|think|thinks|thought|believed?|claim(?:s|ed)?|argued?|guess(?:es|ed)?|assumed?|answer(?:s|ed)?)"
)
_OTHERS = (
    rf"\b(?:(?:some|many|most|few|other) (?:people |students |readers )?|people |students? |someone |somebody |one |you"
    rf" |the (?:student|textbook|book|author|key) )(?:would |might |may |could |will |often )?{_SAY}\b"
    rf"|\b(?:i|we) (?:initially|first|originally|previously|once) (?:{_SAY}|got|had|wrote)\b"
    rf"|\b(?:initially|originally|previously|at first),? (?:i|we) (?:{_SAY}|got|had|wrote)\b"
    r"|\b(?:mistake|misconception) (?:is|would be)\b|有人(?:会|可能)?(?:说|认为|以为|觉得)|误以为|误认为"
    r"|错以为|误算[成为]"
)
_UNTRUE = (
    r"(?:\bnot (?:true|the case|correct|certain|sure|clear|likely) that|\bdoubt(?:ful)?(?: that| if| whether)?"
    r"|\bunlikely that|(?:n['’]t| not) (?:think|believe|say|mean)(?: that)?)"
)
OTHERS = re.compile(
    rf"(?:{_OTHERS})[^.;:,，。；\n]{{0,30}}\Z|\b{_WRONG}(?: final)?\s*\Z|(?:错误|误)的?\s*\Z"
    rf"|{_UNTRUE}(?: (?:the|my|final|correct|right)){{0,3}}\s*\Z",
    re.IGNORECASE,
)
"""Before "answer" or "答案": it is somebody else's, or a wrong one."""
DENIED = re.compile(
    rf"(?:\bnot|n't|\bcannot|\bno longer|\bnever|\brather than|\binstead of|\bother than|\bas opposed to"
    rf"|\bneither|\bnor|\bavoid"
    rf"|\bnone of|\bexcept(?: for)?|≠|!=|\\neq?)(?!\w){_LITTLE}[\s:*\"'`(]*{CURRENCY}?[\s*\"'`-]*\Z"
    r"|(?:不会?是|不为|不等于|不(?:应|该|应该|可能)是?|并非|而非|排除)[\s*\"'`“-]*\Z"
    r"|(?:\bno (?:es|son|sería)|\bnão (?:é|são)|\bnon (?:è|sono)|\bn'est pas|\bnicht|\bне|\bbukan(?:lah)?"
    r"|\bليست?)(?!\w)[\s:*\"'`-]*\Z"
    rf"|\b{_WRONG} (?:answer|result|guess|value|choice|option)s? (?:is|was|would be|might be)[\s:*\"'`(]*\Z"
    r"|(?:错误|误)的?(?:答案|结果|选项|做法)(?:是|为|[:：])[\s*\"'`“]*\Z"
    rf"|(?:{_OTHERS})[^.;:,，。；\n\d]{{0,30}}[\s:*\"'`(]*\Z"
    r"|\b(?:wrong|incorrect)[*_]{0,2}\s*[:：][\s*_]*\Z"
    rf"|{_UNTRUE}\b[^.;:,，。；\n\d]{{0,30}}\Z"
    r"|\d[^.;\n]{0,60}\b(?:al)?though\b[^.,;\n\d]{0,40}\Z|❌\s*\Z",
    re.IGNORECASE,
)
"""Before a number: the sentence denies it. English and Chinese; of other languages the plainest form."""
_BE = r"(?:is|are|was|were|would be|will be|seems|looks|must be|should be)"
_FAULT = (
    r"(?:wrong|incorrect|false|impossible|mistaken|invalid|inaccurate|erroneous|mistake|error|trap|distractor"
    r"|ruled out|excluded|eliminated|off\b|too (?:high|low|large|small|big|many|few|much|little))"
)
_PART = r"(?:answer|right|correct|it|possible|valid|true|solution|choice|option|acceptable|consistent)"
_FAILS = (
    r"(?:satisf(?:y|ies)|work|fit|hold|solve|match|meet|suffice|apply|qualify|make sense|check out|add up|be (?:right"
    r"|correct|it|the answer|true|valid))"
)
CALLED_WRONG = (
    r"(?:,?\s*(?:(?:but|and|which|though|however|—|–|-),?\s*)?(?:(?:that|this|it|which)(?=\s|'s|’s))?\s*)?(?:"
    rf"(?:\b{_BE}\b|(?<=t)['’]s\b)\s*(?:\w+ly\s+|also\s+)?(?:(?:not|never)\s+(?:the |a |an )?(?:\w+ )?{_PART}\b"
    rf"|(?:an? |the )?(?:common |typical |clear )?{_FAULT})"
    rf"|\b(?:is|are|was|were|would)n['’]t\s+(?:the |a |an |be )?(?:\w+ )?{_PART}\b"
    rf"|\b(?:(?:does|do|did|would|will|could|can|wo)(?:n['’]t|\s+not)|cannot|can['’]t|fails? to|never)"
    rf"\s+(?:\w+ly\s+|even\s+)?{_FAILS}\b|\b(?:does|do|did)(?:n['’]t|\s+not)(?=\s*(?:[.,;!]|\Z))"
    rf"|\bfails\b(?! to\b)|\bcan be (?:ruled out|eliminated|excluded|discarded)\b"
    r"|\s*(?:选?项)?[,，]?(?:但|而)?(?:这|那|它)?(?:并|就|也|都|显然|明显|肯定|绝对|其实)?(?:是)?(?:不(?:对|正确|符合?|满足|成立|可能|行\b"
    r"|是(?:正确)?答案|是正确|是解|适合|可取)|错(?:误|的|了|误的)?(?=[\s,.;!?，。；！？)）]|\Z)|有误|有问题|被?排除)|\s*(?:❌|✗|✘|✖))"
)
"""Behind an answer, the pattern of what says that it is wrong."""
DENIED_AFTER = re.compile(
    rf"[\s*\"'`)$}}\]]*(?:{CALLED_WRONG}|[?？]\s*(?=\S)"
    rf"|(?:only\s+)?if\b[^.;\n]{{0,70}},\s*but\b"
    rf"|[^\W\d_]{{1,20}}\s+(?:is|was|would be)\s+(?:(?:not"
    rf"|never)\s+(?:the )?(?:\w+ )?{_PART}\b"
    rf"|(?:the )?{_FAULT})|では(?:ない|ありません)|じゃない|이?가? ?아니|(?:이|가) 아닙니다)",
    re.IGNORECASE,
)
"""Behind a number: the sentence denies it."""
WRONG_AFTER = re.compile(rf"[\s*_\"'`“”)$}}\].:,~-]*{CALLED_WRONG}", re.IGNORECASE)
"""Behind any other answer."""
BOUND = re.compile(
    rf"(?:\b(?:more|less|fewer|greater|larger|smaller|higher|lower|bigger) than|\b(?:over|under|above|below"
    rf"|exceed(?:s|ing)?|beyond|at minimum|at maximum|(?:min|max)imum of|at least|at most|no more than"
    rf"|no less than|no fewer than"
    rf"|almost|nearly|(?<!\badd )(?<!\badds )(?<!adding )(?<!added )up to)"
    rf"|\\[gl](?:eq?(?:slant)?|t)(?![a-z])|[^\s>]\s*(?:[<≤≥]|(?<![-=])>)|(?<![\w.])[a-z]\s?=>|[<≤≥]|(?:大于|小于|超过|多于|少于|不到|至少|至多|最多|不少于"
    rf"|不多于|不低于|起码)"
    rf"(?:也|要|需要?|有|是|为)?"
    rf"|\bout of)\s*(?:or equal to\s*)?[*_\"'`]*{CURRENCY}?[\s*-]*\Z",
    re.IGNORECASE,
)
"""Before a number: it is only a bound."""
BOUND_AFTER = re.compile(
    r"[\s*]*(?:[a-z]{0,20}\s*(?:,?\s*\b(?:or|and)\s+(?:more|less|fewer|so|above|below|over|under|higher|lower)\b"
    r"|\bat (?:least|most|the (?:least|most))\b(?! +[a-z]))|\+(?!\s?[\w(])|[^\W\d_]{0,2}以[上下]|[多余](?=[^少]|\Z))",
    re.IGNORECASE,
)
"""Behind a number: it is only a bound."""
GUESSED = re.compile(
    rf"(?:\b(?:about|around|roughly|circa|maybe|perhaps|possibly|somewhere near|in the region of)|(?<!\d)(?<!\d )[~～]"
    rf"|大约|约|大概|差不多|也许|或许|将?近)"
    rf"(?:是|为|有)?[\s*_\"'`]*{CURRENCY}?[\s*-]*\Z",
    re.IGNORECASE,
)
"""Before a whole number: it is only an estimate; a decimal is a rounded value."""
GUESSED_AFTER = re.compile(r"[\s*]*[^\W\d_]{0,4}?\s*(?:左右|上下|-?ish\b|\bgive or take\b)", re.IGNORECASE)
"""Behind a whole number: the same."""
REASON = re.compile(r"\b(?:because|which includes?|including)\b", re.IGNORECASE)
"""Where a sentence goes on to explain the number before."""
THENCE = re.compile(
    r"\b(?:so|therefore|thus|hence|then|leav\w+|total|remain\w*|left|answer|makes|gives)\b", re.IGNORECASE
)
"""In an explanation: it reckons on."""
_FUNCTION = r"sqrt|log|ln|lg|sin|cos|tan|exp|binom|[dtc]?frac"
FUNCTION = re.compile(
    rf"(?:[√∛∜]\s*[({{]?|(?:\\|\b)(?:{_FUNCTION})(?:_\{{?\w+\}}?|\[\w{{1,3}}\])?\s*[({{]?|\\frac\s*\{{[^{{}}]{{1,20}}\}}\s*\{{"
    r"|\b(?:square|cube) root of|\bfactorial of|\blogarithm of|\b[A-Za-z]\(|(?<![\w'])[b-z]\s*(?:[+*/·×^]"
    r"|-(?=\s)|\\cdot)"
    r")\s*[-+]?\s*\Z",
)
"""Before a number: it is only what a function is of, or part of an expression."""
ALGEBRA = re.compile(
    r"\s?(?:π|√|∞|±|\\(?:pi|sqrt|ln|log|sin|cos|tan|theta|alpha|beta|lambda|phi|omega|infty|pm)(?![A-Za-z]))"
    r"|(?:[abeijnruvxyz]|[xyz]{2})(?![^\W_]|\s?\d)|\^\s*\{?\s*[a-z](?![a-z])|\(\s*[a-z]\b"
    r"|\s*(?:[+*·×]|-(?=\s)|\\cdot|/)\s*[b-z](?![\w'])"
)
"""Behind a number: it is only a part of an expression."""
FACTORIAL = re.compile(r"!(?=[$)}\].,;`]|\s?(?:[a-z=+*/×·-]|\\(?:cdot|times))|\*{0,2}\s*\Z)")
"""Behind a whole number that is not negative."""
CHEERED = re.compile(r"[^\W\d_]['’]?[^\W\d_][\s:：*_]*\Z")
"""Before a number at the end of a text: words whose exclamation mark it is, as in "That's 42!"."""


def is_factorial(text: str, start: int, end: int) -> bool:
    """Whether the mark behind a whole number is a factorial's; at the end of a sentence in words it is not."""
    mark = FACTORIAL.match(text, end)
    if mark is None or text[mark.end() :].strip(" \t\n*_"):
        return mark is not None
    before = text[max(0, start - 80) : start]
    return not CHEERED.search(before) or "factorial" in before.lower() or text.count("!") > 1
