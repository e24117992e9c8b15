"""Keeps a foreign server no longer than its parent: `python guard.py COMMAND`, COMMAND a JSON list.

Run as a file, so that it needs nothing. The command runs in a session of its own; once stdin closes, or this process's
parent has died, all of the session ends: politely first, then not.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys

POLITE_S = 10.0
"""A server may take so long to end by itself, in seconds."""


def main() -> None:
    """Runs until the command ends or nobody wants it any more; exits as the command did."""
    parent = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle; it closes stdin.
    server = subprocess.Popen(json.loads(sys.argv[1]), stdin=subprocess.DEVNULL, start_new_session=True)
    while server.poll() is None and os.getppid() == parent:
        if select.select([sys.stdin], [], [], 0.5)[0] and not os.read(0, 1024):
            break
    for ending, wait_s in ((signal.SIGTERM, POLITE_S), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, ending)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(wait_s)
    sys.exit(server.returncode if server.returncode >= 0 else 128 - server.returncode)


if __name__ == "__main__":
    main()
