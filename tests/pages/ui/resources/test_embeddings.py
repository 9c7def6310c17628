from types import SimpleNamespace

import numpy as np
import pytest

from pages.ui import resources
from pages.ui.resources import embeddings


@pytest.fixture
def stored():
    """Embeddings of a gallery that nobody has asked for."""
    rows = np.random.default_rng(0).standard_normal((60, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return SimpleNamespace(
        gallery_digest="nobody",
        embedder_digest="none",
        ids=np.arange(60),
        of=lambda attention: rows,
    )


def test_settings_are_chosen_once(stored, monkeypatch):
    chosen = []
    plain_fit = embeddings.fit
    monkeypatch.setattr(
        embeddings, "fit", lambda *rows, **set: chosen.append(set) or plain_fit(*rows, **set)
    )

    def fitting(n_tables, family):
        return resources.fitting(stored, "both", n_bits=4, n_tables=n_tables, seed=0, family=family)

    first = fitting(0, None)
    assert fitting(first.lsh.n_tables, first.family) is first
    assert len(chosen) == 1
