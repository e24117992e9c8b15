"""`bench doctor`: whether the comparison in bench.toml can run here, and how far its clocks can be trusted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.consent import refusal, send_keys_option
from bench.cli.options import config_option, load_config, results_option
from bench.cli.terminal import echo
from bench.cli.tools_doctor import check_output, probe_tools
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.doctor import Check
    from bench.providers import Endpoint
    from bench.records import Comparison

EVERY = "*"
"""What --tools means without a model."""
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@config_option
@results_option
@click.option("--calibrate", is_flag=True, help="Measure our own latency error here; later runs print it.")
@click.option("--no-request", is_flag=True, help="Send no request to the models, only ask for their lists.")
@click.option("--sandbox", is_flag=True, help="Attack every sandbox there is, and show what it withstood.")
@click.option(
    "--tools",
    is_flag=False,
    flag_value=EVERY,
    metavar="[MODEL,...]",
    help="Probe what endpoints do with tools, of these models or of all: about 25 small requests each. With several, "
    "what your code must change from the first to the others.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --tools: write what was found to a file, .md, .html or .json.",
)
@send_keys_option
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
def doctor(
    config: Path | None,
    results: Path,
    origins: tuple[str, ...],
    *,
    calibrate: bool,
    no_request: bool,
    sandbox: bool,
    tools: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Check whether the comparison in bench.toml can run here.

    Looks at keys (never shown), endpoints and their models, clocks, sandbox, disk and local weights. Each remote model
    gets one request of at most 16 tokens, as a run would send it, which costs a fraction of a cent; its cost is shown.
    Exits 2 if something would make the run fail. With --tools, the probes of tools take the place of the checks, and it
    exits 2 if tools cannot be used at all.
    """
    if output and not tools:
        raise UsageError("-o belongs to --tools. Give both, or redirect the output.")
    check_output(output)
    from bench.config import environment
    from bench.doctor import calibrated

    comparison = load_config(config)
    environ = environment(comparison.source.parent)
    if tools:
        labels = [] if tools == EVERY else [label.strip() for label in tools.split(",")]
        if not probe_tools(comparison, labels, results, environ, origins, output=output, as_json=as_json):
            sys.exit(UsageError.exit_code)
        return
    checks = []
    preliminary = _checks(comparison, results, environ, origins, ask=not no_request)
    further = calibrated(comparison, results) if calibrate else ()
    for check in chain(preliminary, further, _attacked() if sandbox else ()):
        checks.append(check)
        if not as_json:
            echo(f"{check.status:4}", colour=COLOURS[check.status], nl=False)
            echo(_text(check))
    if as_json:
        echo(json.dumps([asdict(check) for check in checks], indent=2, ensure_ascii=False))
    if any(check.status == "fail" for check in checks):
        sys.exit(UsageError.exit_code)


def _checks(
    comparison: Comparison, results: Path, environ: Mapping[str, str], origins: Sequence[str], *, ask: bool
) -> Iterator[Check]:
    from bench.config.consent import open_questions
    from bench.doctor import examine
    from bench.prices import beside, load

    def unagreed(endpoints: Sequence[Endpoint]) -> dict[str, str]:
        questions = open_questions(endpoints, environ, origins)
        return {label: refusal(sending, labels) for sending, labels in questions.items() for label in labels}

    book = load(beside(comparison.source)) if ask else None
    yield from examine(comparison, results, environ, unagreed, book=book)


def _attacked() -> Iterator[Check]:
    from bench.cli.sandbox_doctor import sandbox_report
    from bench.doctor import Check, CheckStatus

    report = sandbox_report()
    status = CheckStatus.FAIL if "\n  FAILED" in report else CheckStatus.OK
    yield Check(status, "sandbox", f"attacks on every sandbox:\n{report}")


def _text(check: Check) -> str:
    about = f"{check.model}: " if check.model else ""
    cure = f"\n{'':16}{check.cure}" if check.cure else ""
    return f"  {check.what:8}  {about}{check.text}{cure}"
