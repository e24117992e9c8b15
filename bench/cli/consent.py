"""Asks, once for each, before an environment variable goes to a host that bench.toml names."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from bench.cli.terminal import echo
from bench.errors import BenchError, UsageError

if TYPE_CHECKING:
    from bench.config.consent import Sending
    from bench.providers import Endpoint

send_keys_option = click.option(
    "--send-keys-to",
    "origins",
    multiple=True,
    envvar="BENCH_SEND_KEYS_TO",
    metavar="URL",
    help="Agrees beforehand that keys go to this address, e.g. http://gpu-box:8000. Repeatable. At a terminal you are "
    "asked once; this machine and the vendors' own addresses need no word.",
)


def require_consent(endpoints: Sequence[Endpoint], environ: Mapping[str, str], origins: Sequence[str]) -> None:
    """Returns if every variable may be sent where it would go. UsageError, before anything is sent, if not."""
    from bench.config.consent import open_questions, remember

    for sending, labels in open_questions(endpoints, environ, origins).items():
        if not _at_a_terminal():
            raise UsageError(refusal(sending, labels))
        echo(f"{_words(sending, labels)}.{_warning(sending)}", err=True)
        if not click.confirm("Send it, now and in later runs?", default=False, err=True):
            raise UsageError(f"{sending.variable} is not sent to {sending.origin}. Leave out its models with -m.")
        try:
            remember([sending])
        except BenchError as error:
            echo(f"Warning: your answer is not kept, and you will be asked again: {error}", err=True)


def refusal(sending: Sending, labels: Sequence[str]) -> str:
    """Why nothing is sent where nobody can be asked, and the cure."""
    return (
        f"{_words(sending, labels)}, to which you have not agreed.{_warning(sending)} Run it once at a terminal, or "
        f"give --send-keys-to {sending.origin} (or BENCH_SEND_KEYS_TO={sending.origin})."
    )


def _words(sending: Sending, labels: Sequence[str]) -> str:
    who = ", ".join(f"'{label}'" for label in labels)
    return f"the configuration sends the environment variable {sending.variable} to {sending.origin} for {who}"


def _warning(sending: Sending) -> str:
    return " It is not encrypted: anybody on the way can read it." if sending.plain else ""


def _at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
