"""The regression gate: a run against its baseline, without crying wolf. Offline; it reads tables and a file."""

from bench.gate.file import read, save
from bench.gate.findings import ALL, Finding, FindingStatus, GateResult, GateVerdict, Move, suspects
from bench.gate.judge import SECOND, judge, judge_folder, load
from bench.gate.junit import xml
from bench.gate.match import require_fit
from bench.gate.same import Equivalence, same_json, same_lines, same_weights
from bench.gate.snapshot import Snapshot, take
from bench.gate.text import as_json, lines, markdown

__all__ = [
    "ALL",
    "SECOND",
    "Equivalence",
    "Finding",
    "Move",
    "GateResult",
    "Snapshot",
    "FindingStatus",
    "GateVerdict",
    "as_json",
    "judge",
    "judge_folder",
    "lines",
    "load",
    "markdown",
    "read",
    "require_fit",
    "same_json",
    "same_lines",
    "same_weights",
    "save",
    "suspects",
    "take",
    "xml",
]
