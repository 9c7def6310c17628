import numpy as np
import pytest

from core.errors import ImageError
from core.images import DecodedImage
from pages.ui import resources, samples
from pages.ui.resources import model


def test_a_large_query_is_cached_only_as_large_as_it_is_shown():
    image = DecodedImage(np.zeros((4000, 6000, 3), dtype=np.uint8), "digest", ())
    shown = model._to_be_shown(image).pixels
    assert shown.shape == (667, 1000, 3)
    assert shown.base is None  # a view would keep all of it alive


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


@pytest.mark.parametrize("mode", ["spatial", "both"])
def test_a_finer_gate_has_more_places_looks_where_the_gate_looks_and_is_computed_once(
    mode, monkeypatch
):
    query = resources.embedded_query(samples.read("flower"), mode)
    finer = resources.finer_gate(query)
    side = model.FINER // 32
    assert finer.shape == (side, side)
    own = query.spatial_gate
    assert side > len(own)
    spread = np.kron(own, np.ones((side, side)))  # cells of both sizes end at its borders
    coarse = spread.reshape(side, len(own), side, len(own)).mean(axis=(1, 3))
    assert np.corrcoef(coarse.ravel(), finer.ravel())[0, 1] > 0.8
    monkeypatch.setattr(model, "preprocess", lambda *_: pytest.fail("looked again"))
    np.testing.assert_array_equal(resources.finer_gate(query), finer)


def test_without_spatial_attention_there_is_no_finer_gate():
    query = resources.embedded_query(samples.read("flower"), "channel")
    assert resources.finer_gate(query) is None
