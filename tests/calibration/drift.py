"""Measures how often `bench verify --drift` errs: python -m tests.calibration.drift [--checks 200] [--texts].

The embedded server answers all checks of one series, restarted every 50; the same weights behind a key-value cache of
another type are checked against it. Each check asks as the command does, by log-probabilities or by texts.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.doctor import drift, fingerprint
from bench.prices import load
from bench.providers import resolve
from bench.records import RecordedFingerprint, RemoteModel
from bench.weights.catalog import resolve as find
from bench.weights.fetch import fetch
from bench.weights.server import serve
from tests.doctor.quantised import SETTINGS, quantised

BOOK = load()
PORT = 18931
"""Of all servers: an endpoint is its address."""
SERIES = 50
"""Checks of one server process."""


def check(url: str, earlier: list[RecordedFingerprint]) -> RecordedFingerprint:
    """One check of the endpoint at an address."""
    entry = RemoteModel(label="m", model="openai-api/acme/m", base_url=url)
    return fingerprint(resolve(entry, {}), {}, earlier, BOOK).fingerprint


def series(weights: Path, checks: int, earlier: list[RecordedFingerprint]) -> Iterator[RecordedFingerprint]:
    """Checks of the plain server against the first of them."""
    with TemporaryDirectory() as folder:
        for begun in range(0, checks, SERIES):
            log = Path(folder) / "log"
            with serve(weights, SETTINGS, log=log, port=PORT) as server:
                for _ in range(min(SERIES, checks - begun)):
                    yield check(server.base_url, earlier)


def main() -> None:
    """Prints what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", type=int, default=200)
    parser.add_argument("--changed", type=int, default=20)
    parser.add_argument("--weights", default="smollm2-135m-instruct")
    parser.add_argument("--texts", action="store_true", help="as of an endpoint that gives no log-probabilities")
    given = parser.parse_args()
    if given.texts:
        vars(drift)["_gives_tops"] = lambda _trial: False
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    weights = fetch(find(given.weights))
    first: list[RecordedFingerprint] = []
    alarms, distances = 0, [0.0]
    for at, seen in enumerate(series(weights, given.checks + 1, first)):
        if not first:
            first.append(seen)
            continue
        alarms += seen.changed
        distances.append(seen.distance or 0.0)
        if at % 10 == 0:
            print(f"  {at}: {alarms} alarms, greatest distance {max(distances):.6f}", flush=True)
    print(f"one server: {alarms} alarms in {given.checks} checks; greatest distance {max(distances):.6f}", flush=True)
    for kind in ("Q8_0", "Q4_0"):
        with quantised(weights, kind, PORT) as url:
            changed = [check(url, first) for _ in range(given.changed)]
        far = [each.distance or 0.0 for each in changed]
        count = sum(each.changed for each in changed)
        words = f"distance {min(far):.3f} to {max(far):.3f}, median {median(far):.3f}"
        print(f"cache {kind}: {count} alarms in {given.changed} checks; {words}", flush=True)


if __name__ == "__main__":
    main()
