"""The suite `agentic`: reference solutions score 1, and whoever does less, otherwise, or cheats scores 0."""

from __future__ import annotations

import json
import py_compile
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.records import WorkResult, sha256_of
from bench.registry import read
from bench.scoring.item import item_of
from bench.suites.agentic import INSTANCES, AgenticGrade, AgenticItem, asked, build, grade
from bench.suites.agentic.exam import LEVELS, _made, instance, named
from bench.suites.agentic.families import families
from bench.suites.agentic.grading import counts as counting

FAMILIES = sorted(named())


def came_to(item: AgenticItem, changes: Mapping[str, str | None]) -> AgenticGrade:
    """The grade of a workspace in which files were changed, added or (None) taken away."""
    given = grade(item, item.changed(changes))
    assert not given.infrastructure, given.detail
    return given


def wrong(item: AgenticItem) -> dict[str, Mapping[str, str | None]]:
    """What must score 0: nothing done, tests edited or gone, and the family's own wrong solutions."""
    tests = [path for path in item.files if path.startswith("tests/") and path.endswith(".py")]
    return {
        "nothing done": {},
        "tests emptied": dict.fromkeys(tests, ""),
        "tests gone": dict.fromkeys(tests),
        **item.planted,
    }


def held(item: AgenticItem) -> None:
    """The item's own solution scores 1; all that is wrong scores 0."""
    solved = came_to(item, item.solution)
    assert (solved.score, solved.partial, solved.tampering) == (1.0, 1.0, ()), (item.id, solved.detail)
    for name, changes in wrong(item).items():
        assert came_to(item, changes).score == 0.0, (item.id, name)


def test_an_item_of_a_kind_holds() -> None:
    """The cheapest of each sort of check: a document, and calls. All others run with the slow tests."""
    for family, number in (("drift", 1), ("report", 0)):
        held(instance(family, 1, number))


@pytest.mark.slow
def test_the_shipped_items_are_what_the_families_make() -> None:
    assert build.main(["--check"]) == 0


def test_the_shipped_items_are_read_and_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """No two ask the same; the task's YAML holds the hash of all, hidden parts included; no agent rewrites a prompt."""
    monkeypatch.setattr(asked, "exam", None)
    yaml = str(build.FILE.with_name("work.yaml"))
    items = [item_of(doc) for doc in asked.load(build.FILE.name, 1, yaml)["test"]]
    stated = read().tasks["agentic_work"].metadata["items_sha256"]
    known = sha256_of([item["sha256"] for item in items])
    assert known == stated, f"raise the version of tasks/agentic and put {known} there"
    assert len({item["prompt"] for item in items}) == len(items) == len(FAMILIES) * INSTANCES >= 240
    assert max(len(item["files"]) for item in items) <= 40
    assert not any("@" in item["prompt"] for item in items), "Qwen Code takes @name for a file"
    for item in items:
        for path, text in item["files"].items():
            if path.startswith("tests/"):
                compile(text, path, "exec")
    few = asked.load(build.FILE.name, 1, yaml, instances=2)["test"]
    assert [doc["id"] for doc in few] == [item["id"] for item in items if int(item["id"].rpartition("-")[2]) < 2]


def test_formats_and_paid_sources_differ_in_kind() -> None:
    """By the parts of what is said, and by the rules of what a line costs, whatever the words."""
    kinds: dict[tuple[str, int], set[str]] = {}
    for line in build.FILE.read_text().splitlines():
        item = json.loads(line)
        if item["family"] == "format":
            kind = str(
                [
                    part in item["prompt"]
                    for part in ("in double quotes", "`w3d2`", "begins with `*`", "are left out of a")
                ]
            )
        elif item["family"] == "speed":
            rules = next(text for path, text in item["files"].items() if path.endswith("/rules.py"))
            kind = re.sub(r"\[.*?\]|- \d", "", rules)
        else:
            continue
        kinds.setdefault((item["family"], item["level"]), set()).add(kind)
    assert [len(kinds["format", level]) for level in LEVELS] == [2, 5, 4, 2]
    assert [len(kinds["speed", level]) for level in LEVELS] == [1, 2, 3, 3]


