"""One call: its attempts, the pauses between them, and the record of them all."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench import clean
from bench.engine.answer import Answer
from bench.engine.clock import now
from bench.engine.exchange import Asking, Ended
from bench.engine.lane import LaneState
from bench.engine.retry import MAX_MINUTES, pause_before_next
from bench.engine.saturation import Saturation
from bench.engine.seams import Admission, Begins, Unrecorded
from bench.engine.sender import Sender
from bench.plan import PlannedCall
from bench.records import Call, Outcome, cut_off, unanswered_call, utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Asks the calls of one lane."""

    run: str
    """The run's id."""
    state: LaneState
    """The lane."""
    asking: Asking
    """What its attempts have in common."""
    saturation: Saturation
    """The watch on our own process."""
    admission: Admission
    """Says whether a retry that could be billed may be sent."""
    begins: Begins | None = None
    """Called before a call is sent, and again before a retry of what may be billed; None where no limit needs it."""

    async def ask(self, sender: Sender, planned: PlannedCall, queue_s: float) -> Call:
        """One finished call, asked again as `retry` allows. The lane learns from every attempt."""
        state, begun = self.state, now()
        body = {**planned.body, **self.asking.streaming}
        attempts: list[Ended] = []
        machine_s: list[float] = []
        waited_s, spared = 0.0, 0
        while True:
            if self.begins is not None and (not attempts or attempts[-1].attempt.billable):
                await self._begin(self.begins, planned, attempts)
            state.machine.begin(planned.order)
            ended, flags = await sender.send(body, waited_s, keeps_events=self._keeps_events(planned))
            machine_s.append(state.machine.end(planned.order))
            attempts.append(ended)
            state.saw(ended)
            if state.in_a_minutes_pause and ended.failure and ended.failure.unadvised:
                spared = len(attempts)
            pause_s = self._pause(planned, attempts, spared)
            if pause_s is None:
                break
            paused = now()
            await state.throttle.wait(pause_s)
            waited_s = now() - paused
            if state.throttle.stopped:
                break
            state.retries += 1
        state.judge(ended)
        return self._call(planned, attempts, machine_s, queue_s=queue_s, wall_s=now() - begun, flags=flags)

    async def _begin(self, begins: Begins, planned: PlannedCall, attempts: Sequence[Ended]) -> None:
        """Of an episode's turn the episode begins. Raises Unrecorded."""
        whole = self.state.whole[planned.order]
        sent = (*(ended.attempt for ended in attempts), cut_off(utc_now()))
        try:
            await begins(unanswered_call(whole, self.run, *sent))
        except Exception as error:
            raise Unrecorded from error

    def _keeps_events(self, planned: PlannedCall) -> bool:
        return planned.item.dialogue is not None and self.state.lane.endpoint.talk.keeps_events

    def _message(self, planned: PlannedCall, answer: Answer) -> Mapping[str, Any] | None:
        """The model's message as it goes back in an episode; None of an item that is asked once."""
        if planned.item.dialogue is None:
            return None
        text = self.asking.redact.in_answer(answer.text)
        try:
            made = self.state.lane.endpoint.talk.message(text, answer.kept or ())
        except (ValueError, AttributeError, TypeError):
            return {"role": "assistant", "content": text}
        cleaned: dict[str, Any] = clean.each_text(clean.json_value(dict(made)), self.asking.redact.in_answer)
        return cleaned

    def _pause(self, planned: PlannedCall, attempts: Sequence[Ended], spared: int) -> float | None:
        """Seconds until the call is asked again; None if it is not. The first `spared` attempts do not count."""
        failures = [ended.failure for ended in attempts if ended.failure]
        if len(failures) < len(attempts) or self.state.minutes > MAX_MINUTES:
            return None
        failures = failures[spared:] or failures[-1:]
        pause_s = pause_before_next(failures, reached=self.state.reached, dice=random.random())
        if pause_s is None or not attempts[-1].attempt.billable:
            return pause_s
        return pause_s if self.admission.again(self.state.lane.label, planned.rank) else None

    def _notes(self, planned: PlannedCall, ended: Ended, *, turned_away: bool) -> Iterator[str]:
        """What is odd about an answer; see `Call.notes`."""
        answer, cap = ended.answer, planned.body.get(self.state.lane.endpoint.rules.max_tokens_field)
        if answer.outcome is None:
            yield "finish_reason"
        if answer.contradicted:
            yield "two_reasons"
        if ended.attempt.outcome is Outcome.ANSWERED and cap and (answer.usage.out_total or 0) >= cap:
            yield "at_cap"
        if turned_away:
            yield "turned_away"
        if answer.whole:
            yield "not_streamed"
        elif answer.done is None:
            yield "no_terminal_event"

    def _call(
        self,
        planned: PlannedCall,
        attempts: Sequence[Ended],
        machine_s: Sequence[float],
        queue_s: float,
        wall_s: float,
        flags: tuple[str, ...],
    ) -> Call:
        answer, scored = attempts[-1].answer, attempts[-1].attempt
        turned_away = any(ended.attempt.status in (429, 529) for ended in attempts)
        hide, local = self.asking.redact.in_answer, self.state.lane.endpoint.entry.local
        return Call(
            key=planned.key,
            run=self.run,
            task=planned.item.task,
            item=planned.item.item,
            repeat=planned.repeat,
            order=planned.order,
            outcome=scored.outcome,
            text=hide(answer.text),
            reasoning=hide(answer.reasoning),
            finish_reason=answer.finish_reason and hide(answer.finish_reason),
            served_model=answer.served_model and hide(answer.served_model),
            usage=scored.usage,
            attempts=tuple(ended.attempt for ended in attempts),
            started_at=scored.sent_at,
            queue_s=queue_s,
            wall_s=wall_s,
            timing_ok=not flags,
            timing_flags=flags,
            notes=() if attempts[-1].failure else tuple(self._notes(planned, attempts[-1], turned_away=turned_away)),
            sampling_requested=planned.sampling,
            sampling_applied=planned.sampling_applied,
            machine_s=machine_s[-1] if local else None,
            machine_retries_s=sum(machine_s[:-1]) if local else 0.0,
            cost_reported_usd=scored.cost_reported_usd,
            message=self._message(planned, answer),
        )
