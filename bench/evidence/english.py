"""The evidence page and the README's answer in English."""

from __future__ import annotations

from bench.evidence import rule
from bench.evidence.sets import BILL, LIST, TOKENS
from bench.evidence.words import PageWords, template

WORDS = PageWords(
    page=template("page.en.md"),
    answer=template("answer.en.md").rstrip(),
    to=" to ",
    verdicts={"supported": "supported", "reported": "reported", "refuted": "refuted", "inconclusive": "open"},
    references={
        rule.BEST_CLAUDE: "the best Claude of its date",
        rule.YEAR_AGO: "the best Claude of a year before",
        rule.ABOVE: "the cheapest Claude that scores higher",
        rule.OPUS: "the newest Opus",
        rule.PREVIOUS: "the Opus before it",
        rule.SONNET: "the best Sonnet",
        rule.HAIKU: "the best Haiku",
        rule.BEST_US: "the best other US model",
        rule.CHEAP_US: "the cheap US model",
        rule.CONTROL: "(control) that US model against Claude",
    },
    lines={
        rule.BEST_CLAUDE: "best Claude",
        rule.YEAR_AGO: "a year before",
        rule.ABOVE: "cheapest above",
        rule.OPUS: "newest Opus",
        rule.PREVIOUS: "Opus before",
        rule.SONNET: "best Sonnet",
        rule.HAIKU: "best Haiku",
    },
    kinds={
        name: name
        for name in (
            rule.ALL,
            "agentic coding",
            "coding",
            "reasoning",
            "mathematics",
            "language",
            "instructions",
            "data analysis",
        )
    },
    bases={name: name for name in (LIST, BILL, TOKENS)},
    may={"rows": "figures and rows", "figures": "figures only"},
    compared="compared with",
    claims="claims",
    known="bills known",
    tenth="of these at most a tenth",
    candidate="candidate",
    replaced="Claude replaced",
    others=(
        "table",
        "work",
        "candidate",
        "best Claude",
        "date",
        "items",
        "points (90 % interval)",
        "bill",
        "cost basis",
        "verdict",
    ),
    shown=("table", "work", "candidate", "Claude replaced", "items", "points (90 % interval)", "bill", "verdict"),
    outlook=("candidate", "Claude replaced", "points", "bill", "items", "USD", "then"),
    beyond="more than {items}",
    sources=("data", "source and commit", "retrieved", "licence", "costs", "may be published"),
)
