"""From a frame to a drawing."""

from livegan.conditioners.opening import open_conditioner

__all__ = ["open_conditioner"]
