"""Knows how a day passes: line, listener, judge, one frame after another.

Refuses to know what counts as false, and how it is shown.
"""

from collections import deque
from dataclasses import dataclass, field
from time import perf_counter

from custom_components.linky_tic.tic import Event, Frame, Mode

from .context import Context
from .judge import Finding, Judge
from .listener import Listener, resident, weight
from .scenario import HOUR, ClockJump, Restart, Scenario, Stranger
from .traffic import Passage, Traffic, Written
from .truth import SILENCE, Truth
from .usage import Usage


@dataclass
class Memory:
    """Bytes of the process and of the receiver, after an hour (or all) and at the end."""

    process: list[int] = field(default_factory=list)
    receiver: list[int] = field(default_factory=list)

    def measure(self, listener: Listener) -> None:
        """Weigh what there is now."""
        self.process.append(resident())
        self.receiver.append(weight(listener.receiver))


class Soak:
    """One scenario, lived through; afterwards its parts tell what came of it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.traffic = Traffic(scenario)
        self.truth = Truth()
        self.judge = Judge(self.truth)
        self.usage = Usage()
        self.listener = Listener(self.traffic.house.address)
        self.context = Context()
        self.memory = Memory()
        self.upsets: list[Restart | ClockJump | Stranger] = []
        self.seconds = 0.0
        self.bytes = 0
        self.unheard: dict[str, float] = {}
        self._sizes = self.traffic.sizes()
        self._good_at: dict[str, float] = {}
        self._arrived_at = 0.0

    def run(self) -> None:
        """Live all of it."""
        house, begin, minute = self.traffic.house, perf_counter(), 0
        while house.elapsed < self.scenario.hours * HOUR:
            self.step()
            if house.elapsed // 60 != minute:
                minute = int(house.elapsed // 60)
                self._look(minute)
        self.memory.measure(self.listener)
        self.seconds = perf_counter() - begin

    def step(self) -> None:
        """Let one frame pass, or one second of silence."""
        restarts = False
        for upset in self.traffic.upsets():
            self.upsets.append(upset)
            restarts |= isinstance(upset, Restart)
            if isinstance(upset, ClockJump):
                self.listener.clock_error += upset.seconds
        passage = self.traffic.next()
        start = self._restart(passage) if restarts else 0
        if passage.data:
            self.bytes += len(passage.data)
            self._pass(passage, start)

    def _restart(self, passage: Passage) -> int:
        """Start the listener anew; the first byte of a frame that it hears."""
        self.listener.restart()
        self.judge.restart(passage.at)
        self.usage.restart()
        return self.traffic.chance.randrange(len(passage.data) or 1)

    def _pass(self, passage: Passage, start: int) -> None:
        self.context.pass_by(passage)
        self.usage.expect(passage, start)
        if passage.is_ours:
            self.truth.hear(passage)
        arrivals = deque(group for group in passage.groups if group.is_good(start))
        now = passage.at
        for end, now in passage.chunks(self._sizes):
            if end > start:
                while arrivals and arrivals[0].arrived <= end:
                    self._arrive(passage, arrivals.popleft(), now)
                self._deliver(passage.data[start:end], now)
                start = end
        if passage.is_whole and passage.is_ours:
            self.judge.miss(self.truth.missing(passage, self.judge.states), now)

    def _arrive(self, passage: Passage, group: Written, now: float) -> None:
        """Note a group that is good on the line, and how long there was none."""
        if not passage.is_ours:
            return
        self.judge.arrive(group, now)
        if (passage.kind == "standard") is not ("standard" in self._good_at):
            self._good_at.clear()  # the mode has changed
        before = self._good_at.get(passage.kind, now)
        self.unheard[passage.kind] = max(self.unheard.get(passage.kind, 0.0), now - before)
        self._good_at[passage.kind] = now
        if passage.is_settled:
            self._arrived_at = now

    def _deliver(self, chunk: bytes, now: float) -> None:
        if events := self.listener.feed(chunk, now):
            self._judge(events, now)
        if self._arrived_at - self.listener.good_at > SILENCE:
            self.judge.fail("unavailable", "", "good groups, none heard for 60 s", now)
            self.listener.good_at = now

    def _judge(self, events: list[Event], now: float) -> None:
        self.listener.count(events)
        self.context.refuse(events, now)
        for event in events:
            if isinstance(event, Frame):
                self.usage.hear(event)
        mode = Mode(self.traffic.house.mode)
        self._explain(self.judge.hear(events, now, mode), now)

    def _watch(self, passage: Passage, start: int, end: int, now: float) -> None:
        """Note how long the line gave no good group, of each kind of frame."""
        if not any(start < group.arrived <= end for group in passage.groups):
            return
        if (passage.kind == "standard") is not ("standard" in self._good_at):
            self._good_at.clear()  # the mode has changed
        before = self._good_at.get(passage.kind, now)
        self.unheard[passage.kind] = max(self.unheard.get(passage.kind, 0.0), now - before)
        self._good_at[passage.kind] = now
        if self._arrived_at and now - self._arrived_at < SILENCE < now - self.listener.good_at:
            self.judge.fail("unavailable", "", "good groups, none heard for 60 s", now)
        if passage.is_settled:
            self._arrived_at = now

    def _look(self, minute: int) -> None:
        now = self.traffic.house.now.timestamp()
        self._explain(self.judge.look(now), now)
        self.truth.forget(now)
        if minute == HOUR // 60:
            self.memory.measure(self.listener)

    def _explain(self, findings: list[Finding], now: float) -> None:
        for finding in findings:
            finding.context = self.context.of(finding.label, now)
