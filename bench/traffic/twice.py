"""Calls that stand twice in the logs of one import."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b

from bench.importers import Ledger
from bench.traffic.rows import Logged

_NAMED = 3
"""Pairs of files that are named."""


class Twice:
    """Finds calls that stood before: those with an id of their own are left out, others are counted over files."""

    def __init__(self, ledger: Ledger) -> None:
        """Of no call yet; what is left out goes into the ledger."""
        self._ledger = ledger
        self._seen = set[bytes]()
        self._plain: dict[bytes, int] = {}
        self._alike: Counter[tuple[int, int]] = Counter()

    def __call__(self, call: Logged, file: int) -> bool:
        """Whether the same call stood before, and is left out. Files may count their lines alike: an id is not enough.

        `file`: the number of its file in this import.
        """
        about = (call.ident, call.model, call.time, call.usage)
        if call.ident is None:
            self._count(_digest((*about, call.messages, call.answer, call.session, call.user, call.latency_s)), file)
            return False
        key = _digest(about)
        if key in self._seen:
            self._ledger.drop(call.where, f"the call {call.ident[:80]} stands before; the first is kept")
            return True
        self._seen.add(key)
        return False

    def _count(self, key: bytes, file: int) -> None:
        """One file may well hold equal calls; of two, one may be a copy."""
        first = self._plain.setdefault(key, file)
        if first != file:
            self._alike[first, file] += 1

    def note(self, names: list[str]) -> None:
        """Says of calls without an id, which count again, how many are equal to one of another file."""
        if self._alike:
            most = self._alike.most_common(_NAMED)
            pairs = [f"{calls} of {names[file]} in {names[first]}" for (first, file), calls in most]
            pairs += ["..."] if len(self._alike) > _NAMED else []
            self._ledger.warn(
                f"{self._alike.total()} calls without an id are equal to calls of another file ({', '.join(pairs)}), "
                "and count again: if one file is a copy of the other, leave it out."
            )


def _digest(about: tuple[object, ...]) -> bytes:
    return blake2b("\0".join(map(str, about)).encode(errors="surrogatepass"), digest_size=8).digest()
