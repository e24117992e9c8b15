"""The plan: balanced items, a seeded and paired order, and keys that depend on what decides an answer only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from random import Random
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.errors import UsageError
from bench.journal import TURN
from bench.plan import Plan, balanced, call_key, endpoint_key, make_plan, turn_key
from bench.providers import Endpoint, resolve
from bench.records.episodes import AgentWork, Dialogue
from bench.records.items import Item
from bench.records.settings import LocalModel, RemoteModel, RunSettings
from tests.sampling import sampled

RUN = RunSettings(suites=("s",))


def item(name: str, family: str = "f", level: int | None = 1, **changes: Any) -> Item:
    base = Item(
        suite="s", task="t", task_version="1", item=name, family=family, level=level, language="en",
        cluster=family, messages=({"role": "user", "content": name},), max_tokens=64, sampling={"temperature": 0.0},
    )  # fmt: skip
    return replace(base, **changes)


def remote(label: str, base_url: str = "http://127.0.0.1:1/v1", name: str = "acme/small", **settings: Any) -> Endpoint:
    return resolve(RemoteModel(label, f"openai-api/{name}", base_url=base_url, **settings), {})


def local(label: str = "tiny", **settings: Any) -> Endpoint:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    return resolve(LocalModel(label, "weights/smollm2-135m-instruct", **settings), {})


ITEMS = [item(f"{family}{n}", family, level=1 + n % 3) for family in "abc" for n in range(4)]
MODELS = [remote("small"), remote("large", name="acme/large"), remote("huge", name="acme/huge")]


def plan(
    items: Sequence[Item] = ITEMS,
    endpoints: Sequence[Endpoint] = MODELS,
    run: RunSettings = RUN,
    hashes: Mapping[str, str] | None = None,
) -> Plan:
    return make_plan(items, endpoints, run, hashes or {"t": "0"})


pools = st.lists(st.tuples(st.sampled_from("abcd"), st.none() | st.integers(1, 3)), max_size=30).map(
    lambda cells: [item(str(n), family, level) for n, (family, level) in enumerate(cells)]
)


@settings(deadline=None)
@given(pools, st.integers(0, 32))
def test_families_differ_by_one_at_most_where_they_have_items(pool: list[Item], limit: int) -> None:
    chosen = balanced(pool, limit)
    assert len(chosen) == min(limit, len(pool))
    assert len({i.item for i in chosen}) == len(chosen)
    taken, capacity = Counter(i.family for i in chosen), Counter(i.family for i in pool)
    fullest = max((taken[f] for f in capacity), default=0)
    assert all(taken[f] in (fullest, fullest - 1) or taken[f] == capacity[f] for f in capacity)


@settings(deadline=None)
@given(pools, st.integers(0, 32), st.integers(0, 32), st.integers(0, 9))
def test_a_smaller_limit_is_a_prefix_of_a_larger_one(pool: list[Item], one: int, other: int, seed: int) -> None:
    low, high = sorted((one, other))
    small, large = balanced(pool, low, seed), balanced(pool, high, seed)
    if high < len(pool):
        assert small == large[: len(small)]
    assert {i.item for i in small} <= {i.item for i in large}


@settings(deadline=None)
@given(pools, st.integers(0, 32), st.randoms())
def test_a_slice_does_not_depend_on_the_order_of_the_data(pool: list[Item], limit: int, random: Random) -> None:
    again = list(pool)
    random.shuffle(again)
    assert {i.item for i in balanced(pool, limit)} == {i.item for i in balanced(again, limit)}


def test_a_slice_is_a_sample_and_not_the_first_items() -> None:
    """HumanEval's first 60 give a model 80 %, its 164 give it 57 %: the first items are the easy ones."""
    pool = [item(str(n)) for n in range(164)]
    means = [sum(int(i.item) for i in balanced(pool, 60, seed)) / 60 for seed in range(40)]
    assert abs(sum(means) / 40 - 81.5) < 3
    assert min(means) > 60
    assert max(means) < 103
    assert len({tuple(i.item for i in balanced(pool, 60, seed)) for seed in range(40)}) == 40
    shares = Counter(i.item for seed in range(300) for i in balanced(pool, 60, seed))
    assert min(shares.values()) > 60
    assert max(shares.values()) < 160


def test_families_without_items_for_all_take_turns_at_random() -> None:
    pool = [item(f"{f}{n}", f) for f in "abcdefgh" for n in range(3)]
    first = {frozenset(i.family for i in balanced(pool, 3, seed)) for seed in range(20)}
    assert len(first) > 10
    assert all(len(families) == 3 for families in first)


