import numpy as np
import pytest

from core.galleries import gates
from core.galleries.scenes import ScenesGallery
from core.galleries.store import StoredGallery
from core.model.checkpoint import load_checkpoint
from core.model.embedder import Embedder
from core.search import embed_query


class Five:
    digest, title = "f" * 64, "Five"

    def read(self, id):
        return bytes([id])


def look(files):
    """M_s of a file is its number, and for the second mode 100 more."""
    numbers = np.array([file[0] for file in files], np.float32)
    return np.stack([numbers, 100 + numbers], axis=1)[..., np.newaxis, np.newaxis] * np.ones((2, 3))


@pytest.fixture
def stored():
    ids = np.array([0, 1, 3, 4])
    return StoredGallery(Five.digest, "e" * 64, ("off",), ids, np.ones((1, 4, 1), np.float32), {})


def test_what_is_written_is_read_again_by_mode_and_image(stored, tmp_path):
    built = gates.build(Five(), stored, look, batch_size=3)
    gates.save(built, tmp_path)
    found = gates.load(Five(), "e" * 64, shipped=[tmp_path])
    for id in (0, 1, 3, 4):
        assert found.of("spatial", id).tolist() == [[id] * 3] * 2
        assert found.of("both", id).tolist() == [[100 + id] * 3] * 2
    assert found.of("channel", 3) is found.of("off", 3) is None
    for missing in (2, 5):
        with pytest.raises(KeyError):
            found.of("both", missing)


def test_another_models_or_a_damaged_file_is_none(stored, tmp_path):
    path = gates.save(gates.build(Five(), stored, look), tmp_path)
    assert gates.load(Five(), "d" * 64, shipped=[tmp_path]) is None
    path.write_bytes(path.read_bytes()[:-1])
    assert gates.load(Five(), "e" * 64, shipped=[tmp_path]) is None


@pytest.mark.model
def test_the_built_in_gallery_ships_what_the_shipped_model_sees():
    embedder, scenes = Embedder(load_checkpoint()), ScenesGallery()
    shipped = gates.load(scenes, embedder.digest)
    for mode, id in [("both", 0), ("spatial", 500)]:
        gate = embed_query(scenes.read(id), embedder, attention=mode).spatial_gate
        assert np.abs(gate - shipped.of(mode, id)).max() < 0.02  # of 0 … 1; bfloat16's rounding
