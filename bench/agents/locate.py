"""Where an agent's program is, and what it needs to read."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import clean
from bench.agents.presets import AgentPreset
from bench.errors import UsageError

_CHUNK = 2**20
_MOST = 2**30
"""Bytes of a program's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedAgent:
    """An agent that is installed."""

    preset: AgentPreset
    """How it is started."""
    program: Path
    """Its program, as it is called."""
    sha256: str
    """Of the program's file."""
    folders: tuple[Path, ...]
    """What it must be able to read, beside the system."""
    path: str
    """The PATH that it gets."""

    @property
    def python(self) -> str:
        """The interpreter beside the program."""
        return str(self.program.parent / "python")


def locate(preset: AgentPreset, environ: Mapping[str, str]) -> LocatedAgent:
    """The agent on this machine. UsageError where its program, or one that it needs, is not in the PATH."""
    path = environ.get("PATH", os.defpath)
    program = next((got for name in preset.programs if (got := shutil.which(name, path=path))), None)
    if program is None:
        cure = preset.install or "Install it, or correct `programs` in agents.toml."
        raise UsageError(f"{preset.name}: no program {' or '.join(preset.programs)} in the PATH. {cure}")
    beside = f"{Path(program).absolute().parent}:{path}"
    helpers = [Path(_needed(preset, name, beside)) for name in preset.needs]
    own = [Path(program).absolute(), *helpers]
    folders = tuple(dict.fromkeys(folder for each in own for folder in _folders(each)))
    inner = ":".join(dict.fromkeys([*(str(each.parent) for each in own), "/usr/local/bin", "/usr/bin", "/bin"]))
    return LocatedAgent(
        preset=preset,
        program=own[0],
        sha256=_digest(own[0].resolve()),
        folders=folders,
        path=inner,
    )


def _needed(preset: AgentPreset, name: str, path: str) -> str:
    got = shutil.which(name, path=path)
    if got is None:
        raise UsageError(f"{preset.name}: it needs {name}, which is not in the PATH. {preset.install}".strip())
    return got


def _folders(program: Path) -> list[Path]:
    """The folders of an installation: a virtual environment with its base, node's packages, else the program's own."""
    real = program.resolve()
    folders = []
    for above in (program.parent, real.parent):
        environment = above.parent / "pyvenv.cfg"
        packages = next((each for each in (above, *above.parents) if each.name == "node_modules"), None)
        if environment.is_file():
            home = dict(line.split(" = ", 1) for line in environment.read_text().splitlines() if " = " in line)
            folders += [above.parent, *([Path(home["home"]).parent] if "home" in home else [])]
        elif packages is not None:
            folders.append(packages)
        elif not above.is_relative_to("/usr"):
            folders.append(above)
    return folders


def _digest(path: Path) -> str:
    """UsageError for what is no file, or too large: a folder of a stranger's may name anything."""
    digest = hashlib.sha256()
    try:
        with clean.open_file(path, most=_MOST) as file:
            while part := file.read(_CHUNK):
                digest.update(part)
    except OSError as error:
        raise UsageError(f"{clean.line(str(path))}: is no program ({error.strerror}). Name another.") from error
    return digest.hexdigest()
