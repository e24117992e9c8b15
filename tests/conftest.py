"""The real parts that tests share: a sandbox, weights, and a server for them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("TQDM_DISABLE", "1")  # before anything imports tqdm, which reads it once

from bench.engine import retry
from bench.errors import UsageError
from bench.sandbox import probe
from bench.weights.catalog import resolve
from bench.weights.fetch import fetch
from bench.weights.server import LlamaServer, ServerSettings, serve


def pytest_configure() -> None:
    """A shell that starts the tests in the background has Ctrl-C ignored, which every process below would inherit."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run on several processes: one serves weights, which take every core, and one drives the browser."""
    for item in items:
        for group, needed in {"weights": {"smollm2_path", "smollm2_server"}, "browser": {"browser"}}.items():
            if needed & set(getattr(item, "fixturenames", ())):
                item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same retries as ever, with pauses of milliseconds where the endpoint names none."""
    monkeypatch.setattr(retry, "BACKOFF_S", 0.002)


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
