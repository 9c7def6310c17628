"""From the bytes of a file to an RGB image that the rest may rely on, or one sentence why not.

The content decides, never the file's name. What can be refused from the header (format,
sides) is refused before a single pixel is decoded, so a few kilobytes that claim a thousand
megapixels cost nothing.

    bytes -> limits -> open -> limits -> load (smaller) -> upright -> 8 bits -> sRGB -> opaque

A photograph is shown and embedded at far fewer pixels than a camera takes, so a large one is
decoded smaller: its shorter side keeps at least ``DECODED_SIDE`` pixels, or as many as the caller
needs. What had to be mended or left out stands in the image's notes; metadata that can't be read
is no damage of the picture.
"""

import contextlib
import io
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, UnidentifiedImageError
from PIL.ExifTags import Base as ExifTag

from .errors import ImageError
from .files import file_digest
from .language import later

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM")
FORMAT_NAMES = later("JPEG, PNG, WebP, HEIC, GIF, BMP, TIFF, AVIF, JPEG 2000 or PNM")

THE_IMAGE = later("The image")  # what a sentence calls it
DECODED_SIDE = 1024  # pixels that the shorter side keeps at least, where it has them
MAX_BYTES = 50 * 2**20
MIN_SIDE = 16  # pixels: less is no picture that a network could say anything of
MAX_PIXELS = 120_000_000  # 360 MB as RGB
MAX_JPEG_PIXELS = 250_000_000  # a JPEG is decoded smaller, so it needs far less than its pixels
MAX_ASPECT = 20  # squashed to a square, a longer strip shows nothing
MAX_SCANS = 100  # of a JPEG: each one goes over all pixels, and cameras write at most a dozen

_LARGE = 25_000_000  # pixels: such images are decoded one at a time, or a few would fill memory
_SCAN_MARK, _END_MARK = b"\xff\xda", b"\xff\xd9"
_MISSING = (127, 128)  # what a JPEG decoder puts where the file has ended, in any colour space
_MOST_MISSING = 2 / 3  # of the rows; of what is left then, nobody can tell what it shows

# Files that people try and that are no image we can read: how they look, what they are.
_KNOWN_STRANGERS = (
    (b"<svg", later("is an SVG drawing")),
    (b"%pdf", later("is a PDF document")),
    (b"<html", later("is a web page")),
    (b"<!doctype html", later("is a web page")),
    (b"8bps", later("is a Photoshop file")),
    (b"ftypisom", later("is a video")),
    (b"ftypmp4", later("is a video")),
    (b"ftypqt", later("is a video")),
)
# EXIF orientation (EXIF 2.3, tag 0x0112) -> what brings the stored pixels upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """An image that is safe to work with."""

    pixels: NDArray[np.uint8]  # (H, W, 3) sRGB, right way up
    digest: str  # file_digest of the bytes as given
    notes: tuple[str, ...]  # what was done to it, in plain words


class Picture(Protocol):
    """What is shown of an image that was decoded: fewer of its pixels, perhaps."""

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """(H, W, 3) sRGB, right way up."""

    @property
    def digest(self) -> str:
        """Of the file as given."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to it, in plain words."""


_LARGE_IMAGE = threading.Lock()


def decode(
    data: bytes,
    *,
    name: str = THE_IMAGE,
    side: int = DECODED_SIDE,
    large: contextlib.AbstractContextManager[object] = _LARGE_IMAGE,
) -> DecodedImage:
    """Check and decode the bytes of one image file.

    Safe to call from several threads at once. What strangers have given belongs into a process
    of its own: ``decoders.DecoderPool``.

    Args:
        data: the file as it is.
        name: how to call the image at the start of an error's sentence.
        side: pixels that the shorter side keeps at least, where it has them. The fewer are
            needed, the sooner a large JPEG is decoded.
        large: held while a large image is decoded; by default they wait for one another.

    Raises:
        ImageError: with one sentence, whatever the bytes are.
    """
    check_bytes(data, name)
    with _PILLOW_WARNINGS.ignored():
        image = _open(data, name)
        _check_sides(image, name)
        _check_scans(image, data, name)
        try:
            with large if image.width * image.height > _LARGE else contextlib.nullcontext():
                pixels, notes = _to_upright_rgb(image, data, side)
        except MemoryError as error:
            raise ImageError(
                later(
                    "{name} needs more memory than there is for one image; scale it down.",
                    name=name,
                )
            ) from error
        # Pillow's decoders raise whatever their parsing stumbles over (OSError, SyntaxError,
        # struct.error, IndexError, ...); for a person all of it means the same.
        except Exception as error:
            what = later("{name} (a {format} file)", name=name, format=image.format)
            raise ImageError(_damaged(what)) from error
    return DecodedImage(pixels=pixels, digest=file_digest(data), notes=tuple(notes))


