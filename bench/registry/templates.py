"""What lm-eval makes of a stranger's task file, held so that a YAML without `!function` reaches no Python.

A template that only puts fields in is rendered here, in time linear in what it writes. Any other, whose loops, calls
and filters could go on without end or fill the memory, is rendered in a child with limits.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Mapping
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, Template, nodes, runtime
from jinja2.exceptions import SecurityError, TemplateError, TemplateRuntimeError
from jinja2.sandbox import SandboxedEnvironment

from bench.sandbox import ReadingFailedError, ReadingLimits, ServerLostError, read

LONGEST = 1_000_000
"""What a product in a template may be at most: as a number, or as a length."""
MOST_WRITTEN = 10_000_000
"""Characters that a template may write."""
LIMITS = ReadingLimits(cpu_s=5.0, memory_bytes=2**29)
"""What rendering one template for one item may use."""
_LINEAR = (
    nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.If,
    nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip
"""What a template may be made of to be rendered in this process."""


def registered_metric(name: str, _hf_evaluate: bool = False) -> Any:
    """lm-eval's own metric of a name; None for any other, which `datasets` or a folder might hold as a program."""
    import lm_eval.api.metrics  # noqa: F401  registers them
    from lm_eval.api import registry

    return registry.metric_registry.get(name) if name in registry.metric_registry else None


class Templates(SandboxedEnvironment):
    """Jinja's sandbox, in which nothing is multiplied beyond LONGEST."""

    intercepted_binops = frozenset(("*", "**"))

    def __init__(self) -> None:
        """As lm-eval sets its own up, with its filter `regex_replace`; nothing in it is drawn at random."""
        super().__init__(loader=BaseLoader(), undefined=StrictUndefined, keep_trailing_newline=True)
        self.filters["regex_replace"] = _regex_replace
        del self.filters["random"], self.globals["lipsum"]

    def call_binop(self, context: runtime.Context, operator: str, left: Any, right: Any) -> Any:
        """A product or a power. SecurityError if it is too large."""
        sizes = [abs(each) if isinstance(each, int | float) else len(each) for each in (left, right)]
        if (operator == "**" and sizes[1] > 20) or sizes[0] * sizes[1] > LONGEST:
            raise SecurityError("a product is too large")
        return super().call_binop(context, operator, left, right)


def _regex_replace(text: str, pattern: str, replacement: str, count: int = 0) -> str:
    return re.sub(pattern, replacement, text, count=count)


_ours = Templates()
_guarded_by = os.getpid()


def render(request: tuple[str, Mapping[str, Any]]) -> str:
    """A template filled in with fields, in this process. SecurityError if it writes more than MOST_WRITTEN."""
    template, fields = request
    written, size = [], 0
    for part in _compiled(template).generate(**fields):
        size += len(part)
        if size > MOST_WRITTEN:
            raise SecurityError(f"it writes more than {MOST_WRITTEN:,} characters")
        written.append(part)
    return "".join(written)


@functools.lru_cache(maxsize=100)
def _compiled(template: str) -> Template:
    return _ours.from_string(template)


def apply_template(template: str, doc: Mapping[str, Any]) -> str:
    """In place of lm-eval's: the template filled in with a doc's fields. TemplateError if it cannot be rendered."""
    try:
        names = _names_if_not_linear(template)
        if names is None or os.getpid() != _guarded_by:  # a fork that reads answers has limits of its own
            return render((template, doc))
        fields = json.loads(json.dumps({name: doc[name] for name in names if name in doc}, default=str))
        rendered: str = read("bench.registry.templates:render", [template, fields], LIMITS)
    except (TemplateError, ReadingFailedError, ServerLostError, RecursionError) as error:
        shown = template if len(template) <= 60 else f"{template[:59]}…"
        raise TemplateRuntimeError(f"the template {shown!r} cannot be rendered ({error})") from error
    return rendered


@functools.lru_cache(maxsize=1000)
def _names_if_not_linear(template: str) -> frozenset[str] | None:
    """The names that a template uses, fields among them; None where its parts are _LINEAR alone."""
    parts = [*_ours.parse(template).find_all(nodes.Node)]
    if all(type(part) in _LINEAR for part in parts):
        return None
    return frozenset(part.name for part in parts if isinstance(part, nodes.Name))


def guard() -> None:
    """Replaces three things of lm-eval's: its environment, in which a template may call any function of Python, by the
    sandbox; its rendering by one with limits; and its search for a metric, which runs the program of that name in the
    folder, by its own metrics alone.
    """
    global _guarded_by
    from lm_eval import utils
    from lm_eval.api import task

    task.get_metric = registered_metric
    utils.env, utils.apply_template = _ours, apply_template
    _guarded_by = os.getpid()
