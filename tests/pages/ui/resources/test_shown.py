import io

import numpy as np
from PIL import Image

from core.galleries.uploads import SCALED_SIDE
from core.images import DecodedImage
from pages.ui.resources.cache import size_of
from pages.ui.resources.shown import SIDE, ShownImage


def packed(height: int, width: int) -> tuple[np.ndarray, ShownImage]:
    ramp = np.dstack(
        np.broadcast_arrays(*np.ogrid[0 : 200 : height * 1j, 0 : 224 : width * 1j], 77)
    )
    pixels = ramp.astype(np.uint8)
    return pixels, ShownImage.packed(DecodedImage(pixels, "digest", ("a note",)))


def test_a_small_image_keeps_each_of_its_pixels():
    pixels, shown = packed(480, SIDE)
    np.testing.assert_array_equal(shown.pixels, pixels)
    assert (shown.digest, shown.notes) == ("digest", ("a note",))
    assert Image.open(io.BytesIO(shown.jpeg)).size == (SIDE, 480)


def test_a_large_image_is_kept_only_as_large_as_it_is_shown():
    pixels, shown = packed(2000, 3000)
    assert shown.pixels.shape == (427, SIDE, 3)
    np.testing.assert_allclose(shown.pixels[::426, 0], pixels[::1999, 0], atol=4)
    assert size_of(shown) < pixels.nbytes / 100
    assert shown.jpeg is shown.file


def test_a_square_photograph_that_was_scaled_down_takes_a_fraction_of_a_byte_a_pixel():
    """As a PNG, which photographs of few pixels are, it was a megabyte for every session."""
    pixels, shown = packed(SCALED_SIDE, SCALED_SIDE)
    assert shown.jpeg is shown.file
    assert shown.pixels.shape == pixels.shape
    assert size_of(shown) < SCALED_SIDE**2 / 4