def check(data: bytes, *, name: str = THE_IMAGE) -> None:
    """Refuse what its first bytes show to be no image for us; no codec runs.

    Raises:
        ImageError: as ``decode``, but for damage further on in the file, and for the sides of a
            WebP, HEIC or AVIF, which only ``decode`` learns.
    """
    check_bytes(data, name)
    if _is_known_by_codecs_only(data):
        return
    with _PILLOW_WARNINGS.ignored():
        image = _open(data, name)
        _check_sides(image, name)
        _check_scans(image, data, name)


def thumbnail(data: bytes, *, max_side: int, decode: Callable[..., DecodedImage] = decode) -> bytes:
    """Return a JPEG file of the image, its longer side at most ``max_side`` pixels.

    Args:
        data: the file as it is.
        max_side: in pixels.
        decode: what decodes it; a ``DecoderPool`` has one for files of strangers.

    Raises:
        ImageError: as ``decode``.
    """
    image = Image.fromarray(decode(data, side=max_side).pixels)
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()


def smaller_file(image: DecodedImage, *, side: int) -> bytes:
    """Write an image as a JPEG file, its shorter side at most ``side`` pixels."""
    picture = Image.fromarray(image.pixels)
    shrink = min(1, side / min(picture.size))
    picture = picture.resize(
        (round(shrink * picture.width), round(shrink * picture.height)), Image.Resampling.LANCZOS
    )
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def why_no_image(file: BinaryIO) -> str | None:
    """Say in one sentence why a file is no image that can be read here; None where it is one.

    It looks at the content's header only, and no codec runs: an image may still turn out to be
    damaged.
    """
    start = file.read(1024)
    if not start:
        return later("It is an empty file.")
    if _is_known_by_codecs_only(start):
        return None
    try:
        with _PILLOW_WARNINGS.ignored():
            Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError:  # an image, though too large a one
        return None
    except Exception:  # as in decode: a header fails in many ways
        return later("It {is_what}.", is_what=_stranger(start))
    return None


def _is_known_by_codecs_only(start: bytes) -> bool:
    """Tell a file whose header Pillow leaves to C code: that runs where images are decoded."""
    return (start[:4], start[8:12]) == (b"RIFF", b"WEBP") or (
        start[4:8] == b"ftyp"
        and (start[8:12] in (b"avif", b"avis") or pillow_heif.is_supported(start))
    )


# Limits -----------------------------------------------------------------------------------


def check_bytes(data: bytes, name: str) -> None:
    """Refuse a file for its length alone.

    Raises:
        ImageError: it is empty or too long.
    """
    if not data:
        raise ImageError(later("{name} is an empty file (0 bytes); choose another one.", name=name))
    if len(data) > MAX_BYTES:
        raise ImageError(
            later(
                "{name} has {megabytes:.0f} MB, but {most} MB is the most; "
                "save it smaller or as a JPEG.",
                name=name,
                megabytes=len(data) / 2**20,
                most=MAX_BYTES // 2**20,
            )
        )


def _open(data: bytes, name: str) -> ImageFile.ImageFile:
    """Read the header only."""
    try:
        try:
            return Image.open(io.BytesIO(data), formats=FORMATS)
        except UnidentifiedImageError:
            if not pillow_heif.is_supported(data):
                raise
            return pillow_heif.HeifImageFile(io.BytesIO(data))  # type: ignore[no-untyped-call]
    except UnidentifiedImageError as error:
        raise ImageError(
            later(
                "{name} {is_what}; choose or export a {formats} file.",
                name=name,
                is_what=_stranger(data),
                formats=FORMAT_NAMES,
            )
        ) from error
    except Image.DecompressionBombError as error:
        raise ImageError(
            later(
                "{name} claims far more than the {most} million pixels allowed; scale it down.",
                name=name,
                most=MAX_PIXELS // 10**6,
            )
        ) from error
    except Exception as error:  # as in decode: a broken header fails in many ways
        raise ImageError(_damaged(name)) from error


