"""Tests of bench.proxy."""
