"""What `bench doctor --sandbox` prints: which sandboxes hold on this machine, shown by attacking them."""

from __future__ import annotations

from pathlib import Path

ATTACKS: dict[str, str] = {
    "read the environment": "bool(set(os.environ) - {'PYTHONHASHSEED', 'PWD', 'LC_CTYPE'})",
    "read a file of this package": f"open({str(Path(__file__).resolve())!r}).read()",
    "read another process's environment": "any(open(p, 'rb').read() for p in glob.glob('/proc/*/environ'))",
    "write a file outside /tmp": "open('/var/tmp/claimbench-doctor', 'w') and open('/dev/shm/claimbench-doctor', 'w')",
    "start a process": "os.fork() or os._exit(0)",
    "run a program": "os.posix_spawn('/bin/sh', ['sh', '-c', 'true'], {})",
    "open a network socket": "socket.socket()",
    "open a local socket": "socket.socket(socket.AF_UNIX)",
    "kill the process that started it": "os.kill(os.getppid() or 2, 0) is None",
    "trace a process": "ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0",
    "make a user namespace": "ctypes.CDLL(None).unshare(0x10000000) == 0",
    "take 2 GB of memory": "bytearray(2 * 10**9)",
    "take memory that outlives its address": "mmap.mmap(-1, 2**20)",
    "print 100 MB": "[print('x' * 10**6, flush=True) for _ in range(100)]",
    "use CPU for ever": "[None for _ in iter(int, 1)]",
}
"""What is tried, as an expression that is true if it worked."""

PROGRAM = """
import ctypes, glob, mmap, os, socket
def attack():
    return bool({})
"""
"""What runs an attack: a function that confesses its success."""


def sandbox_report() -> str:
    """Every sandbox that could be used here, best first: whether it holds, and if so against what. Takes seconds.

    "HELD" says that the attack failed; "FAILED" that it worked, which calls for a report: see docs/security.md.
    """
    from bench.errors import UsageError
    from bench.sandbox import ladder, probe

    lines = []
    for rung in ladder.SAFE:
        trouble = ladder.trouble(rung)
        lines.append(f"{rung}: " + (f"does not work here ({trouble})" if trouble else "works here"))
        if not trouble:
            lines += [f"  {result:6} {name}" for name, result in _attacked(rung).items()]
    try:
        lines.append(f"in use: {probe()}")
    except UsageError as error:
        lines.append(f"in use: none; {error}")
    return "\n".join(lines)


def _attacked(rung: str) -> dict[str, str]:
    from bench.sandbox import Limits, ProgramVerdict, Rung, TestCall, grade, using

    results = {}
    with using(Rung(rung)):
        for name, expression in ATTACKS.items():
            got = grade(PROGRAM.format(expression), "attack", [TestCall((), True)], Limits(cpu_s=1.0))
            unclear = got.verdict is ProgramVerdict.SANDBOX_FAILURE
            results[name] = "FAILED" if got.verdict is ProgramVerdict.PASSED else "?" if unclear else "HELD"
    return results
