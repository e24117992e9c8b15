"""What is claimed of two models: candidate against baseline, with a margin for each part of the claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bench.records.items import sha256_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """A key of `[claims.<name>]` and of the command line that makes a claim speak of one of its parts."""

    meaning: str
    """What its value says, as the command line explains it."""
    share: bool
    """Whether it lies in (0, 1); otherwise it is a factor above 0."""
    example: float
    """A usual value."""
    always: bool = False
    """Whether run.json, claims.json and the claim's hash hold it as null where a claim does not give it."""


MARGINS: dict[str, Margin] = {
    "cheaper_by": Margin(meaning="Least saving per item, e.g. 0.9.", share=True, example=0.9, always=True),
    "worse_by": Margin(
        meaning="Non-inferiority margin in score points, e.g. 0.03.", share=True, example=0.03, always=True
    ),
    "slower_by": Margin(meaning="Largest ratio of E2E latency, e.g. 2.", share=False, example=2.0, always=True),
}
"""Every margin by its key; a part of a claim names its own (`Part.margin`)."""


THESE, SUCH = "these", "such"
ABOUT: dict[str, str] = {
    THESE: "fresh items of these kinds of task: families are fixed strata, items independent but for shared sources",
    SUCH: "other kinds of task like these: families are drawn at random, as clusters",
}
"""What a claim can speak about; the first where it does not say."""


MEASURES: dict[str, str] = {
    "pass": "whether an answer is right: 1 if it is, 0 if not",
    "preference": "which of two models' answers is better: 1 the model's, 0 the other's, 0.5 neither",
}
"""What people's labels and judges' verdicts measure, and what their values mean."""
_WORSE = "worse_by"


def measured_margin(measure: str) -> str:
    """The key in `Claim.margins` of a claim's `worse_by` where people's labels measure it: no score keeps it."""
    return f"{_WORSE}:{measure}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One `[claims.<name>]` table: candidate against baseline, with margins declared before the run."""

    name: str
    """The claim's name."""
    candidate: str
    """Label of the model that is claimed to be e.g. cheaper."""
    baseline: str
    """Label of the model it is compared with."""
    margins: Mapping[str, float] = field(default_factory=dict, hash=False)
    """Key of MARGINS -> its value, for each part that is claimed, e.g. {"cheaper_by": 0.9, "worse_by": 0.03}:
    `cheaper_by` is the least saving per item as a share of the baseline's cost, `worse_by` the non-inferiority margin
    in score points, `slower_by` the largest ratio of E2E latency, candidate / baseline."""
    suites: tuple[str, ...] = ()
    """Suites it speaks of, of those of the run; empty for all of them."""
    over: str = "each"
    """"each": every suite must hold; "mean": their unweighted mean."""
    about: str = THESE
    """"these": these kinds of task, on fresh items: families are fixed strata, and items are independent but where
    their task says that they share a source. "such": other kinds of task like these: families are drawn at random."""
    measure: str | None = None
    """What people's labels say and `worse_by` speaks of, in place of scores: "pass", how often answers are right, or
    "preference", how often they are preferred less how often the baseline's are. None for scores."""
    confidence: float = 0.95
    """How sure the verdict is: 1 - alpha, in (0.5, 1), where alpha is the risk that it errs."""

    @classmethod
    def of(cls, name: str, values: Mapping[str, Any]) -> Claim:
        """A claim from the keys of bench.toml or run.json; keys that are not a claim's are left out, as is None."""
        given = {key: value for key, value in values.items() if value is not None}
        margins = {key: given[key] for key in MARGINS if key in given}
        if given.get("measure") and _WORSE in margins:
            margins[measured_margin(given["measure"])] = margins.pop(_WORSE)
        fields = ("candidate", "baseline", "over", "about", "measure", "confidence")
        known = {key: given[key] for key in fields if key in given}
        return cls(name=name, margins=margins, suites=tuple(given.get("suites", ())), **known)

    @property
    def alpha(self) -> float:
        """The risk that the claim takes: 1 - confidence."""
        return round(1 - self.confidence, 12)

    @property
    def sha256(self) -> str:
        """Hash of everything the claim says; a changed margin is another claim.

        A claim about THESE hashes as one that does not say: as claims did before they could.
        """
        return sha256_of(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """As run.json holds it: the keys of bench.toml, with null for what is not claimed; `about` where it is SUCH,
        and `measure` where there is one."""
        margins = {key: self.margins.get(key) for key, m in MARGINS.items() if m.always or key in self.margins}
        if self.measure:
            margins[_WORSE] = self.margins.get(measured_margin(self.measure))
        return {
            "name": self.name,
            "candidate": self.candidate,
            "baseline": self.baseline,
            **margins,
            "suites": self.suites,
            "over": self.over,
            **({} if self.about == THESE else {"about": self.about}),
            **({} if self.measure is None else {"measure": self.measure}),
            "confidence": self.confidence,
        }

    def without(self, *margins: str) -> Claim:
        """The claim without some of its margins."""
        return replace(self, margins={key: value for key, value in self.margins.items() if key not in margins})


def margin_keys() -> str:
    """Every margin's key for a reader, e.g. "cheaper_by, worse_by or slower_by"."""
    *first, last = MARGINS
    return f"{', '.join(first)} or {last}"
