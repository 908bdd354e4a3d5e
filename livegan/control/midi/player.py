"""Plays parameters by MIDI messages, and learns which control plays which. It knows no ports."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Protocol

from livegan.control.midi.assignments import Assignment, Assignments, learnable
from livegan.control.midi.hand import Hand
from livegan.control.midi.learner import Learner
from livegan.control.midi.moves import FINE_OFFSET, Control, Heard, Message, Move, Reader
from livegan.errors import ParameterError
from livegan.parameters import LiveValues, Setting, find, played
from livegan.parameters.midi_rows import LEARN_NOTHING

logger = logging.getLogger("livegan")

_CLOCK_SILENT_S = 1.0
"""So long without a tick, and the clock of another port may be heard."""


class BeatClock(Protocol):
    """What follows the clock of a drum machine: 24 ticks a beat."""

    def midi_tick(self, now_s: float) -> None:
        """One more tick."""

    def midi_start(self, now_s: float) -> None:
        """The next tick is the first of a bar."""

    def midi_continue(self, now_s: float) -> None:
        """The next tick goes on from where it was stopped."""

    def midi_stop(self) -> None:
        """Ticks that come count no beats."""


class Player:
    """Plays messages, in batches whose changes are made at once. For one thread only.

    Args:
        values: what is played.
        assignments: which control plays what.
        clock: what follows MIDI clock, None if nothing does.
        why_not: why there are no controls to learn, "" where there may be.
    """

    def __init__(
        self,
        values: LiveValues,
        assignments: Assignments,
        clock: BeatClock | None,
        why_not: str = "",
    ) -> None:
        self.received = 0
        """How many messages came, but for the ticks of clocks."""
        self._values = values
        self._assignments = assignments
        self._clock = clock
        self._clock_port, self._ticked_s = "", 0.0
        self._why_not = why_not
        self._reader = Reader()
        self._learner = Learner()
        self._hands: dict[Control, list[Hand]] = {}
        self._arrange()

    @property
    def impatient(self) -> bool:
        """Whether it must be called again soon though nothing comes."""
        return self._learner.hears or any(hand.waits for hand in self._all_hands())

    def play(self, batch: Iterable[Heard]) -> None:
        """Play messages that came together; numbers that are sent twice end where the last one is.

        Args:
            batch: the messages, oldest first.
        """
        now = self._values.snapshot()
        changes: dict[str, Setting] = {}
        for one in batch:
            if self._keeps_time(one):
                continue
            self.received += 1
            if one.message.type == "program_change":
                self._change_preset(one.message, changes)
            move = self._reader.read(one.port, one.message, one.time_s)
            if move is None:
                continue
            if self._learner.waiting:
                self._learner.hear(move)
                continue
            for hand, fine in self._played_by(move):
                name = hand.assignment.parameter
                before = changes.get(name, now[name])
                self._note(changes, hand, hand.hear(move.value, before, fine=fine))
        self._change(changes)

    def idle(self, now_s: float) -> None:
        """Do what waited for more messages, as none came.

        Args:
            now_s: the monotonic clock.
        """
        now = self._values.snapshot()
        changes: dict[str, Setting] = {}
        for hand in self._all_hands():
            if hand.waits:
                name = hand.assignment.parameter
                self._note(changes, hand, hand.settle(changes.get(name, now[name])))
        self._change(changes)
        learned = self._learner.result(now_s)
        if learned:
            self._assignments.learn(learned)
            self._arrange()
            self._say(f"{learned.parameter}: {learned}")

    def hear_requests(self) -> None:
        """Do what the rows `midi.learn` and `midi.forget` ask for."""
        asked = self._values.take("midi.learn")
        if asked == LEARN_NOTHING:
            self._learner.begin("")
            self._values.measured({"midi.learning": ""})
        elif asked:
            self._begin(asked)
        forgotten = self._values.take("midi.forget")
        if forgotten:
            count = self._assignments.forget(forgotten)
            self._arrange()
            self._say(f"{forgotten}: " + ("forgotten" if count else "no control plays it"))

    def plugged(self, port: str, *, again: bool = False) -> None:
        """A port was plugged in: its controls may stand anywhere.

        Args:
            port: which one.
            again: whether it was there a moment ago, and perhaps all the time: then its controls
                stand where they were, but may not show what they did.
        """
        self._reader.forget(port)
        for hand in self._all_hands():
            if hand.assignment.control.port == port:
                if again:
                    hand.darken()
                else:
                    hand.forget()

    def lights(self, ports: Iterable[str]) -> list[tuple[Assignment, int]]:
        """What controls of these ports are to show, and do not yet."""
        now = self._values.snapshot()
        shown = []
        there = set(ports)
        for hand in self._all_hands():
            if hand.assignment.control.port in there:
                value = hand.light(now[hand.assignment.parameter])
                if value is not None:
                    shown.append((hand.assignment, value))
        return shown

    def _all_hands(self) -> Iterable[Hand]:
        return (hand for hands in self._hands.values() for hand in hands)

    def _arrange(self) -> None:
        """Make hands for what is new, and leave those that play where they are."""
        before = {hand.assignment: hand for hand in self._all_hands()}
        self._hands = {}
        for one in self._assignments.all:
            hand = before.get(one) or Hand(one)
            self._hands.setdefault(one.control, []).append(hand)

    def _played_by(self, move: Move) -> Iterable[tuple[Hand, bool]]:
        control = move.control
        for hand in self._hands.get(control, ()):
            yield hand, move.fine
        if control.kind == "cc" and FINE_OFFSET <= control.number < 2 * FINE_OFFSET:
            number = control.number - FINE_OFFSET
            upper = Control(control.port, control.channel, "cc", number)
            for hand in self._hands.get(upper, ()):
                yield hand, True

    def _note(self, changes: dict[str, Setting], hand: Hand, value: Setting | None) -> None:
        if value is not None:
            changes[hand.assignment.parameter] = value

    def _change(self, changes: Mapping[str, Setting]) -> None:
        if changes:
            self._values.update(changes)

    def _change_preset(self, message: Message, changes: dict[str, Setting]) -> None:
        changes["preset.load"] = played(find("preset.load"), [vars(message)["program"]])

    def _keeps_time(self, one: Heard) -> bool:
        """Hand on what clocks say; some controllers say it on each of their ports."""
        kind = one.message.type
        if kind not in ("clock", "start", "stop", "continue", "songpos"):
            return False
        if one.port != self._clock_port and one.time_s - self._ticked_s < _CLOCK_SILENT_S:
            return True
        self._clock_port, self._ticked_s = one.port, one.time_s
        if self._clock is None:
            return True
        if kind == "clock":
            self._clock.midi_tick(one.time_s)
        elif kind == "start":
            self._clock.midi_start(one.time_s)
        elif kind == "continue":
            self._clock.midi_continue(one.time_s)
        elif kind == "stop":
            self._clock.midi_stop()
        return True

    def _begin(self, name: str) -> None:
        try:
            row = find(name)
            if self._why_not:
                raise ParameterError(self._why_not)
            if not learnable(row):
                raise ParameterError(f"{name} can't be played by a control")
        except ParameterError as error:
            self._learner.begin("")
            self._say(str(error))
            return
        self._learner.begin(name)
        self._say(f"{name}: move a control")

    def _say(self, text: str) -> None:
        logger.info("midi       %s", ascii(text)[1:-1])
        self._values.measured({"midi.learning": text})
