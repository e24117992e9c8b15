"""What is asked of a plan at once, and how the asking went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal

from bench.costs import ServerTime
from bench.engine import LaneResult
from bench.plan import PlannedCall
from bench.records import RecordedLane


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What of a plan is asked now, where a run is judged before its end."""

    ranks: frozenset[int]
    """Its items, by their places in the plan."""
    models: frozenset[str]
    """Labels of the models that are asked."""
    agreed: bool
    """Whether the user has seen what the whole run may cost, and agreed."""
    closed: frozenset[str] = frozenset()
    """Keys of calls that are asked no more, although they failed."""
    free: frozenset[str] = frozenset()
    """Keys of calls whose earlier answers will count, so that nothing is to be paid for them."""

    def has(self, call: PlannedCall) -> bool:
        """Whether a call is part of it."""
        return call.rank in self.ranks and call.model in self.models and call.key not in self.closed

    def leaves(self, call: PlannedCall) -> bool:
        """Whether a call is left for later, and will cost something then."""
        return call.rank not in self.ranks and call.key not in self.free


@dataclass(frozen=True, slots=True)
class EndedEarly:
    """Why a run left items out on purpose."""

    why: str
    """In one sentence or two."""
    flags: Mapping[str, str]
    """What to give the same command for the rest: flags and their values, "" for none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How the asking went."""

    lanes: Mapping[str, LaneResult]
    """Each model's lane, by label."""
    spent_usd: Decimal
    """What this run's calls cost so far, as far as prices are known."""
    ended: EndedEarly | None
    """Why items were left out on purpose; None if none were."""
    machines: Mapping[str, ServerTime]
    """What each local model's server did with its time, by label."""

    @property
    def why_ended(self) -> str | None:
        """Why items were left out on purpose, in words; None if none were."""
        return self.ended.why if self.ended else None


def as_recorded(lanes: Mapping[str, LaneResult], earlier: Mapping[str, RecordedLane]) -> dict[str, RecordedLane]:
    """What run.json keeps of lanes by label, earlier parts of the run included."""
    parts = {label: lane.after(_lane(earlier[label])) if label in earlier else lane for label, lane in lanes.items()}
    return {**earlier, **{label: RecordedLane(**asdict(lane)) for label, lane in parts.items()}}


def _lane(recorded: RecordedLane) -> LaneResult:
    return LaneResult(**{each.name: getattr(recorded, each.name) for each in fields(LaneResult)})


def fitting(calls: Sequence[PlannedCall], worst: Callable[[PlannedCall], Decimal], room: Decimal) -> frozenset[int]:
    """The ranks of calls whose worst case fits into `room`, USD, in the plan's order: no later one takes its place."""
    left, ranks = room, set[int]()
    by_rank: dict[int, list[PlannedCall]] = {}
    for call in calls:
        by_rank.setdefault(call.rank, []).append(call)
    for rank in sorted(by_rank):
        left -= sum((worst(call) for call in by_rank[rank]), Decimal(0))
        if left < 0:
            break
        ranks.add(rank)
    return frozenset(ranks)
