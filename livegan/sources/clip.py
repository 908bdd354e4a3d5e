"""A video file: paced in real time and looped on stage, every frame once in a rendering."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError, InvalidDataError
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from livegan.counting import counted
from livegan.errors import SourceEnded, SourceError, SourceLost
from livegan.frames import Image
from livegan.sources.playback import Clock, Playback, catch_up

logger = logging.getLogger("livegan")

_USUAL_FPS = 25.0


@dataclass(frozen=True, eq=False)
class _Decoded:
    """A decoded frame, and when it is due: seconds after the first frame of the first round."""

    frame: VideoFrame
    index: int
    due_s: float
    length_s: float


class Clip(Playback):
    """Any file that ffmpeg reads, through PyAV.

    Args:
        path: the file.
        live: paced by the file's own time stamps and looped for ever; a frame whose successor
            is due already is skipped. Otherwise each frame once, as fast as it is read.
        note: begins the description, to say why this clip plays.
        clock: what it plays by.

    Raises:
        SourceError: there is no such file, or it holds no video that can be decoded.
    """

    def __init__(
        self, path: Path, *, live: bool = True, note: str = "", clock: Clock | None = None
    ) -> None:
        super().__init__(path.name, clock)
        self._path = path
        self._live = live
        self._note = note
        self._container, self._stream = _open(path)
        self._reformatter = VideoReformatter()
        self._fps = float(self._stream.average_rate or self._stream.guessed_rate or _USUAL_FPS)
        self._frame_count = _count(self._container, self._stream, self._fps)
        self._origin_s: float | None = None
        self._frames = self._rounds()
        first = self._pending = next(self._frames, None)
        if first is None:
            self._container.close()
            raise SourceError(f"{path} holds no picture that can be decoded")
        self._size = self._to_image(first.frame).shape[:2]

    @property
    def fps(self) -> float:
        """Frames a second, on average, as the file says."""
        return self._fps

    @property
    def frame_count(self) -> int | None:
        """How many frames one round has, as well as the file says it; None if it does not."""
        return self._frame_count

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels, as the frames come out."""
        return self._size[0], self._size[1]

    @property
    def description(self) -> str:
        """What plays, and how."""
        height, width = self.size
        frames = f", {counted(self._frame_count, 'frame')}" if self._frame_count else ""
        looped = ", looped" if self._live else ""
        text = f"{self.name}: {width}x{height} at {self._fps:.4g} fps{frames}{looped}"
        return f"{self._note}: {text}" if self._note else text

    def _next(self) -> tuple[Image, int]:
        decoded = self._decode()
        if self._live:
            decoded = self._due(decoded)
        image = self._to_image(decoded.frame)
        if self._live:
            assert self._origin_s is not None
            self._wait_until(self._origin_s + decoded.due_s)
        return image, decoded.index

    def _decode(self) -> _Decoded:
        pending, self._pending = self._pending, None
        decoded = pending or next(self._frames, None)
        if decoded is not None:
            return decoded
        if self._live:
            raise SourceLost(f"{self.name} gives no picture any more")
        raise SourceEnded(f"{self.name} gave its last frame")

    def _due(self, decoded: _Decoded) -> _Decoded:
        """Decode on to the frame that is due. Those that are skipped are not converted."""
        now_s = self._clock.now_s()
        if self._origin_s is None:
            self._origin_s = now_s - decoded.due_s
        late_s = now_s - self._origin_s - decoded.due_s
        gained_s = math.inf
        while (what := catch_up(late_s, decoded.length_s, gained_s)) == "skip":
            self._wait_until(-math.inf)
            decoded = self._decode()
            before_s, late_s = late_s, self._clock.now_s() - self._origin_s - decoded.due_s
            gained_s = before_s - late_s
        if what == "restart":
            self._origin_s += late_s
        return decoded

    def _rounds(self) -> Iterator[_Decoded]:
        """Every frame of every round, in the order in which they are shown."""
        index, began_s = 0, 0.0
        while True:
            decoded = None
            for decoded in self._one_round(index, began_s):
                yield decoded
            if decoded is None or not self._live:
                return
            index, began_s = decoded.index + 1, decoded.due_s + decoded.length_s
            # Opened anew for each round: not every format can be wound back.
            self._container.close()
            try:
                self._container, self._stream = _open(self._path)
            except SourceError as error:
                raise SourceLost(str(error)) from error

    def _one_round(self, index: int, began_s: float) -> Iterator[_Decoded]:
        first_s: float | None = None
        due_s, usual_s = began_s, 1 / self._fps
        for frame in _frames(self._container, self._stream, self.name):
            stamp_s = frame.time
            if stamp_s is not None:
                first_s = stamp_s if first_s is None else first_s
                due_s = max(due_s, began_s + stamp_s - first_s)
            length_s = _length_s(frame) or usual_s
            yield _Decoded(frame, index, due_s, length_s)
            index, due_s = index + 1, due_s + (length_s if stamp_s is None else 0.0)

    def _to_image(self, frame: VideoFrame) -> Image:
        ratio = self._stream.sample_aspect_ratio  # of one pixel's width to its height
        width = round(frame.width * float(ratio)) if ratio else frame.width
        # One reformatter for all frames: a conversion then takes 0.3 ms at 480p, not 1.6.
        upright = self._reformatter.reformat(frame, width=width, format="bgr24").to_ndarray()
        turns = round(frame.rotation / 90)
        return np.ascontiguousarray(np.rot90(upright, turns) if turns else upright, np.uint8)

    def _release(self) -> None:
        self._pending = None
        self._container.close()


def _open(path: Path) -> tuple[InputContainer, VideoStream]:
    if not path.exists():
        raise SourceError(f"no such file: {path}")
    try:
        container = av.open(str(path))
    except (FFmpegError, OSError) as error:
        raise SourceError(f"{path} is not a video that can be read: {_why(error)}") from error
    # A sound file's cover is a video stream too, for ffmpeg.
    cover = Disposition.attached_pic
    streams = [one for one in container.streams.video if not one.disposition & cover]
    if not streams:
        container.close()
        raise SourceError(f"{path} holds no video, only sound or text")
    streams[0].thread_type = "AUTO"
    return container, streams[0]


def _why(error: FFmpegError | OSError) -> str:
    if isinstance(error, InvalidDataError):
        return "ffmpeg knows no film in it; it is something else, or damaged, or cut off on its way"
    return str(error.strerror)


def _frames(container: InputContainer, stream: VideoStream, name: str) -> Iterator[VideoFrame]:
    """Every frame that can be decoded; damaged parts are passed over with a warning."""
    warned = False
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            yield from packet.decode()
        except FFmpegError as error:
            if not warned:
                logger.warning("%s is damaged and passed over in part: %s", name, error.strerror)
            warned = True


def _length_s(frame: VideoFrame) -> float:
    return float(frame.duration * frame.time_base) if frame.duration and frame.time_base else 0.0


def _count(container: InputContainer, stream: VideoStream, fps: float) -> int | None:
    if stream.frames:
        return stream.frames
    if stream.duration and stream.time_base:
        return round(float(stream.duration * stream.time_base) * fps)
    return round(container.duration / av.time_base * fps) if container.duration else None
