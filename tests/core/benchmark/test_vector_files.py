import numpy as np
import pytest

from core.benchmark.vector_files import is_vector_file, open_vector_file
from core.errors import GalleryError, SettingError


def rows(n, dim=6, seed=0):
    return np.random.default_rng(seed).standard_normal((n, dim))


def unit(array):
    return array / np.linalg.norm(array, axis=1, keepdims=True)


@pytest.fixture
def hdf5(tmp_path):
    h5py = pytest.importorskip("h5py")

    def write(distance="angular", **arrays):
        path = tmp_path / "public.hdf5"
        with h5py.File(path, "w") as file:
            file.attrs["distance"] = distance
            for name, array in arrays.items():
                file[name] = array
        return path

    return write


def test_an_array_is_split_into_queries_and_a_gallery_and_nothing_is_lost(tmp_path):
    given = 3 * rows(1000)
    np.save(tmp_path / "mine.npy", given.astype(np.float16))
    data = open_vector_file(tmp_path / "mine.npy", seed=1)
    assert (len(data.gallery), len(data.queries), data.n_tuning) == (800, 200, 100)
    assert (data.name, data.title) == ("mine", "mine, 800 × 6")
    assert data.gallery.dtype == np.float32
    together = np.concatenate([data.gallery, data.queries])
    wanted = unit(given.astype(np.float16).astype(np.float64))
    assert np.allclose(together[np.lexsort(together.T)], wanted[np.lexsort(wanted.T)], atol=1e-6)
    other = open_vector_file(tmp_path / "mine.npy", seed=2)
    assert not np.array_equal(other.queries, data.queries)


def test_a_public_file_has_its_own_queries(hdf5):
    data = open_vector_file(hdf5(train=rows(300), test=rows(50, seed=1)), seed=0)
    assert np.allclose(data.gallery, unit(rows(300)), atol=1e-6)
    assert len(data.queries) == 50
    assert (data.own == -1).all()
    similar = data.queries @ unit(rows(50, seed=1)).T
    assert np.allclose(np.sort(similar.argmax(axis=1)), np.arange(50))


def test_a_file_for_another_distance_says_so_in_its_title(hdf5):
    path = hdf5(distance="euclidean", train=rows(300), test=rows(50))
    assert open_vector_file(path, 0).title == "public, made for euclidean, by cosine, 300 × 6"


@pytest.mark.parametrize(
    ("arrays", "what"),
    [
        ({"train": rows(300)}, "has no test"),
        ({"train": rows(300), "test": rows(50, 5)}, r"test .* shape \(50, 5\)"),
        ({"train": rows(10), "test": rows(5)}, "needs 200"),
        ({"train": np.zeros((300, 6)), "test": rows(5)}, "Row 0 of train .* length 0"),
    ],
)
def test_what_is_laid_out_otherwise_is_one_sentence(hdf5, arrays, what):
    with pytest.raises(SettingError, match=what):
        open_vector_file(hdf5(**arrays), 0)


def test_bits_are_not_compared_by_cosine(hdf5):
    path = hdf5(distance="hamming", train=rows(300), test=rows(50))
    with pytest.raises(SettingError, match="hamming distance"):
        open_vector_file(path, 0)


@pytest.mark.parametrize("name", ["none.npy", "damaged.npy", "none.hdf5", "damaged.hdf5"])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path, name):
    if name.endswith("hdf5"):
        pytest.importorskip("h5py")
    if name.startswith("damaged"):
        (tmp_path / name).write_bytes(b"half a file")
    with pytest.raises(GalleryError, match=name):
        open_vector_file(tmp_path / name, 0)


@pytest.mark.parametrize(
    "array", [rows(300)[:, 0], rows(300) * 1j, np.full((300, 6), np.nan), np.full((300, 6), "a")]
)
def test_what_has_no_direction_is_one_sentence(tmp_path, array):
    np.save(tmp_path / "odd.npy", array)
    with pytest.raises(SettingError, match=r"odd\.npy"):
        open_vector_file(tmp_path / "odd.npy", 0)


def test_files_are_told_from_names():
    assert is_vector_file("a/GLOVE.NPY")
    assert is_vector_file("x.hdf5")
    assert not is_vector_file("clusters-10k")
