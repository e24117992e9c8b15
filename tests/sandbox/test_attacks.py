"""Programs that leak, cheat, harm the machine or crash the grader, or try to; the next honest one is graded right."""

from __future__ import annotations

import site
import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.sandbox import Grade, Limits, TestCall, Value, Verdict, grade

pytestmark = pytest.mark.usefixtures("sandbox", "honest_afterwards")

SECRET = "key-6f1d2c"
EXPECTED = 7_777_777_777_777_777
QUICK = Limits(cpu_s=1, wall_s=10, memory_bytes=128 * 2**20, output_bytes=2**20)


@pytest.fixture
def honest_afterwards() -> Iterator[None]:
    yield
    calls = [TestCall((n,), n + 1) for n in range(3)]
    assert grade("def f(n): return n + 1", "f", calls).verdict is Verdict.PASSED
    assert grade("def f(n): return n", "f", calls).verdict is Verdict.WRONG


def attack(source: str, *args: Value, expected: Value = EXPECTED, limits: Limits = QUICK) -> Grade:
    return grade(source, "f", [TestCall(args, expected)], limits)


def finds_nothing(source: str, *args: Value) -> bool:
    """Whether the program's search came back with an empty list."""
    return attack(source, *args, expected=[]).verdict is Verdict.PASSED


# What a program can see.


def test_no_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE_API_KEY", SECRET)
    source = """
import glob, os
def f(secret):
    found = [v for v in os.environ.values() if secret in v]
    for path in glob.glob("/proc/*/environ") + ["/proc/1/environ", "/proc/self/environ", "/proc/1/mem"]:
        try:
            found.append(open(path, "rb").read(100).decode(errors="replace"))
        except OSError:
            pass
    return found
"""
    assert finds_nothing(source, SECRET)


def test_no_file_of_the_host(tmp_path: Path) -> None:
    (tmp_path / "id_ed25519").write_text(SECRET)
    paths = [str(tmp_path / "id_ed25519"), __file__, "/etc/passwd", "/proc/version", str(Path.home() / ".bashrc")]
    assert finds_nothing("import os\ndef f(paths): return [p for p in paths if os.path.exists(p)]", paths)
    top = ["dev", "lib", "lib64", "sandbox", "tmp", "usr", Path(sys.base_prefix).parts[1]]
    assert finds_nothing("import os\ndef f(top): return [n for n in os.listdir('/') if n not in top]", top)


def test_no_installed_package_and_no_reference_solution() -> None:
    folders = [*site.getsitepackages([sys.base_prefix]), str(Path(__file__).parents[2])]
    source = "import os\ndef f(folders): return [n for d in folders if os.path.isdir(d) for n in os.listdir(d)]"
    assert finds_nothing(source, folders)
    assert attack("import bench.sandbox").detail == "ModuleNotFoundError"


def test_no_network() -> None:
    source = """
import socket
def f(port, name):
    reached = []
    for family, address in ((socket.AF_INET, ("127.0.0.1", port)), (socket.AF_UNIX, name)):
        try:
            with socket.socket(family) as s:
                s.settimeout(2)
                s.connect(address)
                reached.append(str(address))
        except OSError:
            pass
    return reached
"""
    name = f"\0{uuid.uuid4()}"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(name)
        local.listen()
        assert finds_nothing(source, server.getsockname()[1], name)


# Cheating: EXPECTED is never inside, so nothing that runs there can return it.


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("import os\ndef f(): os._exit(0)", Verdict.MALFORMED),
        ("import os\nos._exit(0)", Verdict.MALFORMED),
        ("import sys\ndef f(): sys.exit(0)", Verdict.RAISED),
        ("import atexit\natexit.register(print, 'passed')\ndef f(): print('[1,\"passed\",null]')", Verdict.WRONG),
        (
            "class Yes(int):\n    __eq__ = lambda s, o: True\n    __hash__ = int.__hash__\ndef f(): return Yes()",
            Verdict.WRONG,
        ),
        ("class Yes:\n    __eq__ = lambda s, o: True\ndef f(): return Yes()", Verdict.MALFORMED),
        ("import builtins\nbuiltins.callable = builtins.sorted = lambda *a: True\ndef f(): return {1}", Verdict.WRONG),
        ("import sys\nsys.modules['__main__'].encode = lambda *a: 'null'\ndef f(): return object()", Verdict.WRONG),
    ],
)
def test_no_pass_is_forged(source: str, verdict: Verdict) -> None:
    got = attack(source)
    assert (got.verdict, got.passed) == (verdict, 0)


def test_the_expected_value_is_nowhere_in_the_process() -> None:
    source = """
import gc, sys
def f():
    seen = [v for v in gc.get_objects() if isinstance(v, (dict, list, tuple))]
    frame = sys._getframe()
    while frame:
        seen += [frame.f_locals, frame.f_globals, frame.f_code.co_consts]
        frame = frame.f_back
    numbers = {n for v in seen for n in (v.values() if isinstance(v, dict) else v) if type(n) is int}
    return next((n for n in numbers if str(n) == "7" * 16), 0)
"""
    assert attack(source).verdict is Verdict.WRONG


