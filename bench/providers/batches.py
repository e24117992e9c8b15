"""Batch interfaces, which answer within a day at a lower price: what is sent, and what comes back. No I/O here."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from bench import clean
from bench.providers.faults import in_stream, page_title, read_fault
from bench.providers.protocol import Fault
from bench.providers.reading import a_count, a_text, an_object, parse

MOST_BYTES = 64 << 20
"""Of one batch's requests, in bytes: every vendor takes at least 100 MB, and each request is in memory once more."""
INTENT = "claimbench"
"""The key of our own mark in a batch's metadata, where a vendor keeps metadata."""
Ending = Literal["replied", "errored", "expired", "cancelled"]
"""How one request of a batch ended: with a reply, with an error, out of time, or called off."""
_ID = re.compile(r"\w[\w.:-]{0,199}", re.ASCII)


class BatchState(NamedTuple):
    """What a vendor says of a batch."""

    batch: str
    """Its id there."""
    ended: bool
    """Whether nothing more happens to it: its results are there, or it failed as a whole."""
    done: int | None
    """Requests that have ended; None where that is not said."""
    total: int | None
    """Requests that it holds; None where that is not said."""
    created_at: str | None
    """UTC, ISO 8601; None where that is not said."""
    input_file: str | None
    """The file that it was made of, where there is one."""
    intent: str | None
    """Our mark in its metadata; None where it has none."""
    results: tuple[str, ...]
    """Where its results are, relative to the base URL; empty until it ended, and where there are none."""
    fault: Fault | None
    """Why it failed as a whole; None if it did not."""


class BatchLine(NamedTuple):
    """The result of one request."""

    custom_id: str
    """The id that the request was given."""
    ending: Ending
    """How it ended."""
    reply: str = ""
    """The whole reply as JSON; empty without one."""
    status: int | None = None
    """The reply's HTTP status; None where none came."""
    fault: Fault | None = None
    """What went wrong; None where nothing did."""
    request_id: str | None = None
    """The vendor's id of the request."""


class BatchWire(ABC):
    """One kind of batch interface."""

    PATH: str
    """Where batches are made, relative to the base URL."""
    MOST: int
    """Requests that a batch may hold."""
    FILES: bool
    """Whether requests are uploaded as a file first."""

    @abstractmethod
    def line(self, key: str, body: Mapping[str, Any]) -> str:
        """One request as a line of JSON in ASCII; `key` is at most 64 letters and digits."""

    @abstractmethod
    def creation(self, lines: Sequence[str], file: str | None, intent: str) -> bytes:
        """The body that makes a batch of these lines, or of the uploaded file that holds them."""

    @abstractmethod
    def state(self, text: str) -> BatchState:
        """A reply on one batch. Raises ValueError."""

    @abstractmethod
    def listed(self, text: str) -> tuple[list[BatchState], str | None]:
        """A page of the vendor's batches, and the path of the next one. Raises ValueError for what is no such page."""

    @abstractmethod
    def result(self, text: str) -> BatchLine:
        """A line of a file of results. Raises ValueError."""

    def uploaded(self, text: str) -> str:
        """The id of an uploaded file. Raises ValueError."""
        return an_id(_object(text).get("id"), "the file")

    def of(self, batch: str) -> str:
        """Where a batch stands."""
        return f"{self.PATH}/{an_id(batch, 'the batch')}"

    def cancellation(self, batch: str) -> str:
        """Where a batch is called off."""
        return f"{self.of(batch)}/cancel"


