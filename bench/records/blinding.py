"""Answers without their makers' names, for judges and people who are not to know whose they are."""

from __future__ import annotations

import re

from bench.records.vendors import VENDORS

_NAMES = "|".join(vendor.names for vendor in VENDORS if vendor.names)
_REST = r"(?:[\w-]|\.(?=\w))*"
"""What follows in a word: "Opus-5.5" to its end, without the full stop of the sentence."""
_SELF = re.compile(
    rf"\b(?:as|i am|i['’]m|my name is|this is|call me)\s+(?:an?\s+)?(?:ai\s+)?(?:(?:assistant|model)\s+)?"
    rf"(?:called\s+|named\s+)?(?:{_NAMES}){_REST}(?:\s+(?:{_NAMES}|\d|v\d){_REST})*",
    re.IGNORECASE,
)
_MADE = re.compile(rf"\b(made|built|created|developed|trained|provided) by (?:{_NAMES}){_REST}", re.IGNORECASE)
_SELF_CHINESE = re.compile(
    rf"(我是|作为|我叫|我的名字是)\s?(?:一个|一名|一位)?(?:人工智能|AI)?(?:助手|大模型|语言模型|模型)?[，, ]?\s?"
    rf"(?:{_NAMES}|通义千问|千问|深度求索|智谱清言|文心一言|豆包|混元|讯飞星火)[\w.-]{{0,20}}?(?=\W|$|的|我)",
    re.IGNORECASE,
)
_MADE_CHINESE = re.compile(
    rf"由\s?(?:{_NAMES}|通义|阿里|深度求索|智谱|月之暗面|百度|字节跳动|腾讯|小米|科大讯飞)[\w ]{{0,20}}?"
    r"(?=开发|训练|研发|创建|创造|打造|推出|提供)",
    re.IGNORECASE,
)


def anonymous(answer: str) -> str:
    """The answer without saying which model, or whose, it is: "As Claude, I" is "As an assistant, I"."""
    english = _MADE.sub(r"\1 by its maker", _SELF.sub(_plainly, answer))
    return _MADE_CHINESE.sub("由开发者", _SELF_CHINESE.sub(r"\1一个助手", english))


def _plainly(found: re.Match[str]) -> str:
    return f"{found[0][:2]} an assistant" if found[0][:3].casefold() == "as " else "I am an assistant"
