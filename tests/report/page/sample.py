"""A small run whose texts try to break out of the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.records import read_rows, write_tables
from bench.records.tables import ItemRow
from tests.report.sample_run import ANSWERED, model, write_run

HOSTILE = (
    '</script><script>window.broken = true</script><img src=x onerror="window.broken = true"> & <b id="bold">bold</b>'
)
"""An answer that is markup."""
SPOKEN = "a name/with # & 100 % spaces"
"""An item's id that an address must escape."""
ENDS = {"item-3": "truncated", "item-4": "refused", "item-5": "unparsable"}
"""How the cheap model's answers ended, where they did not end well."""
CLAIM = {
    "name": "cheap-is-enough", "candidate": "cheap", "baseline": "dear", "cheaper_by": 0.5, "worse_by": 0.1,
    "slower_by": None, "suites": [], "over": "each", "confidence": 0.95, "sha256": "00",
    "recorded_at": "2026-11-20T10:00:00.000+00:00",
}  # fmt: skip


def rows(items: int = 12) -> list[ItemRow]:
    """Both models on `items` items: "cheap" loses three by how it ended and one more, and is ten times cheaper."""
    found = []
    for number in range(items):
        name = SPOKEN if number == 7 else f"item-{number}"
        for label in ("cheap", "dear"):
            ended = ENDS.get(name, "answered") if label == "cheap" else "answered"
            wrong = ended != "answered" or (label == "cheap" and number == 2)
            found.append(
                replace(
                    ANSWERED, model=label, item=name, task="chain_sum", family=f"family-{number % 6}",
                    cluster=f"family-{number % 6}", level=number % 3 + 1, outcome=ended, score=0.0 if wrong else 1.0,
                    cost_usd=0.001 if label == "cheap" else 0.01, cost_cap_usd=0.1, latency_s=1.0 + number / 100,
                    order=number, prompt_sha256=f"{number:02}",
                )
            )  # fmt: skip
    return found


def write(folder: Path, items: int = 12, *, claims: bool = True, **manifest: Any) -> Path:
    """Writes the run: item-0 is HOSTILE and has reasoning, item-1 is 60,000 characters long."""
    about: dict[str, Any] = {"models": {label: model(f"weights/{label}") for label in ("cheap", "dear")}}
    about["claims"] = {CLAIM["name"]: CLAIM} if claims else {}
    write_run(folder, rows(items), {5: {"passed": 3, "total": 40, "verdict": "wrong"}}, **{**about, **manifest})
    found, answers = read_rows(folder)
    texts = {"item-0": HOSTILE, "item-1": "A" * 30_000 + "Z" * 30_000, "item-8": "the Zebra answers 4"}
    words = {("item-9", "dear"): "the sum is 4 . a b c ", ("item-9", "cheap"): "the sum is 5 . a b c d"}
    asked = '[{"role": "user", "content": "2 + 2 <i>now</i>?"}]'
    write_tables(
        folder,
        found,
        [
            replace(
                a,
                answer=words.get((a.item, a.model), texts.get(a.item, "4")),
                prompt=asked,
                reasoning="two and two" if a.item == "item-0" else "",
                expected="four, as 4",
                extracted="five" if a.item == "item-2" and a.model == "cheap" else "4",
            )
            for a in answers
        ],
    )
    return folder
