"""`--sweep KEY=A,B,C`: one model at several settings, each a row of the run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bench.errors import UsageError, suggest

if TYPE_CHECKING:
    from bench.records import Claim, Comparison, ModelEntry

KEYS = ("effort", "max_tokens", "thinking", "thinking_budget", "temperature", "top_p")
"""What can be swept: settings that change what a model spends on an answer, or how it samples."""


def swept(comparison: Comparison, sweep: str | None) -> Comparison:
    """The comparison with one model at each of a sweep's settings in its place; None changes nothing.

    `sweep` is KEY=A,B,C or MODEL:KEY=A,B,C; without a model it is the only one, or the only candidate of the claims.
    A claim about the model becomes one claim for each setting. UsageError for a key or value that does not fit.
    """
    if sweep is None:
        return comparison
    head, _, values = sweep.partition("=")
    model, _, key = head.rpartition(":")
    texts = [text.strip() for text in values.split(",")]
    if not key or not all(texts) or len(texts) < 2 or len(set(texts)) < len(texts):
        raise UsageError(f"--sweep {sweep}: write a key and two or more different values, e.g. max_tokens=1000,4000.")
    if key not in KEYS:
        raise UsageError(f"--sweep {sweep}: '{key}' cannot be swept.{suggest(key, KEYS)}")
    label = _label(comparison, model, sweep)
    rows = {f"{label}-{text}": _set(comparison, label, key, text, sweep) for text in texts}
    taken = next((name for name in rows if name in comparison.models), None)
    if taken:
        raise UsageError(f"--sweep {sweep}: a model is called '{taken}' already. Rename it.")
    models: dict[str, ModelEntry] = {}
    for name, entry in comparison.models.items():
        models |= rows if name == label else {name: entry}
    claims = {claim.name: claim for known in comparison.claims.values() for claim in _claims(known, label, texts)}
    return replace(comparison, models=MappingProxyType(models), claims=MappingProxyType(claims))


def _label(comparison: Comparison, model: str, sweep: str) -> str:
    """The model that is swept."""
    if model:
        if model not in comparison.models:
            raise UsageError(f"--sweep {sweep}: no model is called '{model}'.{suggest(model, comparison.models)}")
        return model
    candidates = {claim.candidate for claim in comparison.claims.values()}
    for only in (list(comparison.models), list(candidates)):
        if len(only) == 1:
            return only[0]
    raise UsageError(f"--sweep {sweep}: say which model, e.g. --sweep {next(iter(comparison.models))}:{sweep}")


def _set(comparison: Comparison, label: str, key: str, text: str, sweep: str) -> ModelEntry:
    """The model with one setting."""
    from bench.config import TABLES, read_model
    from bench.records import default

    entry = comparison.models[label]
    value, problem = _value(text), TABLES["models"][key](_value(text))
    if problem:
        raise UsageError(f"--sweep {sweep}: {key} {problem}; found {text}.")
    known = {f.name: getattr(entry, f.name) for f in fields(entry) if f.name not in ("label", "own_provider")}
    given = {name: each for name, each in known.items() if name == "model" or each != default(name)}
    try:
        return read_model(f"{label}-{text}", {**given, key: value}, comparison.providers)
    except UsageError as error:
        raise UsageError(f"--sweep {sweep}: {error}") from error


def _value(text: str) -> Any:
    """A number, true or false, or a text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float) else text


def _claims(claim: Claim, label: str, texts: list[str]) -> Iterator[Claim]:
    """A claim for each setting of the model that it speaks of; one that does not speak of it stays as it is."""
    if label not in (claim.candidate, claim.baseline):
        yield claim
        return
    for text in texts:
        yield replace(
            claim,
            name=f"{claim.name}-{text}",
            candidate=f"{label}-{text}" if claim.candidate == label else claim.candidate,
            baseline=f"{label}-{text}" if claim.baseline == label else claim.baseline,
        )
