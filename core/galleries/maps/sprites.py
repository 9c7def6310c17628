"""All images of a gallery on one sheet, small and square: what a map draws its pictures from."""

from dataclasses import dataclass
from io import BytesIO
from math import ceil, isqrt

from PIL import Image, ImageOps

from ...errors import HashlightError
from ...images import thumbnail
from ...language import tr
from ...progress import Progress, silent
from ..base import Gallery
from ..store import StoredGallery

SHEET = 2048  # pixels of its side at most: every browser's graphics take that
LARGEST, SMALLEST = 64, 16  # pixels of a picture's side


@dataclass(frozen=True, slots=True)
class SpriteSheet:
    """One picture of many: the n-th lies in row n // columns and column n % columns."""

    file: bytes  # a JPEG
    side: int  # pixels of each picture
    columns: int
    n: int  # the first images that have a picture; the sheet holds no more


def draw_sprites(
    gallery: Gallery, stored: StoredGallery, *, progress: Progress = silent
) -> SpriteSheet:
    """Draw the images that have an embedding, in the order of ``stored.ids``.

    The more there are, the smaller each is; beyond (2048 / 16)² the rest has none. An image that
    can't be read leaves its place empty.
    """
    n = min(len(stored.ids), (SHEET // SMALLEST) ** 2)
    columns = isqrt(max(n - 1, 0)) + 1
    side = min(LARGEST, SHEET // columns)
    sheet = Image.new("RGB", (columns * side, ceil(n / columns) * side), "grey")
    for place, id in enumerate(stored.ids[:n].tolist()):
        if place % 32 == 0:
            progress(place, n, tr("Drawing small pictures"))
        try:
            small = Image.open(BytesIO(thumbnail(gallery.read(id), max_side=2 * side)))
        except HashlightError:
            continue
        row, column = divmod(place, columns)
        sheet.paste(ImageOps.fit(small, (side, side)), (column * side, row * side))
    file = BytesIO()
    sheet.save(file, "JPEG", quality=80)
    return SpriteSheet(file.getvalue(), side, columns, n)