@pytest.mark.parametrize("families", sampled([1, 300, 100_000], 1, always=[300]))
def test_a_slice_of_many_items_is_drawn_in_seconds(families: int) -> None:
    pool = [replace(ITEMS[0], item=str(n), family=str(n % families), level=n % 3) for n in range(100_000)]
    started = process_time()
    assert len(balanced(pool, 60_000)) == 60_000
    assert process_time() - started < 5


def test_levels_are_balanced_where_families_are() -> None:
    pool = [item(f"{f}{level}{n}", f, level) for f in "abcd" for level in (1, 2, 3) for n in range(2)]
    chosen = balanced(pool, 12)
    assert Counter(i.level for i in chosen) == {1: 4, 2: 4, 3: 4}
    assert set(Counter((i.family, i.level) for i in chosen).values()) == {1}


def test_no_limit_takes_everything_in_its_order() -> None:
    assert balanced(ITEMS, None) == ITEMS
    assert balanced(ITEMS, 99) == ITEMS


def test_every_model_is_asked_the_same_items_back_to_back() -> None:
    calls = plan(run=replace(RUN, repeats=2)).calls
    assert [c.order for c in calls] == list(range(len(calls))) == list(range(len(ITEMS) * 2 * len(MODELS)))
    groups = [[c.model for c in group] for _, group in groupby(calls, lambda c: (c.item.item, c.repeat))]
    assert len(groups) == len(ITEMS) * 2
    assert all(sorted(models) == ["huge", "large", "small"] for models in groups)
    assert len({tuple(models) for models in groups}) > 1, "the models' order is shuffled within an item"


def test_a_models_own_calls_keep_the_plans_order() -> None:
    made = plan()
    mine = made.of("large")
    assert len(mine) == len(ITEMS)
    assert [c.order for c in mine] == sorted(c.order for c in mine)
    assert {c.model for c in mine} == {"large"}
    assert made.of("nobody") == []


def order(made: Plan) -> list[tuple[str, str, int]]:
    return [(c.item.item, c.model, c.repeat) for c in made.calls]


def test_the_order_depends_on_the_seed_only() -> None:
    assert order(plan()) == order(plan())
    assert order(plan()) != order(plan(run=replace(RUN, seed=2)))
    assert order(plan()) == order(plan(run=replace(RUN, temperature=0.5, reuse=0.0), hashes={"t": "other"}))
    assert order(plan()) != sorted(order(plan()))


def test_repeats_are_shuffled_among_the_items_and_have_keys_of_their_own() -> None:
    calls = plan(endpoints=MODELS[:1], run=replace(RUN, repeats=3)).calls
    assert len({c.key for c in calls}) == len(calls) == 3 * len(ITEMS)
    assert [c.repeat for c in calls] != sorted(c.repeat for c in calls)


def test_a_call_carries_its_body_and_sampling() -> None:
    call = plan(endpoints=MODELS[:1], run=replace(RUN, temperature=0.25)).calls[0]
    assert call.body["temperature"] == 0.25
    assert call.sampling == {"temperature": 0.25}
    assert "stream" not in call.body


def key(endpoint: Endpoint, asked: Item = ITEMS[0], repeat: int = 0) -> str:
    return call_key(endpoint, endpoint.body(asked, RUN), asked, repeat)


def test_a_key_knows_no_label_price_version_or_connection_limit() -> None:
    base = key(remote("small"))
    assert key(remote("another label")) == base
    assert key(remote("small", base_url="http://127.0.0.1:1/v1/")) == base
    assert key(remote("small", max_connections=2, timeout_s=5.0)) == base
    assert key(remote("small"), replace(ITEMS[0], task_version="2", suite="x", family="x", level=3)) == base


def test_a_key_knows_endpoint_body_item_and_repeat() -> None:
    first = ITEMS[0]
    keys = [
        key(remote("m")),
        key(remote("m"), repeat=1),
        key(remote("m", base_url="http://127.0.0.1:2/v1")),
        key(remote("m", name="acme/large")),
        key(remote("m", max_tokens=65)),
        key(remote("m", temperature=1.0)),
        key(remote("m", seed=0)),
        key(remote("m"), replace(first, item="another")),
        key(remote("m"), replace(first, task="another")),
        key(remote("m"), replace(first, messages=({"role": "user", "content": "?"},))),
        key(remote("m"), replace(first, stop=("END",))),
    ]
    assert len(set(keys)) == len(keys)


def test_a_local_key_knows_the_weights_and_the_servers_settings() -> None:
    base = key(local(threads=1))
    assert key(local("label", threads=1, usd_per_hour=0.5)) == base
    assert key(replace(local(threads=1), base_url="http://127.0.0.1:9/v1")) == base, "never the port"
    other = replace(local(threads=1), identity={**local(threads=1).identity, "weights_sha256": "0"})
    changes: list[dict[str, Any]] = [{"slots": 2}, {"context": 512}, {"kv_unified": True}, {"prompt_cache": True}]
    keys = [base, key(other), key(local(threads=2)), *(key(local(threads=1, **changed)) for changed in changes)]
    assert len(set(keys)) == len(keys)


