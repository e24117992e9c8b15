"""Only what is solved in time counts: scores of a claim that gives minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.claims.rows import took
from bench.errors import UsageError
from bench.language import tr
from bench.records import Claim, RunRecord

if TYPE_CHECKING:
    import pandas as pd

CLEAN_SHARE = 0.95
"""Of a model's answers so many must be timed cleanly, as where latency is judged."""


def in_time(items: pd.DataFrame, record: RunRecord, claim: Claim) -> pd.DataFrame:
    """The items, with a score of 0 for what took longer than the claim allows; as they are where it allows any time.

    UsageError where times say nothing: of a model of this machine or of a batch, of earlier answers, of imports that do
    not know them, and of answers that a busy machine timed. Agents' work takes minutes and works on the machine itself:
    there `busy` says it.
    """
    if claim.within_minutes is None:
        return items
    sides = (claim.candidate, claim.baseline)
    for label in sides:
        if label in record.models and (why := _untimed(items, record, claim, label)):
            raise UsageError(f"within_minutes cannot be judged: {why}. Leave it out, or run both models now.")
    late = items["model"].isin(sides) & items["score"].notna() & (took(items) > 60 * claim.within_minutes)
    return items.assign(score=items["score"].mask(late, 0.0))


def _untimed(items: pd.DataFrame, record: RunRecord, claim: Claim, label: str) -> str | None:
    """Why a model's times say nothing; None if they do."""
    if record.is_local(label):
        return f"{label} runs on this machine, and its time is the machine's"
    if record.models[label].batch:
        return f"{label} was asked by batch, which has no latency"
    mine = items[(items["model"] == label) & items["score"].notna()]
    if claim.suites:
        mine = mine[mine["suite"].isin(claim.suites)]
    if mine["reused"].fillna(False).astype(bool).any():
        return f"answers of {label} are earlier ones, which nobody timed beside the others"
    if unknown := int(took(mine).isna().sum()):
        return f"how long {unknown} of the {len(mine)} answers of {label} took is not known"
    asked = _of_models(mine)
    clean = int(asked["timing_ok"].fillna(False).astype(bool).sum())
    if clean < CLEAN_SHARE * len(asked):
        return f"{clean} of the {len(asked)} answers of {label} were timed cleanly; it takes {100 * CLEAN_SHARE:.0f} %"
    return None


def _of_models(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of models that were asked themselves, without an agent."""
    return rows[rows["agent"].isna()] if "agent" in rows else rows


def busy(items: pd.DataFrame, claim: Claim) -> str | None:
    """That agents of a claim that gives minutes worked while this machine was busy; None where none did."""
    if claim.within_minutes is None or "agent" not in items:
        return None
    mine = items[items["model"].isin((claim.candidate, claim.baseline)) & items["agent"].notna()]
    loaded = int((~mine["timing_ok"].fillna(True).astype(bool)).sum())
    if not loaded:
        return None
    return tr(
        "this machine was busy during {loaded} of {works} pieces of work, which made them longer",
        loaded=loaded,
        works=len(mine),
    )
