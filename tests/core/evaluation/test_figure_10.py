from types import SimpleNamespace

import numpy as np
import pytest

from core.evaluation import figure_10 as module
from core.evaluation.figure_10 import measure_figure_10
from core.evaluation.protocol import draw_split
from core.galleries.scenes import ScenesGallery
from core.methods.base import Pictures
from core.methods.trainer import RECIPE


@pytest.fixture
def done(monkeypatch):
    """What was trained and judged; nothing of it really is."""
    log = SimpleNamespace(recipes=[], fitted=[], judged=[])

    class Fake:
        def __init__(self, trainer, key, title, attention, search):
            assert (attention, search) == ("both", None)
            self.attention = attention
            self.vectors = SimpleNamespace(matrix=trainer)

        def fit(self, pictures, labels, *, seed, progress):
            assert len(pictures) == len(labels)
            log.fitted.append(pictures.ids)

        def embedder(self):
            return None

    def new_trainer(gallery, *, init, recipe, progress):
        log.recipes.append(recipe)
        return f"trained with {recipe.views} views"

    def measure_robustness(embed, queries, asked, embeddings, known, *, k, seed, progress):
        log.judged.append((len(queries), len(asked), len(known), k))
        return [{"made up": embeddings}]

    for name, fake in [
        ("Cnn", Fake),
        ("new_trainer", new_trainer),
        ("measure_robustness", measure_robustness),
        ("embed_with", lambda embedder, attention: None),
    ]:
        monkeypatch.setattr(module, name, fake)
    monkeypatch.setattr(Pictures, "pixels", lambda self, row: None)
    return log


def test_two_networks_are_judged_that_differ_in_augmentation_alone(done):
    gallery = ScenesGallery()
    body = measure_figure_10(gallery, init="init")
    augmented, plain = (recipe.describe() for recipe in done.recipes)
    assert {name for name in plain if plain[name] != augmented[name]} == {"views"}
    assert augmented == RECIPE.describe()
    assert plain["views"] == 1
    assert body["variants"]["plain"]["rows"] == [{"made up": "trained with 1 views"}]
    assert body["variants"]["augmented"]["rows"][0]["made up"].endswith(f"{RECIPE.views} views")
    assert (body["k"], body["n_queries"], body["seeds"]) == (8, 120, [0])


def test_both_are_trained_on_the_gallery_side_and_judged_by_the_queries(done):
    gallery = ScenesGallery()
    measure_figure_10(gallery, init="init")
    split = draw_split([item.label for item in gallery.items], 0)
    for ids in done.fitted:
        assert np.array_equal(ids, split.gallery)
    assert done.judged == [(120, 120, 600, 8)] * 2
