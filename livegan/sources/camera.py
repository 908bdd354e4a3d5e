"""A camera, read without pause by a thread of its own, so that its newest frame is never old."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType

import cv2

from livegan.errors import SourceError, SourceLost
from livegan.frames import Closed, Frame, Mailbox
from livegan.pacing import Recent
from livegan.sources.camera_names import (
    NO_CAMERA,
    CameraIdentity,
    CameraInfo,
    list_cameras,
    there_are,
)
from livegan.sources.capture import (
    Capture,
    Request,
    as_picture,
    cure_for_refusal,
    granted_text,
    open_capture,
)

logger = logging.getLogger("livegan")

DEFAULT_REQUEST = Request((720, 1280), 30.0)

_CLOSING_S = 0.5
_PAUSE_S = 0.01
_MEASURED_FRAMES = 60

_left_behind: dict[tuple[str, int], threading.Thread] = {}
"""By backend and index: what still hangs in the driver of a camera that was closed."""


class Camera:
    """Gives the newest frame of a camera; what nobody read in time is dropped.

    Args:
        camera: which one.
        request: what to ask of it; it may grant something else.
        opening_s: how long it may take until its first frame.
        stall_s: how long it may take until each later one.
        opener: opens the device; tests bring their own.
        now_s: the monotonic clock that stamps the frames.

    Raises:
        SourceError: it cannot be opened, or gave no picture in time.
    """

    def __init__(
        self,
        camera: CameraInfo,
        request: Request = DEFAULT_REQUEST,
        *,
        opening_s: float = 10.0,
        stall_s: float = 1.0,
        opener: Callable[[CameraInfo, Request], Capture] = open_capture,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._camera = camera
        self._request = request
        self._stall_s = stall_s
        self._opener = opener
        self._now_s = now_s
        self._newest: Mailbox[Frame] = Mailbox()
        self._closing = threading.Event()
        self._settled = threading.Event()  # the first frame is there, or there will be none
        self._granted = ""
        self._promised_fps = request.fps
        self._trouble = f"gave no picture within {opening_s:g} s"
        self._seen = 0
        self._arrivals = Recent()
        self._wait_for_the_one_before(opening_s)
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()
        self._settled.wait(opening_s)
        if not self._granted:
            self.close()
            raise SourceError(f"{camera} {self._trouble}; {cure_for_refusal(camera)}")

    @property
    def _device(self) -> tuple[str, int]:
        return self._camera.backend, self._camera.index

    @property
    def name(self) -> str:
        """`camera:` and its index."""
        return f"camera:{self._camera.index}"

    @property
    def description(self) -> str:
        """What was opened, what it granted, and what was asked where that differs."""
        return f"{self._camera} {self._granted}"

    @property
    def identity(self) -> CameraIdentity:
        """What finds this camera again after it was unplugged."""
        return self._camera.identity

    def read(self) -> Frame:
        """Wait for a frame that was not read yet; the newest if there are several.

        Raises:
            SourceLost: the camera gave no frame for `stall_s`, or was closed.
        """
        try:
            frame = self._newest.take(self._stall_s)
        except Closed:
            raise SourceLost(f"{self._camera} was closed") from None
        if frame is None:
            raise SourceLost(f"{self._camera} gave no frame for {self._stall_s:g} s")
        return frame

    def close(self) -> None:
        """Give the device back. May be called twice, and from another thread."""
        self._closing.set()
        self._newest.close()
        # A driver may hang in a read for 10 s; its thread then gives the device back later.
        self._thread.join(_CLOSING_S)
        if self._thread.is_alive():
            _left_behind[self._device] = self._thread

    def __enter__(self) -> Camera:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _wait_for_the_one_before(self, opening_s: float) -> None:
        """Let an earlier thread give the device back first; one more would only hang beside it."""
        before = _left_behind.get(self._device)
        if before is None:
            return
        before.join(opening_s)
        if before.is_alive():
            raise SourceError(
                f"{self._camera} still hangs in its driver; unplug it and plug it in again"
            )
        _left_behind.pop(self._device, None)

    def _run(self) -> None:
        # Opened, read and released by one thread: OpenCV crashes where another one releases a
        # device that is being read.
        try:
            capture = self._opener(self._camera, self._request)
            try:
                if capture.isOpened():
                    self._read_on(capture)
                else:
                    self._trouble = "cannot be opened"
            finally:
                capture.release()
        except cv2.error as error:
            self._trouble = f"cannot be read ({error.err})"
        finally:
            self._newest.close()
            self._settled.set()

    def _read_on(self, capture: Capture) -> None:
        while not self._closing.is_set():
            there, raw = capture.read()
            now_s = self._now_s()
            image = as_picture(raw, capture) if there and raw is not None else None
            if image is not None:
                self._hand_over(Frame(image, self._seen, now_s))
                if not self._granted:
                    size = image.shape[0], image.shape[1]
                    self._promised_fps = capture.get(cv2.CAP_PROP_FPS) or self._request.fps
                    self._granted = granted_text(capture, size, self._request)
                    self._settled.set()
                continue
            if there and raw is not None:
                self._trouble = f"gives {raw.dtype} {raw.shape}, wanted uint8 (H, W, 3)"
            # An unplugged device fails at once, again and again.
            self._closing.wait(_PAUSE_S)

    def _hand_over(self, frame: Frame) -> None:
        self._newest.put(frame)
        self._seen += 1
        self._arrivals.add(frame.captured_at_s, 0.0)
        if self._seen == _MEASURED_FRAMES:
            fps = self._arrivals.rate_hz(frame.captured_at_s)
            if fps < 0.8 * self._promised_fps:
                # Drivers promise what they do not keep, so the rate is measured.
                logger.warning(
                    "%s promised %g frames a second and gives %.1f; more light may help",
                    self._camera,
                    self._promised_fps,
                    fps,
                )


def open_first_camera(
    request: Request = DEFAULT_REQUEST,
    *,
    cameras: list[CameraInfo] | None = None,
    opening_s: float = 5.0,
    opener: Callable[[CameraInfo, Request], Capture] = open_capture,
) -> Camera:
    """The first camera that gives a picture; those that are programs are left out.

    Args:
        request: what to ask of it.
        cameras: those to choose from; by default all that there are.
        opening_s: how long each may take.
        opener: opens the device; tests bring their own.

    Raises:
        SourceError: none does; the message says why.
    """
    there = list_cameras() if cameras is None else cameras
    refusals = []
    for camera in there:
        if camera.is_virtual:
            continue
        try:
            return Camera(camera, request, opening_s=opening_s, opener=opener)
        except SourceError as error:
            refusals.append(str(error))
    if not there:
        raise SourceError(NO_CAMERA)
    raise SourceError("; ".join(refusals) or f"no camera to take by itself: {there_are(there)}")
