"""How often a picture goes through the network."""

import pytest

from core.model.embedder import Embedder
from pages.ui import resources
from pages.ui.resources import model


@pytest.fixture
def passes(monkeypatch):
    """A list that grows by one with every picture that goes through the network."""
    seen = []
    plain_embed = Embedder.embed

    def embed(self, batch):
        seen.extend(batch)
        return plain_embed(self, batch)

    resources.embedder()
    model._altered.clear()
    monkeypatch.setattr(Embedder, "embed", embed)
    return seen
