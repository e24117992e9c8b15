"""The part of run.json that says which earlier answers of a baseline count, and what a sample asked again showed."""

from __future__ import annotations

from dataclasses import dataclass

from bench.language import tr
from bench.records.runjson import JsonRecord, require_time


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedReuse(JsonRecord):
    """Earlier answers of one baseline that count in a run, and the sample of them that was asked again."""

    hours: float
    """How old they could be, in hours."""
    answers: int
    """How many count."""
    earliest: str
    """When the first of them was asked; UTC, ISO 8601."""
    latest: str
    """When the last of them was asked; UTC, ISO 8601."""
    served_model: str | None = None
    """The model id in their replies, and in those of today; None where the vendor states none."""
    compared: int
    """Items that were asked again, and compared with what they had been answered."""
    score_change: float
    """Mean score of these today less that of their earlier answers, in [-1, 1]."""
    score_low: float | None = None
    """Lower bound of its 95 % interval."""
    score_high: float | None = None
    """Upper bound of its 95 % interval."""
    tokens_ratio: float | None = None
    """Their output tokens today over those of then; None where the vendor counts none."""
    tokens_low: float | None = None
    """Lower bound of its 97.5 % interval."""
    tokens_high: float | None = None
    """Upper bound of its 97.5 % interval."""

    def __post_init__(self) -> None:
        """ValueError for a time that is none, or a number of answers that cannot be one."""
        require_time(self.earliest, "baseline_reuse.earliest")
        require_time(self.latest, "baseline_reuse.latest")
        if self.answers < 0 or self.compared < 0:
            raise ValueError("baseline_reuse.answers, .compared: 0 or a greater number is needed")

    @property
    def compared_words(self) -> str:
        """For example "20 asked again score +0.0 points (95 % interval -13.9 to +13.9) and take 1.02 times the output
        tokens (97.5 % interval 0.95 to 1.09)"."""
        said = tr(
            "{compared} asked again score {score_change:+.1f} points",
            compared=self.compared,
            score_change=100 * self.score_change,
        )
        if self.score_low is not None and self.score_high is not None:
            said += tr(
                " (95 % interval {score_low:+.1f} to {score_high:+.1f})",
                score_low=100 * self.score_low,
                score_high=100 * self.score_high,
            )
        if self.tokens_ratio is None:
            return tr("{said}; their output tokens are unknown", said=said)
        said += tr(" and take {tokens_ratio:.2f} times the output tokens", tokens_ratio=self.tokens_ratio)
        if self.tokens_low is None or self.tokens_high is None:
            return said
        return tr(
            "{said} (97.5 % interval {tokens_low:.2f} to {tokens_high:.2f})",
            said=said,
            tokens_low=self.tokens_low,
            tokens_high=self.tokens_high,
        )

    @property
    def words(self) -> str:
        """For example "484 answers of 2026-11-02 to 2026-11-05 count at no new cost; 25 asked again score ..."."""
        days = dict.fromkeys((self.earliest[:10], self.latest[:10]))
        return tr(
            "{answers} earlier {answers:answer|answers} ({days}) {answers:counts|count} at no new cost; "
            "{compared_words}",
            answers=self.answers,
            days=tr(" to ").join(days),
            compared_words=self.compared_words,
        )
