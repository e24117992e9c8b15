"""Server-sent events, byte by byte: the `data` of each event, whatever the chunking."""

from __future__ import annotations

MAX_EVENT_BYTES = 2 * 1024 * 1024
"""An event longer than this is not an event: what JSON makes of it takes thirty times as much memory."""
_BOM = b"\xef\xbb\xbf"


class SseParser:
    """Feed it bytes as they arrive; it returns the data of the events that they complete.

    One byte order mark at the very beginning is taken off. Comments and fields other than `data` are skipped, and so
    are events whose data is blank: gateways send these as a heartbeat. Lines may end in LF, CRLF or CR.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._skip_lf = False
        self._fresh = True

    def feed(self, chunk: bytes) -> list[str]:
        """The data of every event completed by this chunk. Raises ValueError if an event is overlong."""
        if chunk.startswith(b"data: ") and self._is_one_event(chunk):
            whole = chunk[6:-2].decode("utf-8", errors="replace")
            return [whole] if whole and not whole.isspace() else []
        if self._skip_lf and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._skip_lf = False
        if chunk.endswith(b"\r"):
            self._skip_lf = True
        events: list[str] = []
        returns = b"\r" in chunk
        if not returns and b"\n" not in chunk:
            self._rest += chunk  # a line that comes in many reads is looked at once
        else:
            joined = bytes(self._rest) + chunk if self._rest else chunk
            if returns:
                joined = joined.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            lines = joined.split(b"\n")
            last = lines.pop()
            if last or self._rest:
                self._rest = bytearray(last)
            if self._fresh and lines:
                lines[0], self._fresh = lines[0].removeprefix(_BOM), False
            events = [event for line in lines if (event := self._line(line)) is not None]
        if len(self._rest) + self._size > MAX_EVENT_BYTES:
            raise ValueError(f"an event is longer than {MAX_EVENT_BYTES} bytes")
        return events

    def _is_one_event(self, chunk: bytes) -> bool:
        """Whether a chunk is one event of one line, and nothing is left of earlier ones: what a streamed token is."""
        return (
            chunk.find(b"\n") == len(chunk) - 2
            and chunk.endswith(b"\n\n")
            and b"\r" not in chunk
            and not (self._rest or self._data or self._skip_lf or self._fresh)
        )

    def close(self) -> str | None:
        """The data of an event that the stream's end left without its blank line; None if there is none."""
        line, self._rest = bytes(self._rest), bytearray()
        if line:
            self._line(line.removeprefix(_BOM) if self._fresh else line)
        return self._line(b"")

    def _line(self, line: bytes) -> str | None:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
            self._size += len(line)
            return None
        if line or not self._data:
            if line == b"data":
                self._data.append(b"")
            return None
        event = b"\n".join(self._data).decode("utf-8", errors="replace")
        self._data.clear()
        self._size = 0
        return None if not event or event.isspace() else event
