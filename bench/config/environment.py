"""The environment that keys and addresses come from: the process's own, and a `.env` file beside bench.toml."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from bench import clean
from bench.errors import UsageError

FILE = ".env"
PROGRAMS = ("BENCH_LOOP_PYTHON",)
"""Variables that name a program which is run: a folder from somebody else says nothing of them."""
_OWN = re.compile(
    r"(?i)PATH|HOME|TMPDIR|TMP|TEMP|SHELL|ENV|BASH_ENV|IFS|PYTHON\w*|(BENCH|XDG|LD|DYLD|NODE|NPM|GIT|SSL|RAY)_\w*"
)
"""Variables that say which programs, files or certificates are used: those of the process alone, as a folder may come
from others."""


def environment(folder: Path, environ: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """What is set, by variable: `.env` in the folder, overruled by the process's environment; values are literal.

    What chooses programs or files (`BENCH_*`, `PATH`, `PYTHONPATH` and their like) is not taken from the file.

    A folder of that name is none of ours: environments of Python are called so. Raises UsageError naming file and line,
    never a value, if the file cannot be read, or is a pipe or a device.
    """
    path = folder / FILE
    if path.is_dir() or not os.path.lexists(path):
        return environ
    from dotenv.parser import parse_stream

    from_file: dict[str, str] = {}
    try:
        text = clean.read_text(path, most=clean.MOST_SETTINGS, encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    for binding in parse_stream(io.StringIO(text)):
        if binding.error or (binding.key is not None and binding.value is None):
            line = binding.original.line + _blank_lines(binding.original.string)
            raise UsageError(f"{path}:{line}: cannot be read. Write NAME=value, one a line.")
        if binding.key in PROGRAMS and binding.key not in environ:
            line = binding.original.line + _blank_lines(binding.original.string)
            raise UsageError(
                f"{path}:{line}: {binding.key} names a program that is run, and is taken from your own environment "
                f"alone. If you trust it, export {binding.key} in your shell."
            )
        if binding.key is not None and binding.value is not None and not _OWN.fullmatch(binding.key):
            from_file[binding.key] = binding.value
    return MappingProxyType({**from_file, **environ})


def _blank_lines(text: str) -> int:
    """The parser counts the blank lines before a statement as its own."""
    return len(text) - len(text.lstrip("\r\n")) - text[: len(text) - len(text.lstrip("\r\n"))].count("\r\n")