def test_two_models_that_ask_the_same_are_refused() -> None:
    with pytest.raises(
        UsageError, match=r"models '(one|two)' and '(one|two)' send the same requests to the same endpoint"
    ):
        plan(endpoints=[remote("one"), remote("two")])
    assert plan(endpoints=[remote("one"), remote("two", temperature=1.0)]).calls


def test_the_plans_hash_knows_what_a_finished_run_must_not_be_taken_for() -> None:
    free, paid = local(threads=1), local(threads=1, usd_per_hour=0.5)
    plans = [
        plan(),
        plan(ITEMS[1:]),
        plan(endpoints=MODELS[:2]),
        plan(run=replace(RUN, seed=2)),
        plan(run=replace(RUN, repeats=2)),
        plan(hashes={"t": "1"}),
        plan([replace(i, suite="other") for i in ITEMS]),
        plan(endpoints=[*MODELS[:2], remote("renamed", name="acme/huge")]),
        plan(endpoints=[free]),
        plan(endpoints=[paid]),
    ]
    assert len({p.sha256 for p in plans}) == len(plans)
    assert plan().sha256 == plan(run=replace(RUN, reuse=0.0)).sha256


def test_repeats_of_a_seeded_model_each_have_a_seed_of_their_own() -> None:
    planned = plan(ITEMS[:1], [remote("seeded", seed=7)], replace(RUN, repeats=3)).calls
    assert {c.repeat: c.body["seed"] for c in planned} == {0: 7, 1: 8, 2: 9}
    assert {c.repeat: c.sampling_applied["seed"] for c in planned} == {0: 7, 1: 8, 2: 9}
    once = plan(ITEMS[:1], [remote("seeded", seed=7)]).calls
    assert [c.key for c in once] == [c.key for c in planned if c.repeat == 0], "the first sample keeps its key"
    unseeded = plan(ITEMS[:1], [remote("unseeded")], replace(RUN, repeats=2)).calls
    assert all("seed" not in c.body for c in unseeded)


TALK = Dialogue(tools=({"name": "find", "description": "", "parameters": {"type": "object"}},))


def test_what_has_no_tools_is_asked_once_of_two_entries_that_differ_in_the_protocol_of_tools() -> None:
    two = [remote("native"), remote("prompted", tool_protocol="prompted_json")]
    plain, talk = item("plain"), item("talk", dialogue=TALK)
    planned = plan([plain, talk], two)
    assert Counter((call.item.item, call.model) for call in planned.calls) == {
        ("plain", "native"): 1, ("talk", "native"): 1, ("talk", "prompted"): 1,
    }  # fmt: skip
    assert len({call.key for call in planned.calls}) == 3
    assert [call.order for call in planned.calls] == [0, 1, 2]


def test_a_loop_and_an_agent_are_part_of_what_decides_an_answer() -> None:
    work = item("work", work=AgentWork(files_sha256="00"))
    talk, small = item("talk", dialogue=TALK), [remote("small")]
    looped = [make_plan([talk], small, RUN, {}, loops={"small": {"version": version}}).calls[0] for version in "12"]
    assert [call.body["loop"] for call in looped] == [{"version": "1"}, {"version": "2"}]
    assert len({plan([talk], small).calls[0].key, *(call.key for call in looped)}) == 3
    agents = [make_plan([work], small, RUN, {}, agents={"small": {"version": version}}).calls[0] for version in "12"]
    assert [call.body["agent"]["version"] for call in agents] == ["1", "2"]
    assert agents[0].body["agent"]["files_sha256"] == "00"
    assert agents[0].key != agents[1].key


def test_a_turns_key_is_of_all_that_was_said_before_it() -> None:
    said = [{"role": "assistant", "content": "I look."}, {"role": "user", "content": "Result of find: 7"}]
    keys = [turn_key("a", []), turn_key("b", []), turn_key("a", said[:1]), turn_key("a", said)]
    assert len(set(keys)) == 4
    assert all(key.startswith(TURN) for key in keys)
    assert turn_key("a", [dict(reversed(said[0].items()))]) == keys[2]


def test_the_same_endpoint_is_the_same_under_any_label_and_limit() -> None:
    one, two = remote("one"), remote("two", max_connections=2, temperature=1.0)
    assert endpoint_key(one) == endpoint_key(two)
    assert (
        len(
            {
                endpoint_key(each)
                for each in (one, remote("one", name="acme/large"), remote("one", "http://127.0.0.1:2/v1"))
            }
        )
        == 3
    )
