"""Hashlight: image retrieval with attention (CBAM) and locality-sensitive hashing.

In a checkout this package is called ``core``; installed, it is called ``hashlight``. What stands
in ``__all__`` is its public face, and is imported when it is first used: ``import hashlight``
alone is quick, brings no PyTorch along, and changes nothing in the process of its host.

Start with ``search``: one query from image to hits. ``paper.implementations`` leads from every
section, equation, figure and table of the paper to the code that implements it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import (
    CheckpointError,
    DownloadError,
    GalleryError,
    HashlightError,
    ImageError,
    SettingError,
    StoreError,
)

if TYPE_CHECKING:
    from .galleries.registry import open_gallery
    from .galleries.store import load_or_build
    from .index.fitting import fit
    from .index.lsh import LSHConfig
    from .model.checkpoint import load_checkpoint
    from .model.embedder import Embedder
    from .search import SearchConfig, SearchResult, build_index, embed_query, look_up

__version__ = "0.2.0"

__all__ = [
    "CheckpointError",
    "DownloadError",
    "Embedder",
    "GalleryError",
    "HashlightError",
    "ImageError",
    "LSHConfig",
    "SearchConfig",
    "SearchResult",
    "SettingError",
    "StoreError",
    "build_index",
    "embed_query",
    "fit",
    "load_checkpoint",
    "load_or_build",
    "look_up",
    "open_gallery",
]

_MODULES = {
    "Embedder": ".model.embedder",
    "LSHConfig": ".index.lsh",
    "SearchConfig": ".search",
    "SearchResult": ".search",
    "build_index": ".search",
    "embed_query": ".search",
    "fit": ".index.fitting",
    "load_checkpoint": ".model.checkpoint",
    "load_or_build": ".galleries.store",
    "look_up": ".search",
    "open_gallery": ".galleries.registry",
}


def __getattr__(name: str) -> object:
    """Import what is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
