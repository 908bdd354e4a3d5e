"""Video files, as they play on stage and in a rendering."""

from __future__ import annotations

import logging
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from sources.helpers import FakeClock, grey, number_of, write_clip

from livegan.errors import SourceEnded, SourceError, SourceLost
from livegan.frames import Image
from livegan.sources.clip import Clip


@pytest.fixture
def ten(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "ten.mp4", 10, fps=25)


def numbers(clip: Clip, count: int) -> list[int]:
    return [number_of(clip.read().image) for _ in range(count)]


def test_a_rendering_gives_every_frame_in_order(ten: Path) -> None:
    clip = Clip(ten, live=False)
    assert numbers(clip, 10) == list(range(10))
    with pytest.raises(SourceEnded):
        clip.read()


def test_it_knows_its_size_rate_and_length(ten: Path) -> None:
    clip = Clip(ten, live=False)
    assert (clip.size, clip.fps, clip.frame_count) == ((48, 64), 25.0, 10)
    assert clip.description == "ten.mp4: 64x48 at 25 fps, 10 frames"
    assert Clip(ten, note="no camera").description.startswith("no camera: ten.mp4: 64x48")


def test_on_stage_it_begins_again_after_its_last_frame(ten: Path) -> None:
    clock = FakeClock()
    clip = Clip(ten, clock=clock)
    assert numbers(clip, 25) == [*range(10), *range(10), *range(5)]
    # The last frame of a round is shown as long as any other.
    assert clock.waits_s == pytest.approx([0.04] * 24)


def test_frames_are_shown_when_their_stamps_say(tmp_path: Path) -> None:
    stamps = [0, 1, 5, 6, 20]
    clock = FakeClock()
    clip = Clip(write_clip(tmp_path / "uneven.mkv", 5, fps=10, stamps=stamps), clock=clock)
    began_s = clock.time_s
    shown_s = [clip.read().captured_at_s - began_s for _ in range(5)]
    assert shown_s == pytest.approx([stamp / 10 for stamp in stamps], abs=0.002)


def test_who_is_late_gets_the_frame_that_is_due(ten: Path) -> None:
    clock = FakeClock()
    clip = Clip(ten, clock=clock)
    assert number_of(clip.read().image) == 0
    clock.time_s += 0.21
    frame = clip.read()
    assert (number_of(frame.image), frame.index) == (5, 5)
    clock.time_s += 0.30  # over the end of the round
    frame = clip.read()
    assert (number_of(frame.image), frame.index) == (2, 12)


def test_after_a_long_pause_it_plays_on_where_it_was(ten: Path) -> None:
    clock = FakeClock()
    clip = Clip(ten, clock=clock)
    assert number_of(clip.read().image) == 0
    clock.time_s += 3600
    assert numbers(clip, 3) == [1, 2, 3]
    assert clock.waits_s == pytest.approx([0.04, 0.04])


def test_a_machine_too_slow_for_the_clip_plays_it_in_slow_motion(ten: Path) -> None:
    class SlowClock(FakeClock):
        def now_s(self) -> float:
            self.time_s += 0.05  # each look at the clock costs more than a frame lasts
            return self.time_s

    clip = Clip(ten, clock=SlowClock())
    shown = [clip.read().index for _ in range(12)]
    assert all(1 <= later - before <= 2 for before, later in zip(shown, shown[1:], strict=False))


def test_colours_come_out_in_bgr(tmp_path: Path) -> None:
    def thirds(_: int) -> Image:
        picture = grey(0)
        picture[:, :20, 0], picture[:, 20:40, 1], picture[:, 40:, 2] = 255, 255, 255
        return picture

    image = Clip(write_clip(tmp_path / "colours.mp4", 2, pictures=thirds)).read().image
    for column, wanted in ((10, [255, 0, 0]), (30, [0, 255, 0]), (52, [0, 0, 255])):
        assert np.abs(image[24, column].astype(int) - wanted).max() <= 6


@pytest.mark.parametrize(("turn", "bright"), [(90, "left"), (-90, "right"), (180, "bottom")])
def test_a_clip_filmed_askew_comes_out_upright(tmp_path: Path, turn: int, bright: str) -> None:
    def bright_above(_: int) -> Image:
        picture = grey(20)
        picture[:16] = 230
        return picture

    path = write_clip(tmp_path / "askew.mp4", 2, pictures=bright_above, rotation=turn)
    clip = Clip(path, live=False)
    image = clip.read().image
    assert clip.size == image.shape[:2] == ((48, 64) if turn == 180 else (64, 48))
    edges = {
        "top": image[:8].mean(),
        "bottom": image[-8:].mean(),
        "left": image[:, :8].mean(),
        "right": image[:, -8:].mean(),
    }
    assert max(edges, key=lambda edge: edges[edge]) == bright
    assert image.flags.c_contiguous


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "wide.mp4", 2, pixel_ratio=Fraction(3, 2))
    assert Clip(path).read().image.shape == (48, 96, 3)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no such file: .*nowhere\.mp4"):
        Clip(tmp_path / "nowhere.mp4")


def test_a_text_file_is_no_clip(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("first scene: she looks up\n" * 100)
    with pytest.raises(SourceError, match=r"notes\.mp4 is not a video.*cut off") as caught:
        Clip(path)
    assert "\n" not in str(caught.value)


def test_a_sound_file_is_no_clip(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        samples = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        samples.sample_rate = 8000
        container.mux(stream.encode(samples))
        container.mux(stream.encode())
    with pytest.raises(SourceError, match="holds no video"):
        Clip(path)


def test_a_clip_whose_pictures_are_all_damaged_is_refused(ten: Path) -> None:
    data = bytearray(ten.read_bytes())
    begin = data.index(b"mdat") + 4
    end = data.index(b"moov", begin) - 4 if b"moov" in data[begin:] else len(data)
    data[begin:end] = bytes(end - begin)
    ten.write_bytes(data)
    with pytest.raises(SourceError, match="holds no picture that can be decoded"):
        Clip(ten)


def test_a_damaged_part_is_passed_over_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_clip(tmp_path / "hurt.mp4", 40, pictures=lambda index: grey(5 * index))
    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    for place, size in places[10:13]:
        data[place : place + size] = b"\xff" * size
    path.write_bytes(data)
    clip = Clip(path, live=False)
    count = 0
    with caplog.at_level(logging.WARNING, "livegan"), pytest.raises(SourceEnded):
        while True:
            clip.read()
            count += 1
    assert 30 <= count < 40
    assert [record.message for record in caplog.records if "damaged" in record.message] == [
        record.message for record in caplog.records
    ]
    assert len(caplog.records) == 1


def test_a_clip_that_is_taken_away_while_it_plays_is_lost(ten: Path) -> None:
    clip = Clip(ten, clock=FakeClock())
    numbers(clip, 5)
    ten.unlink()
    assert numbers(clip, 5) == [5, 6, 7, 8, 9]  # the open file is still whole
    with pytest.raises(SourceLost, match="no such file"):
        clip.read()
