"""Run folders of any size, made of seeded random answers: `python -m tests.perf.synthetic FOLDER ITEMS [MODELS]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.records import write_record
from bench.records.folder import PIECE_CHARACTERS, PIECE_ROWS
from bench.records.manifest import RunRecord

FAMILIES = 40
"""Families of items, hence clusters, of a suite."""
SUITES = ("coding", "reasoning")
WORDS = 4_000
"""Words of the vocabulary that texts are made of."""
STARTED = "2026-11-20T10:15:00.000+00:00"


def write(folder: Path, items: int, models: int = 2, seed: int = 1, words: int = 90) -> Path:
    """Writes run.json and both tables of a run whose models answered every item once, and claims about the first.

    A prompt and an answer have about `words` words each. The same arguments make the same folder.
    """
    draw = np.random.default_rng(seed)
    labels = [f"model-{number}" for number in range(models)]
    table = pd.DataFrame({"at": np.repeat(np.arange(items), models), "model": labels * items})
    table["suite"] = np.where(table["at"] % 2, *reversed(SUITES))
    family = (table["at"] // 2 % FAMILIES).astype(str)
    table["task"], table["family"] = table["suite"] + "_main", table["suite"] + "-" + family
    table["item"] = table["family"] + "-" + (table["at"] // 2 // FAMILIES).astype(str)
    folder.mkdir(parents=True, exist_ok=True)
    _items(table, draw).to_parquet(folder / "items.parquet", index=False, row_group_size=PIECE_ROWS)
    rows = max(1, PIECE_CHARACTERS // (14 * words))
    _answers(table, draw, words).to_parquet(folder / "answers.parquet", index=False, row_group_size=rows)
    write_record(folder, RunRecord.from_json(_about(folder.name, items, labels)))
    return folder


def _items(table: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    n = len(table)
    number = table["model"].str.removeprefix("model-").astype(int).to_numpy()
    solved = draw.random(n) < 0.75 - 0.02 * number + 0.1 * (table["at"] % 7 == 0)
    kinds = draw.choice(["answered", "truncated", "refused", "unparsable"], n, p=[0.96, 0.02, 0.01, 0.01])
    out = draw.lognormal(5, 0.6, n).astype(int) + 1
    cost = out * 1e-6 * 4.0**number
    first = draw.lognormal(-1, 0.3, n)
    unknown = pd.Series([None] * n, dtype="float64")
    text = {"task_version": "1", "language": "en", "provider": "weights", "started_at": STARTED}
    sampling, length = '{"temperature": 0.0}', first + out * 0.01
    return pd.DataFrame({
        "run": "synthetic", **{name: table[name] for name in ("suite", "task", "item", "family", "model")}, **text,
        "level": table["at"] % 4 + 1, "cluster": table["family"], "prompt_sha256": "00" + table["item"],
        "served_model": table["model"], "repeat": 0, "order": np.arange(n), "outcome": kinds,
        "score": np.where(kinds == "answered", solved, 0.0).astype(float), "partial": unknown,
        "in_uncached": draw.integers(80, 400, n), "in_cache_read": 0, "in_cache_write_5m": unknown,
        "in_cache_write_1h": unknown, "out_total": out, "out_reasoning": unknown, "cost_usd": cost,
        "cost_retries_usd": 0.0, "cost_cap_usd": 0.01 * 4.0**number, "price_id": "usd_per_hour=0.1",
        "ttft_s": first, "ttfat_s": first, "latency_s": length, "wall_s": length, "tpot_s": 0.01,
        "queue_s": 0.0, "attempts": 1, "timing_ok": True, "reused": False, "sampling_requested": sampling,
        "sampling_applied": sampling, "sandbox": pd.Series([None] * n, dtype="string"),
        "cost_reported_usd": unknown, "cost_cap_basis": "worst case",
    })  # fmt: skip


def _answers(table: pd.DataFrame, draw: np.random.Generator, words: int) -> pd.DataFrame:
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    known = ["".join(draw.choice(letters, draw.integers(2, 11))) for _ in range(WORDS)]

    def text() -> str:
        return " ".join(known[at] for at in draw.integers(0, WORDS, words))

    stock = [text() for _ in range(5_000)]
    prompts = [f'[{{"role": "user", "content": "{stock[at % 5_000]} {at}"}}]' for at in table["at"]]
    answers = [f"{stock[at]} {number}" for number, at in enumerate(draw.integers(0, 5_000, len(table)))]
    keys = {name: table[name] for name in ("task", "item", "model")}
    none = pd.Series([None] * len(table), dtype="string")
    said = '{{"verdict": "wrong", "passed": {0}, "total": 40, "why": "call {1}: wrong value"}}'
    detail = [said.format(number % 40, number // 40) for number in draw.integers(0, 40_000, len(table))]
    return pd.DataFrame({
        "run": "synthetic", **keys, "repeat": 0, "prompt": prompts, "answer": answers, "reasoning": "",
        "extracted": none, "grade_detail": detail, "finish_reason": "stop", "error": none,
    })  # fmt: skip


def _about(run: str, items: int, labels: list[str]) -> dict[str, Any]:
    model = {"max_tokens": 1024, "usd_per_hour": 0.1, "slots": 1, "prompt_cache": False, "temperature": None}
    claim = {"candidate": labels[0], "baseline": labels[-1], "cheaper_by": 0.5, "worse_by": 0.03}
    return {
        "run": run, "started_at": STARTED, "finished_at": STARTED, "settings": {"repeats": 1, "seed": 1},
        "suites": {
            suite: {"items_planned": (items + 1 - at) // 2, "items_available": items} for at, suite in enumerate(SUITES)
        },
        "models": {label: {"model": f"weights/{label}", **model} for label in labels},
        "claims": {"cheaper": {**claim, "name": "cheaper", "suites": [], "over": "each", "confidence": 0.95}},
        "versions": {"claimbench": "0.1.0"}, "stopped": {},
    }  # fmt: skip


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 2)
