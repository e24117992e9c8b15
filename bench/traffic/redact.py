"""What a text may not carry on: keys and passwords, and what names a person. Own patterns, no model, no socket.

Names, addresses and what follows from the context are not recognised.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

_ESCAPED = r"(?<=\\[nrtbf])"
"""After a line's end or a tab as JSON escapes it, whose letter is no part of what follows."""


def _after(characters: str) -> str:
    """Where nothing of these characters stands before."""
    return rf"(?:(?<![{characters}])|{_ESCAPED})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recogniser:
    """One kind of text that is replaced."""

    name: str
    """Of its surrogates, e.g. "EMAIL" for <EMAIL_3>."""
    pattern: re.Pattern[str]
    """Where one may stand; of a group called "value" only that is replaced."""
    holds: Callable[[str], bool] = bool
    """Whether what was found is one."""
    hints: tuple[str, ...] = ()
    """Texts without which none can be there, to save time; lower-case unless `cased`; empty for none."""
    back: int | None = None
    """The most characters from the beginning of a match to that of its first hint, where only there need be looked;
    None if a hint may stand anywhere in it."""
    cased: bool = False
    """Whether hints have the case that they have in the text."""
    needs: re.Pattern[str] | None = None
    """What stands in every match and is found sooner; None for nothing."""


