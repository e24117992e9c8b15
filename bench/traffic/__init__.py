"""Your own traffic: logs that you have into one table, and where its money goes."""

from __future__ import annotations

from bench.traffic.load import TrafficChoices, TrafficImport, import_traffic
from bench.traffic.rows import RECORD, TABLE, TrafficRow
from bench.traffic.sampling import BY, CHECKS, CLUSTERS, LEAST_TOKENS, MOST_TOKENS, SampleChoices, TrafficSample, sample
from bench.traffic.spending import DIMENSIONS, SpendLine, TrafficSpend, spend
from bench.traffic.unpriced import UnknownCost, reasons

__all__ = [
    "BY",
    "CHECKS",
    "CLUSTERS",
    "DIMENSIONS",
    "LEAST_TOKENS",
    "MOST_TOKENS",
    "RECORD",
    "TABLE",
    "SampleChoices",
    "SpendLine",
    "TrafficChoices",
    "TrafficImport",
    "TrafficRow",
    "TrafficSample",
    "TrafficSpend",
    "UnknownCost",
    "import_traffic",
    "reasons",
    "sample",
    "spend",
]
