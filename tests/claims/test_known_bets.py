"""What earlier runs hold is worked out anew from their tables, once for each."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from bench.claims import known_bets, read
from bench.records import RecordedLooks, read_record, write_record
from tests import runjson
from tests.test_before import BEFORE


def test_an_earlier_run_is_judged_once_until_its_files_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later, earlier = tmp_path / "later", tmp_path / "earlier"
    for folder in (later, earlier):
        shutil.copytree(BEFORE / "plain", folder)
        runjson.put(folder, {**runjson.content(folder), "run": folder.name})
    looks = RecordedLooks(shape="betting", waves="0", items={"s": (1,)}, carried={"c/s/quality/for": 1.5})
    record = replace(read_record(later), looks=replace(looks, carried_from=("earlier",)))
    judged: list[str] = []
    number = count()

    def bets(_items: object, then: object, _claims: object) -> dict[str, float]:
        judged.append(getattr(then, "run", ""))
        return {"c/s/quality/for": 1.5}

    monkeypatch.setattr(read, "own_bets", bets)
    monkeypatch.setattr(read, "_prompts", lambda _items: frozenset([str(next(number))]))
    assert known_bets(later, record) == known_bets(later, record) == {"c/s/quality/for": 1.5}
    assert judged == ["earlier"]
    write_record(earlier, replace(read_record(earlier), git_commit="c" * 40))
    known_bets(later, record)
    assert judged == ["earlier", "earlier"], "its record changed"
    shutil.rmtree(earlier)
    assert known_bets(later, record) == {}
