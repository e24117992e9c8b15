"""The `[claims.<name>]` and `[slices.<name>]` tables of a bench.toml."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bench.config.file import ConfigFile
from bench.errors import suggest
from bench.records import (
    EVIDENCE,
    LOAD_NEEDS,
    MARGINS,
    MOST_CLAIMS,
    SLICED,
    WITHIN_NEEDS,
    Claim,
    WorkSlice,
    margin_keys,
)


def read_claims_of(
    file: ConfigFile,
    raw: Mapping[str, Any],
    *,
    models: Collection[str],
    suites: Collection[str],
    whose: tuple[str, str] = ("this file", "[run]"),
) -> list[Claim]:
    """The `[claims.<name>]` tables, with one claim for each of their `[slices.<name>]`."""
    slices = {}
    for name, table in file.tables(raw, "slices").items():
        slices[name] = WorkSlice.of(name, file.table(table, "slices", name))
        if not slices[name].only:
            file.fail(
                f"[slices.{name}] says not which items: give {', '.join(SLICED)} or some of these.", "slices", name
            )
    claims = [
        each
        for name, table in file.tables(raw, "claims").items()
        for each in _claim(file, name, table, slices, models=models, suites=suites, whose=whose)
    ]
    names = [each.name for each in claims]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        file.fail(f'[claims."{twice}"] is also what a claim about a slice is called: rename it.', "claims")
    if len(claims) > MOST_CLAIMS:
        file.fail(
            f"{len(claims):,} claims, those about slices counted, and {MOST_CLAIMS:,} at most are read.", "claims"
        )
    return claims


def _claim(
    file: ConfigFile,
    name: str,
    table: Any,
    slices: Mapping[str, WorkSlice],
    *,
    models: Collection[str],
    suites: Collection[str],
    whose: tuple[str, str] = ("this file", "[run]"),
) -> Iterator[Claim]:
    """One claim, or one for each of its slices."""
    where = ("claims", name)
    values = file.table(table, *where)
    _require_sides(file, name, values, models, whose[0])
    if values["candidate"] == values["baseline"]:
        file.fail("candidate and baseline are the same model.", *where, "candidate")
    if not set(MARGINS) & set(values):
        file.fail(f"[claims.{name}] says nothing: give {margin_keys()}.", *where)
    if "measure" in values and "worse_by" not in values:
        file.fail(f"[claims.{name}] measures nothing: give worse_by beside measure.", *where, "measure")
    if "within_minutes" in values and ("worse_by" not in values or "measure" in values):
        file.fail(f"[claims.{name}] {WITHIN_NEEDS}", *where, "within_minutes")
    if "at_load" in values and "slower_by" not in values:
        file.fail(f"[claims.{name}] {LOAD_NEEDS}", *where, "at_load")
    for suite in values.get("suites", ()):
        if suite not in suites:
            file.fail(f"suite '{suite}' is not part of {whose[1]}.{suggest(suite, suites)}", *where, "suites")
    named = values.pop("slices", ())
    for each in named:
        if each not in slices:
            file.fail(f"slice '{each}' has no [slices.{each}].{suggest(each, slices)}", *where, "slices")
    if not named:
        yield Claim.of(name, values)
    for each in dict.fromkeys(named):
        yield _of_slice(file, name, values, slices[each])


def _require_sides(file: ConfigFile, name: str, values: Mapping[str, Any], models: Collection[str], whose: str) -> None:
    where = ("claims", name)
    for side in ("candidate", "baseline"):
        if side not in values:
            file.fail(f"[claims.{name}] needs a {side}.{suggest('', models)}", *where)
        if values[side] not in models:
            file.fail(
                f"{side} '{values[side]}' is not a model of {whose}.{suggest(values[side], models)}", *where, side
            )


def _of_slice(file: ConfigFile, name: str, values: Mapping[str, Any], chosen: WorkSlice) -> Claim:
    """A claim about a slice alone, by the slice's evidence; in `bench claim` it is NAME/SLICE."""
    measure = EVIDENCE[chosen.evidence] if chosen.evidence else values.get("measure")
    if "measure" in values and measure != values["measure"]:
        file.fail(
            f"[claims.{name}] measures {values['measure']}, and [slices.{chosen.name}] has evidence = "
            f'"{chosen.evidence}". Leave one of them out.',
            *("claims", name, "measure"),
        )
    if measure and "worse_by" not in values:
        file.fail(f"[claims.{name}] measures nothing: give worse_by, which labels keep.", "claims", name)
    claim = Claim.of(f"{name}/{chosen.name}", {**values, "measure": measure})
    return replace(claim, slice=chosen)
