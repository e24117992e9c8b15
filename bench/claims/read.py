"""The claims of a run folder: those its manifest declares, or one given on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import runfolder
from bench.claims.judge import Opinion, judge
from bench.claims.pairs import pair
from bench.config import Claim
from bench.errors import UsageError, suggest


def declared_claims(manifest: Mapping[str, Any]) -> dict[str, Claim]:
    """The claims that the manifest holds, by name."""
    return {name: _claim(raw) for name, raw in (manifest.get("claims") or {}).items()}


def _claim(raw: Mapping[str, Any]) -> Claim:
    known: dict[str, Any] = {field.name: raw[field.name] for field in fields(Claim) if field.name in raw}
    return Claim(**{**known, "suites": tuple(known.get("suites", ()))})


def adhoc(candidate: str, baseline: str, **margins: Any) -> Claim:
    """A claim from the command line. UsageError for a candidate equal to its baseline, or without any margin."""
    if candidate == baseline:
        raise UsageError("candidate and baseline are the same model.")
    given = {key: value for key, value in margins.items() if value is not None}
    if not {"cheaper_by", "worse_by", "slower_by"} & set(given):
        raise UsageError("the claim says nothing: give --cheaper-by, --worse-by or --slower-by.")
    return Claim(name=f"{candidate}-against-{baseline}", candidate=candidate, baseline=baseline, **given)


def judge_run(folder: Path, name: str | None = None, claim: Claim | None = None) -> list[Opinion]:
    """Judges a run's declared claims, the one of a name, or a given one. UsageError if there is nothing to judge.

    Holm's correction is over all declared claims of the run, also where only one is asked for.
    """
    manifest, items = runfolder.read_manifest(folder), runfolder.read_table(folder, "items")
    claims = declared_claims(manifest)
    if name is not None and name not in claims:
        raise UsageError(f"the run has no claim '{name}'.{suggest(name, claims)}")
    chosen: Sequence[Claim] = [claim] if claim else [*claims.values()]
    if not chosen:
        raise UsageError(
            "the run has no claim. Add [claims.<name>] to bench.toml, or give --candidate, --baseline and a margin."
        )
    if items["score"].isna().all():
        raise UsageError(f"{folder}: no item has a score, so nothing can be judged.")
    given = []
    for one in chosen:
        suites = one.suites or tuple(manifest["suites"])
        pairs = pair(items, manifest, one.candidate, one.baseline, suites)
        local = any(str(manifest["models"][m]["model"]).startswith("weights/") for m in (one.candidate, one.baseline))
        given.append((one, pairs, _declared(manifest, one, pairs.earliest), local))
    opinions = judge(given, seed=int(manifest["settings"]["seed"]))
    return [o for o in opinions if name is None or o.claim.name == name]


def _declared(manifest: Mapping[str, Any], claim: Claim, earliest: str) -> bool:
    """Whether the claim, in these very words, was recorded before the earliest answer that it uses was asked."""
    entry = (manifest.get("claims") or {}).get(claim.name)
    if not entry or entry.get("sha256") != claim.sha256 or not entry.get("recorded_at"):
        return False
    return datetime.fromisoformat(str(entry["recorded_at"])) <= datetime.fromisoformat(earliest)
