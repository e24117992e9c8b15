"""The evidence page and the README's answer in English."""

from __future__ import annotations

from bench.evidence.rule import (
    ABOVE,
    ALL,
    BEST_CLAUDE,
    BEST_US,
    CHEAP_US,
    CONTROL,
    HAIKU,
    OPUS,
    PREVIOUS,
    SONNET,
    YEAR_AGO,
)
from bench.evidence.sets import BILL, LIST, TOKENS
from bench.evidence.words import PageWords, template

WORDS = PageWords(
    page=template("page.en.md"),
    answer=template("answer.en.md").rstrip(),
    to=" to ",
    verdicts={"supported": "supported", "reported": "reported", "refuted": "refuted", "inconclusive": "open"},
    references={
        BEST_CLAUDE: "the best Claude of its date",
        YEAR_AGO: "the best Claude of a year before",
        ABOVE: "the cheapest Claude that scores higher",
        OPUS: "the newest Opus",
        PREVIOUS: "the Opus before it",
        SONNET: "the best Sonnet",
        HAIKU: "the best Haiku",
        BEST_US: "the best other US model",
        CHEAP_US: "the cheap US model",
        CONTROL: "(control) that US model against Claude",
    },
    lines={
        BEST_CLAUDE: "best Claude",
        YEAR_AGO: "a year before",
        ABOVE: "cheapest above",
        OPUS: "newest Opus",
        PREVIOUS: "Opus before",
        SONNET: "best Sonnet",
        HAIKU: "best Haiku",
    },
    kinds={
        name: name
        for name in (
            ALL,
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
    sources=("data", "source and commit", "retrieved", "licence", "costs", "may be published"),
)
