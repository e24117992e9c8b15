"""Starts a client with the proxy in its environment: it gets a key of the proxy's, and none of a vendor's."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from bench.errors import UsageError
from bench.providers import find, shipped
from bench.records import Secrets

QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "QWEN_CODE_SUPPRESS_YOLO_WARNING": "1",
    "MSWEA_SILENT_STARTUP": "1",
    "MSWEA_COST_TRACKING": "ignore_errors",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
}
"""What keeps known agents from calling home, and from telling prices that they made up."""
_MODELS = (
    *("ANTHROPIC_MODEL", "ANTHROPIC_SMALL_FAST_MODEL", "ANTHROPIC_DEFAULT_OPUS_MODEL", "CLAUDE_CODE_SUBAGENT_MODEL"),
    *("ANTHROPIC_DEFAULT_SONNET_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL", "OPENAI_MODEL"),
)
"""Variables that name a model: all of them the same, else side calls go elsewhere."""
_ELSEWHERE = re.compile(
    r"(?:ANTHROPIC|OPENAI|AZURE_OPENAI|AZURE_API|AZURE_AI|GEMINI|GOOGLE_GENAI|VERTEX|OPENROUTER|LITELLM|BEDROCK)_.*"
    r"|CLAUDE_CODE_(?:USE|OAUTH|SKIP|API)_.*|AWS_BEARER_TOKEN_BEDROCK|GOOGLE_API_KEY"
    r"|.*_(?:API_?KEY|API_?TOKEN|AUTH_TOKEN|OAUTH_TOKEN|BASE_URL|API_BASE|CUSTOM_HEADERS)",
    re.IGNORECASE,
)
"""Variables by which a client would call a vendor past the proxy, or pay with another key."""


def environment(
    environ: Mapping[str, str],
    url: str,
    token: str,
    model: str,
    hidden: Collection[str] = (),
    secrets: Secrets | None = None,
) -> dict[str, str]:
    """The environment of a client: the proxy's address, its key and its model, for both protocols; no vendor's key.

    `hidden` are further variables that it must not see; nor does it see any that holds one of `secrets`.
    """
    presets = [preset for preset in map(find, shipped()) if preset]
    hidden = {*hidden, *(name for each in presets for name in (*each.key_variables, *each.address_variables))}
    kept = {name: value for name, value in environ.items() if name not in hidden and not _ELSEWHERE.fullmatch(name)}
    if secrets:
        kept = {name: value for name, value in kept.items() if secrets(value) == value}
    direct = ",".join(filter(None, (environ.get("NO_PROXY") or environ.get("no_proxy"), "127.0.0.1,localhost")))
    base = f"{url}/k/{token}"
    return {
        **kept,
        **QUIET,
        **dict.fromkeys(("NO_PROXY", "no_proxy"), direct),
        **dict.fromkeys(_MODELS, model),
        "ANTHROPIC_BASE_URL": base,
        "ANTHROPIC_API_KEY": token,
        "OPENAI_BASE_URL": f"{base}/v1",
        "OPENAI_API_BASE": f"{base}/v1",
        "OPENAI_API_KEY": token,
    }


async def run(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Runs a client to its end, with this terminal; its exit code. UsageError where it cannot be started."""
    try:
        process = await asyncio.create_subprocess_exec(*command, env=dict(environ))
    except OSError as error:
        raise UsageError(f"{command[0]}: cannot be started ({error.strerror}). Check its name and the PATH.") from error
    try:
        return await process.wait()
    except asyncio.CancelledError:
        send(process, signal.SIGTERM)
        await process.wait()
        raise


def send(process: asyncio.subprocess.Process, number: int) -> None:
    """Sends a signal to a process that may have ended.

    asyncio's own way looks first whether it has, which takes its exit code from under the watcher that waits for it.
    """
    with suppress(ProcessLookupError):
        if process.returncode is None:
            os.kill(process.pid, number)
