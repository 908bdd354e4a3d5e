"""The classic way of live pix2pix: a loop that does one thing after the other to each frame."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livegan.conditioners.face_detector import quiet, solution
from livegan.errors import MissingExtraError, SourceError
from livegan.frames import Frame, Image
from livegan.performance import Screen

try:
    import torch
except ImportError as error:
    raise MissingExtraError(
        'the classic way needs PyTorch, which is not installed; run: pip install -e ".[train]"'
    ) from error

from livegan.benchmarks.classic_unet import ClassicUNet

_SIDE = 256


class Classic:
    """Reads with OpenCV, draws the face mesh with MediaPipe, paints in eager PyTorch, shows.

    Args:
        clip: a film that OpenCV reads.
        screen: where it is shown.
        shown: in which words that is told.
        network: paints; its halvings must fit 256.

    Raises:
        SourceError: OpenCV can't read the clip.
    """

    name = "classic"

    def __init__(
        self, clip: str, screen: Screen, shown: str, network: ClassicUNet | None = None
    ) -> None:
        with _opened(clip) as capture:
            if not capture.read()[0]:
                raise SourceError(f"{clip} is no film that OpenCV reads; the classic way wants one")
        self._clip = clip
        self._screen = screen
        self._shown = shown
        self._network = (network or ClassicUNet()).eval()
        self._drawing: Any = solution("drawing_utils")
        self._styles: Any = solution("drawing_styles")
        self._meshes: Any = solution("face_mesh")

    @property
    def description(self) -> str:
        """What it does."""
        millions = self._network.parameter_count / 1e6
        return (
            f"pix2pix's U-Net of {millions:.1f} M parameters, random weights, {_SIDE} x {_SIDE},"
            f" PyTorch {torch.__version__} eager fp32 on {torch.get_num_threads()} threads, on"
            f" {Path(self._clip).name}: read by OpenCV, mesh and drawing by MediaPipe, painted,"
            f" {self._shown}; one after the other in one thread"
        )

    def play(self, seconds: float) -> float:
        """Paint for so long; frames a second, from the first to the last that was shown."""
        with quiet():
            mesh = self._meshes.FaceMesh(max_num_faces=1, refine_landmarks=True)
            mesh.process(np.zeros((192, 192, 3), np.uint8))  # its threads talk until then
        count, began_s, now_s = 0, 0.0, 0.0
        with _opened(self._clip) as capture:
            while count < 2 or now_s - began_s < seconds:
                frame = Frame(_read(capture), count, time.monotonic())
                with nullcontext() if count else quiet():
                    drawing = self._draw(frame.image, mesh)
                picture = self._paint(drawing)
                self._screen.show(Frame(picture, frame.index, frame.captured_at_s))
                now_s = time.monotonic()
                began_s = began_s or now_s
                count += 1
                if not self._screen.pump():
                    break
        mesh.close()
        return (count - 1) / (now_s - began_s) if count > 1 else 0.0

    def _draw(self, image: Image, mesh: Any) -> Image:
        drawing = np.zeros_like(image)
        seen = mesh.process(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)).multi_face_landmarks
        for face in seen or ():
            for lines, style in (
                (self._meshes.FACEMESH_TESSELATION, "tesselation"),
                (self._meshes.FACEMESH_CONTOURS, "contours"),
                (self._meshes.FACEMESH_IRISES, "iris_connections"),
            ):
                self._drawing.draw_landmarks(
                    drawing,
                    face,
                    lines,
                    None,
                    getattr(self._styles, f"get_default_face_mesh_{style}_style")(),
                )
        return np.asarray(cv2.resize(drawing, (_SIDE, _SIDE)), np.uint8)

    def _paint(self, drawing: Image) -> Image:
        with torch.no_grad():
            rgb = torch.from_numpy(cv2.cvtColor(drawing, cv2.COLOR_BGR2RGB))  # (H, W, 3)
            entering = rgb.permute(2, 0, 1)[None].float() / 127.5 - 1  # (1, 3, H, W)
            painted = self._network(entering)[0].permute(1, 2, 0).numpy()  # (H, W, 3)
        picture = ((painted + 1) * 127.5).astype(np.uint8)
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), np.uint8)


def _read(capture: cv2.VideoCapture) -> Image:
    """The next frame; after the last one the first."""
    there, image = capture.read()
    if not there:
        capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
        _, image = capture.read()
    return np.asarray(image, np.uint8)


@contextmanager
def _opened(clip: str) -> Iterator[cv2.VideoCapture]:
    capture = cv2.VideoCapture(clip)
    try:
        yield capture
    finally:
        capture.release()
