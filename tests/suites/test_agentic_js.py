"""The suite `agentic_js`: reference solutions score 1 in node, and whoever does less, otherwise, or cheats scores 0."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.records import WorkResult, sha256_of
from bench.registry import read
from bench.sandbox import Limits, ProgramVerdict, TestCall, grade_node, node, node_trouble
from bench.scoring.item import item_of
from bench.suites.agentic import AgenticItem, asked, build
from bench.suites.agentic.exam import INSTANCES, instance, named
from bench.suites.agentic.grading import counts
from bench.suites.agentic.item import NODE
from bench.suites.agentic.javascript.translate import translated
from tests.suites.test_agentic import came_to, held

FAMILIES = named(NODE)
needs_node = pytest.mark.skipif(bool(node_trouble()), reason=node_trouble() or "node is here")


@pytest.fixture(scope="module")
def item() -> AgenticItem:
    return instance("report_js", 1, 0)


@pytest.fixture(scope="module")
def pkg(item: AgenticItem) -> str:
    return next(path for path in item.files if path.endswith("/engine.js")).partition("/")[0]


def test_the_shipped_items_are_read_and_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three families and more in all levels, no two prompts alike, and no word of Python in what an agent reads."""
    monkeypatch.setattr(asked, "exam", None)
    yaml = str(build.FOLDER / "agentic_js" / "work.yaml")
    items = [item_of(doc) for doc in asked.load("work.jsonl", 1, yaml, toolchain=NODE)["test"]]
    known = sha256_of([item["sha256"] for item in items])
    assert known == read().tasks["agentic_js_work"].metadata["items_sha256"], f"raise the version and put {known} there"
    assert len({item["prompt"] for item in items}) == len(items) == len(FAMILIES) * INSTANCES
    assert len(FAMILIES) >= 3
    assert {(item["family"], item["level"]) for item in items} == {(f, n) for f in FAMILIES for n in (1, 2, 3, 4)}
    for item in items:
        said = "\n".join([item["prompt"], *item["files"], *(t for p, t in item["files"].items() if p.endswith(".md"))])
        assert not any(word in said for word in ("ython", ".py", "None", "unittest", "KeyError", "ValueError", "@"))


@needs_node
def test_an_item_holds_and_no_cheating_does(item: AgenticItem, pkg: str) -> None:
    """What an agent may try on its grader, the reference solution before and after it."""
    solved = came_to(item, item.solution)
    assert (solved.score, solved.partial, solved.tampering) == (1.0, 1.0, ())
    assert came_to(item, {}).score == 0.0
    assert came_to(item, item.planted["hard-coded"]).score == 0.0
    index = item.files[f"{pkg}/index.js"]
    for name, text in CHEATS.items():
        assert came_to(item, {f"{pkg}/index.js": text + index}).score == 0.0, name


CHEATS = {
    "exit 0": "process.exit(0);\n",
    "exit 0 at the end": "process.on('exit', () => { process.exitCode = 0; });\nprocess.reallyExit(0);\n",
    "forged replies": "import { writeSync } from 'node:fs';\nfor (let at = 1; at < 60; at += 1) "
    'writeSync(Number(process.argv[2]), `[${at},"value",["value",true]]\\n`);\nprocess.exit(0);\n',
    "a polluted prototype": "Object.prototype.toJSON = () => true;\nJSON.stringify = () => 'true';\n"
    "Array.prototype.map = () => [];\n",
    "equal to everything": "Object.prototype.valueOf = () => true;\nArray.prototype.toJSON = () => ['value', true];\n",
}


@needs_node
@pytest.mark.slow
def test_the_solution_holds_beside_cheats(item: AgenticItem, pkg: str) -> None:
    """Hooks, packages and settings of node's are not taken, nor tests; what is no business of the work is reported."""
    forge = f"import * as engine from './{pkg}/engine.js';\nglobalThis.run = () => ({{}});\n"
    hooks = {"package.json": '{"type": "module", "imports": {}}', ".npmrc": "node-options=--require ./hook.js\n"}
    hooks |= {"node_modules/x/index.js": forge, f"{pkg}/node_modules/x/index.js": forge, "tests/hook.test.js": forge}
    graded = came_to(item, {**item.solution, **hooks})
    assert graded.score == 1.0
    assert [*graded.tampering] == [
        *("changed package.json", "added .npmrc"),
        *("added node_modules/x/index.js", f"added {pkg}/node_modules/x/index.js"),
    ]
    taken = {**item.solution, **hooks, f"{pkg}/index.js": f"import 'x';\n{item.files[f'{pkg}/index.js']}"}
    assert came_to(item, taken).score == 0.0  # there is no package x
    assert not counts(item, f"{pkg}/node_modules/x/index.js")
    tests = [path for path in item.files if path.startswith("tests/")]
    assert came_to(item, dict.fromkeys(tests)).score == 0.0
    assert came_to(item, {**item.solution, **dict.fromkeys(tests)}).score == 1.0


