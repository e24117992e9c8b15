"""A rubric: three to seven criteria, each answered by yes or no, in a file with a hash."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench import clean
from bench.errors import UsageError
from bench.records import OVERALL, sha256_of

LEAST, MOST = 3, 7
"""Criteria of a rubric: fewer say little, and judges are most biased by long ones."""
LONGEST = 300
"""Characters of a criterion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """What an answer is judged by."""

    criteria: Mapping[str, str]
    """Name -> a sentence about "the answer" that is true or false, in positive words."""

    accepted: Mapping[str, str] = field(default_factory=dict)
    """Accepted answers that are shown as a reference, by task and item; none for most runs."""

    @property
    def sha256(self) -> str:
        """Hash of names and sentences, and of the accepted answers where there are some."""
        criteria = dict(self.criteria)
        return sha256_of({"criteria": criteria, "accepted": dict(self.accepted)} if self.accepted else criteria)


RUBRIC = Rubric(
    criteria={
        "complete": "The answer does everything that the request asks for.",
        "correct": "What the answer states agrees with the material in the request and with common knowledge.",
        "form": "The answer has the form, length and language that the request asks for.",
    }
)
"""What answers are judged by where no file says."""


def read_rubric(path: Path) -> Rubric:
    """The rubric of a TOML file: `[criteria]` with `name = "The answer ..."`. UsageError naming what is wrong."""
    try:
        raw = clean.toml(clean.read_text(path, most=clean.MOST_SETTINGS, encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as TOML ({clean.line(str(error))}).") from error
    criteria = raw.get("criteria")
    if set(raw) != {"criteria"} or not isinstance(criteria, dict):
        raise UsageError(f'{path}: needs a table [criteria] and nothing else, with lines as short = "The answer ...".')
    if not LEAST <= len(criteria) <= MOST:
        raise UsageError(f"{path}: has {len(criteria)} criteria; a rubric has {LEAST} to {MOST}.")
    for name, sentence in criteria.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or name == OVERALL:
            raise UsageError(f"{path}: '{name}': a name has small letters, digits and '_', and is not '{OVERALL}'.")
        if not isinstance(sentence, str) or not 0 < len(sentence.strip()) <= LONGEST:
            raise UsageError(f"{path}: {name} must be a sentence of at most {LONGEST} characters.")
    return Rubric(criteria={name: clean.line(sentence) for name, sentence in criteria.items()})
