"""The real parts that tests share: a sandbox, weights, and a server for them; and what keeps hundreds of runs cheap."""

from __future__ import annotations

import copy
import functools
import gc
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
import yaml

os.environ.setdefault("TQDM_DISABLE", "1")  # before anything imports tqdm, which reads it once

from bench.engine import retry
from bench.errors import UsageError
from bench.registry import items as task_items
from bench.registry import loaded
from bench.registry.taskfile import TaskFile
from bench.sandbox import probe
from bench.weights.catalog import resolve
from bench.weights.fetch import fetch
from bench.weights.server import LlamaServer, ServerSettings, serve
from tests.sampling import leave_the_rest


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than cores: tests wait for servers, clocks and sandboxes a third of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_configure() -> None:
    """A shell that starts the tests in the background has Ctrl-C ignored, which every process below would inherit."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


GROUPS = {
    "weights": {"smollm2_path", "smollm2_server"},
    "browser": {"browser", "reported"},
    "reports": {"reports"},
    "stage": {"stage"},
    "clients": {"sdk"},
}
"""Fixtures whose tests share one process: weights take every core, stages take turns, the others are dear to make."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share what is dear to make share a process; of long grids most is left to `make test-exhaustive`.

    It comes before xdist's own hook, which reads the marks.
    """
    for item in items:
        for group, needed in GROUPS.items():
            if needed & set(getattr(item, "fixturenames", ())):
                item.add_marker(pytest.mark.xdist_group(group))
    leave_the_rest(items)


def pytest_collection_finish() -> None:
    """What was collected lives until the end: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same retries as ever, with pauses of milliseconds where the endpoint names none."""
    monkeypatch.setattr(retry, "BACKOFF_S", 0.002)
    monkeypatch.setattr(retry, "MINUTE_S", 0.02)


@pytest.fixture(scope="session")
def sandbox() -> str:
    """The sandbox's name; skips where none works, except in CI."""
    try:
        return probe()
    except UsageError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def smollm2_path() -> Path:
    """SmolLM2 135M from the user's own cache folder, fetched on first use; in CI it must be reachable."""
    try:
        return fetch(resolve("smollm2-135m-instruct"))
    except UsageError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no source of the weights answers: {error}")


@pytest.fixture(scope="session")
def smollm2_server(smollm2_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    """A llama.cpp server for SmolLM2 with one slot, as `bench run` starts it."""
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    log = tmp_path_factory.mktemp("smollm2") / "server.log"
    with serve(smollm2_path, ServerSettings(), log=log) as server:
        yield server


@functools.cache
def _template(source: str) -> Any:
    """lm-eval's template of a text, compiled once instead of once an item."""
    from lm_eval.utils import env

    return type(env).from_string(env, source)


_SHIPPED = Path(__file__).parents[1] / "tasks"
_built_task = loaded._built
_tasks: dict[Path, Any] = {}


def _build(file: TaskFile) -> Any:
    """A shipped task, built once; its requests are made anew by each run."""
    if not file.path.is_relative_to(_SHIPPED):
        return _built_task(file)
    if file.path not in _tasks:
        _tasks[file.path] = _built_task(file)
    return _tasks[file.path]


_strict_json = functools.cache(task_items.strict_json)


def _read_json(text: str) -> Any:
    """A new object a call, checked once a text."""
    _strict_json(text)
    return json.loads(text)


_parsed: dict[tuple[str, str], Any] = {}


def _load_yaml(stream: Any, Loader: Any) -> Any:
    """Our own reading of a YAML text, once a text; what names functions is read anew, as a loader finds its own."""
    if not isinstance(stream, str) or "!function" in stream or not Loader.__module__.startswith("bench."):
        return _yaml_load(stream, Loader)
    key = Loader.__qualname__, stream
    if key not in _parsed:
        _parsed[key] = _yaml_load(stream, Loader)
    return copy.deepcopy(_parsed[key])


_yaml_load = yaml.load


def _sketch(figure: Any, file: IO[bytes], **_how: object) -> None:
    """A file in place of a picture; it holds the figure's title."""
    file.write(figure.get_label().encode())


def _undrawn(_comparison: object, _folder: Path, _shape: str = "wide") -> list[Path]:
    return []


@pytest.fixture
def shortcuts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same runs, quicker: shipped tasks, items and templates are read once, and no charts are made.

    Tests marked `charts` have them laid out, not drawn. `tests/report` tests the drawing.
    """
    from matplotlib.figure import Figure

    from bench.registry import templates
    from bench.report import charts

    if request.node.get_closest_marker("charts") is None:
        monkeypatch.setattr(charts, "write_charts", _undrawn)

    templates.guard()
    from lm_eval.utils import env

    monkeypatch.setattr(env, "from_string", _template)
    monkeypatch.setattr(loaded, "_built", _build)
    monkeypatch.setattr(task_items, "strict_json", _read_json)
    monkeypatch.setattr(yaml, "load", _load_yaml)
    monkeypatch.setattr(Figure, "savefig", _sketch)
