"""`bench tasks`: one's own prompts as a task, and whether tasks can be trusted."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.options import OWN_TASKS, results_option, task_folders
from bench.cli.slices import slice_options, sliced
from bench.cli.terminal import echo
from bench.errors import UsageError
from bench.language import counted

if TYPE_CHECKING:
    from bench.registry.lint import Checked, Report

PROMPT_CHARS = 160


@click.group()
def tasks() -> None:
    """Your own prompts as a task, and whether tasks can be trusted."""


@tasks.command()
@click.argument("paths", nargs=-1, metavar="[PATH|NAME]...")
@click.option("--record", is_flag=True, help="Write the versions of faultless tasks into the folder's versions.json.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def lint(paths: tuple[str, ...], record: bool, as_json: bool) -> None:
    """Check tasks for faults: a folder's, or those named; without either, the shipped ones and bench-tasks/.

    Every fault names file, field and cure. Exit code 2 if there is one.
    """
    from bench.registry.lint import lint as check

    folders = [Path(path) for path in paths if Path(path).is_dir()]
    names = [path for path in paths if not Path(path).is_dir()]
    for name in names:
        if "/" in name or name.endswith(".yaml"):
            raise UsageError(f"{name}: is not a folder. Give the folder that holds it, or the task's name.")
    report = check(folders or task_folders(()), names, record=record)
    if as_json:
        echo(json.dumps(asdict(report), indent=2))
    else:
        _print(report)
    if report.findings:
        sys.exit(UsageError.exit_code)


def _print(report: Report) -> None:
    for checked in report.tasks:
        echo(_line(checked))
    for finding in report.findings:
        echo(f"{finding} [{finding.field}]", err=True)
    faults = len(report.findings)
    loaded = len(report.tasks)
    echo(f"{counted(loaded, 'task')} loaded, {counted(faults, 'fault') if faults else 'no faults'}")


def _line(checked: Checked) -> str:
    tried = (
        f"{counted(checked.oracles, 'right answer')} tried"
        if checked.oracles
        else "no right answer to try (see `example`)"
    )
    drawn = f" ({checked.usual} as usually asked)" if checked.usual > checked.items else ""
    parts = [f"{counted(checked.items, 'item')}{drawn}", tried]
    parts += [f"most common answer {100 * checked.common:.0f} %"] if checked.common is not None else []
    prompt = checked.prompt if len(checked.prompt) <= PROMPT_CHARS else f"{checked.prompt[:PROMPT_CHARS]}..."
    return f"{checked.task} version {checked.version}: {', '.join(parts)}\n  first prompt: {prompt}"


@tasks.command()
@click.argument("names", nargs=-1, required=True, metavar="SUITE|TASK...")
@slice_options
@click.option("--exam-seed", type=click.IntRange(0), help="A fresh exam.  [default: the shipped exam]")
def export(names: tuple[str, ...], exam_seed: int | None, **chosen: Any) -> None:
    """Print an exam's prompts, a line of JSON an item: any solver can answer them, a person included.

    `bench tasks grade` scores a file of replies: such lines with an `answer` each.
    """
    from bench.records import RunSettings
    from bench.registry import read
    from bench.run import ceiling

    settings = sliced(RunSettings(names, exam_seed=exam_seed), chosen)
    for line in ceiling.export(read(task_folders(())), settings):
        echo(line)


@tasks.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--instances", type=click.IntRange(1, 24), help="Instances of each family.  [default: 24]")
@click.option("--families", help="Only items of these families, with commas between them.")
@click.option("--levels", help="Only items of these levels, e.g. 1,2.")
@click.option("--exam-seed", type=click.IntRange(0), help="A fresh exam.  [default: the shipped exam]")
def harbor(
    folder: Path, instances: int | None, families: str | None, levels: str | None, exam_seed: int | None
) -> None:
    """Write the items of agentic and agentic_js as task folders of Harbor, hidden checks and solutions included.

    Each runs in Docker, under Harbor and any of its agents. Whoever has the folder has the answers: take a fresh exam.
    """
    from bench.suites.agentic import harbor as tasks_of

    seed = tasks_of.SHIPPED_SEED if exam_seed is None else exam_seed
    items = tasks_of.chosen(seed, instances, _words(families), _words(levels))
    count = tasks_of.write(items, seed, folder)
    echo(f"wrote {counted(count, 'task')} to {folder}; run them: harbor run -p {folder} -a AGENT -m MODEL")


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


@tasks.command()
@click.argument("answers", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@slice_options
@click.option("--exam-seed", type=click.IntRange(0), help="The exported exam's.  [default: the shipped exam]")
@click.option("--beside", metavar="RUN", multiple=True, help="A run whose models stand beside it. Repeatable.")
@results_option
def grade(answers: Path, exam_seed: int | None, beside: tuple[str, ...], results: Path, **chosen: Any) -> None:
    """Score a file of replies to an exported exam, by level and by family; model-written code runs in the sandbox.

    Give it the options that the exam was exported with. Only items that the file answers are in a score.
    """
    from bench.records import RunSettings, find_run
    from bench.registry import read
    from bench.run import ceiling

    settings = sliced(RunSettings((), exam_seed=exam_seed), chosen)
    paper = ceiling.grade(answers, read(task_folders(())), settings)
    suites = tuple(dict.fromkeys(cell.suite for cell in paper.cells))
    models = [cell for run in beside for cell in ceiling.beside(find_run(results, run), suites)]
    echo(ceiling.table([*paper.cells, *models]))
    if paper.answered < paper.exam:
        echo(f"\n{paper.answered} of the exam's {paper.exam} items are answered, and only these are scored.")


@tasks.command()
@click.argument("name")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    required=True,
    help="A .jsonl file, one item a line, or a .csv file with a header.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=OWN_TASKS,
    show_default=True,
    help="Where to write. Any other folder must be named to `bench run` with --include-path.",
)
@click.option(
    "--max-tokens", type=click.IntRange(1), default=512, show_default=True, help="Tokens that a full answer may need."
)
@click.option("--system", default="", help="A system prompt for every item.")
@click.option("--licence", default="private", show_default=True, help="May others use these items?")
@click.option("--replace", is_flag=True, help="Replace the task of this name; its version is raised.")
def new(name: str, source: Path, folder: Path, max_tokens: int, system: str, licence: str, replace: bool) -> None:
    """Make the task NAME of your own prompts, check it, and say how to run it. docs/tasks.md has the format."""
    from bench.registry import read, versions
    from bench.registry.lint import inspect
    from bench.registry.own import draft

    if not (folder / f"{name}.yaml").exists():
        _refuse_taken(name, folder)
    made = draft(name, source, folder, max_tokens=max_tokens, licence=licence, system=system, replace=replace)
    report = inspect(made.file)
    if report.findings:
        _print(report)
        raise UsageError(f"nothing was written. Correct {source}, then run the same command again.")
    made.write()
    registry = read([folder])
    versions.record(registry, [registry.tasks[name]])
    echo(f"wrote {made.path} (version {made.version}) and {made.path.with_suffix('.jsonl')}")
    _print(report)
    include = "" if folder == OWN_TASKS else f" --include-path {folder}"
    echo(f"Run it: bench run -t {name}{include}")


def _refuse_taken(name: str, folder: Path) -> None:
    """UsageError if another task or suite has this name already."""
    from bench.registry import survey

    for root in [*task_folders(()), folder]:
        registry, _ = survey([root])
        if name in registry.names:
            raise UsageError(f"the name '{name}' is already taken by a task or suite. Choose another.")
