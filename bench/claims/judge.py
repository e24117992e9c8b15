"""Judges a claim on a run's pairs: its parts, suite by suite, and what missing data would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bench.claims import parts, questions
from bench.claims.outlook import Outlook
from bench.claims.pairs import Pairs
from bench.claims.parts import Part, PartResult
from bench.claims.scope import Scope, scopes
from bench.claims.verdict import JointTest, Verdict, combine
from bench.records import ABOUT, Claim, Outcome
from bench.stats import holm

TRUNCATION_GAP = 0.02
"""Truncation or refusal rates that differ by more are warned about."""

Results = dict[tuple[str, str], PartResult]
"""Results by suite and part's key."""


@dataclass(frozen=True, slots=True)
class Case:
    """A claim and what it is judged on."""

    claim: Claim
    """What is claimed."""
    pairs: Pairs
    """Both models' answers to the same items."""
    declared: bool
    """Whether the claim was recorded before the first answer it uses was asked; otherwise it is exploratory."""
    local: bool
    """Whether a model that runs on this machine takes part."""
    seen_in: tuple[str, ...] = ()
    """Earlier runs, of another plan, that held the claim and had some of these answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A claim judged about these kinds of task, or about other kinds like them."""

    about: str
    """A key of ABOUT."""
    test: JointTest
    """Its parts, each with its p-values, interval, n and design effect, judged alone."""
    verdict: Verdict
    """With Holm's correction over all declared claims of the run, each in this reading's place."""
    p_supported: float
    """Adjusted for the other declared claims."""
    p_refuted: float
    """Adjusted for the other declared claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A claim, judged on a run."""

    case: Case
    """What was judged."""
    test: JointTest
    """Its parts and p-values, judged alone."""
    reported: Mapping[tuple[str, str], PartResult]
    """Parts that are shown but not judged, by (suite, key): latency that involves a local model."""
    verdict: Verdict
    """With Holm's correction over all declared claims of the run."""
    p_supported: float
    """Adjusted for the other declared claims."""
    p_refuted: float
    """Adjusted for the other declared claims."""
    other: Reading
    """What the reading that does not decide says of it."""
    warnings: tuple[str, ...]
    """What a reader must know beside the verdict."""
    proves_little: Mapping[tuple[str, str], str]
    """Parts that no candidate would miss on these items, by (suite, key) -> why, in a clause."""
    outlook: Outlook | None = None
    """What it would take to support it; None where that is not worked out, or no score is claimed."""
    apart: str | None = None
    """That these items hardly tell models apart, as a sentence; None where they do."""
    rival: str | None = None
    """A cheap model of the baseline's own vendor, where the claim goes across vendors and one was run."""

    @property
    def claim(self) -> Claim:
        """What is claimed."""
        return self.case.claim

    @property
    def deciding(self) -> Reading:
        """The reading that decides: what the claim speaks about."""
        return Reading(
            about=self.claim.about,
            test=self.test,
            verdict=self.verdict,
            p_supported=self.p_supported,
            p_refuted=self.p_refuted,
        )

    @property
    def readings(self) -> tuple[Reading, Reading]:
        """The deciding one, and the other."""
        return self.deciding, self.other

    @property
    def pairs(self) -> Pairs:
        """What it was judged on."""
        return self.case.pairs

    @property
    def declared(self) -> bool:
        """See `Case`."""
        return self.case.declared

    @property
    def seen_in(self) -> tuple[str, ...]:
        """See `Case`."""
        return self.case.seen_in

    def supports(self, result: PartResult) -> bool:
        """Whether a part of it is supported, taken alone."""
        return result.p_supported <= self.claim.alpha and not result.problem


def judge_cases(cases: Sequence[Case]) -> list[Judgement]:
    """Judges claims, in order.

    Declared claims share one error budget (Holm); exploratory ones are judged each alone, and labelled so.
    """
    results = [_results(case, case.claim.about) for case in cases]
    deciding = _readings(cases, [combine(judged) for judged, _ in results], [case.claim.about for case in cases])
    elsewhere = [_elsewhere(case, judged) for case, (judged, _) in zip(cases, results, strict=True)]
    others = _readings(cases, [combine(judged) for judged in elsewhere], [_other(case.claim) for case in cases])
    judgements = []
    for case, reading, other, (_, reported) in zip(cases, deciding, others, results, strict=True):
        judgement = Judgement(
            case=case,
            test=reading.test,
            reported=reported,
            verdict=reading.verdict,
            p_supported=reading.p_supported,
            p_refuted=reading.p_refuted,
            other=other,
            warnings=(*_warnings(case), *_sensitivity(case, reading.verdict, reading.test)),
            proves_little={(scope.suite, part.key): why for scope, part, why in _proving_little(case)},
        )
        judgements.append(judgement)
    return judgements


