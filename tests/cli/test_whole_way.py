"""From a log of 1,000 lines that nothing grades to a verdict by a hundred labels, command by command."""

from __future__ import annotations

import csv
import json
import random
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.labels import of_run
from bench.records import read_judgments, read_labels
from tests.cli.conftest import Bench
from tests.cli.test_judge import by_length
from tests.fake_endpoint import FakeEndpoint, Reply, Request

CONFIG = """
[run]
suites = ["reply"]
[models.b]
model = "openai-api/acme/big"
base_url = "{url}"
max_tokens = 64
allows = ["internal"]
[models.c]
model = "openai-api/acme/small"
base_url = "{url}"
max_tokens = 64
allows = ["internal"]
[judges.third]
model = "openai-api/acme/third"
base_url = "{url}"
max_tokens = 200
allows = ["internal"]
[data.reply]
class = "internal"
[claims.reply]
candidate = "c"
baseline = "b"
cheaper_by = 0.5
worse_by = 0.25
measure = "preference"
"""
PRICE = '[[price]]\nprovider = "openai-api/acme"\nmodel = "{model}"\ninput = "{usd}"\noutput = "{usd}"\n'


def letter(at: int) -> str:
    """A request that is not nearly another."""
    drawn = random.Random(at)
    said = " ".join("".join(drawn.choices("abcdefghijklmnop", k=7)) for _ in range(8))
    return f"Answer this letter: {said}"


def log() -> str:
    """1,000 calls, as OpenAI's interface has them."""
    lines = []
    for at in range(1000):
        request = {"model": "big", "messages": [{"role": "user", "content": letter(at)}]}
        answer = {"role": "assistant", "content": "Dear customer, thank you."}
        usage = {"prompt_tokens": 40, "completion_tokens": 12}
        response = {
            "id": f"chatcmpl-{at}",
            "object": "chat.completion",
            "created": 1_790_000_000 + at * 600,
            "model": "big",
            "choices": [{"index": 0, "message": answer, "finish_reason": "stop"}],
            "usage": usage,
        }
        lines.append(json.dumps({"request": request, "response": response}))
    return "\n".join(lines)


@pytest.fixture
def writing() -> Iterator[FakeEndpoint]:
    """Two models that write letters, the small a shorter one in every sixteenth; and a judge that likes length."""

    def script(request: Request) -> Reply:
        model = request.body["model"]
        if model == "third":
            return by_length(request)
        short = model == "small" and sum(map(ord, request.prompt)) % 16 == 0
        return Reply(text="Thanks." if short else "Dear customer, thank you.")

    with FakeEndpoint(script) as running:
        yield running


def walked() -> list[list[list[str]]]:
    """The commands of the first part of the document, block by block, without `bench`."""
    first = (Path(__file__).parents[2] / "docs" / "own-traffic.md").read_text().partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", first, re.DOTALL)
    return [[shlex.split(line, comments=True)[1:] for line in block.splitlines()] for block in blocks]


@pytest.mark.slow
def test_a_log_of_a_thousand_lines_comes_to_a_verdict_by_a_hundred_labels(bench: Bench, writing: FakeEndpoint) -> None:
    """By the commands that docs/own-traffic.md begins with, as they stand there; `bench judge` comes on top."""
    [see], make, [ask, page, take, decide] = walked()
    (bench.folder / "logs").mkdir()
    (bench.folder / "logs" / "log.jsonl").write_text(log())
    shown = bench(*see)
    assert shown.code == 0, shown.err
    assert "1,000 calls" in shown.out, "where the money goes, in one command"
    assert (bench.folder / "mine" / "traffic.html").is_file()
    for command in make:
        done = bench(*command)
        assert done.code == 0, done.err
    (bench.folder / "bench.toml").write_text(CONFIG.format(url=writing.url))
    prices = [PRICE.format(model=model, usd=usd) for model, usd in (("big", 20), ("small", 1), ("third", 1))]
    (bench.folder / "prices.toml").write_text("\n".join(prices))
    ran = bench(*ask)
    assert ran.code == 0, ran.err
    judged = bench("judge", "--measure", "preference", "--vendors-differ", "--yes")
    assert judged.code == 0, judged.err
    screened = bench("claim")
    assert screened.code == 4, "judges alone decide nothing"
    assert "screened" in screened.out
    assert bench(*page).code == 0
    assert bench(*page, "--csv", "sheet.csv").code == 0
    entries = {entry.id: entry for entry in of_run(bench.run_folder)[0].entries}
    with (bench.folder / "sheet.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 100
    for row in rows:  # as a person does who reads both: the fuller letter is better
        row["value"] = "neither" if row["a"] == row["b"] else "a" if len(row["a"]) > len(row["b"]) else "b"
    with (bench.folder / take[-1]).open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)
    taken = bench(*take)
    assert "took 100 labels." in taken.out
    labels, judgments = read_labels(bench.run_folder), read_judgments(bench.run_folder)
    assert {label.item for label in labels} <= {judgment.item for judgment in judgments}
    assert len({judgment.key for judgment in judgments}) == 2 * len(entries) == 400
    by_item = {row.item: row.value for row in judgments if row.criterion == "overall" and row.first == "model"}
    assert all(by_item[label.item] == label.value for label in labels), "the judge's rule is the person's"
    better = [label.value for label in labels]
    assert 0.5 < sum(better) / len(better) < 0.6, "b's letters are better in about every sixteenth"
    decided = bench(*decide)
    assert decided.code == 0, decided.out
    assert "Supported" in decided.out
    routed = bench("traffic", "decide", "mine")
    assert routed.code == 0, routed.err
    assert "use c for b" in routed.out
