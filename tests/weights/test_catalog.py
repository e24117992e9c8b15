from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.weights.catalog import HttpSource, PathSource, WheelSource, catalog, parse_source, resolve
from bench.weights.fetch import fetch
from bench.weights.store import cache_dir


def test_every_entry_states_licence_hash_size_and_a_mirror() -> None:
    for entry in catalog().values():
        assert entry.licence
        assert len(entry.sha256) == 64
        assert entry.size > 0
        assert isinstance(entry.sources[0], HttpSource)
        assert entry.sources[0].url.startswith("https://huggingface.co/")
        mirror = entry.sources[-1]
        assert isinstance(mirror, WheelSource)
        assert len(mirror.members) == len(mirror.requirements)
        assert all("==" in requirement for requirement in mirror.requirements)


def test_kinds_of_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    hub = {"kind": "hf", "repo": "a/b", "file": "c.gguf"}
    assert parse_source(hub) == HttpSource("https://mirror.example/a/b/resolve/main/c.gguf")
    assert parse_source({"kind": "url", "url": "https://x.example/c"}) == HttpSource("https://x.example/c")
    assert parse_source({"kind": "path", "path": "~/c.gguf"}) == PathSource(Path.home() / "c.gguf")
    with pytest.raises(ValueError, match="not a source"):
        parse_source({"kind": "torrent"})


def test_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"catalogued as 'smollm2-135m'.*Did you mean 'smollm2-135m-instruct'\?"):
        resolve("smollm2-135m")


def test_a_gguf_of_ones_own_is_used_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_WEIGHTS", str(tmp_path / "cache"))
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF one")
    entry = resolve(str(own))
    assert entry.sha256 == hashlib.sha256(b"GGUF one").hexdigest()
    assert entry.licence is None
    assert fetch(entry) == own
    own.write_bytes(b"GGUF another")
    assert resolve(str(own)).sha256 == hashlib.sha256(b"GGUF another").hexdigest()


def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_WEIGHTS", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.gguf").write_bytes(b"GGUF")
    assert resolve("./own.gguf").local == tmp_path / "own.gguf"


def test_missing_gguf_names_the_path(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"absent\.gguf does not exist"):
        resolve(str(tmp_path / "absent.gguf"))


def test_cache_folder_follows_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_WEIGHTS", str(tmp_path))
    assert cache_dir() == tmp_path
    monkeypatch.delenv("BENCH_WEIGHTS")
    assert cache_dir().parts[-2:] == ("claimbench", "weights")
