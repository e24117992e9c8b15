"""The framing of a chunked body, taken off: what streams of tokens come in, a read a token.

h11 makes an event of each chunk, in which half of what a streamed token costs was spent. Head, trailers and every other
framing are left to it; here stands only the form of a chunk (RFC 9112, section 7.1), as strict as h11 takes it.
"""

from __future__ import annotations

import re

LINE_BYTES = 16 * 1024
"""A chunk's line is not longer, extensions included."""
_LINE = re.compile(rb"([0-9A-Fa-f]{1,20})(?:;[^\n]*)?[ \t]*")


class Chunks:
    """A chunked body, read by read."""

    __slots__ = ("_footer", "_left", "_line")

    def __init__(self) -> None:
        self._left = 0
        self._footer = False
        self._line = b""

    def feed(self, data: bytes, parts: list[bytes]) -> bytes | None:
        """Adds the body's bytes in a read to `parts`.

        Returns what follows the last chunk's line, which are the trailers; None before it came. ValueError for bytes
        that are no chunks.
        """
        if self._line:
            data, self._line = self._line + data, b""
        at, end = 0, len(data)
        while at < end:
            if self._left:
                part = data[at : at + self._left]
                parts.append(part)
                at += len(part)
                self._left -= len(part)
                self._footer = not self._left
            elif self._footer:
                if not data.startswith(b"\r\n", at):
                    if data[at:] == b"\r":
                        break
                    raise ValueError("malformed chunk footer")
                self._footer = False
                at += 2
            else:
                line = data.find(b"\r\n", at, at + LINE_BYTES)
                if line < 0:
                    break
                self._left = _size(data, at, line)
                at = line + 2
                if not self._left:
                    return data[at:]
        self._line = data[at:]
        if len(self._line) >= LINE_BYTES:
            raise ValueError("a chunk's line is too long")
        return None


def _size(data: bytes, start: int, end: int) -> int:
    """The size that a chunk's line states. ValueError if it states none."""
    line = _LINE.fullmatch(data, start, end)
    if line is None:
        raise ValueError(f"illegal chunk header: {data[start : min(end, start + 40)]!r}")
    return int(line[1], 16)
