"""The `[models.<label>.prompt_variants.<name>]` tables of a bench.toml."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from bench import clean
from bench.config.file import VARIANT, ConfigFile
from bench.errors import suggest
from bench.records import AS_WRITTEN, MOST_VARIANTS, PROMPT, PromptVariant

KEY = "prompt_variants"
MOST_BYTES = 256 << 10
"""Of a prompt's file."""


def variants_of(
    file: ConfigFile, label: str, tables: Mapping[str, Any], suites: Collection[str] | None
) -> tuple[PromptVariant, ...]:
    """A model's own prompts, their files read; `suites` are the known suites and tasks, None leaves them unchecked.

    UsageError at the line at fault.
    """
    variants = tuple(_variant(file, label, name, table, suites) for name, table in tables.items())
    for suite in {suite for each in variants for suite in each.suites} | {""}:
        if len(tried := [each.name for each in variants if each.of(suite)]) > MOST_VARIANTS:
            of = f"suite '{suite}'" if suite else "every suite"
            file.fail(
                f"{len(tried)} prompts are tried in {of}, and {MOST_VARIANTS} at most: each one more is a chance more "
                "to look good by luck.",
                *("models", label, KEY, tried[-1]),
            )
    hashes = [each.sha256 for each in variants]
    for at, each in enumerate(variants):
        if each.sha256 in hashes[:at]:
            file.fail(f"'{each.name}' is the same prompt as '{variants[hashes.index(each.sha256)].name}'.",
                      *("models", label, KEY, each.name))  # fmt: skip
    return variants


def _variant(file: ConfigFile, label: str, name: str, table: Any, suites: Collection[str] | None) -> PromptVariant:
    where = ("models", label, KEY, name)
    if not re.fullmatch(r"[A-Za-z0-9][\w-]{0,39}", name) or name == AS_WRITTEN:
        file.fail(f"'{name}' cannot be a prompt's name: take letters, digits, '-' and '_', not '{AS_WRITTEN}'.", *where)
    values = file.table(table, *where, checks=VARIANT)
    texts = {part: _text(file, values, part, where) for part in ("system", "user")}
    if texts["system"] is None and texts["user"] is None:
        file.fail("says nothing: give system or user, or a file of it (system_file, user_file).", *where)
    if texts["user"] is not None and PROMPT not in texts["user"]:
        key = "user" if "user" in values else "user_file"
        file.fail(f"{key} must hold {PROMPT}, which stands for the question that is asked.", *where, key)
    for suite in values.get("suites", ()):
        if suites is not None and suite not in suites:
            file.fail(f"unknown suite or task '{suite}'.{suggest(suite, suites)}", *where, "suites")
    return PromptVariant(name=name, suites=tuple(values.get("suites", ())), **texts)


def _text(file: ConfigFile, values: Mapping[str, Any], part: str, where: tuple[str, ...]) -> str | None:
    """A prompt's text as it stands there, or of its file; None if neither is given."""
    key = f"{part}_file"
    if key not in values:
        return values.get(part)
    if part in values:
        file.fail(f"{part} and {key} are both given. Keep one.", *where, key)
    folder, name = file.path.parent, Path(values[key])
    if name.is_absolute() or ".." in name.parts:
        file.fail(f"{key}: must lie below the folder of {file.path.name}: its text is sent to the model.", *where, key)
    path = folder / name
    try:
        text = clean.read_text(path, below=folder, most=MOST_BYTES, encoding="utf-8-sig")
    except OSError as error:
        file.fail(f"{key}: {path} cannot be read ({error.strerror}).", *where, key)
    except UnicodeDecodeError:
        file.fail(f"{key}: {path} is not UTF-8 text. Save it as UTF-8.", *where, key)
    if not text.strip():
        file.fail(f"{key}: {path} is empty.", *where, key)
    return text.strip("\n")
