"""A package in the form of `bfcl-eval`, written by hand: an item or two of each kind, and one small world."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.suites.bfcl.source import RELEVANCE, SYNTAX, TALKS

WORLD = """
class GorillaFileSystem:
    def __init__(self):
        self.files = {}
        self._api = "x"

    def _load_scenario(self, scenario, long_context=False):
        self.files = dict(scenario["files"])

    def cat(self, file_name):
        return {"content": self.files[file_name]}

    def mv(self, source, destination):
        self.files[destination] = self.files.pop(source)
        return {"result": f"{source} is {destination} now"}

    def secret(self):
        self.files = {}
"""


def function(name: str, **properties: str) -> dict[str, Any]:
    """A function as BFCL documents it; an argument's type may end in "?", so that it may be left out."""
    parameters = {
        "type": "dict",
        "properties": {key: {"type": kind.rstrip("?")} for key, kind in properties.items()},
        "required": [key for key, kind in properties.items() if not kind.endswith("?")],
    }
    return {"name": name, "description": f"Does {name}.", "parameters": parameters}


AREA = function("math.area", base="integer", height="float", unit="string?")
OTHER = function("volume", side="float")
DOCUMENTED = [function("cat", file_name="string"), function("mv", source="string", destination="string")]


def asked(name: str, text: str, *functions: Mapping[str, Any]) -> dict[str, Any]:
    """An item of one message."""
    return {"id": name, "question": [[{"role": "user", "content": text}]], "function": [*functions]}


RIGHT = {"math.area": {"base": [10], "height": [5.0], "unit": ["units", ""]}}
ITEMS: Mapping[str, Sequence[Any]] = {
    "simple_python": [asked("simple_python_0", "An area of 10 by 5?", AREA)],
    "live_simple": [asked("live_simple_0-0-0", "An area of 10 by 5?", AREA, OTHER)],
    "live_parallel": [asked("live_parallel_0-7-0", "Two areas, 10 by 5 and 2 by 3?", AREA)],
    "irrelevance": [asked("irrelevance_0", "What is love?", AREA)],
    "live_irrelevance": [asked("live_irrelevance_0-0-0", "What is love?")],
    "live_relevance": [asked("live_relevance_0-0-0", "Some area, please.", AREA)],
    "multi_turn_miss_func": [
        {
            "id": "multi_turn_miss_func_0",
            "question": [
                [{"role": "user", "content": "Show me a.txt."}],
                [{"role": "user", "content": "Call it b.txt."}],
                [],
                [{"role": "user", "content": "Show me b.txt."}],
            ],
            "initial_config": {"GorillaFileSystem": {"files": {"a.txt": "Hello."}}},
            "involved_classes": ["GorillaFileSystem"],
            "missed_function": {"2": ["mv"]},
        }
    ],
}
ANSWERS: Mapping[str, Sequence[Any]] = {
    "simple_python": [{"id": "simple_python_0", "ground_truth": [RIGHT]}],
    "live_simple": [{"id": "live_simple_0-0-0", "ground_truth": [RIGHT]}],
    "live_parallel": [
        {
            "id": "live_parallel_0-7-0",
            "ground_truth": [RIGHT, {"math.area": {"base": [2], "height": [3.0], "unit": [""]}}],
        }
    ],
    "multi_turn_miss_func": [
        {
            "id": "multi_turn_miss_func_0",
            "ground_truth": [
                ["cat('a.txt')"],
                [],
                ["mv(source='a.txt', destination='b.txt')"],
                ["cat(file_name='b.txt')"],
            ],
        }
    ],
}


def write(folder: Path) -> None:
    """Writes the package into a folder, which must be on `sys.path` to be found."""
    code = folder / "bfcl_eval" / "eval_checker" / "multi_turn_eval" / "func_source_code"
    code.mkdir(parents=True)
    (code / "gorilla_file_system.py").write_text(WORLD)
    (folder / "bfcl_eval" / "__init__.py").touch()  # a folder without it comes after an installed package
    data = folder / "bfcl_eval" / "data"
    for part in (data / "possible_answer", data / "multi_turn_func_doc"):
        part.mkdir(parents=True)
    for category in (*SYNTAX, *RELEVANCE, *TALKS):
        for to, rows in ((data, ITEMS), (data / "possible_answer", ANSWERS)):
            _write(to / f"BFCL_v4_{category}.json", rows.get(category, ()))
    names = ("math_api", "message_api", "posting_api", "ticket_api", "trading_bot", "travel_booking", "vehicle_control")
    for name in (*names, "gorilla_file_system"):
        _write(data / "multi_turn_func_doc" / f"{name}.json", DOCUMENTED if name.startswith("gorilla") else ())


def _write(path: Path, rows: Sequence[Any]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