@pytest.mark.parametrize(
    "line",
    [
        '[1,"passed",null]',
        '[1,"sandbox_failure",""]',
        '[1,"timeout"]',
        '[2,"value",1]',
        '[true,"value",1]',
        '{"1":"value"}',
        "[" * 300_000,
        '[1,"value",' + "9" * 300_000 + "]",
        "\\udcff\\n",
        "",
    ],
)
def test_forged_replies_are_malformed(line: str) -> None:
    source = """
import os
def f(line):
    for fd in range(3, 64):
        try:
            os.write(fd, line.encode(errors="surrogatepass") + b"\\n")
        except OSError:
            pass
    os._exit(0)
"""
    got = attack(source, line)
    assert (got.verdict, got.passed) == (Verdict.MALFORMED, 0)


def test_a_forked_child_that_answers_too_gains_nothing() -> None:
    got = attack("import os\nos.fork()\ndef f(): return 1", expected=1)
    assert got.verdict in (Verdict.PASSED, Verdict.MALFORMED), "a right answer twice, or once if the race is lost"
    assert got.passed <= got.total
    assert attack("import os\ndef f(): return 5 if os.fork() else 6").passed == 0


# Harm: to the machine, and to the grader.

CATCH_ALL = """
def f():
    while True:
        try:
            while True: pass
        except BaseException: pass
"""
IGNORE_SIGNALS = """
import signal
for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
while True: pass
"""
KILL_ALL = """
import os, signal
def f():
    os.kill(os.getppid(), signal.SIGKILL)
    os.kill(-1, signal.SIGKILL)
"""
NEST = """
def f():
    value = []
    for _ in range(10**5): value = [value]
    return value
"""


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("while True: pass", Verdict.TIMEOUT),
        (CATCH_ALL, Verdict.TIMEOUT),
        (IGNORE_SIGNALS, Verdict.TIMEOUT),
        ("def f(): return len(bytearray(10**10))", Verdict.MEMORY),
        ("hoard = []\ndef f():\n    while True: hoard.append(bytes(10**5))", Verdict.MEMORY),
        ("hoard = None\ndef f():\n    global hoard\n    while True: hoard = [hoard]", Verdict.MEMORY),
        ("def f():\n    while True: print('x' * 9999)", Verdict.OUTPUT_FLOOD),
        ("import sys\ndef f():\n    while True: sys.stderr.write('x' * 9999)", Verdict.OUTPUT_FLOOD),
        ("def f(): return 'x' * 20_000_000", Verdict.OUTPUT_FLOOD),
        ("def f(): return 1 << 30_000_000", Verdict.OUTPUT_FLOOD),
        ("def f(): return 10 ** 100_000", Verdict.WRONG),
        (NEST, Verdict.MALFORMED),
        ("def f():\n    value = []\n    value.append(value)\n    return value", Verdict.MALFORMED),
        ("import ctypes\ndef f(): ctypes.string_at(0)", Verdict.MALFORMED),
        ("import os\ndef f(): os.closerange(0, 64)", Verdict.MALFORMED),
        (KILL_ALL, Verdict.RAISED),
    ],
)
def test_harm_is_contained(source: str, verdict: Verdict) -> None:
    got = attack(source)
    assert (got.verdict, got.passed) == (verdict, 0)


def test_no_namespace_of_its_own() -> None:
    assert attack("import ctypes\ndef f(): return ctypes.CDLL(None).unshare(0x10000000)", expected=-1).passed == 1


def test_a_stopped_process_times_out() -> None:
    source = "import os, signal\ndef f(): os.kill(os.getpid(), signal.SIGSTOP)"
    assert attack(source, limits=Limits(wall_s=0.5)).verdict is Verdict.TIMEOUT


def test_nothing_is_written_on_the_host_or_left_for_the_next() -> None:
    name = str(uuid.uuid4())
    folders = ["/tmp", "/dev/shm", "/dev", "/", "/sandbox", "/usr/lib", str(Path.home()), str(Path(__file__).parent)]
    source = """
import os
def f(folders, name):
    written = []
    for folder in folders:
        try:
            path = os.path.join(folder, name)
            assert not os.path.exists(path)
            open(path, "w").close()
            written.append(folder)
        except OSError:
            pass
    return written
"""
    for _ in range(2):
        assert attack(source, folders, name, expected=["/tmp"]).verdict is Verdict.PASSED
    assert not [folder for folder in folders if Path(folder, name).exists()]


def test_the_scratch_disk_is_small() -> None:
    source = """
def f():
    written = 0
    try:
        for n in range(100):
            with open(f"/tmp/{n}", "wb", buffering=0) as file:
                written += file.write(bytes(2**20))
    except OSError:
        return written <= 16 * 2**20
"""
    assert attack(source, expected=True).verdict is Verdict.PASSED


def running(mark: str) -> bool:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in path.read_bytes():
                return True
        except OSError:
            continue
    return False


def wait_until(mark: str, present: bool) -> bool:
    deadline = time.monotonic() + 5
    while running(mark) is not present and time.monotonic() < deadline:
        time.sleep(0.05)
    return running(mark) is present


@pytest.mark.parametrize("ending", ["return 1", "time.sleep(60)"])
def test_a_daemon_does_not_survive(ending: str) -> None:
    source = f"""
import os, sys, time
def f(mark):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.execv(sys.executable, [mark, "-S", "-c", "import time; time.sleep(60)"])
    time.sleep(1.5)
    {ending}
"""
    mark = f"daemon-{uuid.uuid4()}"
    grading = threading.Thread(target=attack, args=(source, mark), kwargs={"limits": Limits(wall_s=2.5)})
    grading.start()
    assert wait_until(mark, present=True)
    grading.join()
    assert wait_until(mark, present=False)
