"""Tests of logs as traffic."""
