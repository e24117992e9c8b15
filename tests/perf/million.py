"""A million calls: `python -m tests.perf.million [-o FOLDER] [--calls N] [--parts journal,tables]`.

Journals the calls in groups, looks their keys up in a new process, and judges and reports a run of as many rows.
Times are of the processor and of the wall; a bar is held against the processor's, which a busy machine changes least.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.journal import Journal
from bench.records import Attempt, Call, Outcome, TokenUsage, installed_versions, this_machine, utc_now, write_text

BEGAN = datetime(2026, 12, 2, 8, tzinfo=UTC)
RUN, GROUP, ANSWER = "20261202T080000Z-0000000a", 256, "words and " * 54
BARS = {
    "inserts a second": 20_000,
    "recording, MB": 200,
    "look-up, s": 10,
    "claim, s": 60,
    "report, s": 60,
    "tables, MB": 1000,
}
"""What the issue asks for: inserts at least, all else at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One measurement."""

    name: str
    """What was done."""
    value: float
    """What came out."""
    bar: float
    """The bar."""
    least: bool = False
    """Whether the bar is the least that is asked for, and not the most."""
    wall_s: float | None = None
    """Seconds on the wall."""

    @property
    def met(self) -> bool:
        """Whether the bar is held."""
        return self.value >= self.bar if self.least else self.value <= self.bar


def calls(count: int) -> Iterator[list[Call]]:
    """Calls with answers of 540 characters, in groups as a run of many at once records them."""
    usage, at = TokenUsage(in_uncached=100, out_total=120), BEGAN.isoformat(timespec="milliseconds")
    attempt = Attempt(
        sent_at=at,
        outcome=Outcome.ANSWERED,
        ttft_s=0.2,
        ttfat_s=0.2,
        last_token_s=0.5,
        latency_s=0.5,
        usage=usage,
        status=200,
        request_id="chatcmpl-1",
        reads=10,
        coalesced=0,
        window_s=0.2,
        window_tokens=100,
    )
    one = Call(
        key="",
        run=RUN,
        task="coding_main",
        item="",
        repeat=0,
        order=0,
        outcome=Outcome.ANSWERED,
        text=ANSWER,
        reasoning="",
        finish_reason="stop",
        served_model="m",
        usage=usage,
        attempts=(attempt,),
        started_at=at,
        queue_s=0.0,
        wall_s=0.5,
        timing_ok=True,
        sampling_requested={"temperature": 0.0},
        sampling_applied={"temperature": 0.0},
    )
    for begin in range(0, count, GROUP):
        numbers = range(begin, min(count, begin + GROUP))
        yield [_numbered(one, n) for n in numbers]


def _numbered(call: Call, number: int) -> Call:
    """The call as it is made of another item, a millisecond after the one before."""
    at = (BEGAN + timedelta(milliseconds=number)).isoformat(timespec="milliseconds")
    attempts = tuple(replace(each, sent_at=at) for each in call.attempts)
    key = hashlib.sha256(b"%d" % number).hexdigest()
    return replace(call, key=key, item=str(number), order=number, started_at=at, attempts=attempts)


def fill(path: Path, count: int) -> Iterator[Part]:
    """Journals the calls: how many a second of this process's processor, from record to commit, and its memory."""
    cpu = wall = 0.0
    with Journal(path) as journal:
        journal.begin(RUN, "sha", path.parent / RUN, "{}")
        for group in calls(count):
            begun, at = time.process_time(), time.perf_counter()
            errors = journal.put_all([journal.entry_of(call) for call in group])
            cpu, wall = cpu + time.process_time() - begun, wall + time.perf_counter() - at
            assert not any(errors)
    yield Part(name="inserts a second", value=count / cpu, bar=BARS["inserts a second"], least=True, wall_s=wall)
    yield Part(name="recording, MB", value=_peak_mb(), bar=BARS["recording, MB"])


