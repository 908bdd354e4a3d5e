"""The picture that plays, small, for whoever looks at the panel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from livegan.frames import Frame

_WIDTH = 256
_QUALITY = 80
_PERIOD_S = 0.1


class Preview:
    """Makes JPEGs, ten a second at most, in a thread of its own, and only as they are asked for.

    Args:
        picture: the last that was painted.
    """

    def __init__(self, picture: Callable[[], Frame | None]) -> None:
        self._picture = picture
        self._worker = ThreadPoolExecutor(1, "panel-picture")
        self._making = asyncio.Lock()
        self._frame: Frame | None = None
        self._made: bytes | None = None
        self._made_at_s = float("-inf")

    async def jpeg(self) -> bytes | None:
        """The picture, at most 256 pixels wide; the same for all who ask within 0.1 s.

        Returns:
            None where nothing is painted yet.
        """
        async with self._making:
            frame = self._picture()
            now_s = time.monotonic()
            if frame is None or frame is self._frame or now_s - self._made_at_s < _PERIOD_S:
                return self._made
            loop = asyncio.get_running_loop()
            self._made = await loop.run_in_executor(self._worker, _encode, frame)
            self._frame, self._made_at_s = frame, now_s
            return self._made

    def close(self) -> None:
        """End the thread. May be called twice."""
        self._worker.shutdown(wait=False, cancel_futures=True)


def _encode(frame: Frame) -> bytes:
    import cv2  # is there since the first look was loaded

    image = frame.image
    height, width = image.shape[:2]
    if width > _WIDTH:
        size = (_WIDTH, max(round(height * _WIDTH / width), 1))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return data.tobytes()
