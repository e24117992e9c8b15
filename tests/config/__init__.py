"""Tests of bench.config.load."""
