"""Makes the reasoning items: `python -m bench.suites.reasoning.generate [--check] [-o DIR]`.

Needs reasoning-gym, which running the suite does not. The same generator version and exam seed give the same
bytes; `--check` compares them with the files instead of writing. A task is written only if the generator's own
scorer accepts every stored answer and nothing else we try, so exact comparison with it is sound.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import sys
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import BenchError, UsageError

GENERATOR = "reasoning-gym"
VERSION = "0.1.25"
EXAM_SEED = 1
PER_CELL = 2
"""Items of one task at one level."""

CLOSING = "Think briefly, in at most three short sentences. Then end with: The answer is <answer>X</answer>"
"""The last line of every prompt."""

Config = Mapping[str, Any]

CONFIGS: dict[str, tuple[Config, Config, Config]] = {
    "chain_sum": (
        {"min_terms": 2, "max_terms": 2, "min_digits": 1, "max_digits": 1},
        {"min_terms": 3, "max_terms": 3, "min_digits": 1, "max_digits": 2},
        {"min_terms": 8, "max_terms": 10, "min_digits": 4, "max_digits": 5},
    ),
    "products": (
        {"min_digits": 1, "max_digits": 1},
        {"min_digits": 1, "max_digits": 2},
        {"min_digits": 5, "max_digits": 6},
    ),
    "simple_equations": (
        {"min_terms": 2, "max_terms": 2, "max_value": 9, "operators": ["+", "-"], "operators_weights": [0.5, 0.5]},
        {"min_terms": 2, "max_terms": 2, "max_value": 20},
        {"min_terms": 8, "max_terms": 10, "max_value": 100},
    ),
    "lcm": (
        {"min_value": 2, "max_value": 9},
        {"min_value": 10, "max_value": 30},
        {"min_numbers": 4, "max_numbers": 4, "max_value": 1_000},
    ),
    "word_sorting": (
        {"min_words": 2, "max_words": 2},
        {"min_words": 5, "max_words": 6},
        {"min_words": 20, "max_words": 25},
    ),
    "calendar_arithmetic": (
        {"tasks": ["weekday_offset"], "offset_upper_bound": 3},
        {"tasks": ["weekday_offset"], "offset_upper_bound": 30},
        {"tasks": ["weekday_offset"], "offset_upper_bound": 5_000},
    ),
    "binary_alternation": (
        {"min_n": 3, "max_n": 5},
        {"min_n": 8, "max_n": 12},
        {"min_n": 30, "max_n": 40},
    ),
    "ab": ({"length": 3}, {"length": 5}, {"length": 13}),
}
"""The generator's settings per task, levels 1 to 3; what is not named stays at the generator's default."""

_JUNK = ("", "junk", "((((", "\0", "I do not know. " * 400)


@dataclass(frozen=True, slots=True)
class Files:
    """The suite's data as it should lie on disk."""

    contents: Mapping[str, str]
    """Text by file name, the manifest included."""

    def write(self, folder: Path) -> None:
        """Writes every file."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.contents.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")

    def check(self, folder: Path) -> None:
        """Raises UsageError naming the first file that is missing or differs."""
        for name, text in self.contents.items():
            path = folder / name
            if not path.is_file() or path.read_bytes() != text.encode():
                raise UsageError(f"{path}: differs from what the generator makes; regenerate it without --check.")


def cell_seed(task: str, level: int) -> int:
    """The generator's seed for one task and level; it draws item k from seed + k, so cells must lie apart."""
    return EXAM_SEED * 1_000_000 + list(CONFIGS).index(task) * 10_000 + level * 1_000


def generate() -> Files:
    """All items and their manifest.

    Raises UsageError if reasoning-gym is missing or of another version, BenchError if an item is unsound.
    """
    gym = _reasoning_gym()
    contents = {f"{task}.jsonl": _jsonl(_task_items(gym, task)) for task in CONFIGS}
    manifest = {
        "generator": GENERATOR,
        "version": VERSION,
        "licence": "Apache-2.0",
        "seed": EXAM_SEED,
        "configs": {
            task: {
                str(n): {**config, "seed": cell_seed(task, n), "size": PER_CELL} for n, config in enumerate(levels, 1)
            }
            for task, levels in CONFIGS.items()
        },
        "files": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in contents.items()},
    }
    return Files({**contents, "MANIFEST.json": json.dumps(manifest, indent=2) + "\n"})


def _reasoning_gym() -> Any:
    # One generator, never used here, needs pycosat, which only comes as C source: an empty module lets the rest import.
    stubbed = sys.modules.setdefault("pycosat", types.ModuleType("pycosat"))
    cure = f"pip install 'claimbench[reasoning]' ({GENERATOR}=={VERSION})"
    try:
        import reasoning_gym
    except ImportError as error:
        raise UsageError(f"{GENERATOR} cannot be imported ({error}): {cure}") from error
    finally:
        if not hasattr(stubbed, "solve"):
            del sys.modules["pycosat"]
    found = importlib.metadata.version(GENERATOR)
    if found != VERSION:
        raise UsageError(f"{GENERATOR} is {found}, the items were made with {VERSION}: {cure}")
    return reasoning_gym


def _task_items(gym: Any, task: str) -> list[dict[str, Any]]:
    items = []
    entries = []
    for level, config in enumerate(CONFIGS[task], 1):
        dataset = gym.create_dataset(task, seed=cell_seed(task, level), size=PER_CELL, **config)
        for index in range(PER_CELL):
            entry = dataset[index]
            entries.append(entry)
            items.append(_item(task, level, index, entry))
    _check_scorer(dataset, [item["id"] for item in items], entries)
    if len({item["prompt"] for item in items}) < len(items):
        raise BenchError(f"{task}: two items have the same prompt; widen the settings of its lowest level.")
    return items


def _item(task: str, level: int, index: int, entry: Mapping[str, Any]) -> dict[str, Any]:
    answer = entry["answer"]
    item_id = f"{task}-{level}-{index}"
    if not answer or answer != answer.strip() or "\n" in answer:
        raise BenchError(f"{item_id}: the answer {answer!r} is not one stripped line of text.")
    return {
        "id": item_id,
        "family": task,
        "level": level,
        "language": "en",
        "cluster": task,
        "prompt": f"{entry['question'].strip()}\n\n{CLOSING}",
        "answer": answer,
    }


def _check_scorer(dataset: Any, ids: Sequence[str], entries: Sequence[Mapping[str, Any]]) -> None:
    answers = {entry["answer"] for entry in entries}
    for item_id, entry in zip(ids, entries, strict=True):
        if dataset.score_answer(entry["answer"], entry) < 0.999:
            raise BenchError(f"{item_id}: the generator's own scorer rejects the stored answer {entry['answer']!r}.")
        for junk in _JUNK:
            if dataset.score_answer(junk, entry) > 0.05:
                raise BenchError(f"{item_id}: the generator's scorer gives credit to {junk[:20]!r}.")
        for other in answers - {entry["answer"]}:
            if dataset.score_answer(other, entry) >= 0.999:
                raise BenchError(f"{item_id}: the generator's scorer also accepts {other!r}.")


def _jsonl(items: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.suites.reasoning.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    parser.add_argument("-o", "--output", type=Path, default=Path("tasks/reasoning"), metavar="DIR")
    options = parser.parse_args(argv)
    try:
        files = generate()
        if options.check:
            files.check(options.output)
        else:
            files.write(options.output)
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{options.output}: {len(files.contents)} files {'match' if options.check else 'written'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
