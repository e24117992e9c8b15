"""The shape that the design promises, rule by rule: `tests/architecture/` has the rules, and here stand their lists.

Each rule is held against the package as it is, and against a file that breaks it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache, partial

import pytest

from tests.architecture import effects, names, rooms, size
from tests.architecture.sources import Sources, read, within

LAYERS = (
    ("clean", "errors", "hooks", "language", "late", "plugins", "stats"),
    ("records", "sandbox", "weights"),
    ("providers", "prices", "registry", "scoring", "suites", "journal", "importers", "claims", "traffic", "worlds"),
    ("config", "plan", "gate", "judging", "labels", "report"),
    ("engine", "costs", "evidence"),
    ("doctor", "loops", "proxy"),
    ("agents",),
    ("run",),
    ("cli", "reference", "__main__", "bench"),
)
"""Rooms by layer, the ground first; `bench` is the package's own face."""
LOOSE = {"__init__", "__main__", "errors", "hooks", "plan"}
ALONE = "loaded alone: a command pays for what it does, and listing loads no grader, chart, server or lm-eval"
NAMESAKE = "its function has the module's name"
SCHEMA = "types that only the published schemas are made from"
VOCABULARY = "its names read with the module's: column.table, tables.every, ladder.rungs, note.warning"
DOORS = {
    **dict.fromkeys(
        (
            "bench.claims.cascade",
            "bench.claims.totals",
            "bench.config.consent",
            "bench.doctor.calibrated",
            "bench.doctor.calibration",
            "bench.doctor.tools",
            "bench.doctor.tune",
            "bench.doctor.tools.table",
            "bench.prices.book",
            "bench.prices.build",
            "bench.proxy.agent",
            "bench.proxy.report",
            "bench.registry.lint",
            "bench.registry.own",
            "bench.registry.versions",
            "bench.report.charts",
            "bench.report.charts.forest",
            "bench.report.charts.timeline",
            "bench.report.eee",
            "bench.report.history",
            "bench.report.numbers.latency",
            "bench.report.numbers.load",
            "bench.report.numbers.similar",
            "bench.report.page",
            "bench.labels.serve",
            "bench.report.redact",
            "bench.report.traffic",
            "bench.report.verify",
            "bench.report.write",
            "bench.run.ceiling",
            "bench.run.cluster",
            "bench.run.confirm",
            "bench.run.judging",
            "bench.run.local",
            "bench.run.planning",
            "bench.run.recorded",
            "bench.run.describe",
            "bench.sandbox.inside.seccomp",
            "bench.scoring.database",
            "bench.scoring.episodes",
            "bench.scoring.extract",
            "bench.scoring.formats",
            "bench.scoring.graders",
            "bench.scoring.item",
            "bench.scoring.numbers",
            "bench.scoring.programs",
            "bench.scoring.replay",
            "bench.scoring.schema",
            "bench.scoring.unwrap",
            "bench.scoring.values",
            "bench.suites.agentic.harbor",
            "bench.suites.described",
            "bench.traffic.deciding",
            "bench.traffic.routes",
            "bench.weights.catalog",
            "bench.weights.engines",
            "bench.weights.fetch",
            "bench.weights.server",
            "bench.weights.store",
            "bench.weights.template",
        ),
        ALONE,
    ),
    **dict.fromkeys(
        (
            "bench.agents.locate",
            "bench.agents.presets",
            "bench.config.environment",
            "bench.config.load",
            "bench.costs.estimate",
            "bench.costs.machine",
            "bench.costs.reprice",
            "bench.run.ask",
            "bench.run.execute",
            "bench.run.prepare",
            "bench.run.load",
            "bench.run.probe",
            "bench.run.rescore",
        ),
        NAMESAKE,
    ),
    **dict.fromkeys(
        (
            "bench.claims.early",
            "bench.claims.parts",
            "bench.records.note",
            "bench.registry.items",
            "bench.report.text.column",
            "bench.report.text.formats",
            "bench.report.text.frame",
            "bench.report.text.grid",
            "bench.report.text.measures",
            "bench.report.text.loadtext",
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
    **dict.fromkeys(("bench.claims.shape", "bench.gate.shape", "bench.report.text.shape"), SCHEMA),
}
"""Modules that another room may import by their own name, and why they are not behind the room's face."""
WRITERS = {
    "bench.clean.files": "opens for reading, and nothing else",
    "bench.records.files": "the one room of writing below a run folder",
    "bench.cli.summary": "the page of a workflow's summary, which the environment names",
    "bench.journal": "the journal's own folder",
    "bench.prices.build": "the price list of this repository",
    "bench.reference": "docs/ of this repository",
    "bench.registry.own.create": "the user's task folder",
    "bench.report.verify": "a scratch folder of its own",
    "bench.sandbox": "scratch files of its own",
    "bench.suites": "the items of this repository",
    "bench.weights": "the cache of weights",
    "bench.doctor.calibrated": "makes the results folder",
    "bench.proxy": "its ledger and its socket, where the user names them",
    "bench.agents": "a scratch folder of its own, and a new folder that the user names",
}
"""Who may change files without that room, and where."""
READERS = {
    "bench.clean.files": "the one door",
    "bench.records.files": "what it has just made",
    "bench.agents": "its own preset file, the kernel's counters, an agent's scratch folder without its links",
    "bench.cli.demo": "files of the package",
    "bench.cli.report": "the comparison that the same command has just written",
    "bench.cli.summary": "writes only",
    "bench.config.consent": "the user's own agreements, in the data folder",
    "bench.evidence": "published files by sha256, in this repository",
    "bench.engine.saturation": "the kernel's counters",
    "bench.engine.station": "the package's own code, for its hash",
    "bench.prices": "the price list of this repository",
    "bench.proxy.listen": "a handle on the folder of its socket; it reads nothing",
    "bench.importers.streamed": "a part that it has just written",
    "bench.labels.page": "files of the package",
    "bench.language": "the catalogue of the package",
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
COLUMNS_AND_COMMANDS = {
    "bench.gate.file": "a sample's fields",
    "bench.importers.csvfile": "columns of a CSV file",
    "bench.registry.checks": "a metric of lm-eval",
}
"""Modules that compare such a word where it names something else."""
SOCKET_USERS = {
    "bench.engine.batching": False,
    "bench.engine.transport": True,
    "bench.engine.exchange": False,
    "bench.engine.http1": False,
    "bench.engine.lean": False,
    "bench.engine.slot": True,
    "bench.engine.runner": False,
    "bench.weights.fetch": True,
    "bench.weights.child": True,
    "bench.weights.engines": True,
    "bench.run.cluster": True,
    "bench.agents.attack": True,
    "bench.proxy.listen": True,
    "bench.labels.serve": True,
}
"""Who knows sockets, and whether to open them: the others use httpx for types and errors."""
STARTERS = (
    *("bench.agents", "bench.sandbox", "bench.weights", "bench.doctor.calibration", "bench.proxy.agent"),
    *("bench.loops",),  # somebody else's loop, which its user has installed
    "bench.suites.agentic.harborgrade",  # in a container of Harbor's, and there alone
)
"""Who starts processes."""
LM_EVAL = {
    "bench.registry.chat",
    "bench.registry.loaded",
    "bench.registry.stock",
    "bench.registry.stockcode",
    "bench.registry.templates",
    "bench.scoring.replay",
}
"""Who knows lm-eval."""
OTHER_WORDS = {
    "bench.providers.protocol": "a kind of fault: what the vendor refused, whatever the answer's outcome",
    "bench.cli.plans": "the suites that a plan refused, in its JSON",
    "bench.reference.tables": "an empty cell",
}
"""Modules in which a word that is also an outcome's means something else."""
ROWS = {
    "CodingFamily": "a family is one screen of 80 lines, and its functions stand in the order of their own definition",
    "Scene": "a row of a table of texts",
}
"""Records of many fields that are written by position."""
LISTS = {
    "_only": "names of options, any number of them",
    "one_of": "a word's values, any number",
    "first": "places in a log's record, any number",
    **ROWS,
}
"""What takes any number of like values."""
SOURCES = cache(read)
"""The package, read by the one process that holds the rules against it."""

pytestmark = pytest.mark.xdist_group("architecture")
Rule = Callable[[Sources], Iterator[str]]
RULES: dict[str, Rule] = {
    "imports go downwards": partial(rooms.only_downwards, layers=LAYERS),
    "few loose files": partial(rooms.few_loose_files, loose=LOOSE),
    "no circle": rooms.no_circle,
    "rooms are entered by their face": partial(rooms.by_the_face, doors=DOORS),
    "the right side reads tables": rooms.right_side_reads_tables,
    "statistics are numbers": rooms.statistics_are_numbers,
    "providers are pure": rooms.providers_are_pure,
    "nothing imports the reference": rooms.reference_is_imported_by_nothing,
    "few know lm-eval": partial(rooms.few_know_lm_eval, users=LM_EVAL),
    "few open sockets": partial(effects.few_open_sockets, users=SOCKET_USERS),
    "the sandbox has socket pairs only": effects.sandbox_has_socket_pairs_only,
    "few start processes": partial(effects.few_start_processes, starters=STARTERS),
    "files change in one room": partial(effects.files_change_in_one_room, writers=WRITERS),
    "others' files have one door": partial(effects.files_open_through_one_door, readers=READERS),
    "the terminal has a cleaner": effects.terminal_through_its_cleaner,
    "class names are unique": names.class_names_are_unique,
    "a part is chosen at home": partial(names.parts_are_chosen_at_home, elsewhere=COLUMNS_AND_COMMANDS),
    "outcomes are members": partial(names.outcomes_are_members, words=OTHER_WORDS),
    "a run's record is typed": names.a_runs_record_is_typed,
    "many fields have names": partial(names.many_fields_have_names, rows=ROWS),
    "many values have names": partial(names.many_values_have_names, lists=LISTS),
    "files and functions are short": size.short,
    "everything public is explained": size.explained,
}
"""Every rule under its name."""
LONG = "    a = 1\n" * 80
SIX = "".join(f"    {letter}: int\n" for letter in "abcdef")
BREACHES: list[tuple[str, dict[str, str]]] = [
    ("imports go downwards", {"bench/stats/odd.py": "from bench.records import RunRecord"}),
    ("imports go downwards", {"bench/claims/odd.py": "def f():\n    from bench.run import execute"}),
    ("imports go downwards", {"bench/gate/odd.py": "if TYPE_CHECKING:\n    import bench.cli.run"}),
    ("imports go downwards", {"bench/attic/odd.py": "import json"}),
    ("few loose files", {"bench/odd.py": "A = 1"}),
    ("no circle", {"bench/gate/a.py": "import bench.gate.b", "bench/gate/b.py": "def f():\n    import bench.gate.a"}),
    ("no circle", {"bench/gate/a.py": "import bench.report", "bench/report/b.py": "def f():\n    import bench.gate"}),
    ("rooms are entered by their face", {"bench/gate/odd.py": "from bench.claims.verdict import Verdict"}),
    ("the right side reads tables", {"bench/report/text/odd.py": "import httpx"}),
    ("the right side reads tables", {"bench/report/odd.py": "from bench import journal"}),
    ("statistics are numbers", {"bench/stats/odd.py": "import pandas"}),
    ("statistics are numbers", {"bench/stats/odd.py": "from bench import clean"}),
    ("providers are pure", {"bench/providers/odd.py": "import asyncio"}),
    ("providers are pure", {"bench/providers/odd.py": "print(open('a'))"}),
    ("nothing imports the reference", {"bench/cli/odd.py": "import bench.reference"}),
    ("few know lm-eval", {"bench/suites/odd.py": "from lm_eval.api import task"}),
    ("few open sockets", {"bench/costs/odd.py": "import urllib.request"}),
    ("few open sockets", {"bench/engine/runner.py": "import httpx\nhttpx.get('http://127.0.0.1')"}),
    ("the sandbox has socket pairs only", {"bench/sandbox/odd.py": "import socket\nsocket.socket()"}),
    ("the sandbox has socket pairs only", {"bench/sandbox/odd.py": "import socket\nsocket.create_connection(a)"}),
    ("the sandbox has socket pairs only", {"bench/sandbox/odd.py": "import httpx"}),
    ("few start processes", {"bench/report/odd.py": "import subprocess"}),
    ("few start processes", {"bench/report/odd.py": "import os\nos.execv(a, b)"}),
    ("files change in one room", {"bench/gate/odd.py": "p.write_text('x')"}),
    ("others' files have one door", {"bench/gate/odd.py": "p.read_text()"}),
    ("others' files have one door", {"bench/gate/odd.py": "open(p)"}),
    ("others' files have one door", {"bench/claims/odd.py": "pd.read_parquet(p)"}),
    ("the terminal has a cleaner", {"bench/cli/odd.py": "print('x')"}),
    ("the terminal has a cleaner", {"bench/cli/odd.py": "self.console.print(f'{x}')"}),
    ("class names are unique", {"bench/gate/a.py": "class Verdict: ...", "bench/claims/b.py": "class Verdict: ..."}),
    ("a part is chosen at home", {"bench/report/odd.py": "a = b == 'cost'"}),
    ("a part is chosen at home", {"bench/report/odd.py": "a = b in ('x', 'latency')"}),
    ("a part is chosen at home", {"bench/cli/odd.py": "match a:\n    case 'score': ..."}),
    ("a part is chosen at home", {"bench/gate/odd.py": "a = {'score': 1, 'cost': 2}"}),
    ("outcomes are members", {"bench/claims/odd.py": "a = b == 'truncated'"}),
    ("outcomes are members", {"bench/report/odd.py": "count('not_asked')"}),
    ("a run's record is typed", {"bench/claims/odd.py": "def f(manifest: Mapping[str, Any]): ..."}),
    ("a run's record is typed", {"bench/claims/odd.py": "def f(manifest): ..."}),
    ("a run's record is typed", {"bench/claims/odd.py": "manifest = json.loads(text)"}),
    ("a run's record is typed", {"bench/claims/odd.py": "manifests: list[dict[str, Any]] = []"}),
    ("a run's record is typed", {"bench/claims/odd.py": "from bench.run import describe as manifest"}),
    ("a run's record is typed", {"bench/claims/odd.py": "run.manifest['models']"}),
    ("a run's record is typed", {"bench/claims/odd.py": "run.manifest.get('models')"}),
    ("many fields have names", {"bench/gate/odd.py": f"@dataclass(frozen=True)\nclass A:\n{SIX}"}),
    ("many fields have names", {"bench/gate/odd.py": f"class A(NamedTuple):\n{SIX}A(1, 2, 3, d=4, e=5, f=6)"}),
    ("many values have names", {"bench/gate/odd.py": "def f(a, b, c, d, e, g): ...\nf(1, 2, 3, 4, 5, 6)"}),
    ("files and functions are short", {"bench/gate/odd.py": f"def f():\n{LONG}"}),
    ("files and functions are short", {"bench/gate/odd.py": "def f(): ...\n" + "a = 1\n" * 350}),
    ("files and functions are short", {"bench/gate/odd.py": "a = 1\n" * 401}),
    ("everything public is explained", {"bench/gate/odd.py": '"""M."""\ndef f(): ...'}),
]
"""Files that break a rule."""
ALLOWED: list[tuple[str, dict[str, str]]] = [
    ("files and functions are short", {"bench/gate/odd.py": "a = 1\n" * 400}),
    ("many fields have names", {"bench/gate/odd.py": f"@dataclass(frozen=True, kw_only=True)\nclass A:\n{SIX}"}),
    ("many fields have names", {"bench/gate/odd.py": f"@dataclass\nclass A:\n    z: int\n    _: KW_ONLY\n{SIX}"}),
    ("many values have names", {"bench/gate/odd.py": "min(1, 2, 3, 4, 5, 6)"}),
    ("a run's record is typed", {"bench/claims/odd.py": "def f(manifest: str): ..."}),
]
"""Files that come near it."""


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_package_keeps_the_rule(rule: Rule) -> None:
    assert sorted(rule(SOURCES())) == []


@pytest.mark.parametrize(("rule", "texts"), BREACHES, ids=[f"{rule}, {n}" for n, (rule, _) in enumerate(BREACHES)])
def test_a_breach_is_seen(rule: str, texts: dict[str, str]) -> None:
    assert list(RULES[rule](SOURCES().planted(texts)))


@pytest.mark.parametrize(("rule", "texts"), ALLOWED, ids=[f"{rule}, {n}" for n, (rule, _) in enumerate(ALLOWED)])
def test_what_comes_near_is_allowed(rule: str, texts: dict[str, str]) -> None:
    assert list(RULES[rule](SOURCES().planted(texts))) == []


def test_every_rule_has_a_breach() -> None:
    assert {rule for rule, _ in BREACHES} == set(RULES)


def test_no_exception_is_left_over() -> None:
    """What a list allows is there, and does it."""
    assert set(DOORS) <= set(rooms.entered(SOURCES())), "take an unused door out"
    assert {file.room for file in SOURCES().files} == {each for layer in LAYERS for each in layer}
    for users, packages in ((set(SOCKET_USERS), rooms.SOCKETS), (LM_EVAL, ("lm_eval", "datasets"))):
        using = {file.module for file in SOURCES().files if any(within(name, packages) for name in file.imports())}
        assert users <= using
    changing = {file.module for file in SOURCES().files if any(effects.changed_files(file.tree))}
    assert not {each for each in WRITERS if not any(within(name, (each,)) for name in changing)}
    opening = {file.module for file in SOURCES().files if any(effects.opened_files(file.tree))}
    assert not {each for each in READERS if not any(within(name, (each,)) for name in opening)}
    worded = {
        file.module
        for file in SOURCES().files
        if any(isinstance(node, ast.Constant) and node.value in names.OUTCOMES for node in file.nodes)
    }
    assert worded >= set(OTHER_WORDS)
    classes = {n.name for file in SOURCES().files for n in file.nodes if isinstance(n, ast.ClassDef)}
    assert classes >= set(ROWS)


def test_the_check_of_docstrings_sees_what_is_missing() -> None:
    tree = ast.parse("class A:\n    b: int\n    def c(self): ...\n    _d: int\ndef _e(): ...\nasync def f(): ...\n")
    assert list(size.undocumented(tree)) == ["the module", "A", "A.b", "A.c", "f"]


def test_a_module_with_a_function_of_its_own_holds_more_than_data() -> None:
    assert size.only_holds_data(ast.parse("A = 1\nclass B:\n    c: int\n    def d(self):\n        return 1\n"))
    assert not size.only_holds_data(ast.parse("A = 1\ndef f(): ...\n"))
    assert not size.only_holds_data(
        ast.parse("class B:\n    def d(self):\n        a = 1\n        b = 2\n        c = 3\n        d = 4\n")
    )


def test_the_check_of_files_sees_what_changes_one() -> None:
    text = (
        "p.write_text('x')\nopen(p, 'w')\np.open(mode='ab')\nos.replace(a, b)\nshutil.rmtree(p)\np.unlink()\n"
        "open(p)\np.open('rb')\nopen(p, encoding='utf-8')\n'a'.replace('b', 'c')\nreplace(a, b=1)\n"
        "from bench.records import write_text\nwrite_text(p, 'a', 'b')\n"
    )
    assert len([*effects.changed_files(ast.parse(text))]) == 6
