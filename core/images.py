"""From the bytes of a file to an RGB image that the rest may rely on, or one sentence why not.

The content decides, never the file's name. What can be refused from the header (format,
sides) is refused before a single pixel is decoded, so a few kilobytes that claim a hundred
megapixels cost nothing.
"""

import contextlib
import io
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError
from PIL.ExifTags import Base as ExifTag

from .errors import ImageError
from .files import file_digest

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
FORMAT_NAMES = "JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF"

MAX_BYTES = 25 * 2**20
MIN_SIDE = 16  # pixels: less than half a cell of the 6×6 feature map
MAX_PIXELS = 50_000_000  # 150 MB as RGB: more than any phone takes
MAX_ASPECT = 20  # squashed to a square, a longer strip shows nothing
MAX_SCANS = 100  # of a JPEG: each one goes over all pixels, and cameras write at most a dozen

_SCAN_MARK = b"\xff\xda"

# Files that people try and that we could not read: how they look, what they are.
_KNOWN_STRANGERS = (
    (b"<svg", "an SVG drawing"),
    (b"ftyphei", "a HEIC photo"),
    (b"%PDF", "a PDF document"),
)


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """An image that is safe to work with."""

    pixels: NDArray[np.uint8]  # (H, W, 3) RGB, right way up
    digest: str  # file_digest of the bytes as given
    notes: tuple[str, ...]  # what was done to it, in plain words


def decode(data: bytes, *, name: str = "The image") -> DecodedImage:
    """Check and decode the bytes of one image file.

    Safe to call from several threads at once.

    Args:
        data: the file as it is.
        name: how to call the image at the start of an error's sentence.

    Raises:
        ImageError: with one sentence, whatever the bytes are.
    """
    _check_bytes(data, name)
    with _PILLOW_WARNINGS.ignored():
        image = _open(data, name)
        _check_sides(*image.size, name)
        _check_mode(image, name)
        _check_scans(image, data, name)
        try:
            upright, notes = _to_upright_rgb(image)
        # Pillow's decoders raise whatever their parsing stumbles over (OSError, SyntaxError,
        # struct.error, IndexError, ...); for a person all of it means the same.
        except Exception as error:
            raise ImageError(_damaged(f"{name} (a {image.format} file)")) from error
    return DecodedImage(pixels=np.array(upright), digest=file_digest(data), notes=tuple(notes))


def thumbnail(data: bytes, *, max_side: int) -> bytes:
    """Return a JPEG file of the image, its longer side at most ``max_side`` pixels.

    Raises:
        ImageError: as ``decode``.
    """
    image = Image.fromarray(decode(data).pixels)
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()


def _check_bytes(data: bytes, name: str) -> None:
    if not data:
        raise ImageError(f"{name} is an empty file (0 bytes); choose another one.")
    if len(data) > MAX_BYTES:
        raise ImageError(
            f"{name} has {len(data) / 2**20:.0f} MB, but {MAX_BYTES // 2**20} MB is the most; "
            "save it smaller or as a JPEG."
        )


def _open(data: bytes, name: str) -> ImageFile.ImageFile:
    """Read the header only."""
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        what = next((f"is {it}" for look, it in _KNOWN_STRANGERS if look in data[:1024]), None)
        raise ImageError(
            f"{name} {what or 'is not an image that can be read here'}; "
            f"choose or export a {FORMAT_NAMES} file."
        ) from error
    except Image.DecompressionBombError as error:
        raise ImageError(_too_many_pixels(name, "claims far")) from error
    except Exception as error:  # as in decode: a broken header fails in many ways
        raise ImageError(_damaged(name)) from error


def _check_sides(width: int, height: int, name: str) -> None:
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"{name} is {width}×{height} pixels, but each side must have at least {MIN_SIDE}; "
            "choose a larger one."
        )
    if width * height > MAX_PIXELS:
        megapixels = round(width * height / 1e6)
        raise ImageError(_too_many_pixels(name, f"is {width}×{height} ({megapixels} million),"))
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise ImageError(
            f"{name} is {width}×{height} pixels, but the longer side may be at most "
            f"{MAX_ASPECT} times the shorter; crop it."
        )


def _check_mode(image: Image.Image, name: str) -> None:
    if image.mode in ("I", "F"):
        raise ImageError(
            f"{name} stores 32-bit numbers with no fixed white; save it with 8 or 16 bits "
            "per channel."
        )


def _check_scans(image: Image.Image, data: bytes, name: str) -> None:
    """A few kilobytes of empty scans would keep the decoder busy for minutes."""
    scans = data.count(_SCAN_MARK)
    if image.format in ("JPEG", "MPO") and scans > MAX_SCANS:
        raise ImageError(
            f"{name} is a JPEG of {scans:,} scans, but {MAX_SCANS} is the most; save it again."
        )


def _too_many_pixels(name: str, what: str) -> str:
    most = MAX_PIXELS // 10**6
    return f"{name} {what} more than the {most} million pixels allowed; scale it down first."


def _damaged(name: str) -> str:
    return f"{name} is damaged or incomplete; copy or download it again, or choose another one."


def _to_upright_rgb(file: ImageFile.ImageFile) -> tuple[Image.Image, list[str]]:
    """Decode the first frame to RGB, 8 bits per channel, and say what that took."""
    notes = []
    # Counting all frames can take seconds in a hostile file; knowing that there is a second
    # one is enough. (An MPO, from a phone, is one photograph with a preview behind it.)
    if getattr(file, "is_animated", False) and file.format != "MPO":
        notes.append(f"first {'page' if file.format == 'TIFF' else 'frame'} of several")
    sixteen_bit = any(";16" in str(tile.args) for tile in file.tile)
    turned = file.getexif().get(ExifTag.Orientation) in range(2, 9)

    file.load()
    image: Image.Image = file
    if turned:
        notes.append("turned upright (EXIF)")
        image = ImageOps.exif_transpose(file)
    if sixteen_bit:
        notes.append("16 bits per channel reduced to 8")
        image.info.pop("transparency", None)  # a colour of 16 bits: it names no pixel any more
    if image.mode.startswith("I;16"):  # grey; Pillow's own conversion would clip at 255
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode == "CMYK":
        notes.append("CMYK converted to RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() != (255, 255):
            notes.append("transparency laid on white")
            white = Image.new("RGB", image.size, "white")
            white.paste(image, mask=image)
            image = white
    return image.convert("RGB"), notes


class _PillowWarnings:
    """Ignores Pillow's warnings (odd EXIF, large sides) while any thread decodes.

    ``warnings.catch_warnings`` saves and restores one list for the whole process, so two
    threads that overlap could leave it changed for good; only the first to come in and the
    last to go out may touch it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._saved = contextlib.ExitStack()

    @contextlib.contextmanager
    def ignored(self) -> Iterator[None]:
        with self._lock:
            if self._inside == 0:
                self._saved.enter_context(warnings.catch_warnings())
                warnings.filterwarnings("ignore", module=r"PIL\.")
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if self._inside == 0:
                    self._saved.close()


_PILLOW_WARNINGS = _PillowWarnings()
