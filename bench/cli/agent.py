"""`bench agent`: agents behind walls and a meter."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.consent import require_consent, send_keys_option
from bench.cli.options import NumberRange, config_option, load_config, results_option
from bench.cli.proxy import LEDGER, PRICED, ledger_option
from bench.cli.terminal import echo
from bench.errors import BenchError, IncompleteError, UsageError

if TYPE_CHECKING:
    from bench.agents import AgentEpisode, AgentTask, LocatedAgent
    from bench.providers import Endpoint
    from bench.records import Comparison, ModelEntry

MARKS = {True: "ok", False: "FAIL"}


@click.group()
def agent() -> None:
    """Run coding agents (Claude Code, Qwen Code, mini-swe-agent, yours) behind walls, and meter what they cost."""


@agent.command("list")
def list_() -> None:
    """Show the agents that are known, and which of them are installed."""
    from bench.agents import LocatedAgent, locate, presets, versions_of
    from bench.engine import run_to_end

    here, said = dict[str, LocatedAgent](), dict[str, str | UsageError]()
    for name, preset in presets(Path.cwd()).items():
        try:
            here[name], said[name] = locate(preset, os.environ), ""
        except UsageError as error:
            said[name] = error
    said |= run_to_end(versions_of(here))
    for name, version in said.items():
        if isinstance(version, UsageError):
            echo(version)
        else:
            echo(f"{name}: {version or 'version unknown'}, {here[name].program}, sha256 {here[name].sha256[:16]}")


@agent.command()
def check() -> None:
    """Try every attack of the list from within an agent's walls; exits 1 where any gets through."""
    from bench.agents import probe_walls
    from bench.engine import run_to_end

    probe = run_to_end(probe_walls())
    for name, got in probe.got.items():
        echo(f"{MARKS[got is None]}  {name}" + (f": {got}" if got else ""))
    _require(hold=probe.hold)
    echo(f"An agent's walls hold here: {len(probe.got)} attacks, none got through.")


@agent.command()
@click.argument("name", metavar="AGENT")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--task", "words", required=True, help="What to do, as the agent reads it; @FILE reads it from a file.")
@click.option("--model", default="", help="The model's label; by default the first of bench.toml, remote ones first.")
@click.option("--turns", type=click.IntRange(min=1), default=40, show_default=True, help="The most calls.")
@click.option("--budget-usd", type=PRICED, help="The most that its calls may cost.")
@click.option("--minutes", type=NumberRange(min=0, min_open=True), default=15, show_default=True, help="The most time.")
@click.option("--out", type=click.Path(path_type=Path), help="A new folder for the files that it changed.")
@click.option("--json", "as_json", is_flag=True, help="Print the episode as JSON.")
@send_keys_option
@ledger_option
@results_option
@config_option
def run(*, name: str, folder: Path, words: str, model: str, out: Path | None, as_json: bool, **given: Any) -> None:
    """Let AGENT work on a copy of FOLDER, and say what it changed, why it ended, and what it cost.

    It runs without a network: the proxy's socket is its only way out, and no key of a vendor's is in its reach. What
    it may cost is held before each call is made. Exits 5 where the agent did not end by itself with exit code 0.
    """
    from bench.agents import AgentTask, StopCause, locate, presets

    comparison = load_config(given["config"])
    known = presets(comparison.source.parent)
    if name not in known:
        raise UsageError(f"no agent '{name}'. Known: {', '.join(known)}; docs/agents.md shows how to add one.")
    if out is not None and os.path.lexists(out):
        raise UsageError(f"--out {out}: is there already. Name a new folder.")
    budget = given["budget_usd"]
    task = AgentTask(
        words=_words(words),
        folder=folder,
        turns=given["turns"],
        budget_usd=None if budget is None else Decimal(str(budget)),
    )
    located = locate(known[name], os.environ)
    episode = _run(comparison, located, model, task, out=out, given=given)
    echo(_as_json(episode) if as_json else _text(episode))
    if episode.stop_cause is not StopCause.FINISHED:
        raise IncompleteError(f"{episode.agent} did not finish its work: {episode.stop_cause}.")


def _words(given: str) -> str:
    if not given.startswith("@"):
        return given
    from bench import clean

    try:
        return clean.read_text(Path(given[1:]))
    except (OSError, ValueError) as error:
        raise UsageError(f"--task {given}: cannot be read ({error}). Name a text file.") from error