def _luhn(text: str) -> bool:
    """Whether digits are a card's number, by its check digit."""
    digits = [int(c) for c in text if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [d if at % 2 == 0 else 2 * d - 9 * (d > 4) for at, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _iban(text: str) -> bool:
    """Whether it is an account's number, by ISO 13616: its rest by 97 is 1."""
    plain = re.sub(r"\s", "", text).upper()
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _identity(text: str) -> bool:
    """Whether it is a Chinese identity number (GB 11643): a day of birth, and the check digit of ISO 7064 MOD 11-2."""
    plain = re.sub(r"[ \-]", "", text).upper()
    try:
        date(int(plain[6:10]), int(plain[10:12]), int(plain[12:14]))
    except ValueError:
        return False
    digits = [10 if c == "X" else int(c) for c in plain]
    return sum(digit << (17 - at) for at, digit in enumerate(digits)) % 11 == 1


def _address(text: str) -> bool:
    """Whether it is an IP address that may be somebody's: not the machine's own, none that means nothing."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (found.is_loopback or found.is_unspecified)


def _phone(text: str) -> bool:
    return 9 <= sum(c.isdigit() for c in text) <= 15


def _random(text: str) -> bool:
    """Whether it has the look of a key: all kinds of characters, each rarely; Shannon's entropy of 4 bits or more."""
    kinds = (str.isupper, str.islower, str.isdigit)
    if not all(any(kind(c) for c in text) for kind in kinds):
        return False
    times = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in times.values()) >= 4.0


def _secret(
    name: str,
    pattern: str,
    hints: str = "",
    holds: Callable[[str], bool] = bool,
    *,
    back: int | None = None,
    cased: bool = False,
    needs: str | None = None,
) -> Recogniser:
    return Recogniser(
        name=name,
        pattern=re.compile(pattern),
        hints=tuple(hints.split()),
        holds=holds,
        back=back,
        cased=cased,
        needs=None if needs is None else re.compile(needs),
    )


_PREFIXES = (
    r"sk-(?:ant-|proj-|or-|svcacct-|lf-)?[A-Za-z0-9_\-]{16,}",
    r"pk-lf-[A-Za-z0-9\-]{16,}",
    r"lsv2_\w{16,}",
    r"(?:AKIA|ASIA)[A-Z0-9]{16}",
    r"AIza[A-Za-z0-9_\-]{35}",
    r"gh[pousr]_[A-Za-z0-9]{30,}",
    r"github_pat_\w{30,}",
    r"glpat-[A-Za-z0-9_\-]{20,}",
    r"xox[abeoprs]-[A-Za-z0-9\-]{10,}",
    r"hf_[A-Za-z0-9]{30,}",
    r"npm_[A-Za-z0-9]{30,}",
    r"pypi-[A-Za-z0-9_\-]{30,}",
    r"nvapi-[A-Za-z0-9_\-]{30,}",
    r"sbp_[0-9a-f]{40}",
    r"csk-[A-Za-z0-9]{30,}",
    r"jina_[A-Za-z0-9_\-]{30,}",
    r"pa-[A-Za-z0-9_\-]{40,}",
    r"vck_[A-Za-z0-9]{30,}",
    r"sntry[su]_[A-Za-z0-9_+/=]{30,}",
    r"dckr_pat_[A-Za-z0-9_\-]{20,}",
    r"figd_[A-Za-z0-9_\-]{30,}",
    r"phx_[A-Za-z0-9]{30,}",
    r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}",
    r"ATATT[A-Za-z0-9_\-=]{30,}",
    r"pscale_(?:tkn|pw)_[A-Za-z0-9_\-.]{30,}",
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}",
    r"whsec_[A-Za-z0-9+/]{24,}",
    r"SG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}",
    r"dop_v1_[0-9a-f]{64}",
    r"gsk_[A-Za-z0-9]{30,}",
    r"xai-[A-Za-z0-9]{30,}",
    r"pplx-[A-Za-z0-9]{30,}",
    r"r8_[A-Za-z0-9]{30,}",
    r"LTAI[A-Za-z0-9]{12,}",
    r"AKID[A-Za-z0-9]{13,}",
    r"shpat_[0-9a-f]{32}",
    r"ya29\.[A-Za-z0-9_\-]{20,}",
    r"sq0[a-z]{3}-[A-Za-z0-9_\-]{22,}",
    r"GOCSPX-[A-Za-z0-9_\-]{20,}",
    r"hvs\.[A-Za-z0-9_\-]{20,}",
    r"dapi[0-9a-f]{32}",
    r"lin_api_[A-Za-z0-9]{30,}",
    r"ntn_[A-Za-z0-9]{30,}",
    r"secret_[A-Za-z0-9]{40,}",
    r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
    r"tvly-[A-Za-z0-9_\-]{20,}",
    r"key-[0-9a-f]{32}",
    r"SK[0-9a-f]{32}",
    r"fw_[A-Za-z0-9]{20,}",
    r"AGE-SECRET-KEY-1[A-Z0-9]{50,}",
)
"""Keys that say by their beginning whose they are."""
_BEGINNINGS = (
    "sk- pk-lf lsv2_ AKIA ASIA AIza ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- xox hf_ npm_ pypi- _live_ _test_ "
    "whsec_ SG. dop_v1_ gsk_ xai- pplx- r8_ LTAI AKID shpat_ ya29. sq0 GOCSPX- hvs. dapi lin_api_ ntn_ secret_ PMAK- "
    "tvly- key- SK fw_ nvapi- sbp_ csk- jina_ pa- vck_ sntry dckr_pat_ figd_ phx_ re_ ATATT pscale_ AGE-SECRET"
)
"""Their hints."""
_UNSEEN = r"[\u00ad\u200b-\u200f\u2060\ufeff]"
"""What splits a key and cannot be seen."""
_IS = r"(?:\\*[\"'])?\s*(?:=>|[:=：]|%3[AaDd])\s*(?:\\*[\"'])?"
"""Between a name and its value, in code, settings, JSON within JSON, and addresses."""
_STRONG = (
    r"(?i:passw(?:or)?d|passwd|passphrase|passcode|passwort|pwd|[_\-]pass|secret|api[_\-]?key|access[_\-]?key"
    r"|account[_\-]?key|private[_\-]?key|(?:auth|access|refresh|session|id|bearer)[_\-]?token|密码|口令)"
)
"""What is called so is a secret, also a short one."""
_WEAK = r"(?i:token|signature|sig|session(?:[_\-]?id)?|credentials?|auth(?:orization)?|[_\-]key)"
"""What is called so is a secret if it looks like one."""
_MIXED = r"(?=[^\s\"'\\,;]{0,99}[0-9])(?=[^\s\"'\\,;]{0,99}[A-Za-z])"
_WORD = r"[^\s\"'\\,;<>(){}\[\]]"
_NAMES = "pass pwd secret key token 密码 口令"
SECRETS = (
    _secret(
        "PRIVATE_KEY",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)(?:[A-Za-z0-9+/=:,.\-\s]|\\+[nrt/])){0,20000}"
        r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?",
        "-----begin",
    ),
    _secret("PRIVATE_KEY", r"Private-Lines: \d+(?P<value>(?:(?:\s|\\+[nr])+[A-Za-z0-9+/=]{16,})+)", "private-lines"),
    _secret("TOKEN", _after(r"\w") + r"eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*)?", "eyj"),
    _secret(
        "KEY",
        _after(r"A-Za-z0-9_")
        + rf"(?:{'|'.join(_PREFIXES)})(?:[A-Za-z0-9_\-]|\\(?=[_\-])|{_UNSEEN}+(?=[A-Za-z0-9_\-]{{4}}))*",
        _BEGINNINGS,
        back=2,
        cased=True,
    ),
    _secret("KEY", r"sk-(?:ant|proj|or-v1|svcacct)-(?=[A-Za-z0-9_\-]{0,40}\d)[A-Za-z0-9_\-]{20,}", "sk-"),
    _secret("KEY", r"sk%(?:25)*2[dD](?:[A-Za-z0-9_\-]|%(?:25)*2[dD]|%(?:25)*5[fF]){16,}", "sk%"),
    _secret(
        "PASSWORD",
        r"(?<=://)(?P<value>[^\s/:@\"\\<>]{1,200}:(?!\d{1,5}/)[^\s\"\\<>?]{1,200})(?=@[\w.\-]{1,200}(?:[:/?\s\"\\]|$))",
        "://",
    ),
    _secret("PASSWORD", r"(?<=://)(?P<value>[^\s/:@\"\\<>]{0,200}:[^\s/@\"\\<>]{1,200})(?=@)", "://"),
    _secret("KEY", r"(?<=://)(?P<value>[0-9a-fA-F]{32})(?=@)", "://"),
    _secret("TOKEN", r"hooks\.slack\.com/services/(?P<value>[\w/]{20,200})", "hooks.slack"),
    _secret("TOKEN", r"/api/webhooks/\d{1,30}/(?P<value>[\w\-]{20,200})", "/webhooks/"),
    _secret("TOKEN", r"(?<!\d)\d{6,12}:AA[\w\-]{30,40}", ":aa"),
    _secret("TOKEN", r"(?i:\b(?:bearer|basic)\s+)(?P<value>[A-Za-z0-9+/_\-.=~]{16,})", "bearer basic", back=0),
    _secret("TOKEN", r"(?i:\b(?:set-)?cookie\s*:\s*)(?P<value>[^\r\n\"\\]{8,4000})", "cookie", back=4),
    _secret("KEY", r"(?i:private\s+key\s*[:=]?\s*)(?P<value>(?:0x)?[0-9a-fA-F]{64})", "private", back=0),
    _secret(
        "KEY",
        r"(?i:secret|key|token|密钥)(?:[是为]|(?i:\s+(?:is|ist)\b)?(?=[\s\\:=：|*]))(?:[\s\"'`:=：|*]|\\+[nrt\"']){0,6}"
        r"(?P<value>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])",
        "secret key token 密钥",
        _random,
        back=0,
    ),
    _secret("PASSWORD", rf"{_STRONG}{_IS}(?P<value>{_MIXED}{_WORD}{{6,}})", _NAMES, back=8),
    _secret("PASSWORD", rf"{_STRONG}(?:\\*[\"'])?\s*[:=：]\s*\\*[\"'](?P<value>[^\"'\\\n<>]{{6,200}})", _NAMES, back=8),
    _secret(
        "PASSWORD",
        rf"{_WEAK}{_IS}(?P<value>{_MIXED}{_WORD}{{16,}})",
        "token sig session credential auth key",
        back=1,
    ),
    _secret(
        "PASSWORD",
        r"(?:PASS|PASSWD|PASSWORD|PWD|SECRET|TOKEN|KEY|CREDENTIALS)=(?:\\*[\"'])?(?P<value>[^\s\"'\\,;<>(){}\[\]$&]{6,})",
        "PASS PWD SECRET TOKEN KEY CREDENTIALS",
        back=0,
        cased=True,
    ),
    _secret(
        "PASSWORD",
        rf"(?i:\s--?(?:password|passwd|pass|token|secret|api-key)[ =]+)(?P<value>(?!-){_WORD}{{6,}})",
        "-pass -token -secret -api-key",
        back=2,
    ),
    _secret(
        "PASSWORD",
        r"(?:\b(?:curl|wget|http)\b[^\n\"]{0,200}?\s(?:-u|--user)[ =]+)[^\s:\"\\]{1,64}:(?P<value>[^\s\"'\\]{4,})",
        "-u --user",
    ),
    _secret("PASSWORD", r"\bmysql\w{0,9}\b[^\n\"]{0,200}?\s-p(?P<value>[^\s\"'\\]{4,})", "mysql"),
    _secret("PASSWORD", r"\bsshpass\s+-p\s*(?P<value>[^\s\"'\\]{4,})", "sshpass"),
    _secret("PASSWORD", r"\blogin\s+\S{1,100}\s+password\s+(?P<value>[^\s\"'\\]{4,})", "login"),
    _secret(
        "PASSWORD",
        rf"(?i:\b(?:password|passwd|pwd|passwort|passcode|passphrase)\s+(?:is|ist|lautet|:)|密码[是为]|口令[是为])\s*"
        rf"(?P<value>{_MIXED}{_WORD}{{6,}})",
        "pass pwd 密码 口令",
        back=0,
    ),
    _secret(
        "PASSWORD",
        _after(r"\w.\-*:") + r"(?=[\w.\-*]{0,99}[g-zG-Z.*])[\w.\-*]{1,100}:\d{2,5}:[\w*\-]{1,64}:[\w*.\-]{1,64}:"
        r"(?P<value>[^\s:\"\\]{4,})",
        ":",
        needs=r":\d{2,5}:[\w*\-]{1,64}:",
    ),
    _secret("PASSWORD", r"(?i:identified\s+by\s+)\\*['\"](?P<value>[^'\"\\]{4,})", "identified"),
    _secret(
        "PASSWORD",
        r"(?i:<(?:password|passwd|pwd|secret|token|api-?key)>)(?P<value>[^<\"\\]{4,200})",
        "<pass <pwd <secret <token <api",
    ),
)
"""What is never written into a table, whoever's it is."""
PERSONAL = (
    _secret("EMAIL", _after(r"\w.+\-") + r"[\w.+\-]{1,64}@(?:[\w\-]{1,63}\.)+[^\W\d_]{2,24}(?![\w\-])", "@"),
    _secret(
        "IBAN",
        _after(r"A-Za-z0-9_") + r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9_])",
        "",
        _iban,
    ),
    _secret(
        "IDENTITY",
        _after(r"A-Za-z0-9_")
        + r"[1-9]\d{5}[ \-]?(?:19\d\d|20[0-4]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ \-]?\d{3}[\dXx]"
        r"(?![A-Za-z0-9_])",
        "",
        _identity,
    ),
    _secret("CARD", r"(?<![\d.\-])\d(?:[ \-]?\d){12,18}(?![\d\-]|\.\d)", "", _luhn),
    _secret(
        "IP",
        _after(r"A-Za-z0-9_.:")
        + r"(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4})(?![A-Za-z0-9_:]|\.\d)",
        "",
        _address,
    ),
    _secret(
        "PHONE",
        _after(r"A-Za-z0-9_.\-+/") + r"(?:\+\d{1,3}[ .\-/]?(?:\(0?\d{1,4}\)[ .\-/]?)?\d{1,4}(?:[ .\-/]?\d{2,4}){1,4}"
        r"|\(\d{2,5}\)[ .\-/]?\d{2,4}(?:[ .\-/]?\d{2,4}){1,3}|0\d{1,4}(?: ?[/\-] ?| )\d{3,4}(?:[ \-]?\d{2,4}){1,2}"
        r"|\d{3}[.\-]\d{3}[.\-]\d{4}|1[3-9]\d{9}|1[3-9]\d[ \-]\d{4}[ \-]\d{4})(?![A-Za-z0-9_\-])",
        "",
        _phone,
    ),
    _secret("KEY", _after(r"\w+/\-") + r"[A-Za-z0-9+/_\-]{24,}={0,2}(?![\w+/\-])", "", _random),
)
"""What names a person or opens a door, as far as a pattern can know it."""
