"""One task as its YAML states it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import clean, hooks
from bench.errors import TaskError

_PACKAGE = Path(__file__).parents[1]


STOCK = (
    "gsm8k",
    "mmlu_pro",
    "bbh",
    "ifeval",
    "minerva_math500",
    "gpqa_diamond_cot_zeroshot",
    "humaneval",
    "mbpp",
)
"""Some of lm-eval's own tasks and groups that work by name."""


DIALOGUE = "dialogue"
"""The `kind` in a task's metadata whose items are episodes with tools."""


MOST_DEEP = 2000
"""Brackets, and characters of the longest line, of a YAML that cannot be nested so deeply that it matters."""


AGENTIC = "agentic"
"""The `kind` in a task's metadata whose items are work for agents."""


def shipped(name: str) -> Path:
    """A file or folder that ships with the package: in the wheel, or in the checkout of an editable install."""
    packed = _PACKAGE / "_shipped" / name
    return packed if packed.exists() else _PACKAGE.parent / name


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFile:
    """One task as its file states it, not yet loaded by lm-eval."""

    name: str
    """The `task:` name."""
    path: Path
    """The file."""
    config: Mapping[str, Any]
    """The YAML with its `include` merged; `!function` values are their dotted names, as `hooks.hashed` gives them."""
    sha256: str
    """Hash of the YAML, what it includes and its data file: what makes two versions the same task."""
    build: Callable[[], Any] | None = field(default=None, compare=False)
    """Makes lm-eval's task where no YAML of a task folder does; raises UsageError."""

    count: int | None = None
    """How many items it has, where they are in no data file."""
    ours: bool = True
    """Whether items bring our fields (id, cluster, family, level, language). In another's data set the same names mean
    something else, and items that ask the same are asked once."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The task's `metadata` mapping."""
        metadata: Mapping[str, Any] = self.config["metadata"]
        return metadata

    @property
    def version(self) -> str:
        """The version the task states."""
        return str(self.metadata["version"])

    @property
    def kind(self) -> str:
        """What an item is: "answer", asked once, "dialogue", an episode with tools, or "agentic", work for an agent."""
        return str(self.metadata.get("kind", "answer"))

    @property
    def max_tokens(self) -> int:
        """Tokens the task grants an answer."""
        return int(self.config["generation_kwargs"]["max_gen_toks"])

    @property
    def data(self) -> Path | None:
        """The JSONL file of its items, if it reads one of ours."""
        return _data(self.path, self.config)


def _text(path: Path) -> str:
    try:
        return clean.read_text(path, most=clean.MOST_SETTINGS)
    except (OSError, ValueError) as error:  # not there, or not UTF-8
        error = OSError(error.strerror) if isinstance(error, OSError) and error.strerror else error
        raise TaskError(path, "file", f"cannot be read ({error}).") from error


def _is_flat(text: str) -> bool:
    """Whether no value can be nested deeply: libyaml, ten times as fast as yaml itself, follows every depth."""
    return text.count("[") + text.count("{") + max(map(len, text.split("\n"))) < MOST_DEEP


def _loader(folder: Path, function: Callable[[str, Path], Any], *, fast: bool) -> Any:
    """How a task's YAML is read, see `parse`; `fast`: by libyaml where it is there."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader) if fast else yaml.SafeLoader

    class Loader(base):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            """YAML would let the last of equal keys win, without a word."""
            seen: set[str] = set()
            for key, _ in node.value:
                if isinstance(key.value, str) and key.value in seen:
                    raise yaml.MarkedYAMLError(problem=f"'{key.value}' is given twice", problem_mark=key.start_mark)
                seen |= {key.value} if isinstance(key.value, str) else set()
            return super().construct_mapping(node, deep)

    Loader.add_constructor("!function", lambda loader, node: function(loader.construct_scalar(node), folder))
    return Loader


def parse(
    path: Path,
    included_by: tuple[Path, ...] = (),
    *,
    function: Callable[[str, Path], Any] = lambda dotted, _folder: hooks.hashed(dotted),
) -> dict[str, Any]:
    """A YAML with its `include` merged under its own keys. UsageError naming file and line if it cannot be read.

    `function` makes the value of a `!function` from its dotted name and the folder of the YAML that states it.
    """
    import yaml

    text = _text(path)
    try:
        config = yaml.load(text, Loader=_loader(path.parent, function, fast=_is_flat(text)))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise TaskError(where, "file", f"is not valid YAML: {getattr(error, 'problem', None) or error}.") from error
    except RecursionError as error:
        raise TaskError(path, "file", "is nested too deeply.") from error
    except ValueError as error:  # an impossible date
        raise TaskError(path, "file", f"cannot be read ({error}).") from error
    if not isinstance(config, dict):
        raise TaskError(path, "file", "must be a mapping of an lm-eval task or group.")
    base = config.pop("include", None)
    if base is None:
        return config
    if not isinstance(base, str) or not (path.parent / base).is_file():
        raise TaskError(path, "include", f"include '{base}' does not exist beside it.")
    if path in included_by:
        raise TaskError(path, "include", "includes itself.")
    if not _near(path.parent / base, path):
        raise TaskError(path, "include", f"'{base}' is not below the task's folder, nor below this one. {_PUT}")
    return {**parse(path.parent / base, (*included_by, path), function=function), **config}


def data_files(value: object) -> Iterator[str]:
    """The paths in a YAML's `data_files`, whatever its shape."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from data_files(part)
    elif isinstance(value, dict):
        yield from data_files(list(value.values()))


def require_near(path: Path, config: Mapping[str, Any]) -> None:
    """TaskError if a YAML's items are in a file elsewhere: a stranger's could send any file of the reader's as prompts.

    Near are the YAML's own folder and the one that the command is called in.
    """
    given = config.get("dataset_kwargs")
    kwargs = given if isinstance(given, dict) else {}
    for file in data_files([kwargs.get(key) for key in ("data_files", "file", "data_dir")]):
        if "://" not in file and not _near(path.parent / file, path):
            problem = f"'{file}' is not below the task's folder, nor below this one. {_PUT}"
            raise TaskError(path, "dataset_kwargs", problem)


_PUT = "Put the file itself there."


def _near(file: Path, yaml: Path) -> bool:
    """Whether a file lies below the folder of a YAML, or below the one that the command is called in."""
    place = file.resolve()
    return any(place.is_relative_to(root.resolve()) for root in (yaml.parent, Path.cwd()))


def _data(path: Path, config: Mapping[str, Any]) -> Path | None:
    file = (config.get("dataset_kwargs") or {}).get("file")
    return path.parent / file if file else None


def content_sha256(path: Path, config: Mapping[str, Any]) -> str:
    """The hash of a task: what its file says, and its items where they stand in a file of its own."""
    content = hashlib.sha256(json.dumps(config, sort_keys=True, default=str).encode())
    data = _data(path, config)
    if data:
        content.update(clean.read_bytes(data))
    return content.hexdigest()
