"""The agents of a run: which they are, and the episodes in which they work on items behind walls and meter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.engine import run_to_end
from bench.errors import UsageError
from bench.plan import PlannedCall
from bench.records import (
    AgentRun,
    Attempt,
    Call,
    Episode,
    EpisodeTurn,
    Item,
    Outcome,
    RecordedAgent,
    RunSettings,
    WorkResult,
    utc_now,
)
from bench.run.ledgered import attempt_of, key_name, lost, outcome_of_work, part_of, summed

if TYPE_CHECKING:
    from bench.agents import LocatedAgent, Worked
    from bench.prices import PriceBook
    from bench.providers import Endpoint
    from bench.proxy import Backend, CallLedger, Entry, ReplyStore
    from bench.records import Comparison
    from bench.registry import LoadedTasks

REPLIES = "replies.db"
"""Beside it: replies of episodes that are not over."""
LEDGER = "proxy.db"
"""The calls of a run's agents, in its folder: `bench proxy report --results` reads it."""
SAID = 2000
"""Characters of an agent's last words that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAgent:
    """An agent that works with a model of the run."""

    located: LocatedAgent
    """Where it is."""
    version: str
    """Its version, as it said behind the walls; empty where it said none."""

    @property
    def unversioned(self) -> str | None:
        """That it says no version, as a sentence; None where it says one."""
        if self.version:
            return None
        preset = self.located.preset
        return (
            f"{preset.name} says no version ({' '.join(preset.version)}), so that only its program's file tells one "
            f"version from another. Mend `version` in agents.toml."
        )

    @property
    def identity(self) -> dict[str, Any]:
        """What makes it the same agent: it enters the keys of its episodes, and so the plan's hash."""
        preset = self.located.preset
        return {
            "name": preset.name,
            "version": self.version,
            "program_sha256": self.located.sha256,
            "command": list(preset.command),
            "environment": dict(preset.environment),
        }

    def recorded(self, prompts: Sequence[str] = ()) -> RecordedAgent:
        """The same as run.json keeps it."""
        preset = self.located.preset
        return RecordedAgent(
            name=preset.name,
            version=self.version,
            program_sha256=self.located.sha256,
            protocol=preset.protocol,
            command=preset.command,
            environment=preset.environment,
            prompts=tuple(prompts),
        )


def with_caps(items: Sequence[Item], run: RunSettings) -> tuple[Item, ...]:
    """The items with the caps that `[run]` states in place of the suite's own."""
    given = {"turns": run.agent_turns, "minutes": run.agent_minutes, "usd": run.agent_usd}
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return tuple(i if i.work is None else replace(i, work=replace(i.work, **chosen)) for i in items)


