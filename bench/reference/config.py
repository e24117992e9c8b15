"""docs/config.md, "What bench.toml may hold", from the checks of its keys and the records that they fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from bench.claims.parts import PARTS
from bench.config import LOCAL_KEYS, REMOTE_KEYS, RULES, TABLES, VARIANT, Check
from bench.providers import Preset, Rules, find
from bench.records import (
    MARGINS,
    USUAL_SUITES,
    Claim,
    LocalModel,
    RecordedTraffic,
    RemoteModel,
    ReportSettings,
    RunSettings,
)
from bench.reference.markdown import cell, field_docs, table

_INTRODUCTION = """\
# What `bench.toml` may hold

*Written from `bench/config/file.py` and the records it fills by `make docs`. Do not edit this page.*

Nine kinds of tables: `[run]`, `[models.<label>]`, `[judges.<label>]`, `[data.<suite>]`, `[providers.<name>]`,
`[claims.<name>]`, `[slices.<name>]`, `[traffic]` and `[report]`. Only `[models.<label>]` is needed. An unknown key or a
value out of range is refused with the file's line. Options of `bench run` and `BENCH_*` variables win over `[run]`.
Keys of vendors never stand here: they come from the environment, or from `.env` beside `bench.toml`. A default of
*none* is what holds where the key is left out.
"""

_RUN = """\
## `[run]`

What is asked of every model.
"""
_MODELS = """\
## `[models.<label>]`

One table a model; its label is the name in tables, charts and claims, and begins with a letter or digit ('.', '-' and
'_' may follow). Which effort, thinking and sampling a model takes: [models.md](models.md).

### Every model
"""
_REMOTE = "\n### Models behind an endpoint only\n"
_LOCAL = '\n### Local weights only (`model = "weights/..."`)\n'
_VARIANTS = """
### `[models.<label>.prompt_variants.<name>]`

