"""The proxy's own replies, errors in the shape of the client's protocol, so that agents stop and say why."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple


class OwnReply(NamedTuple):
    """A reply that the proxy makes itself."""

    status: int
    """HTTP status."""
    body: bytes
    """JSON."""


def refusal(protocol: str, status: int, message: str) -> OwnReply:
    """A request that is not passed on. The statuses are ones that no client asks again for."""
    kind = {401: "authentication_error", 404: "not_found_error", 402: "billing_error"}.get(
        status, "invalid_request_error"
    )
    error: dict[str, Any] = {"type": kind, "message": f"claimbench proxy: {message}"}
    if protocol == "anthropic":
        return OwnReply(status, json.dumps({"type": "error", "error": error}).encode())
    return OwnReply(status, json.dumps({"error": {**error, "code": kind, "param": None}}).encode())


def models(protocol: str, labels: Iterable[str]) -> OwnReply:
    """The list of models."""
    if protocol == "anthropic":
        rows = [{"type": "model", "id": label, "display_name": label} for label in labels]
        return OwnReply(200, json.dumps({"data": rows, "has_more": False}).encode())
    return OwnReply(
        200, json.dumps({"object": "list", "data": [{"id": label, "object": "model"} for label in labels]}).encode()
    )


def hello() -> OwnReply:
    """That somebody is there."""
    return OwnReply(200, b'{"status": "ok"}')
