"""Server-sent events, byte by byte: the `data` of each event, whatever the chunking."""

from __future__ import annotations

MAX_EVENT_BYTES = 8 * 1024 * 1024
"""An event longer than this is not an event."""
_BOM = b"\xef\xbb\xbf"


class SseParser:
    """Feed it bytes as they arrive; it returns the data of the events that they complete.

    One byte order mark at the very beginning is taken off. Comments and fields other than `data` are skipped, and so
    are events whose data is blank: gateways send these as a heartbeat. Lines may end in LF, CRLF or CR.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._skip_lf = False
        self._fresh = True

    def feed(self, chunk: bytes) -> list[str]:
        """The data of every event completed by this chunk. Raises ValueError if an event is overlong."""
        if self._skip_lf and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._skip_lf = False
        if chunk.endswith(b"\r"):
            self._skip_lf = True
        lines = (self._rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) + sum(map(len, self._data)) > MAX_EVENT_BYTES:
            raise ValueError(f"an event is longer than {MAX_EVENT_BYTES} bytes")
        if self._fresh and lines:
            lines[0], self._fresh = lines[0].removeprefix(_BOM), False
        return [event for line in lines if (event := self._line(line)) is not None]

    def close(self) -> str | None:
        """The data of an event that the stream's end left without its blank line; None if there is none."""
        line, self._rest = self._rest, b""
        self._line(line.removeprefix(_BOM) if self._fresh else line)
        return self._line(b"")

    def _line(self, line: bytes) -> str | None:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
            return None
        if line or not self._data:
            if line == b"data":
                self._data.append(b"")
            return None
        event = b"\n".join(self._data).decode("utf-8", errors="replace")
        self._data.clear()
        return None if not event or event.isspace() else event
