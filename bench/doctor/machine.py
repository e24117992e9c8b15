"""Checks of this machine: versions, clocks, sandbox, room on the disks, local weights."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from bench.doctor.check import Check, CheckStatus
from bench.engine import now
from bench.errors import UsageError
from bench.records import LocalModel, installed_versions
from bench.weights.store import cache_dir, megabytes, require_space

SKEW_S = 5.0
"""Further than this from every endpoint's time, ours is wrong; theirs comes in whole seconds."""
STEP_S = 1e-4
"""A clock with coarser steps blurs the time to first token."""
ROOM_BYTES = 1_000_000_000
"""With less room the results of a long run may not fit."""


def versions() -> Check:
    """Python and the packages that can change a result."""
    text = ", ".join(f"{name} {version or 'not installed'}" for name, version in installed_versions().items())
    return Check(CheckStatus.OK, "versions", text)


def clock(times: Sequence[float] = ()) -> Check:
    """How fine the clock of every latency is; `times` are readings of it, by default a thousand of now."""
    times = times or [now() for _ in range(1000)]
    steps = [later - earlier for earlier, later in pairwise(times) if later > earlier]
    step_s = statistics.median(steps) if steps else time.get_clock_info("perf_counter").resolution
    text = f"the clock of latencies moves in steps of {step_s * 1e3:.2g} ms"
    if step_s <= STEP_S:
        return Check(CheckStatus.OK, "clock", text)
    return Check(CheckStatus.WARN, "clock", text, "Measure latency on another machine.")


def time_of_day(skews_s: Iterable[float]) -> Check:
    """Our time of day against the endpoints', in seconds ahead of each; one that agrees is enough."""
    skew_s = min(skews_s, key=abs, default=None)
    if skew_s is None:
        return Check(CheckStatus.WARN, "clock", "no endpoint gave the time, so this machine's was compared with none")
    if abs(skew_s) <= SKEW_S:
        return Check(CheckStatus.OK, "clock", f"the time of day is within {SKEW_S:g} s of an endpoint's")
    text = f"the time of day is {abs(skew_s):.0f} s {'ahead of' if skew_s > 0 else 'behind'} every endpoint's"
    cure = "Set it, e.g. with NTP: prices that change by the hour and dates in Retry-After go by it."
    return Check(CheckStatus.WARN, "clock", text, cure)


def sandbox() -> Check:
    """The sandbox for model-written code."""
    from bench.sandbox import probe

    try:
        return Check(CheckStatus.OK, "sandbox", f"{probe()} holds")
    except UsageError as error:
        return Check(CheckStatus.WARN, "sandbox", "suites that run model-written code will be left out", str(error))


def room(results: Path) -> Check:
    """Whether results can be written, and how much room they have."""
    folder = _existing(results)
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        text = f"{results} cannot be written ({error.strerror})"
        return Check(CheckStatus.FAIL, "disk", text, "Choose another folder with --results.")
    text = f"{results} has {megabytes(free)} free"
    return (
        Check(CheckStatus.OK, "disk", text)
        if free >= ROOM_BYTES
        else Check(CheckStatus.WARN, "disk", text, "Make room.")
    )


def weights(entries: Iterable[LocalModel]) -> Iterator[Check]:
    """Whether local weights are here with the right sha256, or have room for being fetched."""
    from bench.weights.catalog import resolve
    from bench.weights.fetch import is_cached

    missing = 0
    for entry in entries:
        file = resolve(entry.name)
        if is_cached(file):
            yield Check(CheckStatus.OK, "weights", f"{file.name} is here, its sha256 is right", model=entry.label)
            continue
        missing += file.size
        state = "is here with another sha256" if (cache_dir() / file.file).exists() else "is not here yet"
        cure = f"`bench run` fetches {megabytes(file.size)}; to do so beforehand: bench weights pull {file.name}"
        yield Check(CheckStatus.WARN, "weights", f"{file.name} {state}", cure, entry.label)
    try:
        if missing:
            require_space(_existing(cache_dir()), missing)
    except UsageError as error:
        yield Check(CheckStatus.FAIL, "disk", str(error))


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir())
