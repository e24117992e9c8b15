"""From a model entry to what identifies its endpoint and what is sent to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.errors import UsageError
from bench.providers import anthropic_messages, openai_chat
from bench.providers.address import Address, address_problem, expanded, shown, split
from bench.providers.keys import key_variable
from bench.providers.presets import Preset, preset_of, wire_model
from bench.providers.protocol import Wire
from bench.providers.rules import SAMPLING, Rules, merged
from bench.providers.talk import Talk, talk_of
from bench.records import (
    HIDDEN,
    SECRET_NAME,
    Item,
    LocalModel,
    ModelEntry,
    RecordedModel,
    RemoteModel,
    RunSettings,
    Secrets,
    all_settings,
    prompts_of,
    sha256_of,
)

if TYPE_CHECKING:
    from bench.weights.server import ServerSettings


THINKING_TOKENS = 16000
"""The least cap on generated tokens that leaves a thinking model room for an answer."""
LEAST_IN_BODY = 8
"""A shorter text in a body may well be a mode, say "auto", whatever its field's name is."""


class Thinking(NamedTuple):
    """What is asked of a model's thinking; None leaves it to the vendor."""

    effort: str | None = None
    """How hard it thinks, in the vendor's words."""
    switch: bool | None = None
    """Whether it thinks at all."""
    budget: int | None = None
    """Most tokens of thinking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model entry's calls go, and what of them decides the answer."""

    entry: ModelEntry
    """The model entry."""
    preset: Preset
    """What is known of its vendor."""
    rules: Rules
    """What is known of its model."""
    identity: Mapping[str, Any]
    """What besides the body decides the answer: address and version, or weights sha256 and server settings."""
    wire_model: str
    """The `model` field of the body."""
    base_url: str | None = None
    """Where calls go, without secrets; None for local weights until their server runs."""
    address: Address | None = None
    """The same with its secret parts; None for local weights."""
    key_variable: str | None = None
    """Environment variable that holds the key, or should; None if none is needed."""
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    """Fields that this endpoint needs in every body."""

    @property
    def wire(self) -> Wire:
        """The wire format it speaks."""
        return anthropic_messages if self.preset.protocol == "anthropic" else openai_chat

    @property
    def talk(self) -> Talk:
        """How tools reach the model in episodes, as its entry states it."""
        anthropic, schema = self.preset.protocol == "anthropic", self.rules.json_schema
        return talk_of(self.entry.tool_protocol, self.wire, anthropic=anthropic, schema=schema)

    @property
    def path(self) -> str:
        """Where requests go, relative to the base URL, with the address's query."""
        query = self.address.query if self.address else ""
        return f"{self.wire.PATH}?{query}" if query else self.wire.PATH

    @property
    def streaming(self) -> Mapping[str, Any]:
        """What is added to every body when it is sent, and is not part of a call's key: it asks for a stream.

        `stream_options = false` or an `extra_body` with such a field keeps ours out, for servers that refuse it.
        """
        off = self.entry.stream_options is False or "stream_options" in self.entry.extra_body
        return {key: value for key, value in self.wire.STREAMING.items() if key != "stream_options" or not off}

    @property
    def batched(self) -> bool:
        """Whether its vendor's batch interface asks it."""
        return isinstance(self.entry, RemoteModel) and self.entry.batch

    @property
    def own_headers(self) -> Mapping[str, str]:
        """The headers that the model entry itself states."""
        return self.entry.headers if isinstance(self.entry, RemoteModel) else {}

    @property
    def thinking(self) -> Thinking:
        """What the model entry states of thinking."""
        entry = self.entry
        if isinstance(entry, LocalModel):
            return Thinking()
        return Thinking(entry.effort, entry.thinking, entry.thinking_budget)

    @property
    def thinks(self) -> bool | None:
        """Whether the model will think; None if unknown."""
        thinking = self.thinking
        return self.rules.thinking(thinking.switch, thinking.effort)

    def headers(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The headers of every call: the protocol's with the key, the address's user info, the model entry's own."""
        key = environ.get(self.key_variable) if self.key_variable else None
        user_info = self.address.headers if self.address else {}
        own = expanded(self.own_headers, environ)
        taken = {name.lower() for name in own}
        usual = {**self.wire.headers(key), **user_info}
        return {**{name: value for name, value in usual.items() if name.lower() not in taken}, **own}

    def secrets(self, environ: Mapping[str, str]) -> Secrets:
        """What nothing may repeat: key, user info, header values, and what the address or a body calls a secret."""
        own = self.own_headers
        taken = {environ.get(value[1:], "") for value in own.values() if value.startswith("$")}
        taken |= {environ.get(self.key_variable, "")} if self.key_variable else set()
        body = set(_secret_texts({**self.entry.extra_body, **self.extra_body}))
        stated = Secrets(taken | body, {value for value in own.values() if not value.startswith("$")})
        return stated | self.address.secrets if self.address else stated

    def sampling_requested(self, item: Item, run: RunSettings) -> dict[str, float]:
        """What is asked for: model entry over `[run]` over the task's generation_kwargs."""
        chosen: dict[str, float] = dict(item.sampling)
        if run.temperature is not None:
            chosen["temperature"] = run.temperature
        for name in SAMPLING:
            value = getattr(self.entry, name)
            if value is not None:
                chosen[name] = value
        return chosen

    def sampling(self, item: Item, run: RunSettings) -> dict[str, float]:
        """What is applied, that is really sent: what the model forbids, fixes or ignores is left out."""
        asked = self.sampling_requested(item, run)
        return {name: value for name, value in asked.items() if self.rules.handling(name, self.thinks) == "sent"}

    def warning(self, item: Item) -> str | None:
        """What is likely to go wrong with an item: a task's cap may leave no room for thinking. None if nothing is."""
        if not self.thinks or self.entry.max_tokens or item.max_tokens >= THINKING_TOKENS:
            return None
        return (
            f"'{self.entry.label}' thinks, and thinking counts: the {item.max_tokens} tokens of {item.task} will cut "
            f"most answers off. Set max_tokens = {THINKING_TOKENS} or more in [models.{self.entry.label}]."
        )

    def body(self, item: Item, run: RunSettings) -> dict[str, Any]:
        """The request body of one item, without streaming options. UsageError if the model cannot take the item."""
        entry, rules = self.entry, self.rules
        sampling: dict[str, Any] = self.sampling(item, run)
        if rules.greedy and sampling.get("temperature") == 0:
            del sampling["temperature"]
            sampling |= rules.greedy
        body = {
            "model": self.wire_model,
            **self._prompt(item),
            rules.max_tokens_field: entry.max_tokens or item.max_tokens,
            **sampling,
        }
        if item.stop:
            body[self.wire.STOP] = self._stop(item)
        thinking = rules.thinking_fields(*self.thinking)
        return merged(body, rules.always, thinking, entry.extra_body, self.extra_body)

    def _prompt(self, item: Item) -> dict[str, Any]:
        if item.dialogue:
            return self.talk.among(item.dialogue.names).opening(item.messages, item.dialogue.tools)
        own = self.entry.prompts.get(item.suite)
        return self.wire.prompt(own.asked(item.messages) if own else item.messages)

    def _stop(self, item: Item) -> list[str]:
        most, longest = self.rules.stops, self.rules.stop_bytes
        if most is not None and len(item.stop) > most:
            limit = f"{most} stop sequences"
        elif longest is not None and any(len(text.encode()) > longest for text in item.stop):
            limit = f"{longest} bytes in a stop sequence"
        else:
            return list(item.stop)
        raise UsageError(
            f"model '{self.entry.label}': {self.preset.title} takes at most {limit}, and task {item.task} has more. "
            "Leave out the model or the task."
        )

    def shown(self) -> dict[str, Any]:
        """The endpoint as it may be shown and kept: everything but secrets."""
        entry = all_settings(self.entry)
        for table in (entry, entry["own_provider"] or {}):
            if table.get("base_url"):
                table["base_url"] = shown(table["base_url"])
        by_prefix = isinstance(self.entry, LocalModel) and self.entry.prompt_cache
        return {
            **entry,
            **({"asked_order": "by prefix"} if by_prefix else {}),
            **({"prompts": prompts_of(self.entry.prompts)} if self.entry.prompts else {}),
            "headers": dict.fromkeys(self.own_headers, HIDDEN),
            "identity": dict(self.identity),
            "wire_model": self.wire_model,
            "extra_body": _masked({**self.entry.extra_body, **self.extra_body}),
            "key_variable": self.key_variable,
            "protocol": self.preset.protocol,
            "price_provider": self.preset.price_provider,
            "region": self.preset.region,
            "rules": asdict(self.rules),
            "sampling": {name: self.rules.handling(name, self.thinks) for name in SAMPLING},
        }

    def recorded(self) -> RecordedModel:
        """The same as run.json keeps it."""
        return RecordedModel.from_json(self.shown())


def _masked(value: Any, name: str = "") -> Any:
    """A body's field with whatever its name calls a secret hidden."""
    if isinstance(value, Mapping):
        return {key: _masked(part, str(key)) for key, part in value.items()}
    if isinstance(value, list):
        return [_masked(part, name) for part in value]
    return HIDDEN if isinstance(value, str) and SECRET_NAME.search(name) else value


def _secret_texts(value: Any, name: str = "") -> Iterator[str]:
    """What `_masked` hides, where it is not a mere word."""
    if isinstance(value, Mapping | list):
        for key, part in value.items() if isinstance(value, Mapping) else ((name, part) for part in value):
            yield from _secret_texts(part, str(key))
    elif isinstance(value, str) and SECRET_NAME.search(name) and len(value) >= LEAST_IN_BODY:
        yield value


def resolve(entry: ModelEntry, environ: Mapping[str, str]) -> Endpoint:
    """The endpoint of a model entry. UsageError if its address is missing or bad, or its key cannot be sent."""
    return _weights(entry) if isinstance(entry, LocalModel) else _remote(entry, environ)


def _weights(entry: LocalModel) -> Endpoint:
    from bench.weights.catalog import resolve as find

    weights, settings, preset = find(entry.name), server_settings(entry), preset_of(entry)
    return Endpoint(
        entry=entry,
        preset=preset,
        rules=preset.rules(entry.name),
        identity={"weights_sha256": weights.sha256, "server": settings.as_key()},
        wire_model=entry.name if weights.local is None else weights.file,  # where a file lies changes no answer
        extra_body={"cache_prompt": entry.prompt_cache},
    )


def server_settings(entry: LocalModel) -> ServerSettings:
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


def _remote(entry: RemoteModel, environ: Mapping[str, str]) -> Endpoint:
    preset, sent_as = preset_of(entry), wire_model(entry)
    address = split(_stated_address(entry, preset, environ))
    if preset.protocol == "anthropic" and not address.base_url.endswith("/v1"):
        address = replace(address, base_url=address.base_url + "/v1")  # Anthropic's own clients leave it out
    version = {"anthropic-version": anthropic_messages.VERSION} if preset.protocol == "anthropic" else {}
    headers = {"headers_sha256": sha256_of(dict(entry.headers))} if entry.headers else {}
    return Endpoint(
        entry=entry,
        preset=preset,
        rules=preset.rules(sent_as),
        identity={**address.identity, **version, **headers},
        wire_model=sent_as,
        base_url=address.base_url,
        address=address,
        key_variable=key_variable(entry, preset, environ),
    )


def _stated_address(entry: RemoteModel, preset: Preset, environ: Mapping[str, str]) -> str:
    """bench.toml's address or region, over the environment's address, over the preset's."""
    own = entry.own_provider or {}
    given = {"base_url": entry.base_url or own.get("base_url")}
    if not (entry.region or own.get("region")):
        given |= {name: environ.get(name) for name in preset.address_variables}
    where = next((name for name, address in given.items() if address), None)
    if where:
        problem = address_problem(given[where])
        if problem:
            raise UsageError(f"model '{entry.label}': {where} {problem}.")
        return str(given[where])
    return _preset_address(entry, preset, environ)


def _preset_address(entry: RemoteModel, preset: Preset, environ: Mapping[str, str]) -> str:
    template = preset.regions.get(preset.region or "", preset.base_url)
    if template is None:
        raise UsageError(
            f"model '{entry.label}': no address. Set base_url in [models.{entry.label}] or "
            f"{preset.address_variables[0]}, e.g. http://127.0.0.1:8000/v1."
        )
    for name in re.findall(r"\{(\w+)\}", template):
        if not re.fullmatch(r"[\w-]+", environ.get(name, "")):
            raise UsageError(
                f"model '{entry.label}': the address of {preset.title}'s region {preset.region} needs {name}. "
                "Set it in the environment or in .env."
            )
        template = template.replace(f"{{{name}}}", environ[name])
    return template


def missing_keys(endpoints: Sequence[Endpoint], environ: Mapping[str, str]) -> str | None:
    """Every key that is not set, the models it concerns and where to get one, in one sentence; None if all are set."""
    wanting: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        if endpoint.key_variable and not environ.get(endpoint.key_variable):
            wanting.setdefault(endpoint.key_variable, []).append(endpoint)
    if not wanting:
        return None
    parts = []
    for variable, concerned in wanting.items():
        labels = ", ".join(f"'{e.entry.label}'" for e in concerned)
        page = concerned[0].preset.key_page
        parts.append(f"{variable} for {labels}" + (f" (get one at {page})" if page else ""))
    return f"no key: set {'; '.join(parts)}. Keys are read from the environment or from .env beside bench.toml."
