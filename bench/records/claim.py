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


NEAREST = 1e-6
"""How near to 0 or 1 a share or a confidence may be stated; a factor lies between this and its inverse. No run of any
size could tell more, and a risk of 1e-17 has no logarithm."""
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
OVER: dict[str, str] = {
    "each": "every suite must hold",
    "mean": "the unweighted mean of the suites",
    "traffic": "all items together, each with the weight that the log gives it",
}
"""How a claim goes over its suites and items; the first where it does not say."""
BY_TRAFFIC = "traffic"
"""The word of OVER that weighs the items."""
HEAVY_SHARE = 0.01
"""The share of a log for which the heaviest requests are known: no smaller margin of score is judged by its weights."""


EVIDENCE: dict[str, str | None] = {"check": None, "accepted": None, "pass": "pass", "preference": "preference"}
"""What a slice's quality is judged by -> what people's labels measure: programmatic checks, agreement with the accepted
past answers, or labels, which judges help; None where scores are judged."""
AGREEMENT = ("accepted", "round_trip", "tool_calls")
"""How samples of a log are graded (`--check`) by the logged answer: a verdict on them is on agreement with it."""
_WORSE = "worse_by"


def measured_margin(measure: str) -> str:
    """The key in `Claim.margins` of a claim's `worse_by` where people's labels measure it: no score keeps it."""
    return f"{_WORSE}:{measure}"


WITHIN_NEEDS = "within_minutes counts what is solved in time: give worse_by beside it, and no measure."
"""What is wrong with a claim that has `within_minutes` without scores to judge."""
LOAD_NEEDS = "at_load says at how many calls at once latency is judged: give slower_by beside it."
"""What is wrong with a claim that has `at_load` without a latency to judge."""
MOST_AT_ONCE = 4096
"""Calls at once at which load can be measured."""
SLICED = ("task", "tag", "kind", "model")
"""What says which items a slice has: the task, and what the log says of each request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSlice:
    """One `[slices.<name>]` table: a kind of work, and the evidence that counts for it."""

    name: str
    """The slice's name."""
    only: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Which items: key of SLICED -> its value; all of them must hold."""
    evidence: str | None = None
    """A key of EVIDENCE; None where the claim says it."""

    @classmethod
    def of(cls, name: str, values: Mapping[str, Any]) -> WorkSlice:
        """A slice from the keys of bench.toml."""
        only = {key: values[key] for key in SLICED if values.get(key) is not None}
        return cls(name=name, only=only, evidence=values.get("evidence"))

    @property
    def words(self) -> str:
        """For example "tag refund, kind single"."""
        return ", ".join(f"{key} {value}" for key, value in self.only.items())

    def as_dict(self) -> dict[str, Any]:
        """As run.json holds it."""
        evidence = {} if self.evidence is None else {"evidence": self.evidence}
        return {"name": self.name, **dict(self.only), **evidence}


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
    """A word of OVER: "each": every suite must hold; "mean": their unweighted mean; "traffic": all items, each with the
    weight that the log gives its request."""
    about: str = THESE
    """"these": these kinds of task, on fresh items: families are fixed strata, and items are independent but where
    their task says that they share a source. "such": other kinds of task like these: families are drawn at random."""
    measure: str | None = None
    """What people's labels say and `worse_by` speaks of, in place of scores: "pass", how often answers are right, or
    "preference", how often they are preferred less how often the baseline's are. None for scores."""
    within_minutes: float | None = None
    """Only what is solved within so many minutes counts as solved: an answer that took longer scores 0. The time is
    that of the answer, or of an agent from its start to its end. None where time does not move the score."""
    at_load: int | None = None
    """`slower_by` speaks of prompts of one size with so many calls at once, which `bench run --load` measures; None
    where it speaks of the items' own calls."""
    confidence: float = 0.95
    """How sure the verdict is: 1 - alpha, above 0.5 and at most 0.999999, where alpha is the risk that it errs."""
    slice: WorkSlice | None = None
    """The kind of work that it speaks of; None for all items of its suites."""

    @classmethod
    def of(cls, name: str, values: Mapping[str, Any]) -> Claim:
        """A claim from the keys of bench.toml or run.json; keys that are not a claim's are left out, as is None."""
        given = {key: value for key, value in values.items() if value is not None}
        margins = {key: given[key] for key in MARGINS if key in given}
        if given.get("measure") and _WORSE in margins:
            margins[measured_margin(given["measure"])] = margins.pop(_WORSE)
        fields = ("candidate", "baseline", "over", "about", "measure", "within_minutes", "at_load", "confidence")
        known = {key: given[key] for key in fields if key in given}
        if isinstance(given.get("slice"), Mapping):
            known["slice"] = WorkSlice.of(str(given["slice"].get("name", "")), given["slice"])
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
        and `measure`, `within_minutes`, `at_load` and `slice` where there is one."""
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
            **({} if self.within_minutes is None else {"within_minutes": self.within_minutes}),
            **({} if self.at_load is None else {"at_load": self.at_load}),
            "confidence": self.confidence,
            **({} if self.slice is None else {"slice": self.slice.as_dict()}),
        }

    def without(self, *margins: str) -> Claim:
        """The claim without some of its margins."""
        return replace(self, margins={key: value for key, value in self.margins.items() if key not in margins})


def margin_keys() -> str:
    """Every margin's key for a reader, e.g. "cheaper_by, worse_by or slower_by"."""
    *first, last = MARGINS
    return f"{', '.join(first)} or {last}"
