"""Where a text takes back what it said: "Wait, no: 9", "Correction: ...", "That is wrong.", 不对."""

from __future__ import annotations

import re

WINDOW = 4096
"""Only so many characters at a text's end are looked at: no answer is sought before them, tags apart."""

_OPENS = r"(?:^|(?<=[.!…;,:)\]>*\n—–-])|(?<=[.!…]['\"”*])|(?<=[。！；，]))[\s*_—–-]{0,8}"
_STARTS = r"(?:^|(?<=[.!…>*)\n—–])|(?<=[。！]))[\s*_]{0,8}"
_AH = (
    r"(?:(?:oh|ah|uh|hm+|oops|whoops|i\sapologi[sz]e|(?:my\s)?apologies|but|well|sorry|ok|okay)\b[,.!…—– ]{0,4})"
    r"{0,3}"
)
_NEWLY = (
    r"(?:(?:it|that|this)(?:'s|’s|\s+is|\s+was|\s+should|\s+must)\b|the (?:right |correct |final |real "
    r"|true )?(?:answer|number|result|value"
    r"|letter|option|choice)\b|wait\b|actually\b|sorry\b|rather\b|make (?:it|that)\b|should be\b|i (?:meant"
    r"|mean|made|mis\w+|was wrong|forgot)"
    r"|(?-i:[A-Z])[\w'’-]*(?: [\w'’-]+){0,2}[.!]?(?=\n|\Z)"
    r"|<answer>|\\boxed|[$€£¥\"'“*`(\[-]*\d|[(*\"'`“]*[A-Z]\b(?![ ']))"
).replace(" ", r"\s")
_RETRACTION = re.compile(
    rf"""{_OPENS}{_AH}(?:
            wait\b[,.!…—–\s-]{{0,8}}(?:(?:that|this|it)(?:'s|’s|\sis|\swas)\s(?:wrong|incorrect|not)\b
                |no\b(?!\s(?:more|less|fewer|other|one|need|further))
                |i\s(?:made|mis|forgot|was\swrong)|actually\b|sorry\b|scratch\sthat
                |(?:it|the\sanswer)(?:'s|’s|\sis)\s(?:actually|really)\b)
          | no\b\s?[,.:!…;—–-]{{1,4}}\s?(?={_NEWLY})
          | correction\b\s*[:.,—–-] | (?:scratch|strike|ignore|forget)\sthat\b
          | (?:on\s(?:second\sthought|(?:further\s|closer\s|more\s)?(?:reflection|inspection|consideration|examination))
             |(?:upon|after)\s(?:reflection|re-?consideration|re-?checking|re-?reading)|thinking\s(?:again|about\sit\sagain)
             |let\sme\scorrect\s(?:that|this|it|myself)|i\sstand\scorrected|(?:i\sapologi[sz]e|(?:my\s)?apologies)
              (?=[\s,.:!;…—–-]{{1,6}}(?:{_NEWLY}|(?:that|this)\s(?:is|was)\s(?:wrong|incorrect)))
             |(?:edit|erratum|corrigendum)\s*(?=:))[\s,.:;!…—–-]*
          | i\stake\s(?:that|it)\sback\b
          | i\s(?:meant|mean)\b(?=\s*(?:to\ssay|[:,]|[$€£¥"'“*`(\[-]*\d|[(*"'`“]*[A-Z]\b))
          | (?:actually|rather|sorry|or\srather|my\smistake|my\sbad|oops)\b[\s,.:!…—–-]{{0,6}}(?={_NEWLY})
        )
      | {_STARTS}{_AH}(?:no[,.!]?\s+|wait[,.!]?\s+)?(?:
            (?:that|this)(?:'s|’s|\s(?:answer\s)?(?:is|was))\s(?:wrong|incorrect|not\s(?:right|correct|true)|a\smistake)\b
          | (?:my|the)\s(?:previous|first|earlier|above|last)\sanswer\s(?:is|was)\s(?:wrong|incorrect|not\b|a\smistake)
          | i\s(?:made|have\smade)\s(?:a|an)\s(?:\w+\s)?(?:mistake|error)\b | i\s(?:was|am)\swrong\b
        )
      | (?<=[。！，；,.!;…\s])(?:等等[,，。!！…\s]*(?:不对|错了|不是|应)?
          | (?:抱歉|对不起|不好意思|哦不|噢不|不不)[,，:：。!！\s]*
            (?=(?:我|答案|正确)?[^，。；\n]{{0,6}}(?:错|应该?[是为]|正确答案)|[是为])
          | (?:不对|不，|错了|我错了|更正|纠正|修正|说错了|搞错了|算错了|弄错了)[,，:：。!！\s]*)
      | (?<=[。！\n])[ \t*]{{0,4}}(?:不，|其实|实际上|仔细想想|再想想|重新考虑后?)?[，,]?
        应该?[是为](?![^，。\n]{{0,3}}(?:对|正确|没错))""",
    re.VERBOSE | re.IGNORECASE,
)
_LEADING = re.compile(
    r"(?:[\s,.:;!…—–*_]|-(?=\s)|(?:it|that|this|the (?:right |correct |final |real )?(?:answer|number|result"
    r"|value|letter|option|choice))(?:'s|’s|\s+is"
    r"|\s+was|\s+should be|\s+must be)\b(?!\s+(?:not|wrong|incorrect)\b)|(?:actually|really|rather|sorry"
    r"|should be|make (?:it|that)|i (?:meant|mean)"
    r"(?: to say)?|to be)\b|应该?(?:是|为)|答案应?该?[是为]|而?是|[，。：！])+",
    re.IGNORECASE,
)


def taken_back(text: str, since: int = 0) -> int | None:
    """Where the last retraction of a text, or of what stands there since a place, ends: what stands before it no longer
    counts. None without any.
    """
    begin = max(since, len(text) - WINDOW)
    last = None
    for match in _RETRACTION.finditer(text, begin):
        if match.start() > 0:  # what begins a text takes nothing back
            last = match.end()
    return last


def instead(rest: str) -> str:
    """What a retraction puts in place of what it takes back: the rest of its line, without the words that lead in."""
    lead = _LEADING.match(rest)
    rest = rest[lead.end() :] if lead else rest
    return rest.partition("\n")[0].strip()


_STRUCK = re.compile(
    r"(?<![~\w])~~(?=[^~\s])[^~\n]{1,300}?(?<=[^~\s])~~(?!~)|<(del|s|strike)>[^<]{0,300}</\1>"
    r"|\\(?:x?cancel|sout|st)\s*\{[^{}\n]{0,300}\}",
    re.IGNORECASE,
)


def without_struck(text: str) -> str:
    """A text without what it strikes out, by Markdown's ~~ ~~, HTML or LaTeX: that is taken back."""
    return _STRUCK.sub("", text) if "~~" in text or "</" in text or "\\" in text else text


def is_struck(text: str, begin: int, end: int) -> bool:
    """Whether what stands between two places of a text is struck out."""
    return any(
        match.start() < begin and end <= match.end() for match in _STRUCK.finditer(text, max(0, begin - 9), end + 9)
    )
