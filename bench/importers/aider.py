"""aider's leaderboards: a YAML list, one map a run of a model over all exercises; no single items.

The score is the share solved within two tries (`pass_num_2 / test_cases`); the refactoring board has one try. Boards
before 2025 state rates without counts: what was solved follows, as each board's number of exercises is known. aider
picks an edit format for each model and its own version moves on between rows, as on its leaderboard; both are kept, and
rows compare across them. Rows with a second model as editor compare only with each other. A cost of 0 means that aider
knew no price.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.importers.names import effort_in, unique_labels
from bench.importers.numbers import BadValueError, named, number, positive, whole
from bench.importers.source import Provenance, Request
from bench.importers.textfiles import LOST, read_whole
from bench.records import AggregateRow, vendor_of

USUAL = Provenance("Aider-AI/aider", licence="Apache-2.0")
SUITES = {225: "aider-polyglot", 133: "aider-edit", 89: "aider-refactor"}
"""Exercises of aider's leaderboards."""
NEEDED = ("model", "test_cases", "edit_format")
LEAST_RUN = 0.9
"""A row that ran a smaller share of its board's exercises is of another selection."""
ROUNDING = 0.1
"""Points by which a percentage may differ from its counts: one digit, sometimes cut instead of rounded."""
_COMMAND = re.compile(r"--model[= ](\S+)")
_BASE = re.compile(r"OPENAI_API_BASE=https?://([^/\s]+)")


def read(request: Request) -> Iterator[AggregateRow]:
    """The rows of leaderboard files. UsageError if a file is not a list of maps."""
    request.only()
    rows: list[tuple[str, AggregateRow]] = []
    seen: dict[str, str] = {}
    for path in request.paths:
        for at, raw in enumerate(_entries(path), 1):
            where = f"{path.name} entry {at}"
            name = str(raw.get("dirname") or where)
            if name in seen:
                request.ledger.drop(where, f"dirname {name} is that of {seen[name]}: the same run again")
                continue
            try:
                rows.append((where, _row(request, raw)))
                seen[name] = where
            except BadValueError as error:
                request.ledger.drop(where, str(error))
    yield from filter(None, unique_labels(rows, request.ledger))


def _entries(path: Path) -> list[dict[str, Any]]:
    import yaml

    class Plain(yaml.SafeLoader):
        """Leaves every scalar as it is written: a hash such as 5318380 or 12e4567 is not a number."""

    Plain.yaml_implicit_resolvers = {}
    try:
        entries = yaml.load(read_whole(path), Plain)
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: is not YAML ({' '.join(str(error).split())}).") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f"{path}: is not a leaderboard of aider: a list of maps is expected.")
    return entries


def _row(request: Request, raw: Mapping[str, Any]) -> AggregateRow:
    lacking = next((name for name in NEEDED if not raw.get(name)), None)
    if lacking:
        raise BadValueError(f"{lacking} is missing")
    damaged = next((name for name, value in raw.items() if LOST in str(value)), None)
    if damaged:
        raise BadValueError(f"{damaged} has bytes that are not UTF-8")
    n, solved, tries = _counts(request, raw)
    cost, seconds = named(raw, "total_cost", positive), named(raw, "seconds_per_case", positive)
    if cost is None:
        request.ledger.unknown("total_cost is 0 or missing: cost unknown")
    name, editor = str(raw["model"]), raw.get("editor_model")
    tests = named(raw, "total_tests", whole) or (_exercises(raw) if not raw.get("pass_num_2") else n)
    suite = SUITES.get(tests, f"aider-{tests}")
    team = "a pair of models" if editor or raw["edit_format"] == "architect" else "one model"
    return AggregateRow(
        **request.origin,
        suite=suite,
        harness=" ".join(filter(None, ("aider", raw.get("versions")))),
        model=name,
        model_raw=name,
        vendor=None if editor else vendor_of(name),
        provider=route(str(raw.get("command") or "")),
        effort=_effort(raw),
        settings=f"edit format {raw['edit_format']}" + (f", editor {editor}" if editor else ""),
        date=raw.get("date"),
        n=n,
        successes=solved,
        score=solved / n,
        cost_total_usd=None if cost is None else float(cost),
        cost_basis=None if cost is None else "total_cost, as aider reckoned it at the time",
        latency_mean_s=None if seconds is None else float(seconds),
        comparable=f"{suite}, {'two tries' if tries == 2 else 'one try'}, {team}",
    )


