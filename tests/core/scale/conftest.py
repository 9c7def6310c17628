"""Tables for the tests: galleries that cost nothing to embed, and an S3 on this machine."""

import hashlib

import numpy as np
import pytest

from core.index.lsh import LSHConfig
from core.scale.embedded import EmbeddedImages, Failure
from core.scale.importing import TablePlan
from core.scale.sources import Listed

D = 32
LSH = LSHConfig(n_bits=5, n_tables=4)
PLAN = TablePlan(embedder="e" * 64, lsh=LSH, sample=20, at_once=10)


def unit_rows(n, seed=0):
    rows = np.random.default_rng((seed, 3)).standard_normal((n, D)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class MadeUpSource:
    """N images whose files are their numbers; some of them are damaged or can't be read."""

    title = "made up"

    def __init__(self, n, damaged=(), unreadable=()):
        self.n, self.damaged, self.unreadable = n, set(damaged), set(unreadable)

    def images(self):
        for number in range(self.n):
            yield Listed(f"{number}.jpg", str(number % 3), f"nowhere/{number}", None)

    def read(self, address):
        return address.encode()


def digest_of(image):
    return hashlib.sha256(image.address.encode()).hexdigest()


def made_up(source, asked=None, rows=None):
    """Return what embeds a made-up source, seven at a time; ``asked`` gets what it is asked for."""
    rows = unit_rows(source.n) if rows is None else rows

    def embed(images):
        for start in range(0, len(images), 7):
            some = images[start : start + 7]
            if asked is not None:
                asked.extend(it.name for it in some)
            number = {it.id: int(it.name.removesuffix(".jpg")) for it in some}
            bad = source.damaged | source.unreadable
            good = [it for it in some if number[it.id] not in bad]
            yield EmbeddedImages(
                ids=np.array([it.id for it in good], np.int64),
                embeddings=rows[[number[it.id] for it in good]],
                thumbnails=[b"small" for _ in good],
                digests=[digest_of(it) for it in good],
                failures={
                    it.id: Failure(
                        "It is damaged." if number[it.id] in source.damaged else "It timed out.",
                        digest_of(it) if number[it.id] in source.damaged else None,
                    )
                    for it in some
                    if number[it.id] in bad
                },
            )

    return embed


@pytest.fixture
def address(tmp_path):
    """Return the address of a table that isn't there yet."""
    return f"lance://{tmp_path / 'table'}"