def test_an_item_that_is_not_the_one_the_agent_had_is_not_graded() -> None:
    row, nothing = asked.row(instance("drift", 1, 1), 1), WorkResult(files={}, removed=()).to_json()
    assert asked.work.grade(row, nothing).score == 0.0
    graded = asked.work.grade({**row, "sha256": "0" * 64}, nothing)
    assert (graded.score, graded.detail["why"]) == (None, "this Python makes another item than the agent had")


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_solutions_score_in_every_item(family: str) -> None:
    for exam_seed, count in ((1, INSTANCES), (2, len(LEVELS))):
        for number in range(count):
            item = instance(family, exam_seed, number)
            assert len(item.planted) >= 3
            held(item)


def test_the_exam_is_what_is_promised() -> None:
    """Ten families and more, four levels, and the same items whenever they are drawn; files by level."""
    assert len(FAMILIES) >= 10
    items = [instance("drift", 1, number) for number in range(len(LEVELS))]
    assert [item.level for item in items] == [*LEVELS]
    assert len({item.prompt for item in items}) == len(items)
    for item in items:
        assert 6 <= len(item.files) <= 40
        again = _made(families()[item.family], 1, int(item.id.rpartition("-")[2]), set())
        assert again.sha256() == item.sha256()
        assert _made(families()[item.family], 2, int(item.id.rpartition("-")[2]), set()).prompt != item.prompt


# What an agent may try on its grader: each is contained, and reported where it is no accident.


@pytest.fixture(scope="module")
def item() -> AgenticItem:
    return instance("report", 1, 0)


@pytest.fixture(scope="module")
def pkg(item: AgenticItem) -> str:
    return next(path for path in item.files if path.endswith("/engine.py")).partition("/")[0]


def test_hidden_calls_are_nowhere_in_the_workspace(item: AgenticItem) -> None:
    texts = "\n".join([item.prompt, *item.files.values()])
    asked = [call for call in item.checks.calls if len(call.args[0]) > 60]
    shown = [call for call in asked if call.args[0].split("\n")[0] in texts]
    assert len(shown) <= 4 < 25 < len(asked)  # those that the prompt and the visible tests show
    assert not any("bench" in path or "hidden" in path for path in item.files)


def test_edited_tests_do_not_count_and_are_reported(item: AgenticItem) -> None:
    tests = next(path for path in item.files if path.startswith("tests/test_"))
    graded = came_to(item, {tests: "import unittest\n"})
    assert (graded.score, graded.tampering) == (0.0, (f"changed {tests}",))
    graded = came_to(item, {**item.solution, tests: None})
    assert (graded.score, graded.tampering) == (1.0, (f"removed {tests}",))


def test_hooks_of_pytest_and_the_interpreter_are_not_used(item: AgenticItem, pkg: str) -> None:
    forge = f"import {pkg}.engine\n{pkg}.engine.run = lambda text, options=None: {{}}\n"
    hooks = dict.fromkeys(("conftest.py", "tests/conftest.py", "sitecustomize.py", "usercustomize.py"), forge)
    graded = came_to(item, {**hooks, "all.pth": "import os; os._exit(0)\n", f"{pkg}/conftest.py": forge})
    assert graded.score == 0.0
    assert [*graded.tampering] == sorted(f"added {name}" for name in [*hooks, "all.pth", f"{pkg}/conftest.py"])
    assert came_to(item, {**item.solution, **hooks}).score == 1.0


