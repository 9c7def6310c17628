"""Places of feature maps, by hand: what the network gives for them stands in another test."""

import numpy as np
import pytest
import torch

from core.benchmark import places
from core.benchmark.places import PlacesName, open_places, parse_places


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("places-corel5k", PlacesName("corel5k", False, None)),
        ("places256-corel5k-100k", PlacesName("corel5k", True, 100_000)),
        ("places-a-b-2m", PlacesName("a-b", False, 2_000_000)),
        ("corel5k", None),
        ("places-", None),
    ],
)
def test_a_name_says_which_gallery_how_many_and_whether_reduced(name, meaning):
    assert parse_places(name) == meaning


class Layer:
    """Switches the second half of the channels off."""

    def __call__(self, maps):
        refined = maps.clone()
        refined[:, 300:] = 0
        return type("Maps", (), {"refined": refined})


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """Open the places of 50 images of 2 × 2 places with 600 channels."""
    maps = np.random.default_rng(0).random((50, 600, 2, 2)).astype(np.float16)
    maps[7] = 0  # nothing is seen there
    monkeypatch.setattr(places, "load_or_compute", lambda *_, **__: maps)
    network = type("Network", (), {"attention_layer": Layer()})
    checkpoint = type("Checkpoint", (), {"network": network})
    embedder = type("Embedder", (), {"checkpoint": checkpoint})
    gallery = type("Gallery", (), {"title": "Mine"})

    def take(name, seed=0):
        return maps, open_places(name, gallery, embedder, seed, folder=tmp_path)

    return take


def test_every_place_is_a_unit_vector_of_the_refined_map_and_queries_are_of_other_images(opened):
    maps, data = opened("places-mine")
    assert data.title == f"Places of Mine, {len(data.gallery)} × 600"
    assert len(data.queries) + len(data.gallery) == 4 * 49  # of 50 images one is empty
    assert not data.gallery[:, 300:].any()
    places_of = maps[:, :300].astype(np.float32).transpose(0, 2, 3, 1).reshape(-1, 300)
    lengths = np.linalg.norm(places_of, axis=1, keepdims=True)
    unit = np.divide(places_of, lengths, where=lengths > 0, out=np.zeros_like(places_of))
    images = {
        part: {int((unit @ row[:300]).argmax()) // 4 for row in rows}
        for part, rows in (("asked", data.queries), ("searched", data.gallery))
    }
    assert not images["asked"] & images["searched"]
    assert len(images["asked"] | images["searched"]) == 49
    assert torch.is_inference_mode_enabled() is False


def test_they_are_reduced_to_256_numbers_and_no_more_than_wanted(opened, monkeypatch):
    monkeypatch.setattr(places, "parse_places", lambda _: PlacesName("mine", True, 100))
    _, data = opened("places256-mine-0k")
    assert data.gallery.shape == (100, 256)
    assert np.allclose(np.linalg.norm(data.queries, axis=1), 1, atol=1e-5)
