"""Pictures smaller and smaller in paintings, and what each gate is worth there."""

from hashlib import sha256
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from core.errors import SettingError
from core.evaluation.clutter import (
    CrowdedGallery,
    by_mode,
    measure_clutter,
    paint_surroundings,
    put_into,
)
from core.evaluation.metrics import leave_one_out
from core.galleries.base import digest_of
from core.images import decode
from core.model.attention import ATTENTION_MODES
from core.model.network import NetworkConfig, RetrievalNetwork

WHITE = Image.new("RGB", (60, 40), "white")
BLACK = Image.new("RGB", (30, 90), "black")


@pytest.mark.parametrize("side", [1.0, 0.8, 0.5, 0.4])
@pytest.mark.parametrize("place", [(0.0, 0.0), (1.0, 1.0), (0.3, 0.7)])
def test_the_picture_covers_the_square_of_its_side_and_lies_inside(side, place):
    whole = np.asarray(put_into(WHITE, BLACK, side, place))
    assert whole.shape == (40, 60, 3)
    white = (whole == 255).all(axis=2)
    assert white.mean() == pytest.approx(side**2, abs=0.02)
    rows, columns = np.flatnonzero(white.any(axis=1)), np.flatnonzero(white.any(axis=0))
    assert white[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()  # one rectangle
    assert rows[0] == round(place[1] * (40 - len(rows)))
    assert columns[0] == round(place[0] * (60 - len(columns)))


def test_at_the_full_side_nothing_of_the_picture_changes(gallery):
    around = paint_surroundings(2, 0)
    crowded = CrowdedGallery(gallery, 1.0, around, seed=0)
    for id in (0, 7):
        before = decode(gallery.read(id)).pixels
        assert (np.asarray(Image.open(BytesIO(crowded.read(id)))) == before).all()


def test_a_crowded_gallery_keeps_names_and_labels_and_has_a_digest_of_its_own(gallery):
    around = paint_surroundings(2, 0)
    some = [
        CrowdedGallery(gallery, 0.5, around, seed=0),
        CrowdedGallery(gallery, 0.4, around, seed=0),
        CrowdedGallery(gallery, 0.5, around, seed=1),
        CrowdedGallery(gallery, 0.5, around[::-1], seed=0),
        gallery,
    ]
    assert len({it.digest for it in some}) == len(some)
    for it in some:
        assert [(i.name, i.label) for i in it.items] == [(i.name, i.label) for i in gallery.items]
        assert it.digest == digest_of(it.items)
    again = CrowdedGallery(gallery, 0.5, paint_surroundings(2, 0), seed=0)
    assert again.digest == some[0].digest
    assert sha256(again.read(3)).digest() == sha256(some[0].read(3)).digest()


def heads(n):
    found = []
    for seed in range(n):
        torch.manual_seed(seed)
        found.append(RetrievalNetwork(NetworkConfig(dim=8)).eval())
    return found


@pytest.fixture(scope="module")
def maps():
    rng = np.random.default_rng(0)
    kinds = np.repeat(rng.random((4, 2048, 1, 1)), 5, axis=0)  # as the labels of ``gallery``
    return (kinds * rng.random((20, 2048, 2, 2))).astype(np.float16)


LABELS = np.repeat(np.arange(4), 5)


@pytest.mark.model
def test_each_mode_is_judged_as_leave_one_out_does(maps):
    (head,) = heads(1)
    found = by_mode(head, maps, LABELS)
    with torch.inference_mode():
        embeddings = head.every_mode(torch.from_numpy(maps.astype(np.float32))).numpy()
    for i, mode in enumerate(ATTENTION_MODES):
        expected = leave_one_out(embeddings[:, i], LABELS).mean_average_precision
        assert found[mode].shape == (20,)
        assert found[mode].mean() == pytest.approx(expected)


@pytest.mark.model
def test_the_gain_is_the_mean_over_trainings_of_mode_less_off(gallery, maps):
    asked = []

    def maps_of(crowded):
        asked.append(crowded.key)
        return maps

    body = measure_clutter(gallery, heads(3), maps_of, LABELS, sides=(1.0, 0.5))
    assert asked == [f"{gallery.key}-in-1", f"{gallery.key}-in-0.5"]
    assert (body["n_images"], body["n_heads"]) == (20, 3)
    first, second = body["steps"]
    assert [first.pop("side"), second.pop("side")] == [1.0, 0.5]
    assert first == second  # the same maps
    for mode, gain in first["gain"].items():
        each = first["mean_average_precision"]
        difference = np.array(each[mode]) - np.array(each["off"])
        assert gain["mean"] == pytest.approx(difference.mean())
        assert gain["low"] <= gain["mean"] <= gain["high"]
        assert gain["n"] == 3
    pooled = maps.astype(np.float32).mean(axis=(2, 3))
    assert first["untouched"] == pytest.approx(
        leave_one_out(pooled, LABELS).mean_average_precision, abs=1e-6
    )


@pytest.mark.model
def test_one_head_says_nothing_of_trainings(gallery, maps):
    with pytest.raises(SettingError, match="2 or more trainings"):
        measure_clutter(gallery, heads(1), lambda _: maps, LABELS, sides=(1.0,))
