"""Turns the journal's answers into scores: extraction, graders, lm-eval's own evaluation.

Its modules are imported by name: graders load regex and the sandbox, schema jsonschema, replay lm-eval.
"""
