"""Ours beside its peers, whole processes, in turns, against the same server: `python -m tests.perf.compare -o FOLDER`.

Each round runs every tool on every cell once, so that a machine that slows down slows all of them. Tables hold
medians; a bar is a ratio to what was measured in the same run, or seconds where a user waits.
"""

from __future__ import annotations

import csv
import platform
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from tests.perf import synthetic
from tests.perf.harness import ROOT, Result, client_core, missing, quantile, run, server_core
from tests.perf.mock import Mock, build
from tests.perf.peers import PEERS, Tool, present
from tests.perf.whole import Cell, Run, run_whole

WHOLE = {
    "30 calls, 30 at once": Cell("mock-t190-n1-i0", 30, 30),
    "1,054 calls, 64 at once": Cell("mock-t190-n1-i0", 1054, 64),
    "1,054 calls, 256 at once": Cell("mock-t190-n1-i0", 1054, 256),
}
"""Answers of one piece after 190 ms; ours asks for them as a stream, the peers for the whole."""
STREAMS = {
    "512 streams, 64 at once": Cell("mock-t400-n50-i20", 512, 64),
    "1,024 streams, 256 at once": Cell("mock-t400-n50-i20", 1024, 256),
}
"""Answers of 50 pieces, 20 ms apart, for the tools that can time a first token."""
CHUNKS = Cell("mock-t100-n100-i5", 256, 64)
"""What the price of a piece is measured on."""
FEW, SIXTY_FOUR, MANY = WHOLE
BUSY = 0.05
"""A run whose core worked for others for a larger share of the time is counted as disturbed."""

Runs = dict[tuple[str, str], list[Run]]
"""Tool and cell -> its runs, one a round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One value of ours beside its bar."""

    name: str
    """What was measured."""
    value: float
    """The median, in `unit`."""
    bar: float
    """The most that it may be."""
    unit: str
    """"s", "ms", or "x": times what it is compared with."""


def _commands(folder: Path) -> dict[str, list[str]]:
    """Commands that ask nothing, by what the tables call them."""
    ours = [sys.executable, "-m", "bench"]
    synthetic.write(folder / "run", 1000)
    claim = ["--candidate", "model-0", "--baseline", "model-1", "--cheaper-by", "0.5", "--worse-by", "0.03"]
    commands = {
        "bench --help": [*ours, "--help"],
        "bench claim, 1,000 items": [*ours, "claim", "run", *claim, "--slower-by", "2"],
        "bench report, 1,000 items": [*ours, "report", "run"],
    }
    for program, words in (("lm_eval", ["--help"]), ("inspect", ["--help"])):
        if (PEERS / program).exists():
            commands[f"{program} --help"] = [str(PEERS / program), *words]
    return commands


def _raw_cpu_s(mock: Mock) -> float:
    host, port = mock.root.removeprefix("http://").split(":")
    words = [host, port, CHUNKS.model, str(CHUNKS.calls), str(CHUNKS.slots)]
    command = ["taskset", "-c", str(client_core()), sys.executable, "-m", "tests.perf.raw", *words]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)


@dataclass(frozen=True, slots=True)
class Measured:
    """All that one session measured."""

    runs: Runs
    """Whole processes that ask."""
    quiet: dict[str, list[Run]]
    """Whole processes that do not."""
    chunks: list[tuple[float, float]]
    """CPU seconds of the same streams: our engine's, the raw reader's."""
    streams: dict[str, list[Result]]
    """Our engine's times beside the server's, by cell."""


def measure(mock: Mock, tools: Sequence[Tool], rounds: int, say: Callable[[str], None]) -> Measured:
    """Runs everything, `rounds` times, in turns."""
    done = Measured(defaultdict(list), defaultdict(list), [], defaultdict(list))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = _commands(folder)
        for number in range(rounds):
            for cell_name, cell, tool in _asked(tools):
                with tempfile.TemporaryDirectory() as empty:
                    ran = tool.ask(mock, cell, Path(empty))
                done.runs[tool.name, cell_name].append(ran)
                say(f"round {number + 1}: {tool.name}, {cell_name}: {ran.wall_s:.2f} s, {ran.cpu_s:.2f} s of CPU")
            for command_name, command in commands.items():
                expected = (0, 3, 4) if "claim" in command_name else (0,)
                done.quiet[command_name].append(run_whole(command, folder, {"PYTHONPATH": str(ROOT)}, ends=expected))
                say(f"round {number + 1}: {command_name}: {done.quiet[command_name][-1].wall_s:.2f} s")
            ours = run(mock, CHUNKS.model, slots=CHUNKS.slots, calls=CHUNKS.calls).measured.cpu_s
            done.chunks.append((ours, _raw_cpu_s(mock)))
            for cell_name, cell in STREAMS.items():
                done.streams[cell_name].append(run(mock, cell.model, slots=cell.slots, calls=cell.calls))
    return done


