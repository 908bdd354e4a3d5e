"""What a show was left with: what is kept of it, what is brought back, and what goes wrong."""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import fake_look
from hypothesis import given
from hypothesis import strategies as st

from livegan import keepsakes, left, session
from livegan.decks import CROSSFADE, OF_A_LOOK, Loaded, OnDecks
from livegan.errors import ModelError, SourceError
from livegan.keepsakes import state_folder
from livegan.left import Behind, Left
from livegan.options import left_look, look_of
from livegan.parameters import TABLE, LiveValues, Setting
from livegan.presets import Preset, read_preset
from livegan.session import Journal

KEPT = st.sampled_from(sorted(name for name, row in TABLE.items() if row.kind == "number"))


def path() -> Path:
    """The file."""
    return state_folder() / "session.toml"


def loaded(
    preset: Preset,
    settings: Mapping[str, Setting] | None = None,
    behind: Loaded | None = None,
    deck_behind: str = "B",
) -> OnDecks:
    """That preset on the deck in front."""
    look = replace(fake_look(preset.name), settings=settings or {})
    return OnDecks(Loaded(look, preset), behind, deck_behind)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    ends_s = time.monotonic() + 20
    while not true():
        assert time.monotonic() < ends_s, "it never came"
        time.sleep(0.01)


def play(
    preset: Preset, *changes: Mapping[str, object], orderly: bool = True, **wanted: Setting
) -> None:
    """A whole show: these changes one after the other, each of them kept, and its end."""
    values = LiveValues(wanted)
    journal = Journal()
    journal.follow(values, lambda: loaded(preset))
    until(path().exists)
    for change in changes:
        values.update(change)
    journal.close(orderly=orderly)


def leave(text: str) -> None:
    """Leave a file as some other livegan would."""
    path().parent.mkdir(parents=True, exist_ok=True)
    path().write_text(text, encoding="utf-8")


def restored() -> Preset | None:
    """What the next show begins with."""
    with Journal() as journal:
        return journal.restored(left_look)