def _stranger(data: bytes) -> str:
    """Say what a file is that is no image: what it looks like, if people take that for one."""
    start = data[:1024].lower()
    unknown = later("is not an image that can be read here")
    return next((it for look, it in _KNOWN_STRANGERS if look in start), unknown)


def _check_sides(image: ImageFile.ImageFile, name: str) -> None:
    width, height = image.size
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            later(
                "{name} is {width}×{height} pixels, but each side must have at least {least}; "
                "choose a larger one.",
                name=name,
                width=width,
                height=height,
                least=MIN_SIDE,
            )
        )
    most = MAX_JPEG_PIXELS if _is_jpeg(image) else MAX_PIXELS
    if width * height > most:
        raise ImageError(
            later(
                "{name} is {width}×{height} ({megapixels} million), more than the {most} million "
                "pixels allowed; scale it down.",
                name=name,
                width=width,
                height=height,
                megapixels=round(width * height / 1e6),
                most=most // 10**6,
            )
        )
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise ImageError(
            later(
                "{name} is {width}×{height} pixels, but the longer side may be at most "
                "{most} times the shorter; crop it.",
                name=name,
                width=width,
                height=height,
                most=MAX_ASPECT,
            )
        )


def _check_scans(image: Image.Image, data: bytes, name: str) -> None:
    """A few kilobytes of empty scans would keep the decoder busy for minutes."""
    scans = data.count(_SCAN_MARK)
    if _is_jpeg(image) and scans > MAX_SCANS:
        raise ImageError(
            later(
                "{name} is a JPEG of {scans:,} scans, but {most} is the most; save it again.",
                name=name,
                scans=scans,
                most=MAX_SCANS,
            )
        )


def _is_jpeg(image: Image.Image) -> bool:
    return image.format in ("JPEG", "MPO")  # a phone's MPO is a JPEG with a preview behind it


def _damaged(name: str) -> str:
    return later(
        "{name} is damaged or incomplete; copy or download it again, or choose another one.",
        name=name,
    )


# Decoding ---------------------------------------------------------------------------------


def _to_upright_rgb(
    file: ImageFile.ImageFile, data: bytes, side: int
) -> tuple[NDArray[np.uint8], list[str]]:
    """Decode the first frame to RGB, (H, W, 3), and say what that took."""
    notes = []
    # Counting all frames can take seconds in a hostile file; knowing that there is a second
    # one is enough.
    if getattr(file, "is_animated", False) and file.format not in ("MPO", "HEIF"):
        is_page = file.format == "TIFF"
        notes.append(later("first page of several") if is_page else later("first frame of several"))
    sixteen_bit = any(";16" in str(tile.args) for tile in file.tile)
    if _orientation(file) in _UPRIGHT:
        notes.append(later("turned upright (EXIF)"))
    image = _load(file, data, side, notes)
    orientation = _orientation(image)  # again: a TIFF is turned while it is loaded
    image = _smaller(image, side)
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
    if sixteen_bit:
        image.info.pop("transparency", None)  # a colour of 16 bits: it names no pixel any more
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = _in_eight_bits(image, notes)
    elif sixteen_bit:
        notes.append(later("16 bits per channel reduced to 8"))
    image = _opaque(_in_srgb(image, notes), notes)
    pixels = np.array(image.convert("RGB"))
    if (pixels == pixels[0, 0]).all():
        notes.append(later("one colour only: nothing to search by"))
    return pixels, notes


def _orientation(image: Image.Image) -> int:
    """Read which way up the camera was held; 1, upright, where that can't be told."""
    try:
        return int(image.getexif().get(ExifTag.Orientation, 1))
    except Exception:  # whatever is wrong with the metadata, the picture may be sound
        return 1


