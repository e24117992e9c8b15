"""Tests of bench.report.numbers."""
