"""What a dry run says of its claims: by assumption, or by what an earlier run of the same models came to."""

from __future__ import annotations

import json

from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint

CLAIM = '\n[claims.same]\ncandidate = "bad"\nbaseline = "good"\nworse_by = 0.05\n'


def test_a_dry_run_goes_by_the_newest_run_of_the_same_models(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=3)
    path = bench.folder / "bench.toml"
    path.write_text(path.read_text() + CLAIM)
    dry = ("run", "--dry-run", "--fresh", "--limit", "100")
    before = json.loads(bench(*dry, "--json").out)["claims"]["same"]
    assert before["run"] is None
    assert before["items"] == 100
    bench("run")
    run = bench.run_folder.name
    assert f"claim same, going by run {run}: What it would take: 100 items like these" in bench(*dry).out
    after = json.loads(bench(*dry, "--json").out)["claims"]["same"]
    assert after["run"] == run
    assert after["chances"][0]["supported"] < before["chances"][0]["supported"] - 0.3, "all three items differ"
    path.write_text(path.read_text().replace("base_url", "max_tokens = 77\nbase_url"))
    assert "if 10 % of the items are answered differently: " in bench(*dry).out, "other settings are other models"
    path.write_text(path.read_text().replace("worse_by", "cheaper_by = 0.3\nworse_by"))
    assert "are answered differently and the saving is shown: " in bench(*dry).out
