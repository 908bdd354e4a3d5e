"""Two decks: a look plays on one while the next waits on the other, and a crossfade mixes them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from livegan.look import Following, Look
from livegan.parameters import TABLE, LiveValues, Setting
from livegan.presets import Preset

if TYPE_CHECKING:  # at run time they would load OpenCV
    from livegan.blending import Blending
    from livegan.frames import Image

CROSSFADE = "deck.crossfade"
OF_A_LOOK = frozenset(
    name
    for name, row in TABLE.items()
    if row.kept and row.group in ("canny", "face_mesh", "puppet", "generator", "latent")
)
"""The values that each deck has for itself. All others belong to the stage: camera and screen stay
as they are set when the look changes, unless its preset sets them."""


@dataclass(eq=False)
class Loaded:
    """A look on a deck.

    Args:
        look: what paints.
        preset: what it plays.
        made_of: tells whether another preset could play on this same look.
        own: the values of `OF_A_LOOK` that it plays with while it is not in front.
        stage: what else its preset wants set as it comes to the front.
    """

    look: Look
    preset: Preset
    made_of: Hashable = None
    own: Mapping[str, Setting] = field(default_factory=dict)
    stage: Mapping[str, Setting] = field(default_factory=dict)
    blending: Blending = field(init=False)

    def __post_init__(self) -> None:
        # This loads OpenCV: not before a look did.
        from livegan.blending import Blending

        self.blending = Blending()


@dataclass(frozen=True)
class OnDecks:
    """What is on the two decks.

    Args:
        front: what plays.
        behind: what waits, or is mixed in; None where there is nothing yet.
        deck_behind: "A" or "B": where that is.
    """

    front: Loaded
    behind: Loaded | None
    deck_behind: str


def wanted(
    preset: Preset, settings: Mapping[str, Setting], overrides: Mapping[str, Setting]
) -> tuple[dict[str, Setting], dict[str, Setting]]:
    """The values that a preset wants: its look's own, all of them, and some of the stage.

    Args:
        preset: which one.
        settings: what the generator that it plays on was trained with.
        overrides: values that hold whatever it says.
    """
    asked = {**settings, **preset.values}
    asked.pop(CROSSFADE, None)  # which decides what is seen of it
    own = {name: asked.get(name, TABLE[name].default) for name in OF_A_LOOK}
    stage = {name: value for name, value in asked.items() if name not in OF_A_LOOK}
    for values in (own, stage):
        values |= {name: overrides[name] for name in values if name in overrides}
    return own, stage


class Decks:
    """Deck A, deck B, and which of them is in front. For the engine's thread, but for `both`.

    In front is whichever the crossfade shows more of. The values that are played are those of the
    deck in front; the other one keeps its own until it comes to the front.

    Args:
        first: what plays first; it goes on the deck that the crossfade shows.
        values: what is played.
    """

    def __init__(self, first: Loaded, values: LiveValues) -> None:
        from livegan.blending import Mixer

        self._values = values
        self._front = int(values.snapshot().number(CROSSFADE) > 0.5)
        self._decks: list[Loaded | None] = [None, None]
        self._share = 0.0
        self._mixer = Mixer()
        self._put(self._front, first)

    @property
    def front(self) -> Loaded:
        """What plays."""
        loaded = self._decks[self._front]
        assert loaded is not None  # it never leaves before another one is in front
        return loaded

    @property
    def behind(self) -> Loaded | None:
        """What waits, or is mixed in; None where there is nothing yet."""
        return self._decks[1 - self._front]

    @property
    def both(self) -> OnDecks:
        """What is on them, for any thread."""
        front = self._front  # once: the crossfade may change it meanwhile
        plays = self._decks[front]
        assert plays is not None
        return OnDecks(plays, self._decks[1 - front], "BA"[front])

    @property
    def mixing(self) -> bool:
        """Whether both are seen."""
        return self._share > 0

    @property
    def other_end(self) -> float:
        """Where the crossfade shows the deck behind alone: 0 or 1."""
        return float(1 - self._front)

    def follow(self, crossfade: float) -> Mapping[str, Setting]:
        """Let the crossfade say which deck is in front, and how much of the other is seen.

        Args:
            crossfade: 0 is A, 1 is B.

        Returns:
            The values that have come to the front with another deck; they are set already.
        """
        came: Mapping[str, Setting] = {}
        leaves = self.front
        comes = self.behind
        if comes and abs(crossfade - self._front) > 0.5:
            stands = self._values.snapshot()
            leaves.own = {name: stands[name] for name in OF_A_LOOK}
            came, comes.stage = {**comes.own, **comes.stage}, {}
            self._front = 1 - self._front
            self._values.update(came)
            self._tell()
        self._share = abs(crossfade - self._front) if self.behind else 0.0
        return came

    def put_behind(self, loaded: Loaded) -> Mapping[str, Setting]:
        """Load something onto the deck behind, in place of what was there.

        Returns:
            Values that it took to leave what is shown as it is; they are set already.
        """
        moved: Mapping[str, Setting] = {}
        if self.behind is None:
            # A fader that stood elsewhere had nothing to show.
            self._values.update(moved := {CROSSFADE: float(self._front)})
        self._put(1 - self._front, loaded)
        return moved

    def play(self, loaded: Loaded, preset: Preset) -> None:
        """Note that one of the two plays another preset now."""
        loaded.preset = preset
        self._tell()

    def recalibrate(self) -> None:
        """Let both take the performer's neutral face again."""
        for loaded in self._decks:
            if loaded and isinstance(loaded.look.conditioner, Following):
                loaded.look.conditioner.recalibrate()

    def mixed(self, picture: Image, paint_behind: Callable[[Loaded], Image | None]) -> Image:
        """The picture of the deck in front with its share of the other one's.

        Args:
            picture: (H, W, 3) uint8 BGR, of the deck in front.
            paint_behind: paints the other one; called only where it is seen. None is no picture.
        """
        other = paint_behind(self.behind) if self.mixing and self.behind else None
        return picture if other is None else self._mixer.mixed(picture, other, self._share)

    def lines(self) -> list[str]:
        """What is on which deck, for the figures; nothing while one was never used."""
        if self.behind is None:
            return []
        shares = (1 - self._share, self._share)
        named = sorted(
            (name, loaded.preset.name, share)
            for name, loaded, share in zip(
                "AB" if self._front == 0 else "BA", (self.front, self.behind), shares, strict=True
            )
        )
        return ["   ".join(f"{deck} {name} {share:.0%}" for deck, name, share in named)]

    def close(self) -> None:
        """Close both. May be called twice."""
        for loaded in self._decks:
            if loaded:
                loaded.look.close()

    def _put(self, deck: int, loaded: Loaded) -> None:
        old, self._decks[deck] = self._decks[deck], loaded
        if old:
            # Giving MediaPipe back takes longer than a frame.
            threading.Thread(target=old.look.close, name="close-look", daemon=True).start()
        self._tell()

    def _tell(self) -> None:
        names = [loaded.preset.name if loaded else "" for loaded in self._decks]
        self._values.measured(
            {"preset.name": names[self._front], "deck.a": names[0], "deck.b": names[1]}
        )