def _run(
    comparison: Comparison, located: LocatedAgent, model: str, task: AgentTask, *, out: Path | None, given: Any
) -> AgentEpisode:
    from bench.agents import AgentLimits, probe_walls, run_episode
    from bench.config import environment
    from bench.engine import run_to_end
    from bench.prices import beside, load
    from bench.providers import resolve
    from bench.proxy import CallLedger, backends

    environ, models = environment(comparison.source.parent), comparison.models
    label = model or next((name for name, entry in models.items() if not entry.local), next(iter(models)))
    if label not in models:
        raise UsageError(f"no model '{label}' in {comparison.source}. Known: {', '.join(models)}.")
    entry, endpoint = models[label], resolve(models[label], environ)
    if entry.local and task.budget_usd is not None:
        raise UsageError(
            f"--budget-usd holds what vendors bill, and '{label}' runs on this machine. Bound its time by --minutes."
        )
    if next(iter(backends([endpoint], environ).values())).protocol != located.preset.protocol:
        raise UsageError(
            f"{located.preset.name} speaks {located.preset.protocol}, and '{label}' does not: nothing is translated. "
            "Name the vendor's other address as a model of its own."
        )
    if not entry.local:
        require_consent([endpoint], environ, given["origins"])

    async def work(served: Endpoint) -> AgentEpisode:
        _require(hold=(await probe_walls()).hold)
        with CallLedger(given["ledger"] or given["results"] / LEDGER) as ledger:
            return await run_episode(
                located,
                label,
                task,
                served=backends([served], environ),
                ledger=ledger,
                book=load(beside(comparison.source)),
                environ=environ,
                limits=replace(AgentLimits(), wall_s=60 * given["minutes"]),
                out=out,
            )

    with _served(endpoint, given["results"]) as served:
        return _with_machine(run_to_end(work(served)), entry)


@contextmanager
def _served(endpoint: Endpoint, results: Path) -> Iterator[Endpoint]:
    """The endpoint; of weights of this machine with their server's address, while it runs."""
    if not endpoint.entry.local:
        yield endpoint
        return
    from bench.run import SilentWatcher, local

    with local.serving(endpoint, local.fetch_weights(endpoint.entry, SilentWatcher()), results) as (served, _):
        yield served


def _with_machine(episode: AgentEpisode, entry: ModelEntry) -> AgentEpisode:
    """The episode, of weights of this machine with what its machine's time cost; None where no rate is stated."""
    from bench.records import LocalModel

    if not isinstance(entry, LocalModel):
        return episode
    hours, rate = Decimal(f"{episode.wall_s:.3f}") / 3600, entry.usd_per_hour
    usd = None if rate is None else round(Decimal(str(rate)) * hours, 9)
    return replace(episode, cost_usd=usd, most_usd=usd)


def _require(*, hold: bool) -> None:
    if not hold:
        raise BenchError(
            "an agent's walls do not hold here, so none may run: bench agent check says which. "
            "Run claimbench in Docker or a virtual machine."
        )


def _as_json(episode: AgentEpisode) -> str:
    import json
    from dataclasses import asdict

    return json.dumps(asdict(episode), indent=2, ensure_ascii=False, default=str)


def _text(episode: AgentEpisode) -> str:
    cost = "unknown" if episode.cost_usd is None else f"{episode.cost_usd:.4f} USD"
    most = f" (at most {episode.most_usd:.4f})" if episode.cost_usd is None and episode.most_usd is not None else ""
    tokens = "" if episode.in_tokens is None else f", {episode.in_tokens:,} tokens in, {episode.out_tokens or 0:,} out"
    changed = ", ".join(episode.changed[:10]) + (" ..." if len(episode.changed) > 10 else "")
    left = f"; {episode.left_out} entries not looked at (links, pipes, too large, too deep)" if episode.left_out else ""
    version = episode.version or "(version unknown)"
    lines = [
        f"{episode.agent} {version} with {episode.model}: {episode.stop_cause} after {episode.wall_s:.1f} s",
        f"  {episode.turns} {'call' if episode.turns == 1 else 'calls'}{tokens}, {cost}{most}",
        f"  {len(episode.changed)} files changed{changed and ': '}{changed}, {len(episode.removed)} removed{left}",
        f"  most memory {episode.most_bytes / 2**20:.0f} MiB, {episode.most_processes} processes and threads",
    ]
    if episode.exit_code and episode.output.strip():
        lines.append("  its last words: " + " ".join(episode.output.split())[-300:])
    return "\n".join(lines)
