"""Images are decoded in processes of their own: whatever a visitor brings, the server stays up."""

from collections.abc import Collection

from core.decoders import DecoderPool
from core.files import file_digest
from core.images import DecodedImage
from core.language import later
from pages.ui.resources.cache import MB, Cache

_pool = DecoderPool()
# What is handed over is checked first and embedded a moment later; one of 1 megapixel takes 3 MB.
_decoded: Cache[DecodedImage] = Cache(40 * MB)


def decode(data: bytes, *, name: str = later("The image"), side: int | None = None) -> DecodedImage:
    """Check and decode the bytes of one image file, with the outcome of ``core.images.decode``.

    Args:
        data: the file.
        name: of the file, for errors.
        side: pixels that the shorter side keeps at least; by default what a query needs, and then
            the same file is not decoded again while it is remembered.

    Raises:
        ImageError: as there, or it can't be decoded within the limits.
    """
    if side is not None:
        return _pool.decode(data, name=name, side=side)
    return _decoded.get(file_digest(data), lambda: _pool.decode(data, name=name))


def forget_decoded(digests: Collection[str]) -> None:
    """Let go of the pixels of these images."""
    _decoded.drop(digests)
