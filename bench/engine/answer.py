"""What has arrived of one attempt: text, counts, and when; the only reader of a stream's events."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate

from bench.engine.retry import Cause, Failure
from bench.providers import Fault, StreamEvent, ThinkSplitter, unopened, whole
from bench.records import Outcome, TokenUsage

ANSWER_BYTES = 1024 * 1024
"""An answer is cut here, in bytes of UTF-8, and so is its reasoning: about 250,000 tokens each. It is truncated."""
KEPT_BYTES = 4 * ANSWER_BYTES
"""Events that are kept are cut here, and their answer is truncated."""
PIECES = 256 * 1024
"""It is cut as well after so many events with text: no model writes as many tokens."""
BUFFERED_CHARS = 64
"""Shorter answers may well arrive at once."""
BUFFERED_EVENTS = 8
"""So many events with text in one read, the terminal event with them, are no stream either, however short the text."""
BUFFERED_S_PER_CHAR = 50e-6
"""Text that arrives faster than this, about 5,000 tokens a second, was not streamed as it was generated."""


@dataclass(slots=True, kw_only=True)
class Answer:
    """What has arrived of one attempt; times are moments of `clock.now()`."""

    answers: list[str] = field(default_factory=list)
    """Pieces of the visible answer."""
    reasonings: list[str] = field(default_factory=list)
    """Pieces of the shown reasoning."""
    outcome: Outcome | None = None
    """What the finish reason means; None until it came."""
    finish_reason: str | None = None
    """The provider's own word."""
    served_model: str | None = None
    """The model id in the reply."""
    tops: Mapping[str, float] | None = None
    """The likeliest first tokens with their log-probabilities (natural), where they were asked for and came."""
    usage: TokenUsage = field(default_factory=TokenUsage)
    """What the usage reports come to."""
    cost_usd: float | None = None
    """What the provider says it charged, in USD."""
    unpriced: str | None = None
    """What in it may be billed beyond its tokens; None where nothing is."""
    contradicted: bool = False
    """Whether another finish reason followed the first."""
    fault: Fault | None = None
    """An error inside the stream."""
    done: float | None = None
    """When the terminal event came; None until then."""
    settled: float | None = None
    """When the last word on its end or its counts came."""
    first: float | None = None
    """When the first text of any kind came."""
    first_answer: float | None = None
    """When the first text of the answer came."""
    last: float | None = None
    """When the last text came."""
    events: int = 0
    """Events of any kind."""
    reads: int = 0
    """Reads that carried text."""
    whole: bool = False
    """Whether it came as one JSON reply: the endpoint did not stream."""
    kept: list[str] | None = None
    """Its events as they came, where the turn of an episode is made of them; None where they are not kept."""
    coalesced: int = 0
    """Of these, reads that carried more than one event with text."""
    _whole: bool = False
    overlong: bool = False
    """Whether it was cut at `ANSWER_BYTES` or `PIECES`."""
    _room: int = ANSWER_BYTES
    _reasoning_room: int = ANSWER_BYTES
    _kept_bytes: int = 0
    _in_read: int = 0
    _in_first: int = 0
    _in_first_answer: int = 0
    _answered: array[float] = field(default_factory=lambda: array("d"))
    _splitter: ThinkSplitter = field(default_factory=ThinkSplitter)

    def take(self, at: float, event: StreamEvent) -> None:
        """Adds one event out of a read that arrived at `at`."""
        self.events += 1
        if (event.answer or event.reasoning) and not self.overlong:
            if self.usage.out_total is not None:  # counted before this text came
                self.usage = replace(self.usage, out_total=None, out_reasoning=None)
            if event.restated and self._said_before():
                event = event._replace(answer="", reasoning="")
            else:
                self._count(at)
            self._add(at, *self._splitter.feed(event.answer))
            if event.reasoning:
                self._add(at, "", event.reasoning)
            self.overlong |= len(self.answers) + len(self.reasonings) >= PIECES
        if event.called:  # a call is a token of its kind: the first of them ends the wait
            self.first, self.last = self.first or at, at
        if event.finish_reason or event.outcome:
            self._end(at, event)
        self.served_model = event.served_model or self.served_model
        if event.usage:
            self.usage = self.usage.updated(event.usage)
            self.settled = at
        if event.tops and self.tops is None:
            self.tops = event.tops
        if event.cost_usd is not None:
            self.cost_usd = event.cost_usd
        self.fault = self.fault or event.fault
        if event.done:
            self.done = self.done or at

    def _end(self, at: float, event: StreamEvent) -> None:
        """The first reason is why it ended, whatever others say behind it; a refusal stays one, and takes all back."""
        first, refused = self.finish_reason is None, event.outcome is Outcome.REFUSED
        if event.outcome and (refused or (first and self.outcome is not Outcome.REFUSED)):
            self.outcome = event.outcome
        if event.finish_reason:
            self.contradicted |= not first and event.finish_reason != self.finish_reason
            self.finish_reason = event.finish_reason if first else self.finish_reason
            self.settled = at

    def keep(self, data: str) -> None:
        """Keeps an event as it came, if its events are kept."""
        if self.kept is not None:
            self.kept.append(data)
            self._kept_bytes += len(data)
            self.overlong |= self._kept_bytes > KEPT_BYTES

    def _said_before(self) -> bool:
        """Whether a whole message only repeats the pieces that came as such."""
        self._whole = self._whole or self.first is None
        return not self._whole

    def _count(self, at: float) -> None:
        if at == self.last:
            self._in_read += 1
            self.coalesced += self._in_read == 2
        else:
            self._in_read = 1
            self.reads += 1
            self.last = at
            self.first = self.first or at
        self._in_first += self.reads == 1

    def _add(self, at: float, answer: str, reasoning: str) -> None:
        size = len(answer)
        if reasoning or size > self._room or not answer.isascii():
            answer, reasoning = self._fitting(answer, reasoning)
        else:
            self._room -= size
        if answer:
            self.first_answer = self.first_answer or at
            self._in_first_answer += at == self.first_answer
            self.answers.append(answer)
            self._answered.append(at)
        if reasoning:
            self.reasonings.append(reasoning)

    def _fitting(self, answer: str, reasoning: str) -> tuple[str, str]:
        """As much of both texts as there is room for."""
        cut, self._room = _cut(answer, self._room)
        cut_reasoning, self._reasoning_room = _cut(reasoning, self._reasoning_room)
        self.overlong |= len(cut) < len(answer) or len(cut_reasoning) < len(reasoning)
        return cut, cut_reasoning

    def close(self) -> None:
        """The stream is over: what was held back as perhaps the beginning of a tag is text after all."""
        if self.last is not None:
            self._add(self.last, *self._splitter.close())
        text = "".join(self.answers)
        end, begin = unopened(text)
        if begin:
            self.reasonings.append(text[:end])
            self._answer_from(begin, text)
        self.usage = self.usage.beside(answer=any(self.answers), reasoning=any(self.reasonings))

    def _answer_from(self, begin: int, text: str) -> None:
        """Leaves of the answer only what stands from a place on, and the times of that."""
        ends = accumulate(map(len, self.answers))
        times = array("d", (at for at, end in zip(self._answered, ends, strict=True) if end > begin))
        self.answers, self._answered = [text[begin:]], times
        self.first_answer = times[0] if times else None
        self._in_first_answer = times.count(times[0]) if times else 0

    @property
    def pieces(self) -> int:
        """Events with text of the answer or of its reasoning."""
        return len(self.answers) + len(self.reasonings)

    @property
    def text(self) -> str:
        """The visible answer."""
        return whole("".join(self.answers))

    @property
    def reasoning(self) -> str:
        """The shown reasoning."""
        return whole("".join(self.reasonings))

    def window(self, thinks: bool | None = None) -> tuple[float, int] | tuple[None, None]:
        """Seconds, and tokens that arrived in them: of the whole output, or of the answer alone.

        Reasoning may be hidden or shown as a summary, so its tokens are never set against the time of its text:
        where their number is reported, only the answer's tokens and time count. Text of unnumbered reasoning, as
        llama.cpp and vLLM show it, is taken to be verbatim. Of a model that `thinks`, as far as is known, and
        neither shows nor counts its reasoning, nobody knows how many tokens are the answer's.
        """
        total, thought = self.usage.out_total, self.usage.out_reasoning or 0
        start, before = (self.first_answer, self._in_first_answer) if thought else (self.first, self._in_first)
        secret = thinks and not self.reasonings and self.usage.out_reasoning is None
        if secret or total is None or start is None or self.last is None:
            return None, None
        tokens = total - thought - before
        return (self.last - start, tokens) if tokens > 0 else (None, None)

    @property
    def complete(self) -> bool:
        """Whether nothing of it can be missing: the terminal event came, or the finish reason and the counts did."""
        return self.done is not None or (self.finish_reason is not None and self.usage.out_total is not None)

    @property
    def ended(self) -> float | None:
        """When it was complete; None if it never was."""
        return self.done or (self.settled if self.complete else None)

    @property
    def buffered(self) -> bool:
        """Whether the text came faster than any model writes: in one read, or nearly so."""
        if self.first is None or self.last is None:
            return False
        if self.whole or (self.reads == 1 and self.done == self.last and self._in_read >= BUFFERED_EVENTS):
            return True
        chars = sum(map(len, self.answers)) + sum(map(len, self.reasonings))
        return chars >= BUFFERED_CHARS and self.last - self.first < chars * BUFFERED_S_PER_CHAR

    def failure(self, body: str) -> Failure | None:
        """Why this is not an answer, the stream being over; None if it is one. `body`: how the reply began.

        With a finish reason and its counts nothing of an answer can be missing, though the terminal event does not
        come; and a finish reason that nobody knows is not a reason to pay for the same text again.
        """
        if self.fault:
            refused = self.first is None
            status = self.fault.status or 200
            of = f"HTTP 200 with error {status}: " if self.fault.status else ""
            cause = Cause.STATUS if refused else Cause.STREAM
            return Failure(cause, of + self.fault.message, fault=self.fault, status=status)
        if not self.events and body.strip():
            return Failure(Cause.SHAPE, f"the reply holds no event: {body}", status=200)
        if self.overlong:
            return Failure(Cause.LENGTH, f"longer than {ANSWER_BYTES} bytes, and cut there", status=200)
        if (self.finish_reason is None and self.outcome is None) or not self.complete:
            return Failure(Cause.STREAM, "the stream ended without its terminal event", status=200)
        unknown = self.outcome is None and (self.first is None or self.usage.out_total is None)
        if unknown or self.outcome is Outcome.INFRASTRUCTURE:
            return Failure(Cause.STREAM, f"finish reason {self.finish_reason!r}", status=200)
        return None

    def ending(self) -> Outcome:
        """How an answer without a failure ended, once it is closed."""
        outcome = self.outcome or Outcome.ANSWERED
        return Outcome.EMPTY if outcome is Outcome.ANSWERED and not self.text.strip() else outcome


def _cut(text: str, room: int) -> tuple[str, int]:
    """A text's beginning of at most `room` bytes, and the room that it leaves: none once something was cut."""
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    if size <= room:
        return text, room - size
    return text.encode("utf-8", "surrogatepass")[:room].decode("utf-8", "ignore"), 0
