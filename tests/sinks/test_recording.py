"""Films: what is in them, how long they last, and what is left of them after an accident."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from sinks.helpers import BLUE, GREEN, RED, frame, grey, quarters, read_film

from livegan.errors import SinkError, SinkLost
from livegan.frames import Image
from livegan.sinks import video_file
from livegan.sinks.recording import QUEUE_FRAMES, Recording

_RECORD_UNTIL_KILLED = """
import sys, numpy as np
from livegan.frames import Frame
from livegan.sinks.recording import Recording
noise = np.random.default_rng(0)
film = Recording(sys.argv[1], size=(64, 64), fps=30, live=False)
for index in range(10_000_000):
    film.show(Frame(noise.integers(0, 255, (64, 64, 3), np.uint8), index, 0.0))
    if index == 300:
        print("enough", flush=True)
"""


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_every_frame_comes_back_in_its_colours(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"take{suffix}"
    with Recording(path, size=(128, 128), fps=25, live=False) as film:
        for _ in range(60):
            film.show(frame(quarters(128, 128)))
    pictures, times = read_film(path)
    assert film.written == len(pictures) == 60
    for picture in (pictures[0], pictures[-1]):
        assert np.allclose(picture[30, 64], BLUE, atol=6)
        assert np.allclose(picture[96, 30], GREEN, atol=6)
        assert np.allclose(picture[96, 96], RED, atol=6)
    assert times == pytest.approx([n / 25 for n in range(60)], abs=0.001)


def test_a_rendered_film_keeps_the_order_and_the_exact_rate(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    with Recording(path, size=(32, 32), fps=29.97, live=False) as film:
        for level in range(20, 220, 2):
            film.show(frame(grey(level, 32, 32)))
    pictures, times = read_film(path)
    assert np.allclose([p.mean() for p in pictures], range(20, 220, 2), atol=3)
    assert times == pytest.approx([n / 29.97 for n in range(100)], abs=1e-5)


def test_a_live_film_lasts_as_long_as_what_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    moments = [100.0, 100.02, 100.11, 100.12, 103.5]
    with Recording(path, size=(32, 32), fps=30) as film:
        for moment in moments:
            film.show(frame(grey(90, 32, 32), moment))
    _, times = read_film(path)
    assert times == pytest.approx([m - 100 for m in moments], abs=0.0001)


def test_a_held_frame_and_a_clock_that_steps_back_lose_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    with Recording(path, size=(32, 32), fps=30) as film:
        for moment in (5.0, 5.1, 5.1, 5.1, 4.0, 5.2):
            film.show(frame(grey(90, 32, 32), moment))
    _, times = read_film(path)
    assert times == pytest.approx([0, 0.1, 0.1, 0.1, 0.1, 0.2], abs=0.0001)
    assert times == sorted(times)


def test_an_odd_size_is_cut_to_the_even_one_without_scaling(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    with Recording(path, size=(65, 67), fps=30) as film:
        film.show(frame(quarters(65, 67)))
    pictures, _ = read_film(path)
    assert pictures[0].shape == (64, 66, 3)
    assert np.abs(pictures[0].astype(int) - quarters(65, 67)[:64, :66]).mean() < 3


def test_a_look_of_another_size_goes_on_in_the_same_film(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    with Recording(path, size=(64, 64), fps=30) as film:
        film.show(frame(grey(50, 64, 64), 0))
        film.show(frame(grey(200, 128, 256), 0.1))
    pictures, _ = read_film(path)
    assert pictures[1].shape == (64, 64, 3)
    assert pictures[1][:12].max() < 20 and pictures[1][52:].max() < 20
    assert np.allclose(pictures[1][24:40], 200, atol=6)


def test_a_slow_encoder_drops_live_frames_and_counts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, go_on = _slow_disk(monkeypatch)
    with Recording(tmp_path / "take.mp4", size=(32, 32), fps=30) as film:
        film.show(frame(grey(90, 32, 32), 0))
        assert busy.wait(10)
        for number in range(QUEUE_FRAMES + 7):
            film.show(frame(grey(90, 32, 32), 1 + number / 30))
        assert film.dropped == 7
        go_on.set()
    assert film.written == 1 + QUEUE_FRAMES
    assert len(read_film(tmp_path / "take.mp4")[0]) == 1 + QUEUE_FRAMES


def test_rendering_waits_for_a_slow_encoder_and_drops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, go_on = _slow_disk(monkeypatch)
    film = Recording(tmp_path / "take.mp4", size=(32, 32), fps=30, live=False)
    count = QUEUE_FRAMES + 7

    def render() -> None:
        for _ in range(count):
            film.show(frame(grey(90, 32, 32)))

    renderer = threading.Thread(target=render)
    renderer.start()
    assert busy.wait(10)
    go_on.set()
    renderer.join()
    film.close()
    assert (film.written, film.dropped) == (count, 0)


def _slow_disk(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Makes the writer stop before its first picture: the first event says that it has, the
    second lets it go on."""
    busy, go_on = threading.Event(), threading.Event()
    write = video_file.VideoFile.write

    def write_when_told(self: video_file.VideoFile, image: Image, tick: int) -> None:
        busy.set()
        assert go_on.wait(10)
        write(self, image, tick)

    monkeypatch.setattr(video_file.VideoFile, "write", write_when_told)
    return busy, go_on


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_killed_process_leaves_all_but_the_last_second(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"take{suffix}"
    with subprocess.Popen(
        [sys.executable, "-c", _RECORD_UNTIL_KILLED, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "enough\n"
        process.send_signal(signal.SIGKILL)
    pictures, times = read_film(path)
    assert len(pictures) >= 300 - QUEUE_FRAMES - 30
    assert times == pytest.approx([n / 30 for n in range(len(times))], abs=0.001)


def test_a_full_disk_is_told_as_the_film_is_opened_and_no_empty_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: video_file.VideoFile, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(video_file.VideoFile, "__init__", full)
    with pytest.raises(SinkError, match=r"take\.mp4: No space left on device; free space"):
        Recording(tmp_path / "take.mp4", size=(32, 32), fps=30)
    assert list(tmp_path.iterdir()) == []


_RECORD_INTO_A_SMALL_DISK = """
import resource, sys, numpy as np
from livegan.errors import SinkFull
from livegan.frames import Frame
from livegan.sinks.recording import Recording
noise = np.random.default_rng(0)
film = Recording(sys.argv[1], size=(64, 64), fps=30, live=False)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
try:
    for index in range(100_000):
        film.show(Frame(noise.integers(0, 255, (64, 64, 3), np.uint8), index, 0.0))
except SinkFull as lost:
    print(lost)
    film.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit to set")
def test_a_disk_that_fills_up_ends_the_film_and_keeps_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    told = subprocess.run(
        [sys.executable, "-c", _RECORD_INTO_A_SMALL_DISK, str(path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(path) in told.stdout and "kept" in told.stdout and told.stdout.count("\n") == 1
    assert "free space" in told.stdout
    written = re.search(r"after (\d+) frames", told.stdout)
    assert written is not None
    assert len(read_film(path)[0]) >= int(written[1]) - 30 > 30


def test_what_goes_wrong_at_the_very_end_is_told_by_close(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = video_file.VideoFile.close

    def full(self: video_file.VideoFile) -> None:
        close(self)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(video_file.VideoFile, "close", full)
    film = Recording(tmp_path / "take.mp4", size=(32, 32), fps=30)
    film.show(frame(grey(90)))
    with pytest.raises(SinkLost, match="after 1 frame .*No space left"):
        film.close()
    film.close()


def test_takes_of_one_name_are_numbered_and_all_kept(tmp_path: Path) -> None:
    counts = {"take.mp4": 40, "take-2.mp4": 3, "take-3.mp4": 5}
    for name, count in counts.items():
        with Recording(tmp_path / "take.mp4", size=(32, 32), fps=30, live=False) as film:
            for _ in range(count):
                film.show(frame(grey(90, 32, 32)))
        assert film.name == str(film.path) == str(tmp_path / name)
    for name, count in counts.items():
        assert len(read_film(tmp_path / name)[0]) == count


def test_a_film_without_a_picture_leaves_no_file(tmp_path: Path) -> None:
    Recording(tmp_path / "take.mp4", size=(32, 32), fps=30).close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="nowhere does not exist"):
        Recording(tmp_path / "nowhere" / "take.mp4", size=(32, 32), fps=30)


def test_a_folder_is_no_film(tmp_path: Path) -> None:
    (tmp_path / "take.mp4").mkdir()
    with pytest.raises(SinkError, match="it is a folder"):
        Recording(tmp_path / "take.mp4", size=(32, 32), fps=30)


def test_a_machine_without_the_best_encoder_takes_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_file, "ENCODERS", ("not_an_encoder", "h264_cuvid", "libx264"))
    path = tmp_path / "take.mp4"
    with Recording(path, size=(32, 32), fps=30) as film:
        film.show(frame(grey(90, 32, 32)))
    assert len(read_film(path)[0]) == 1


def test_a_machine_without_any_encoder_is_told_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_file, "ENCODERS", ("not_an_encoder",))
    with pytest.raises(SinkError, match="pip install"):
        Recording(tmp_path / "take.mp4", size=(32, 32), fps=30)
    assert not (tmp_path / "take.mp4").exists()
