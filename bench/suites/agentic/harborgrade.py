"""Grades an item within a Harbor container: `python3 grade.py WORKSPACE LOGS`. Standard library only.

Beside it lie item.json, inside.py and reading.py. What the agent wrote runs in a process of another user, who may not
read this folder; it gets the calls, and never what is right. Repositories in JavaScript are run by node.
"""

from __future__ import annotations

import contextlib
import json
import marshal
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

NOBODY = 65534
SECONDS = 120
PAGE = 20
MOST_BYTES = 256 * 2**10
MOST_ANSWERED = 16 * 2**20
CHILD = """
import json, os, sys
channel, length = int(sys.argv[1]), int(sys.argv[2])
coming = os.dup(0)
os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
data = b""
while len(data) < length and (part := os.read(coming, length - len(data))):
    data += part
given = json.loads(data)
scope = {"__name__": "inside"}
exec(compile(given["inside"], "inside.py", "exec"), scope)
scope["Files"](given["files"]).__enter__()
more = (scope["SourceChannel"](channel, coming),) if given["metered"] else ()
for arguments in given["calls"]:
    line = json.dumps(scope[given["function"]](*arguments, *more)).encode() + b"\\n"
    while line:
        line = line[os.write(channel, line):]
"""
NODE_CHILD = """
import { readFileSync, writeSync } from "node:fs";

const { parse, stringify } = JSON;
const { exit } = process;
const [channel, root] = [Number(process.argv[1]), process.argv[2]];
const lines = readFileSync(0, "utf8").trimEnd().split("\\n");

async function answer([module, name, args]) {
  let line;
  try {
    line = stringify(["value", (await import(`${root}/${module}`))[name](...args)]);
  } catch (error) {
    line = stringify(["raised", String(error?.constructor?.name).slice(0, 80)]);
  }
  for (let rest = Buffer.from(line + "\\n"); rest.length > 0; ) rest = rest.subarray(writeSync(channel, rest));
}

for (const line of lines) await answer(parse(line));
exit(0);
"""


def taken(item: dict[str, Any], workspace: Path) -> dict[str, str]:
    """The repository that is graded: files that count from the workspace, all others as they were."""

    def named(path: str) -> bool:
        hidden = any(part.startswith(".") or part in ("__pycache__", "node_modules") for part in path.split("/"))
        allowed = any(fnmatchcase(path, pattern) for pattern in item["allowed"])
        return allowed and not hidden and not any(fnmatchcase(path, pattern) for pattern in item["protected"])

    files = {path: text for path, text in item["files"].items() if not named(path)}
    for place, folders, names in os.walk(workspace):
        folders[:] = [each for each in folders if not (Path(place) / each).is_symlink()]
        for name in names:
            found = Path(place) / name
            path = found.relative_to(workspace).as_posix()
            if named(path) and found.is_file() and not found.is_symlink() and found.stat().st_size <= MOST_BYTES:
                files[path] = found.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    return files


def asked(here: Path, files: dict[str, str], function: str, calls: list[list[Any]]) -> list[Any]:
    """What the repository answers to calls, in a process of its own; fewer answers where it ends before.

    A call is a module, or a module, a function, arguments and None or, where the first argument is the rows of a paid
    source, the most reads: the rows stay here.
    """
    metered = [call for call in calls if len(call) == 4 and call[3] is not None]
    sources = [(call[2][0], call[3]) for call in metered]
    plain = [[*call[:2], call[2][1:]] for call in metered] or [call[:3] for call in calls]
    given = {"inside": (here / "inside.py").read_text(), "files": files, "function": function, "calls": plain}
    data = json.dumps({**given, "metered": bool(metered)}).encode()
    return replies([sys.executable, "-I", "-B", "-c", CHILD], [str(len(data))], data, sources)


