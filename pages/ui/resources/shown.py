"""A query's image as pages show it, in few bytes: a session keeps the one that it showed last."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.images import Picture

SIDE = 640  # pixels of the longer side: no page shows more of a query
EXACT = 640 * 480  # pixels of an image that keeps each: photographs then take two bytes a pixel

_PNG = b"\x89PNG"


@dataclass(frozen=True, slots=True)
class ShownImage:
    """A packed image: its pixels as they are where it is small, else as few as are shown."""

    file: bytes  # a PNG where that holds all pixels, else a JPEG
    digest: str  # of the file as given
    notes: tuple[str, ...]

    @classmethod
    def packed(cls, image: Picture) -> "ShownImage":
        """Pack the pixels of an image."""
        picture = Image.fromarray(image.pixels)
        if max(picture.size) <= SIDE and picture.width * picture.height <= EXACT:
            file = BytesIO()
            picture.save(file, "PNG", compress_level=1)  # most of the time for few of the bytes
            return cls(file.getvalue(), image.digest, image.notes)
        picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)  # a smaller one stays
        return cls(_jpeg(picture), image.digest, image.notes)

    @property
    def jpeg(self) -> bytes:
        """The picture as a JPEG file."""
        if self.file.startswith(_PNG):
            return _jpeg(Image.fromarray(self.pixels))
        return self.file

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """Unpack it: (H, W, 3) RGB."""
        return np.asarray(Image.open(BytesIO(self.file)))


def _jpeg(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=88)
    return file.getvalue()
