"""The text of a bench.toml for two models and a claim, with a line on each key that is worth changing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from bench.providers import find
from bench.records import WEIGHTS

CLAIM = "cheaper-slightly-worse"
"""The claim's name."""
_CUT = re.compile(r"[^\w.-]+")


def draft(baseline: str, candidate: str, suites: Sequence[str], margins: Mapping[str, float], limit: int | None) -> str:
    """A bench.toml that compares two models and claims the margins, e.g. {"cheaper_by": 0.9}.

    Names are kept as they are given: `load` says what is wrong with them.
    """
    today, tomorrow = _labels(baseline, candidate)
    return "\n".join(
        [
            "# What is compared, and what is claimed of it. docs/config.md has every key, docs/models.md every vendor.",
            "[run]",
            f"suites = {json.dumps(list(suites))}",
            _limit(limit),
            "",
            "# The model that is used today.",
            *_model(today, baseline),
            "",
            "# The model that may replace it.",
            *_model(tomorrow, candidate),
            "",
            "# Declared before the first answer: a claim that is changed afterwards is called exploratory.",
            f"[claims.{CLAIM}]",
            f"candidate = {json.dumps(tomorrow)}",
            f"baseline = {json.dumps(today)}",
            *(_line(f"{key} = {value:g}", _MEANT.get(key, "")) for key, value in margins.items()),
            "",
        ]
    )


_MEANT = {
    "cheaper_by": "a share of the bill: 0.9 is at least 90 % cheaper",
    "worse_by": "a share of the items: 0.03 is at most 3 points worse",
}


def _line(setting: str, about: str) -> str:
    return f"{setting:<36} # {about}" if about else setting


def _limit(limit: int | None) -> str:
    about = "items of each suite, spread over its kinds of task; without it all of them"
    return _line("# limit = 100" if limit is None else f"limit = {limit}", about)


def _labels(baseline: str, candidate: str) -> tuple[str, str]:
    """What the models are called: the end of their names, where that tells them apart."""
    first, second = (_CUT.sub("-", name.rpartition("/")[2]).strip("-.") or "model" for name in (baseline, candidate))
    return (first, second) if first != second else (f"{first}-baseline", f"{second}-candidate")


def _model(label: str, model: str) -> list[str]:
    provider, _, name = model.partition("/")
    shown = json.dumps(label) if "." in label else label
    lines = [f"[models.{shown}]", f"model = {json.dumps(model)}"]
    if provider == WEIGHTS:
        return [*lines, _line("usd_per_hour = 0.10", "what the machine costs; without it cost is unknown")]
    preset = find(provider, name.partition("/")[0])
    if preset is not None and preset.key_variables:
        lines.append(f"# key: {preset.key_variables[0]}, in the environment or in .env beside this file")
    if preset is not None and preset.base_url is None and not preset.regions:
        lines.append(_line('# base_url = "http://..."', f"or {preset.address_variables[0]} in the environment"))
    return [
        *lines,
        _line("max_tokens = 32000", "the longest answer, thinking included; an answer that is cut off scores 0"),
        _line('# effort = "high"', "how much it thinks, where the vendor has such a setting"),
    ]
