"""A film of the performance, in a file."""

from __future__ import annotations

import errno
import queue
import threading
from contextlib import AbstractContextManager, suppress
from fractions import Fraction
from pathlib import Path

import av

from livegan.counting import counted
from livegan.errors import SinkError, SinkFull, SinkLost
from livegan.frames import Frame
from livegan.sinks.letterbox import Letterbox, check_picture
from livegan.sinks.video_file import LIVE_TICKS, VideoFile
from livegan.takes import check_place, claim

QUEUE_FRAMES = 32
"""How many frames may wait for the encoder: a second, or 25 MB of pictures at 512."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""No room on the disk or in the quota, a file as large as it may be, a disk that became read-only:
a new file there would fare no better."""


class Recording(AbstractContextManager["Recording"]):
    """Writes frames into an H.264 file, on its own thread.

    A live recording keeps every frame's own time, so that the film lasts as long as the
    performance did, whatever was late; when the encoder falls behind, frames are dropped and
    counted. Otherwise `show` waits for the encoder, and frames follow each other at `fps` exactly.

    The file can be played even if the process is killed: all is there but the last second. One
    without a picture is removed.

    Args:
        path: where it goes: .mp4, .mov or .mkv. What is there is kept: then `path` and `name` of
            the recording are the first free ones of take-2.mp4, take-3.mp4.
        size: height and width of the film, in pixels; an odd one is cut to the even one below.
            Frames of another size are scaled into it.
        fps: pictures a second.
        live: whether frames come by the clock.

    Raises:
        SinkError: the file cannot be written there.
    """

    def __init__(
        self, path: str | Path, *, size: tuple[int, int], fps: float, live: bool = True
    ) -> None:
        self.written = 0
        self._dropped = 0
        self._live = live
        self._letterbox = Letterbox(size)
        rate = Fraction(fps).limit_denominator(1001)  # 29.97 and its like are fractions of 1001
        ticks = LIVE_TICKS if live else 1 / rate
        self.path, self._file = _create(Path(path), _even(size), rate, ticks, live=live)
        self.name = str(self.path)
        self._first_s: float | None = None
        self._last_tick = -1
        self._waiting: queue.Queue[Frame | None] = queue.Queue(QUEUE_FRAMES)
        self._failure: Exception | None = None
        self._told = False
        self._closed = False
        self._writer = threading.Thread(target=self._run, name=f"record {path}", daemon=True)
        self._writer.start()

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def dropped(self) -> int:
        """How many frames the encoder was too slow for."""
        return self._dropped

    def show(self, frame: Frame) -> None:
        """Queue one frame.

        Raises:
            ValueError: the picture is not (H, W, 3) uint8.
            SinkLost: the file could not be written on, or it is closed; `SinkFull` where
                another file would not be any better.
        """
        check_picture(frame.image)
        if self._failure is not None:
            raise self._lost(self._failure)
        if self._closed:
            raise SinkLost(f"recording {self.name} is closed")
        try:
            self._waiting.put(frame, block=not self._live)
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        """Write what is waiting and finish the file. May be called twice.

        Raises:
            SinkLost: not all could be written, and `show` has not said so yet; the rest is kept.
        """
        if self._closed:
            return
        self._closed = True
        self._waiting.put(None)
        self._writer.join()
        if not self.written:
            _remove(self.path)
        if self._failure is not None and not self._told:
            raise self._lost(self._failure)

    def _lost(self, cause: Exception) -> SinkLost:
        self._told = True
        full = _is_full(cause)
        kept = "all but its last second is kept" if self.written else "nothing is kept"
        lost = (SinkFull if full else SinkLost)(
            f"recording {self.name} ended after {counted(self.written, 'frame')}"
            f" ({_reason(cause)}); {kept}{'; free space and record again' if full else ''}"
        )
        lost.__cause__ = cause
        return lost

    def _run(self) -> None:
        ended = False
        try:
            while (frame := self._waiting.get()) is not None:
                self._write(frame)
            ended = True
        except Exception as error:  # the owner hears of it in show or close
            self._failure = error
        try:
            self._file.close()
        except (OSError, av.FFmpegError) as error:
            self._failure = self._failure or error
        while not ended:  # so that nobody waits for room in the queue of a writer that gave up
            ended = self._waiting.get() is None

    def _write(self, frame: Frame) -> None:
        image = self._letterbox.put(frame.image)
        height, width = _even(self._letterbox.size)
        self._last_tick = self._tick(frame)
        self._file.write(image[:height, :width], self._last_tick)
        self.written += 1

    def _tick(self, frame: Frame) -> int:
        """When a frame is shown: by its stamp if live, else by its place in the order."""
        following = self._last_tick + 1
        if not self._live:
            return following
        if self._first_s is None:
            self._first_s = frame.captured_at_s
        return max(following, round((frame.captured_at_s - self._first_s) / LIVE_TICKS))


def _even(size: tuple[int, int]) -> tuple[int, int]:
    """H.264 halves the colour both ways, so it takes even sizes only."""
    return size[0] // 2 * 2, size[1] // 2 * 2


def _create(
    path: Path, size: tuple[int, int], rate: Fraction, ticks: Fraction, *, live: bool
) -> tuple[Path, VideoFile]:
    check_place(path)
    free: Path | None = None
    try:
        free = claim(path)
        return free, VideoFile(free, size, rate, ticks, live=live)
    except BaseException as error:
        if free:
            _remove(free)
        if not isinstance(error, (OSError, av.FFmpegError)):
            raise
        cure = f"{'free space there or ' if _is_full(error) else ''}choose another place"
        raise SinkError(f"cannot record to {path}: {_reason(error)}; {cure}") from None


def _remove(path: Path) -> None:
    with suppress(OSError):  # a disk that became read-only keeps it
        path.unlink()


def _is_full(error: Exception) -> bool:
    return getattr(error, "errno", None) in _FULL


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
