"""Burns CPU in many threads at once, for a limit that counts one."""

import threading
import zlib
from typing import Any


def burn() -> None:
    while True:
        zlib.crc32(bytes(2**20))


def f(_: dict[str, Any]) -> str:
    threading.stack_size(2**18)
    for _number in range(4):
        threading.Thread(target=burn, daemon=True).start()
    burn()
    return ""
