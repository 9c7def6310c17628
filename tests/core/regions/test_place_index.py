import numpy as np
import pytest

from core.engine.kernels import readable
from core.errors import SettingError
from core.regions.place_index import PlaceIndex
from core.regions.places import Places, in_bytes

GRID = 4, 4
N, D = 700, 32


def near_a_few(n: int, rng: np.random.Generator) -> np.ndarray:
    """Rows (n, D) of unit length about a few centres, as the places of pictures are."""
    centres = rng.standard_normal((40, D))
    rows = centres[rng.integers(0, 40, n)] + 0.5 * rng.standard_normal((n, D))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def rows():
    return near_a_few(N * 16, np.random.default_rng(3))


@pytest.fixture(scope="module")
def index(rows):
    """The places of 700 images: enough for cells."""
    return PlaceIndex.build(Places(GRID, 16, np.arange(N * 16), in_bytes(rows)), kernels=readable)


def by_hand(rows: np.ndarray, query: np.ndarray, k: int, without: set[int]) -> list[int]:
    """Images by the cosine of their best place."""
    best = (rows @ query).reshape(N, 16).max(axis=1)
    return [it for it in np.argsort(-best).tolist() if it not in without][:k]


@pytest.mark.parametrize("k", [1, 10, 50])
def test_a_scan_ranks_images_by_their_best_place_and_leaves_out_whom_it_should(index, rows, k):
    exact = index.codes.rows[np.argsort(index.codes.ids)].astype(np.float32)
    for place in (0, 5_000, 9_999):
        found = index.scan(rows[place], k=k, exclude=[place // 16, 3])
        assert found.images == by_hand(exact, rows[place], k, {place // 16, 3})
        assert [hit.rank for hit in found.hits] == list(range(1, k + 1))
        best = exact[found.images[0] * 16 + found.hits[0].place]
        assert found.hits[0].similarity == pytest.approx(float(best @ rows[place]), abs=1e-5)


def test_codes_find_what_the_scan_finds_and_read_a_small_part(index, rows):
    asked = range(0, N * 16, 331)
    found = [index.find(rows[it], k=10, exclude=[it // 16]) for it in asked]
    scanned = [index.scan(rows[it], k=10, exclude=[it // 16]) for it in asked]
    pairs = zip(found, scanned, strict=True)
    shared = [len(set(one.images) & set(other.images)) for one, other in pairs]
    assert np.mean(shared) > 9.5
    assert max(it.looked_at[2] for it in found) < N * 16 / 10


def test_a_place_finds_itself_and_hits_lie_where_their_place_is(index, rows):
    (hit,) = index.find(rows[16 * 42 + 7], k=1).hits
    assert (hit.image, hit.place) == (42, 7)
    assert str(hit.region(GRID)) == "2-4-2-4"


def test_fewer_images_than_wanted_are_all_of_them(rows):
    few = PlaceIndex.build(Places(GRID, 16, np.arange(48), in_bytes(rows[:48])), kernels=readable)
    assert few.n_images == 3
    for ask in (few.find, few.scan):
        assert sorted(ask(rows[0], k=10, exclude=[1]).images) == [0, 2]
        with pytest.raises(SettingError):
            ask(2 * rows[0])
