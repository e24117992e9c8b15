"""The same repositories in JavaScript: each module is translated, so that both say the same, mistakes included."""

from __future__ import annotations

from bench.suites.agentic.javascript.items import in_javascript

__all__ = ["in_javascript"]