def _readings(cases: Sequence[Case], tests: Sequence[JointTest], abouts: Sequence[str]) -> list[Reading]:
    """Verdicts from tests, with Holm's correction over the declared claims."""
    supported, refuted = [test.p_supported for test in tests], [test.p_refuted for test in tests]
    together = [at for at, case in enumerate(cases) if case.declared]
    for p_values in (supported, refuted):
        for at, p in zip(together, holm([p_values[at] for at in together]), strict=True):
            p_values[at] = p
    return [
        Reading(
            about=about,
            test=test,
            verdict=replace(test, p_supported=p_for, p_refuted=p_against).verdict(case.claim.alpha),
            p_supported=p_for,
            p_refuted=p_against,
        )
        for case, test, about, p_for, p_against in zip(cases, tests, abouts, supported, refuted, strict=True)
    ]


def _other(claim: Claim) -> str:
    """The reading that does not decide."""
    return next(about for about in ABOUT if about != claim.about)


def _elsewhere(case: Case, judged: Results) -> Results:
    """The parts in the other reading; the same where both take the same items for dependent."""
    return judged if case.pairs.one_reading else _results(case, _other(case.claim))[0]


def _results(case: Case, about: str) -> tuple[Results, Results]:
    """What is judged, and what is only reported."""
    judged: Results = {}
    reported: Results = {}
    whys: Results = {}
    for scope in scopes(case.claim, case.pairs, about):
        for part in parts.claimed(case.claim):
            why = part.local_why if case.local else None
            result = part.test(scope)
            if why is None:
                judged[scope.suite, part.key] = result
            else:
                reported[scope.suite, part.key] = result
                whys[scope.suite, part.key] = parts.undecided(part.key, result.estimate, result.n, why)
    return judged or whys, reported


def _warnings(case: Case) -> Iterator[str]:
    pairs = case.pairs
    ours, theirs = pairs.candidate, pairs.baseline
    if case.seen_in:
        yield f"judged before, on some of these answers, in {', '.join(case.seen_in)}: a second look errs more often"
    yield from map(questions.in_words, pairs.repeated)
    if pairs.n < pairs.planned:
        yield f"interim: {pairs.n} of {pairs.planned} planned items were asked"
    if ours.missing or theirs.missing:
        lacks = [f"{side.label} lacks {side.missing} of {side.samples} scores" for side in (ours, theirs)]
        yield " and ".join(lacks)
    if ours.truncated is None or theirs.truncated is None:
        yield "how the answers ended is unknown: truncation may be part of the difference"
    for what in (Outcome.TRUNCATED, Outcome.REFUSED):
        counts = [(getattr(side, what), side.samples) for side in (ours, theirs)]
        rates = [count / samples for count, samples in counts if count is not None]
        if len(rates) == 2 and abs(rates[0] - rates[1]) > TRUNCATION_GAP:
            cut = [f"{100 * rate:.0f} %" for rate in rates]
            yield f"{ours.label} has {cut[0]} of its answers {what}, {theirs.label} {cut[1]}; they score 0"
    if ours.sampling != theirs.sampling:
        sent = " against ".join(" or ".join(side.sampling) or "nothing" for side in (ours, theirs))
        yield f"unlike sampling was applied: {sent}"
    for part in parts.claimed(case.claim):
        yield from part.warnings(pairs)


def _proving_little(case: Case) -> Iterator[tuple[Scope, Part, str]]:
    for scope in scopes(case.claim, case.pairs):
        for part in parts.claimed(case.claim):
            why = part.proves_little(scope)
            if why is not None:
                yield scope, part, why


def _sensitivity(case: Case, verdict: Verdict, test: JointTest) -> Iterator[str]:
    """What the verdict would be if what is missing counted otherwise; a part whose losses never count stays."""
    lost = int(parts.lost_items(case.pairs).sum())
    if not lost:
        return
    claimed, alpha = parts.claimed(case.claim), case.claim.alpha
    alone, changes, items = test.verdict(alpha), 0, "1 item" if lost == 1 else f"{lost} items"
    for what, fills in (
        ("counted as wrong", (0.0, 0.0)),
        ("went against the candidate", (0.0, 1.0)),
        ("went for the candidate", (1.0, 0.0)),
    ):
        results = dict(test.parts)
        for scope in scopes(case.claim, case.pairs):
            filled = ((part.key, part.test_if_lost(scope, fills)) for part in claimed)
            results |= {(scope.suite, key): result for key, result in filled if result is not None}
        other = combine(results).verdict(alpha)
        if other not in (alone, verdict):
            changes += 1
            yield f"the verdict would be {other} if the {items} without a score {what}"
    if not changes and not any(part.fixed for part in claimed) and alone == verdict:
        yield f"the verdict would be {alone} however the {items} without a score ended"
