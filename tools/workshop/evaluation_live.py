"""What a generator makes of pictures that nobody has painted for it: there is no target."""

from __future__ import annotations

from pathlib import Path

from livegan.conditioners.conditioner import Conditioned
from livegan.conditioners.face_detector import FaceDetector
from livegan.counting import counted
from livegan.errors import UsageError
from livegan.face_topology import Landmarks
from livegan.frames import Frame, Image
from livegan.look import Following
from livegan.sources.pictures import SUFFIXES, natural_key, read_picture
from workshop.evaluation import STILLS, Album, Evaluation, flicker_of, means, spread
from workshop.face_metrics import landmark_errors
from workshop.motion_metrics import Stopwatch, latency_ms
from workshop.painters import Painter
from workshop.report import Figure, Row
from workshop.tally import Tally

CAPTIONS = ("camera", "input", "output")
_SHOWN_S = (0.0, 0.5, 1.0, 4.0)
"""When each picture is shown to the conditioner, and when the next one comes."""


def evaluate_pictures(painter: Painter, where: Path, album: Album) -> Evaluation:
    """Draw and paint plain pictures, each for itself.

    Args:
        painter: what is judged.
        where: a folder of pictures, or one picture.
        album: where crops, drawings and outputs go.

    Raises:
        UsageError: there is no picture that can be read.
    """
    paths = pictures_in(where)
    conditioner, values = painter.open_conditioner(), painter.values()
    tally, watch, faces = Tally("pictures", len(paths)), Stopwatch(), FaceWatch()
    rows: list[Row] = []
    read: list[Path] = []
    notes = []
    for index, path in enumerate(paths):
        tally.step()
        image = read_picture(path)
        if image is None:
            notes.append(f"{path.name} is not a picture that can be read; it was passed over.")
            continue
        if isinstance(conditioner, Following):
            conditioner.recalibrate()
        # A puppet takes a moment to join a face, so each picture stays for one.
        for after_s in _SHOWN_S[:-1]:
            time_s = index * _SHOWN_S[-1] + after_s
            seen = conditioner.condition(Frame(image, index, time_s), values)
        painted = watch(painter.on_stage.generate, seen.image)
        figures = faces.judge(faces.performer(seen), seen, painted)
        rows.append(Row(path.name, keep(album, path.name, seen, painted), figures))
        read.append(path)
    conditioner.close()
    faces.close()
    tally.done()
    if not rows:
        raise UsageError(f"none of the {len(paths)} pictures in {where} can be read")
    stills = [image for path in spread(read, STILLS) if (image := read_picture(path)) is not None]
    flicker, why = flicker_of(painter, stills)
    metrics = {**means(rows), **faces.rates(), **latency_ms("generate", watch.times_s), **flicker}
    sort_by = ("mouth_error", "low") if "mouth_error" in metrics else None
    told = f"{counted(len(rows), 'picture')} of {where.resolve().name}"
    return Evaluation(
        "pictures", told, CAPTIONS, rows, metrics, sort_by, [*notes, *faces.notes(), *why]
    )


class FaceWatch:
    """Finds the performer's face and the painted one, frame by frame.

    Args:
        still: each picture stands for itself; otherwise they are a film.
    """

    def __init__(self, *, still: bool = True) -> None:
        # One each: a film's detector follows its face from frame to frame.
        self._cameras, self._outputs = FaceDetector(still=still), FaceDetector(still=still)
        self._shown = self._found = 0
        self.found: Landmarks | None = None
        """In the output that was judged last."""

    def performer(self, seen: Conditioned) -> Landmarks | None:
        """The face before the camera; edges and the like are drawn without looking for one."""
        return seen.performer if seen.landmarks is not None else self._cameras.find(seen.camera)

    def judge(
        self, performer: Landmarks | None, seen: Conditioned, painted: Image
    ) -> dict[str, Figure]:
        """Whether a face was painted, and where the drawing had it.

        Args:
            performer: the face before the camera.
            seen: with the landmarks as drawn, if a face was drawn.
            painted: (H, W, 3) uint8 BGR.

        Returns:
            `face`, "lost", where it can't be found again. Where a face was drawn, `mouth_error`
            and `eyes_error`, None for a lost one. Nothing where nobody is before the camera.
        """
        self.found = None
        if performer is None:
            return {}
        self._shown += 1
        self.found = self._outputs.find(painted)
        if self.found is None:
            lost = ("mouth_error", "eyes_error") if seen.landmarks is not None else ()
            return {"face": "lost", **dict.fromkeys(lost)}
        self._found += 1
        return {} if seen.landmarks is None else {**landmark_errors(self.found, seen.landmarks)}

    def rates(self) -> dict[str, float]:
        """`detection_rate`: outputs with a face, of those with a face before the camera."""
        return {"detection_rate": self._found / self._shown} if self._shown else {}

    def notes(self) -> list[str]:
        """What could not be said."""
        return [] if self._shown else ["There is no face before the camera: none was judged."]

    def close(self) -> None:
        """Give the models back."""
        self._cameras.close()
        self._outputs.close()


def keep(album: Album, name: str, seen: Conditioned, painted: Image) -> list[Path]:
    """Write camera, drawing and output of one frame."""
    images = (seen.camera, seen.image, painted)
    return [album.keep(name, text, image) for text, image in zip(CAPTIONS, images, strict=True)]


def pictures_in(where: Path) -> list[Path]:
    """The pictures of a folder in natural order, or the one that `where` is.

    Raises:
        UsageError: there is none.
    """
    if not where.is_dir():
        return [where]
    paths = [path for path in where.iterdir()
             if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")]
    if not paths:
        raise UsageError(f"folder {where} holds no picture, and no dataset.json of pairs either")
    return sorted(paths, key=natural_key)
