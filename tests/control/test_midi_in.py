"""MIDI plays a performance: through mido, with ports in memory."""

from __future__ import annotations

import logging
import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import fake_midi
import pytest
from fakes import PRESET, FakeSink, FakeSource, fake_look, levels

from livegan.control.midi import far_ports, port_process, system
from livegan.control.midi.assignments import FILE, Assignment
from livegan.control.midi.far_ports import PortProcess
from livegan.control.midi.midi_in import MidiIn, shown
from livegan.control.midi.moves import Control
from livegan.control.midi.port_process import Office
from livegan.errors import MissingExtraError
from livegan.keepsakes import state_folder
from livegan.performance import Performance

mido = pytest.importorskip("mido", reason='no mido; pip install -e ".[midi]"')

BOX = "Box:Box MIDI 1 20:0"
NAME = "Box:Box MIDI 1"
FADE = "output.fade"


@pytest.fixture(autouse=True)
def ports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No ports but those that a test plugs in, looked at often."""
    monkeypatch.setenv("MIDO_BACKEND", "fake_midi")
    monkeypatch.setattr(port_process, "PERIOD_S", 0.01)
    fake_midi.clear()
    yield
    fake_midi.clear()


class NearOffice:
    """What runs in the process of the ports, in a thread of this one, where a test can plug."""

    latest: NearOffice

    def __init__(self, parts: Sequence[str]) -> None:
        self.line, theirs = multiprocessing.Pipe()
        self._theirs = theirs
        self._thread = threading.Thread(target=self._run, args=(Office(theirs, parts),))
        self._thread.start()
        NearOffice.latest = self

    def _run(self, office: Office) -> None:
        with suppress(EOFError, OSError):
            office.run()
        self._theirs.close()

    def kill(self) -> None:
        """End it."""
        with suppress(OSError), socket.socket(fileno=os.dup(self._theirs.fileno())) as cut:
            cut.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)


class Show:
    """A performance that paints grey level 200 on and on, and its sink."""

    def __init__(self) -> None:
        self.sink = FakeSink()
        self.performance = Performance(
            PRESET,
            open_source=lambda: FakeSource([200] * 1_000_000, threading.Semaphore(1)),
            open_sink=lambda spec, size, fps: self.sink,
            sinks=["null"],
            make_look=lambda preset: fake_look(),
        )

    def __getitem__(self, name: str) -> object:
        return self.performance.values.snapshot()[name]

    def set(self, name: str, value: object) -> None:
        """Set a parameter, as a panel would."""
        self.performance.values.update({name: value})

    def becomes(self, name: str, wanted: Callable[[object], bool]) -> bool:
        """Wait until a parameter is as wanted."""
        values, deadline_s = self.performance.values, time.monotonic() + 10
        seen = values.snapshot()
        while not wanted(seen[name]) and time.monotonic() < deadline_s:
            seen = values.wait(seen, 0.1)
        return wanted(seen[name])


@pytest.fixture
def show() -> Iterator[Show]:
    """A show that has begun."""
    made = Show()
    with made.performance:
        assert made.sink.wait_for(lambda frames: bool(frames))
        yield made


@pytest.fixture
def midi(show: Show) -> Iterator[MidiIn]:
    """Its MIDI, with one box plugged in, that has an output too."""
    fake_midi.plug(BOX, output=True)
    made = MidiIn(start=NearOffice)
    made.play(show.performance.values, show.performance.health, show.performance.clock)
    assert fake_midi.wait_for_ports(made)
    yield made
    made.close()


def turn(*values: int, number: int = 7) -> None:
    """Move a fader of the box."""
    for value in values:
        fake_midi.send(BOX, mido.Message("control_change", control=number, value=value))


def learn(show: Show, name: str, number: int = 7) -> None:
    """Arm, move, done."""
    show.set("midi.learn", name)
    assert show.becomes("midi.learning", lambda told: told == f"{name}: move a control")
    turn(0, 1, 2, number=number)
    done = f"{name}: cc {number}, channel 1 of {NAME}"
    assert show.becomes("midi.learning", lambda told: told == done)


def test_arm_move_done_and_the_picture_follows_the_fader(show: Show, midi: MidiIn) -> None:
    assert levels(show.sink.frames)[-1] > 0
    learn(show, FADE)
    turn(0, 127)
    assert show.becomes(FADE, lambda value: value == 1.0)
    assert show.sink.wait_for(lambda frames: levels(frames)[-1] == 0)


def test_what_was_learned_plays_the_next_time(show: Show, midi: MidiIn) -> None:
    learn(show, FADE)
    midi.close()
    assert (state_folder() / FILE).is_file()
    again = MidiIn(start=NearOffice)
    other = Show()
    again.play(other.performance.values, other.performance.health)
    assert fake_midi.wait_for_ports(again)
    turn(0, 64)
    assert other.becomes(FADE, lambda value: value == 64 / 127)
    again.close()


def test_a_midi_file_plays_a_performance(show: Show, midi: MidiIn, tmp_path: Path) -> None:
    learn(show, FADE)
    learn(show, "output.hue", 1)
    song = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    song.tracks.append(track)
    for step in range(128):
        track.append(mido.Message("control_change", control=7, value=step, time=1))
        track.append(mido.Message("control_change", control=1, value=127 - step, time=1))
    track.append(mido.Message("program_change", program=0, time=1))
    song.save(tmp_path / "song.mid")
    for message in mido.MidiFile(tmp_path / "song.mid"):
        if not message.is_meta:
            fake_midi.send(BOX, message)
    assert show.becomes(FADE, lambda value: value == 1.0)
    assert show.becomes("output.hue", lambda value: value == -180.0)


def test_a_box_that_is_plugged_in_again_under_another_number_plays_on(
    show: Show, midi: MidiIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    learn(show, FADE)
    fake_midi.clear()
    assert _soon(lambda: f"{NAME} is gone" in caplog.text)
    again = "Box:Box MIDI 1 32:0"
    fake_midi.plug(again)
    assert _soon(lambda: fake_midi.is_open(again) and f"{NAME} plays" in caplog.text)
    for value in (0, 64):
        fake_midi.send(again, mido.Message("control_change", control=7, value=value))
    assert show.becomes(FADE, lambda value: value == 64 / 127)


def test_a_motor_fader_follows_what_others_change(show: Show, midi: MidiIn) -> None:
    learn(show, FADE)
    show.set(FADE, 0.5)
    assert fake_midi.wait_for_sent(
        BOX, lambda sent: sent[-1:] == [mido.Message("control_change", control=7, value=64)]
    )


def test_a_flood_is_read_to_its_last_message_and_the_picture_goes_on(
    show: Show, midi: MidiIn
) -> None:
    learn(show, FADE)
    turn(0)
    for number in range(20_000):
        turn(number % 128)
        if number % 200 == 0:
            time.sleep(0.001)  # lets the thread have Python's lock, as a cable would
    turn(90)
    assert show.becomes(FADE, lambda value: value == 90 / 127)
    shown_frames = len(show.sink.frames)
    assert show.sink.wait_for(lambda frames: len(frames) > shown_frames)
    assert midi.lines()[0].endswith(f"from {NAME}")


def test_a_message_that_breaks_something_is_told_and_the_next_is_heard(
    show: Show, midi: MidiIn, caplog: pytest.LogCaptureFixture
) -> None:
    learn(show, FADE)
    fake_midi.send(BOX, SimpleNamespace(type="control_change"))
    assert _soon(lambda: "midi degraded: KeyError" in caplog.text)
    turn(0, 64)
    assert show.becomes(FADE, lambda value: value == 64 / 127)


def test_ticks_set_the_tempo(show: Show, midi: MidiIn) -> None:
    show.set("clock.source", "midi")
    for _ in range(5):
        fake_midi.send(BOX, mido.Message("clock"))
        time.sleep(0.005)
    ticks = show.performance.clock
    assert _soon(lambda: ticks.at(time.monotonic()).tempo_bpm != 120.0)


def test_only_ports_that_are_named_play(show: Show) -> None:
    fake_midi.plug(BOX)
    fake_midi.plug("Other 24:0")
    midi = MidiIn(["other"], NearOffice)
    midi.play(show.performance.values, show.performance.health)
    assert fake_midi.wait_for_ports(midi)
    assert fake_midi.is_open("Other 24:0") and not fake_midi.is_open(BOX)
    midi.close()


def test_a_name_that_no_port_has_is_told_and_waited_for(
    show: Show, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    fake_midi.plug(BOX)
    midi = MidiIn(["nano", "pad"], NearOffice)
    midi.play(show.performance.values, show.performance.health)
    assert fake_midi.wait_for_ports(midi)
    assert "no port has 'nano' or 'pad' in its name yet" in caplog.text
    fake_midi.plug("nanoKONTROL 24:0")
    assert _soon(lambda: "nanoKONTROL plays" in caplog.text)
    assert caplog.text.count("no port has") == 1
    midi.close()


def test_off_opens_nothing_and_says_so_to_who_wants_to_learn(show: Show) -> None:
    fake_midi.plug(BOX)
    midi = MidiIn(["off"], NearOffice)
    midi.play(show.performance.values, show.performance.health)
    assert fake_midi.wait_for_ports(midi, 0)
    show.set("midi.learn", FADE)
    assert show.becomes("midi.learning", lambda told: "MIDI is off" in str(told))
    assert not fake_midi.is_open(BOX)
    midi.close()


def test_without_the_packages_only_who_asks_for_midi_is_told(
    show: Show, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(system, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="pip install"):
        MidiIn(["box"])
    caplog.set_level(logging.INFO)
    midi = MidiIn()
    midi.play(show.performance.values, show.performance.health)
    assert "midi" not in caplog.text
    show.set("midi.learn", FADE)
    assert show.becomes("midi.learning", lambda told: "pip install" in str(told))
    midi.close()


def test_all_threads_end(show: Show, midi: MidiIn) -> None:
    midi.close()
    midi.close()
    left = ("midi", "midi-ports", "midi-watch")
    assert _soon(lambda: not {one.name for one in threading.enumerate()} & set(left))


@pytest.mark.parametrize(
    ("control", "mode", "value", "sent"),
    [
        (("cc", 7), "absolute", 64, ["control_change channel=0 control=7 value=64"]),
        (("note", 36), "toggle", 127, ["note_on channel=0 note=36 velocity=127"]),
        (("bend", 0), "absolute", 16383, ["pitchwheel channel=0 pitch=8191"]),
        (("cc", 7), "14bit", 16383 - 127, ["control=7 value=127", "control=39 value=0"]),
        (("nrpn", 300), "absolute", 5, ["control=99 value=2", "control=98 value=44",
                                        "control=6 value=5"]),
        (("nrpn", 300), "14bit", 129, ["control=99 value=2", "control=98 value=44",
                                       "control=6 value=1", "control=38 value=1"]),
    ],
)  # fmt: skip
def test_a_control_is_sent_what_it_would_send(
    control: tuple[str, int], mode: str, value: int, sent: list[str]
) -> None:
    kind, number = control
    made = Assignment(Control(NAME, 1, kind, number), FADE, mode)  # type: ignore[arg-type]
    for (kind, fields), wanted in zip(shown(made, value), sent, strict=True):
        assert wanted in str(mido.Message(kind, **fields))


def test_a_process_of_the_ports_that_ends_is_started_anew(
    show: Show, midi: MidiIn, caplog: pytest.LogCaptureFixture
) -> None:
    learn(show, FADE)
    caplog.clear()
    caplog.set_level(logging.INFO)
    NearOffice.latest.kill()
    assert _soon(lambda: "midi lost: its process ended" in caplog.text)
    assert _soon(lambda: f"{NAME} plays" in caplog.text)
    turn(0, 64)
    assert show.becomes(FADE, lambda value: value == 64 / 127)


def test_a_process_of_the_ports_that_hangs_is_ended(
    show: Show, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(far_ports, "FIRST_SILENT_S", 0.05)
    monkeypatch.setattr(Office, "run", lambda self: self._closing.wait(0.5))
    midi = MidiIn(start=NearOffice)
    midi.play(show.performance.values, show.performance.health)
    assert _soon(lambda: "midi lost: TimeoutError: the process of the MIDI" in caplog.text)
    midi.close()


def test_a_library_that_does_not_load_degrades_midi_and_nothing_else(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIDO_BACKEND", "no_such_backend")
    midi = MidiIn(start=NearOffice)
    midi.play(show.performance.values, show.performance.health)
    assert fake_midi.wait_for_ports(midi)
    (health,) = [one for one in show.performance.health.all() if one.name == "midi"]
    assert str(health) == "midi degraded: ModuleNotFoundError: No module named 'no_such_backend'"
    midi.close()


def test_ports_are_open_in_a_process_of_their_own_which_ends_with_the_show(
    show: Show, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    # What this fake is sent it says itself, as a cable from its output to its input would.
    monkeypatch.setenv("FAKE_MIDI_LOOPS", BOX)
    midi = MidiIn()
    midi.play(show.performance.values, show.performance.health)
    assert fake_midi.wait_for_ports(midi, 60)
    assert _soon(lambda: f"{NAME} plays" in caplog.text)
    show.set("midi.learn", FADE)
    assert show.becomes("midi.learning", lambda told: told == f"{FADE}: move a control")
    ports = midi._ports
    assert ports
    for value in (0, 1, 2):
        ports.send(NAME, "control_change", {"control": 7, "value": value})
    assert show.becomes("midi.learning", lambda told: str(told).endswith(f"of {NAME}"))
    office = ports._office
    assert isinstance(office, PortProcess)
    midi.close()
    office._process.join(10)
    assert office._process.exitcode is not None


def _soon(happened: Callable[[], bool]) -> bool:
    deadline_s = time.monotonic() + 10
    while not happened() and time.monotonic() < deadline_s:
        time.sleep(0.01)
    return happened()