@given(
    st.dictionaries(KEPT, st.floats(0, 1)),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_what_is_written_is_read_again(
    values: dict[str, float], preset: str, generator: str
) -> None:
    taken = {name: TABLE[name].accept(to) for name, to in values.items() if name in left._KEPT}
    behind = Behind(generator, preset, taken, "A", values.get("deck.crossfade", 0.5))
    if not (preset or generator):  # something was behind
        behind = replace(behind, preset="pearl")
    for one in (Left(preset, generator, taken), Left(generator, preset, taken, behind)):
        leave(one.written())
        assert Left.read(path()) == one


def test_the_next_show_begins_as_this_one_was_left(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    play(read_preset("pearl"), {"puppet.mouth_gain": 1.4}, {"source.zoom": 2.0, "lfo.1_rate": 8.0})
    preset = restored()
    assert preset is not None
    assert (preset.name, preset.generator) == ("pearl", "pearl")
    assert preset.values["puppet.mouth_gain"] == 1.4 and preset.values["lfo.1_rate"] == 8.0
    (line,) = [one for one in caplog.messages if one.startswith("session")]
    assert line == "session    as you left it: pearl, 3 values; name a preset to begin anew"


def test_of_a_show_in_which_nothing_was_set_nothing_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    play(read_preset("mona-lisa"))
    assert restored() is None
    assert caplog.messages == []


def test_the_first_show_of_all_begins_anew(caplog: pytest.LogCaptureFixture) -> None:
    assert restored() is None
    assert caplog.messages == []


def test_what_the_preset_or_the_generator_gives_is_not_kept_besides() -> None:
    values = LiveValues({"puppet.mouth_gain": 1.5, "canny.blur": 3.0, "canny.high": 99.0})
    preset = Preset("one", "one", values={"puppet.mouth_gain": 1.5})
    with Journal() as journal:
        journal.follow(values, lambda: loaded(preset, settings={"canny.blur": 3.0}))
        until(path().exists)
    assert Left.read(path()).values == {"canny.high": 99.0}


def test_what_was_brought_back_stays_kept_until_it_is_set_otherwise() -> None:
    play(read_preset("pearl"), {"puppet.mouth_gain": 1.4, "source.zoom": 2.0})
    with Journal() as journal:
        preset = journal.restored(left_look)
        assert preset is not None
        values = LiveValues(preset.values)
        journal.follow(values, lambda: loaded(preset))
        values.update({"source.zoom": 1.0})
    assert Left.read(path()).values == {"puppet.mouth_gain": 1.4}


DARK = {
    "output.blackout": True,
    "output.freeze": True,
    "output.fade": 1.0,
    "output.brightness": 0.0,
    "source.freeze": True,
    "source.bypass": True,
}


def test_after_a_crash_even_the_dark_is_as_it_was_and_after_an_end_it_is_light() -> None:
    play(read_preset("pearl"), {"source.zoom": 2.0, **DARK}, orderly=False)
    assert Left.read(path()).values == {"source.zoom": 2.0, **DARK}
    play(read_preset("pearl"), {"source.zoom": 2.0, **DARK})
    assert Left.read(path()).values == {"source.zoom": 2.0}


def test_hours_after_a_crash_it_is_light_too() -> None:
    play(read_preset("pearl"), {"source.zoom": 2.0, **DARK}, orderly=False)
    lock = path().with_suffix(".lock")
    soon, late = time.time() - 300, time.time() - 4 * 3600
    os.utime(lock, (soon, soon))
    preset = restored()
    assert preset is not None and preset.values == {"source.zoom": 2.0, **DARK}
    os.utime(lock, (late, late))
    preset = restored()
    assert preset is not None and preset.values == {"source.zoom": 2.0}


def test_a_show_that_was_dark_for_hours_and_is_cut_off_goes_on_dark() -> None:
    play(read_preset("pearl"), {"output.blackout": True}, orderly=False)
    hours_ago = time.time() - 4 * 3600
    os.utime(path(), (hours_ago, hours_ago))
    os.utime(path().with_suffix(".lock"), (hours_ago, hours_ago))
    play(read_preset("pearl"), {"output.blackout": True}, orderly=False)
    preset = restored()
    assert preset is not None and preset.values == {"output.blackout": True}


def test_a_projector_that_is_set_darker_stays_so() -> None:
    play(read_preset("pearl"), {"output.brightness": 0.6})
    assert Left.read(path()).values == {"output.brightness": 0.6}


def test_a_preset_that_was_named_by_its_path_is_found_again(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('schema = 1\ngenerator = "pearl"\n[canny]\nblur = 2.5\n')
    play(read_preset(str(own)), {"canny.blur": 2.5, "canny.high": 99.0})
    preset = restored()
    assert preset is not None
    assert (preset.name, preset.path) == ("own", own)
    assert preset.values == {"canny.blur": 2.5, "canny.high": 99.0}


def test_a_generator_that_was_named_paints_again() -> None:
    engine = Path(__file__).parents[1] / "engines" / "pearl.onnx"
    play(look_of(None, str(engine)))
    preset = restored()
    assert preset is not None
    assert (preset.name, preset.generator) == ("pearl", str(engine))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("schema = 1\n[session]\npreset = ", "not TOML"),
        ("\0\0\0\0", "not TOML"),
        ("", "schema is None"),
        ('schema = 2\n[session]\npreset = "pearl"\n', "schema is 2"),
        ("schema = 1\n", "does not say what played"),
        ("schema = 1\nsession = 3\n", "does not say what played"),
        ("schema = 1\n[session]\npreset = 3\n", "does not say what played"),
        ('schema = 1\n[session]\npreset = "pearl"\n[puppet]\nmouth_gain = "wide"\n', "mouth_gain"),
        ('schema = 1\n[session]\npreset = "gone"\n', "no preset is called 'gone'"),
        ('schema = 1\n[session]\npreset = "pearl"\nbehind = 3\n', "was on the deck behind"),
        ('schema = 1\n[session]\npreset = "pearl"\n[deck]\ncrossfade = "B"\n', "crossfade"),
        ('schema = 1\n[session]\npreset = "../../etc/passwd"\n', "no preset is called"),
        ('schema = 1\n[session]\npreset = "gone.toml"\n', "there is no such file"),
        ('schema = 1\n[session]\npreset = ""\ngenerator = "/gone.onnx"\n', "no such file"),
        ("#" * 2_000_000, "larger than 1 MiB"),
    ],
)
def test_a_damaged_file_is_put_aside_with_one_line_and_the_show_begins(
    text: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    leave(text)
    assert restored() is None
    (line,) = caplog.messages
    assert why in line and "session-aside.toml" in line and "\n" not in line
    assert not path().exists()
    assert path().with_name("session-aside.toml").read_text() == text
    play(read_preset("pearl"), {"canny.blur": 2.0})
    assert Left.read(path()).values == {"canny.blur": 2.0}


def test_a_generator_that_is_gone_or_broken_does_not_end_the_next_show(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_text("no network")
    leave(f'schema = 1\n[session]\npreset = ""\ngenerator = "{broken.as_posix()}"\n')
    assert restored() is None
    assert "broken.onnx" in caplog.text


def test_a_look_that_will_not_play_is_put_aside_for_the_next_start(
    caplog: pytest.LogCaptureFixture,
) -> None:
    leave('schema = 1\n[session]\npreset = "pearl"\n')
    with pytest.raises(ModelError), Journal() as journal:
        assert journal.restored(left_look)
        raise ModelError("OpenVINO can't run it")
    assert "the next start begins anew" in caplog.text
    assert restored() is None
    leave('schema = 1\n[session]\npreset = "pearl"\n')
    with pytest.raises(SourceError), Journal() as journal:
        assert journal.restored(left_look)
        raise SourceError("there is no camera")
    assert restored(), "it is no fault of the look"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_its_place_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    path().parent.mkdir(parents=True)
    os.mkfifo(path())
    assert restored() is None
    assert "is no file" in caplog.text


def test_a_folder_in_its_place_is_put_aside(caplog: pytest.LogCaptureFixture) -> None:
    path().mkdir(parents=True)
    assert restored() is None
    play(read_preset("pearl"), {"canny.blur": 2.0})
    assert Left.read(path()).values == {"canny.blur": 2.0}


def test_parameters_that_are_gone_or_have_narrower_ranges_now_are_no_damage() -> None:
    leave('schema = 1\n[session]\npreset = "pearl"\n[canny]\nblur = 999.0\ngone = 3\n')
    preset = restored()
    assert preset is not None and preset.values == {"canny.blur": 8.0}


def test_where_nothing_can_be_written_it_is_told_once_and_the_show_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("LIVEGAN_STATE", str(tmp_path / "file" / "below"))
    with Journal() as journal:
        assert journal.restored(left_look) is None
        journal.follow(LiveValues(), lambda: loaded(read_preset("pearl")))
    (line,) = caplog.messages
    assert line.startswith("session    what you set is not kept: ")


def test_who_has_no_home_is_told_so_and_plays(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def homeless() -> Path:
        raise FileNotFoundError(errno.ENOENT, "this user has no home")

    monkeypatch.setattr(session, "state_folder", homeless)
    with Journal() as journal:
        assert journal.restored(left_look) is None
    assert caplog.messages == ["session    what you set is not kept: this user has no home"]


def test_a_full_disk_is_told_once_and_kept_again_once_there_is_room(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    really, full, tried = keepsakes.keep, threading.Event(), threading.Semaphore(0)
    full.set()

    def keep(path: Path, content: str) -> None:
        tried.release()
        if full.is_set():
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        really(path, content)

    monkeypatch.setattr(session, "keep", keep)
    monkeypatch.setattr(session, "_PERIOD_S", 0.0)
    values = LiveValues()
    with Journal() as journal:
        journal.follow(values, lambda: loaded(read_preset("pearl")))
        for zoom in (2.0, 3.0, 4.0):
            assert tried.acquire(timeout=20)
            values.update({"source.zoom": zoom})
        assert tried.acquire(timeout=20)
        full.clear()
        values.update({"source.zoom": 5.0})
    assert len(caplog.messages) == 1 and "No space left on device" in caplog.text
    assert Left.read(path()).values == {"source.zoom": 5.0}


def test_however_much_is_played_it_is_written_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(session, "keep", lambda path, content: written.append(content))
    monkeypatch.setattr(session, "_PERIOD_S", 600.0)
    values = LiveValues()
    with Journal() as journal:
        journal.follow(values, lambda: loaded(read_preset("pearl")))
        until(lambda: bool(written))
        for step in range(2000):
            values.update({"source.pan_x": step / 2000})
    assert len(written) == 2, "the first at once, the next as the period is over, or at the end"
    assert "pan_x = 0.9995" in written[-1]


def test_what_is_measured_is_no_reason_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(session, "keep", lambda path, content: written.append(content))
    monkeypatch.setattr(session, "_PERIOD_S", 0.0)
    values = LiveValues()
    with Journal() as journal:
        journal.follow(values, lambda: loaded(read_preset("pearl")))
        until(lambda: bool(written))
        for fps in range(100):
            values.measured({"system.fps": float(fps)})
    assert len(written) == 1


def test_of_two_at_once_the_second_leaves_the_file_of_the_first_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    leave(Left("pearl", "", {"source.zoom": 2.0}).written())
    with Journal() as first:
        with Journal() as second:
            assert second.restored(left_look) is None
            second.follow(LiveValues(), lambda: loaded(read_preset("mona-lisa")))
        assert "another livegan" in caplog.text
        assert first.restored(left_look) is not None
    assert restored() is not None, "once both have ended it can be had again"


def waiting(name: str, own: Mapping[str, Setting], stage: Mapping[str, Setting]) -> Loaded:
    """A look behind."""
    look = replace(fake_look(name), settings={"canny.blur": 3.0})
    return Loaded(look, read_preset(name), own={**OWN, "canny.blur": 3.0, **own}, stage=stage)


OWN = {name: TABLE[name].default for name in OF_A_LOOK}


def test_the_deck_behind_is_kept_with_what_is_its_own_and_where_the_crossfade_stands(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    behind = waiting("edges", {"puppet.mouth_gain": 0.7}, {"output.hue": 40.0})
    values = LiveValues({"deck.crossfade": 0.7})
    with Journal() as journal:
        journal.follow(values, lambda: loaded(read_preset("mona-lisa"), {}, behind, "A"))
        until(path().exists)
        behind.own = {**behind.own, "puppet.mouth_gain": 0.9}
        until(lambda: "0.9" in path().read_text())
    with Journal() as journal:
        preset = journal.restored(left_look)
        assert preset is not None and (preset.name, preset.values) == ("mona-lisa", {})
        own = {"puppet.mouth_gain": 0.9, "output.hue": 40.0}
        assert journal.behind == Behind("edges", "", own, "A", 0.7)
    assert caplog.messages == [
        "session    as you left it: mona-lisa, 0 values, and edges on deck A; "
        "name a preset to begin anew"
    ]


def test_of_a_fade_its_end_is_kept() -> None:
    values = LiveValues({CROSSFADE: 0.3})
    behind = waiting("pearl", {}, {})
    with Journal() as journal:
        on_decks = loaded(read_preset("mona-lisa"), behind=behind)
        goes_to = {CROSSFADE: 1.0, "output.hue": 90.0}
        journal.follow(values, lambda: on_decks, goes_to=lambda: goes_to)
        until(path().exists)
    left = Left.read(path())
    assert left.behind and left.behind.crossfade == 1.0
    assert left.values == {"output.hue": 90.0}


def test_who_begins_anew_has_nothing_behind() -> None:
    leave(BOTH)
    with Journal() as journal:
        assert journal.behind is None


BOTH = """schema = 1
[session]
preset = "pearl"
behind = "mesh"
behind_deck = "A"
[deck]
crossfade = 0.75
[puppet]
mouth_gain = 1.4
[behind.puppet]
mouth_gain = 0.6
mouth_gained = 0.6
"""


def test_until_it_is_back_what_was_behind_stays_kept() -> None:
    leave(BOTH)
    still: list[Behind | None] = []
    with Journal() as journal:
        preset = journal.restored(left_look)
        assert preset is not None
        still.append(journal.behind)
        values = LiveValues({**preset.values, "deck.crossfade": 1.0})
        journal.follow(values, lambda: loaded(preset), lambda: still[-1])
        values.update({"source.zoom": 2.0})
        until(lambda: "zoom" in path().read_text())
        assert Left.read(path()).behind == Behind("mesh", "", {"puppet.mouth_gain": 0.6}, "A", 0.75)
        still.append(None)
        until(lambda: "mesh" not in path().read_text())
    assert Left.read(path()).values == {"puppet.mouth_gain": 1.4, "source.zoom": 2.0}


def test_what_went_on_in_front_and_is_behind_now_is_kept_as_any_other() -> None:
    leave(BOTH)
    with Journal() as journal:
        preset = journal.restored(left_look)
        assert preset is not None
        own = {**OWN, "puppet.mouth_gain": 1.4}
        behind = Loaded(fake_look("pearl"), preset, own=own)
        journal.follow(LiveValues(), lambda: loaded(read_preset("mesh"), behind=behind))
    assert Left.read(path()).behind == Behind("pearl", "", {"puppet.mouth_gain": 1.4}, "B", 0.0)


def test_a_generator_that_was_named_is_kept_behind_too() -> None:
    engine = Path(__file__).parents[1] / "engines" / "pearl.onnx"
    behind = Loaded(fake_look("pearl"), look_of(None, str(engine)))
    with Journal() as journal:
        journal.follow(LiveValues(), lambda: loaded(read_preset("mesh"), behind=behind))
    with Journal() as journal:
        assert journal.restored(left_look) is not None
        assert journal.behind is not None and journal.behind.name == "pearl"
        assert (journal.behind.preset, journal.behind.generator) == ("", str(engine))


def test_hours_later_both_decks_are_there_still_in_the_light() -> None:
    leave(BOTH + "[output]\nblackout = true\n")
    lock, late = path().with_suffix(".lock"), time.time() - 4 * 3600
    lock.touch()
    os.utime(lock, (late, late))
    with Journal() as journal:
        preset = journal.restored(left_look)
        assert preset is not None and preset.values == {"puppet.mouth_gain": 1.4}
        assert journal.behind is not None and journal.behind.crossfade == 0.75


def test_who_asks_for_none_leaves_no_trace() -> None:
    with Journal(asked=False) as journal:
        assert journal.restored(left_look) is None
        journal.follow(LiveValues(), lambda: loaded(read_preset("pearl")))
    assert not state_folder().exists()


@pytest.mark.skipif(os.name == "nt", reason="there every file's name is text")
def test_a_preset_whose_path_is_no_text_is_told_once_and_the_show_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    named = Preset("cafe", "pearl", path=tmp_path / os.fsdecode(b"caf\xe9.toml"))
    values = LiveValues()
    with Journal() as journal:
        journal.follow(values, lambda: loaded(named))
        until(lambda: bool(caplog.messages))
        values.update({"source.zoom": 2.0})
    (line,) = caplog.messages
    assert line.startswith("session    what you set is not kept: ")
    assert not path().exists()
