"""Several samples of one item: they say more about that item, and never count as further items."""

from __future__ import annotations


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """The chance that at least one of k samples passes, unbiased: 1 - C(n - c, k) / C(n, k) (Chen et al. 2021).

    Computed as a product, which does not overflow. ValueError unless 0 <= passed <= samples and 1 <= k <= samples.
    """
    if not (0 <= passed <= samples and 1 <= k <= samples):
        raise ValueError(f"{passed} of {samples} samples passed, k = {k}")
    if samples - passed < k:
        return 1.0
    none = 1.0
    for at in range(samples - passed + 1, samples + 1):
        none *= 1 - k / at
    return 1 - none
