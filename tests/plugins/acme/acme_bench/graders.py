"""How Acme grades."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.hooks import Graded, Grader


def _shouted(item: Mapping[str, Any], text: str) -> Graded:
    """Right where the answer is the item's word in capitals."""
    said = text.strip()
    return Graded(score=float(said == item["word"].upper()), extracted=said)


shouted = Grader(_shouted, oracle=lambda item: str(item["word"]).upper())
