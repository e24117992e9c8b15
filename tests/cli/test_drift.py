"""`bench verify --drift MODEL`: an endpoint's fingerprint, kept with a run, and what a change of it blocks."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.doctor.drift import PROMPTS, ROUNDS
from tests.cli.conftest import Bench
from tests.cli.test_deciding import configure, short
from tests.fake_endpoint import DROP, FakeEndpoint, Reply, Request, Script
from tests.reference.test_schemas import mistakes
from tests.sampling import sampled

__all__ = ["short"]
ALL = len(PROMPTS) * ROUNDS
RUN = ("run", "--yes", "--limit", "3")


class Source:
    """A model behind the endpoint, beside the answers of a run."""

    def __init__(self, answers: Script) -> None:
        self.answers = answers
        self.other: Callable[[Request], Reply] = self.stated
        self.off = 0.0
        """Added to its log-probabilities."""

    def __call__(self, request: Request) -> Reply:
        return self.other(request) if request.prompt in PROMPTS else self.answers(request)

    def stated(self, request: Request) -> Reply:
        """One token, with the likeliest five."""
        if not request.body.get("logprobs"):
            return Reply(text="no", finish_reason="length")
        tops = [{"token": f"t{at}", "logprob": -0.5 - at - self.off * at} for at in range(5)]
        head = {"model": "served-1", "choices": [{"index": 0, "delta": {"content": "t0"}}]}
        head["choices"][0]["logprobs"] = {"content": [{"token": "t0", "logprob": -0.5, "top_logprobs": tops}]}  # type: ignore[index]
        end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}
        usage = {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 1}}
        return Reply(raw_events=(*map(json.dumps, (head, end, usage)), "[DONE]"))


@pytest.fixture
def source(bench: Bench, short: FakeEndpoint) -> Source:
    """Both models have answered three items."""
    configure(bench, short, "cheap")
    assert bench(*RUN).code == 0
    short.requests.clear()
    short.script = Source(short.script)
    return short.script


def fingerprints(bench: Bench) -> list[dict[str, object]]:
    (path,) = (bench.folder / "results").glob("*/fingerprints.json")
    content: dict[str, list[dict[str, object]]] = json.loads(path.read_text())
    return content["fingerprints"]


def test_an_endpoint_that_stayed_is_no_alarm_and_its_answers_count(
    bench: Bench, short: FakeEndpoint, source: Source
) -> None:
    first = bench("verify", "--drift", "cheap")
    assert first.code == 0, first.err
    assert "cheap: its fingerprint is kept in" in first.out
    assert f"{ALL + 1} short answers, 0.000671 USD." in first.out, "the one with which log-probabilities were tried too"
    assert {request.body["max_tokens"] for request in short.requests} == {1}
    again = bench("verify", "--drift", "cheap")
    assert again.code == 0
    assert "no change is seen: since 20" in again.out
    assert "differ by 0.000 nats (p = 1.000)" in again.out
    assert [each["changed"] for each in fingerprints(bench)] == [False, False]
    source.off = 0.01  # what other hardware does: all prompts differ, and by little
    assert bench("verify", "--drift", "cheap").code == 0
    assert len(fingerprints(bench)) == 2, "of those that were equal the last is kept"
    short.requests.clear()
    assert bench(*RUN, "--limit", "4").code == 0
    assert Counter(request.body["model"] for request in short.requests) == {"dear": 1, "cheap": 1}


@pytest.mark.slow
def test_a_changed_endpoint_blocks_the_reuse_of_its_answers_and_no_claim(
    bench: Bench, short: FakeEndpoint, source: Source
) -> None:
    assert bench("verify", "--drift", "cheap").code == 0
    folder = bench.run_folder
    before = bench("claim", folder.name, "--json")
    source.off = 0.1
    found = bench("verify", "--drift", "cheap", "--json")
    assert found.code == 3
    seen = json.loads(found.out)
    assert mistakes("drift", seen) == []
    assert seen["changed"]
    assert seen["distance"] == pytest.approx(0.2)
    assert seen["p"] < 0.001
    assert seen["run"] == folder.name
    short.requests.clear()
    wider = (*RUN, "--limit", "4")
    assert "cost of cheap: 4 calls" in bench(*wider, "--dry-run").out
    assert bench(*wider).code == 0
    assert Counter(request.body["model"] for request in short.requests) == {"cheap": 4, "dear": 1}
    assert bench("claim", folder.name, "--json") == before, "it speaks of the endpoint as it was"
    same = bench("verify", folder.name, "--drift", "cheap")
    assert same.code == 0, "what it changed to is what later answers are compared with"
    assert bench(*wider, "--limit", "5").code == 0
    assert Counter(request.body["model"] for request in short.requests if request.prompt not in PROMPTS) == {
        "cheap": 5,
        "dear": 2,
    }, "answers from after the change count again"


def test_where_no_log_probabilities_are_given_texts_are_compared(
    bench: Bench, short: FakeEndpoint, source: Source
) -> None:
    def refused(request: Request) -> Reply:
        if "logprobs" in request.body:
            return Reply(status=400, text="logprobs is not supported")
        return Reply(text=f"It is {words[PROMPTS.index(request.prompt)]}.", finish_reason="length")

    words, source.other = ["so"] * len(PROMPTS), refused
    assert bench("verify", "--drift", "cheap").code == 0
    assert {request.body["max_tokens"] for request in short.requests if "logprobs" not in request.body} == {16}
    words[0] = "not"  # one of 20 answers, all three times: as one source does once in 100 checks
    seen = bench("verify", "--drift", "cheap")
    assert seen.code == 0
    assert "differ by 5 % of answers" in seen.out
    words[1:4] = ["not"] * 3
    assert bench("verify", "--drift", "cheap").code == 3
    source.other = lambda request: replace(refused(request), served_model="other")
    renamed = bench("verify", "--drift", "cheap")
    assert renamed.code == 3, "another model's name in every reply is a change"
    assert "it says to be other." in renamed.out


def test_what_gives_no_fingerprint_is_one_line_and_keeps_nothing(
    bench: Bench, short: FakeEndpoint, source: Source
) -> None:
    def message(*args: str, code: int) -> str:
        done = bench("verify", *args)
        assert done.code == code, done.out
        (line,) = done.err.splitlines()
        return line

    source.other = lambda _request: Reply(text="", finish_reason="length")
    assert "cheap: shows neither log-probabilities nor text within 16 tokens" in message("--drift", "cheap", code=2)
    source.other = lambda _request: DROP
    assert "cheap: no fingerprint: " in message("--drift", "cheap", code=5)
    source.other = lambda _request: Reply(status=401, text="bad key")
    assert "bad key" in message("--drift", "cheap", code=5)
    assert not list((bench.folder / "results").glob("*/fingerprints.json"))
    assert "no model 'cheep'. Did you mean 'cheap'?" in message("--drift", "cheep", code=2)
    assert "give one RUN at most" in message("a", "b", "--drift", "cheap", code=2)
    configure(bench, short, "new")
    assert "has asked 'new' as bench.toml states it. Begin with: bench run -m new" in message("--drift", "new", code=2)
    folder = bench.run_folder
    assert "did not ask 'new' at the address" in message(folder.name, "--drift", "new", code=2)
    (bench.folder / "bench.toml").write_text('[models.own]\nmodel = "weights/smollm2-135m-instruct"\n')
    assert "own: is local weights" in message("--drift", "own", code=2)


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("[]", False),
        pytest.param('{"fingerprints": [{"label": 1}]}', True, marks=pytest.mark.slow),
        pytest.param("[" * 10_000, True, marks=pytest.mark.slow),
    ],
)
def test_a_damaged_file_is_named_and_set_aside(
    bench: Bench, short: FakeEndpoint, source: Source, text: str, old: bool
) -> None:
    """A run goes on, and uses no answer again that the file may have spoken of."""
    del source
    path = bench.run_folder / "fingerprints.json"
    path.write_text(text)
    if old:
        os.utime(path, (10**9, 10**9))
    checked = bench("verify", "--drift", "cheap")
    assert checked.code == 2, checked.out
    short.requests.clear()
    done = bench(*RUN, "--limit", "4")
    assert done.code == 0, done.out
    for said in (" ".join(text.split()) for text in (checked.err, done.out + done.err)):
        assert "fingerprints.json: is damaged (" in said, said
        assert "Remove it, then check for drift anew." in said
        assert "Traceback" not in said
    assert len(short.requests) == (2 if old else 8)


TOKENS = ("\n", "\n\n", "a", " a", "  a", "\t", "\u200d", "\ufeff", "\x1b", "é", '"', "\\n", "\ud800")


def told(tops: dict[str, str], text: str = "t0", model: str = "served-1") -> Callable[[Request], Reply]:
    """Replies with these tokens and log-probabilities, the latter as they are written."""

    def reply(request: Request) -> Reply:
        listed = ",".join(f'{{"token": {json.dumps(token)}, "logprob": {value}}}' for token, value in tops.items())
        said = f'"logprobs": {{"content": [{{"top_logprobs": [{listed}]}}]}},' if request.body.get("logprobs") else ""
        delta = json.dumps({"content": text})
        choice = f'{{"index": 0, {said} "delta": {delta}, "finish_reason": "length"}}'
        event = f'{{"model": {json.dumps(model)}, "choices": [{choice}]}}'
        return Reply(raw_events=(event, "[DONE]"))

    return reply


@pytest.mark.parametrize("at", sampled(range(0, len(TOKENS), 5), 1))
@pytest.mark.parametrize("by_tops", [True, False])
def test_equal_answers_are_no_change_whatever_they_hold(
    bench: Bench, source: Source, at: int, *, by_tops: bool
) -> None:
    tops = {token: str(-0.5 - n) for n, token in enumerate(TOKENS[at : at + 5])} if by_tops else {}
    source.other = told(tops, "".join(TOKENS[at : at + 5]) * (1 if at else 400))
    for _ in range(3):
        checked = bench("verify", "--drift", "cheap")
        assert checked.code == 0, checked.err
    assert "p = 1.000" in checked.out
    if by_tops:
        assert len(fingerprints(bench)[0]["samples"][0]["tops"]) == len(TOKENS[at : at + 5])  # type: ignore[index]


def test_log_probabilities_that_are_none_are_not_taken(bench: Bench, source: Source) -> None:
    source.other = told({"a": "-1e308", "b": "1e308", "c": "-" + "9" * 4000, "d": "-0.5", "e": "NaN"})
    for _ in range(2):
        checked = bench("verify", "--drift", "cheap")
        assert checked.code == 0, checked.err
    assert fingerprints(bench)[0]["samples"][0]["tops"] == {'"d"': -0.5}  # type: ignore[index]


def test_an_echoed_key_stands_in_no_fingerprint(bench: Bench, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "Skywalker-0123456789-abcdef"
    monkeypatch.setenv("ACME_API_KEY", key)
    source.other = told({f"x{key}": "-0.5"}, text=f"my key is {key}", model=f"Bearer {key}")
    checked = bench("verify", "--drift", "cheap", "--json")
    (path,) = (bench.folder / "results").glob("*/fingerprints.json")
    assert key[:8] not in path.read_text() + checked.out + checked.err


@pytest.mark.usefixtures("source")
def test_a_strangers_fingerprints_count_for_nothing(bench: Bench) -> None:
    assert bench("verify", "--drift", "cheap").code == 0
    stranger = bench.folder / "results" / "20990101T000000Z-aaaaaaaa"
    shutil.copytree(bench.run_folder, stranger)
    content = json.loads((stranger / "fingerprints.json").read_text())
    for each in content["fingerprints"]:
        each["at"] = "2099-01-01T00:00:00+00:00"
        for sample in each["samples"]:
            sample["tops"] = {token: value - 3 for token, value in sample["tops"].items()}
    (stranger / "fingerprints.json").write_text(json.dumps(content))
    again = bench("verify", "--drift", "cheap")
    assert (again.code, "no change is seen" in again.out) == (0, True), again.out
    assert json.loads((stranger / "fingerprints.json").read_text()) == content
    assert "is unknown to the journal" in bench("verify", stranger.name, "--drift", "cheap").err
