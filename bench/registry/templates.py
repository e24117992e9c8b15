"""What lm-eval makes of a stranger's task file, held so that a YAML without `!function` reaches no Python."""

from __future__ import annotations

from typing import Any

from jinja2 import runtime
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

LONGEST = 1_000_000
"""What a product in a template may be at most: as a number, or as a length."""


def registered_metric(name: str, _hf_evaluate: bool = False) -> Any:
    """lm-eval's own metric of a name; None for any other, which `datasets` or a folder might hold as a program."""
    import lm_eval.api.metrics  # noqa: F401  registers them
    from lm_eval.api import registry

    return registry.metric_registry.get(name) if name in registry.metric_registry else None


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
    """Replaces two things of lm-eval's: its environment, in which a template may call any function of Python, by the
    sandbox; and its search for a metric, which runs the program of that name in the folder, by its own metrics alone.
    """
    from lm_eval import utils
    from lm_eval.api import task

    task.get_metric = registered_metric
    theirs: Any = utils.env
    if isinstance(theirs, Templates):
        return
    ours = Templates(
        loader=theirs.loader, undefined=theirs.undefined, keep_trailing_newline=theirs.keep_trailing_newline
    )
    ours.filters.update(theirs.filters)
    utils.env = ours