def _counts(request: Request, raw: Mapping[str, Any]) -> tuple[int, int, int]:
    """Exercises, how many were solved, and in how many tries.

    Some rows' percentages are of the exercises run, some of all there are.
    """
    run, solved, all_ = (named(raw, name, whole) for name in ("test_cases", "pass_num_2", "total_tests"))
    tries = 2 if raw.get("pass_num_2") or raw.get("pass_rate_2") else 1
    stated = named(raw, f"pass_rate_{tries}", number)
    if solved is None:
        return *_from_rate(request, raw, stated), tries
    if not run or solved > run:
        raise BadValueError(f"pass_num_2 {raw['pass_num_2']} of test_cases {raw['test_cases']} is not a share")
    for n in (run, all_ or run):
        if stated is None or _fits(stated, solved, n):
            return _of(request, n, run), solved, tries
    raise BadValueError(f"pass_rate_2 {stated:g} is not {solved} of {run}, nor of total_tests {all_}")


def _fits(stated: float, solved: int, n: int) -> bool:
    return abs(stated - 100 * solved / n) < ROUNDING


def _of(request: Request, n: int, run: int) -> int:
    if n != run:
        request.ledger.unknown(f"the pass rate is of all {n} exercises, though fewer were run: those count as failed")
    return n


def _exercises(raw: Mapping[str, Any]) -> int:
    """Exercises of the board that a row without counts is of: refactoring has one try, editing fewer than polyglot."""
    if not raw.get("pass_rate_2"):
        return 89
    return 133 if (named(raw, "test_cases", whole) or 0) <= 133 else 225


def _from_rate(request: Request, raw: Mapping[str, Any], stated: float | None) -> tuple[int, int]:
    """Exercises and how many were solved, from the pass rate of a board whose exercises are known."""
    run, all_ = named(raw, "test_cases", whole), _exercises(raw)
    if stated is None or not 0 <= stated <= 100:
        raise BadValueError("neither pass_num_2 nor a pass rate is stated")
    if not run or run > all_:
        raise BadValueError(f"test_cases {raw['test_cases']} is not a number of the board's {all_} exercises")
    if run < LEAST_RUN * all_:
        raise BadValueError(f"only {run} of the board's {all_} exercises were run")
    for n in (run, all_):
        if _fits(stated, solved := round(stated * n / 100), n):
            return _of(request, n, run), solved
    raise BadValueError(f"pass rate {stated:g} is not a whole number of {run} exercises, nor of {all_}")


def _effort(raw: Mapping[str, Any]) -> str | None:
    if raw.get("reasoning_effort"):
        return str(raw["reasoning_effort"])
    if raw.get("thinking_tokens"):
        return f"{raw['thinking_tokens']} thinking tokens"
    return effort_in(str(raw["model"]))


def route(command: str) -> str | None:
    """The way to the model that a command line names: a host, "via NAME", or the model id's prefix.

    None where `openai/` stands for any compatible endpoint that is not named.
    """
    base, via, model = _BASE.search(command), re.search(r"# via (\S+)", command), _COMMAND.search(command)
    if base or via:
        return (base or via)[1]  # type: ignore[index]
    if not model or "/" not in model[1]:
        return None
    prefix, rest = model[1].split("/", 1)
    return None if prefix == "openai" and vendor_of(rest) != "openai" else prefix
