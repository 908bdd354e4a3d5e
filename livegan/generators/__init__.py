"""What paints: each generator turns a drawing into a picture."""

from livegan.generators.generator import Generator
from livegan.generators.identity import Identity
from livegan.generators.opening import load_generator

__all__ = ["Generator", "Identity", "load_generator"]
