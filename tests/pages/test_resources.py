import numpy as np
import pytest

from core.errors import ImageError
from core.images import DecodedImage
from pages.ui import resources


def test_a_large_query_is_kept_only_as_large_as_it_is_shown():
    image = DecodedImage(np.zeros((4000, 6000, 3), dtype=np.uint8), "digest", ())
    kept = resources._to_be_shown(image).pixels
    assert kept.shape == (800, 1200, 3)
    assert kept.base is None  # a view would keep all of it alive


def test_a_bad_query_is_refused_every_time(monkeypatch):
    for _ in range(2):
        with pytest.raises(ImageError, match="empty file"):
            resources.embedded_query(b"", "both")


def test_a_zip_that_made_room_for_others_is_asked_for_again():
    with pytest.raises(resources.GalleryError, match="upload it again"):
        resources.finished(resources.opened_zip("0" * 64, "mine.zip"))
