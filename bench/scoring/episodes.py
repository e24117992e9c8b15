"""A grader of episodes: it reads transcripts, and opens the world in which an episode takes place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.records import Graded
from bench.scoring.blame import Judge, Oracle
from bench.scoring.graders import Grader
from bench.scoring.item import item_of


class EpisodeGrader(Grader):
    """Grades whole transcripts (`bench.records.Transcript`), which must not be cut: half of one is none."""

    def __init__(self, judge: Judge, *, opened: Callable[[Mapping[str, Any]], Any], oracle: Oracle, expected: Oracle):
        """`opened` begins an item's episode: what it returns has `act(name, arguments)`, see `bench.worlds`."""
        super().__init__(judge, oracle=oracle, expected=expected)
        self.opened = opened

    def grade(self, item: Mapping[str, Any], text: str) -> Graded:
        """The verdict on one episode, remembered."""
        known = self._known(item, text)
        if known is not None:
            return known
        graded = self._judge(item, text)
        with self._lock:
            self._memo[self._key(item, text)] = graded
        return graded

    def __call__(self, doc: dict[str, Any], results: Sequence[str]) -> dict[str, float]:
        """lm-eval's hook."""
        return {"score": self.grade(item_of(doc), results[0]).score or 0.0}
