"""Models that need not be asked: every claim about them needs another model that never answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bench.records import Claim


def needless(claims: Iterable[Claim], dead: Collection[str]) -> dict[str, str]:
    """Model -> why it need not be asked, where `dead` are the models that were stopped before any answer.

    A model that no claim is about is never among them.
    """
    sides = [{claim.candidate, claim.baseline} for claim in claims]
    spared = {}
    for label in sorted(set().union(*sides) - set(dead)):
        missed = [(of - {label}) & set(dead) for of in sides if label in of]
        if all(missed):
            names = ", ".join(sorted(set().union(*missed)))
            spared[label] = (
                f"every claim about it needs {names}, which does not answer; --keep-going asks it nevertheless"
            )
    return spared
