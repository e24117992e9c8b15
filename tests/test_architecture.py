"""The shape that DESIGN promises: who may import what, what start-up costs, and that everything public is explained."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "bench").rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
IDS = [str(path.relative_to(ROOT)) for path in SOURCES]

STARTS_PROCESSES = ("subprocess", "multiprocessing", "concurrent.futures.process", "pty")
SOCKETS = ("socket", "httpx", "requests", "aiohttp", "urllib.request", "urllib3", "http.client", "http.server")
PROCESS_CALLS = {"fork", "forkpty", "system", "popen", "posix_spawn", "startfile"}


def module(path: Path) -> str:
    """The dotted name of a source file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Everything a file imports, at once, lazily or for its types: `from a import b` gives a and a.b."""
    return {name for node in ast.walk(TREES[path]) for name in _imported(node)}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports are not used here"
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def folder(name: str) -> list[Path]:
    found = [path for path in SOURCES if within(module(path), (f"bench.{name}",))]
    assert found, f"bench/{name} has no sources"
    return found


@pytest.mark.parametrize("package", ["stats", "report"])
def test_the_right_side_reads_tables_only(package: str) -> None:
    left = ("engine", "providers", "pipeline", "journal", "scoring", "weights", "sandbox", "suites", "registry", "plan")
    banned = ("lm_eval", *SOCKETS, *STARTS_PROCESSES, *(f"bench.{name}" for name in left))
    for path in folder(package):
        assert not {name for name in imports(path) if within(name, banned)}, path


def test_statistics_know_no_files_and_no_report() -> None:
    for path in folder("stats"):
        assert not {
            name for name in imports(path) if within(name, ("bench.report", "bench.records.folder", "pandas"))
        }, path


def test_providers_are_pure() -> None:
    banned = ("os", "asyncio", "threading", "ssl", "time", "bench.engine", "bench.journal", *SOCKETS, *STARTS_PROCESSES)
    for path in folder("providers"):
        assert not {name for name in imports(path) if within(name, banned)}, path
        assert not {"open", "print", "input", "exec", "eval", "read_text", "write_text"} & called(path), path


def test_nothing_imports_what_writes_the_reference_pages() -> None:
    for path in SOURCES:
        if not within(module(path), ("bench.reference",)):
            assert not {name for name in imports(path) if within(name, ("bench.reference",))}, path


def called(path: Path) -> set[str]:
    """The last name of everything a file calls."""
    calls = [node.func for node in ast.walk(TREES[path]) if isinstance(node, ast.Call)]
    return {f.id if isinstance(f, ast.Name) else f.attr for f in calls if isinstance(f, ast.Name | ast.Attribute)}


def test_a_runs_record_is_passed_as_its_type_never_as_a_mapping() -> None:
    """run.json is a `RunRecord` wherever it is read: no mapping is called manifest, and no key is looked up in one."""
    for path in SOURCES:
        for node in ast.walk(TREES[path]):
            if isinstance(node, ast.arg | ast.AnnAssign):
                name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
                annotation = ast.unparse(node.annotation) if node.annotation else ""
                assert name != "manifest" or not annotation.startswith(("Mapping", "dict")), path
            if isinstance(node, ast.Subscript):
                assert ast.unparse(node.value).rpartition(".")[2] != "manifest", path


def test_only_the_transport_and_the_weights_open_sockets() -> None:
    users = {module(path) for path in SOURCES if any(within(name, SOCKETS) for name in imports(path))}
    users -= {name for name in users if within(name, ("bench.sandbox",))}  # see the next test
    assert users <= {
        "bench.engine.transport",
        "bench.engine.exchange",
        "bench.engine.http1",
        "bench.engine.runner",
        "bench.weights.fetch",
        "bench.weights.child",
    }
    clients = {"AsyncClient", "Client", "get", "post", "stream", "request", "create_connection", "socket", "urlopen"}
    for name in ("exchange", "runner"):
        path = ROOT / "bench" / "engine" / f"{name}.py"
        used = {
            node.attr
            for node in ast.walk(TREES[path])
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "httpx"
        }
        assert not used & clients, f"{path} uses httpx for types and errors only"


def test_the_sandbox_opens_socket_pairs_and_takes_over_descriptors_only() -> None:
    for path in folder("sandbox"):
        assert not {name for name in imports(path) if within(name, SOCKETS)} - {"socket"}, path
        for node in ast.walk(TREES[path]):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "socket":
                known = {"SHUT_WR", "recv_fds", "send_fds", "socket", "socketpair"}
                assert node.attr in known | {"SOL_SOCKET", "SO_PASSCRED", "SCM_CREDENTIALS", "CMSG_SPACE"}, path
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "socket.socket":
                assert [keyword.arg for keyword in node.keywords] == ["fileno"], path


def test_only_sandbox_and_weights_start_processes() -> None:
    for path in SOURCES:
        if within(module(path), ("bench.sandbox", "bench.weights", "bench.doctor.calibration")):
            continue
        assert not {name for name in imports(path) if within(name, STARTS_PROCESSES)}, path
        attributes = {
            node.attr
            for node in ast.walk(TREES[path])
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os"
        }
        assert not attributes & PROCESS_CALLS, path
        assert not {name for name in attributes if name.startswith(("exec", "spawn"))}, path


def test_only_replay_and_registry_know_lm_eval() -> None:
    users = {module(path) for path in SOURCES if any(within(name, ("lm_eval", "datasets")) for name in imports(path))}
    assert users == {
        "bench.registry.chat",
        "bench.registry.loaded",
        "bench.registry.stock",
        "bench.registry.stockcode",
        "bench.scoring.replay",
        "bench.registry.items",
    }


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


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Public names without a docstring: the module, functions, classes and their methods, dataclass fields."""
    if tree.body and not ast.get_docstring(tree):
        yield "the module"
    yield from _undocumented_in(tree, "")