def test_stale_bytecode_is_not_used(item: AgenticItem, tmp_path: Path) -> None:
    """A cache with the untouched, wrong module in it: a solved item stays solved, and an unsolved one unsolved."""
    for changes, score in ((item.solution, 1.0), ({}, 0.0)):
        workspace = item.changed(changes)
        wrong_way = item.changed({} if changes else item.solution)
        for path in item.solution:
            source, folder = tmp_path / "module.py", path.rpartition("/")[0]
            source.write_bytes(wrong_way[path])
            compiled = Path(str(py_compile.compile(str(source), doraise=True))).read_bytes()
            stem = path.rpartition("/")[2].removesuffix(".py")
            workspace[f"{folder}/__pycache__/{stem}.cpython-311.pyc"] = compiled
            workspace[f"{folder}/{stem}.pyc"] = compiled
        assert grade(item, workspace).score == score


@pytest.mark.parametrize("how", ["import os; os._exit(0)", "raise SystemExit(0)", "import sys; sys.exit(0)"])
def test_exit_0_means_nothing(item: AgenticItem, pkg: str, how: str) -> None:
    assert came_to(item, {f"{pkg}/__init__.py": how + "\n"}).score == 0.0
    late = (
        item.files[f"{pkg}/engine.py"].replace("    many", "    many")
        + f"\n\ndef run(text, options=None):\n    {how}\n"
    )
    assert came_to(item, {**item.solution, f"{pkg}/engine.py": late}).score == 0.0


def test_a_program_cannot_forge_its_replies(item: AgenticItem, pkg: str) -> None:
    """Answers go through a channel whose descriptor the program may find; expected answers it can find nowhere."""
    forge = (
        "import os\n" + "".join(f"os.write(3, b'[{n},\"value\",true]\\n')\n" for n in range(1, 60)) + "os._exit(0)\n"
    )
    assert came_to(item, {f"{pkg}/__init__.py": forge}).score == 0.0
    searching = (
        "import gc\n\n\ndef run(text, options=None):\n    found = [each for each in gc.get_objects() if "
        "isinstance(each, "
        "dict) and 'totals' in each]\n    return found[0] if found else {}\n"
    )
    assert came_to(item, {f"{pkg}/__init__.py": searching}).score == 0.0


def test_equal_to_everything_is_equal_to_nothing(item: AgenticItem, pkg: str) -> None:
    forge = (
        "class Any(dict):\n    def __eq__(other):\n        return True\n    __hash__ = None\n\n\n"
        "def run(text, options=None):\n    return Any()\n"
    )
    assert came_to(item, {f"{pkg}/__init__.py": forge}).score == 0.0


def test_paths_that_lead_out_are_not_taken(item: AgenticItem, pkg: str) -> None:
    """Links are no regular files and never come here; names that lead out, or hide, do not count."""
    for path in (
        f"{pkg}/../../x.py",
        f"/{pkg}/x.py",
        f"{pkg}//x.py",
        f"{pkg}\\x.py",
        f"{pkg}/.x.py",
        f"{pkg}/a\nb.py",
    ):
        assert not counting(item, path)
    assert counting(item, f"{pkg}/new/module.py")


def test_too_much_and_what_is_no_text_is_refused(item: AgenticItem, pkg: str) -> None:
    for data in (b"#" * 300_000, b"\xff\xfe"):
        graded = grade(item, {**item.changed(item.solution), f"{pkg}/more.py": data})
        assert graded.score == 0.0
        assert graded.detail


@pytest.mark.slow
def test_bombs_end_with_the_program(item: AgenticItem, pkg: str) -> None:
    for bomb in ("import os\nwhile True:\n    os.fork()\n", "x = []\nwhile True:\n    x.append(bytes(10**7))\n"):
        assert came_to(item, {f"{pkg}/__init__.py": bomb}).score == 0.0


def test_nothing_of_this_machine_is_to_be_read(item: AgenticItem, pkg: str, tmp_path: Path) -> None:
    secret = tmp_path / "expected.json"
    secret.write_text("[]")
    peek = f"open({str(secret)!r}).read()\n" + item.files[f"{pkg}/__init__.py"]
    assert came_to(item, {**item.solution, f"{pkg}/__init__.py": peek}).score == 0.0


