import numpy as np
import pytest

from core.benchmark import sources
from core.errors import GalleryError, SettingError


def test_every_kind_of_name_is_known_before_anything_is_read():
    for name in (
        *("clusters-10k", "corel5k", "scenes", "places-corel5k", "places256-scenes-100k"),
        *("a/b.npy", "b.hdf5"),
    ):
        sources.check_name(name)


@pytest.mark.parametrize("name", ["easy-1k", "places-nowhere", "places256-", ""])
def test_what_is_no_data_set_is_one_sentence(name):
    with pytest.raises(SettingError, match="There is no data set"):
        sources.check_name(name)


def test_a_file_and_the_embeddings_that_ship_are_data_sets(tmp_path):
    np.save(tmp_path / "mine.npy", np.random.default_rng(0).standard_normal((400, 5)))
    assert sources.open_data(str(tmp_path / "mine.npy"), 0).name == "mine"
    rows = np.eye(300, dtype=np.float32)
    shipped = sources.open_data("corel1k", 0, shipped={"corel1k": lambda: rows})
    assert (shipped.title, shipped.gallery.shape) == ("Corel-1k, 300 × 300", (300, 300))
    assert np.array_equal(shipped.queries, shipped.gallery[shipped.own])
    with pytest.raises(GalleryError, match=r"no file .*none\.npy"):
        sources.open_data(str(tmp_path / "none.npy"), 0)
