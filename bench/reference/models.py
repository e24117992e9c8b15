"""docs/models.md, "Which models can I compare?", from the presets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.providers import SAMPLING, Preset, Rules, find, shipped
from bench.reference.markdown import table

_INTRODUCTION = """\
# Which models can I compare?

*Written from `bench/providers/presets.toml` by `make docs`; what vendors document changes, and this was last read on
2026-11-22. Do not edit this page.*

Any model behind an endpoint that speaks OpenAI's Chat Completions or Anthropic's Messages, and any local weights file.
Write it as `<provider>/<model>`; a model that this page does not know is passed through as it is.

```toml
[models.claude]
model = "anthropic/claude-opus-5-5"
effort = "high"        # the vendor's own word
max_tokens = 32000     # thinking counts: a model that thinks needs 16000 or more, or its answers are cut off

[models.own]
model = "openai-api/acme/small"     # reads ACME_BASE_URL and ACME_API_KEY
```

Keys come from the environment or from `.env` beside `bench.toml`, never from `bench.toml`.
"""

_SETTINGS = """\
## By batch: within a day, at the batch price

`bench run --batch` asks every model by batch whose provider offers that (the last column), and the others as usual;
`batch = true` in `[models.<label>]` asks that model so in every run. What each side cost at its own mode and what it
scored is judged; a batch has no latency, so none is shown or judged. Costs are the price list's batch rows; where it
has none (Alibaba's models, today), they are unknown until `prices.toml` has one with `mode = "batch"`.

A batch takes minutes to a day. Ctrl-C, or a crash at any moment, leaves it at the vendor: the same command finds it
again and fetches its answers, and nothing is paid twice. `bench batches` says how far the batches of the newest run
are, `bench batches --cancel` calls them off (what was answered stays billed). What expired or failed is missing, and
asked again by the same command. A budget holds the worst case of a whole batch before it is made. Suites of episodes,
`--gate`, `--latency-probe` and `--until-decided` do not go by batch.

## Settings of a model

[config.md](config.md) lists every key of `[models.<label>]`: `effort`, `thinking`, `max_tokens`, sampling, addresses,
headers and what else a request holds.

A vendor's own table changes what this page says of it, or describes a new one (its keys: [config.md](config.md)):

```toml
[providers.acme]
base_url = "https://llm.acme.example/v1"
protocol = "openai"                  # or "anthropic"
key_variables = ["ACME_KEY"]
[providers.acme.rules]               # of all its models
sampling = { seed = "ignored" }
[[providers.acme.models]]            # of some of them
match = ["large-*"]
efforts = ["low", "high"]
```
"""

_READING = """\
## How to read the tables

*thinks*: **always** or **never**; **on** or **off** unless `thinking` says otherwise; **unknown**.
*effort*: the levels, the vendor's usual one in bold. *sampling*: what becomes of temperature, top_p and seed;
what a vendor ignores, forbids or fixes is not sent, and a comparison of models with unlike sampling says so.
*region* of a vendor with several: its keys open that region only.
"""


def page() -> str:
    """The whole page as Markdown."""
    presets = [preset for name in shipped() if (preset := find(name))]
    parts = [_INTRODUCTION, "## Providers\n", *table(_PROVIDERS, map(_provider, presets)), ""]
    parts += [_SETTINGS, _READING, "## Addresses\n", *table(("provider", "region", "address"), _addresses(presets))]
    parts += ["", "## What models accept\n", *table(_MODELS, (row for p in presets for row in _models(p)))]
    return "\n".join(parts) + "\n"


_PROVIDERS = ("write", "provider", "protocol", "key", "usage reports", "batch")
_MODELS = ("models", "thinks", "effort", "sampling", "also")


def _provider(preset: Preset) -> tuple[str, ...]:
    example = ", ".join(f"`{name}`" for name in preset.examples)
    keys = " or ".join(f"`{name}`" for name in preset.key_variables).replace("`VENDOR_", "`<VENDOR>_") or "-"
    need = "" if preset.key_needed or not preset.key_variables else " (if it needs one)"
    batch = {True: "half price", False: "none", None: "?"}[preset.batch]
    page = f"; from {preset.key_page}" if preset.key_page else ""
    return example, preset.title, preset.protocol, keys + need + page, preset.counts, batch


def _addresses(presets: list[Preset]) -> Iterator[tuple[str, ...]]:
    for preset in presets:
        if preset.base_url:
            yield preset.name, "", f"`{preset.base_url}`"
        for region, address in preset.regions.items():
            yield preset.name, f"{region} (usual)" if region == preset.region else region, f"`{address}`"


def _models(preset: Preset) -> Iterator[tuple[str, ...]]:
    """A row for each pattern that has rules of its own, and one for all other models."""
    patterns = [m["match"] for table in reversed(preset.tables) for m in table.get("models", ())]
    for match in patterns:
        names = ", ".join(f"`{preset.name}/{pattern}`" for pattern in match)
        yield names, *_rules(preset.rules(match[0].replace("*", "")))
    yield f"`{preset.name}/*`", *_rules(preset.rules(""))


def _rules(rules: Rules) -> tuple[str, ...]:
    efforts = [f"**{e}**" if e == rules.effort_default else e for e in rules.efforts]
    return rules.thinks, ", ".join(efforts) or "-", _sampling(rules), "; ".join(_also(rules)) or "-"


def _sampling(rules: Rules) -> str:
    said = [(name, rules.handling(name, False), rules.handling(name, True)) for name in SAMPLING]
    parts = []
    for name, usual, thinking in said:
        if usual == thinking:
            parts += [] if usual == "sent" else [f"{name} {_handled(usual)}"]
        else:
            parts.append(f"{name} {_handled(usual)}, while it thinks {_handled(thinking)}")
    return "; ".join(parts) or "sent"


def _handled(what: str | float) -> str:
    return what if isinstance(what, str) else f"fixed at {what:g}"


def _also(rules: Rules) -> Iterator[str]:
    if rules.thinking_off_efforts:
        yield f"can stop thinking at effort {', '.join(rules.thinking_off_efforts)}"
    if rules.budget_field and rules.thinks != "never":
        least = f" from {rules.budget_least}" if rules.budget_least > 1 else ""
        yield f"takes a `thinking_budget`{least}"
    if rules.greedy:
        yield f"temperature 0 is sent as `{_written(rules.greedy)}`"
    if rules.always:
        yield f"`{_written(rules.always)}` is always sent"
    if rules.max_tokens_field != "max_tokens":
        yield f"`max_tokens` is sent as `{rules.max_tokens_field}`"
    if not rules.thinking_capped and rules.thinks != "never":
        yield "`max_tokens` does not hold for thinking"
    if rules.stops is not None:
        yield f"at most {rules.stops} stop sequences"


def _written(fields: Any) -> str:
    return ", ".join(f"{name}: {str(value).lower()}" for name, value in fields.items())
