"""lm-eval's templates, rendered so that a stranger's task file reaches no Python."""

from __future__ import annotations

from typing import Any

from jinja2 import runtime
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

LONGEST = 1_000_000
"""What a product in a template may be at most: as a number, or as a length."""


class Templates(SandboxedEnvironment):
    """Jinja's sandbox, in which nothing is multiplied beyond LONGEST."""

    intercepted_binops = frozenset(("*", "**"))

    def call_binop(self, context: runtime.Context, operator: str, left: Any, right: Any) -> Any:
        """A product or a power. SecurityError if it is too large."""
        sizes = [abs(each) if isinstance(each, int | float) else len(each) for each in (left, right)]
        if (operator == "**" and sizes[1] > 20) or sizes[0] * sizes[1] > LONGEST:
            raise SecurityError("a product is too large")
        return super().call_binop(context, operator, left, right)


def guard() -> None:
    """Replaces lm-eval's own environment, in which a template may call any function of Python, by the sandbox."""
    from lm_eval import utils

    theirs: Any = utils.env
    if isinstance(theirs, Templates):
        return
    ours = Templates(
        loader=theirs.loader, undefined=theirs.undefined, keep_trailing_newline=theirs.keep_trailing_newline
    )
    ours.filters.update(theirs.filters)
    utils.env = ours
