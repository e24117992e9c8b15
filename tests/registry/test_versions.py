"""What a run says of its tasks, and that unlike tasks are never compared silently."""

from __future__ import annotations

import pytest

from bench.errors import UsageError
from bench.runfolder import require_same_tasks


def manifest(run: str, **tasks: tuple[str, str]) -> dict[str, object]:
    return {"run": run, "tasks": {name: {"version": version, "sha256": sha} for name, (version, sha) in tasks.items()}}


def test_equal_tasks_may_be_compared() -> None:
    require_same_tasks(manifest("r1", sums=("1", "aa"), more=("1", "bb")), manifest("r2", sums=("1", "aa")))


@pytest.mark.parametrize(
    ("other", "words"), [(("2", "bb"), "version 1 and version 2"), (("1", "bb"), "two contents, both called version 1")]
)
def test_others_are_refused_with_a_cure(other: tuple[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=f"r1 and r2 cannot be compared: task 'sums' is there in {words}.*bench score"):
        require_same_tasks(manifest("r1", sums=("1", "aa")), manifest("r2", sums=other))
