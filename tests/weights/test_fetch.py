from __future__ import annotations

import dataclasses
import os
import socket
import threading
import time
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.weights import fetch as module
from bench.weights.catalog import HttpSource, PathSource
from bench.weights.fetch import FetchProgress, fetch, is_cached
from tests.weights.conftest import Site, make_entry


def test_downloads_verifies_and_never_asks_again(site: Site, tmp_path: Path) -> None:
    entry = make_entry(site.content, HttpSource(site.url))
    seen: list[FetchProgress] = []
    path = fetch(entry, cache=tmp_path, report=seen.append)
    assert path.read_bytes() == site.content
    assert (seen[-1].done, seen[-1].total) == (entry.size, entry.size)
    assert fetch(entry, cache=tmp_path) == path
    assert site.ranges == [None]
    assert not (tmp_path / "tiny.gguf.part").exists()


def test_an_interrupted_download_is_continued(site: Site, tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf.part").write_bytes(site.content[:1000])
    fetch(make_entry(site.content, HttpSource(site.url)), cache=tmp_path)
    assert site.ranges == ["bytes=1000-"]


def test_ctrl_c_leaves_the_part(site: Site, tmp_path: Path) -> None:
    def stop(_: FetchProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(make_entry(site.content, HttpSource(site.url)), cache=tmp_path, report=stop)
    assert 0 < (tmp_path / "tiny.gguf.part").stat().st_size < len(site.content)


def test_a_dropped_connection_is_continued(site: Site, tmp_path: Path) -> None:
    site.drop_after = 300_000
    fetch(make_entry(site.content, HttpSource(site.url)), cache=tmp_path)
    assert site.ranges == [None, "bytes=300000-"]


def test_a_server_without_ranges_starts_over(site: Site, tmp_path: Path) -> None:
    site.honour_range = False
    (tmp_path / "tiny.gguf.part").write_bytes(site.content[:1000])
    path = fetch(make_entry(site.content, HttpSource(site.url)), cache=tmp_path)
    assert path.read_bytes() == site.content


def test_a_part_longer_than_the_file_starts_over(site: Site, tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf.part").write_bytes(site.content + b"more")
    fetch(make_entry(site.content, HttpSource(site.url)), cache=tmp_path)
    assert site.ranges[-1] is None


def test_a_bad_part_is_thrown_away_once(site: Site, tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf.part").write_bytes(b"\xff" * 1000)
    fetch(make_entry(site.content, HttpSource(site.url)), cache=tmp_path)
    assert site.ranges == ["bytes=1000-", None]


def test_a_changed_byte_is_refused_by_both_hashes(site: Site, tmp_path: Path) -> None:
    entry = make_entry(site.content, HttpSource(site.url))
    site.content = b"\xff" + site.content[1:]
    with pytest.raises(UsageError, match=rf"sha256 is [0-9a-f]{{64}}, expected {entry.sha256}") as caught:
        fetch(entry, cache=tmp_path)
    assert caught.value.exit_code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["tiny.gguf.lock"]


def test_another_length_is_refused_before_the_bytes(site: Site, tmp_path: Path) -> None:
    entry = make_entry(site.content + b"!", HttpSource(site.url))
    with pytest.raises(UsageError, match="offers 1,024,000 bytes, expected 1,024,001"):
        fetch(entry, cache=tmp_path)


def test_every_source_is_tried_and_named(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    sources = (HttpSource(f"http://127.0.0.1:{_closed_port()}/x"), PathSource(tmp_path / "absent"), PathSource(copy))
    entry = make_entry(site.content, *sources)
    with pytest.raises(UsageError, match=r"refused.*absent: no such file.*copy: no such file.*BENCH_WEIGHTS") as caught:
        fetch(entry, cache=tmp_path / "cache")
    assert str(tmp_path / "cache" / "tiny.gguf") in str(caught.value)
    assert entry.sha256 in str(caught.value)
    copy.write_bytes(site.content)
    assert fetch(entry, cache=tmp_path / "cache").read_bytes() == site.content


@pytest.mark.slow
def test_an_address_that_swallows_packets_costs_seconds(tmp_path: Path) -> None:
    with socket.socket() as full, socket.socket() as first:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        first.connect(full.getsockname())  # Fills the backlog; the kernel drops the next one's SYN.
        entry = make_entry(b"x", HttpSource(f"http://127.0.0.1:{full.getsockname()[1]}/x"))
        started = time.monotonic()
        with pytest.raises(UsageError, match="timed out"):
            fetch(entry, cache=tmp_path)
    assert time.monotonic() - started < 6


def test_a_host_that_never_answers_has_a_deadline(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OPENING_S", 0.2)
    release = threading.Event()
    site.answer = lambda: (release.wait(5), None)[1]
    try:
        with pytest.raises(UsageError, match="no answer within 0 s"):
            fetch(make_entry(b"x", HttpSource(site.url)), cache=tmp_path)
    finally:
        release.set()


def test_a_full_disk_is_said_before_the_download(site: Site, tmp_path: Path) -> None:
    entry = dataclasses.replace(make_entry(site.content, HttpSource(site.url)), size=10**18)
    with pytest.raises(UsageError, match=r"free, 1,000,000,000,000 MB are needed: make room or set BENCH_WEIGHTS"):
        fetch(entry, cache=tmp_path)
    assert site.ranges == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="set BENCH_WEIGHTS to another folder"):
        fetch(make_entry(b"x"), cache=tmp_path / "file" / "cache")


def test_a_file_with_another_hash_is_moved_aside(site: Site, tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(b"something else")
    said: list[str] = []
    path = fetch(make_entry(site.content, HttpSource(site.url)), cache=tmp_path, say=said.append)
    assert path.read_bytes() == site.content
    assert (tmp_path / "tiny.gguf.wrong").read_bytes() == b"something else"
    assert "moved to tiny.gguf.wrong" in said[0]


def test_a_verified_file_is_hashed_once_and_again_when_touched(site: Site, tmp_path: Path) -> None:
    entry = make_entry(site.content, HttpSource(site.url))
    path = fetch(entry, cache=tmp_path)
    times = path.stat().st_mtime_ns
    path.write_bytes(b"\x01" + site.content[1:])
    os.utime(path, ns=(times, times))
    assert is_cached(entry, tmp_path), "same size and mtime: the marker is believed"
    os.utime(path, ns=(times, times + 1))
    assert not is_cached(entry, tmp_path)


def test_two_callers_download_once(site: Site, tmp_path: Path) -> None:
    entry = make_entry(site.content, HttpSource(site.url))
    said: list[str] = []
    waiting = threading.Event()

    def hear(line: str) -> None:
        said.append(line)
        if "another process" in line:
            waiting.set()

    site.answer = lambda: (waiting.wait(5), None)[1]
    callers = [threading.Thread(target=lambda: fetch(entry, cache=tmp_path, say=hear)) for _ in range(2)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert site.ranges == [None]
    assert "tiny: another process is fetching it; waiting" in said


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
