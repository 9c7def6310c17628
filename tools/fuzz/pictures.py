"""The door for one image: damaged files of every format, decoded as the app decodes them."""

import io
import random
from functools import cache
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

from core.decoders import DecoderPool
from core.errors import ImageError
from core.images import MAX_PIXELS
from tools.fuzz.damage import damaged
from tools.fuzz.doors import Attempt, Door, WrongAnswerError, check_sentence

_PIXELS = np.dstack(np.broadcast_arrays(*np.ogrid[0:200:3, 0:224:2], 77)).astype(np.uint8)
_NAME = "photo.jpg"


@cache
def samples() -> dict[str, tuple[bytes, ...]]:
    """Small sound files of each format."""
    colour = Image.fromarray(_PIXELS)
    turned = Image.Exif()
    turned[0x0112] = 6
    pages = {"save_all": True, "append_images": [colour.rotate(90), colour.rotate(180)]}
    files = {
        "JPEG": [
            _saved(colour, "JPEG", exif=turned),
            _saved(colour, "JPEG", progressive=True),
            _saved(colour.convert("CMYK"), "JPEG"),
        ],
        "PNG": [
            _saved(colour, "PNG", exif=turned),
            _saved(colour.convert("RGBA"), "PNG"),
            _saved(colour.quantize(16), "PNG"),
            _saved(Image.fromarray(_PIXELS[..., 0].astype(np.uint16) * 200), "PNG"),
        ],
        "WebP": [
            _saved(colour, "WEBP"),
            _saved(colour, "WEBP", lossless=True, exif=turned),
            _saved(colour.convert("RGBA"), "WEBP", **pages),
        ],
        "GIF": [_saved(colour.quantize(16), "GIF"), _saved(colour, "GIF", **pages)],
        "TIFF": [
            *(_saved(colour, "TIFF", compression=it) for it in ("raw", "tiff_lzw", "jpeg")),
            _saved(colour, "TIFF", compression="tiff_adobe_deflate", **pages),
            _saved(colour.convert("1"), "TIFF", compression="group4"),
        ],
        "AVIF": [_saved(colour, "AVIF", speed=10), _saved(colour.convert("RGBA"), "AVIF")],
        "HEIC": [_heic(colour), _heic(colour.convert("RGBA"))],
        "others": [_saved(colour, it) for it in ("BMP", "JPEG2000", "PPM")],
    }
    return {name: tuple(them) for name, them in files.items()}


def _saved(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def _heic(image: Image.Image) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, quality=60)
    return file.getvalue()


def door(format: str, pool: DecoderPool, n: int = 2600) -> Door:
    """Make the door for one format's files."""
    every = [it for them in samples().values() for it in them]

    def make(rng: random.Random, folder: Path) -> Attempt:
        data = damaged(rng, rng.choice(samples()[format]), every)
        return lambda: decoded(pool, data)

    return Door(name=f"image, {format}", n=n, seconds=2, megabytes=300, make=make)


def decoded(pool: DecoderPool, data: bytes) -> str:
    """Decode an image; say what came of it.

    Raises:
        WrongAnswerError: it is neither an image nor a sentence.
    """
    try:
        pixels = pool.decode(data, name=_NAME).pixels
    except ImageError as error:
        check_sentence(str(error))
        if not str(error).startswith(f"{_NAME} "):
            raise WrongAnswerError(f"nothing is named: {error}") from error
        ends = {"crash": "crashed", "takes longer": "took too long", "memory": "took too much"}
        return next((it for word, it in ends.items() if word in str(error)), "refused")
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or not 0 < pixels.size <= 3 * MAX_PIXELS:
        raise WrongAnswerError(f"no image: {pixels.dtype} {pixels.shape}")
    return "decoded"
