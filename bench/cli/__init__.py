"""The command `bench`: one file a verb, each imported only when it is called."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from keyword import iskeyword
from pathlib import Path
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

from bench.cli.again import remember
from bench.cli.terminal import echo
from bench.errors import BenchError, UsageError, suggest

COMMANDS = {
    "demo": ("bench.cli.demo", "Show a finished example: table, verdicts and page; no key, no model."),
    "init": ("bench.cli.init", "Write a bench.toml for two models and a claim, and say what is missing."),
    "run": ("bench.cli.run", "Run the comparison in bench.toml; continues an unfinished run."),
    "plan": ("bench.cli.plan", "What a run would decide, and for how much, before it asks anything."),
    "report": ("bench.cli.report", "Write a run's tables and charts again."),
    "history": ("bench.cli.history", "The same plan over time: score, cost, tokens, latency, served models."),
    "claim": ("bench.cli.claim", "Judge claims on a run: supported, refuted or inconclusive."),
    "gate": ("bench.cli.gate", "Judge a run against its baseline: pass, fail or cannot tell."),
    "import": ("bench.cli.import_", "Import published results or another tool's, to report and judge them."),
    "proxy": ("bench.cli.proxy", "Meter any client's calls: one bill, budgets that hold, what was spent."),
    "agent": ("bench.cli.agent", "Run coding agents behind walls, and meter what they cost."),
    "traffic": ("bench.cli.traffic", "Your logs: where the money goes, and a verdict for each kind of work."),
    "similar": ("bench.cli.similar", "Say how alike two models of a run succeed and fail."),
    "export": ("bench.cli.export", "Write a run in another tool's format."),
    "verify": ("bench.cli.verify", "Compute a report's numbers anew from the run's tables, and say what differs."),
    "batches": ("bench.cli.batches", "The batches of a run: how far they are, and how to call them off."),
    "list": ("bench.cli.list", "List suites, tasks, models or runs."),
    "judge": ("bench.cli.judge", "Have models of other vendors judge a run's answers, in both orders."),
    "label": ("bench.cli.label", "People label a run's answers on an offline page, blind and by keyboard."),
    "score": ("bench.cli.score", "Score a run's answers again with today's tasks; calls nothing."),
    "tasks": ("bench.cli.tasks", "Make a task of your own prompts, or check tasks for faults."),
    "journal": ("bench.cli.journal", "Check, copy, export or prune the journal of paid calls."),
    "reprice": ("bench.cli.reprice", "Compute a run's costs at another date, mode or place; calls nothing."),
    "weights": ("bench.cli.weights", "Fetch, list or serve local weights."),
    "prices": ("bench.cli.prices", "Show and check the prices of models."),
    "doctor": ("bench.cli.doctor", "Check keys, endpoints, clocks, sandbox, disk and weights; costs nothing."),
}
"""Verb -> (module that holds a command of the same name, its line in --help)."""


class LazyGroup(click.Group):
    """Knows its commands' names and help lines without importing them."""

    def make_context(self, info_name: str | None, args: list[str], *given: Any, **more: Any) -> click.Context:
        """Remembers the arguments, for the line that continues a run."""
        whole = [*args]
        context = super().make_context(info_name, args, *given, **more)
        remember(context, whole)
        return context

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order they are used."""
        del ctx
        return [*COMMANDS]  # `list` is the module of that verb once it is imported

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the verb's module."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs' lines, from COMMANDS."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """An unknown verb gets the nearest known one suggested."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            raise click.UsageError(f"No such command '{name}'.{suggest(name, COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="claimbench", prog_name="bench")
def bench() -> None:
    """Is model C really ~90% cheaper than model B, and only slightly worse? Measured, with intervals.

    Exit codes: 0 ok, 1 unexpected error, 2 usage or configuration, 3 claim refuted or gate failed,
    4 inconclusive, 5 run incomplete.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Runs the command line; a user's mistake gets one line and an exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that cannot show a character is told its number
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        bench.main(args=args, prog_name="bench", standalone_mode=False)
    except NoArgsIsHelpError as error:
        echo(error.format_message(), err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        echo(_without_secrets(f"Error: {_in_a_line(error)}"), err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        echo("Stopped.", err=True)
        sys.exit(5)
    except BenchError as error:
        echo(_without_secrets(f"Error: {error}"), err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        echo(_without_secrets(f"Error: {where}{error.strerror or error}"), err=True)
        sys.exit(UsageError.exit_code)
    except Exception:
        trace = traceback.format_exc()
        masked = _without_secrets(trace)
        if masked == trace:
            raise
        echo(masked, err=True)
        sys.exit(1)


def _in_a_line(error: click.ClickException) -> str:
    """click's words for a mistake in the command line, and where its options stand."""
    said = " ".join(error.format_message().split())
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{said} See `{context.command_path} --help`." if context else said


def _without_secrets(text: str) -> str:
    """A text without the keys that the environment and `.env` hold: any error may quote what it failed at."""
    from bench.config import environment
    from bench.records import Secrets

    environ: Mapping[str, str] = os.environ
    with contextlib.suppress(BenchError):
        environ = environment(Path())
    return Secrets.of_environment(environ)(text)
