"""Never ends, ignoring every signal that can be ignored."""

import signal
from typing import Any


def f(_: dict[str, Any]) -> str:
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        pass
