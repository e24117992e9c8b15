"""Tests of bench.records.items."""
