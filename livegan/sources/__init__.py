"""Where frames come from."""

from livegan.sources.camera_names import list_cameras
from livegan.sources.opening import bundled_clip, open_source, source_factory

__all__ = ["bundled_clip", "list_cameras", "open_source", "source_factory"]
