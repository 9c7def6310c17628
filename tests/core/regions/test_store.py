import numpy as np
import pytest

from core.regions import store


@pytest.fixture
def place(tmp_path):
    """Where nothing ships."""
    return {"home": tmp_path / "home", "shipped": ()}


def test_places_are_embedded_once_and_read_the_next_time(gallery, stored, colours, place):
    first = store.load_or_embed(gallery, stored, colours, **place)
    again = store.load_or_embed(gallery, stored, colours, **place)
    assert store.is_stored(stored, **place)
    assert colours.n_embedded == 20
    assert (again.grid, again.per_image) == (first.grid, first.per_image) == ((2, 3), 6)
    assert np.array_equal(again.ids, first.ids)
    assert np.array_equal(again.rows, first.rows)


def test_a_damaged_file_is_made_again_and_one_that_ships_comes_first(
    gallery, stored, colours, place, tmp_path
):
    made = store.load_or_embed(gallery, stored, colours, **place)
    (path,) = (tmp_path / "home").rglob("*.places.safetensors")
    path.write_bytes(path.read_bytes()[:-1])
    assert store.load(stored, **place) is None
    store.load_or_embed(gallery, stored, colours, **place)
    assert colours.n_embedded == 40
    store.save(made.heaviest(2), stored, tmp_path / "ships")
    shipped = place | {"shipped": (tmp_path / "ships",)}
    assert store.load_or_embed(gallery, stored, colours, **shipped).per_image == 2


def test_where_the_home_cannot_be_written_it_says_so_and_goes_on(
    gallery, stored, colours, tmp_path
):
    (tmp_path / "file").touch()
    told = []
    found = store.load_or_embed(
        gallery, stored, colours, home=tmp_path / "file", shipped=(), notice=told.append
    )
    assert len(found.ids) == 120
    assert all("can't be written" in it and "embedded anew" in it for it in told)
    assert told
