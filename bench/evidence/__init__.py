"""What published results say of "90 % cheaper, slightly worse": claims by rule, their verdicts, tables and figures."""

from bench.evidence.judge import EvidenceJudgement, judge_all
from bench.evidence.published import SETS
from bench.evidence.rule import Board, RuledClaim, claims_of
from bench.evidence.sets import DataSet, Published, read_all
from bench.evidence.verify import is_evidence
from bench.evidence.verify import verify as verify_pages

__all__ = [
    "SETS",
    "Board",
    "DataSet",
    "EvidenceJudgement",
    "Published",
    "RuledClaim",
    "claims_of",
    "judge_all",
    "is_evidence",
    "read_all",
    "verify_pages",
]
