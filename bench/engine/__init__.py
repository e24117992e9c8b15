"""Runs a plan: one streaming parser for quality and latency, every finished call into the journal at once."""

from bench.engine.runner import Lane, Observer, run_lanes

__all__ = ["Lane", "Observer", "run_lanes"]
