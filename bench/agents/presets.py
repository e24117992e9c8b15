"""Agents that are known: how each is started, what it must be told and what it needs; users add their own."""

from __future__ import annotations

import functools
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from importlib import resources
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError

FILE = "agents.toml"
"""A user's own agents, beside bench.toml."""
PROTOCOLS = ("anthropic", "openai")
"""The wire formats that the proxy speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPreset:
    """How an agent is started."""

    name: str
    """Its name in tables and commands."""
    programs: tuple[str, ...]
    """Names of its program, sought in the PATH in this order."""
    command: tuple[str, ...]
    """Its command line. {program}, {task}, {model}, {url} and {turns} stand for the program, the task's words, the
    model's label, the proxy's address with the key, and the most turns."""
    version: tuple[str, ...]
    """The command that prints its version; {python} stands for the interpreter beside the program."""
    protocol: str
    """The wire format that it speaks: openai or anthropic."""
    needs: tuple[str, ...] = ()
    """Further programs that it starts, such as node."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of its own, beside those that every client of the proxy gets."""
    install: str = ""
    """How a user gets it, and its licence."""


PLACES = ("program", "python", "task", "model", "url", "turns")
"""What a command may name in braces."""
PLACES_OF_VERSION = ("program", "python")
"""The same of the command that asks for a version."""
_PLACE = re.compile(rf"\{{({'|'.join(PLACES)})\}}")
_NAMED = re.compile(r"(?<!\$)\{([A-Za-z_][A-Za-z_0-9]*)\}")
"""A word in braces: a shell's `${word}` is none of ours, nor is JSON."""
MOST_AGENTS = 50
"""Agents of a file."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


def filled(command: Sequence[str], places: Mapping[str, str]) -> list[str]:
    """A command with its places filled in; braces that are no place stay."""
    return [_PLACE.sub(lambda match: places.get(match[1], match[0]), part) for part in command]


def presets(folder: Path) -> dict[str, AgentPreset]:
    """All agents by name: those that ship, and those of `folder`'s agents.toml, which win.

    UsageError names the file, the agent and the field where one is wrong.
    """
    return {**shipped_agents(), **_read(folder / FILE)}


@functools.cache
def shipped_agents() -> dict[str, AgentPreset]:
    """The agents that are known without any file."""
    text = resources.files("bench.agents").joinpath("presets.toml").read_text(encoding="utf-8")
    return {name: _preset(name, table, FILE) for name, table in tomllib.loads(text).items()}


def _read(path: Path) -> dict[str, AgentPreset]:
    try:
        tables = clean.toml(clean.read_text(path))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read ({error}). Correct it, or take it away.") from error
    if len(tables) > MOST_AGENTS:
        raise UsageError(f"{path}: has more than {MOST_AGENTS} agents. Take some away: each is asked for its version.")
    return {name: _preset(name, table, str(path)) for name, table in tables.items()}


def _preset(name: str, table: Any, where: str) -> AgentPreset:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{where}: an agent's name has letters, digits, '.', '_' and '-' alone, not {clean.line(name)!r}."
        )
    if not isinstance(table, dict):
        raise UsageError(f"{where}: '{name}' must be a table: write [{name}], with programs, command and protocol.")
    known = {each.name for each in fields(AgentPreset)} - {"name"}
    if strange := sorted(set(table) - known):
        raise UsageError(f"{where}: [{name}] has the unknown key '{strange[0]}'. Known: {', '.join(sorted(known))}.")
    for key in ("programs", "command", "protocol"):
        if not table.get(key):
            raise UsageError(f"{where}: [{name}] lacks '{key}'. docs/agents.md shows a whole entry.")
    given: dict[str, Any] = {"version": ["{program}", "--version"], **table}
    for key in ("programs", "command", "version", "needs"):
        given[key] = _texts(given.get(key, []), f"{where}: [{name}] {key}")
    if not isinstance(given.get("install", ""), str):
        raise UsageError(f"{where}: [{name}] install must be a text.")
    for key in ("programs", "needs"):
        if odd := next((each for each in given[key] if os.path.basename(each) != each or not each), None):
            raise UsageError(
                f"{where}: [{name}] {key} are names of programs, sought in the PATH, not paths: {clean.line(odd)!r}. "
                "An agent may read what lies beside its programs."
            )
    _require_variables(given.get("environment", {}), f"{where}: [{name}] environment")
    if given["protocol"] not in PROTOCOLS:
        raise UsageError(f"{where}: [{name}] protocol must be {' or '.join(PROTOCOLS)}, not {given['protocol']!r}.")
    if "{task}" not in " ".join(given["command"]):
        raise UsageError(f"{where}: [{name}] command lacks {{task}}, where the task's words go.")
    _require_places(given["command"], PLACES, f"{where}: [{name}] command")
    _require_places(given["version"], PLACES_OF_VERSION, f"{where}: [{name}] version")
    return AgentPreset(name=name, **given)


def _require_places(command: Sequence[str], places: Sequence[str], what: str) -> None:
    """UsageError for a word in braces that nothing would fill in."""
    if odd := next((word for part in command for word in _NAMED.findall(part) if word not in places), None):
        known = ", ".join(f"{{{each}}}" for each in places)
        raise UsageError(f"{what} has the unknown place {{{odd}}}. Known: {known}.")


def _require_variables(own: Any, what: str) -> None:
    if not isinstance(own, dict) or not all(isinstance(each, str) and "\0" not in each for each in own.values()):
        raise UsageError(f"{what} must be a table of texts.")
    if odd := next((each for each in own if not _VARIABLE.fullmatch(each)), None):
        raise UsageError(f"{what}: {clean.line(odd)!r} is no variable's name.")


def _texts(value: Any, what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and "\0" not in each for each in value):
        raise UsageError(f"{what} must be a list of texts.")
    return tuple(value)
