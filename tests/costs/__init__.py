"""Tests of bench.costs."""
