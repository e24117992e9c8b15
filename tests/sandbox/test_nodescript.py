"""Programs in JavaScript that read stdin and print: node runs them, what they print is compared outside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.errors import UsageError
from bench.sandbox import Limits, ProgramCase, ProgramVerdict, grade_node_program, node, node_program_trouble

needs_node = pytest.mark.skipif(bool(node_program_trouble()), reason=node_program_trouble() or "node is here")
CASE = ProgramCase("ab\nc\n", "2 1 0\n")
COUNTS = "split('\\n').map((line) => line.length).join(' ')"


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    [
        f"console.log(require('fs').readFileSync(0, 'utf8').{COUNTS});",
        f"const fs = require('node:fs');\nconsole.log(fs.readFileSync('/dev/stdin').toString().{COUNTS} + '  ');\n",
        f"import {{ readFileSync }} from 'node:fs';\nprocess.stdout.write(readFileSync(0, 'utf8').{COUNTS});",
        f"for await (const part of process.stdin) console.log(String(part).{COUNTS});",
        "const rl = require('readline').createInterface({ input: process.stdin });\nconst all = [];\n"
        "rl.on('line', (line) => all.push(line.length));\nrl.on('close', () => console.log([...all, 0].join(' ')));",
        f"let t = '';\nprocess.stdin.on('data', (d) => (t += d));\nprocess.stdin.on('end', () => {{ "
        f"console.log(t.{COUNTS}); "
        "process.exit(0); });",
        f"(async () => {{ let t = ''; for await (const d of process.stdin) t += d; console.log(t.{COUNTS}); }})();",
    ],
)
def test_what_a_program_prints_is_compared_however_it_reads(source: str) -> None:
    graded = grade_node_program(source, [CASE, CASE])
    assert (graded.verdict, graded.passed, graded.sandbox) == (ProgramVerdict.PASSED, 2, node.NAME), graded.detail


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("console.log('2 1')", ProgramVerdict.WRONG),
        ("", ProgramVerdict.WRONG),
        ("console.log('2 1 0'); process.exit(3)", ProgramVerdict.RAISED),
        ("throw new Error('2 1 0')", ProgramVerdict.RAISED),
        ("this is no program", ProgramVerdict.RAISED),
        ("for (;;) {}", ProgramVerdict.TIMEOUT),
        ("for (;;) require('fs').writeSync(1, 'x'.repeat(9e4));", ProgramVerdict.OUTPUT_FLOOD),
        ("console.log(require('child_process').execSync('echo 2 1 0').toString())", ProgramVerdict.RAISED),
        (f"console.log(require('fs').readFileSync({__file__!r}).length && '2 1 0')", ProgramVerdict.RAISED),
        ("require('fs').writeFileSync('/repository/a', ''); console.log('2 1 0')", ProgramVerdict.RAISED),
        ("process.kill(process.pid, 9)", ProgramVerdict.RAISED),
    ],
)
def test_what_goes_wrong_is_named_and_ends_the_grading(source: str, verdict: ProgramVerdict) -> None:
    limits = Limits(cpu_s=2.0, wall_s=20.0)
    graded = grade_node_program(source, [CASE, ProgramCase("", source)], limits)
    assert (graded.verdict, graded.passed) == (verdict, 0), graded
    assert graded.detail.startswith("case 1: ")


@pytest.fixture
def without_node(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(node, "PLACES", ())
    node_program_trouble.cache_clear()
    yield
    node_program_trouble.cache_clear()


@pytest.mark.usefixtures("without_node")
def test_without_node_nothing_is_graded_and_the_cure_is_named() -> None:
    graded = grade_node_program("console.log(1)", [CASE])
    assert graded.verdict is ProgramVerdict.SANDBOX_FAILURE
    assert graded.detail == f"node is not here: {node.CURE}"


def test_no_cases_are_an_error() -> None:
    with pytest.raises(UsageError, match="no test cases"):
        grade_node_program("console.log(1)", [])
