"""What a claim is judged on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bench.claims.looks import Looks
from bench.claims.pairs import Pairs
from bench.claims.parts import Part
from bench.language import tr
from bench.records import Claim, RecordedChoice, RecordedClaim, RunRecord


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
    batched: bool = False
    """Whether a model was asked by batch."""
    seen_in: tuple[str, ...] = ()
    """Earlier runs, of another plan, that held the claim and had some of these answers."""
    prompted: tuple[RecordedChoice, ...] = ()
    """How prompts of a side's own were chosen, for suites of the claim."""
    told: tuple[str, ...] = ()
    """What the import warned of."""
    looks: Looks | None = None
    """The looks that were taken while the run went on; None for a run that is judged at its end."""

    def unjudged(self, part: Part) -> str | None:
        """Why a part is reported and not judged; None if it is judged."""
        why = part.batch_why if self.batched and part.batch_why else part.local_why if self.local else None
        return None if why is None else tr(why)

    def remark(self, part: Part) -> str:
        """The same as a sentence."""
        return tr(part.batch_remark if self.batched and part.batch_why else part.local_remark)


def declared_before(earliest: str | None, claim: Claim, entry: RecordedClaim | None, record: RunRecord) -> bool:
    """Whether the claim, in these very words, and a run's looks were recorded before the earliest answer that it uses
    was asked."""
    if not entry or entry.sha256 != claim.sha256 or not entry.recorded_at or earliest is None:
        return False
    asked = datetime.fromisoformat(earliest)
    if datetime.fromisoformat(entry.recorded_at) > asked:
        return False
    return record.looks is None or (bool(at := record.looks.recorded_at) and datetime.fromisoformat(at) <= asked)
