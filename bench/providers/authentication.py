"""What a call shows of who asks, without any secret."""

from __future__ import annotations

from collections.abc import Mapping

from bench.providers.endpoint import Endpoint
from bench.records import SECRET_NAME


def credential(endpoint: Endpoint, environ: Mapping[str, str]) -> str:
    """What every call of an endpoint shows of who asks, as a sentence: which key or header, or that there is none."""
    own = [name for name in endpoint.own_headers if SECRET_NAME.search(name)]
    if own:
        return f"The header {own[0]} of bench.toml was sent."
    if endpoint.key_variable and environ.get(endpoint.key_variable):
        return f"The key in {endpoint.key_variable} was sent."
    if endpoint.address and endpoint.address.user_info:
        return "The user and password of its address were sent."
    variable = endpoint.key_variable or next(iter(endpoint.preset.key_variables), None)
    return f"No key was sent: {variable} is not set." if variable else "No key was sent."
