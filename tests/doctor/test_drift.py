"""Drift of a real server: a quantised key-value cache before the same weights is seen, a restart is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.records import RecordedFingerprint
from bench.weights.server import serve
from tests.calibration.drift import check
from tests.doctor.quantised import SETTINGS, quantised
from tests.servers.conftest import free_port


@pytest.mark.slow
def test_a_quantised_cache_is_seen_and_a_restart_is_not(smollm2_path: Path, tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    port = free_port()
    first: list[RecordedFingerprint] = []
    for _ in range(2):
        with serve(smollm2_path, SETTINGS, log=tmp_path / "log", port=port) as server:
            seen = check(server.base_url, first)
            first = first or [seen]
    assert first[0].by_tops
    assert (seen.changed, seen.distance, seen.p) == (False, 0.0, 1.0)
    for kind in ("Q8_0", "Q4_0"):
        with quantised(smollm2_path, kind, port) as url:
            seen = check(url, first)
        assert seen.changed
        assert seen.p is not None
        assert seen.p < 0.001
        assert (seen.distance or 0) > 0.05
