"""What can be played: the one table of it, and its live values."""

from livegan.parameters.glide import Glide
from livegan.parameters.parameter import Parameter, Setting
from livegan.parameters.playing import played, read_assignment
from livegan.parameters.table import LATENTS, TABLE, find
from livegan.parameters.values import LiveValues, Values

__all__ = [
    "LATENTS",
    "TABLE",
    "Glide",
    "LiveValues",
    "Parameter",
    "Setting",
    "Values",
    "find",
    "played",
    "read_assignment",
]
