"""Photographs with object masks beside them: any folder that has a ``masks/`` folder.

    photos/images/17.jpg    photos/masks/17.png          a folder of each
    photos/dogs/17.jpg      photos/masks/dogs/17.png     a gallery with masks inside

An image's mask has its path and its name, whatever the suffix.
"""

from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import GalleryError
from ..language import later, tr
from ..progress import Progress, silent
from .base import LeftOut
from .folder import FolderGallery, image_names
from .labels import labels_from_folders
from .names import slug

MASKS = "masks"


class MaskedFolder(FolderGallery):
    """Images that are files under one folder, each with the mask of its object.

    Attributes:
        left_out: images that have no mask.
    """

    def __init__(self, folder: Path, *, progress: Progress = silent) -> None:
        """Open a folder.

        Args:
            folder: has ``masks/``, and its images in ``images/`` or beside ``masks/``.
            progress: told about every file.

        Raises:
            GalleryError: there is no such folder, or none of its images has a mask.
        """
        if not (folder / MASKS).is_dir():
            raise GalleryError(
                tr(
                    "{folder} has no folder {masks}/; put the mask of images/17.jpg at "
                    "{masks}/17.png, or that of dogs/17.jpg at {masks}/dogs/17.png.",
                    folder=folder,
                    masks=MASKS,
                )
            )
        root = folder / "images" if (folder / "images").is_dir() else folder
        self._masks = {
            PurePosixPath(name).with_suffix(""): folder / MASKS / name
            for name in image_names(folder / MASKS)
        }
        names = [it for it in image_names(root) if root != folder or not it.startswith(f"{MASKS}/")]
        masked = [name for name in names if PurePosixPath(name).with_suffix("") in self._masks]
        if not masked:
            raise GalleryError(
                tr(
                    "No image of {root} has a mask in {masks}; a mask has the image's "
                    "path and its name before the suffix.",
                    root=root,
                    masks=folder / MASKS,
                )
            )
        super().__init__(
            root,
            labels_from_folders(masked),
            key=slug(folder.resolve().name),
            title=folder.resolve().name,
            progress=progress,
        )
        having = set(masked)
        self.left_out = tuple(
            LeftOut(it, later("It has no mask.")) for it in names if it not in having
        )

    def mask(self, id: int) -> NDArray[np.bool_]:
        """Return where the object of one image is visible: (H, W).

        Raises:
            GalleryError: the mask's file is gone or damaged.
        """
        return read_mask(self._masks[PurePosixPath(self.items[id].name).with_suffix("")])


def read_mask(path: Path) -> NDArray[np.bool_]:
    """Read where a mask shows its object: (H, W).

    Masks are written as 0 and 1, as 0 and 255, or as a JPEG that blurs both; so the object is
    what is brighter than half of the brightest pixel.

    Raises:
        GalleryError: the file is gone or damaged.
    """
    try:
        with Image.open(path) as image:
            values = np.asarray(image.convert("L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise GalleryError(
            tr(
                "The mask {path} is missing or damaged; put a picture there that is black outside "
                "the object.",
                path=path,
            )
        ) from error
    mask: NDArray[np.bool_] = values > values.max() / 2
    return mask
