import numpy as np
import pytest

from core.engine.kernels import readable
from core.evaluation.part_search import measure_parts
from core.galleries.base import GalleryItem
from core.galleries.store import StoredGallery
from core.regions.places import Places, in_bytes

N_LABELS, OF_EACH, GRID, D = 3, 8, (2, 2), 16
N = N_LABELS * OF_EACH


class Things:
    """Each image shows its label's thing in its upper left quarter, and noise elsewhere."""

    items = tuple(GalleryItem(id, f"{id}.png", str(id % N_LABELS), f"{id:064}") for id in range(N))

    def mask(self, id: int) -> np.ndarray:
        return np.arange(4).reshape(2, 2).repeat(5, 0).repeat(5, 1) == 0


@pytest.fixture(scope="module")
def body():
    rng = np.random.default_rng(0)
    things = np.linalg.qr(rng.standard_normal((D, D)))[0][:N_LABELS]
    rows = rng.standard_normal((N, 4, D))
    rows[:, 0] = things[np.arange(N) % N_LABELS] + 0.02 * rng.standard_normal((N, D))
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    flat = rows.reshape(-1, D).astype(np.float32)
    places = Places(GRID, 4, np.arange(4 * N), in_bytes(flat))  # the thing is the heaviest
    whole = rng.standard_normal((1, N, D)).astype(np.float32)
    whole /= np.linalg.norm(whole, axis=2, keepdims=True)
    stored = StoredGallery("g" * 64, "e" * 64, ("both",), np.arange(N), whole, {})
    return measure_parts(Things(), stored, places, masked=Things(), kernels=readable, k=5)


def test_a_part_that_all_of_a_label_have_is_found_in_all_of_them(body):
    assert (body["n_images"], body["n_queries"]) == (N, N)
    for kept in body["kept"]:
        assert kept["recall"] == kept["same_label"] == kept["on_object"] == 1
        assert kept["queries_on_object"] == N
    assert body["same_label_by_whole_images"] < 0.6  # which are noise


def test_chance_is_what_counting_gives(body):
    for kept in body["kept"]:
        assert kept["same_label_by_chance"] == pytest.approx((OF_EACH - 1) / (N - 1))
        assert kept["on_object_by_chance"] == pytest.approx((OF_EACH - 1) / (N - 1) / 4)


def test_keeping_fewer_places_takes_fewer_bytes(body):
    assert [it["places"] for it in body["kept"]] == [4 * N, 2 * N, N]
    sizes = [it["bytes_on_disk"] for it in body["kept"]]
    assert sizes == [n * (D + 8) for n in (4 * N, 2 * N, N)]
