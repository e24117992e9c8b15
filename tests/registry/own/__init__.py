"""Tests of bench.registry.own."""