def planned_agents(
    comparison: Comparison, endpoints: Sequence[Endpoint], items: Sequence[Item], environ: Mapping[str, str]
) -> dict[str, PlannedAgent]:
    """The agents of a run by model's label; none where no item is work for agents.

    UsageError for a model without an agent, an agent that is not here, or one that speaks another protocol.
    """
    suites = dict.fromkeys(item.suite for item in items if item.work is not None)
    if not suites:
        return {}
    from bench.agents import LocatedAgent, locate, presets, versions_of

    known, found, chosen = presets(comparison.source.parent), dict[str, LocatedAgent](), dict[str, str]()
    for endpoint in endpoints:
        entry = endpoint.entry
        where, name = f"[models.{entry.label}]", entry.agent
        if name is None:
            raise UsageError(
                f'{where} names no agent, and {", ".join(suites)} is work for agents: add agent = "mini-swe-agent", or '
                "another of `bench agent list`; or leave the suite out."
            )
        if name not in known:
            raise UsageError(f"{where}: no agent '{name}'. Known: {', '.join(known)}; docs/agents.md shows more.")
        speaks = "anthropic" if endpoint.preset.protocol == "anthropic" else "openai"
        if known[name].protocol != speaks:
            raise UsageError(
                f"{where}: {name} speaks {known[name].protocol}, and this address speaks {speaks}: nothing is "
                "translated. Name the vendor's other address, or another agent."
            )
        if name not in found:
            found[name] = locate(known[name], environ)
        chosen[entry.label] = name
    said = run_to_end(versions_of(found))
    if wrong := next((each for each in said.values() if isinstance(each, UsageError)), None):
        raise wrong
    agents = {name: PlannedAgent(located=found[name], version=str(said[name])) for name in found}
    return {label: agents[name] for label, name in chosen.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCrew:
    """Has the run's agents work on items; one ledger for all of them."""

    run: str
    """The run's id."""
    agents: Mapping[str, PlannedAgent]
    """By model's label."""
    loaded: LoadedTasks
    """The run's tasks."""
    served: Mapping[str, Backend]
    """The models, by label."""
    ledger: CallLedger
    """Where each call is written down before it is made."""
    book: PriceBook
    """Prices."""
    environ: Mapping[str, str]
    """Where keys are."""
    earlier: Sequence[Entry]
    """What the ledger had before."""
    replies: ReplyStore
    """Replies of episodes that are not over: an episode that begins anew is not billed for them twice."""
    recorded: Mapping[str, int]
    """The last start of each episode whose end is recorded, by its key."""
    priced: Callable[[str], bool]
    """Whether a model's price is known: only then can its dollars be held."""

    async def work(self, planned: PlannedCall, queue_s: float, answered: Callable[[], None]) -> Call:
        """One finished episode, begun anew where it was broken off: what it spent before counts."""
        from bench.agents import AgentLimits, AgentTask, contents, lay_out, room, work
        from bench.proxy import ProxyKey

        agent, caps, begun_at = self.agents[planned.model], planned.item.work, utc_now()
        assert caps is not None
        item = self.loaded.raw_item(planned.item)
        told = self.recorded.get(planned.key, -1)
        cut = lost(planned, self.earlier, told)
        part = max((part_of(entry) for entry in cut), default=told) + 1
        before = key_name(planned, part - 1) if cut else None
        taken: dict[str, bytes | None] = {}

        def take(workspace: Path, changed: Sequence[str]) -> None:
            taken.update({name: contents(workspace / name) for name in changed})

        local = self.served[planned.model].endpoint.entry.local
        usd = Decimal(str(caps.usd)) if local or self.priced(planned.model) else None
        async with room() as folder:
            await asyncio.to_thread(lay_out, folder / "files", item["files"])
            worked = await work(
                agent.located,
                planned.model,
                AgentTask(
                    words=planned.item.messages[-1]["content"],
                    folder=folder / "files",
                    turns=caps.turns,
                    budget_usd=usd,
                ),
                key=ProxyKey(name=key_name(planned, part), budget_usd=usd, calls=caps.turns, before=before),
                served=self.served,
                ledger=self.ledger,
                book=self.book,
                environ=self.environ,
                limits=AgentLimits(wall_s=60 * caps.minutes),
                replies=self.replies,
                version=agent.version,
                taken=take,
                answered=answered,
            )
        outcome, stop, why = outcome_of_work(worked)
        result = WorkResult.of(
            worked.changed, worked.removed, taken.__getitem__, allowed=item.get("allowed", ["*"]), stop=stop
        )
        mine = {entry.id for entry in worked.entries}
        paid = [attempt_of(entry) for entry in cut if entry.id not in mine]
        self.replies.forget(key_name(planned))
        return self._call(
            planned, worked, result, paid=paid, outcome=outcome, why=why, part=part, at=begun_at, queue_s=queue_s
        )

    def _call(
        self,
        planned: PlannedCall,
        worked: Worked,
        result: WorkResult,
        *,
        paid: Sequence[Attempt],
        outcome: Outcome,
        why: str | None,
        part: int,
        at: str,
        queue_s: float,
    ) -> Call:
        entries = worked.entries
        attempts = [attempt_of(entry) for entry in entries]
        rows = [_turn(entry, each) for entry, each in zip(entries, attempts, strict=True) if each.outcome.scored]
        if not outcome.scored or not attempts:
            attempts.append(Attempt(sent_at=at, outcome=outcome, error=why))
        served = [entry.settled.served_model for entry in entries if entry.settled and entry.settled.served_model]
        return Call(
            key=planned.key,
            run=self.run,
            task=planned.item.task,
            item=planned.item.item,
            repeat=planned.repeat,
            order=planned.order,
            outcome=outcome,
            text=result.to_json(),
            reasoning="",
            finish_reason=None,
            served_model=served[-1] if served else None,
            usage=summed([row.attempt.usage for row in rows]),
            attempts=(*paid, *attempts),
            started_at=attempts[0].sent_at,
            queue_s=queue_s,
            wall_s=worked.ended.wall_s,
            timing_ok=True,
            episode=Episode(
                protocol=self.agents[planned.model].located.preset.protocol,
                stop_cause=result.stop,
                turns=tuple(rows),
                agent=_agent_run(self.agents[planned.model], worked, part),
            ),
        )


def _agent_run(agent: PlannedAgent, worked: Worked, part: int) -> AgentRun:
    entries = worked.entries
    return AgentRun(
        name=agent.located.preset.name,
        version=agent.version,
        part=part,
        exit_code=worked.ended.exit_code,
        prompt_sha256=entries[0].begun.head_sha256 if entries else None,
        most_bytes=worked.ended.seen.most_bytes,
        most_processes=worked.ended.seen.most_processes,
        said=worked.ended.output[-SAID:],
    )


def _turn(entry: Entry, attempt: Attempt) -> EpisodeTurn:
    return EpisodeTurn(
        key=f"{entry.begun.key}/{entry.begun.turn}",
        attempt=attempt,
        attempts=1,
        calls=None,
        errors=None,
        finish_reason=None,
        timing_ok=True,
        text=True,
    )


def recorded_parts(calls: Mapping[str, Call]) -> dict[str, int]:
    """The last start of each episode whose end is recorded, by key."""
    agents = {key: call.episode.agent for key, call in calls.items() if call.episode}
    return {key: agent.part for key, agent in agents.items() if agent is not None}
