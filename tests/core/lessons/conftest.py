"""Embeddings of real images, for all lessons."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.evaluation.labelled_embeddings import load_labelled
from core.galleries import store
from core.galleries.registry import open_known
from core.locations import ASSETS
from core.model.embedder import Embedder


@pytest.fixture(scope="package", params=["corel1k", "scenes"])
def images(request):
    """Embeddings of real images, and their labels: Corel-1k and the built-in gallery."""
    if request.param == "corel1k":
        return load_labelled(ASSETS / "embeddings" / "corel1k-labelled.safetensors")
    gallery = open_known("scenes")
    stored = store.load(gallery, Embedder().digest)
    labels = np.array([gallery.items[id].label for id in stored.ids.tolist()])
    return SimpleNamespace(embeddings=stored.of("both"), labels=labels)
