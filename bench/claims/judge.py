"""Judges a claim on a run's pairs: its parts, suite by suite, and what missing data would change."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bench.claims import beside, looks, parts
from bench.claims.case import Case
from bench.claims.looks import History, Stand
from bench.claims.outlook import Outlook
from bench.claims.pairs import Pairs
from bench.claims.parts import Part, PartResult
from bench.claims.scope import Scope, scopes
from bench.claims.verdict import JointTest, Verdict, combine
from bench.records import ABOUT, Claim
from bench.stats import Shape, holm

Results = dict[tuple[str, str], PartResult]
"""Results by suite and part's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A claim's parts at one look."""

    over_looks: Results
    """Judged, with p-values that are valid over all looks so far."""
    alone: Results
    """Judged as if no other look were taken."""
    reported: Results
    """Shown, but not judged."""


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
    stand: Stand | None = None
    """At which look it stands; None for a run that is judged at its end."""
    path: Mapping[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)
    """By (suite, key): p-values for, of every look alone; empty for a run that is judged at its end."""

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
    every = [_over_looks(case, case.claim.about) for case in cases]
    stands = _stands(cases, [[combine(look.over_looks) for look in looked] for looked in every])
    cases = [_at(case, stand) for case, stand in zip(cases, stands, strict=True)]
    ends = [looked[stand.look - 1 if stand else -1] for looked, stand in zip(every, stands, strict=True)]
    results = [(_with_95(case, end.over_looks), end.reported) for case, end in zip(cases, ends, strict=True)]
    deciding = _readings(cases, [combine(judged) for judged, _ in results], [case.claim.about for case in cases])
    elsewhere = [_elsewhere(case, judged) for case, (judged, _) in zip(cases, results, strict=True)]
    others = _readings(cases, [combine(judged) for judged in elsewhere], [_other(case.claim) for case in cases])
    judgements = []
    beside_each = zip(cases, deciding, others, results, stands, every, strict=True)
    for case, reading, other, (_, reported), stand, looked in beside_each:
        verdict = case.looks.settled if case.looks and stand and stand.settled else None
        judgement = Judgement(
            case=case,
            test=reading.test,
            reported=reported,
            verdict=_screened(case, verdict or reading.verdict, reading.test),
            p_supported=reading.p_supported,
            p_refuted=reading.p_refuted,
            other=other,
            warnings=(*beside.warnings(case), *beside.sensitivity(case, reading.verdict, reading.test)),
            stand=stand,
            path=_path(looked) if stand else {},
            proves_little={(scope.suite, part.key): why for scope, part, why in beside.proving_little(case)},
        )
        judgements.append(judgement)
    return judgements


def _screened(case: Case, verdict: Verdict, test: JointTest) -> Verdict:
    """An open verdict on people's labels that are not there is not inconclusive: nobody has looked."""
    lacks = verdict is Verdict.INCONCLUSIVE and parts.unlabelled(case.claim, test.parts)
    return Verdict.SCREENED if lacks else verdict


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
    return judged if case.pairs.one_reading else _over_looks(case, _other(case.claim), bare=True)[-1].over_looks


def _over_looks(case: Case, about: str, *, bare: bool = False) -> list[Look]:
    """Every look; one where the run is judged at its end. `bare`: as of `look_results`."""
    if case.looks is not None:
        return list(look_results(case, about, bare=bare))
    judged, reported = _results(case, about)
    return [Look(over_looks=judged, alone=judged, reported=reported)]


def _path(looked: Sequence[Look]) -> dict[tuple[str, str], tuple[float, ...]]:
    keys = dict.fromkeys(key for look in looked for key in look.alone)
    return {key: tuple(look.alone[key].p_supported for look in looked if key in look.alone) for key in keys}


def look_results(case: Case, about: str, cutoff: float | None = None, *, bare: bool = False) -> Iterator[Look]:
    """The looks at a claim in a reading, one after the other. `cutoff`: see `Scope`; `bare`: of all looks but the last
    the p-values alone are asked."""
    assert case.looks is not None
    sizes, history = case.looks.sizes, History(sizes=case.looks.sizes, carried=case.looks.carried)
    latest = len(case.looks.pairs) - 1
    for at, pairs in enumerate(case.looks.pairs):

        def scoped(scope: Scope, part: Part, at: int = at) -> PartResult:
            why = looks.not_by_bets(part.key, about, sizes)
            if why is not None:
                return parts.undecided(part.key, math.nan, int(scope.mask.sum()), why)
            return part.test(replace(looks.at_look(scope, sizes, at), cutoff=cutoff, bare=bare and at < latest))

        judged, reported = _results(replace(case, pairs=pairs), looks.reading_at(about, sizes, at), scoped)
        together = {key: history.add(key, result) for key, result in judged.items()}
        shown = {key: looks.shown_before(result, case.claim.alpha) for key, result in together.items()}
        yield Look(over_looks=shown, alone=judged, reported=reported)


