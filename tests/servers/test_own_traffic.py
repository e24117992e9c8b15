"""From a log of real calls to a verdict, with real parts only.

The embedded Qwen 1.5B (where only it is here: 0.5B) is asked through LiteLLM's proxy by OpenAI's client; LiteLLM's
callback and OpenTelemetry's SDK each write a log. It is imported, sampled, answered by the 0.5B, judged by SmolLM2,
labelled by a file, decided.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest

from bench.errors import UsageError
from bench.stats import smallest_n
from bench.weights.catalog import resolve
from bench.weights.fetch import fetch
from bench.weights.server import ServerSettings, serve
from tests.cli.conftest import Bench
from tests.cli.conftest import bench as bench
from tests.servers.conftest import KEY, free_port, installed, started

SMALL, LARGE = "qwen2.5-coder-0.5b-instruct", "qwen2.5-coder-1.5b-instruct"
SYSTEM = "Answer with one word: refund, parcel or praise."
MAILS = {
    "My money has not come back yet.": "refund",
    "I was charged twice, return one payment.": "refund",
    "Please pay back what I sent back last week.": "refund",
    "The card was debited, but I cancelled the order.": "refund",
    "The box never arrived.": "parcel",
    "Where is my parcel? It should be here by now.": "parcel",
    "The courier left my package with a stranger.": "parcel",
    "Tracking says delivered, yet nothing is here.": "parcel",
    "Your shop is wonderful.": "praise",
    "Thank you, best service in years!": "praise",
    "I recommend you to all my friends.": "praise",
    "Great quality, I love the coat.": "praise",
}
MARGIN = 0.25
CONFIG = """
[run]
suites = ["mail"]
[models.small]
model = "weights/{small}"
max_tokens = 16
usd_per_hour = 0.1
[models.large]
model = "weights/{large}"
max_tokens = 16
usd_per_hour = 0.1
[judges.tiny]
model = "weights/smollm2-135m-instruct"
max_tokens = 24
[claims.mail]
candidate = "small"
baseline = "large"
measure = "pass"
worse_by = {margin}
"""
PROXY = """
model_list:
  - model_name: {model}
    litellm_params: {{model: hosted_vllm/{model}, api_base: "{url}", api_key: sk-upstream}}
litellm_settings: {{telemetry: false, num_retries: 0, callbacks: kept.kept}}
"""
CALLBACK = """
import json
from litellm.integrations.custom_logger import CustomLogger

class Kept(CustomLogger):
    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        with open("payloads.jsonl", "a") as file:
            file.write(json.dumps(kwargs["standard_logging_object"], default=str) + "\\n")

kept = Kept()
"""


@pytest.fixture
def weights(smollm2_path: Path) -> str:
    """The baseline's name: the 1.5B where it is here already, else the 0.5B, which is fetched."""
    del smollm2_path
    try:
        small = fetch(resolve(SMALL))
    except UsageError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no source of the weights answers: {error}")
    return LARGE if (small.parent / resolve(LARGE).file).is_file() else SMALL


@pytest.fixture
def logs(weights: str, tmp_path: Path) -> tuple[Path, Path]:
    """The log of OpenTelemetry's SDK, and that of LiteLLM's callback."""
    litellm, python = installed("litellm", "litellm"), installed("otel", "python")
    folder = tmp_path / "proxy"
    folder.mkdir()
    questions, spans, payloads = (folder / name for name in ("questions.json", "spans.json", "payloads.jsonl"))
    messages = [[{"role": "system", "content": SYSTEM}, {"role": "user", "content": mail}] for mail in MAILS]
    questions.write_text(json.dumps(messages))
    (folder / "kept.py").write_text(CALLBACK)
    with serve(fetch(resolve(weights)), ServerSettings(), log=folder / "server.log") as server:
        config, port = folder / "config.yaml", free_port()
        config.write_text(PROXY.format(model=weights, url=server.base_url))
        local = {"LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"}
        argv = [litellm, "--host", "127.0.0.1", "--port", str(port), "--config", str(config)]
        with started(argv, port, folder, NO_PROXY="*", **local) as url:
            client = Path(__file__).with_name("recording_client.py")
            environ = {
                "PATH": os.environ["PATH"],
                "NO_PROXY": "*",
                "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
                "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
            }
            command = [python, str(client), url, KEY, weights, str(questions), str(spans)]
            subprocess.run(command, check=True, env=environ, timeout=300)
            begun = time.monotonic()
            while not payloads.exists() or len(payloads.read_text().splitlines()) < len(MAILS):
                assert time.monotonic() - begun < 60, "LiteLLM's callback comes after the answer, but it comes"
                time.sleep(0.1)
    return spans, payloads


@pytest.mark.slow
def test_a_real_log_becomes_a_decision(bench: Bench, weights: str, logs: tuple[Path, Path]) -> None:
    """The judge knows nothing, and moves nothing: screened without labels, and with them people's verdict."""
    spans, payloads = logs
    for name, log in (("mine", spans), ("kept", payloads)):
        done = bench("traffic", "import", str(log), "-o", name)
        assert "Imported 12 calls; 0 records left out." in done.out, done
    seen = [
        pd.read_parquet(bench.folder / name / "traffic.parquet").set_index("request_sha256").sort_index()
        for name in ("mine", "kept")
    ]
    for column in ("answer", "in_uncached", "out_total"):
        assert seen[0][column].tolist() == seen[1][column].tolist(), f"two tools logged the same calls: {column}"
    assert weights in bench("traffic", "show", "mine").out

    assert bench("traffic", "sample", "mine", "-n", "12", "--name", "mail").code == 0
    assert bench("tasks", "new", "mail", "--from", "mine/mail.jsonl", "--max-tokens", "512").code == 0
    (bench.folder / "bench.toml").write_text(CONFIG.format(small=SMALL, large=weights, margin=MARGIN))
    ran = bench("run")
    assert "not measured" in ran.out, ran.err
    assert f"about {smallest_n(MARGIN)} labels by people" in " ".join(ran.out.split())

    judged = bench("judge", "--vendors-differ", "-n", "3")
    assert judged.code == 0, judged.err
    assert "6 judgments (6 asked now)" in judged.out
    screened = bench("claim")
    assert (screened.code, "mail: screened" in screened.out) == (4, True)

    counts = label(bench)
    decided = bench("claim")
    passed = {side: sum(right for who, right in counts if who == side) for side in ("small", "large")}
    points = 100 * (passed["small"] - passed["large"]) / len(MAILS)
    verdict = "supported" if decided.code == 0 else "refuted" if decided.code == 3 else "inconclusive"
    assert f"mail: {verdict}" in decided.out
    if abs(points) > 0.05:
        assert f"{abs(points):.1f} points {'more' if points > 0 else 'less'} often" in decided.out, decided.out
    assert verdict != "supported" or points > -100 * MARGIN, "nothing beyond the margin is supported"
    assert "judge tiny: " in decided.out
    assert "mail " in bench("traffic", "decide", "mine").out


def label(bench: Bench) -> list[tuple[str, bool]]:
    """Fills in the table as a person would and takes it in; whose answers were right."""
    assert bench("label", "-n", "12", "--csv", "labels.csv").code == 0
    with Path("labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        word = next(word for mail, word in MAILS.items() if mail in row["request"])
        row["value"] = "right" if word in row["answer"].casefold() else "wrong"
    with Path("filled.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    taken = bench("label", "--import", "filled.csv")
    assert "took 24 labels" in taken.out, taken.err
    rows_taken = pd.read_parquet(bench.run_folder / "labels.parquet")
    return [(str(row.model), bool(row.value)) for row in rows_taken.itertuples()]