A prompt of the model's own, for suites of single questions whose prompts were written for another model. At most three
a suite are tried, beside the prompt as written, on `prompt_split` of its items: whole clusters, in no verdict.
[own-traffic.md](own-traffic.md#prompts-of-the-candidates-own) has the whole way.
"""
_JUDGES = """
## `[judges.<label>]`

A model that judges answers (`bench judge`) and is never compared: the keys of `[models.<label>]`. It must be of another
vendor than the models whose answers it judges. [own-traffic.md](own-traffic.md) has the whole way.
"""
_DATA = """
## `[data.<suite>]`

Who may read the data of a suite or task. A model or judge behind an endpoint that may not is refused before anything is
sent; weights on this machine may read everything. A suite without a table is public.
"""
_CLAIMS = """
## `[claims.<name>]`

What is claimed before the run: candidate against baseline, with at least one margin. Every margin given makes the claim
speak of one more part, and all of its parts must hold. How it is judged: [claims.md](claims.md).
"""
_SLICES = """
## `[slices.<name>]`

A kind of work of your own traffic, for `slices` of a claim: which items, all of its keys holding, and what evidence
counts for their quality. A claim with slices is one claim for each, called NAME/SLICE; all share the risk of error.
[own-traffic.md](own-traffic.md) has the whole way.
"""
_TRAFFIC = """
## `[traffic]`

How you would really ask the models: verdicts on cost are judged at it, and say so. What the run's own calls cost stays
as it was billed. Left out, verdicts hold for the hours and the way in which the run asked.
"""
_REPORT = """
## `[report]`

How page, charts and tables are written; `bench report --language` and `--style` win over it.
"""
_PROVIDERS = """
## `[providers.<name>]`

A vendor that claimbench does not know, or what changed at one it knows: the part of `model` before its first slash. The
defaults below are those of an unknown vendor called `acme`; of a known one they are what [models.md](models.md) says.
"""
_RULES = """
### `[providers.<name>.rules]` and `[[providers.<name>.models]]`

What all of its models accept, and what those of some names do; a model takes the first `models` table that matches it.
"""

_KEY = ("key", "type and values", "default", "meaning", "example")

_ONLY_HERE: Mapping[str, str] = {
    "rules": "What all of its models accept; a table of its own, below.",
    "models": "What its models of some names accept; tables of their own, below.",
    "class": "Public: anybody. Internal: whose `allows` names it. Restricted: who also has `trains_on_data = false`.",
    "slices": "Kinds of work that it speaks of, each a claim of its own; left out for all items of its suites.",
    "task": "Items of this task or suite.",
    "tag": "Items whose calls have this tag in the log.",
    "kind": "Items of this kind of call, e.g. structured.",
    "evidence": "What decides quality: check, a programmatic check; accepted, agreement with accepted past answers; "
    "pass or preference, people's labels, which judges help. Left out: as the claim says.",
    "system": "In place of an item's system prompt, which `{system}` in it stands for.",
    "system_file": "A file of it, below bench.toml's folder.",
    "user": "In place of the last message of the user's, which `{prompt}` in it stands for and must.",
    "user_file": "A file of it, below bench.toml's folder.",
    "suites": "Suites or tasks in which it is tried; left out for all.",
    "match": "Patterns of models' names, as the endpoint knows them, whatever their case; `*` stands for anything.",
}
"""The meaning of keys that fill no field of a record."""

EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "run": {
        "suites": '["coding", "reasoning"]', "seed": "1", "exam_seed": "7", "limit": "100", "repeats": "3",
        "instances": "10", "levels": "[1, 2]", "families": '["vans", "meter"]', "kinds": '["fix", "edit"]',
        "load": "[1, 4, 16, 64]",
        "temperature": "0.0", "episode_usd": "0.25",
        "agent_turns": "40", "agent_minutes": "15.0", "agent_usd": "1.0", "reuse": "0",
        "prompt_split": "0.3",
    },
    "models": {
        "model": '"anthropic/claude-opus-5-5"', "base_url": '"https://llm.acme.example/v1"', "max_tokens": "32000",
        "temperature": "0.0", "top_p": "0.95", "seed": "1", "region": '"china"', "headers": '{ X-Team = "$TEAM" }',
        "extra_body": '{ provider = { order = ["x"], allow_fallbacks = false } }', "effort": '"high"',
        "thinking": "false", "thinking_budget": "8000", "context_window": "200000", "max_connections": "4",
        "batch": "true", "timeout_s": "1200",
        "stream_options": "false", "tool_protocol": '"prompted_json"', "agent": '"mini-swe-agent"',
        "loop": '"qwen-agent"',
        "usd_per_hour": "0.10", "slots": "1", "threads": "2", "context": "8192", "kv_unified": "false",
        "prompt_cache": "false", "allows": '["internal"]', "retention_days": "30", "trains_on_data": "false",
        "prompt_variants": '{ terse = { system = "{system} Be brief." } }',
    },
    "prompt_variants": {
        "system": '"{system}\\nAnswer in one line."', "system_file": '"prompts/terse.txt"',
        "user": '"{prompt}\\nThink first."', "user_file": '"prompts/question.txt"', "suites": '["triage"]',
    },
    "data": {"class": '"internal"'},
    "claims": {
        "candidate": '"deepseek"', "baseline": '"claude"', "suites": '["coding"]', "over": '"mean"', "about": '"such"',
        "measure": '"preference"', "within_minutes": "10.0", "at_load": "16", "slices": '["refunds", "letters"]',
        "confidence": "0.90", **{key: f"{margin.example:g}" for key, margin in MARGINS.items()},
    },
    "slices": {
        "task": '"triage"', "tag": '"refund"', "kind": '"single"', "model": '"claude-opus-5-5"', "evidence": '"pass"',
    },
    "traffic": {"peak_share": "0.4", "cache_hit": "0.8", "mode": '{ claude = "batch" }', "requests": "2000000"},
    "report": {"language": '"zh"', "style": '"slide"'},
    "providers": {
        "title": '"Acme"', "protocol": '"openai"', "base_url": '"https://llm.acme.example/v1"', "region": '"europe"',
        "regions": '{ europe = "https://eu.acme.example/v1" }', "address_variables": '["ACME_BASE_URL"]',
        "key_variables": '["ACME_KEY"]', "key_needed": "true", "key_page": '"acme.example/keys"',
        "price_provider": '"acme"', "batch": "true", "rules": '{ sampling = { seed = "ignored" } }',
        "models": '[{ match = ["large-*"], efforts = ["low", "high"] }]',
    },
    "rules": {
        "match": '["large-*"]', "sampling": '{ seed = "ignored", temperature = 1.0 }',
        "sampling_thinking": '{ temperature = "forbidden" }', "greedy": "{ do_sample = false }",
        "always": "{ store = false }", "thinks": '"on"', "thinking_on": "{ enable_thinking = true }",
        "thinking_off": "{ enable_thinking = false }", "thinking_off_efforts": '["low"]',
        "budget_field": '"thinking.budget_tokens"', "budget_on": '{ thinking = { type = "enabled" } }',
        "budget_least": "1024", "efforts": '["low", "high"]', "effort_field": '"output_config.effort"',
        "effort_default": '"high"', "max_tokens_field": '"max_completion_tokens"', "thinking_capped": "true",
        "json_schema": "true", "stops": "4", "stop_bytes": "256",
    },
}  # fmt: skip
"""A value of every key, as it is written in bench.toml; by table, those of a vendor's models under "rules"."""


def page() -> str:
    """The whole page as Markdown. ValueError if a key has no meaning or no example."""
    models = [key for key in TABLES["models"] if key not in (*LOCAL_KEYS, *REMOTE_KEYS)]
    run, remote, local = _of(RunSettings), _of(RemoteModel), _of(LocalModel)
    parts = [_INTRODUCTION, _RUN, *_keys("run", TABLES["run"], {**run, "suites": (USUAL_SUITES, run["suites"][1])})]
    parts += ["", _MODELS, *_keys("models", models, remote)]
    parts += [_REMOTE, *_keys("models", _some("models", REMOTE_KEYS), remote)]
    parts += [_LOCAL, *_keys("models", _some("models", LOCAL_KEYS), local)]
    parts += [_VARIANTS, *_keys("prompt_variants", VARIANT, {})]
    parts += [_JUDGES, _DATA, *_keys("data", TABLES["data"], {})]
    parts += [_CLAIMS, *_keys("claims", TABLES["claims"], {**_of(Claim), **_margins()})]
    called = {"model": (None, "Items whose calls named this model in the log.")}
    parts += [_SLICES, *_keys("slices", TABLES["slices"], called)]
    parts += [_TRAFFIC, *_keys("traffic", TABLES["traffic"], _of(RecordedTraffic))]
    parts += [_REPORT, *_keys("report", TABLES["report"], _of(ReportSettings))]
    parts += [_PROVIDERS, *_keys("providers", TABLES["providers"], _vendor())]
    parts += [_RULES, *_keys("rules", RULES, _of(Rules))]
    return "\n".join(parts) + "\n"


_Known = Mapping[str, tuple[Any, str]]
"""A key's default (MISSING for none) and its meaning."""


def _some(kind: str, keys: Iterable[str]) -> list[str]:
    """These keys in the order of the table's checks."""
    return [key for key in TABLES[kind] if key in keys]


def _of(kind: type[Any]) -> _Known:
    docs, known = field_docs(kind), {}
    for each in fields(kind):
        made = each.default_factory
        known[each.name] = (each.default if made is MISSING else made(), docs.get(each.name, ""))
    return known


def _margins() -> _Known:
    said = {part.margin: part.condition for part in PARTS}
    return {
        key: (None, f'{margin.meaning} The example says "{said[key](margin.example)}".')
        for key, margin in MARGINS.items()
    }


def _vendor() -> _Known:
    docs, unknown = field_docs(Preset), find("acme", own={})
    return {each.name: (getattr(unknown, each.name), docs[each.name]) for each in fields(Preset)}


def _keys(kind: str, keys: Iterable[str], known: _Known) -> list[str]:
    return table(_KEY, _rows(kind, keys, known))


def _rows(kind: str, keys: Iterable[str], known: _Known) -> Iterator[tuple[str, ...]]:
    checks = {**TABLES, "rules": RULES, "prompt_variants": VARIANT}[kind]
    for key in keys:
        default, meaning = known.get(key, (MISSING, _ONLY_HERE.get(key, "")))
        example = EXAMPLES[kind].get(key)
        if not meaning or not example:
            raise ValueError(f"{key} of {kind}: has no {'example' if meaning else 'meaning'}")
        yield f"`{key}`", cell(values(checks[key])), _default(default), meaning.replace("None", "none"), _code(example)


def _code(text: str) -> str:
    return f"`{cell(text)}`"


def _default(value: Any) -> str:
    if value is MISSING:
        return "-"
    if value is None or value == "" or (isinstance(value, tuple | Mapping) and not value):
        return "none"
    return _code(_toml(value))


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else f"{value:g}"


def values(check: Check) -> str:
    """What a check asks for, in its own words: it is given something that is never right, then a number too low."""
    kind, low = check(object()), check(-1)
    assert kind is not None, "every key has a type"
    words = [text.removeprefix("must be ").removeprefix("must ") for text in (kind, low) if text]
    return ", ".join(dict.fromkeys(words)).partition("; keys themselves")[0]