def _load(file: ImageFile.ImageFile, data: bytes, side: int, notes: list[str]) -> Image.Image:
    """Decode the pixels; of a JPEG whose end is missing, what there is."""
    if not _is_jpeg(file):
        file.load()
        return file
    file.draft(None, (side, side))  # a fraction of the size costs a fraction
    try:
        file.load()
        return file
    except OSError:
        ended = Image.open(io.BytesIO(data + _END_MARK), formats=("JPEG",))
        ended.draft(None, (side, side))
        whole = _without_missing_rows(ended)
        lost = 1 - whole.height / ended.height
        if lost > _MOST_MISSING:
            raise
        notes.append(
            later("the end of the file is missing, {lost:.0%} of it cut off", lost=lost)
            if lost > 0
            else later("the end of the file is missing")
        )
        return whole


def _without_missing_rows(image: Image.Image) -> Image.Image:
    """Cut off the rows at the bottom that the file doesn't hold, or not to their end.

    A JPEG holds blocks of 8 rows; the first row below them only has colour that ran over.
    """
    ends = np.asarray(image)[:, -8:].reshape(image.height, -1)  # of each row
    there = np.flatnonzero(~np.isin(ends, _MISSING).all(axis=1))
    height = int(there[-1]) + 1 if len(there) else 0
    return image if height == image.height else image.crop((0, 0, image.width, height // 8 * 8))


def _smaller(image: Image.Image, side: int) -> Image.Image:
    """Average whole blocks of pixels where the shorter side stays long enough."""
    factor = min(image.size) // side
    return image.reduce(factor) if factor > 1 and image.mode in _REDUCIBLE else image


_REDUCIBLE = ("L", "LA", "RGB", "RGBA", "CMYK", "I", "F")


def _in_eight_bits(image: Image.Image, notes: list[str]) -> Image.Image:
    """Bring grey of 16 or 32 bits to 8.

    A file that uses all of its 16 bits loses the lower 8. One that uses fewer (a microscope's 12,
    say), or whose numbers have no fixed white, would come out black or white; its darkest value
    becomes black and its brightest white.
    """
    grey = np.asarray(image).astype(np.float64)  # (H, W)
    grey[~np.isfinite(grey)] = 0
    low, high = float(grey.min()), float(grey.max())
    if image.mode.startswith("I;16") and high >= 2**15:
        notes.append(later("16 bits per channel reduced to 8"))
        return _with_info(Image.fromarray((grey // 256).astype(np.uint8)), image)
    notes.append(
        later(
            "brightness stretched: {low:g} is shown as black, {high:g} as white", low=low, high=high
        )
    )
    span = high - low or 1.0
    return _with_info(Image.fromarray(np.rint((grey - low) / span * 255).astype(np.uint8)), image)


def _with_info(image: Image.Image, source: Image.Image) -> Image.Image:
    image.info = {k: v for k, v in source.info.items() if k != "icc_profile"}
    return image


def _in_srgb(image: Image.Image, notes: list[str]) -> Image.Image:
    """Convert colours from the file's own profile, or from CMYK, to sRGB."""
    if image.mode == "CMYK":
        notes.append(later("CMYK converted to RGB"))
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        title = ImageCms.getProfileDescription(source).strip()
        if "srgb" in title.lower() or image.mode == "L":
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode=mode)
    except Exception:  # a profile is metadata: without it the picture is still a picture
        return image
    if converted is None:
        return image
    if image.mode != "CMYK":
        notes.append(
            later("colours converted from {profile} to sRGB", profile=title)
            if title
            else later("colours converted from their own profile to sRGB")
        )
    return converted


def _opaque(image: Image.Image, notes: list[str]) -> Image.Image:
    """Lay what is transparent on white."""
    if not image.has_transparency_data:
        return image
    image = image.convert("RGBA")
    alpha = np.asarray(image.getchannel("A"))
    low, high = alpha.min(), alpha.max()
    if high == 0:  # many programs leave the fourth byte of a BMP at 0
        notes.append(later("transparency that would hide everything is ignored"))
    elif low < 255:
        notes.append(later("transparency laid on white"))
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image)
        return white
    return image


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
