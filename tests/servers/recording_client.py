"""Asks a model by OpenAI's client and has OpenTelemetry's SDK write down each call.

tests/servers/test_own_traffic.py runs it in an environment that has both (tests/servers/otel.lock).
"""

import json
import sys
from pathlib import Path

from openai import OpenAI
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor


def main(url: str, key: str, model: str, questions: str, log: str) -> None:
    with Path(log).open("w") as out:
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=out)))
        OpenAIInstrumentor().instrument(tracer_provider=provider)
        client = OpenAI(base_url=url, api_key=key, max_retries=0)
        for messages in json.loads(Path(questions).read_text()):
            client.chat.completions.create(model=model, messages=messages, max_tokens=16, temperature=0)
        provider.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
