"""Where a text takes back what it said: "Wait, no: 9", "Correction: ...", "That is wrong.", 不对."""

from __future__ import annotations

import re
from functools import lru_cache

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

_PAUSE = (
    r"(?:(?:no|wait|hold\son|hang\son|hmm*|oops|whoops|oh|ah|uh|but|well|sorry|ok|okay|actually|on\ssecond\sthought"
    r"|(?:i|my)\sapologi(?:es|[sz]e)|(?:等等|等一下|等下|稍等|抱歉|对不起|不好意思|啊|哦|呃|嗯))"
    r"[\s,.!…:，。！：—–-]{1,6}){0,4}"
)
_BAD = r"(?:wrong|incorrect|mistaken|a\smistake|an\serror|in\serror|invalid|inaccurate|off(?=\s*[.,;!\n]|\s*\Z))"
_GOOD = r"(?:quite\s|actually\s|the\s)?(?:right|correct|true|accurate|it)\b"
_IT = (
    r"(?:it|that|this|the\sabove|(?:(?:my|the|this|that)\s)(?:(?:above|previous|first|earlier|last|initial)\s)?"
    r"(?:answer|result|value|calculation|response|solution|reasoning)(?:\s(?:above|i\sgave))?)"
)
_FAULT = re.compile(
    rf"""(?:(?<=[.!?…>*)}}$\n—–])|(?<=[。！？]))[\s*_(（]{{0,8}}{_PAUSE}(?:
        (?:i\s(?:now\s)?(?:think|believe|see|reali[sz]ed?|noticed?|suspect)\s(?:that\s)?)?(?:
            {_IT}(?:['’]s|\s(?:is|was|seems|looks|appears))\s(?:to\sbe\s)?(?:actually\s)?(?:{_BAD}|not\s{_GOOD})
          | {_IT}\s(?:(?:is|was)n['’]t|can(?:['’]t|not|\snot)\sbe|(?:does|did)(?:n['’]t|\snot)\s(?:seem|look|sound)
            (?:\sto\sbe)?)\s{_GOOD}
          | (?:i['’]ve|i(?:\shave)?)\smade\s(?:a|an|some)\s(?:\w+\s)?(?:mistake|error)s?\b
          | i\s(?:was|am)\s(?:wrong|mistaken)\b )
      | i\s(?:retract|withdraw|take\sback)\s(?:that|this|it|my|the)\b
      | i\s(?:need|have|want|must)\s(?:to\s)?correct\s(?:this|that|it|myself|my|the)\b[\s\w]{{0,12}}
      | (?:please\s)?(?:disregard|ignore)\s(?:this|that|it|(?:my|the)\s(?:above|previous|earlier|first|last|answer))\b
        (?!\s(?:th|wh|if\b))
      | (?:(?<=wait[,.!]\s)|(?<=\son[,.!]\s)|(?<=hmm[,.]\s))(?:that|this|it)(?:['’]s|\sis)\s(?:only|just)\b
        [^.;,\n]{{0,60}}
      | (?:no,?\swait|wait,?\sno)\b
      | (?:(?:上[面述]|以上|前面|刚才|之前|这|那|此|该)(?:个|里|的|得)?(?:答案|结果|结论|计算|回答|解答|推理|步骤|数)?
         |我(?:刚才|之前|前面|上面)?|答案|结果|(?:重新|再次?|仔细)?(?:检查|核对|验算|检验|计算|审题)[一后之]*下?[，,]?发现)
        (?:是|都|也|好像|似乎|可能|其实|确实|并|存在|答案|结果){{0,3}}
        (?:不对|不正确|不成立|(?:算|弄|搞|看|写|数|答|说)?错(?:误|了|的|(?=[。，！\s]|\Z))|有(?:误|错|问题))(?:的|了)?
      | 有误(?=[，,。！：:])
      | 我?(?:来|得|要|需要|再)?(?:改|更正|纠正|修正|订正)(?:一下|下)(?:答案)? | (?:订正|勘误|改正)(?=\s*[:：，])
      | 我?(?:收回|撤回)(?:这|上|以|我|刚|之|答) | 请?(?:忽略|无视)(?:上|以|之前|前面|这|刚)
    )[\s,.:!…，。：！)]*""",
    re.VERBOSE | re.IGNORECASE,
)
"""What calls the answer before it a fault, by itself."""
_GIVES = (
    r"(?:(?:it|that|this)(?:['’]s|\s+is|\s+was)\s+(?:actually\s+)?[*_\"'`“$(\[]{0,3}(?:-?\d|(?-i:[A-Z]))"
    r"|(?:it|that|this|which)\s+(?:should|must)\s+(?:actually\s+)?be\b(?!\s+(?:noted|clear|mentioned|right|correct|fine))"
    r"|(?:the|my)\s+(?:\w+\s+)?(?:answer|result|value|total|output)\s+(?:is|was|should\s+be|must\s+be|becomes)\b"
    r"(?!\s+(?:\w+ly\s+)?(?:right|correct|consistent|fine|unchanged|the\s+same|still|indeed|verified|confirmed|valid))"
    r"|<answer>|\\boxed|答案(?:应该?|就|还)?[是为]|应该?[是为]|改[为成])"
)
_RECHECKS = re.compile(
    rf"""(?:(?<=[.!?…>*)}}$\n—–])|(?<=[。！？]))[\s*_(（]{{0,8}}(?:
        (?:(?:oh|ah|hm+|but|no|oops)[\s,.!…—–-]{{1,4}}){{0,2}}(?:
            (?:wait|hold\son|hang\son|oops|let\sme\s(?:re-?\w+|double|check|verify|redo|correct|fix|think|try)
             |re-?(?:check|calculat|comput|read|count|consider)ing|i\s(?:mis\w+|forgot|overlooked|missed))\b)
        | (?:我|让我|再|现在)*(?:重新|再次?)(?:检查|核对|验算|检验|计算|算|审题|考虑|看|数)
        | 等等|等一下|稍等
        )(?:(?s:.){{0,240}}?(?={_GIVES})
          |(?<=wait|d\son|g\son)[^\n=✓✔]{{0,80}}?=(?=\s*[$€£]?-?\d[\d.,]*\$?\.?\s*\Z))""",
    re.VERBOSE | re.IGNORECASE,
)
"""What looks at the answer again, up to where it gives it anew."""
_ANOTHERS = re.compile(
    r"\b(?:some|many|most|others|one (?:might|may|could)|you (?:might|may)|tempting|common)\b|有人|误|很多人|常见"
    r"|[若如]果?",
    re.IGNORECASE,
)
"""In the sentence before a fault: it is not the answer that is called so."""
_POINTS = re.compile(r"[\s*_]*(?:that|this)\b", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
"""Nothing is taken back without a word."""


@lru_cache(maxsize=8)  # several readers ask it of the same text
def taken_back(text: str, since: int = 0) -> int | None:
    """Where the last retraction of a text, or of what stands there since a place, ends: what stands before it no longer
    counts. None without any.
    """
    begin = max(since, len(text) - WINDOW)
    last = None
    if not _LETTER.search(text, begin):
        return None
    for pattern in (_RETRACTION, _FAULT, _RECHECKS):
        for match in pattern.finditer(text, begin):
            anaphoric = pattern is _FAULT or _POINTS.match(match[0])
            others = anaphoric and _ANOTHERS.search(_sentence_before(text, match.start()))
            if match.start() > 0 and not others:  # what begins a text takes nothing back
                last = max(last or 0, match.end())
    return last


def _sentence_before(text: str, at: int) -> str:
    """The sentence that ends at a place, as far as it matters."""
    before = text[max(0, at - 80) : at].rstrip(" .!?。！？")
    return re.split(r"[.!?。！？\n]", before)[-1]


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
