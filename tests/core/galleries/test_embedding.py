import threading
from contextlib import closing

import numpy as np
import pytest

from core.errors import CheckpointError, GalleryError, ImageError
from core.files import file_digest
from core.galleries.base import GalleryItem, digest_of
from core.galleries.embedding import BATCHES_AHEAD, embed_in_batches

WAIT = 10  # seconds: long enough for any machine, never reached when the claim holds


class Numbers:
    """A gallery whose files are the numbers 1 … N, and the embedder for it."""

    key, title = "numbers", "Numbers"
    digest, modes, dim = "0" * 64, ("off", "both"), 2

    def __init__(self, n, *, broken=()):
        self.files = [b"?" if i in broken else str(i + 1).encode() for i in range(n)]
        self.items = [
            GalleryItem(id=i, name=f"{i}.txt", label=None, digest=file_digest(data))
            for i, data in enumerate(self.files)
        ]
        self.digest = digest_of(self.items)
        self.lock = threading.Lock()
        self.prepared = 0

    def read(self, id):
        return self.files[id]

    def prepare(self, data):
        with self.lock:
            self.prepared += 1
        if data == b"?":
            raise ImageError("It is a question mark.")
        return int(data)

    def embed(self, batch):
        angles = np.stack([np.array(batch), -np.array(batch)], axis=1)  # (B, M)
        return np.stack([np.cos(angles), np.sin(angles)], axis=-1).astype(np.float32)


def run(numbers, batch_size=4):
    return list(embed_in_batches(numbers, numbers, numbers.items, batch_size))


def test_every_image_gets_its_own_embedding_in_each_mode():
    batches = run(Numbers(10))
    assert [batch.ids.tolist() for batch in batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    joined = np.concatenate([batch.embeddings for batch in batches], axis=1)  # (M, n, D)
    numbers = np.arange(1, 11)
    np.testing.assert_allclose(joined[0], np.stack([np.cos(numbers), np.sin(numbers)], 1), 1e-6)
    np.testing.assert_allclose(joined[1], np.stack([np.cos(numbers), -np.sin(numbers)], 1), 1e-6)


def test_a_broken_image_costs_only_itself():
    first, second = run(Numbers(8, broken=(2, 4, 5, 6, 7)))
    assert first.ids.tolist() == [0, 1, 3]
    assert first.failures == {2: "It is a question mark."}
    assert second.embeddings.shape == (2, 0, 2)
    assert list(second.failures) == [4, 5, 6, 7]


def test_images_are_decoded_while_a_batch_is_embedded():
    forward_pass_runs, later_image_decoded = threading.Event(), threading.Event()

    class Beside(Numbers):
        def prepare(self, data):
            if data == b"8":  # in the second batch
                assert forward_pass_runs.wait(WAIT)
                later_image_decoded.set()
            return super().prepare(data)

        def embed(self, batch):
            forward_pass_runs.set()
            assert later_image_decoded.wait(WAIT)
            return super().embed(batch)

    assert len(run(Beside(8))) == 2


def test_decoding_stays_a_few_batches_ahead():
    numbers = Numbers(100)
    with closing(embed_in_batches(numbers, numbers, numbers.items, 4)) as batches:
        for done, _ in enumerate(batches, start=1):
            assert numbers.prepared <= 4 * (done + BATCHES_AHEAD)


def test_stopping_early_ends_the_threads():
    numbers = Numbers(100)
    with closing(embed_in_batches(numbers, numbers, numbers.items, 4)) as batches:
        next(batches)
        assert any(thread.name.startswith("decode") for thread in threading.enumerate())
    assert not any(thread.name.startswith("decode") for thread in threading.enumerate())


def test_a_file_that_changed_since_the_gallery_was_opened_is_refused():
    numbers = Numbers(4)
    numbers.files[2] = b"77"
    with pytest.raises(GalleryError, match=r"2\.txt has changed: open Numbers again"):
        run(numbers)


@pytest.mark.parametrize("wrong", [np.nan, 0.0, 3.0])
def test_numbers_that_are_no_embeddings_are_refused(wrong):
    class Damaged(Numbers):
        def embed(self, batch):
            return super().embed(batch) * np.float32(wrong)

    with pytest.raises(CheckpointError, match="choose another checkpoint"):
        run(Damaged(4))
