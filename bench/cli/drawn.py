"""What `bench traffic sample` says of a sample, and what a run of it needs first."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.traffic import TrafficSample

_BEFORE_A_RUN = """\
Your own data count as internal: before `bench run`, each model that may have them has in its table of bench.toml
    allows = ["internal"]
and one that is in no price list (`bench prices check` names it) has in prices.toml beside that
    [[price]]
    provider = "openai-api/acme"    # `model` of bench.toml, up to the name
    model = "large"                 # the name
    input = 0.8                     # USD per million tokens: an example
    output = 2.4
"""
"""What a run with endpoints of one's own is refused for, and the lines to add."""


def drawn(done: TrafficSample, name: str, check: str) -> Iterator[str]:
    """The lines that `bench traffic sample` prints of a sample called `name`."""
    from bench.records import AGREEMENT
    from bench.traffic import LEAST_TOKENS, MOST_TOKENS

    yield (
        f"{done.items:,} items in {done.clusters:,} clusters, of {done.distinct:,} different requests "
        f"({done.calls:,} calls); the requests drawn are {done.share:.1%} of these calls."
    )
    yield from (f"left out: {count:,} calls {why}" for why, count in done.left_out.items())
    made = ", ".join(f"{count:,} {kind}" for kind, count in done.replaced.items())
    yield f"Replaced: {made or 'nothing'}. Names, addresses and what follows from the context are not recognised."
    yield f"The prompts were written for {', '.join(done.models)}: another model may do better with its own."
    if check in AGREEMENT:
        yield "Graded by the logged answers: a verdict says that a model answers as they do, not that it is as good."
    path = shlex.quote(str(done.path))
    if check == "none":
        yield (
            f"Nothing grades them: cost, latency and length will be compared, and quality stays not measured. To grade "
            f"them, put `answer` or another field of docs/tasks.md in place of `ungraded` into lines of {path}."
        )
    yield f"--max-tokens: twice the longest logged answer, at least {LEAST_TOKENS}, at most {MOST_TOKENS:,}."
    yield from _BEFORE_A_RUN.splitlines()
    yield f"Next: bench tasks new {name} --from {path} --max-tokens {done.max_tokens}"
