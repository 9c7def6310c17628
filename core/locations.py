"""Where things lie on disk: what ships, what the user has, and what we may cache.

| place | default | set by |
|---|---|---|
| assets: weights, the built-in gallery, results | beside ``core``; installed, inside | nothing |
| data sets: ``corel1k/``, … | none | ``$HASHLIGHT_DATA`` |
| home: embeddings, downloads | the user's cache directory | ``$HASHLIGHT_HOME`` |
"""

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "assets"
ASSETS = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "assets"


def home() -> Path:
    """The directory for everything that can be computed or downloaded again."""
    return Path(os.environ.get("HASHLIGHT_HOME") or platformdirs.user_cache_path("hashlight"))


def data() -> Path | None:
    """The directory that holds the user's data sets, or None where none is set."""
    value = os.environ.get("HASHLIGHT_DATA")
    return Path(value) if value else None