def an_id(value: object, what: str) -> str:
    """A vendor's id, which stands in addresses. Raises ValueError for anything that could be more than a name there."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError(f"{what} has no id that can be one")
    return value


def _object(text: str) -> dict[str, Any]:
    if title := page_title(text):
        raise ValueError(title)
    return an_object(parse(text), "the reply")


def _listed(raw: Mapping[str, Any]) -> Sequence[Any]:
    data = raw.get("data")
    if not isinstance(data, list):
        raise ValueError("the list of batches is none")
    return data


class MessageBatches(BatchWire):
    """Anthropic's Message Batches."""

    PATH = "/messages/batches"
    MOST = 100_000
    FILES = False

    def line(self, key: str, body: Mapping[str, Any]) -> str:
        """As the list `requests` holds it."""
        return json.dumps({"custom_id": key, "params": dict(body)}, separators=(",", ":"))

    def creation(self, lines: Sequence[str], file: str | None, intent: str) -> bytes:
        """All requests in one body; there is no metadata."""
        del file, intent
        return f'{{"requests":[{",".join(lines)}]}}'.encode()

    def state(self, text: str) -> BatchState:
        """A MessageBatch."""
        return self._state(_object(text))

    def _state(self, raw: Mapping[str, Any]) -> BatchState:
        batch, ended = an_id(raw.get("id"), "the batch"), raw.get("processing_status") == "ended"
        if raw.get("type") != "message_batch" or not isinstance(raw.get("processing_status"), str):
            raise ValueError("the reply is no message batch")
        kinds = ("processing", "succeeded", "errored", "canceled", "expired")
        counts = [a_count(raw, "request_counts", kind) for kind in kinds]
        known = [count for count in counts if count is not None]
        total = sum(known) if len(known) == len(kinds) else None
        return BatchState(
            batch=batch,
            ended=ended,
            done=None if total is None else sum(known[1:]),
            total=total,
            created_at=_moment(raw.get("created_at")),
            input_file=None,
            intent=None,
            results=(f"{self.of(batch)}/results",) if ended else (),
            fault=None,
        )

    def listed(self, text: str) -> tuple[list[BatchState], str | None]:
        """A page that says with `has_more` whether another follows."""
        raw = _object(text)
        states = [self._state(an_object(each, "batch")) for each in _listed(raw)]
        more = raw.get("has_more") is True and states
        return states, f"{self.PATH}?limit=100&after_id={states[-1].batch}" if more else None

    def result(self, text: str) -> BatchLine:
        """A MessageBatchIndividualResponse."""
        raw = an_object(parse(text), "the line")
        result = an_object(raw.get("result"), "result")
        custom_id, kind = a_text(raw, "custom_id"), a_text(result, "type")
        if kind == "succeeded":
            reply = json.dumps(an_object(result.get("message"), "message"))
            return BatchLine(custom_id=custom_id, ending="replied", reply=reply, status=200)
        if kind == "errored":
            error = an_object(result.get("error"), "error")
            fault, asked = in_stream(error), _word(error.get("request_id"))
            status = fault.status or None
            return BatchLine(custom_id=custom_id, ending="errored", status=status, fault=fault, request_id=asked)
        if kind in ("expired", "canceled"):
            return BatchLine(custom_id=custom_id, ending="expired" if kind == "expired" else "cancelled")
        raise ValueError("the line says nothing of how its request ended")


