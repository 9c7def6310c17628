from itertools import pairwise

import numpy as np
import pytest

from core.errors import GalleryError, ImageError
from core.regions.places import Places, embed_in_steps, in_bytes, kept_per_image


def whole(gallery, embedder, **options) -> Places:
    *_, last = embed_in_steps(gallery, range(len(gallery.items)), embedder, **options)
    return last


def test_an_id_says_image_and_place_and_its_row_is_the_embedding(gallery, colours):
    places = whole(gallery, colours)
    assert sorted(places.ids.tolist()) == list(range(20 * 6))
    exact, _ = colours.embed_places([colours.prepare(gallery.read(7))])
    rows = {id: row for id, row in zip(places.ids.tolist(), places.embeddings(), strict=True)}
    kept = np.stack([rows[7 * 6 + place] for place in range(6)]).astype(np.float32)
    assert np.vecdot(kept, exact[0]) == pytest.approx(1, abs=1e-3)


def test_a_byte_for_each_number_keeps_the_direction():
    rows = np.random.default_rng(0).standard_normal((500, 256)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    kept = Places((1, 1), 1, np.arange(500), in_bytes(rows)).embeddings().astype(np.float32)
    lengths = np.linalg.norm(kept, axis=1)
    assert lengths == pytest.approx(1, abs=1e-3)
    assert (np.vecdot(kept, rows) / lengths).min() > 0.9999


def test_what_does_not_fit_is_kept_by_weight_and_the_heaviest_come_first(gallery, colours):
    every, some = whole(gallery, colours), whole(gallery, colours, most=50)
    assert some.per_image == 2 == kept_per_image(colours.grid, 20, 50)
    assert some.ids.tolist() == every.heaviest(2).ids.tolist()
    brightness = colours.prepare(gallery.read(3)).sum(axis=1)
    own = [id % 6 for id in every.ids.tolist() if id // 6 == 3]
    assert own == np.argsort(-brightness).tolist()


def test_steps_double_and_each_holds_what_was_there_before(gallery, colours, monkeypatch):
    monkeypatch.setattr("core.regions.places.BATCH", 2)
    monkeypatch.setattr("core.regions.places.FIRST_STEP", 4)
    steps = [it.ids.tolist() for it in embed_in_steps(gallery, range(20), colours)]
    assert [len(it) // 6 for it in steps] == [4, 8, 16, 20]
    assert all(long[: len(short)] == short for short, long in pairwise(steps))


def test_a_damaged_image_is_left_out_and_nothing_but_damage_is_an_error(gallery, colours):
    whole_picture, refused = colours.prepare, {gallery.read(1)}

    def prepare(data):
        if data in refused:
            raise ImageError("It is damaged.")
        return whole_picture(data)

    colours.prepare = prepare
    assert {id // 6 for id in whole(gallery, colours).ids.tolist()} == {0, *range(2, 20)}
    refused |= {gallery.read(id) for id in range(20)}
    with pytest.raises(GalleryError, match="no image that can be read"):
        whole(gallery, colours)
