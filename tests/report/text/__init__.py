"""Tests of bench.report.text."""
