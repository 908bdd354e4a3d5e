"""An H.264 file that stays readable however its writing ends."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import cv2
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.stream import VideoStream

from livegan.errors import SinkError
from livegan.frames import Image

ENCODERS = ("libx264", "h264_videotoolbox", "h264_nvenc", "h264_qsv", "h264_amf", "h264_mf")
"""H.264 encoders, the best first; builds of FFmpeg without x264 have one of the others."""

LIVE_TICKS = Fraction(1, 90000)
"""Seconds to a tick of a live file's clock: the usual one of video, fine enough for any stamp."""

# Without empty_moov, FFmpeg 8.1 dies of a segmentation fault as a film without a frame is closed.
_MP4_FLAGS = "hybrid_fragmented+empty_moov+default_base_moof"
_MP4 = {"movflags": _MP4_FLAGS, "frag_duration": "500000"}
_CONTAINER = {
    # A fragment of half a second is on disk as the next begins, and can be played without what
    # follows. As the file is closed, it becomes an ordinary one, which editors prefer.
    ".mp4": _MP4,
    ".mov": _MP4,
    ".mkv": {"cluster_time_limit": "500"},
}
_BT601, _BT709, _STUDIO_RANGE = 6, 1, 1  # as H.264 numbers them (ITU-T H.273, tables 2 to 4)


class VideoFile:
    """Encodes pictures one by one; the caller says when each was.

    Args:
        path: where it goes; what is there is overwritten. The suffix chooses the container.
        size: height and width of its pictures, in pixels, both even.
        rate: pictures a second; exact where `ticks` is one over it, nominal otherwise.
        ticks: seconds to a tick of its clock.
        live: encode each picture as it comes, on one core, so that the performance keeps the rest.

    Raises:
        OSError: the file cannot be written.
        SinkError: this machine has no H.264 encoder.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], rate: Fraction, ticks: Fraction, *, live: bool
    ) -> None:
        self._ticks = ticks
        self._duration = round(1 / (rate * ticks))
        self._key_every = round(1 / ticks)
        self._next_key = 0
        encoder = _working_encoder()
        options = {"flush_packets": "1", **_CONTAINER[path.suffix.lower()]}
        self._container = av.open(str(path.absolute()), "w", options=options)
        try:
            self._stream = cast(VideoStream, self._container.add_stream(encoder, rate=rate))
            _configure(self._stream, size, ticks, live=live)
            self._container.start_encoding()
        except BaseException:
            with suppress(OSError, av.FFmpegError):  # the first error is the one to tell
                self._container.close()
            raise

    def write(self, image: Image, tick: int) -> None:
        """Encode one picture and hand what is ready to the file.

        Args:
            image: (H, W, 3) uint8 BGR, of the file's size.
            tick: when it is shown, in ticks since the file's beginning; larger than the last.

        Raises:
            OSError: the file cannot be written any more.
        """
        # OpenCV's conversion is free of the offset of -1 grey level that swscale's has, and faster.
        planes = cast(Image, cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420))  # (H * 3 / 2, W)
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts, picture.duration = tick, self._duration
        picture.time_base = self._ticks
        if tick >= self._next_key:
            picture.pict_type = PictureType.I
            self._next_key = tick + self._key_every
        self._container.mux(self._stream.encode(picture))

    def close(self) -> None:
        """Write what the encoder still holds, and the index.

        Raises:
            OSError: the file cannot be written any more; what was written is kept.
        """
        try:
            self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()


def _configure(
    stream: VideoStream, size: tuple[int, int], ticks: Fraction, *, live: bool
) -> None:
    height, width = size
    codec = stream.codec_context
    codec.height, codec.width = height, width
    codec.pix_fmt = "yuv420p"
    codec.time_base = stream.time_base = ticks
    codec.max_b_frames = 0  # pictures leave in the order of showing, so a cut-off file has no holes
    codec.colorspace, codec.color_range = _BT601, _STUDIO_RANGE
    codec.color_primaries = codec.color_trc = _BT709
    if codec.name != "libx264":
        codec.bit_rate = max(1_000_000, height * width * 12)
    elif live:
        # 1.2 ms a picture at 256, 3.2 at 512; veryfast takes 4.8 there for a tenth less to store.
        codec.thread_count = 1
        codec.options = {"preset": "superfast", "tune": "zerolatency", "crf": "18"}
    else:
        codec.options = {"preset": "veryfast", "crf": "18"}


def _working_encoder() -> str:
    """The first H.264 encoder that does not only stand in the list but also opens here."""
    for name in ENCODERS:
        try:
            trial = cast(VideoCodecContext, av.CodecContext.create(name, "w"))
            trial.width, trial.height, trial.pix_fmt = 256, 256, "yuv420p"
            trial.time_base = Fraction(1, 30)
            trial.open()
        except (ValueError, OSError, av.FFmpegError):
            continue
        return name
    raise SinkError(
        f"no H.264 encoder works here (tried {', '.join(ENCODERS)});"
        " run: pip install --force-reinstall av"
    )
