"""The reading process: what a text drives on and on ends, a crash is the text's doing, a lost child is not."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import pytest

from bench.sandbox import Reader, ReadingFailedError, ReadingLimits, ReadingSpentError, ServerLostError, read

LIMITS = ReadingLimits(cpu_s=0.3, wall_s=20.0, memory_bytes=200 * 2**20)


def answer(request: Any) -> object:
    what, *rest = request
    if what == "spin":
        while True:
            pass
    if what == "fill":
        return len(bytearray(2**30))
    if what == "raise":
        raise ValueError("no number")
    if what == "miss":
        raise FileNotFoundError("words.txt")
    if what == "die":
        os.kill(os.getpid(), rest[0])
    return [what, os.getpid()]


@pytest.fixture(params=["forked", "started"])
def reader(request: pytest.FixtureRequest) -> Any:
    made = Reader.forked(answer, LIMITS) if request.param == "forked" else Reader.of(f"{__name__}:answer", LIMITS)
    with made as reader:
        yield reader


def test_one_child_answers_many_requests(reader: Reader) -> None:
    text = "é\ud83d \x00" * 50_000
    (same, first), (_, second) = reader.ask([text]), reader.ask(["b"])
    assert same == text
    assert first == second != os.getpid()


def test_what_a_text_uses_up_is_its_doing_and_the_next_is_answered(reader: Reader) -> None:
    begun = time.process_time()
    with pytest.raises(ReadingSpentError, match=r"more than 0\.3 s of CPU"):
        reader.ask(["spin"])
    assert reader.ask(["a"])[0] == "a"
    with pytest.raises(ReadingSpentError, match="more than 200 MiB of memory"):
        reader.ask(["fill"])
    assert reader.ask(["a"])[0] == "a"
    assert time.process_time() - begun < 1.0, "the parent only waits"


def test_a_crash_twice_is_the_texts_doing(reader: Reader) -> None:
    with pytest.raises(ReadingSpentError, match="SIGSEGV"):
        reader.ask(["die", signal.SIGSEGV])
    assert reader.ask(["a"])[0] == "a"


def test_a_kill_from_outside_and_a_missing_file_are_not(reader: Reader) -> None:
    with pytest.raises(ServerLostError, match="status -9"):
        reader.ask(["die", signal.SIGKILL])
    with pytest.raises(ServerLostError, match=r"words\.txt"):
        reader.ask(["miss"])
    assert reader.ask(["a"])[0] == "a"


def test_one_that_was_killed_while_it_waited_is_replaced(reader: Reader) -> None:
    _, pid = reader.ask(["a"])
    os.kill(pid, signal.SIGKILL)
    assert reader.ask(["b"])[0] == "b"


def test_an_exception_is_told_and_the_child_stays(reader: Reader) -> None:
    before = reader.ask(["a"])
    with pytest.raises(ReadingFailedError, match="ValueError: no number"):
        reader.ask(["raise"])
    assert reader.ask(["a"]) == before


def test_a_fork_keeps_no_descriptor_of_its_parent() -> None:
    with open("/dev/null") as file:
        wanted = file.fileno()

        def held(_request: object) -> bool:
            try:
                os.fstat(wanted)
            except OSError:
                return False
            return True

        with Reader.forked(held) as reader:
            assert reader.ask([]) is False


def test_children_end_with_their_reader() -> None:
    with Reader.forked(answer, LIMITS) as reader:
        _, pid = reader.ask(["a"])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_kept_child_is_used_again() -> None:
    function = f"{__name__}:answer"
    assert read(function, ["a"], LIMITS) == read(function, ["a"], LIMITS)
