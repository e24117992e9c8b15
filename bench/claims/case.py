"""What a claim is judged on."""

from __future__ import annotations

from dataclasses import dataclass

from bench.claims.looks import Looks
from bench.claims.pairs import Pairs
from bench.records import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A claim and what it is judged on."""

    claim: Claim
    """What is claimed."""
    pairs: Pairs
    """Both models' answers to the same items."""
    declared: bool
    """Whether the claim was recorded before the first answer it uses was asked; otherwise it is exploratory."""
    local: bool
    """Whether a model that runs on this machine takes part."""
    seen_in: tuple[str, ...] = ()
    """Earlier runs, of another plan, that held the claim and had some of these answers."""
    looks: Looks | None = None
    """The looks that were taken while the run went on; None for a run that is judged at its end."""
