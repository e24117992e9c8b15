"""The package's public names."""

from __future__ import annotations

import pytest

import bench


def test_every_public_name_exists_and_the_list_is_sorted() -> None:
    assert bench.__all__ == sorted(bench.__all__)
    for name in bench.__all__:
        assert getattr(bench, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = bench.nonsense
