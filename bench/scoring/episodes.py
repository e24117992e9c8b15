"""A grader of episodes: it reads transcripts, and opens the world in which an episode takes place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.records import Graded
from bench.scoring.blame import Judge, Oracle
from bench.scoring.graders import Grader
from bench.scoring.item import item_of


class WholeGrader(Grader):
    """Grades whole records of an episode, which must not be cut: half of one is none."""

    def grade(self, item: Mapping[str, Any], text: str) -> Graded:
        """The verdict on one episode, remembered where it is final."""
        known = self._known(item, text)
        if known is not None:
            return known
        graded = self._judge(item, text)
        if graded.final:
            with self._lock:
                self._memo[self._key(item, text)] = graded
        return graded

    def __call__(self, doc: dict[str, Any], results: Sequence[str]) -> dict[str, float]:
        """lm-eval's hook."""
        return {"score": self.grade(item_of(doc), results[0]).score or 0.0}


class EpisodeGrader(WholeGrader):
    """Grades transcripts (`bench.records.Transcript`)."""

    def __init__(self, judge: Judge, *, opened: Callable[[Mapping[str, Any]], Any], oracle: Oracle, expected: Oracle):
        """`opened` begins an item's episode: what it returns has `act(name, arguments)`, see `bench.worlds`."""
        super().__init__(judge, oracle=oracle, expected=expected)
        self.opened = opened
