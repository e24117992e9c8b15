"""The Dockerfile's instructions are the steps of docs/install.md; no container is built here."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def instructions() -> list[tuple[str, str]]:
    """Each instruction and what follows it, lines that go on joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def only(name: str) -> str:
    [found] = [rest for each, rest in instructions() if each == name]
    return found


def steps() -> list[list[str]]:
    """The commands of the RUN instructions, as words."""
    return [shlex.split(part) for name, rest in instructions() if name == "RUN" for part in rest.split("&&")]


def test_its_python_is_one_that_the_project_takes() -> None:
    major, minor = map(int, re.findall(r"python:(\d+)\.(\d+)", only("FROM"))[0])
    assert (major, minor) >= tuple(map(int, re.findall(r"\d+", PROJECT["requires-python"])))
    assert f"needs Python {re.findall(r'[0-9.]+', PROJECT['requires-python'])[0]} or newer" in PAGE


def test_it_installs_as_the_page_does() -> None:
    [install] = [words for words in steps() if words[:2] == ["pip", "install"]]
    source, target = only("COPY").split()
    assert source == "."
    assert [word for word in install[2:] if not word.startswith("-")] == [f"{target}[local]"]
    assert '`pip install ".[local]"`' in PAGE
    assert "local" in PROJECT["optional-dependencies"]
    assert ["rm", "-r", target] in steps(), "the checkout does not stay in the image"


def test_its_user_is_not_root_and_owns_the_folder_that_is_mounted() -> None:
    user, folder = only("USER"), only("WORKDIR")
    names = [name for name, _ in instructions()]
    assert names.index("USER") > max(at for at, name in enumerate(names) if name == "RUN")
    assert ["useradd", "--create-home", user] in steps()
    assert ["install", "-d", "-o", user, "-g", user, folder] in steps()
    assert "whose user is not root" in PAGE
    assert f'-v "$PWD:{folder}"' in PAGE


def test_it_is_called_as_the_page_calls_it() -> None:
    [command] = json.loads(only("ENTRYPOINT"))
    assert command in PROJECT["scripts"]
    assert json.loads(only("CMD")) == ["--help"]
    built = re.findall(r"docker build -t (\S+) \.", PAGE)
    assert built == re.findall(r"docker run .*? --env-file .env (\S+) run", PAGE) == [PROJECT["name"]]


@pytest.mark.parametrize("name", [".env", ".git", ".venv", "results"])
def test_what_is_a_users_own_does_not_get_into_the_image(name: str) -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert name in {line.strip("/") for line in ignored}
