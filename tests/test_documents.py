"""What README, CONTRIBUTING and docs/ name exists: paths, modules, functions, links, make targets; the rooms' table."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import LAYERS

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / name for name in ("README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
] + sorted((ROOT / "docs").glob("*.md"))
IDS = [path.name for path in PAGES]
FILES = [path for folder in ("bench", "tests") for path in (ROOT / folder).rglob("*.py")]

OURS = ("bench/", "tests/", "docs/", "tasks/", "results/published/", ".github/")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def code_words(text: str) -> Iterator[str]:
    """The words of a page that are set as code."""
    for code in CODE.findall(text):
        yield from re.findall(r"[\w./<>*-]+", code)


def unknown_paths(text: str) -> list[str]:
    """Paths below our own folders that name nothing; those with a placeholder in them are left out."""
    paths = {word.rstrip(".") for word in code_words(text) if word.startswith(OURS)}
    return sorted(path for path in paths if not re.search(r"[<*]|[A-Z]{3}", path) and not (ROOT / path).exists())


def unknown_modules(text: str) -> list[str]:
    """Python files that are named by their last part, e.g. parking.py, and exist nowhere."""
    words = {word for word in code_words(text) if re.fullmatch(r"[a-z_0-9/]+\.py", word)}
    return sorted(word for word in words if not any(f"/{path}".endswith(f"/{word}") for path in FILES))


def unknown_names(text: str) -> list[str]:
    """Dotted names of the package that cannot be imported."""
    return sorted(name for name in set(re.findall(r"(?<![\w/-])bench(?:\.[A-Za-z_]\w*)+", text)) if not _resolves(name))


def _resolves(name: str) -> bool:
    if name == "bench.toml":
        return True
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def broken_links(page: Path, text: str) -> list[str]:
    """Links to files of ours, or to headings in them, that lead nowhere."""
    broken = []
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        name, _, heading = target.partition("#")
        path = page.parent / name if name else page
        if not path.exists() or (heading and heading not in _headings(path.read_text(encoding="utf-8"))):
            broken.append(target)
    return broken


def _headings(text: str) -> set[str]:
    lines = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert unknown_paths(text) == []
    assert unknown_modules(text) == []
    assert unknown_names(text) == []
    assert broken_links(page, text) == []


def test_the_check_itself_sees_what_is_missing() -> None:
    text = (
        "`bench/configfile.py`, `bench/errors.py`, `tasks/<suite>/`, `asking.py`, bench.owntasks.own, bench.hooks.task"
    )
    assert unknown_paths(text) == ["bench/configfile.py"]
    assert unknown_modules(text) == ["asking.py", "bench/configfile.py"]
    assert unknown_names(text) == ["bench.owntasks.own"]
    page = ROOT / "docs" / "coding.md"
    assert broken_links(page, "[a](gone.md) [b](coding.md#add-a-family) [c](coding.md#gone)") == [
        "gone.md",
        "coding.md#gone",
    ]


def test_make_targets_are_the_makefiles() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8")))
        assert named <= targets, page


def test_the_table_of_rooms_is_the_one_that_is_enforced() -> None:
    rows = re.findall(r"^\| (\d) \| `(\w+)` \|", CONTRIBUTING, re.MULTILINE)
    rooms = [(str(level), room) for level, layer in enumerate(LAYERS) for room in layer]
    assert sorted(rows) == sorted((level, room) for level, room in rooms if room not in ("__main__", "bench"))


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


def test_the_chinese_first_steps_use_commands_and_exit_codes_that_there_are() -> None:
    from bench.cli import COMMANDS
    from bench.cli.claim import _EXIT
    from bench.registry import read

    text = (ROOT / "README.zh.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\bbench ([a-z]+)", text)) <= set(COMMANDS)
    told = {word: int(code) for word, code in re.findall(r"^\| (\w+) \|.*\| (\d) \|$", text, re.MULTILINE)}
    assert told == {verdict: code for verdict, code in _EXIT.items() if verdict in told}
    assert len(told) == 3
    assert set(re.findall(r"-t (\w+)", text)) <= set(read().suites)
