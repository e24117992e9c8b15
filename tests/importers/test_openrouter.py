"""OpenRouter's activity, in its shape, made by hand."""

from __future__ import annotations

import pytest

from bench.errors import UsageError
from tests.importers.conftest import Importing, totals


def test_openrouters_activity_tells_bills_alone(importing: Importing) -> None:
    text = "created_at,model_permaslug,cost_total,generation_time_ms\n"
    text += "2026-01-02 03:04,acme/a,0.5,2000\n2026-01-03 03:04,acme/a,0.25,\n2026-01-01,z/b,0,100\n2026-01-01,z/b,,1\n"
    done, _ = importing("openrouter", text)
    table = totals(done)
    assert table.loc["acme/a"][["n", "cost_total_usd", "latency_mean_s", "date"]].tolist() == [
        2,
        0.75,
        2.0,
        "2026-01-03",
    ]
    assert table["cost_total_usd"].isna().tolist() == [False, True]
    assert table["score"].isna().all()
    assert table["comparable"].nunique() == 2, "other requests: nothing is compared"
    assert done.dropped_count == 1
    with pytest.raises(UsageError, match="is no activity of OpenRouter"):
        importing("openrouter", "a\n1\n")