def _asked(tools: Sequence[Tool]) -> Iterator[tuple[str, Cell, Tool]]:
    for name, cell in (WHOLE | STREAMS).items():
        for tool in tools:
            if tool.streams or name in WHOLE:
                yield name, cell, tool


def _median(runs: Sequence[Run], value: Callable[[Run], float | None]) -> float:
    return statistics.median(each for run in runs if (each := value(run)) is not None)


def _further_ms(runs: Runs, tool: str) -> float:
    """CPU milliseconds of one more request: 1,054 against 30, by the whole process."""
    many, few = (_median(runs[tool, cell], lambda run: run.cpu_s) for cell in (SIXTY_FOUR, FEW))
    return 1000 * (many - few) / (WHOLE[SIXTY_FOUR].calls - WHOLE[FEW].calls)


def bars(done: Measured, tools: Sequence[Tool]) -> list[Measure]:
    """Each bar of ours with its median."""
    ours = tools[0].name

    def over_ideal(name: str) -> float:
        return _median(done.runs[ours, name], lambda run: run.span_s) / (WHOLE | STREAMS)[name].ideal_s

    def error_ms(name: str, share: float) -> float:
        return 1000 * statistics.median(quantile(result.ttft_errors_s, share) for result in done.streams[name])

    few, (near, far) = done.runs[ours, FEW], STREAMS
    chunk = statistics.median(ours_s / raw_s for ours_s, raw_s in done.chunks)
    seconds = [
        ("30 calls, the whole command", _median(few, lambda run: run.wall_s), 1.5),
        ("its first request after its start", _median(few, lambda run: run.first_s), 0.8),
        *(
            (name, _median(done.quiet[name], lambda run: run.wall_s), bar)
            for name, bar in (
                ("bench --help", 0.15), ("bench claim, 1,000 items", 1.2), ("bench report, 1,000 items", 3.0),
            )
        ),
    ]  # fmt: skip
    times = [
        *((f"{name}: span over the ideal", over_ideal(name), bar) for name, bar in ((SIXTY_FOUR, 1.03), (MANY, 1.20))),
        *((f"{name}: span over the ideal", over_ideal(name), bar) for name, bar in ((near, 1.03), (far, 1.08))),
        ("CPU of a streamed piece over the raw reader's", chunk, 1.6),
    ]
    if any(tool.name == "lm-eval" for tool in tools):
        share = _further_ms(done.runs, ours) / _further_ms(done.runs, "lm-eval")
        times.append(("CPU of a further request over lm-eval's", share, 0.5))
    errors = [
        (f"{name}: error of TTFT, p{100 * share:.0f}", error_ms(name, share), bar)
        for name, share, bar in ((near, 0.5, 0.5), (near, 0.99, 5.0), (far, 0.5, 5.0), (far, 0.99, 30.0))
    ]
    return [
        Measure(name=name, value=value, bar=bar, unit=unit)
        for unit, rows in (("s", seconds), ("x", times), ("ms", errors))
        for name, value, bar in rows
    ]


def _bar_lines(measures: Sequence[Measure]) -> Iterator[str]:
    yield "| | measured | bar | |"
    yield "|---|---:|---:|---|"
    for each in measures:
        verdict = "held" if each.value <= each.bar else "**missed**"
        yield f"| {each.name} | {each.value:.2f} {each.unit} | {each.bar:g} {each.unit} | {verdict} |"


