"""How a command writes a run's reports: in which language and style, by its options or bench.toml's `[report]`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.options import CONFIG
from bench.cli.terminal import echo
from bench.language import ENGLISH, LANGUAGES, writing

if TYPE_CHECKING:
    from bench.records import ReportSettings
    from bench.report import RunComparison

language_option = click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    envvar="BENCH_LANGUAGE",
    help="Language of page, tables, charts and sentences.  [default: [report] language of bench.toml here, else en]",
)
style_option = click.option(
    "--style",
    type=click.Choice(["web", "slide", "paper"]),
    envvar="BENCH_STYLE",
    help="The charts' style: slide has larger text, paper no titles, and PDF files.  [default: as for --language, web]",
)


def settings(**given: str | None) -> ReportSettings:
    """What the options say, else bench.toml's `[report]` in this folder. UsageError if that cannot be read."""
    from bench.config import read_report
    from bench.records import ReportSettings

    here = Path(CONFIG)
    stated = read_report(here) if here.is_file() and None in given.values() else ReportSettings()
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return replace(stated, **chosen)


def write(folder: Path, asked: ReportSettings | None = None) -> RunComparison:
    """Writes a run's report files as `[report]` says, whose language the comparison speaks, too."""
    from bench.report import charts
    from bench.report.write import write_report

    asked = settings(language=None, style=None) if asked is None else asked
    with writing(asked.language), charts.styled_as(asked.style):
        comparison, _ = write_report(folder)
    if asked.language != ENGLISH:
        warn_of_fonts(asked.language)
    return comparison


def warn_of_fonts(language: str) -> None:
    """Says that charts are in English where this machine has no font for them."""
    from bench.report import charts

    with writing(language):
        if not charts.has_font():
            echo(
                "No font with Chinese characters is installed, so the charts are in English: "
                "apt install fonts-noto-cjk, or copy a .ttf or .otf into ~/.fonts.",
                err=True,
            )
