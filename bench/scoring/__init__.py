"""Turns the journal's answers into scores: extraction, graders, lm-eval's own evaluation, the run's tables."""
