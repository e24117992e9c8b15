"""What starting a command loads: `bench --help` imports click alone, and listing loads nothing heavy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def loaded_by(*arguments: str) -> set[str]:
    """The top-level modules in memory after `bench ARGUMENTS`."""
    code = (
        "import json, sys\n"
        "from bench.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert len(done.stdout.splitlines()) > 1
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def third_party(names: set[str]) -> set[str]:
    """What does not come with Python; what site-packages' own .pth files load is left out."""
    bare = subprocess.run(
        [sys.executable, "-c", "import json, sys; print(json.dumps(list(sys.modules)))"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    at_start = {name.partition(".")[0] for name in json.loads(bare.stdout)}
    return names - at_start - set(sys.stdlib_module_names) - {"bench"}


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_help_imports_click_and_the_standard_library_only(arguments: tuple[str, ...]) -> None:
    assert third_party(loaded_by(*arguments)) <= {"click"}


@pytest.mark.parametrize("what", ["suites", "tasks"])
def test_list_adds_yaml_only(what: str) -> None:
    extra = third_party(loaded_by("list", what)) - {"click", "yaml", "_yaml"}
    assert not {name for name in extra if "cython" not in name}, "yaml's own accelerator is compiled by Cython"


def test_listing_models_and_helping_a_verb_stay_light() -> None:
    heavy = {"lm_eval", "pandas", "httpx", "numpy", "rich", "datasets", "matplotlib", "pyarrow", "scipy"}
    for arguments in (("list", "models"), ("run", "--help"), ("report", "--help"), ("weights", "--help")):
        assert not loaded_by(*arguments) & heavy, arguments


def test_what_asks_loads_no_statistics_charts_or_tables() -> None:
    code = "import json, sys\nfrom bench.run import ask, execute, prepare\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    heavy = {"scipy.stats", "scipy.optimize", "matplotlib", "pandas", "lm_eval", "datasets", "pyarrow"}
    assert not heavy & set(json.loads(done.stdout))


def test_an_idle_proxy_is_small(tmp_path: Path) -> None:
    """Measured: 39 MB and 0.4 s of CPU until it listens; httpx's command line, which loads rich, would add 6 MB."""
    config = tmp_path / "bench.toml"
    config.write_text('[models.chat]\nmodel = "openai-api/acme/m"\nbase_url = "https://127.0.0.1:1/v1"\n')
    command = [sys.executable, "-m", "bench", "proxy", "--config", str(config), "--results", str(tmp_path)]
    environ = {**os.environ, "ACME_API_KEY": "sk-0123456789abcdef"}
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout
            assert "key cb-" in running.stdout.readline()
            status = Path(f"/proc/{running.pid}/status").read_text()
            times = Path(f"/proc/{running.pid}/stat").read_text().rpartition(")")[2].split()
        finally:
            running.terminate()
    assert int(status.partition("VmRSS:")[2].split()[0]) < 41 * 1024
    assert (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK") < 1.0
