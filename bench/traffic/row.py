"""From what a log says to a row of the table: cleaned, without secrets, priced, people as pseudonyms."""

from __future__ import annotations

import json
from typing import Any

from bench import clean
from bench.records import sha256_of
from bench.traffic.hiding import Hiding
from bench.traffic.layout import LogReading
from bench.traffic.messages import PARAMETERS, kind, offered
from bench.traffic.pricing import Pricer
from bench.traffic.rows import Logged, TrafficRow

MOST_TEXT = 8 << 20
"""Characters of a request, or of an answer, that are kept."""


class Rows:
    """Makes rows, one log after another."""

    def __init__(self, pricer: Pricer, hide: Hiding, reading: LogReading) -> None:
        self._pricer, self._hide, self._reading = pricer, hide, reading
        self._people: dict[tuple[str, str], int] = {}

    def __call__(self, form: str, call: Logged, *, texts: bool) -> TrafficRow:
        """The row of a call; `texts`: whether its request and answer are taken."""
        usd, price = self._pricer(call)
        shape = kind(call.messages, call.tools, call.parameters, embeds=call.embeds)
        request, digest = self._request(call) if texts else (None, None)
        return TrafficRow(
            where=self._line(call.where) or "",
            format=form,
            time=call.time,
            model=self._line(call.model) or "",
            served_model=self._line(call.served_model),
            provider=self._line(call.provider),
            kind=shape,
            request=request,
            answer=self._text(call.answer) if texts else None,
            tool_calls=self._json(call.tool_calls) if texts and call.tool_calls else None,
            finish_reason=self._line(call.finish_reason),
            request_sha256=digest,
            in_uncached=call.usage.in_uncached,
            in_cache_read=call.usage.in_cache_read,
            in_cache_write_5m=call.usage.in_cache_write_5m,
            in_cache_write_1h=call.usage.in_cache_write_1h,
            out_total=call.usage.out_total,
            out_reasoning=call.usage.out_reasoning,
            cost_usd=usd,
            price_id=price,
            cost_logged_usd=call.cost_logged_usd,
            latency_s=call.latency_s,
            ttft_s=call.ttft_s,
            session=self._person("session", call.session),
            user=self._person("user", call.user),
            tag=self._line(call.tag),
        )

    def _request(self, call: Logged) -> tuple[str | None, str | None]:
        if not call.messages:
            return None, None
        tools = {"tools": offered(call.tools)} if call.tools else {}
        asked = self._json({"messages": call.messages, **tools})
        settings = {name: call.parameters[name] for name in PARAMETERS if call.parameters.get(name) is not None}
        said = self._json({"parameters": settings})
        if asked is None or said is None:
            return None, None
        return f"{asked[:-1]},{said[1:]}", sha256_of(asked)

    def _text(self, text: str | None) -> str | None:
        """A text that may be long, without the secrets of this machine and of anybody else."""
        if text is None:
            return None
        if len(text) > MOST_TEXT:
            self._reading.ledger.unknown(f"a text has more than {MOST_TEXT >> 20} million characters: not kept")
            return None
        return self._hide(clean.text(text))

    def _json(self, value: Any) -> str | None:
        """JSON without secrets; where hiding one in the whole would leave none, each text's are hidden alone."""
        plain = clean.json_value(value)
        text = self._text(_json(plain))
        try:
            return text if text is None or json.loads(text) is not None else None
        except (ValueError, RecursionError):
            return _json(clean.each_text(plain, self._hide))

    def _line(self, value: str | None) -> str | None:
        return None if value is None else self._hide(clean.line(value))

    def _person(self, what: str, value: str | None) -> str | None:
        """The same pseudonym for the same id."""
        if value is None:
            return None
        return f"{what}-{self._people.setdefault((what, value[:200]), len(self._people) + 1)}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
