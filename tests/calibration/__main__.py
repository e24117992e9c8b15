"""Prints the acceptance grid of a claim's statistics: python -m tests.calibration [--fast] [--out FOLDER]."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from shlex import quote

from tests.calibration import exact, gate, invariance, labels, looks, money, readings, rivals, scores
from tests.calibration.grid import FAST, FULL, SEED, Job, Row, Scale, markdown, record

SECTIONS = {
    "1": ("1. Binary scores: false supports at exactly the margin (enumerated)", ("margin, points", "n", "ψ")),
    "2": ("2. Binary scores: power at a margin of 3 points (enumerated)", ("n", "true difference", "ψ")),
    "3": ("3. The smallest n that supports a margin", ("margin, points", "n", "seen")),
    "4": ("4. Repeats and partial credit at exactly 3 points", ("n", "repeats", "baseline solves %", "false verdict")),
    "5": ("5. Clusters at exactly 3 points", ("n", "clusters", "how they vary", "rate of")),
    "6": ("6. Costs, “90 % cheaper”", ("σ candidate, σ baseline, cap", "n", "true ratio", "supports")),
    "6 families": (
        "6. Costs, “90 % cheaper”, where families of items cost their cap as wholes",
        ("families", "cap, times the claimed mean", "true ratio", "supports"),
    ),
    "6 intervals": (
        "6. Costs: how often the 90 % interval holds the truth where few calls cost many times the others",
        ("n", "such calls"),
    ),
    "6 latency": (
        "6. Latency, “at most twice as long”, a deadline of 600 s",
        ("n", "calls that stall", "true ratio", "supports"),
    ),
    "7": ("7. The whole claim: 90 % cheaper and at most 3 points worse", ("n", "truth")),
    "8": (
        "8. Five looks on the way: a candidate exactly at the margin",
        ("n", "margin, points", "ψ", "verdict"),
    ),
    "8 whole": (
        "8. Five looks on the way: whole claims, 90 % cheaper and at most 3 points worse, on fixed families",
        ("families", "truth", "rate of"),
    ),
    "8 plan": (
        "8. How far a plan's power with looks is from the truth (“2 points better” is +2)",
        ("n", "true difference", "ψ"),
    ),
    "8 spend": ("8. How often runs spend what a plan says they do nine times in ten", ("n", "truth", "spent")),
    "9": (
        "9. Bets looked at after every item: a candidate exactly at the margin; refuted at 2.5 %",
        ("n", "margin and discordance", "verdict"),
    ),
    "9 whole": ("9. Whole claims judged by bets at five looks", ("n", "truth", "rate of")),
    "10": ("10. The gate: suites of 100 items that fail it, wrongly or rightly", ("suites", "truth")),
    "10 tokens": ("10. The gate: five suites' tokens or costs", ("n", "σ of the logarithm", "true ratio")),
    "10 latency": ("10. The gate: latency on a machine that drifts, at 1 %", ("n", "true ratio")),
    "12 fixed": (
        "12. These kinds of task: families as fixed strata, rates that vary over them (ICC 0.1), supported",
        ("families", "true difference", "ψ"),
    ),
    "12 lost": (
        "12. Answers lost: 3 points worse, failures of the candidate and answers of the baseline are lost",
        ("n", "lost, candidate and baseline", "ψ"),
    ),
    "12 mean": (
        "12. The mean of two suites, 23 families of 10 and 18 of 48 (ICC 0.1), supported",
        ("about", "true difference", "ψ"),
    ),
    "12 sizes": ("12. Sizes of samples: the worst false verdict (enumerated)", ("margin, points", "n", "verdict")),
    "12 peers": (
        "12. Beside others: exactly 3 points worse, said to do all the same",
        ("n", "lost and won, points"),
    ),
    "12 unlimited": ("12. Costs without a limit, “90 % cheaper”", ("σ candidate", "n", "true ratio")),
    "13": (
        "13. Labels and judges of 1,000 items: a preference, at most 10 points of net win rate worse",
        ("labels", "judge", "true net win rate, points"),
    ),
    "13 pass": (
        "13. Labels and judges of 1,000 items: pass or fail, at most 5 points worse",
        ("labels", "judge", "truth"),
    ),
    "13 mean": (
        '13. Labels and judges of two suites of 1,000 items, over = "mean": at most 10 points of net win rate, or '
        "5 points of passes, worse",
        ("labels", "judge", "truth"),
    ),
    "11": ("11. Verdicts changed by what must not matter", ("n", "items a cluster", "change")),
}
SLOW_FIRST = (
    "8 whole", "8 plan", "8 spend", "9 whole", "9",
    "10", "7", "6", "6 families", "6 intervals", "6 latency", "5", "4", "10 tokens", "10 latency",
    "13 pass", "13", "13 mean", "12 sizes", "12 unlimited", "12 mean", "12 fixed", "12 lost", "12 peers",
    "11", "1", "2", "3", "8",
)  # fmt: skip


def measure(jobs: Sequence[Job], scale: Scale, workers: int) -> dict[str, list[Row]]:
    """Runs the jobs, the slow ones first, and returns each section's rows in the jobs' order."""
    order = sorted(range(len(jobs)), key=lambda at: SLOW_FIRST.index(jobs[at].section))
    found: dict[int, list[Row]] = {}
    with ProcessPoolExecutor(workers) as pool:
        futures = {at: pool.submit(jobs[at].run, scale) for at in order}
        for done, (at, future) in enumerate(futures.items(), 1):
            found[at] = future.result()
            if sys.stderr.isatty():
                print(f"\r{done} of {len(jobs)} jobs", end="", file=sys.stderr, flush=True)
    sections: dict[str, list[Row]] = {key: [] for key in SECTIONS}
    for at, job in enumerate(jobs):
        sections[job.section] += found[at]
    return sections


def page(sections: dict[str, list[Row]], scale: Scale, command: str, seconds: float) -> str:
    """The whole grid as Markdown."""
    rows = [row for found in sections.values() for row in found]
    missed = [(key, row) for key, found in sections.items() for row in found if not row.holds]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("claimbench", "claimeval", "numpy", "scipy"))
    head = [
        "# Calibration of a claim's statistics",
        "",
        f"`{command}`, seed {SEED}, {datetime.now(UTC):%Y-%m-%d}, {seconds / 60:.1f} minutes; {versions}, "
        f"Python {platform.python_version()}.",
        "",
        "Each row is the share of experiments with that verdict where the truth is known; tests at 5 % where a title "
        "does not say otherwise. Sections 1 to 3 enumerate every outcome. The others draw "
        f"{scale.bootstrap} experiments a row with a bootstrap, up to {scale.closed} without; ± is the Monte-Carlo "
        "standard error, and a bar holds within three of them. claimeval judges the first "
        f"{scale.peer} of them, as do the other tools. paired t: the usual t test on the items' differences."
        + "".join(
            f" {name} is not installed here and left out." for name, says in rivals.installed().items() if not says
        ),
        "",
        f"**{len(rows) - len(missed)} of {len(rows)} bars hold.**",
        *(f"- missed: section {key}, {', '.join(row.setting)}: {100 * row.ours:.1f} %" for key, row in missed),
    ]
    tables = [markdown(*SECTIONS[key], found) for key, found in sections.items() if found]
    return "\n".join(head) + "\n\n" + "\n\n".join(tables) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.calibration", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="a slice that takes less than a minute")
    parser.add_argument("--section", action="append", help="only the sections of this number or name; repeatable")
    parser.add_argument("--experiments", type=int, help="a row; where they are dear, a fifth  [default: 20000]")
    parser.add_argument("--out", type=Path, help="also write README.md and rows.json there")
    parser.add_argument("--workers", type=int, default=2, help="processes  [default: 2]")
    chosen = parser.parse_args(arguments)
    jobs = [
        *exact.jobs(),
        *scores.jobs(),
        *money.jobs(),
        *gate.jobs(),
        *readings.jobs(),
        *rivals.jobs(),
        *looks.jobs(),
        *invariance.jobs(),
        *labels.jobs(),
    ]
    jobs = [
        job for job in jobs if not chosen.section or {job.section, job.section.partition(" ")[0]} & {*chosen.section}
    ]
    scale = FAST if chosen.fast else FULL
    if chosen.experiments:
        scale = Scale(closed=chosen.experiments, bootstrap=chosen.experiments // 5, peer=scale.peer)
    if chosen.fast:
        jobs = [job for job in jobs if job.fast]
    began = time.monotonic()
    sections = measure(jobs, scale, chosen.workers)
    command = " ".join(["python -m tests.calibration", *(["--fast"] if chosen.fast else [])])
    command += "".join(f" --section {quote(key)}" for key in chosen.section or ())
    command += f" --experiments {chosen.experiments}" if chosen.experiments else ""
    text = page(sections, scale, command, time.monotonic() - began)
    print(text)
    if chosen.out:
        chosen.out.mkdir(parents=True, exist_ok=True)
        (chosen.out / "README.md").write_text(text, encoding="utf-8")
        rows = [record(key, row) for key, found in sections.items() for row in found]
        (chosen.out / "rows.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(any(not row.holds for found in sections.values() for row in found))


if __name__ == "__main__":
    sys.exit(main())
