"""What a sentence says around a number that is not its answer: denied, or only a bound."""

from __future__ import annotations

import re

from bench.scoring.numbers import CURRENCY

_LITTLE = (
    r"(?:\s+(?:be|equal(?:s| to)?|to|the|a|an|number|value|simply|really|actually|just|exactly|correct|answer|of))"
    r"{0,4}"
)
DENIED = re.compile(
    rf"(?:\bnot|n't|\bcannot|\bno longer|\bnever|\brather than|\binstead of|\bother than|\bas opposed to"
    rf"|\bneither|\bnor"
    rf"|\bnone of|\bexcept(?: for)?|≠|!=|\\neq?)(?!\w){_LITTLE}[\s:*\"'`(]*{CURRENCY}?[\s*\"'`-]*\Z"
    r"|(?:不是|不为|不等于|并非|而非)[\s*\"'`“-]*\Z"
    r"|(?:\bno (?:es|son|sería)|\bnão (?:é|são)|\bnon (?:è|sono)|\bn'est pas|\bnicht|\bне)(?!\w)[\s:*\"'`-]*\Z",
    re.IGNORECASE,
)
"""Before a number: the sentence denies it. English and Chinese; of other languages the plainest form."""
DENIED_AFTER = re.compile(
    r"[\s*\"'`)]*[^\W\d_]{0,20}\s*(?:(?:\b(?:is|was|would be|seems|looks|must be|are)\b\s*(?:clearly\s*"
    r"|obviously\s*)?|(?=isn't))(?:"
    r"(?:n't|isn't|not)\s+(?:the |a |an )?(?:\w+ )?(?:answer|right|correct|it|possible|valid|true|solution)\b"
    r"|(?:wrong|incorrect|false|impossible|too (?:high|low|large|small|big|many|few|much|little))\b)"
    r"|\b(?:cannot|can't|could not|couldn't) be (?:right|correct|it|the answer|true)\b|是?不(?:对|正确)|是错"
    r"|不是(?:答案|正确)|では(?:ない|ありません)|じゃない|이?가? ?아니|(?:이|가) 아닙니다)",
    re.IGNORECASE,
)
"""Behind a number: the sentence denies it."""
BOUND = re.compile(
    rf"(?:\b(?:more|less|fewer|greater|larger|smaller|higher|lower|bigger) than|\b(?:over|under|above|below"
    rf"|exceed(?:s|ing)?|beyond"
    rf"|almost|nearly|up to)|[^\s>]\s*[<>≤≥]|[<≤≥]|大于|小于|超过|多于|少于|不到"
    rf"|\bout of)\s*(?:or equal to\s*)?{CURRENCY}?[\s*-]*\Z",
    re.IGNORECASE,
)
"""Before a number: it is only a bound."""
