"""Every format of logs that is known, by the name that `--format` takes."""

from __future__ import annotations

from collections.abc import Mapping

from bench.traffic.formats import helicone, langfuse, langsmith, litellm, otel, requests, transcripts
from bench.traffic.layout import LogFormat

FORMATS: Mapping[str, LogFormat] = {
    "litellm": litellm.FORMAT,
    "langfuse": langfuse.FORMAT,
    "langsmith": langsmith.FORMAT,
    "otel": otel.FORMAT,
    "helicone": helicone.FORMAT,
    "claude-code": transcripts.CLAUDE,
    "qwen-code": transcripts.QWEN,
    "batches": requests.BATCHES,
    "requests": requests.FORMAT,
}
"""In the order in which a record is tried."""
