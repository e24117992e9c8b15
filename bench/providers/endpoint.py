"""From a model entry to what identifies its endpoint and what is sent to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.config import ModelEntry, RunSettings
from bench.configfile import address_problem
from bench.errors import UsageError
from bench.providers import openai_chat
from bench.records import Item

if TYPE_CHECKING:
    from bench.weights.server import ServerSettings

SAMPLING = ("temperature", "top_p", "seed")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model entry's calls go, and what of them decides the answer."""

    entry: ModelEntry
    """The model entry."""
    identity: Mapping[str, Any]
    """What besides the body decides the answer: base URL, or weights sha256 and server settings."""
    wire_model: str
    """The `model` field of the body."""
    base_url: str | None = None
    """Where calls go; None for local weights until their server runs."""
    key_variable: str | None = None
    """Environment variable that holds the key; None if none is needed."""
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    """Fields that this endpoint needs in every body."""

    def sampling(self, item: Item, run: RunSettings) -> dict[str, float]:
        """What is sent: model entry over `[run]` over the task's generation_kwargs."""
        chosen: dict[str, float] = dict(item.sampling)
        if run.temperature is not None:
            chosen["temperature"] = run.temperature
        for key in SAMPLING:
            value = getattr(self.entry, key)
            if value is not None:
                chosen[key] = value
        return chosen

    def body(self, item: Item, run: RunSettings) -> dict[str, Any]:
        """The request body of one item, without streaming options."""
        max_tokens = self.entry.max_tokens or item.max_tokens
        body = openai_chat.request_body(self.wire_model, item, max_tokens, self.sampling(item, run))
        return {**body, **self.extra_body}


def resolve(entry: ModelEntry, environ: Mapping[str, str]) -> Endpoint:
    """The endpoint of a model entry. UsageError if its address is missing or bad, or its key cannot be sent."""
    return _weights(entry) if entry.local else _openai_api(entry, environ)


def _weights(entry: ModelEntry) -> Endpoint:
    from bench.weights.catalog import resolve as find

    weights, settings = find(entry.name), server_settings(entry)
    return Endpoint(
        entry=entry,
        identity={"weights_sha256": weights.sha256, "server": settings.as_key()},
        wire_model=entry.name if weights.local is None else weights.file,  # where a file lies changes no answer
        extra_body={"cache_prompt": entry.prompt_cache},
    )


def server_settings(entry: ModelEntry) -> ServerSettings:
    """The local server's settings as the model entry states them."""
    from bench.weights.server import ServerSettings

    threads = {} if entry.threads is None else {"threads": entry.threads}
    return ServerSettings(
        slots=entry.slots,
        context=entry.context,
        kv_unified=entry.kv_unified,
        prompt_cache=entry.prompt_cache,
        **threads,
    )


def _openai_api(entry: ModelEntry, environ: Mapping[str, str]) -> Endpoint:
    vendor, _, model = entry.name.partition("/")
    prefix = re.sub(r"\W", "_", vendor).upper()
    base_url = entry.base_url or environ.get(f"{prefix}_BASE_URL")
    if not base_url:
        raise UsageError(
            f"model '{entry.label}': no address. Set base_url in [models.{entry.label}] or {prefix}_BASE_URL, "
            "e.g. http://127.0.0.1:8000/v1."
        )
    problem = address_problem(base_url)
    if problem:
        where = "base_url" if entry.base_url else f"{prefix}_BASE_URL"
        raise UsageError(f"model '{entry.label}': {where} {problem}.")
    variable = f"{prefix}_API_KEY"
    if not re.fullmatch(r"[!-~]*", environ.get(variable, "")):
        raise UsageError(
            f"model '{entry.label}': {variable} holds a blank, a line break or a letter beyond ASCII. "
            "Set it to the key alone."
        )
    base_url = base_url.rstrip("/")
    return Endpoint(
        entry=entry,
        identity={"base_url": base_url},
        wire_model=model,
        base_url=base_url,
        key_variable=variable if environ.get(variable) else None,
    )
