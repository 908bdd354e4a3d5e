"""What is compiled from a generator for one machine, or for one way of computing."""

from livegan.compilation.cache import (
    CachedEngine,
    EngineRefused,
    ListedEngine,
    find_engine,
    list_engines,
    require_engine,
    store_engine,
)
from livegan.compilation.manifest import EngineRequest, Manifest

__all__ = [
    "CachedEngine",
    "EngineRefused",
    "EngineRequest",
    "ListedEngine",
    "Manifest",
    "find_engine",
    "list_engines",
    "require_engine",
    "store_engine",
]