class ChatBatches(BatchWire):
    """OpenAI's batches of chat completions, as Alibaba and others offer them too."""

    PATH = "/batches"
    MOST = 50_000
    FILES = True

    def line(self, key: str, body: Mapping[str, Any]) -> str:
        """As a line of the input file."""
        line = {"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": dict(body)}
        return json.dumps(line, separators=(",", ":"))

    def creation(self, lines: Sequence[str], file: str | None, intent: str) -> bytes:
        """Of an uploaded file, with our mark."""
        del lines
        body = {
            "input_file_id": file,
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "metadata": {INTENT: intent},
        }
        return json.dumps(body).encode()

    def state(self, text: str) -> BatchState:
        """A Batch."""
        return self._state(_object(text))

    def _state(self, raw: Mapping[str, Any]) -> BatchState:
        batch, status = an_id(raw.get("id"), "the batch"), raw.get("status")
        if not isinstance(status, str):
            raise ValueError("the reply is no batch")
        files = [raw.get("output_file_id"), raw.get("error_file_id")]
        results = tuple(f"/files/{an_id(file, 'the file')}/content" for file in files if file)
        ended, metadata = status in ("completed", "failed", "expired", "cancelled"), raw.get("metadata")
        completed, failed = (a_count(raw, "request_counts", kind) for kind in ("completed", "failed"))
        return BatchState(
            batch=batch,
            ended=ended,
            done=None if completed is None or failed is None else completed + failed,
            total=a_count(raw, "request_counts", "total") or None,
            created_at=_moment(raw.get("created_at")),
            input_file=_word(raw.get("input_file_id")),
            intent=_word(metadata.get(INTENT)) if isinstance(metadata, dict) else None,
            results=results if ended else (),
            fault=_failed(raw.get("errors")) if status == "failed" else None,
        )

    def listed(self, text: str) -> tuple[list[BatchState], str | None]:
        """A page, with `has_more` where another follows."""
        raw = _object(text)
        states = [self._state(an_object(each, "batch")) for each in _listed(raw)]
        more = raw.get("has_more") is True and states
        return states, f"{self.PATH}?limit=100&after={states[-1].batch}" if more else None

    def result(self, text: str) -> BatchLine:
        """A line of the output file or of the file of errors."""
        raw = an_object(parse(text), "the line")
        custom_id, error, response = a_text(raw, "custom_id"), raw.get("error"), raw.get("response")
        if not isinstance(response, dict):
            code = error.get("code") if isinstance(error, dict) else None
            if code == "batch_expired":
                return BatchLine(custom_id=custom_id, ending="expired")
            if code in ("batch_cancelled", "batch_canceled"):
                return BatchLine(custom_id=custom_id, ending="cancelled")
            if not error:
                raise ValueError("the line holds neither a response nor an error")
            return BatchLine(custom_id=custom_id, ending="errored", fault=in_stream(error))
        status, request_id = a_count(response, "status_code"), _word(response.get("request_id"))
        if status is None:
            raise ValueError("the response has no status")
        reply = json.dumps(response.get("body"))
        if status == 200:
            return BatchLine(custom_id=custom_id, ending="replied", reply=reply, status=status, request_id=request_id)
        return BatchLine(
            custom_id=custom_id, ending="errored", status=status, fault=read_fault(status, reply), request_id=request_id
        )


def _failed(errors: object) -> Fault:
    """Why a batch failed as a whole: the first of its errors."""
    data = errors.get("data") if isinstance(errors, dict) else None
    first = data[0] if isinstance(data, list) and data else {"message": "the batch failed, without a word on why"}
    return read_fault(400, json.dumps(first))


def _word(value: object) -> str | None:
    return clean.line_or_none(value) if isinstance(value, str) else None


def _moment(value: object) -> str | None:
    """A moment in UTC as ISO 8601 has it; None for what is none."""
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value)
            return at.astimezone(UTC).isoformat(timespec="milliseconds") if at.tzinfo else None
        if type(value) is int:
            return datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        pass
    return None


def batch_wire(protocol: str) -> BatchWire:
    """The batch interface of a provider of this protocol."""
    return MessageBatches() if protocol == "anthropic" else ChatBatches()


def in_batches(wire: BatchWire, requests: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[tuple[str, str]]]:
    """Keys and lines of requests, split so that each part can be one batch. A request may be longer than MOST_BYTES."""
    parts: list[list[tuple[str, str]]] = []
    size = 0
    for key, body in requests:
        line = wire.line(key, {name: value for name, value in body.items() if name not in ("stream", "stream_options")})
        mine = len(line) + 1
        if not parts or len(parts[-1]) >= wire.MOST or size + mine > MOST_BYTES:
            parts.append([])
            size = 0
        parts[-1].append((key, line))
        size += mine
    return parts
