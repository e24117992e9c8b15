"""Runs a plan: one streaming parser for quality and latency, every finished call into the journal at once."""

from bench.engine.lane import Lane, LaneResult
from bench.engine.runner import run_lanes
from bench.engine.seams import Admission, Observer

__all__ = ["Admission", "Lane", "LaneResult", "Observer", "run_lanes"]
