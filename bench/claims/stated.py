"""A claim from the command line, and what no claim may say."""

from __future__ import annotations

from typing import Any

from bench.errors import UsageError
from bench.records import ABOUT, LOAD_NEEDS, MARGINS, MEASURES, NEAREST, OVER, WITHIN_NEEDS, Claim, margin_keys


def adhoc(candidate: str, baseline: str, **values: Any) -> Claim:
    """A claim from the command line: margins by their keys, suites, over, about, confidence. UsageError for a
    candidate equal to its baseline, without any margin, or with one out of range."""
    unknown = set(values) - {*MARGINS, "suites", "over", "about", "measure", "within_minutes", "at_load", "confidence"}
    if unknown:
        raise TypeError(f"a claim has no {', '.join(sorted(unknown))}")
    sides = {"candidate": candidate, "baseline": baseline}
    if values.get("measure") is not None and values.get("worse_by") is None:
        raise UsageError("measure needs worse_by: how much worse the candidate may be by people's labels.")
    claim = Claim.of(f"{candidate} against {baseline}", {**values, **sides})
    require_sense(claim)
    return claim


def require_sense(claim: Claim) -> None:
    """UsageError for a claim that compares a model with itself, says nothing, or has a value out of range."""
    if claim.within_minutes is not None and ("worse_by" not in claim.margins or not claim.within_minutes > 0):
        raise UsageError(WITHIN_NEEDS)
    if claim.at_load is not None and ("slower_by" not in claim.margins or claim.at_load < 1):
        raise UsageError(LOAD_NEEDS)
    if claim.candidate == claim.baseline:
        raise UsageError("candidate and baseline are the same model.")
    if not claim.margins:
        raise UsageError(f"the claim says nothing: give {margin_keys()}.")
    words = (("about", claim.about, ABOUT), ("over", claim.over, OVER))
    for name, value, known in (*words, ("measure", claim.measure, MEASURES)):
        if value is not None and value not in known:
            raise UsageError(f"{name} is {value!r}: it must be one of {', '.join(known)}.")
    ranges = {key: (NEAREST, 1 - NEAREST if margin.share else 1 / NEAREST) for key, margin in MARGINS.items()}
    values = {**{key.partition(":")[0]: value for key, value in claim.margins.items()}, "confidence": claim.confidence}
    for name, (least, most) in {**ranges, "confidence": (0.5 + NEAREST, 1 - NEAREST)}.items():
        if name in values and not least <= values[name] <= most:
            raise UsageError(f"{name} is {values[name]:g}: it must lie between {least:g} and {most:g}.")
