"""Which loops are known, and whether they are installed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import clean
from bench.errors import UsageError
from bench.loops import inside

PYTHON = "BENCH_LOOP_PYTHON"
"""The variable that names the interpreter in whose environment loops are installed."""
_FOLDER = Path(inside.__file__).parent
_ASK = (
    "import importlib.metadata as m, json, sys\n"
    "def v(n):\n"
    "    try: return m.version(n)\n"
    "    except m.PackageNotFoundError: return None\n"
    "print(json.dumps({n: v(n) for n in sys.argv[1:]}))"
)
_ASK_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopPreset:
    """How a loop is started."""

    name: str
    """Its name in `[models.<label>]`."""
    protocol: str
    """The wire format that it speaks: openai or anthropic."""
    script: Path
    """What runs it, by its own Python."""
    needs: tuple[str, ...]
    """Distributions of that Python, the loop's own first."""


KNOWN: Mapping[str, LoopPreset] = {
    each.name: each
    for each in (
        LoopPreset(
            name="qwen-agent",
            protocol="openai",
            script=_FOLDER / "run_qwen_agent.py",
            needs=("qwen-agent", "mcp"),
        ),
        LoopPreset(
            name="anthropic-tool-runner",
            protocol="anthropic",
            script=_FOLDER / "run_anthropic.py",
            needs=("anthropic", "mcp"),
        ),
        LoopPreset(
            name="openai-agents",
            protocol="openai",
            script=_FOLDER / "run_openai_agents.py",
            needs=("openai-agents", "openai", "mcp"),
        ),
    )
}
"""By name."""


def find(name: str, environ: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The interpreter that has a loop, and the versions of what it needs. UsageError where it is not installed."""
    preset, python = KNOWN[name], environ.get(PYTHON) or sys.executable
    needs = " ".join(preset.needs)
    cure = f"Install {needs} in an environment of its own, and name its interpreter: {PYTHON}=.../bin/python."
    try:
        said = subprocess.run([python, "-P", "-c", _ASK, *preset.needs], capture_output=True, timeout=_ASK_S, env={})
        versions: dict[str, str | None] = json.loads(said.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise UsageError(f"the loop {name}: {python} cannot be asked ({type(error).__name__}). {cure}") from error
    missing = [each for each in preset.needs if not versions.get(each)]
    if missing:
        raise UsageError(f"the loop {name} needs {missing[0]}, which {python} has not. {cure}")
    return python, {each: clean.line(str(versions[each]))[:50] for each in preset.needs}
