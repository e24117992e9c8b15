"""Grading and simulating in a pool, the flag without Ray, and models that other machines cannot reach."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest

from bench import hooks
from bench.claims.forecast import forecast
from bench.claims.worlds import Guess
from bench.errors import UsageError
from bench.providers import resolve
from bench.records import Graded, RemoteModel
from bench.run import cluster
from bench.run.elsewhere import grade_elsewhere, portable
from bench.scoring import graders
from bench.scoring.graders import Grader
from tests.calibration.looks import CLAIM, layout

ITEM = {"answer": "4", "type": "integer"}


class Pickling(ThreadPoolExecutor):
    """A pool as another process would be one: work and results go through pickle."""

    def submit(self, work: Any, /, *given: Any, **named: Any) -> Future[Any]:
        def apart(sent: bytes) -> Any:
            fn, values, names = pickle.loads(sent)
            return pickle.loads(pickle.dumps(fn(*values, **names)))

        return super().submit(apart, pickle.dumps((work, given, named)))


@pytest.fixture
def pool() -> Executor:
    return Pickling(2)


def grader(judged: list[str]) -> Grader:
    """A grader that notes what it judges."""

    def judge(_item: Mapping[str, Any], text: str) -> Graded:
        judged.append(text)
        return Graded(score=1.0, extracted=text)

    return Grader(judge)


def test_verdicts_of_a_pool_are_remembered_and_no_own_grader_leaves(
    monkeypatch: pytest.MonkeyPatch, pool: Executor
) -> None:
    ours: list[str] = []
    fresh, theirs = Grader(graders._answer_tag), list[str]()
    monkeypatch.setattr(graders, "answer_tag", fresh)
    assert (portable(fresh), portable(grader(theirs)), portable(None)) == ("answer_tag", None, None)
    answers = ["<answer>4</answer>", "<answer>5</answer>", "no answer"]
    grade_elsewhere([(fresh, ITEM, text) for text in answers] + [(grader(ours), ITEM, "x"), (None, ITEM, "y")], pool)
    monkeypatch.setattr(fresh, "_judge", None)  # what is not remembered cannot be judged any more
    assert [fresh.grade(ITEM, text).score for text in answers] == [1.0, 0.0, 0.0]
    assert ours == []


def test_a_verdict_of_another_sandbox_is_made_again_here(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []
    mine = grader(judged)
    monkeypatch.setattr("bench.sandbox.probe", lambda: "bubblewrap")
    assert not mine.remember(ITEM, "a", Graded(score=1.0, extracted="a", sandbox="none"))
    assert not mine.remember(ITEM, "b", Graded(score=None, extracted="b", sandbox="bubblewrap", final=False))
    assert mine.remember(ITEM, "c", Graded(score=0.0, extracted="c", sandbox="bubblewrap"))
    assert [mine.grade(ITEM, text).score for text in "abc"] == [1.0, 1.0, 0.0]
    assert judged == ["a", "b"]


def test_every_shipped_grader_but_those_of_episodes_is_found_by_its_name() -> None:
    named = [name for name in hooks.__all__ if isinstance(getattr(graders, name, None), Grader)]
    assert len(named) >= 5
    assert all(portable(getattr(hooks, name)) == name for name in named)


def test_a_forecast_is_the_same_from_a_pool(pool: Executor) -> None:
    made, sizes = layout(6, 12, 1)
    guess = Guess(difference=-0.1, discordance=0.2, ratio=0.05, baseline_usd=1.0)
    assert forecast(CLAIM, guess, made, sizes, worlds=3, pool=pool) == forecast(CLAIM, guess, made, sizes, worlds=3)


def test_the_flag_without_ray_names_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'claimbench\[ray\]'"), cluster.joined("local"):
        pass
    with pytest.raises(UsageError, match="HOST:6379"), cluster.joined("ray://head:10001"):
        pass


class _Ray:
    """As much of Ray's package as tells where nodes are."""

    def __init__(self, *addresses: str) -> None:
        self.util = self
        self._addresses = addresses

    def get_node_ip_address(self) -> str:
        return self._addresses[0]

    def nodes(self) -> list[dict[str, Any]]:
        return [{"Alive": True, "NodeID": at, "NodeManagerAddress": at, "Resources": {}} for at in self._addresses]


@pytest.mark.parametrize(("url", "fits"), [("http://127.0.0.1:8000/v1", False), ("https://api.example/v1", True)])
def test_a_model_on_loopback_is_out_of_reach_of_other_machines(url: str, fits: bool) -> None:
    models = [resolve(RemoteModel("near", "openai-api/acme/near", base_url=url), {})]
    cluster.Cluster(ray=_Ray("10.0.0.1", "10.0.0.1"), address="auto").require_reach(models)
    apart = cluster.Cluster(ray=_Ray("10.0.0.1", "10.0.0.2"), address="auto")
    if fits:
        apart.require_reach(models)
    else:
        with pytest.raises(UsageError, match=r"\[models\.near\] base_url: 127\.0\.0\.1 is another machine"):
            apart.require_reach(models)