def _peer_lines(done: Measured, tools: Sequence[Tool]) -> Iterator[str]:
    yield "| cell | tool | whole s | first request s | span / ideal | CPU s | memory MiB | disturbed rounds |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|"
    for name, cell, tool in _asked(tools):
        runs = done.runs[tool.name, name]
        span = _median(runs, lambda run: run.span_s) / cell.ideal_s
        seconds = " | ".join(
            f"{value:.2f}"
            for value in (
                _median(runs, lambda run: run.wall_s), _median(runs, lambda run: run.first_s), span,
                _median(runs, lambda run: run.cpu_s),
            )
        )  # fmt: skip
        memory = _median(runs, lambda run: run.rss_mb)
        disturbed = sum(run.others > BUSY for run in runs)
        yield f"| {name} | {tool.name} | {seconds} | {memory:.0f} | {disturbed} of {len(runs)} |"
    yield ""
    for tool in tools:
        yield f"- A further request of {tool.name}: {_further_ms(done.runs, tool.name):.2f} ms of CPU, all told."
    for name, runs in done.quiet.items():
        wall, cpu = _median(runs, lambda run: run.wall_s), _median(runs, lambda run: run.cpu_s)
        yield f"- `{name}`: {wall:.2f} s, {cpu:.2f} s of CPU."


def _peer_version(name: str) -> str:
    script = f"from importlib.metadata import version; print(version({name!r}))"
    return subprocess.run(
        [str(PEERS / "python"), "-c", script], check=True, capture_output=True, text=True
    ).stdout.strip()


def _about(tools: Sequence[Tool], rounds: int) -> str:
    versions = [f"claimbench {version('claimbench')}"]
    if len(tools) > 1:
        versions += [f"{name} {_peer_version(name)}" for name in ("lm-eval", "inspect-ai", "openai")]
    cpu = next(
        (line.split(": ")[1] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "?"
    )
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {rounds} rounds, medians. {cpu.strip()}, the client on one core, the scripted "
        f"server on another; Python {platform.python_version()}; {', '.join(versions)}."
    )


def write(folder: Path, done: Measured, tools: Sequence[Tool], rounds: int) -> list[Measure]:
    """README.md, and every run in runs.csv."""
    measures = bars(done, tools)
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "# What the harness itself takes, beside its peers", "", f"`make perf-peers`, {_about(tools, rounds)}", "",
        "A disturbed round is one in which the client's core worked for other programs for more than "
        f"{100 * BUSY:.0f} % of the time: its seconds say more of the machine, its CPU seconds less so.", "",
        "## Our bars", "", *_bar_lines(measures), "", "## Everybody's figures", "",
        "The ideal is a client that adds nothing. Peers ask for whole answers, ours always streams.", "",
        *_peer_lines(done, tools),
    ]  # fmt: skip
    (folder / "README.md").write_text("\n".join(lines) + "\n")
    with (folder / "runs.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        fields = ("wall_s", "cpu_s", "rss_mb", "others", "first_s", "span_s")
        table.writerow(("tool", "cell", "round", *fields))
        everything = [*done.runs.items(), *((("command", name), runs) for name, runs in done.quiet.items())]
        for (tool, cell), runs in everything:
            for number, each in enumerate(runs, 1):
                values = [getattr(each, field) for field in fields]
                table.writerow((tool, cell, number, *("" if v is None else f"{v:.4f}" for v in values)))
    return measures


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=None, help="Folder for README.md and runs.csv."
)
@click.option("--rounds", default=5, show_default=True, help="Times that everything is run.")
def main(output: Path | None, rounds: int) -> None:
    """Measures, prints each bar, and fails where one is missed."""
    if why := missing():
        raise click.ClickException(why)
    tools = present()
    click.echo(
        "beside: " + (", ".join(tool.name for tool in tools[1:]) or "nobody: make peers installs them"), err=True
    )
    with tempfile.TemporaryDirectory() as binary, Mock(build(Path(binary)), server_core()) as mock:
        done = measure(mock, tools, rounds, lambda line: click.echo(line, err=True))
    with tempfile.TemporaryDirectory() as nowhere:
        measures = write(output or Path(nowhere), done, tools, rounds)
    for line in _bar_lines(measures):
        click.echo(line)
    raise SystemExit(any(each.value > each.bar for each in measures))


if __name__ == "__main__":
    main()
