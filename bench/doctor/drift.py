"""Whether an endpoint still answers as it did: a fingerprint of a few short answers, compared with an earlier one.

Where the endpoint states log-probabilities, one token an answer tells more than a text does: two servers of the same
weights differ in them as soon as one rounds otherwise. Elsewhere the texts themselves are compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bench import clean
from bench.costs import billing_of
from bench.engine import Ended, ask_in_turn, run_to_end, tls_context
from bench.errors import IncompleteError, UsageError
from bench.plan import endpoint_key
from bench.prices import PriceBook
from bench.providers import Endpoint, FaultKind
from bench.records import Item, RecordedFingerprint, RecordedSample, RunSettings, sha256_of, utc_now

if TYPE_CHECKING:
    from bench.stats import Floats

PROMPTS = (
    "Name a colour.", "Name an animal.", "Name a city.", "Name a fruit.", "Name a river.", "Name a tool.",
    "Name a metal.", "Name a language.", "Name a game.", "Name a verb.", "Pick a number from 1 to 99.",
    "Pick a letter.", "Pick a month.", "Write one word.", "Write a short title.", "Begin a story.", "Begin a poem.",
    "Complete: The door was", "Complete: She said that", "Complete: x = ",
)  # fmt: skip
"""Short, and open enough that several first tokens are about as likely."""
ROUNDS = 3
"""How often each is asked, all in turn before any is asked again."""
TOPS = 5
"""Log-probabilities asked for: the most that every vendor that gives any gives."""
TOKENS_OF_TEXT = 16
"""Of an answer whose text is compared: the least cap that every vendor takes."""
MOST_QUOTED = 1000
"""Characters of a text that are kept."""
KEPT_AS = "quoted"
"""How texts are kept: those of another way are not compared."""
LONGEST_S = 60.0
"""Longest wait for one answer, in seconds."""
RISK = 0.001
"""How often an endpoint that did not change is taken to have."""
LEAST_NATS = 0.02
"""Smaller differences of log-probabilities come of the hardware and of what else a server computes beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A fingerprint that was just taken."""

    fingerprint: RecordedFingerprint
    """What came, compared with an earlier one where there is one."""
    requests: int
    """How many answers it took."""
    usd: Decimal | None
    """What they cost, in USD; None where a price or a count is unknown."""


def fingerprint(
    endpoint: Endpoint, environ: Mapping[str, str], earlier: Iterable[RecordedFingerprint], book: PriceBook
) -> Taken:
    """Asks the endpoint, and compares its answers with the first that it gave since it last changed, if any.

    UsageError where no fingerprint can be taken, IncompleteError where an answer failed: nothing is known then.
    """
    label, tls, redact = endpoint.entry.label, tls_context(), endpoint.secrets(environ)
    timeout_s = min(LONGEST_S, endpoint.entry.timeout_s)

    def ask(bodies: Sequence[Mapping[str, Any]]) -> list[Ended]:
        return run_to_end(ask_in_turn(endpoint, bodies, environ, timeout_s, tls))

    bodies = [_body(endpoint, prompt, by_tops=True) for prompt in PROMPTS]
    trial = [] if endpoint.preset.protocol == "anthropic" else ask([{**bodies[0], **endpoint.streaming}])
    if not _gives_tops(trial):
        _require_answers(label, [each for each in trial if each.failure and each.failure.kind is FaultKind.TRANSIENT])
        bodies = [_body(endpoint, prompt, by_tops=False) for prompt in PROMPTS]
    ended = ask([{**body, **endpoint.streaming} for body in bodies * ROUNDS])
    _require_answers(label, ended)
    samples = [_sample(at % len(PROMPTS), each, endpoint, environ) for at, each in enumerate(ended)]
    if not any(sample.text or sample.tops for sample in samples):
        raise UsageError(
            f"{label}: shows neither log-probabilities nor text within {TOKENS_OF_TEXT} tokens, as those that think "
            "before they answer: no fingerprint can be taken. `bench run --reuse-baseline 30d` checks earlier answers "
            "by a sample of your own items instead."
        )
    new = RecordedFingerprint(
        label=label,
        endpoint=endpoint_key(endpoint),
        request=sha256_of([KEPT_AS, PROMPTS, ROUNDS, bodies]),
        at=utc_now(),
        served=tuple(sorted({clean.line(redact(each.answer.served_model or "")) for each in ended} - {""})),
        samples=tuple(samples),
    )
    before = _standing(earlier, new)
    costs = [_cost(endpoint, each, book) for each in (*trial, *ended)]
    usd = None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))
    return Taken(fingerprint=_compared(new, before) if before else new, requests=len(trial) + len(ended), usd=usd)


def _body(endpoint: Endpoint, prompt: str, *, by_tops: bool) -> dict[str, Any]:
    """A request as a run would send it, with a short cap, and greedy where the model lets itself be."""
    item = Item(
        suite="drift",
        task="drift",
        task_version="1",
        item="1",
        family="drift",
        level=None,
        language="en",
        cluster="drift",
        messages=({"role": "user", "content": prompt},),
        max_tokens=TOKENS_OF_TEXT,
        sampling={"temperature": 0.0},
    )
    body = endpoint.body(item, RunSettings(("drift",)))
    body[endpoint.rules.max_tokens_field] = 1 if by_tops else TOKENS_OF_TEXT
    return {**body, "logprobs": True, "top_logprobs": TOPS} if by_tops else body


def _gives_tops(trial: Sequence[Ended]) -> bool:
    return bool(trial) and all(each.failure is None and each.answer.tops for each in trial)


def _require_answers(label: str, ended: Sequence[Ended]) -> None:
    for each in ended:
        if each.failure:
            cure = f" {each.failure.cure}" if each.failure.cure else " Try again later."
            raise IncompleteError(f"{label}: no fingerprint: {each.failure.message}.{cure}")


def _sample(prompt: int, ended: Ended, endpoint: Endpoint, environ: Mapping[str, str]) -> RecordedSample:
    redact = endpoint.secrets(environ)
    text = redact("".join((*ended.answer.reasonings, *ended.answer.answers)))
    tops = ended.answer.tops
    rounded = None if tops is None else {_quoted(redact(token)): round(value, 6) for token, value in tops.items()}
    return RecordedSample(prompt=prompt, text=_quoted(text), tops=rounded)


def _quoted(text: str) -> str:
    """A text as it is kept and compared: in one line and of bounded length, and no other has the same; "" stays."""
    quoted = json.dumps(text) if text else ""
    return quoted if len(quoted) <= MOST_QUOTED else f"{quoted[:MOST_QUOTED]} {sha256_of(text)}"


def _cost(endpoint: Endpoint, ended: Ended, book: PriceBook) -> Decimal | None:
    billing, counted = billing_of(endpoint.entry), ended.attempt.usage.out_total is not None
    cost = billing.attempt(book, ended.attempt) if billing and counted else None
    return cost.usd if cost else None


def _standing(earlier: Iterable[RecordedFingerprint], new: RecordedFingerprint) -> RecordedFingerprint | None:
    """The first of equal requests since the endpoint's last change, that change's own included."""
    found = None
    for each in sorted({e.at: e for e in earlier if e.endpoint == new.endpoint}.values(), key=lambda e: e.at):
        same = each.request == new.request and each.by_tops == new.by_tops
        if each.changed or (found is None and same):
            found = each if same else None
    return found


def _compared(new: RecordedFingerprint, before: RecordedFingerprint) -> RecordedFingerprint:
    """The new one with what the comparison came to. Another model's name in all replies is a change by itself."""
    from bench.stats import moved  # only here: a run, which knows this room, begins without the statistics

    coordinates = _tops if new.by_tops else _texts
    pairs = [coordinates(*(_of(each, prompt) for each in (before, new))) for prompt in range(len(PROMPTS))]
    seen = moved([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    apart = seen.p < RISK and (not new.by_tops or seen.distance >= LEAST_NATS)
    renamed = bool(before.served and new.served) and not set(before.served) & set(new.served)
    return replace(new, against=before.at, distance=seen.distance, p=seen.p, changed=apart or renamed)


def _of(each: RecordedFingerprint, prompt: int) -> list[RecordedSample]:
    return [sample for sample in each.samples if sample.prompt == prompt]


def _tops(before: Sequence[RecordedSample], now: Sequence[RecordedSample]) -> tuple[Floats, Floats]:
    """Log-probabilities by token; a token that an answer does not list is at most as likely as its last."""
    import numpy as np

    tokens = sorted({token for sample in (*before, *now) for token in sample.tops or {}})

    def table(samples: Sequence[RecordedSample]) -> Floats:
        listed = [sample.tops or {} for sample in samples]
        return np.array([[tops.get(token, min(tops.values())) for token in tokens] for tops in listed])

    return table(before), table(now)


def _texts(before: Sequence[RecordedSample], now: Sequence[RecordedSample]) -> tuple[Floats, Floats]:
    """Which of the texts each answer is; half of the coordinates' differences are the share of answers that differ."""
    import numpy as np

    texts = sorted({sample.text for sample in (*before, *now)})

    def table(samples: Sequence[RecordedSample]) -> Floats:
        return np.array([[len(texts) / 2 * (sample.text == text) for text in texts] for sample in samples])

    return table(before), table(now)
