"""A preset made ready to play: its conditioner and its generator."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from livegan.errors import ModelError, ParameterError
from livegan.giving_way import aside
from livegan.parameters import LiveValues, Setting, Values
from livegan.presets import IDENTITY, Preset, find_generator

if TYPE_CHECKING:  # at run time they would load OpenCV and MediaPipe
    from livegan.conditioners.conditioner import Conditioned, Conditioner
    from livegan.conditioners.performer import Performer
    from livegan.generators.generator import Generator
    from livegan.generators.warm import Warm

IDENTITY_SIZE_PX = 512


@runtime_checkable
class Resting(Protocol):
    """A conditioner whose puppet lives on where no frames come."""

    def rest(self, time_s: float, values: Values) -> Conditioned:
        """Draw the puppet as it eases to rest and breathes, at that reading of the clock."""


@runtime_checkable
class Following(Protocol):
    """A conditioner that follows a performer."""

    @property
    def status(self) -> str:
        """What it is doing, for the figures: "playing", "no face: resting"; "" says nothing."""

    def recalibrate(self) -> None:
        """Take the performer's neutral face again."""


@dataclass(frozen=True, eq=False)
class Look:
    """What paints: one conditioner with the generator that was trained on its drawings.

    Args:
        name: the preset's.
        conditioner, generator: both open.
        values: parameter values that this look wants: those that the generator was trained
            with, and over them the preset's.
        settings: those of them that the generator was trained with.
        note: where the generator comes from, for the start of a performance.
    """

    name: str
    conditioner: Conditioner
    generator: Generator
    values: Mapping[str, Setting]
    note: str = ""
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def close(self) -> None:
        """Close both. May be called twice."""
        self.conditioner.close()
        self.generator.close()


def made_of(preset: Preset) -> Hashable:
    """Equal for presets whose looks differ in values alone, so that both can play on one."""
    if preset.generator != IDENTITY:
        with suppress(ModelError, OSError):  # opening it tells
            path = find_generator(preset).resolve()
            known = path.stat()
            return path, known.st_mtime_ns, known.st_size
    return preset.generator, preset.conditioner


def open_look(
    preset: Preset,
    *,
    busy_cores: int = 0,
    isolate: bool = False,
    compile_missing: bool = False,
    exact: bool = False,
    performer: Performer | None = None,
    warm: Warm | None = None,
) -> Look:
    """Load a preset's generator and the conditioner that its card asks for.

    The generator has painted once when this returns, so that no frame waits for its first run.

    Args:
        preset: the look.
        busy_cores: how many cores have other work while the generator paints.
        isolate: whether the generator paints in a process of its own.
        compile_missing: whether an engine that this machine's GPU could have is compiled while
            the look plays.
        exact: whether it paints on the CPU in full precision, whatever else there is.
        performer: what other looks of the show know of whom the camera sees; None is nothing.
        warm: keeps generators of the show open; None opens one, which is closed with the look.

    Raises:
        ModelError: the generator is missing, has no card, or wants another conditioner.
    """
    # These load MediaPipe and the inference engine: not before a look is wanted.
    from livegan.conditioners import open_conditioner
    from livegan.conditioners.opening import KINDS
    from livegan.generators.identity import Identity
    from livegan.generators.stretched import as_shown
    from livegan.model_card import ConditionerCard, read_card

    generator: Generator
    if preset.generator == IDENTITY:
        assert preset.conditioner is not None  # reading a preset sees to that
        wanted = ConditionerCard(preset.conditioner, KINDS[preset.conditioner].version)
        puppet, note, where = None, "", f"preset {preset.name}"
        generator = Identity((IDENTITY_SIZE_PX, IDENTITY_SIZE_PX))
    else:
        path = find_generator(preset)
        card = read_card(path)
        wanted, puppet, note, where = card.conditioner, card.puppet, card.credit, str(path)
        _check_settings(path, wanted.settings)
        load = partial(_load, path, busy_cores, compile_missing, exact)
        opening = partial(_isolated, load) if isolate else load
        opened = warm.open(made_of(preset), opening) if warm else opening()
        generator = as_shown(opened, card)
    with ExitStack() as failing:
        failing.callback(generator.close)
        try:
            conditioner = open_conditioner(wanted, generator.size, puppet, performer)
        except ModelError as error:
            raise ModelError(f"{where}: {error}") from None
        failing.callback(conditioner.close)
        aside(lambda: generator.generate(np.zeros((*generator.size, 3), np.uint8)))
        failing.pop_all()
    values = {**wanted.settings, **preset.values}
    return Look(preset.name, conditioner, generator, values, note, wanted.settings)


def _load(path: Path, busy_cores: int, compile_missing: bool, exact: bool) -> Generator:
    from livegan.generators import load_generator

    load = partial(load_generator, path, busy_cores=busy_cores, compile_missing=compile_missing)
    return load(device="CPU", precision="f32") if exact else load()


def _isolated(load: Callable[[], Generator]) -> Generator:
    from livegan.generators.isolated import Isolated

    return Isolated(load)


def looks_of_a_show(
    *, isolate: bool = False, compile_missing: bool = False, exact: bool = False
) -> Callable[[Preset], Look]:
    """Opens looks that share what they know of the performer, and generators that were open before;
    not those in processes of their own, each of which holds 90 MiB.

    Args:
        isolate, compile_missing, exact: as in `open_look`.
    """

    @cache
    def shared() -> tuple[Performer, Warm | None]:
        from livegan.conditioners.performer import Performer
        from livegan.generators.warm import Warm

        return Performer(), None if isolate else Warm()

    def open_one(preset: Preset) -> Look:
        performer, warm = shared()
        return open_look(
            preset,
            isolate=isolate,
            compile_missing=compile_missing,
            exact=exact,
            performer=performer,
            warm=warm,
        )

    return open_one


def _check_settings(path: Path, settings: Mapping[str, Setting]) -> None:
    try:
        LiveValues(settings)
    except ParameterError as error:
        raise ModelError(f"{path}: its card is not for this livegan: {error}") from None
