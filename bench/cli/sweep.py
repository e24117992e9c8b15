"""`--sweep KEY=A,B,C`: one model at several settings, each a row of the run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bench.errors import UsageError, suggest

if TYPE_CHECKING:
    from bench.records import Claim, Comparison, ModelEntry, Sweep

KEYS = ("effort", "max_tokens", "thinking", "thinking_budget", "temperature", "top_p")
"""What can be swept: settings that change what a model spends on an answer, or how it samples."""
MOST = 64
"""Values of a sweep: each is a row of the run, a curve's point, and a claim."""


def swept(comparison: Comparison, sweep: str | None) -> Comparison:
    """The comparison with one model at each of a sweep's settings in its place; None changes nothing.

    `sweep` is KEY=A,B,C or MODEL:KEY=A,B,C; without a model it is the only one, or the only candidate of the claims.
    A claim about the model becomes one claim for each setting. UsageError for a key or value that does not fit.
    """
    from bench.records import Sweep

    if sweep is None:
        return comparison
    head, _, values = sweep.partition("=")
    model, _, key = head.rpartition(":")
    texts = [text.strip() for text in values.split(",")]
    if not key or not all(texts) or len(texts) < 2 or len(set(map(_value, texts))) < len(texts):
        raise UsageError(f"--sweep {sweep}: write a key and two or more different values, e.g. max_tokens=1000,4000.")
    if len(texts) > MOST:
        raise UsageError(f"--sweep {head}=...: {len(texts):,} values, and {MOST} at most are swept.")
    if key not in KEYS:
        raise UsageError(f"--sweep {sweep}: '{key}' cannot be swept.{suggest(key, KEYS)}")
    label = _label(comparison, model, sweep)
    made = Sweep(model=label, key=key, values=tuple(texts))
    rows = {made.label(text): _set(comparison, made, text, sweep) for text in texts}
    taken = next((name for name in rows if name in comparison.models), None)
    if taken:
        raise UsageError(f"--sweep {sweep}: a model is called '{taken}' already. Rename it.")
    models: dict[str, ModelEntry] = {}
    for name, entry in comparison.models.items():
        models |= rows if name == label else {name: entry}
    claims = {claim.name: claim for known in comparison.claims.values() for claim in _claims(known, made)}
    return replace(
        comparison,
        run=replace(comparison.run, sweep=made.text),
        models=MappingProxyType(models),
        claims=MappingProxyType(claims),
    )


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


def _set(comparison: Comparison, made: Sweep, text: str, sweep: str) -> ModelEntry:
    """The model with one setting."""
    from bench.config import TABLES, read_model
    from bench.records import default

    entry, key = comparison.models[made.model], made.key
    value, problem = _value(text), TABLES["models"][key](_value(text))
    if problem:
        raise UsageError(f"--sweep {sweep}: {key} {problem}; found {text}.")
    known = {f.name: getattr(entry, f.name) for f in fields(entry) if f.name not in ("label", "own_provider")}
    given = {name: each for name, each in known.items() if name == "model" or each != default(name)}
    try:
        return read_model(made.label(text), {**given, key: value}, comparison.providers)
    except UsageError as error:
        raise UsageError(f"--sweep {sweep}: {error}") from error


def _value(text: str) -> Any:
    """A number, true or false, or a text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float) else text


def _claims(claim: Claim, made: Sweep) -> Iterator[Claim]:
    """A claim for each setting of the model that it speaks of; one that does not speak of it stays as it is."""
    if made.model not in (claim.candidate, claim.baseline):
        yield claim
        return
    for value in made.values:
        yield replace(
            claim,
            name=made.claim(claim.name, value),
            candidate=made.label(value) if claim.candidate == made.model else claim.candidate,
            baseline=made.label(value) if claim.baseline == made.model else claim.baseline,
        )
