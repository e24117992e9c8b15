"""The retry policy, row by row: what is asked again, how often, and after what pause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.engine import retry
from bench.engine.retry import MAX_ATTEMPTS, MAX_BROKEN, MAX_UNREACHED, MAX_WAIT_S, Cause, Failure, pause_before_next
from bench.providers.protocol import Fault, FaultKind


def fault(kind: FaultKind) -> Fault:
    return Fault(kind, "so it says")


def pause(*failures: Failure, reached: bool = True, dice: float = 0.0) -> float | None:
    return pause_before_next(failures, reached=reached, dice=dice)


@pytest.fixture(autouse=True)
def usual_backoff(monkeypatch: pytest.MonkeyPatch, quick_retries: None) -> None:  # noqa: ARG001
    monkeypatch.setattr(retry, "BACKOFF_S", 0.5)


STATUS = Failure(Cause.STATUS, "HTTP 503", fault=fault(FaultKind.TRANSIENT), status=503)
STREAM = Failure(Cause.STREAM, "broke")
REFUSED = Failure(Cause.CONNECTION, "refused")


@pytest.mark.parametrize(
    ("failure", "again"),
    [
        (REFUSED, True),
        (Failure(Cause.STALE, ""), True),
        (STATUS, True),
        (STREAM, True),
        (Failure(Cause.STREAM, "overloaded", fault=fault(FaultKind.TRANSIENT), status=200), True),
        (Failure(Cause.STREAM, "no balance", fault=fault(FaultKind.MODEL), status=200), False),
        (Failure(Cause.SHAPE, "<html>"), False),
        (Failure(Cause.DEADLINE, "late"), False),
        (Failure(Cause.STATUS, "", fault=fault(FaultKind.MODEL), status=429), False),
        (Failure(Cause.STATUS, "", fault=fault(FaultKind.REQUEST), status=400), False),
        (Failure(Cause.STATUS, "", fault=fault(FaultKind.REFUSED), status=400), False),
        (replace(STATUS, should_retry=False), False),
        (Failure(Cause.STATUS, "", fault=fault(FaultKind.REQUEST), status=400, should_retry=True), True),
        (Failure(Cause.STATUS, "", fault=fault(FaultKind.MODEL), status=401, should_retry=True), False),
        (Failure(Cause.STATUS, "", fault=fault(FaultKind.REFUSED), status=400, should_retry=True), False),
        (replace(STATUS, retry_after_s=MAX_WAIT_S), True),
        (replace(STATUS, retry_after_s=MAX_WAIT_S + 1), False),
    ],
)
def test_what_is_asked_again(failure: Failure, again: bool) -> None:
    assert (pause(failure) is not None) is again


@pytest.mark.parametrize(
    ("failure", "reached", "attempts"),
    [
        (STATUS, True, MAX_ATTEMPTS),
        (REFUSED, True, MAX_ATTEMPTS),
        (REFUSED, False, MAX_UNREACHED),
        (STREAM, True, MAX_BROKEN + 1),
    ],
)
def test_how_often(failure: Failure, reached: bool, attempts: int) -> None:
    made: list[Failure] = []
    while not made or pause(*made, reached=reached) is not None:
        made.append(failure)
    assert len(made) == attempts


@pytest.mark.parametrize("asked", [0.0, 0.01])
def test_a_pause_of_nothing_does_not_use_up_the_attempts_at_once(asked: float) -> None:
    made = [replace(STATUS, retry_after_s=asked)]
    total = 0.0
    while (wait := pause(*made, dice=0.99)) is not None:
        total += wait
        made.append(made[0])
    assert total > 15


@pytest.mark.parametrize(
    ("failure", "cure"),
    [
        (REFUSED, "Check that its server runs"),
        (STREAM, "Check that base_url is right"),
        (Failure(Cause.DEADLINE, "late"), "Check its server, or raise timeout_s."),
        (STATUS, ""),
        (Failure(Cause.STATUS, "", fault=Fault(FaultKind.MODEL, "no", "Pay."), status=402), "Pay."),
        (Failure(Cause.STREAM, "", fault=Fault(FaultKind.TRANSIENT, "overloaded"), status=200), ""),
    ],
)
def test_what_the_user_can_do(failure: Failure, cure: str) -> None:
    assert failure.cure.startswith(cure)
    assert bool(failure.cure) is bool(cure)


def test_broken_streams_are_counted_among_other_failures() -> None:
    assert pause(STREAM, STATUS, STREAM) is not None
    assert pause(STREAM, STATUS, STREAM, STATUS) is not None
    assert pause(STREAM, STATUS, STREAM, STATUS, STREAM) is None


def test_pauses_double_with_jitter_up_to_a_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [pause(*[STATUS] * n) for n in range(1, 7)] == [0.5, 1, 2, 4, 8, 16]
    assert pause(STATUS, dice=0.5) == 0.375
    assert pause(Failure(Cause.STALE, "")) == 0.0
    monkeypatch.setattr(retry, "MAX_BACKOFF_S", 3.0)
    assert pause(*[STATUS] * 5) == 3.0


def test_the_endpoints_own_pause_counts_and_is_never_cut() -> None:
    assert pause(replace(STATUS, retry_after_s=7.0)) == 7.0
    assert pause(replace(STATUS, retry_after_s=7.0), dice=0.5) == 7.25


failures = st.builds(
    Failure,
    st.sampled_from(Cause),
    st.just("x"),
    fault=st.none() | st.sampled_from(FaultKind).map(fault),
    status=st.none() | st.integers(100, 599),
    retry_after_s=st.none() | st.floats(0, 1e6),
    should_retry=st.none() | st.booleans(),
)


@given(st.lists(failures, min_size=1, max_size=10), st.booleans(), st.floats(0, 1, exclude_max=True))
def test_whatever_fails_ends_soon(made: Sequence[Failure], reached: bool, dice: float) -> None:
    seconds = pause_before_next(made, reached=reached, dice=dice)
    assert seconds is None or 0 <= seconds <= MAX_WAIT_S + 1
    assert seconds is None or (len(made) < MAX_ATTEMPTS and made[-1].cause is not Cause.DEADLINE)


@pytest.mark.parametrize(
    ("failure", "name"),
    [
        (REFUSED, "connection"),
        (STATUS, "status"),
        (Failure(Cause.STATUS, "", fault=fault(FaultKind.MODEL), status=401), "model"),
        (Failure(Cause.STREAM, "", fault=fault(FaultKind.REFUSED), status=200), "refused"),
    ],
)
def test_a_failure_has_a_name(failure: Failure, name: str) -> None:
    assert failure.name == name


def test_only_a_rate_limit_or_an_overload_is_overload() -> None:
    overload = [status for status in (429, 500, 503, 529) if replace(STATUS, status=status).overload]
    assert overload == [429, 529]
    assert not Failure(Cause.STATUS, "", fault=fault(FaultKind.MODEL), status=429).overload
