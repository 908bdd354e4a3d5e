"""Real MIDI ports: livegan plays in an emulated machine that has some, and is judged.

    pytest tests/devices/midi.py

Plain `pytest` leaves this out, because its name is not that of a test: it takes two minutes
or more. The machine is `machine.sh`, what is played there `midi_scenes.py`; `-s` shows how far it
is.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from devices.machine import HERE, run_there

mido = pytest.importorskip("mido", exc_type=ImportError)
pytest.importorskip("rtmidi", exc_type=ImportError)

ROOT = HERE.parents[1]


def write_song(path: Path, values: Iterable[int]) -> None:
    """A MIDI file in which a fader, control 7, goes through these values."""
    track = mido.MidiTrack()
    track += [mido.Message("control_change", control=7, value=one, time=20) for one in values]
    song = mido.MidiFile()
    song.tracks.append(track)
    song.save(path)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the scenes left."""
    folder = tmp_path_factory.mktemp("machine")
    write_song(folder / "teach.mid", range(0, 30, 3))
    write_song(folder / "up.mid", [*range(0, 127, 4), 127])
    write_song(folder / "down.mid", [*range(127, 0, -4), 0])
    path = f"PYTHONPATH={ROOT}:{ROOT / 'tests'}"
    run_there(folder, "env", path, sys.executable, HERE / "midi_scenes.py", "/out")
    return folder


@pytest.fixture(scope="module")
def left(out: Path) -> Any:
    """What they wrote in the end: see `midi_scenes.main`."""
    return json.loads((out / "midi.json").read_text())


@pytest.fixture(scope="module")
def log(out: Path) -> str:
    """What livegan said."""
    return (out / "midi.log").read_text()


def told(left: Any, name: str) -> list[float]:
    """The values of a parameter that the telephone was told, in order."""
    return [value for address, value in left["told"] if address == name]


def test_a_song_teaches_a_fader_and_plays_it_up_and_down_without_a_step_back(left: Any) -> None:
    fade = told(left, "output/fade")
    top = fade.index(1.0)
    bottom = fade.index(0.0, top)
    assert fade[: top + 1] == sorted(fade[: top + 1])
    assert fade[top : bottom + 1] == sorted(fade[top : bottom + 1], reverse=True)


def test_a_knob_is_sent_what_is_set_by_osc_and_nothing_else(left: Any) -> None:
    # A hue of 0 degrees is in the middle, 90 three quarters up; before, it stood in the middle.
    assert left["places"][-4:] == [95, 0, 127, 64]
    assert left["places"][:-4] in ([], [64])


def test_a_knob_that_is_unplugged_plays_again_as_soon_as_it_is_back(log: str, left: Any) -> None:
    knob = "Virtual Raw MIDI 0-0:VirMIDI 0-0"
    story = [f"{knob} plays", f"cc 1, channel 1 of {knob}", f"{knob} is gone", f"{knob} plays"]
    assert re.search(".*".join(map(re.escape, story)), log, re.DOTALL), log
    hue = told(left, "output/hue")
    # After the second time it may be turned more than once.
    assert [value for value in hue if abs(value) == 180.0][:3] == [180.0, -180.0, 180.0]
    # The fader was not unplugged, and played on meanwhile.
    assert told(left, "output/fade")[-1] == 1.0
    assert "Traceback" not in log


def test_ctrl_c_ends_it_and_leaves_no_process(left: Any) -> None:
    assert left["exit_code"] == 0
    assert left["left"] == []