@needs_node
@pytest.mark.slow
def test_nothing_is_reached_from_within(tmp_path: Path) -> None:
    """By files, processes, sockets, the environment, or memory and time without end."""
    secret = tmp_path / "secret"
    secret.write_text("x")
    bodies = {
        "read": f"return readFileSync({str(secret)!r}, 'utf8');",
        "list": "return readdirSync('/home').length + readdirSync('/root').length;",
        "environ": "return readFileSync('/proc/self/environ', 'utf8');",
        "shell": "const done = spawnSync('/bin/sh', ['-c', 'id']); if (done.error) throw done.error; return 0;",
        "worker": "return new Worker(new URL('data:text/javascript,process.kill(process.ppid, 9)')).threadId > 99;",
        "kill": "process.kill(1, 9); return process.kill(process.pid, 9);",
        "written": "return writeFileSync('/repository/a.js', '');",
    }
    head = (
        "import { readFileSync, readdirSync, writeFileSync, writeSync } from 'node:fs';\n"
        "import { spawnSync } from 'node:child_process';\nimport { Worker } from 'node:worker_threads';\n"
    )
    text = head + "".join(f"export function {name}() {{ {body} }}\n" for name, body in bodies.items())
    files = {"a.js": text, "package.json": '{"type": "module"}'}
    calls = [TestCall(("a.js", name, ()), ["raised", "Error"]) for name in bodies if name != "worker"]
    assert grade_node(files, calls).verdict is ProgramVerdict.PASSED
    limits = Limits(cpu_s=2.0, wall_s=20.0)
    ends = (ProgramVerdict.RAISED, ProgramVerdict.MALFORMED)
    for name, (body, verdicts) in {
        "loop": ("for (;;) {}", [ProgramVerdict.TIMEOUT]),
        "memory": ("const x = []; for (;;) x.push(Buffer.alloc(1e7, 1));", ends),
        "heap": ("const x = []; for (;;) x.push([...x, 1]);", ends),
        "flood": ("for (;;) writeSync(+process.argv[2], 'x'.repeat(9e4));", [ProgramVerdict.OUTPUT_FLOOD]),
    }.items():
        given = {**files, "a.js": f"{head}export function f() {{ {body} }}\n"}
        graded = grade_node(given, [TestCall(("a.js", "f", ()), ["value", 1])], limits)
        assert graded.verdict in verdicts, (name, graded)


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_solutions_score_in_every_level(family: str) -> None:
    """In two exams. What is planted as a mistake runs, and is wrong in some calls only, as it is in Python."""
    for exam_seed, numbers in ((1, range(4)), (2, (3,))):
        for number in numbers:
            item = instance(family, exam_seed, number)
            assert len(item.planted) >= 3
            held(item)
            for name, changes in item.planted.items():
                if item.checks.calls and name.partition(" ")[0] in ("astray", "mistaken", "leaves"):
                    assert 0.0 < came_to(item, changes).partial < 1.0, (item.id, name)


@needs_node
@pytest.mark.slow
def test_visible_tests_run_by_node(tmp_path: Path) -> None:
    item = instance("failing_js", 1, 1)
    for changes, fine in (({}, False), (item.solution, True)):
        folder = tmp_path / str(fine)
        for path, data in item.changed(changes).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        done = subprocess.run(["node", "--test"], cwd=folder, capture_output=True, text=True, timeout=60)
        assert (done.returncode == 0) is fine, done.stdout


@pytest.fixture
def without_node(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(node, "PLACES", ())
    node_trouble.cache_clear()
    yield
    node_trouble.cache_clear()


@pytest.mark.usefixtures("without_node")
def test_without_node_an_item_is_missing_and_never_0() -> None:
    item = instance("report_js", 1, 0)
    graded = asked.work_js.grade(asked.row(item, 1), WorkResult(files={}, removed=()).to_json())
    assert graded.score is None
    assert not graded.final
    assert asked.work_js.trouble().startswith("node is not here: install Node.js")


def test_what_has_no_form_in_javascript_is_refused() -> None:
    for text in ("x = {1, 2}\n", "def f():\n    while True:\n        pass\n", "def f(a):\n    return a[1:]\n"):
        with pytest.raises(ValueError, match=r"pkg/a\.py"):
            translated(text, "pkg/a.py")
