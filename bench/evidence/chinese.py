"""The evidence page and the README's answer in Chinese."""

from __future__ import annotations

from bench.evidence import rule
from bench.evidence.sets import BILL, LIST, TOKENS
from bench.evidence.words import PageWords, template

WORDS = PageWords(
    page=template("page.zh.md"),
    answer=template("answer.zh.md").rstrip(),
    to=" 至 ",
    verdicts={"supported": "证实", "reported": "据报成立", "refuted": "推翻", "inconclusive": "未定"},
    references={
        rule.BEST_CLAUDE: "当时最好的 Claude",
        rule.YEAR_AGO: "一年前最好的 Claude",
        rule.ABOVE: "得分更高的最便宜的 Claude",
        rule.OPUS: "最新的 Opus",
        rule.PREVIOUS: "上一版 Opus",
        rule.SONNET: "最好的 Sonnet",
        rule.HAIKU: "最好的 Haiku",
        rule.BEST_US: "最好的其他美国模型",
        rule.CHEAP_US: "便宜的美国模型",
        rule.CONTROL: "（对照）该美国模型与 Claude",
    },
    lines={
        rule.BEST_CLAUDE: "最好的 Claude",
        rule.YEAR_AGO: "一年前",
        rule.ABOVE: "更高分中最便宜",
        rule.OPUS: "最新 Opus",
        rule.PREVIOUS: "上一版 Opus",
        rule.SONNET: "最好的 Sonnet",
        rule.HAIKU: "最好的 Haiku",
    },
    kinds={
        rule.ALL: "全部",
        "agentic coding": "智能体编程",
        "coding": "编程",
        "reasoning": "推理",
        "mathematics": "数学",
        "language": "语言",
        "instructions": "遵循指令",
        "data analysis": "数据分析",
        "customer service with tools": "使用工具的客服",
    },
    bases={LIST: "当时的标价", BILL: "公布的账单", TOKENS: "由 token 数计算"},
    may={"rows": "数字和原始行", "figures": "仅数字"},
    compared="与谁相比",
    claims="说法",
    known="已知费用",
    tenth="其中不超过十分之一",
    candidate="候选",
    replaced="被替换的 Claude",
    others=("榜单", "工作", "候选", "最好的 Claude", "日期", "题数", "得分差（90 % 区间）", "费用", "费用依据", "结论"),
    shown=("榜单", "工作", "候选", "被替换的 Claude", "题数", "得分差（90 % 区间）", "费用", "结论"),
    outlook=("候选", "被替换的 Claude", "得分差", "费用", "题数", "美元", "届时"),
    beyond="超过 {items}",
    sources=("数据", "来源与提交", "获取日期", "许可", "费用", "可公布"),
)
