import numpy as np
import pytest

from core.errors import GalleryError
from core.galleries import store
from core.galleries.growing import embed_in_steps
from core.galleries.uploads import GivenFile, gather
from core.model.embedder import Embedder


class Memory(dict):
    find, put = dict.get, dict.__setitem__


@pytest.fixture
def given(png, picture):
    """Five pictures and one that has only a beginning."""
    pictures = [GivenFile(f"{seed}.png", png(picture(seed))) for seed in range(5)]
    return [*pictures[:2], GivenFile("half.png", pictures[0].data[:200]), *pictures[2:]]


def test_each_step_has_more_and_the_last_is_what_the_store_computes(given, embedder, tmp_path):
    gallery = gather(given, key="own-1")
    steps = list(embed_in_steps(gallery, embedder, Memory(), batch_size=2))
    assert [it.ids.tolist() for it in steps] == [[0, 1], [0, 1, 3], [0, 1, 3, 4, 5]]
    whole = store.load_or_build(gallery, embedder, home=tmp_path)
    assert steps[-1].failures == whole.failures
    assert "half.png" not in steps[0].failures
    for mode in embedder.modes:
        cosines = np.vecdot(steps[-1].of(mode), whole.of(mode))
        assert cosines.min() > 0.9999


def test_what_is_known_is_not_computed_again(given, embedder, monkeypatch):
    memory = Memory()
    first = gather(given[:3], key="own-1")
    *_, before = embed_in_steps(first, embedder, memory)
    seen = []
    prepare = Embedder.prepare

    def noted(self, data):
        seen.append(data)
        return prepare(self, data)

    monkeypatch.setattr(Embedder, "prepare", noted)
    *_, after = embed_in_steps(first.with_files(given[3:]), embedder, memory)
    assert sorted(seen) == sorted(it.data for it in given[3:])  # threads take turns
    assert np.array_equal(after.embeddings[:, :2], before.embeddings)
    assert after.failures == before.failures


def test_a_gallery_without_one_sound_image_is_refused(given, embedder):
    with pytest.raises(GalleryError, match="no image that can be searched"):
        list(embed_in_steps(gather([given[2]], key="own-1"), embedder, Memory()))
