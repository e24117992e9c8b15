"""A decision as a table of routes for a gateway, with what it rests on and when it was made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bench.errors import UsageError
from bench.records import RunRecord, utc_now
from bench.traffic.deciding import SliceVerdict, TrafficVerdicts

_MODEL = re.compile(
    r"(?!os\.environ/|oidc/)[A-Za-z0-9_][A-Za-z0-9_.:@+~-]*(/[A-Za-z0-9_@][A-Za-z0-9_.:@+~-]*)*", re.IGNORECASE
)
"""What a gateway takes for a model's name and for nothing else: no address, and no variable that it would look up."""
_LOOKED_UP = re.compile(r"os\.environ/|^\s*oidc/", re.IGNORECASE)
"""What LiteLLM replaces, by a variable's value wherever it stands, or by a token that it fetches or reads."""


def routes(found: TrafficVerdicts, record: RunRecord, form: str) -> dict[str, Any]:
    """The routes of every kind of work, for a key of FORMS. KeyError for another. UsageError for names that a
    gateway would not take as they are: a run's record may be anybody's.

    A kind of work goes to the cheaper model only where its claim is supported; without a verdict it has no route.
    """
    chosen = _chosen(found)
    names = {kind: record.models[each.use].model for kind, each in chosen.items() if each.use}
    stays = {kind: record.models[each.baseline].model for kind, each in chosen.items() if each.baseline}
    for name in (*names.values(), *stays.values()):
        if not _MODEL.fullmatch(name):
            raise UsageError(f"the run names a model '{name[:100]}', which no gateway may be given. Route it by hand.")
    evidence = {kind: _evidence(each, found.run) for kind, each in chosen.items()}
    return FORMS[form](names, stays, evidence)


def _chosen(found: TrafficVerdicts) -> dict[str, SliceVerdict]:
    """By kind of work the line that decides: of several claims a supported one, of these the one that saves most."""
    best: dict[str, SliceVerdict] = {}
    for each in found.slices:
        if each.use is None:
            continue
        if each.name not in best or _rank(each) > _rank(best[each.name]):
            best[each.name] = each
    return best


def _rank(each: SliceVerdict) -> tuple[bool, float]:
    return each.verdict == "supported", each.saving.usd if each.saving else 0.0


def _evidence(each: SliceVerdict, run: str) -> dict[str, Any]:
    saving = None if each.saving is None else {"usd": each.saving.usd, "low": each.saving.low, "high": each.saving.high}
    return {
        "verdict": each.verdict,
        "claim": each.claim,
        "why": each.why,
        "declared": each.declared,
        "cost_ratio": each.ratio,
        "n": None if each.saving is None else each.saving.n,
        "log_saving": saving,
        "run": run,
        "decided_at": utc_now(),
    }


Named = Mapping[str, str]
Evidence = Mapping[str, dict[str, Any]]


def _plain(names: Named, stays: Named, evidence: Evidence) -> dict[str, Any]:
    return {
        kind: {"model": name, "instead_of": stays[kind], "evidence": evidence[kind]} for kind, name in names.items()
    }


def _litellm(names: Named, stays: Named, evidence: Evidence) -> dict[str, Any]:
    """A proxy's configuration: YAML, of which JSON is a part. The dear model stands in where the cheaper one fails."""
    listed = [
        {"model_name": kind, "litellm_params": {"model": name}, "model_info": {"evidence": evidence[kind]}}
        for kind, name in names.items()
    ]
    others: dict[str, str] = {}
    for kind in (kind for kind, name in names.items() if stays[kind] != name):
        other = f"{kind}-before"
        while other in names or other in others.values():  # calls of one name would be spread over both
            other += "-before"
        others[kind] = other
    listed += [{"model_name": other, "litellm_params": {"model": stays[kind]}} for kind, other in others.items()]
    fallbacks = [{kind: [other]} for kind, other in others.items()]
    made = {"model_list": listed, "router_settings": {"fallbacks": fallbacks}}
    _require_nothing_looked_up(made)
    return made


def _require_nothing_looked_up(part: object) -> None:
    if isinstance(part, Mapping):
        part = [*part, *part.values()]
    if isinstance(part, list):
        for each in part:
            _require_nothing_looked_up(each)
    elif isinstance(part, str) and _LOOKED_UP.search(part):
        raise UsageError(f"'{part[:100]}' would be looked up by the gateway. Give it another name.")


def _openrouter(names: Named, stays: Named, evidence: Evidence) -> dict[str, Any]:
    """For each kind of work the part of a request that names its models, the dear one second."""
    return {
        kind: {"request": {"models": list(dict.fromkeys((name, stays[kind])))}, "evidence": evidence[kind]}
        for kind, name in names.items()
    }


FORMS: Mapping[str, Callable[[Named, Named, Evidence], dict[str, Any]]] = {
    "json": _plain,
    "litellm": _litellm,
    "openrouter": _openrouter,
}
"""What a gateway reads."""
