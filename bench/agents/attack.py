"""Runs within an agent's walls, alone: tries to get out in every way of the list, and prints what it could do.

    python attack.py '{"file": ..., "process": ..., "port": ..., "socket": ..., "variable": ..., "most": ...}'

Its last line is a JSON object: an attack's name, and what it got; null where the walls held.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _host_file(given: dict[str, Any]) -> str | None:
    return Path(given["file"]).read_text()[:80]


def _folders(given: dict[str, Any]) -> str | None:
    shown = [each for each in ("/root", "/home", "/etc/shadow", "/var/lib", "/mnt", "/media") if os.path.exists(each)]
    inside = [f"{each}/{name}" for each in shown if os.path.isdir(each) for name in os.listdir(each)]
    known = given["known"]
    strange = [each for each in inside if not any(mine.startswith(each) or each.startswith(mine) for mine in known)]
    return ", ".join(strange[:5]) or None


def _variable(given: dict[str, Any]) -> str | None:
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if given["variable"].encode() in Path(f"/proc/{pid}/environ").read_bytes():
                return f"read it from process {pid}"
    return None


def _tcp(given: dict[str, Any]) -> str | None:
    with socket.create_connection(("127.0.0.1", given["port"]), timeout=2):
        return "reached the host's loopback"


def _dns(_: dict[str, Any]) -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect(("192.0.2.1", 53))
        return "has a way to other machines"


def _abstract(given: dict[str, Any]) -> str | None:
    with socket.socket(socket.AF_UNIX) as other:
        other.connect("\0" + given["abstract"])
        return "reached a socket of the host"


def _other_socket(given: dict[str, Any]) -> str | None:
    with socket.socket(socket.AF_UNIX) as other:
        os.chdir(os.path.dirname(given["socket"]))  # a longer path than a socket's name may be
        other.connect(os.path.basename(given["socket"]))
        return "reached another task's socket"


def _vsock(_: dict[str, Any]) -> str | None:
    with socket.socket(40, socket.SOCK_STREAM):
        return "may speak to the hypervisor"


def _kill(given: dict[str, Any]) -> str | None:
    os.kill(given["process"], signal.SIGKILL)
    return "killed a process of the host"


def _system(_: dict[str, Any]) -> str | None:
    Path("/usr/bin/planted").write_text("x")
    return "changed the system's files"


def _became_root(_: dict[str, Any]) -> str | None:
    os.setuid(0)
    return "became root"


def _call(number: int, *given: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, *given) < 0:
        raise OSError(ctypes.get_errno(), "the call failed")


def _namespace(_: dict[str, Any]) -> str | None:
    os.unshare(0x10000000) if hasattr(os, "unshare") else _call(272, 0x10000000)
    return "made a namespace"


def _trace(_: dict[str, Any]) -> str | None:
    _call(101 if os.uname().machine == "x86_64" else 117, 0, 0, 0, 0)
    return "may trace processes"


def _ring(_: dict[str, Any]) -> str | None:
    _call(425, 1, ctypes.create_string_buffer(256))
    return "has io_uring"


def _forks(given: dict[str, Any]) -> str | None:
    children: list[int] = []
    with contextlib.suppress(OSError):
        while len(children) <= given["most"]:
            child = os.fork()
            if child == 0:
                time.sleep(20)
                os._exit(0)
            children.append(child)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return f"{len(children)} processes" if len(children) > given["most"] else None


ATTACKS: dict[str, Callable[[dict[str, Any]], str | None]] = {
    "a file of the host": _host_file,
    "folders of the host": _folders,
    "a variable of the host": _variable,
    "the host's loopback": _tcp,
    "another machine": _dns,
    "an abstract socket of the host": _abstract,
    "another task's socket": _other_socket,
    "the hypervisor's sockets": _vsock,
    "a process of the host": _kill,
    "the system's files": _system,
    "becoming root": _became_root,
    "new namespaces": _namespace,
    "tracing": _trace,
    "io_uring": _ring,
    "a fork bomb": _forks,
}


def main(given: dict[str, Any]) -> dict[str, str | None]:
    """What each attack got."""
    got: dict[str, str | None] = {}
    for name, attack in ATTACKS.items():
        if name not in given.get("only", ATTACKS):
            continue
        try:
            got[name] = attack(given)
        except Exception:  # whatever stops an attack, it was stopped
            got[name] = None
    return got


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