def _with_95(case: Case, judged: Results) -> Results:
    """The results of a claim's look with 95 % intervals that hold over all looks."""
    if case.looks is None:
        return judged
    sizes, look = case.looks.sizes, len(case.looks.pairs) - 1
    about = looks.reading_at(case.claim.about, sizes, look)
    return judged | {
        (scope.suite, part.key): replace(
            judged[scope.suite, part.key], interval_95=looks.interval_95(scope, sizes, look, part.test)
        )
        for scope in scopes(case.claim, case.pairs, about)
        for part in parts.claimed(case.claim)
        if (scope.suite, part.key) in judged
    }


def _stands(cases: Sequence[Case], tests: Sequence[Sequence[JointTest]]) -> list[Stand | None]:
    """The look at which each claim was decided first, or else the latest, with what the others had come to by then."""
    decided_at: list[int | None] = [None] * len(cases)
    abouts = [case.claim.about for case in cases]
    for step in range(max((len(each) for each in tests), default=0)):
        ends = [step if at is None else at for at in decided_at]
        now = [each[min(end, len(each) - 1)] for each, end in zip(tests, ends, strict=True)]
        for at, reading in enumerate(_readings(cases, now, abouts)):
            if decided_at[at] is None and step < len(tests[at]) and reading.verdict is not Verdict.INCONCLUSIVE:
                decided_at[at] = step
    return [_stand(case, at, len(each)) for case, at, each in zip(cases, decided_at, tests, strict=True)]


def _stand(case: Case, decided: int | None, taken: int) -> Stand | None:
    if case.looks is None:
        return None
    settled, count = decided is None and case.looks.settled is not None, case.looks.sizes.count
    at = taken - 1 if decided is None else decided
    between = case.looks.pairs[-1].n - case.looks.pairs[at].n
    return Stand(
        look=at + 1, of=count, decided=decided is not None or settled, settled=settled, after=case.looks.after + between
    )


def _at(case: Case, stand: Stand | None) -> Case:
    """The case as its look saw it."""
    if case.looks is None or stand is None:
        return case
    pairs = case.looks.pairs[: stand.look]
    return replace(case, pairs=pairs[-1], looks=replace(case.looks, pairs=pairs))


def _plainly(scope: Scope, part: Part) -> PartResult:
    return part.test(scope)


def _results(case: Case, about: str, tested: Callable[[Scope, Part], PartResult] = _plainly) -> tuple[Results, Results]:
    """What is judged, and what is only reported."""
    judged: Results = {}
    reported: Results = {}
    whys: Results = {}
    for scope in scopes(case.claim, case.pairs, about):
        for part in parts.claimed(case.claim):
            why = case.unjudged(part)
            result = tested(scope, part)
            if why is None:
                judged[scope.suite, part.key] = result
            else:
                reported[scope.suite, part.key] = result
                whys[scope.suite, part.key] = parts.undecided(part.key, result.estimate, result.n, why)
    return judged or whys, reported


def log_bets(case: Case) -> dict[str, float]:
    """Logarithm of what each bet on a claim holds at the latest look, by `bet_key`; empty where nothing is bet."""
    if case.looks is None or case.looks.sizes.shape is not Shape.ANYTIME:
        return {}
    sizes, at, held = case.looks.sizes, len(case.looks.pairs) - 1, {}
    for scope in scopes(case.claim, case.looks.pairs[-1]):
        for part in parts.claimed(case.claim):
            if looks.not_by_bets(part.key, case.claim.about, sizes):
                continue
            result = part.test(looks.at_look(scope, sizes, at))
            p_for = 1.0 if result.problem else result.p_supported
            for against, p in ((False, p_for), (True, result.p_refuted)):
                key = looks.bet_key(scope.suite, part.key, against=against)
                held[key] = case.looks.carried.get(key, 0.0) - math.log(max(p, 1e-300))
    return held
