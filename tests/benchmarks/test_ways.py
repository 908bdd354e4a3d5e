"""The two ways that are held against each other, on a clip of a few frames."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from tiny_onnx import write_generator

from livegan.benchmarks.classic import Classic
from livegan.benchmarks.classic_unet import ClassicUNet
from livegan.benchmarks.free_running import FreeRunning, Ours, OursRendered
from livegan.benchmarks.screens import NoScreen, Watched
from livegan.errors import SourceError, SourceLost
from livegan.frames import Frame
from livegan.presets import Preset
from livegan.sources.opening import bundled_clip
from workshop.classic_forms import UNetForm
from workshop.classic_networks import ClassicUNet as LearningUNet

FRAMES = 4


class Gallery(NoScreen):
    """Keeps what it is shown, and is closed after so many."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.frames: list[Frame] = []
        self._most = most

    def show(self, frame: Frame) -> None:
        super().show(frame)
        self.frames.append(frame)

    def pump(self) -> bool:
        return len(self.frames) < self._most


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures of one grey level each: 0, 50, 100, 150."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for place in range(FRAMES):
        cv2.imwrite(str(folder / f"{place}.png"), np.full((64, 64, 3), 50 * place, np.uint8))
    return folder


def test_the_next_frame_comes_as_the_one_before_is_taken(folder: Path) -> None:
    source = FreeRunning(str(folder))
    read: list[int] = []
    changed = threading.Condition()

    def read_all() -> None:
        try:
            while True:
                frame = source.read()
                assert frame.image[0, 0, 0] == 50 * (frame.index % FRAMES)
                with changed:
                    read.append(frame.index)
                    changed.notify()
        except SourceLost:
            return

    thread = threading.Thread(target=read_all)
    thread.start()
    for index in range(9):  # more than two rounds
        with changed:
            while len(read) <= index:
                assert changed.wait(10), "no frame comes"
            assert read == list(range(index + 1))
        source.taken(index)
    source.close()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize("way", [Ours, OursRendered])
def test_ours_paints_the_frames_of_the_clip_in_their_order(
    tmp_path: Path, folder: Path, way: type[Ours]
) -> None:
    generator = write_generator(tmp_path / "reverse.onnx", kind="plain")
    gallery = Gallery(3 * FRAMES)
    ours = way(Preset("mine", str(generator)), {}, str(folder), gallery, "shown to a test")
    assert ours.play(30.0) > 0
    indices = [frame.index for frame in gallery.frames]
    assert indices == sorted(set(indices)) and indices[0] >= 0
    for frame in gallery.frames:
        assert frame.image[9, 9, 0] == 255 - 50 * (frame.index % FRAMES)
    for part in ("mine", "64 x 64", "openvino CPU", "pictures", "shown to a test"):
        assert part in ours.description


def test_the_classic_way_paints_the_drawing_of_a_face() -> None:
    network = ClassicUNet((4, 4))
    gallery = Gallery(3)
    classic = Classic(str(bundled_clip()), gallery, "shown to a test", network)
    drawings: list[torch.Tensor] = []
    network.register_forward_pre_hook(lambda _, given: drawings.append(given[0]))
    assert classic.play(30.0) > 0
    assert [frame.image.shape for frame in gallery.frames] == [(256, 256, 3)] * 3
    assert all(drawing.shape == (1, 3, 256, 256) for drawing in drawings)
    lines = (drawings[0] > -0.9).float().mean()
    assert 0.01 < lines < 0.5, "lines on black"
    for part in (f"{network.parameter_count / 1e6:.1f} M", "eager fp32", "shown to a test"):
        assert part in classic.description


def test_the_classic_network_is_the_one_of_the_paper() -> None:
    with torch.device("meta"):
        ours, theirs = ClassicUNet(), LearningUNet(UNetForm())
    shapes = [sorted(tuple(w.shape) for w in one.parameters()) for one in (ours, theirs)]
    assert shapes[0] == shapes[1]


def test_the_classic_network_paints_as_the_workshops_does() -> None:
    torch.manual_seed(0)
    ours = ClassicUNet((4, 8, 16)).eval()
    theirs = LearningUNet(UNetForm(downs=3, width=4, dropout=False)).eval()
    modules = [
        [one for one in network.modules() if next(one.parameters(False), None) is not None]
        for network in (ours, theirs)
    ]
    # The workshop's is nested: all halvings from outside in, then the doublings back.
    downs, ups = modules[0][: len(ours_halvings(ours))], modules[0][len(ours_halvings(ours)) :]
    ordered = [*downs, *_from_inside(ups)]
    for mine, other in zip(ordered, modules[1], strict=True):
        mine.load_state_dict(other.state_dict())
    picture = torch.rand(1, 3, 16, 16) * 2 - 1
    with torch.no_grad():
        torch.testing.assert_close(ours(picture), theirs(picture))


def ours_halvings(network: ClassicUNet) -> list[torch.nn.Module]:
    """The modules with weights on the way down."""
    return [one for one in network.downs.modules() if next(one.parameters(False), None) is not None]


def _from_inside(ups: list[torch.nn.Module]) -> list[torch.nn.Module]:
    """Doublings from the innermost out: each with its norm, but the outermost has none."""
    levels: list[list[torch.nn.Module]] = []
    for module in ups:
        if isinstance(module, torch.nn.ConvTranspose2d):
            levels.append([])
        levels[-1].append(module)
    return [module for level in reversed(levels) for module in level]


def test_the_classic_way_wants_a_film(tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("no film")
    with pytest.raises(SourceError, match="text.mp4 is no film"):
        Classic(str(text), NoScreen(), "", ClassicUNet((4, 4)))


def test_a_screen_that_was_closed_stays_closed() -> None:
    screen = Watched(Gallery(1))
    assert screen.pump()
    screen.show(Frame(np.zeros((2, 2, 3), np.uint8), 0, 0.0))
    assert not screen.pump() and screen.closed
    other = Watched(NoScreen())
    other.close()
    assert not other.pump()
