"""What is odd about answers that count: empty ones, ones that came at once, and what the engine noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.language import tr, tr_later
from bench.records import Outcome, RunRecord, details_with, has_answer

if TYPE_CHECKING:
    import pandas as pd

LEAST = 5
"""So many answers that came whole in one read are told of: fewer may be chance."""
SHARE = 0.9
"""And only where they are so large a share: where more come in parts, nothing holds the streams back."""
NOTES = {
    "finish_reason": tr_later(
        "{n} {n:answer|answers} ended with a finish reason that nobody knows, and {n:counts|count} as ended by "
        "{n:itself|themselves}."
    ),
    "two_reasons": tr_later("{n} {n:answer|answers} gave two finish reasons, one after the other; the first counts."),
    "at_cap": tr_later(
        "{n} {n:answer|answers} ended by "
        "{n:itself with every token that it was|themselves with every token that they were} allowed; {n:it|they} may "
        "be cut all the same."
    ),
    "turned_away": tr_later(
        "{n} {n:answer|answers} came only after the endpoint had turned attempts away for its rate (429 or 529)."
    ),
    "not_streamed": tr_later(
        "{n} {n:answer|answers} came as one JSON reply: the endpoint did not stream, so only {n:its|their} whole time "
        "is known."
    ),
    "no_terminal_event": tr_later(
        "{n} {n:answer|answers} ended without {n:its|their} terminal event, though with finish reason and token counts."
    ),
}
"""What each note of a call (`Call.notes`) says of so many answers."""


USED = ("suite", "model", "outcome", "score", "graded", "reused", "latency_s", "ttfat_s", "agent", "grade_detail")
"""Columns of the items table that this looks at."""


def oddities(answered: pd.DataFrame, record: RunRecord) -> tuple[str, ...]:
    """A sentence for each kind of oddity of each model on each suite; none where there is none. `answered`: see
    `with_answers`."""
    table = answered[[name for name in USED if name in answered]]
    return tuple(
        tr("{model} on {suite}: {sentence}", model=model, suite=suite, sentence=sentence)
        for suite in record.suites
        for model in record.models
        for sentence in _of_one(table[(table["suite"] == suite) & (table["model"] == model)], bool(record.imported))
    )


def _of_one(table: pd.DataFrame, imported: bool) -> Iterator[str]:
    if empty := int((table["outcome"] == Outcome.EMPTY).sum()):
        yield (
            tr(
                "of the unparsable answers {empty} {empty:was|were} empty: the model ended by itself without any "
                "text, though tokens may have been billed.",
                empty=empty,
            )
        )
    details = details_with(table["grade_detail"], "notes")
    counts = Counter(note for detail in details for note in detail.get("notes", ()))
    yield from (tr(words, n=counts[note]) for note, words in NOTES.items() if counts[note])
    timed = table[has_answer(table) & ~table["reused"].astype(bool) & table["latency_s"].notna()]
    if "agent" in timed:
        timed = timed[timed["agent"].isna()]  # an agent's last message says nothing of a stream
    held_back = int((timed["ttfat_s"].isna() & (timed["outcome"] == Outcome.ANSWERED)).sum())
    if held_back and not imported:
        yield (
            tr(
                "{held_back} of {timed} timed answers came at once, as from a proxy that buffers: their "
                "times to first token are not the model's, and in no statistic.",
                held_back=held_back,
                timed=len(timed),
            )
        )
    first, whole = timed["ttfat_s"].notna(), int((timed["ttfat_s"] == timed["latency_s"]).sum())
    if whole >= max(LEAST, SHARE * int(first.sum())) and not imported:
        yield (
            tr(
                "{whole} of {first} answers with a time to first token came whole in a single read, "
                "their end with their text. Whether the model writes so or something between holds its "
                "stream back cannot be told apart there: these times are upper bounds of the model's own.",
                whole=whole,
                first=int(first.sum()),
            )
        )
