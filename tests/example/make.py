"""Makes the run that `bench demo` shows: python -m tests.example.make

A real run of the engine over the starter, asked of a scripted endpoint on this machine: two made-up models of made-up
prices, of which one answers a few items wrongly and the other a few more. Its times are the script's.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.cli import main
from bench.registry import shipped
from bench.registry.items import read_jsonl
from tests.fake_endpoint import FakeEndpoint, Reply, Request

TARGET = Path(__file__).parents[2] / "bench" / "example"
"""Where the run is kept."""
KEPT = ("run.json", "items.parquet", "answers.parquet")
"""Of its folder: what all else is made of."""
REMARK = (
    "an example: a script gave these answers, not a model. The models, their prices and their times are made up; "
    "the items, their grading, the costs and the verdicts are claimbench's own."
)
"""What the record says of the run."""
CONFIG = """\
[run]
suites = ["starter"]

[models.example-large]
model = "openai-api/example/example-large"
base_url = "{url}"

[models.example-small]
model = "openai-api/example/example-small"
base_url = "{url}"

[claims.cheaper-slightly-worse]
candidate = "example-small"
baseline = "example-large"
cheaper_by = 0.90
worse_by = 0.05

[claims.much-cheaper]
candidate = "example-small"
baseline = "example-large"
cheaper_by = 0.98
"""
PRICES = """\
[[price]]
provider = "openai-api/example"
model = "example-large"
input = 5.00
output = 25.00
valid_from = 2026-01-01

[[price]]
provider = "openai-api/example"
model = "example-small"
input = 0.28
output = 0.42
valid_from = 2026-01-01
"""
HARD, ODD_LARGE, ODD_SMALL = 17, 60, 47
"""Of the items, about one in so many is solved by neither; by the small one alone; by the large one alone."""


def share(*of: str) -> int:
    """A number that only the words decide."""
    return int.from_bytes(hashlib.sha256(" ".join(of).encode()).digest()[:4], "big")


def solved(model: str, item: dict[str, Any]) -> bool:
    """Whether the script answers rightly."""
    at = share(item["id"])
    if at % HARD < item["level"]:
        return False
    odd = ODD_LARGE if model == "example-large" else ODD_SMALL
    return share(model, item["id"]) % odd != 0


def right(item: dict[str, Any]) -> str:
    """The right answer, as a model writes it."""
    if "answer" in item:
        return str(item["answer"])
    return "```python\n" + (repr(item["value"]) if "value" in item else item["reference"].strip()) + "\n```"


def wrong(item: dict[str, Any]) -> str:
    """An answer that is read and is wrong."""
    if "answer" in item:
        return "I am not sure, but I would say 1000003."
    if "value" in item:
        return "```python\n'unknown'\n```"
    return f"```python\ndef {item['entry_point']}(*args):\n    return None\n```"


def script(items: dict[str, dict[str, Any]], request: Request) -> Reply:
    """The endpoint's answer: the large one begins later and writes more slowly."""
    item, model = items[request.prompt], str(request.body["model"])
    text = right(item) if solved(model, item) else wrong(item)
    large = model == "example-large"
    usage = {"prompt_tokens": len(request.prompt) // 4, "completion_tokens": len(text) // (3 if large else 4) + 3}
    delay = (0.45 if large else 0.2) * (1 + share(model, item["id"], "time") % 100 / 100)
    return Reply(text=text, usage=usage, delay_s=delay, gap_s=0.02 if large else 0.01)


def make() -> None:
    """Runs `bench run` in a folder of its own and keeps what the example needs."""
    paths = sorted((shipped("tasks") / "starter").glob("*.jsonl"))
    items = {item["prompt"]: item for path in paths for item in read_jsonl(path)}
    with tempfile.TemporaryDirectory() as folder, FakeEndpoint(lambda request: script(items, request)) as endpoint:
        os.chdir(folder)
        os.environ["EXAMPLE_API_KEY"] = "none"
        Path("bench.toml").write_text(CONFIG.format(url=endpoint.url))
        Path("prices.toml").write_text(PRICES)
        try:
            main(["run", "-y", "-o", "example"])
        except SystemExit as stop:
            if stop.code:
                sys.exit(stop.code)
        keep(Path("example"))


def keep(folder: Path) -> None:
    """Keeps what the example needs, with what its record says of it and without what says where it was made."""
    from bench.records import MANIFEST, read_record, write_text

    record = read_record(folder)
    there = "https://example.invalid/v1"
    models = {
        label: replace(model, base_url=there, identity={**model.identity, "base_url": there})
        for label, model in record.models.items()
    }
    about = replace(record, remark=REMARK, models=models, machine=None, git_commit=None, calibration=None)
    about = replace(about, command=("bench", "run"), received={})
    TARGET.mkdir(exist_ok=True)
    for name in KEPT:
        shutil.copyfile(folder / name, TARGET / name)
    write_text(TARGET, MANIFEST, about.text())


if __name__ == "__main__":
    make()
