"""What the tables hold of an episode: sums in its item's row, and a row a turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from bench.costs import Costs
from bench.plan import PlannedCall
from bench.records import AgentRun, Call, Episode, TurnRow


def episode_columns(episode: Episode) -> dict[str, Any]:
    """The columns of an item's row that an episode fills in its own way.

    Its time is the model's: the sum over turns, tools taking none. The wait for the answer ends with the first token
    of the last message.
    """
    turns = episode.turns
    if episode.agent is not None:
        return _agent_columns(episode, episode.agent)
    before, last = _sum([turn.attempt.latency_s for turn in turns[:-1]]), turns[-1].attempt
    late = last.buffered or before is None or last.ttfat_s is None
    return {
        "ttft_s": None if turns[0].attempt.buffered else turns[0].attempt.ttft_s,
        "ttfat_s": None if late else (before or 0.0) + (last.ttfat_s or 0.0),
        "latency_s": _sum([turn.attempt.latency_s for turn in turns]),
        "tpot_s": None,
        "attempts": 1 + sum(turn.attempts - 1 for turn in turns),
        "turns": len(turns),
        "tool_calls": sum(turn.calls or 0 for turn in turns),
        "tool_errors": sum(turn.errors or 0 for turn in turns),
        "tool_protocol": episode.protocol,
        "stop_cause": episode.stop_cause,
    }


def _agent_columns(episode: Episode, agent: AgentRun) -> dict[str, Any]:
    """An agent's: its calls' times are the model's, the time between them its own; tokens come out of sight."""
    turns = episode.turns
    return {
        **dict.fromkeys(("ttft_s", "ttfat_s", "tpot_s", "tool_calls", "tool_errors", "tool_protocol")),
        "latency_s": _sum([turn.attempt.latency_s for turn in turns]) if turns else None,
        "attempts": 1,
        "turns": len(turns),
        "stop_cause": episode.stop_cause,
        "agent": agent.name,
        "agent_version": agent.version,
    }


def _sum(parts: Sequence[float | None]) -> float | None:
    return None if None in parts else sum(part for part in parts if part is not None)


def turn_rows(run: str, planned: PlannedCall, call: Call, costs: Costs) -> Iterator[TurnRow]:
    """The rows of an episode's turns; none of an item that is asked once."""
    for number, turn in enumerate(call.episode.turns if call.episode else (), 1):
        yield TurnRow(
            run=run,
            suite=planned.item.suite,
            task=planned.item.task,
            item=planned.item.item,
            model=planned.model,
            repeat=planned.repeat,
            turn=number,
            key=turn.key,
            calls=turn.calls,
            errors=turn.errors,
            finish_reason=turn.finish_reason,
            **asdict(turn.attempt.usage),
            cost_usd=costs.turn(planned, turn),
            ttft_s=None if turn.attempt.buffered else turn.attempt.ttft_s,
            latency_s=turn.attempt.latency_s,
            attempts=turn.attempts,
            timing_ok=turn.timing_ok,
            reused=call.reused,
            started_at=turn.attempt.sent_at,
        )
