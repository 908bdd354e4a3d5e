"""Where pictures go: a window, a virtual camera, a recording, or nowhere."""

from livegan.sinks.opening import open_sink
from livegan.sinks.sink import Sink

__all__ = ["Sink", "open_sink"]
