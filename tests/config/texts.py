"""Texts of bench.toml, as they load or as they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.config.load import load
from bench.errors import UsageError
from bench.records.settings import Comparison

MODEL = '[models.a]\nmodel = "openai-api/acme/small"\n'
TWO = MODEL + '[models.b]\nmodel = "openai-api/acme/large"\n'
CLAUDE = '[models.a]\nmodel = "anthropic/claude-opus-5-5"\n'
CLAIM = TWO + '[claims.c]\ncandidate = "a"\nbaseline = "b"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(folder: Path, text: str) -> Comparison:
    return load(write(folder, text))


def refused(folder: Path, text: str) -> str:
    """The error's text after the file's name; it must be a single line with exit code 2."""
    path = write(folder, text)
    with pytest.raises(UsageError) as caught:
        load(path)
    assert caught.value.exit_code == 2
    message = str(caught.value)
    assert message.startswith(f"{path}:")
    assert "\n" not in message
    return message.removeprefix(f"{path}:")
