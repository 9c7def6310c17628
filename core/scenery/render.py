"""One scene, and a folder full of them.

A scene is made in four steps: choose the light and the season, let the category paint its
composition on a three times enlarged canvas, average that down, and add what a camera adds
(a soft lens, a vignette, grain). The mask takes the same way, so it fits the picture exactly.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from .. import files
from ..errors import SettingError
from ..language import tr
from ..progress import Progress, silent
from .canvas import SCALE, Canvas
from .light import LIGHTS, SEASONS, varied_light
from .subjects import animals, land, plants, sea, still_life

VERSION = 1
"""Raised whenever the same seed no longer gives the same pixels."""

LANDSCAPE, PORTRAIT = (192, 128), (128, 192)  # width, height
QUALITY = 93


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of object."""

    label: str  # its name for people
    compose: Callable[[Canvas, np.random.Generator], None]  # paints surroundings and object


CATEGORIES = {
    "balloon": Category("hot-air balloon", land.balloon),
    "butterfly": Category("butterfly", animals.butterfly),
    "cactus": Category("cactus", plants.cactus),
    "fish": Category("fish", animals.fish),
    "lighthouse": Category("lighthouse", sea.lighthouse),
    "mushroom": Category("mushroom", plants.mushroom),
    "owl": Category("owl", animals.owl),
    "sailboat": Category("sailing boat", sea.sailboat),
    "sunflower": Category("sunflower", plants.sunflower),
    "teapot": Category("teapot", still_life.teapot),
    "train": Category("steam train", land.train),
    "windmill": Category("windmill", land.windmill),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and where its object is."""

    image: Image.Image  # RGB, 192×128 or 128×192
    mask: np.ndarray  # (H, W) bool: at least half of the pixel shows the object
    touched: np.ndarray  # (H, W) bool: the object or one of its traces changed the pixel

    @property
    def share(self) -> float:
        """Share of the picture that shows the object."""
        return float(self.mask.mean())


def render(category: str, number: int, seed: int = 0, *, with_subject: bool = True) -> Scene:
    """Paint one scene; the same arguments always give the same pixels.

    Args:
        category: one of ``CATEGORIES``.
        number: which scene of the category, from 0.
        seed: another seed gives another collection.
        with_subject: False leaves out the object and its traces and nothing else.

    Raises:
        SettingError: there is no such category.
    """
    if category not in CATEGORIES:
        raise SettingError(
            tr(
                "There is no scene category {category!r}; choose one of {categories}.",
                category=category,
                categories=", ".join(CATEGORIES),
            )
        )
    order = list(CATEGORIES).index(category)
    rng = np.random.default_rng((seed, order, number))
    size = LANDSCAPE if rng.random() < 0.6 else PORTRAIT
    light = varied_light(rng, LIGHTS[(number + 3 * order) % len(LIGHTS)])
    season = SEASONS[str(rng.choice(list(SEASONS), p=(0.28, 0.34, 0.24, 0.14)))]
    canvas = Canvas(*size, rng, light=light, season=season, with_subject=with_subject)
    CATEGORIES[category].compose(canvas, rng)
    return _photograph(canvas, rng)


def _photograph(canvas: Canvas, rng: np.random.Generator) -> Scene:
    colour = _averaged(canvas.colour.clip(0, 1))  # (H, W, 3)
    seen = _averaged(canvas.subject)  # (H, W)
    blur = rng.uniform(0.3, 0.6) if rng.random() < 0.12 else 0.0
    contrast, exposure = rng.uniform(0.96, 1.08), rng.uniform(0.95, 1.05)
    colour = (colour - 0.5) * contrast + 0.5
    colour *= exposure * _vignette(canvas.height, canvas.width, rng.uniform(0.04, 0.2))[..., None]
    grain = rng.normal(0, rng.choice([0.004, 0.007, 0.012]), colour.shape[:2])[..., None]
    image = _softened(Image.fromarray(_bytes(colour)), blur)
    pixels = np.asarray(image, np.float32) / 255 + grain
    mask = np.asarray(_softened(Image.fromarray(_bytes(seen)), blur)) >= 128
    touched = _averaged((canvas.traces | (canvas.subject > 0)).astype(np.float32)) > 0
    touched = np.asarray(_softened(Image.fromarray(_bytes(touched)), blur)) > 0
    return Scene(Image.fromarray(_bytes(pixels)), mask, touched)


def _averaged(pixels: np.ndarray) -> np.ndarray:
    """Average SCALE × SCALE canvas pixels into one."""
    height, width = pixels.shape[0] // SCALE, pixels.shape[1] // SCALE
    blocks = pixels.reshape(height, SCALE, width, SCALE, *pixels.shape[2:])
    return np.asarray(blocks.mean(axis=(1, 3)))


def _bytes(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.rint(np.clip(values, 0, 1) * 255), np.uint8)


def _softened(image: Image.Image, radius: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(radius)) if radius else image


def _vignette(height: int, width: int, strength: float) -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return np.asarray(1 - strength * ((x**2 + y**2) / 2) ** 1.5)


def render_all(
    folder: Path, *, seed: int = 0, per_category: int = 60, progress: Progress = silent
) -> None:
    """Paint a whole collection into a folder.

    Writes ``<category>/<nn>.jpg``, ``masks/<category>/<nn>.png`` (1 bit) and ``scenes.json``
    (seed, renderer version, categories, and size and object share of every image).

    Args:
        folder: where to; it is made if it is missing.
        seed: another seed gives another collection.
        per_category: how many scenes of each category.
        progress: called after every scene.

    Raises:
        SettingError: the seed is negative or there are not 1 to 100 scenes per category.
        StoreError: the folder can't be written or is full.
    """
    if seed < 0:
        raise SettingError(
            tr("The seed is {seed}, but it can't be negative; choose 0 or more.", seed=seed)
        )
    if not 1 <= per_category <= 100:
        raise SettingError(
            tr(
                "There can be 1 to 100 scenes of each category, not {per_category}.",
                per_category=per_category,
            )
        )
    scenes = []
    total = len(CATEGORIES) * per_category
    for category in CATEGORIES:
        for number in range(per_category):
            scene = render(category, number, seed)
            scenes.append(_save(scene, folder, f"{category}/{number:02d}"))
            progress(len(scenes), total, category)
    labels = {key: category.label for key, category in CATEGORIES.items()}
    about = {"seed": seed, "version": VERSION, "categories": labels, "scenes": scenes}
    files.write(folder / "scenes.json", (json.dumps(about, indent=1) + "\n").encode())


def _save(scene: Scene, folder: Path, name: str) -> dict[str, object]:
    """Write one scene and its mask; return its entry for ``scenes.json``."""
    with files.writing(folder / f"{name}.jpg") as picture:
        scene.image.save(picture, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    with files.writing(folder / "masks" / f"{name}.png") as mask:
        Image.fromarray(scene.mask).save(mask, "PNG", optimize=True)
    width, height = scene.image.size
    return {"name": f"{name}.jpg", "width": width, "height": height, "share": round(scene.share, 4)}
