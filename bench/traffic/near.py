"""Texts that are nearly the same, found by MinHash and decided by their exact overlap.

Broder (1997): the share of equal minima of random orders estimates the Jaccard index of two sets of shingles.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Shingles = NDArray[np.uint64]
"""Hashes of a text's pieces, each once, in order."""
WIDTH = 8
"""Bytes of a shingle: any language has them, also one without blanks between words."""
BANDS, ROWS = 32, 4
"""Of the minima: two texts with half in common are compared with a probability of 87 %, with 0.8 nearly always."""
ALIKE = 0.8
"""Shingles in common, of all that either has, from which two texts are nearly the same."""
COMMON = 0.2
"""A shingle of more than this share of the texts, and of more than two, is their template: it makes no two alike."""
_MOST_BYTES = 50_000
_PRIME = np.uint64(0x100000001B3)


def groups(texts: Sequence[str], alike: float = ALIKE) -> list[int]:
    """For each text the number of the first that it is nearly the same as, directly or by others between them."""
    sets = _without_template([_shingles(text) for text in texts])
    parent = list(range(len(texts)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for one, other in _candidates(sets):
        first, second = sorted((root(one), root(other)))
        if first != second and _overlap(sets[one], sets[other]) >= alike:
            parent[second] = first
    return [root(at) for at in range(len(texts))]


def _shingles(text: str) -> Shingles:
    """Hashes of all pieces of WIDTH bytes, blanks and case left out of account; of a shorter text its own hash."""
    raw = " ".join(text.casefold().split()).encode("utf-8", "replace")[:_MOST_BYTES]
    codes = np.frombuffer(raw.ljust(WIDTH, b"\0"), dtype=np.uint8).astype(np.uint64)
    size = len(codes) - WIDTH + 1
    hashed = np.zeros(size, dtype=np.uint64)
    for at in range(WIDTH):
        hashed = (hashed ^ codes[at : at + size]) * _PRIME
    return np.unique(hashed)


def _without_template(sets: Sequence[Shingles]) -> list[Shingles]:
    """The sets without what many of them share; a set that is nothing else stays as it is."""
    if not sets:
        return []
    values, times = np.unique(np.concatenate(sets), return_counts=True)
    common = values[times > max(2, COMMON * len(sets))]
    kept = [each[~np.isin(each, common, assume_unique=True)] for each in sets]
    return [own if len(own) else each for own, each in zip(kept, sets, strict=True)]


def _candidates(sets: Sequence[Shingles]) -> Iterator[tuple[int, int]]:
    """Pairs of texts with a band of minima in common, each text with the first of its bucket."""
    rng = np.random.default_rng(20261201)
    factors = rng.integers(1, 2**63, size=BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
    shift = np.uint64(32)
    minima = np.array([[((each * f) >> shift).min() for f in factors] for each in sets], dtype=np.uint64)
    for band in range(BANDS):
        buckets: dict[bytes, list[int]] = defaultdict(list)
        for at, row in enumerate(minima[:, band * ROWS : (band + 1) * ROWS] if len(sets) else ()):
            buckets[row.tobytes()].append(at)
        for members in buckets.values():
            yield from ((one, other) for one, other in itertools.pairwise(members))


def _overlap(one: Shingles, other: Shingles) -> float:
    """The Jaccard index of two sets."""
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)