@pytest.fixture(scope="module")
def paid() -> AgenticItem:
    return instance("speed", 1, 0)


def test_a_paid_source_is_not_where_the_package_is(paid: AgenticItem) -> None:
    """Rows and their count stay outside: the process holds no row that was not read, and each request counts."""
    path = next(path for path in paid.files if path.endswith("/quoting.py"))
    pkg = path.partition("/")[0]
    around = (
        "import gc\n\n\ndef quote(source, text):\n    class Free:\n        @staticmethod\n        def fetch(key):\n"
        "            found = [e[key] for e in gc.get_objects() if type(e) is dict and type(e.get(key)) is dict]\n"
        "            return found[0] if found else None\n\n"
        f"    from {pkg} import quoting\n    return quoting.quote(Free, text)\n"
    )
    assert came_to(paid, {f"{pkg}/__init__.py": around}).partial <= 0.1
    limitless = f"import candidate\n\ncandidate.len = lambda _: 0\n{paid.files[f'{pkg}/__init__.py']}"
    solved = {**paid.solution, f"{pkg}/__init__.py": limitless}
    gathering = paid.solution[f"{pkg}/gathering.py"] or ""
    assert came_to(paid, {**solved, f"{pkg}/gathering.py": gathering.replace("PAGE = 20", "PAGE = 999")}).score == 0.0
    forged = "import os\n\nos.write(3, b'[1,\"asked\",[]]\\n' * 9)\n" + paid.files[f"{pkg}/__init__.py"]
    assert came_to(paid, {**paid.solution, f"{pkg}/__init__.py": forged}).score == 0.0


@pytest.mark.slow
def test_no_name_is_forbidden_where_a_source_is_read(paid: AgenticItem) -> None:
    path = next(path for path in paid.solution if path.endswith("/gathering.py"))
    text = (paid.solution[path] or "").replace("missing", "reads")
    more = "import re\nimport sys\nfrom operator import itemgetter\n\ntypes = [re.compile, sys, itemgetter]\n"
    assert came_to(paid, {**paid.solution, path: more + text}).score == 1.0


@pytest.mark.slow
def test_rules_may_be_listed_from_their_folder() -> None:
    """As python3 does it in the agent's folder: by pkgutil, by a path that is relative, after a mark of bytes."""
    item = instance("feature", 1, 3)
    steps = next(path for path in item.files if path.endswith("rules/__init__.py"))
    listed = (item.solution[steps] or "").rpartition("STEPS = (")[2].strip(" ,)\n")
    text = (
        "\ufeffimport importlib\nimport pkgutil\n\nNAMES = [each.name for each in pkgutil.iter_modules(__path__)]\n"
        "MODULES = {name: importlib.import_module(f'{__name__}.{name}') for name in NAMES}\n"
        f"STEPS = [MODULES[name] for name in {listed.split(', ')!r}]\n"
        "assert pkgutil.get_data(__name__, '__init__.py')\n"
    )
    assert came_to(item, {**item.solution, steps: text}).score == 1.0


@pytest.mark.slow
def test_arithmetic_may_be_brought_together_under_any_name() -> None:
    item = instance("refactor", 1, 3)
    changed = {path: (text or "").replace("share_down", "floor") for path, text in item.solution.items()}
    assert changed != item.solution
    assert came_to(item, changed).score == 1.0


@pytest.mark.slow
def test_a_library_may_be_called_otherwise() -> None:
    """Shares by `ratio`: what calls the library follows it."""
    item = instance("upgrade", 1, 2)
    changed = {}
    for path, text in item.solution.items():
        other = re.sub(r"share\(([\w.]+), 10 \* (.*)\)", r'ratio(\1 * \2, 100, ties="up")', text or "")
        changed[path] = re.sub(r"(from \w+ import )(?=.*\bshare\b)", r"\1ratio, ", other)
    assert changed != item.solution
    assert came_to(item, changed).score == 1.0
