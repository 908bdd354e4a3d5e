"""OpenCV's camera: opened in the format that was asked for, and what came of the request."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from cv2.typing import MatLike

from livegan.frames import Image
from livegan.sources.camera_names import CameraInfo

# A device that is missing or busy is reported by livegan, in one line; OpenCV need not add three.
if "OPENCV_LOG_LEVEL" not in os.environ:
    cv2.setLogLevel(0)

_MJPG = cv2.VideoWriter.fourcc(*"MJPG")
_BGR3 = cv2.VideoWriter.fourcc(*"BGR3")


class Capture(Protocol):
    """What livegan uses of `cv2.VideoCapture`."""

    def isOpened(self) -> bool:  # noqa: N802 (OpenCV's name)
        """Whether the device was opened."""

    def read(self) -> tuple[bool, MatLike | None]:
        """Wait for a picture: whether there is one, and the picture."""

    def get(self, prop: int, /) -> float:
        """The value of a `cv2.CAP_PROP_...`."""

    def release(self) -> None:
        """Give the device back."""


@dataclass(frozen=True)
class Request:
    """What is asked of a camera.

    Args:
        size: (height, width) in pixels.
        fps: frames a second.
    """

    size: tuple[int, int]
    fps: float

    def __str__(self) -> str:
        return f"{self.size[1]}x{self.size[0]} at {self.fps:g}"


def open_capture(camera: CameraInfo, request: Request) -> Capture:
    """Open a camera; whether that worked, `isOpened` says.

    Motion JPEG is asked for, because over USB 2 raw pictures of 1280 x 720 come 10 times a second.
    """
    height, width = request.size
    wishes = [
        (cv2.CAP_PROP_FOURCC, _MJPG),
        (cv2.CAP_PROP_FRAME_WIDTH, width),
        (cv2.CAP_PROP_FRAME_HEIGHT, height),
        (cv2.CAP_PROP_FPS, request.fps),
    ]
    backend = getattr(cv2, f"CAP_{camera.backend}")
    if backend == cv2.CAP_DSHOW:
        # DirectShow fixes the format as it opens; what is set later falls back to raw pictures.
        flat = [round(number) for wish in wishes for number in wish]
        capture = cv2.VideoCapture(camera.index, backend, flat)
        if capture.isOpened():
            return capture
    capture = cv2.VideoCapture(camera.index, backend)
    # The order matters to Video4Linux: format, then size, then rate.
    for prop, value in wishes:
        capture.set(prop, value)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture


def as_picture(image: MatLike, capture: Capture) -> Image | None:
    """What a read gave, as a picture.

    OpenCV hands over Video4Linux's BGR3, and only that, as one row of bytes (seen with 4.11).

    Returns:
        (H, W, 3) uint8 BGR, C-contiguous, or None if it is nothing of the kind.
    """
    if image.dtype != np.uint8:
        return None
    if image.ndim == 2 and capture.get(cv2.CAP_PROP_FOURCC) == _BGR3:
        height = round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        width = round(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        if image.size == height * width * 3 > 0:
            image = image.reshape(height, width, 3)
    if image.ndim != 3 or image.shape[2] != 3:
        return None
    return np.ascontiguousarray(image, np.uint8)


def granted_text(capture: Capture, size: tuple[int, int], request: Request) -> str:
    """What a camera granted, and what was asked where that differs.

    Args:
        capture: the camera, opened.
        size: (height, width) of the pictures that really come.
        request: what was asked.
    """
    fps = capture.get(cv2.CAP_PROP_FPS)
    rate = f" at {fps:g} fps" if fps > 0 else " at an unknown rate"
    code = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little", signed=True)
    letters = code.decode("ascii", "replace").strip()
    form = f" {letters}" if letters.isalnum() else ""
    same = size == request.size and round(fps) == round(request.fps)
    asked = "" if same else f" (asked {request})"
    return f"{size[1]}x{size[0]}{rate}{form}{asked}"


def cure_for_refusal(camera: CameraInfo, platform: str = sys.platform) -> str:
    """What most likely helps when a camera cannot be opened."""
    if platform == "darwin":
        return (
            "close other programs that use it, and allow the camera for this program in "
            "System Settings, Privacy & Security, Camera"
        )
    if platform == "win32":
        return (
            "close other programs that use it, and allow desktop apps the camera in "
            "Settings, Privacy & security, Camera"
        )
    node = f"/dev/video{camera.index}"
    if os.path.exists(node) and not os.access(node, os.R_OK | os.W_OK):
        return f"you may not read {node}; run: sudo usermod -aG video $USER, and log in again"
    return "close other programs that use it"
