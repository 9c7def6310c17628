import numpy as np
import pytest

from core.index.lsh import LSHConfig
from pages.ui import resources
from pages.ui.resources import embeddings, readiness


@pytest.fixture
def stored():
    """Embeddings of a gallery that nobody has asked for."""
    rows = np.random.default_rng(1).standard_normal((60, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)

    class Stored:
        gallery_digest, embedder_digest, ids = "a class", "none", np.arange(60)

        def of(self, attention):
            return rows

    yield Stored()
    readiness._ready.clear()


def ready(monkeypatch, *, serves):
    monkeypatch.setattr(readiness.runtime, "exists", lambda: serves)
    return readiness._ready


def test_in_a_server_every_k_that_a_class_tries_is_made_before_it_comes(stored, monkeypatch):
    works = ready(monkeypatch, serves=True)
    readiness.make_ready(stored, "both")
    works.find(("a class", "both")).result()
    made = []
    for name in ("fit", "build_index", "measure"):
        monkeypatch.setattr(embeddings, name, lambda *given, **named: made.append(given))
    for n_bits in readiness.BITS:
        fits = resources.fitting(
            stored, "both", n_bits=n_bits, n_tables=0, seed=LSHConfig().seed, family=None
        )
        assert fits.lsh.n_bits == n_bits
        resources.index(stored, "both", fits.lsh, fits.family)
        resources.crossing(stored, "both", fits)
    assert not made


def test_it_is_made_once(stored, monkeypatch):
    works = ready(monkeypatch, serves=True)
    readiness.make_ready(stored, "both")
    first = works.find(("a class", "both"))
    readiness.make_ready(stored, "both")
    assert works.find(("a class", "both")) is first
    first.result()


def test_a_script_that_runs_by_itself_makes_nothing_in_advance(stored, monkeypatch):
    works = ready(monkeypatch, serves=False)
    readiness.make_ready(stored, "both")
    assert works.find(("a class", "both")) is None
