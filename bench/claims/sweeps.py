"""The cheapest setting of a swept model that a claim is shown for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.claims.judge import Judgement
from bench.claims.observed import observe
from bench.claims.read import Ruling
from bench.claims.verdict import Verdict
from bench.language import tr
from bench.records import RunRecord, Sweep, read_sweep


@dataclass(frozen=True, slots=True, kw_only=True)
class CheapestSetting:
    """Which setting of a swept candidate costs least among those that a claim is supported for.

    Holm's correction is over all the settings' claims, so that choosing among the supported ones afterwards is no new
    test.
    """

    claim: str
    """The claim's name in bench.toml, e.g. "enough"; each setting's is this and its value, e.g. "enough-4000"."""
    model: str
    """The swept model."""
    key: str
    """The setting that was swept."""
    verdicts: tuple[tuple[str, str], ...]
    """Each value and its verdict, the cheapest on this run's items first, and values of unknown cost last."""
    cheapest: str | None
    """The value; None where none is supported, or a supported one's cost is unknown."""

    @property
    def line(self) -> str:
        """In one sentence."""
        said = ", ".join(f"{self.key}={value} {verdict}" for value, verdict in self.verdicts)
        supported = [value for value, verdict in self.verdicts if verdict == Verdict.SUPPORTED]
        if not supported:
            return tr("no setting of {model} is shown to do ({said})", model=self.model, said=said)
        if self.cheapest is None:
            return tr(
                "which setting of {model} that does is cheapest is not known, as a cost is unknown ({said})",
                model=self.model,
                said=said,
            )
        return tr(
            "the cheapest setting of {model} that is shown to do is {key}={cheapest} ({said})",
            model=self.model,
            key=self.key,
            cheapest=self.cheapest,
            said=said,
        )


def cheapest_settings(ruling: Ruling, record: RunRecord) -> list[CheapestSetting]:
    """One for each claim whose candidate was swept; none for a run without a sweep."""
    sweep = read_sweep(record.settings.sweep)
    return [] if sweep is None else list(_each(ruling, sweep))


def _each(ruling: Ruling, sweep: Sweep) -> Iterator[CheapestSetting]:
    rows = {sweep.label(value): value for value in sweep.values}
    named: dict[str, list[tuple[str, Judgement]]] = {}
    for judgement in ruling.judgements:
        value = rows.get(judgement.claim.candidate)
        if value is not None and judgement.claim.name.endswith(f"-{value}"):
            named.setdefault(judgement.claim.name.removesuffix(f"-{value}"), []).append((value, judgement))
    for name, judged in named.items():
        usd = {value: observe(judgement).candidate_usd for value, judgement in judged}
        judged.sort(key=lambda each: (usd[each[0]] is None, usd[each[0]] or 0.0))
        supported = [value for value, judgement in judged if judgement.verdict is Verdict.SUPPORTED]
        known = bool(supported) and all(usd[value] is not None for value in supported)
        yield CheapestSetting(
            claim=name,
            model=sweep.model,
            key=sweep.key,
            verdicts=tuple((value, str(judgement.verdict)) for value, judgement in judged),
            cheapest=supported[0] if known else None,
        )
