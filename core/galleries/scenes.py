"""The built-in gallery: pictures that ``core.scenery`` painted, with exact object masks.

The masks are what most photographs lack: they tell where the object is, so one can measure
whether attention looks at it.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import COMMAND, GalleryError
from ..language import tr
from ..locations import ASSETS
from ..progress import Progress, silent
from .folder import FolderGallery
from .masks import MASKS, read_mask


class ScenesGallery(FolderGallery):
    """Painted scenes, ordered by category and number, named like ``lighthouse/07.jpg``."""

    def __init__(self, folder: Path = ASSETS / "scenes", *, progress: Progress = silent) -> None:
        """Open the rendered folder.

        Args:
            folder: what ``core.scenery.render.render_all`` wrote.
            progress: told about every file.

        Raises:
            GalleryError: the folder is missing, incomplete or damaged.
        """
        try:
            scenes = _read(folder)
            labels = {name: label for name, (label, _) in scenes.items()}
            self._ratios = {name: ratio for name, (_, ratio) in scenes.items()}
            super().__init__(folder, labels, key="scenes", title="Scenes", progress=progress)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, GalleryError) as error:
            raise _damaged(folder) from error

    def ratio(self, id: int) -> float:
        """Return the width of one image over its height; no image is decoded for it."""
        return self._ratios[self.items[id].name]

    def mask(self, id: int) -> NDArray[np.bool_]:
        """Return where the object of one image is visible: (H, W).

        Raises:
            GalleryError: the mask's file is missing or damaged.
        """
        try:
            return read_mask((self.root / MASKS / self.items[id].name).with_suffix(".png"))
        except GalleryError as error:
            raise _damaged(self.root) from error


def _read(folder: Path) -> dict[str, tuple[str | None, float]]:
    """Name -> label, and width over height, of every scene in their order."""
    about = json.loads((folder / "scenes.json").read_text(encoding="utf-8"))
    if not about["scenes"]:
        raise ValueError("no scenes")
    return {
        it["name"]: (about["categories"][it["name"].split("/")[0]], it["width"] / it["height"])
        for it in about["scenes"]
    }


def _damaged(folder: Path) -> GalleryError:
    return GalleryError(
        tr(
            "The built-in scenes in {folder} are missing or damaged; paint them again with "
            "{command} render-scenes --out {folder}",
            folder=folder,
            command=COMMAND,
        )
    )