def _undocumented_in(parent: ast.Module | ast.ClassDef, prefix: str) -> Iterator[str]:
    for at, node in enumerate(parent.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_"):
                continue
            if not ast.get_docstring(node):
                yield prefix + node.name
            if isinstance(node, ast.ClassDef):
                yield from _undocumented_in(node, f"{prefix}{node.name}.")
        elif isinstance(parent, ast.ClassDef) and isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            private = node.target.id.startswith("_") or "ClassVar" in ast.unparse(node.annotation)
            after = parent.body[at + 1] if at + 1 < len(parent.body) else None
            if not private and not _is_text(after):
                yield f"{prefix}{node.target.id}"


def _is_text(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_everything_public_is_explained(path: Path) -> None:
    assert list(undocumented(TREES[path])) == []


def test_the_check_itself_sees_what_is_missing() -> None:
    tree = ast.parse("class A:\n    b: int\n    def c(self): ...\n    _d: int\ndef _e(): ...\nasync def f(): ...\n")
    assert list(undocumented(tree)) == ["the module", "A", "A.b", "A.c", "f"]


def only_holds_data(tree: ast.Module) -> bool:
    """Whether a module is imports, constants and classes whose methods are a docstring and a statement or two."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return not {*tree.body} & {*functions} and all(len(node.body) <= 3 for node in functions)


def test_a_module_with_a_function_of_its_own_holds_more_than_data() -> None:
    assert only_holds_data(ast.parse("A = 1\nclass B:\n    c: int\n    def d(self):\n        return 1\n"))
    assert not only_holds_data(ast.parse("A = 1\ndef f(): ...\n"))
    assert not only_holds_data(
        ast.parse("class B:\n    def d(self):\n        a = 1\n        b = 2\n        c = 3\n        d = 4\n")
    )


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_files_and_functions_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= (450 if only_holds_data(TREES[path]) else 350)
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 80, node.name


def test_statistics_know_numpy_and_scipy_alone() -> None:
    for path in folder("stats"):
        known = ("bench.stats", "numpy", "scipy", *sys.stdlib_module_names)
        assert not {name for name in imports(path) if not within(name, known)}, path


PARTS = {"quality", "score", "cost", "latency", "time"}
"""Keys and nouns of a claim's parts."""
COLUMNS_AND_COMMANDS = {
    "bench.gate.file": "a sample's fields",
    "bench.importers.csvfile": "columns of a CSV file",
    "bench.registry.checks": "a metric of lm-eval",
}
"""Modules that compare such a word where it names something else."""


def compared(tree: ast.AST) -> Iterator[str]:
    """The texts that comparisons, `in` tuples included, and match cases choose by."""
    for node in ast.walk(tree):
        sides: list[ast.AST] = []
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.match_case):
            sides = [node.pattern]
        for side in sides:
            wanted = ast.walk(side) if isinstance(side, ast.Tuple | ast.List | ast.Set | ast.pattern) else [side]
            yield from (n.value for n in wanted if isinstance(n, ast.Constant) and isinstance(n.value, str))


def test_a_part_of_a_claim_is_chosen_by_name_in_its_own_folder_alone() -> None:
    """Also not by a mapping from two or more parts' keys, in what judges claims or shows verdicts."""
    for path in SOURCES:
        if within(module(path), ("bench.claims.parts", *COLUMNS_AND_COMMANDS)):
            continue
        assert not PARTS & set(compared(TREES[path])), path
        if within(module(path), ("bench.claims", "bench.gate", "bench.report.page.verdict", "bench.report.charts")):
            for node in ast.walk(TREES[path]):
                keys = {k.value for k in node.keys if isinstance(k, ast.Constant)} if isinstance(node, ast.Dict) else ()
                assert len(PARTS & set(keys)) < 2, path


LAYERS = (
    ("clean", "errors", "hooks", "stats"),
    ("records", "sandbox", "weights"),
    ("providers", "prices", "registry", "scoring", "suites", "journal", "importers", "claims"),
    ("config", "plan", "gate", "report"),
    ("engine", "costs", "evidence"),
    ("doctor",),
    ("run",),
    ("cli", "reference", "__main__", "bench"),
)
"""Rooms by layer, the ground first; `bench` is the package's own face."""
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
LOOSE = {"__init__", "__main__", "errors", "hooks", "journal", "plan"}
MODULES = {module(path): path for path in SOURCES}
ALONE = "loaded alone: a command pays for what it does, and listing loads no grader, chart, server or lm-eval"
NAMESAKE = "its function has the module's name"
VOCABULARY = "its names read with the module's: column.table, tables.every, ladder.rungs, note.warning"
DOORS = {
    **dict.fromkeys(
        (
            "bench.claims.totals",
            "bench.config.consent",
            "bench.doctor.calibrated",
            "bench.doctor.calibration",
            "bench.prices.book",
            "bench.prices.build",
            "bench.prices.reading",
            "bench.registry.lint",
            "bench.registry.own",
            "bench.registry.versions",
            "bench.report.charts",
            "bench.report.charts.forest",
            "bench.report.charts.timeline",
            "bench.report.numbers.latency",
            "bench.report.page",
            "bench.report.redact",
            "bench.report.verify",
            "bench.report.write",
            "bench.run.confirm",
            "bench.run.describe",
            "bench.scoring.database",
            "bench.scoring.extract",
            "bench.scoring.graders",
            "bench.scoring.item",
            "bench.scoring.numbers",
            "bench.scoring.replay",
            "bench.scoring.schema",
            "bench.scoring.unwrap",
            "bench.scoring.values",
            "bench.weights.catalog",
            "bench.weights.fetch",
            "bench.weights.server",
            "bench.weights.store",
        ),
        ALONE,
    ),
    **dict.fromkeys(
        (
            "bench.config.environment",
            "bench.config.load",
            "bench.costs.estimate",
            "bench.costs.machine",
            "bench.costs.reprice",
            "bench.run.ask",
            "bench.run.execute",
            "bench.run.prepare",
            "bench.run.probe",
            "bench.run.rescore",
        ),
        NAMESAKE,
    ),
    **dict.fromkeys(
        (
            "bench.claims.parts",
            "bench.records.note",
            "bench.registry.items",
            "bench.report.text.column",
            "bench.report.text.formats",
            "bench.report.text.grid",
            "bench.report.text.measures",
            "bench.report.text.probetext",
            "bench.report.text.tables",
            "bench.sandbox.grade",
            "bench.sandbox.ladder",
            "bench.stats.bridge",
            "bench.stats.forecast",
            "bench.stats.holm",
        ),
        VOCABULARY,
    ),
}
"""Modules that another room may import by their own name, and why they are not behind the room's face."""


def room(name: str) -> str:
    """The room a module stands in: a folder of bench/, or a loose file."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "bench"


def imported_modules(path: Path) -> set[str]:
    """The modules of ours that a file imports, at once, lazily or for its types."""
    names: set[str] = set()
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {_nearest(name) for name in names if within(name, ("bench",))} - {module(path)}


def _nearest(name: str) -> str:
    while name not in MODULES:
        name = name.rpartition(".")[0]
    return name


def test_every_room_has_its_layer_and_loose_files_are_few() -> None:
    assert {room(name) for name in MODULES} == set(LEVEL)
    assert {path.stem for path in (ROOT / "bench").glob("*.py")} == LOOSE


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_imports_go_downwards_only(path: Path) -> None:
    level = LEVEL[room(module(path))]
    assert not {name for name in imported_modules(path) if LEVEL[room(name)] > level}


def circles(arrows: Mapping[str, Collection[str]]) -> list[set[str]]:
    """The groups of nodes that reach each other."""
    reached = {node: _reach(arrows, node) for node in arrows}
    return [group for node in arrows if len(group := {n for n in reached[node] if node in reached[n]}) > 1]


def _reach(arrows: Mapping[str, Collection[str]], start: str) -> set[str]:
    seen, todo = set[str](), [start]
    while todo:
        new = set(arrows.get(todo.pop(), ())) - seen
        seen |= new
        todo += new
    return seen


def test_no_circle_of_rooms_and_none_of_modules() -> None:
    modules = {name: imported_modules(path) for name, path in MODULES.items()}
    # A package's face is imported before its modules, so that what its modules import of it is no way back.
    inner = {name: {other for other in others if not within(name, (other,))} for name, others in modules.items()}
    assert not circles(inner)
    rooms: dict[str, set[str]] = {}
    for name, others in modules.items():
        rooms.setdefault(room(name), set()).update(room(other) for other in others if room(other) != room(name))
    assert not circles(rooms)
    assert circles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})


def test_other_rooms_are_entered_by_their_face() -> None:
    entered = {
        other
        for name, path in MODULES.items()
        for other in imported_modules(path)
        if room(other) != room(name) and other.count(".") > 1
    }
    assert entered == set(DOORS), "write a new door down with its reason, and take an unused one out"


def test_class_names_are_unique() -> None:
    names = Counter(node.name for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert not [name for name, times in names.items() if times > 1 and not name.startswith("_")]


WRITES = {
    "chmod", "link_to", "hardlink_to", "makedirs", "mkdir", "removedirs", "rename", "renames", "rmdir", "rmtree",
    "symlink", "symlink_to", "touch", "truncate", "unlink", "write_bytes", "write_text", "copyfile", "copytree", "move",
}  # fmt: skip
"""Methods and functions that change a file by its path; ours of these names take a folder first."""
WRITERS = {
    "bench.clean.files": "opens for reading, and nothing else",
    "bench.records.files": "the one room of writing below a run folder",
    "bench.cli.summary": "the page of a workflow's summary, which the environment names",
    "bench.journal": "the journal's own folder",
    "bench.prices.build": "the price list of this repository",
    "bench.reference": "docs/ of this repository",
    "bench.registry.own.create": "the user's task folder",
    "bench.registry.versions": "the user's task folder",
    "bench.report.verify": "a scratch folder of its own",
    "bench.sandbox": "scratch files of its own",
    "bench.suites": "the items of this repository",
    "bench.weights": "the cache of weights",
    "bench.doctor.calibrated": "makes the results folder",
}
"""Who may change files without that room, and where."""


def changed_files(tree: ast.AST) -> Iterator[str]:
    """Calls that may write, move or remove a file by its path."""
    ours = {alias.asname or alias.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for alias in n.names}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        whose = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if name in WRITES and (whose or name not in ours):
            yield ast.unparse(node.func)
        if whose in ("os", "shutil") and name in ("replace", "remove", "link", "open", "mkfifo", "copy", "copy2"):
            yield ast.unparse(node.func)
        if name == "open" and any(
            isinstance(part, ast.Constant) and isinstance(part.value, str) and set(part.value) & set("wax+")
            and set(part.value) <= set("rwaxbt+")
            for part in [*node.args, *(keyword.value for keyword in node.keywords)]
        ):  # fmt: skip
            yield ast.unparse(node)


def test_files_are_changed_in_one_room() -> None:
    found = {name for name, path in MODULES.items() if any(changed_files(TREES[path]))}
    assert {name for name in found if not within(name, tuple(WRITERS))} == set()
    assert {each for each in WRITERS if not any(within(name, (each,)) for name in found)} == set(), "take it out"


READERS = {
    "bench.clean.files": "the one door",
    "bench.records.files": "what it has just made",
    "bench.cli.report": "the comparison that the same command has just written",
    "bench.cli.summary": "writes only",
    "bench.config.consent": "the user's own agreements, in the data folder",
    "bench.doctor.calibration": "a file of results/ that this machine measured",
    "bench.evidence": "published files by sha256, in this repository",
    "bench.engine.saturation": "the kernel's counters",
    "bench.prices": "the price list of this repository",
    "bench.importers.streamed": "a part that it has just written",
    "bench.records.parquet": "a file that the door has opened",
    "bench.records.machine": "the kernel's description of the processor",
    "bench.reference": "docs/ of this repository",
    "bench.registry": "task files, whose author's code runs anyway",
    "bench.report.page.build": "files of the package, and charts that the same command has just drawn",
    "bench.sandbox": "scratch files and the kernel's counters",
    "bench.suites": "the items of this repository",
    "bench.weights": "the cache of weights",
}
"""Who may open files without the door that knows links, devices and bounds, and which."""


def test_files_of_others_are_opened_through_one_door() -> None:
    found = set()
    for name, path in MODULES.items():
        for node in ast.walk(TREES[path]):
            called = node.func if isinstance(node, ast.Call) else None
            named = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            whose = ast.unparse(called.value) if isinstance(called, ast.Attribute) else ""
            if named in ("read_text", "read_bytes", "open") and whose not in ("clean", "webbrowser"):
                found.add(name)
            if named == "ParquetFile" or f"{whose}.{named}" in ("pyarrow.parquet.read_table", "pd.read_parquet"):
                found.add(name)
    assert {name for name in found if not within(name, tuple(READERS))} == set()
    assert {each for each in READERS if not any(within(name, (each,)) for name in found)} == set(), "take it out"


def test_the_check_itself_sees_what_changes_a_file() -> None:
    text = (
        "p.write_text('x')\nopen(p, 'w')\np.open(mode='ab')\nos.replace(a, b)\nshutil.rmtree(p)\np.unlink()\n"
        "open(p)\np.open('rb')\nopen(p, encoding='utf-8')\n'a'.replace('b', 'c')\nreplace(a, b=1)\n"
        "from bench.records import write_text\nwrite_text(p, 'a', 'b')\n"
    )
    assert len([*changed_files(ast.parse(text))]) == 6


def test_the_terminal_is_spoken_to_through_its_cleaner() -> None:
    for path in folder("cli"):
        if module(path) == "bench.cli.terminal":
            continue
        for node in ast.walk(TREES[path]):
            said = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            assert said not in ("click.echo", "click.secho", "print", "sys.stdout.write", "sys.stderr.write"), path
            if said.endswith("console.print"):
                assert isinstance(node, ast.Call)
                assert not isinstance(node.args[0], ast.JoinedStr | ast.Constant), path