def look_up(path: Path, count: int) -> Iterator[Part]:
    """Which keys of the run have answers."""
    begun, at = time.process_time(), time.perf_counter()
    with Journal(path) as journal:
        assert len(journal.answered(RUN)) == count
    spent = time.process_time() - begun
    yield Part(name="look-up, s", value=spent, bar=BARS["look-up, s"], wall_s=time.perf_counter() - at)
    yield Part(name="look-up, MB", value=_peak_mb(), bar=BARS["recording, MB"])


def tables(folder: Path, count: int) -> Iterator[Part]:
    """`bench claim` and `bench report` as whole processes, on a run of two models."""
    subprocess.run([sys.executable, "-m", "tests.perf.synthetic", str(folder), str(count // 2), "2"], check=True)
    for verb in ("claim", "report"):
        at = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "bench", verb, str(folder)], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu, wall = used.ru_utime + used.ru_stime, time.perf_counter() - at
        assert process.returncode in (0, 3, 4), f"bench {verb} ended with {process.returncode}"
        yield Part(name=f"{verb}, s", value=cpu, bar=BARS[f"{verb}, s"], wall_s=wall)
        yield Part(name=f"{verb}, MB", value=used.ru_maxrss / 1024, bar=BARS["tables, MB"])


def _peak_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _apart(what: str, path: Path, count: int) -> list[Part]:
    """A part in a process of its own: its peak of memory is its own, too."""
    command = [sys.executable, "-m", "tests.perf.million", "--inside", what, str(path), "--calls", str(count)]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [Part(**each) for each in json.loads(out)]


def _page(parts: list[Part], count: int, load: list[tuple[float, ...]]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in installed_versions().items() if version)
    lines = [f"# {count:,} calls", "", f"Measured {utc_now()} by `make million`, Python {platform.python_version()}."]
    lines += ["", "| | measured | bar | | s on the wall |", "|---|---:|---:|---|---:|"]
    for part in parts:
        wall = "" if part.wall_s is None else f"{part.wall_s:,.1f}"
        value = f"{part.value:,.{0 if part.value >= 100 else 1}f}"
        state, sign = ("met" if part.met else "MISSED"), ("≥" if part.least else "≤")
        lines.append(f"| {part.name} | {value} | {sign} {part.bar:,g} | {state} | {wall} |")
    lines += ["", "Seconds, and what they are divided by, are of the processor; MB are the peak of the process."]
    lines += ["Recording is the journal's alone: a run's plan and what its engine holds come on top."]
    lines += [f"Load of the machine (1, 5, 15 minutes) before and after: {load[0]}, {load[-1]}."]
    lines += [f"Machine: {json.dumps(this_machine().to_json())}. {versions}."]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measures, prints and perhaps publishes; 1 where a bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--parts", default="journal,tables")
    parser.add_argument("--inside", nargs=2)
    given = parser.parse_args()
    if given.inside:
        measure = {"fill": fill, "look_up": look_up, "tables": tables}[given.inside[0]]
        print(json.dumps([asdict(part) for part in measure(Path(given.inside[1]), given.calls)]))
        return 0
    load = [os.getloadavg()]
    parts: list[Part] = []
    with tempfile.TemporaryDirectory() as name:
        journal = Path(name) / "journal.db"
        if "journal" in given.parts:
            parts += _apart("fill", journal, given.calls)
            parts += _apart("look_up", journal, given.calls)
            journal.unlink()
        if "tables" in given.parts:
            parts += _apart("tables", Path(name) / "run", given.calls)
    load.append(os.getloadavg())
    page = _page(parts, given.calls, [tuple(round(each, 1) for each in three) for three in load])
    print(page)
    if given.output:
        given.output.mkdir(parents=True, exist_ok=True)
        write_text(given.output, "million.md", page)
    return int(not all(part.met for part in parts))


if __name__ == "__main__":
    sys.exit(main())
