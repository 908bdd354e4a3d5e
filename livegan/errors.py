"""What can go wrong, as a tree.

LiveganError                 a message for the user: what, which, found against wanted, the cure
├── UsageError               the user can mend it; the command ends with exit code 2
│   ├── SourceError          a source that cannot be opened: no such file, no such camera
│   ├── ModelError           a generator file that cannot be used: no card, wrong version
│   ├── PresetError          a preset that cannot be read
│   ├── ParameterError       a value that a parameter does not take
│   ├── ControlError         a controller's way in or out that cannot be opened: port taken
│   ├── SinkError            a sink that cannot be opened: no device, no right to write
│   └── MissingExtraError    an optional package is missing; the message is how to install it
├── SourceLost               the source stopped giving frames; opening it again may help
├── SourceEnded              the source gave its last frame
├── GeneratorLost            the GPU or the process that paints is gone; a fresh process may paint
└── SinkLost                 the sink stopped taking frames; opening it again may help
    └── SinkFull             it has no room for more; opening it again does not help

Faults of real time (dropped, late, stale) are counted values, never exceptions.
"""

from __future__ import annotations


class LiveganError(Exception):
    """Root of every error that livegan raises on purpose; its text is one line for the user."""


class UsageError(LiveganError):
    """The user can mend this; the command line prints it and exits with 2."""


class SourceError(UsageError):
    """A source that cannot be opened."""


class ModelError(UsageError):
    """A generator file that cannot be used."""


class PresetError(UsageError):
    """A preset that cannot be found or read."""


class ParameterError(UsageError):
    """A value that a parameter does not take."""


class ControlError(UsageError):
    """A controller's way in or out that cannot be opened."""


class SinkError(UsageError):
    """A sink that cannot be opened."""


class MissingExtraError(UsageError):
    """An optional package is not installed."""


class SourceLost(LiveganError):
    """The source stopped giving frames; opening it again may help."""


class SourceEnded(LiveganError):
    """The source gave its last frame."""


class GeneratorLost(LiveganError):
    """The GPU or the process that paints is gone; only a fresh process may paint again."""


class SinkLost(LiveganError):
    """The sink stopped taking frames; opening it again may help."""


class SinkFull(SinkLost):
    """The sink has no room for more; opening it again does not help."""
