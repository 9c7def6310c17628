import io

import numpy as np
import pytest
from PIL import Image

from core.errors import ImageError
from core.galleries.uploads import scaled_down
from pages.ui import resources, samples
from pages.ui.resources import model


def test_a_photograph_that_is_scaled_down_is_embedded_as_it_was():
    small = Image.open(io.BytesIO(samples.read("flower")))
    large = small.resize((6 * small.width, 6 * small.height), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(0).normal(0, 6, (large.height, large.width, 1))
    pixels = np.clip(np.asarray(large) + grain, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=92)
    given = scaled_down("flower", file.getvalue(), decode=resources.decode)
    assert given.original
    one, other = (resources.embedded_query(it, "both") for it in (file.getvalue(), given.data))
    assert one.embedding @ other.embedding > 0.999


def test_a_bad_query_is_refused_every_time():
    for _ in range(2):
        with pytest.raises(ImageError, match="empty file"):
            resources.embedded_query(b"", "both")


def test_a_picture_that_sessions_share_cannot_be_written_to(png, picture):
    pixels = resources.small_picture(png(picture(0)), max_side=64)
    with pytest.raises(ValueError, match="read-only"):
        pixels[0] = 0


def test_a_large_photograph_is_scaled_down_once(monkeypatch):
    decoded = []
    plain_decode = model.decode
    monkeypatch.setattr(model, "decode", lambda data: decoded.append(1) or plain_decode(data))
    data = samples.read("flower")  # 640 × 427
    for _ in range(2):
        pixels = resources.small_picture(data, max_side=100)
    assert pixels.shape == (67, 100, 3)
    assert len(decoded) == 1


def test_another_gate_needs_no_second_way_through_the_network(monkeypatch):
    data = samples.read("flower")
    both = resources.forward_pass(data, "both")
    monkeypatch.setattr(model, "_embed", lambda data, attention: pytest.fail("embedded again"))
    off = resources.forward_pass(data, "off")
    assert off.maps.channel is None
    np.testing.assert_array_equal(off.maps.refined, both.feature_map)
