"""OpenAI's Responses, as far as a meter reads them: the end of a stream, or a whole response."""

from __future__ import annotations

from bench.providers import usage
from bench.providers.faults import stated
from bench.providers.protocol import StreamEvent
from bench.providers.reading import a_text, an_event, an_object, parse

ENDED = ("response.completed", "response.incomplete", "response.failed")
"""The last events of a stream."""


class ResponsesFormat:
    """The wire format, as a meter needs it."""

    def read_event(self, data: str) -> StreamEvent:
        """One `data:` payload, or a whole response. Raises ValueError if it is neither."""
        raw = an_event(parse(data))
        kind = raw.get("type")
        whole = raw.get("object") == "response"
        if not whole and kind not in ENDED:
            return StreamEvent(fault=stated(raw) if kind == "error" or raw.get("error") else None)
        response = raw if whole else an_object(raw.get("response"), "response")
        counts = response.get("usage")
        return StreamEvent(
            usage=usage.of_responses(counts) if counts else None,
            served_model=a_text(response, "model") or None,
            fault=stated(response) if response.get("error") else None,
            done=True,
        )
