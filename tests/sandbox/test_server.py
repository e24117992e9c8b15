"""The warm server's life: one per process, replaced when it dies, gone when its owner is."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from bench.sandbox import Limits, ProgramVerdict, Rung, TestCall, grade, ladder, rungs, using, warm
from bench.sandbox.program import ServerLostError

ROOT = Path(__file__).parents[2]
ADD = "def f(n): return n + 1"
CALL = TestCall((1,), 2)

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture(params=ladder.SAFE)
def rung(request: pytest.FixtureRequest) -> Iterator[Rung]:
    """Each rung that works here, with a server of its own for this test."""
    if request.param not in rungs():
        pytest.skip(f"{request.param} does not work here")
    warm.close()
    with using(request.param):
        yield request.param
    warm.close()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def family(pid: int) -> list[int]:
    """A process and all it started, the youngest first."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [*(member for child in children for member in family(int(child))), pid]


def command(pid: int) -> bytes:
    """Its command line; empty if it has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def own_servers() -> list[int]:
    """Of programs; the process that reads answers is another."""
    lines = {pid: command(pid) for pid in family(os.getpid())[:-1]}
    return [pid for pid, line in lines.items() if b"sandbox" in line and b"import reading" not in line]


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):  # it may have gone with the one before
            os.kill(pid, signal.SIGKILL)


def passes() -> bool:
    return grade(ADD, "f", [CALL]).verdict is ProgramVerdict.PASSED


@pytest.mark.usefixtures("rung")
def test_it_is_started_when_needed_and_used_again() -> None:
    assert own_servers() == []
    assert passes()
    first = own_servers()
    assert first
    assert passes()
    assert own_servers() == first


@pytest.mark.usefixtures("rung")
def test_a_dead_one_is_replaced() -> None:
    assert passes()
    old = own_servers()
    kill(old)
    assert eventually(lambda: not any(map(alive, old)))
    assert passes()


@pytest.mark.usefixtures("rung")
def test_a_program_whose_server_dies_is_tried_once_more() -> None:
    assert passes()
    found = []
    source = "import time\ndef f(n):\n    time.sleep(0.5)\n    return n + 1"
    grading = threading.Thread(target=lambda: found.append(grade(source, "f", [CALL])))
    before = own_servers()
    grading.start()
    assert eventually(lambda: len(own_servers()) > len(before))
    kill(reversed(own_servers()))  # its parents first, or the second try would meet the dying server
    grading.join(60)
    assert [got.verdict for got in found] == [ProgramVerdict.PASSED]
    assert eventually(lambda: not any(map(alive, before)))


def test_leaving_a_program_early_kills_it(rung: Rung) -> None:
    server = warm.server(ladder.command(rung))
    with server.begin(Limits()) as program:
        program.say(("function", "while True: pass", "f"))
        program.reply()
        running = own_servers()
    assert eventually(lambda: len(own_servers()) < len(running))
    assert passes()


def test_a_closed_server_begins_nothing(rung: Rung) -> None:
    server = warm.server(ladder.command(rung))
    warm.close()
    assert not server.alive
    with pytest.raises(ServerLostError):
        server.begin(Limits())
    assert passes()


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), 9)", "os._exit(0)"])
def test_it_ends_with_its_owner(rung: Rung, end: str) -> None:
    code = f"""
import os
from tests.sandbox.test_server import *
with using(Rung({str(rung)!r})):
    server = warm.server(ladder.command(ladder.chosen()))
    program = server.begin(Limits())
    program.say(("function", "while True: pass", "f"))
    program.reply()
    print(*own_servers(), flush=True)
    {end}
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, timeout=60)
    servers = [int(pid) for pid in done.stdout.split()]
    assert len(servers) > 1, done.stderr
    assert eventually(lambda: not any(map(alive, servers)))


def test_a_fork_has_its_own(rung: Rung) -> None:
    code = f"""
import os
from tests.sandbox.test_server import *
with using(Rung({str(rung)!r})):
    assert passes()
    before = own_servers()
    child = os.fork()
    assert passes()
    if child:
        assert os.wait()[1] == 0
        assert passes()
        assert own_servers() == before
    else:
        warm.close()
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=True)