def asked_of_node(files: dict[str, str], calls: list[list[Any]]) -> list[Any]:
    """The same of a repository in JavaScript; a call is a module's path, a function and arguments."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        try:
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8", newline="")
        except (FileExistsError, NotADirectoryError, IsADirectoryError, UnicodeEncodeError):
            return []  # a file where another has its folder
        data = "".join(json.dumps(call) + "\n" for call in calls).encode()
        return replies(["node", "--input-type=module", "-e", NODE_CHILD], [name], data, [])


def replies(command: Sequence[str], more: Sequence[str], data: bytes, sources: list[Any]) -> list[Any]:
    """What a process of another user answers, which gets the number of its channel and `more` as arguments."""
    other: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
    coming, its = os.pipe()
    process = subprocess.Popen(
        [*command, str(its), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[its],
        cwd="/",
        start_new_session=True,
        **other,
    )
    os.close(its)
    assert process.stdin
    try:
        process.stdin.write(data)
        process.stdin.flush()
        if not sources:
            process.stdin.close()
        return answered(coming, process.stdin, sources)
    except (OSError, ValueError, RecursionError, LookupError, TypeError):
        return []  # what was written there is no answer
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(coming)
        with contextlib.suppress(OSError):
            process.stdin.close()


def answered(coming: int, going: Any, sources: list[Any]) -> list[Any]:
    """The answers that come, rows of the sources handed out meanwhile. ValueError for what is no answer."""
    answers: list[Any] = []
    reads = 0
    for line in written(coming):
        answer = json.loads(line)
        if sources and answer[:2] == [-1, "asked"]:
            rows, keys = sources[len(answers)][0], answer[2][1:]
            if len(keys) > PAGE:
                raise ValueError("more keys than a page has")
            reads += 1
            row = marshal.dumps({key: rows[key] for key in keys if key in rows}, 2)
            going.write(len(row).to_bytes(8, "little") + row)
            going.flush()
            continue
        too_many = sources and reads > sources[len(answers)][1]
        answers.append(["reads", reads] if too_many else answer)
        reads = 0
    return answers


def written(coming: int) -> Iterator[bytes]:
    """The lines that come until the end, or until it has taken too long or become too much."""
    end, size, data = time.monotonic() + SECONDS, 0, b""
    while size < MOST_ANSWERED and select.select([coming], [], [], max(0.0, end - time.monotonic()))[0]:
        part = os.read(coming, 2**16)
        size += len(part)
        *lines, data = (data + part).split(b"\n")
        yield from lines
        if not part:
            return


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, types included; a tuple is a list."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def solved(here: Path, item: dict[str, Any], files: dict[str, str]) -> bool:
    """Whether all that is asked of the result holds."""
    checks = item["checks"]
    calls = [[call["module"], call["function"], call["args"], call["most_reads"]] for call in checks["calls"]]
    if calls:
        node = item["toolchain"] == "node"
        got = asked_of_node(files, [call[:3] for call in calls]) if node else asked(here, files, "called", calls)
        if not same(got, [call["value"] for call in checks["calls"]]):
            return False
    for swap in checks["swaps"]:
        there = {path: files[path] + text for path, text in swap["appended"].items() if path in files}
        calls = [[call["module"], call["function"], call["args"], None] for call in swap["calls"]]
        if not same(asked(here, {**files, **there}, "called", calls), [call["value"] for call in swap["calls"]]):
            return False
    module = checks["tests"].removesuffix(".py").replace("/", ".")
    for kind, versions in (("passes", checks["right"]), ("fails", checks["wrong"])):
        for version in versions:
            if asked(here, {**files, **version}, "verdict", [[module]]) != [kind]:
                return False
    scope: dict[str, Any] = {"__name__": "reading"}
    exec(compile((here / "reading.py").read_text(), "reading.py", "exec"), scope)
    if any(scope["broken"](files, tuple(rule)) for rule in checks["structure"]):
        return False
    path = checks["document"]
    text = files.get(path, "")
    return not path or same(scope["table_rows"](text) if path.endswith(".md") else json.loads(text), checks["facts"])


def main(workspace: str, logs: str) -> None:
    """Writes the reward, 1 or 0."""
    here = Path(__file__).resolve().parent
    here.chmod(0o700)
    os.umask(0o022)  # what it writes for the other user can be read
    item = json.loads((here / "item.json").read_text())
    try:
        reward = int(solved(here, item, taken(item, Path(workspace))))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        reward = 0
    Path(logs).mkdir(parents=True, exist_ok=True)
    (Path(logs) / "reward.txt").write_text(f"{reward}\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
