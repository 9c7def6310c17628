"""When does attention help? The same pictures again, each time with more around them.

Every picture of a gallery is made smaller and put at a random place into a painting without an
object. The smaller it is, the more of what the network sees is clutter. At each size every
picture searches all others, with each attention mode, by several heads that were trained alike
but for their seed. A mode's gain is its mAP less that without attention, by the same head.
"""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from ..galleries.base import Gallery, GalleryItem, LeftOut, digest_of
from ..images import decode
from ..model.attention import ATTENTION_MODES
from ..model.feature_maps import FeatureMaps
from ..model.network import RetrievalNetwork
from ..progress import Progress, silent
from ..scenery.render import CATEGORIES, render
from .metrics import average_precisions
from .statistics import difference_over_runs_and_queries

SIDES = (1.0, 0.8, 0.65, 0.5, 0.4)
"""How long a picture's sides are beside those of the whole, from no clutter to most."""

N_SURROUNDINGS = 120
BATCH = 64

MapsOf = Callable[[Gallery], FeatureMaps]
"""Puts a gallery through the backbone: F of each image, (N, 2048, H, W)."""


class CrowdedGallery:
    """The images of a gallery, each put into a painting; names and labels stay."""

    def __init__(
        self, gallery: Gallery, side: float, surroundings: Sequence[Image.Image], seed: int
    ) -> None:
        """Say what is put where; nothing is read yet.

        Args:
            gallery: the images.
            side: of each image beside that of the whole, above 0 to 1.
            surroundings: what they are put into, in turn.
            seed: of the places.
        """
        self._gallery = gallery
        self._side = side
        self._surroundings = surroundings
        self._seed = seed
        self.key = f"{gallery.key}-in-{side:g}"
        self.title = f"{gallery.title} at {side:.0%} of the side"
        self.items: Sequence[GalleryItem] = [
            replace(item, digest=self._digest(item)) for item in gallery.items
        ]
        self.digest = digest_of(self.items)
        self.left_out: Sequence[LeftOut] = gallery.left_out

    def read(self, id: int) -> bytes:
        """Return one image in its painting, as PNG."""
        name = self.items[id].name
        picture = Image.fromarray(decode(self._gallery.read(id), name=name).pixels)
        around = self._surroundings[id % len(self._surroundings)]
        place = np.random.default_rng((self._seed, id)).random(2)
        file = io.BytesIO()
        put_into(picture, around, self._side, (place[0], place[1])).save(file, "PNG")
        return file.getvalue()

    def _digest(self, item: GalleryItem) -> str:
        around = self._surroundings[item.id % len(self._surroundings)]
        parts = (item.digest, self._side, self._seed, item.id, around.tobytes())
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def put_into(
    picture: Image.Image, around: Image.Image, side: float, place: tuple[float, float]
) -> Image.Image:
    """Return an image of the picture's size: the surroundings, and the picture in them, smaller.

    Args:
        picture: RGB.
        around: RGB of any size; cut to the picture's proportions and enlarged.
        side: of the picture in it, as a share of the whole's side, above 0 to 1.
        place: 0 to 1 from left to right and from top to bottom, over all places it fits in.
    """
    width, height = picture.size
    left, top, right, bottom = box_of(picture.size, side, place)
    scale = max(width / around.width, height / around.height)
    cut = (round(width / scale), round(height / scale))
    whole = around.crop((0, 0, *cut)).resize(picture.size, Image.Resampling.BICUBIC)
    inner = picture.resize((right - left, bottom - top), Image.Resampling.LANCZOS)
    whole.paste(inner, (left, top))
    return whole


def box_of(
    size: tuple[int, int], side: float, place: tuple[float, float]
) -> tuple[int, int, int, int]:
    """Return where ``put_into`` puts a picture of this size: left, top, right, bottom in pixels."""
    width, height = (max(1, round(outer * side)) for outer in size)
    left, top = round(place[0] * (size[0] - width)), round(place[1] * (size[1] - height))
    return left, top, left + width, top + height


def paint_surroundings(n: int, seed: int, progress: Progress = silent) -> list[Image.Image]:
    """Paint landscapes and rooms of every category, without their objects: n of them."""
    names = list(CATEGORIES)
    painted = []
    for number in range(n):
        category = names[number % len(names)]
        painted.append(render(category, number, seed, with_subject=False).image)
        progress(number + 1, n, "Paintings without an object")
    return painted


def measure_clutter(
    gallery: Gallery,
    heads: Sequence[RetrievalNetwork],
    maps_of: MapsOf,
    labels: NDArray[np.int64],
    *,
    sides: Sequence[float],
    seed: int = 0,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Judge heads at every size of the pictures; return the body of the result file.

    Args:
        gallery: with a label for every image.
        heads: trained alike but for the seed, 2 or more; their backbones aren't used.
        maps_of: computes F.
        labels: (N,) number of each image's label.
        sides: of the pictures beside those of the whole.
        seed: of the surroundings and the places.
        progress: told what is at work.

    Raises:
        GalleryError: an image can't be read any more.
        SettingError: fewer than two heads.
    """
    surroundings = paint_surroundings(N_SURROUNDINGS, seed, progress)
    steps = []
    for side in sides:
        maps = maps_of(CrowdedGallery(gallery, side, surroundings, seed))
        of_head = []
        for number, head in enumerate(heads, 1):
            of_head.append(by_mode(head, maps, labels))
            progress(number, len(heads), f"Heads judged at {side:.0%} of the side")
        pooled = maps.mean(axis=(2, 3), dtype=np.float32)
        untouched = float(average_precisions(pooled, labels).mean())
        steps.append({"side": side, "untouched": untouched, **_judged(of_head)})
    return {"n_images": len(labels), "n_heads": len(heads), "steps": steps}


@torch.inference_mode()
def by_mode(
    head: RetrievalNetwork, maps: FeatureMaps, labels: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    """Return the average precision of every query in each attention mode: (Q,) by mode."""
    parts = [
        head.every_mode(torch.from_numpy(maps[start : start + BATCH].astype(np.float32)))
        for start in range(0, len(maps), BATCH)
    ]
    embeddings = torch.cat(parts).numpy()  # (N, 4, D)
    return {
        mode: average_precisions(embeddings[:, i], labels) for i, mode in enumerate(ATTENTION_MODES)
    }


def _judged(of_head: Sequence[dict[str, NDArray[np.float64]]]) -> dict[str, Any]:
    by_mode = {mode: np.stack([it[mode] for it in of_head]) for mode in ATTENTION_MODES}  # (T, Q)
    return {
        "mean_average_precision": {
            mode: values.mean(axis=1).tolist() for mode, values in by_mode.items()
        },
        "gain": {
            mode: asdict(difference_over_runs_and_queries(values, by_mode["off"]))
            for mode, values in by_mode.items()
            if mode != "off"
        },
    }
