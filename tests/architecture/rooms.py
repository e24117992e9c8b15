"""Who may import whom."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping

from tests.architecture.sources import Sources, room, within

STARTS_PROCESSES = ("subprocess", "multiprocessing", "concurrent.futures.process", "pty")
SOCKETS = ("socket", "httpx", "requests", "aiohttp", "urllib.request", "urllib3", "http.client", "http.server")
LEFT = ("engine", "providers", "run", "journal", "scoring", "weights", "sandbox", "suites", "registry", "plan")
"""What fills the tables."""


def only_downwards(sources: Sources, layers: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    """Imports go to rooms of the same layer or lower ones, and every room has its layer."""
    level = {each: number for number, rooms in enumerate(layers) for each in rooms}
    for file in sources.files:
        if file.room not in level:
            yield f"{file.path}: room {file.room} has no layer"
            continue
        for name in sources.ours(file):
            if level.get(room(name), len(layers)) > level[file.room]:
                yield f"{file.path}: imports {name}, which is above it"


def few_loose_files(sources: Sources, loose: Collection[str]) -> Iterator[str]:
    """Beside the rooms stand these files only."""
    for file in sources.files:
        if file.path.count("/") == 1 and file.path.removeprefix("bench/").removesuffix(".py") not in loose:
            yield f"{file.path}: is loose in bench/; give it a room"


def no_circle(sources: Sources) -> Iterator[str]:
    """No modules, and no rooms, import each other in a circle.

    A package's face is imported before its modules, so that what its modules import of it is no way back.
    """
    modules = {file.module: sources.ours(file) for file in sources.files}
    inner = {name: {other for other in others if not within(name, (other,))} for name, others in modules.items()}
    rooms: dict[str, set[str]] = {}
    for name, others in modules.items():
        rooms.setdefault(room(name), set()).update(room(other) for other in others if room(other) != room(name))
    for group in (*circles(inner), *circles(rooms)):
        yield f"{', '.join(sorted(group))}: import each other"


def circles(arrows: Mapping[str, Collection[str]]) -> list[set[str]]:
    """The groups of nodes that reach each other."""
    reached = {node: _reach(arrows, node) for node in arrows}
    return [group for node in arrows if len(group := {n for n in reached[node] if node in reached.get(n, ())}) > 1]


def _reach(arrows: Mapping[str, Collection[str]], start: str) -> set[str]:
    seen, todo = set[str](), [start]
    while todo:
        new = set(arrows.get(todo.pop(), ())) - seen
        seen |= new
        todo += new
    return seen


def entered(sources: Sources) -> dict[str, str]:
    """Modules inside a room that another room imports by their own name, with one that does."""
    return {
        other: file.path
        for file in sources.files
        for other in sources.ours(file)
        if room(other) != file.room and other.count(".") > 1
    }


def by_the_face(sources: Sources, doors: Collection[str]) -> Iterator[str]:
    """Another room is imported through its face, but for the written doors."""
    for door, path in entered(sources).items():
        if door not in doors:
            yield f"{path}: enters {door} beside its face; write a new door down with its reason"


def _banned(sources: Sources, rooms: tuple[str, ...], banned: tuple[str, ...]) -> Iterator[str]:
    for file in sources.under(*rooms):
        for name in file.imports():
            if within(name, banned):
                yield f"{file.path}: imports {name}"


def right_side_reads_tables(sources: Sources) -> Iterator[str]:
    """Statistics and report know nothing of what fills the tables."""
    banned = ("lm_eval", *SOCKETS, *STARTS_PROCESSES, *(f"bench.{name}" for name in LEFT))
    yield from _banned(sources, ("stats", "report"), banned)


def statistics_are_numbers(sources: Sources) -> Iterator[str]:
    """`stats` imports numpy and scipy alone."""
    known = ("bench.stats", "numpy", "scipy", *sys.stdlib_module_names)
    for file in sources.under("stats"):
        for name in file.imports():
            if not within(name, known):
                yield f"{file.path}: imports {name}"


def providers_are_pure(sources: Sources) -> Iterator[str]:
    """`providers` do no I/O."""
    banned = ("os", "asyncio", "threading", "ssl", "time", "bench.engine", "bench.journal", *SOCKETS, *STARTS_PROCESSES)
    yield from _banned(sources, ("providers",), banned)
    for file in sources.under("providers"):
        for name in {"open", "print", "input", "exec", "eval", "read_text", "write_text"} & file.called():
            yield f"{file.path}: calls {name}"


def reference_is_imported_by_nothing(sources: Sources) -> Iterator[str]:
    """What writes the reference pages is a command."""
    for file in sources.files:
        if file.room != "reference" and any(within(name, ("bench.reference",)) for name in file.imports()):
            yield f"{file.path}: imports bench.reference"


def few_know_lm_eval(sources: Sources, users: Collection[str]) -> Iterator[str]:
    """lm-eval and its data sets are behind these modules."""
    for file in sources.files:
        if file.module not in users and any(within(name, ("lm_eval", "datasets")) for name in file.imports()):
            yield f"{file.path}: imports lm_eval"
