"""Where images lie on the map, judged by scikit-learn and by geometry."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from core import array_files
from core.errors import SettingError
from core.galleries import store
from core.galleries.maps import layout
from core.galleries.maps.layout import FEWEST, load, load_or_settle, rough, save, settle
from core.galleries.maps.settling import settle_apart
from core.galleries.registry import open_gallery
from core.galleries.store import SHIPPED, StoredGallery


def grouped(n, groups=6, dim=24, seed=0):
    """Unit vectors around as many directions; the nearest of each are of its group."""
    rng = np.random.default_rng(seed)
    middles = rng.standard_normal((groups, dim))
    rows = middles[np.arange(n) % groups] + 0.3 * rng.standard_normal((n, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def stored_of(rows, embedder="e" * 64):
    ids = np.arange(len(rows))
    return StoredGallery("a" * 64, embedder, ("both",), ids, rows[np.newaxis].copy(), {})


def distances(places):
    return np.linalg.norm(places[:, np.newaxis] - places, axis=-1)


def test_what_lies_in_a_plane_keeps_its_shape():
    rng = np.random.default_rng(0)
    flat = rng.standard_normal((30, 2))
    turned = np.linalg.qr(rng.standard_normal((7, 7)))[0][:2]
    places = rough((flat @ turned).astype(np.float32))
    true, drawn = distances(flat), distances(places)
    assert drawn / drawn.max() == pytest.approx(true / true.max(), abs=1e-5)


def test_the_rough_layout_is_that_of_the_two_principal_components():
    rows = grouped(50)
    by_sklearn = PCA(2, svd_solver="full").fit_transform(rows)
    assert np.abs(np.corrcoef(rough(rows).T, by_sklearn.T)[:2, 2:]) == pytest.approx(
        np.eye(2), abs=1e-3
    )


@pytest.mark.parametrize("rows", [np.ones((1, 5)), np.ones((12, 5)), np.eye(2), np.eye(3)[:, :1]])
def test_few_or_equal_embeddings_have_places_too(rows):
    places = settle(rows.astype(np.float32))
    assert places.shape == (len(rows), 2)
    assert np.isfinite(places).all()


@pytest.mark.model  # t-SNE: seconds
def test_t_sne_keeps_more_neighbours_than_pca_and_comes_out_the_same_again():
    rows, steps = grouped(120), []
    places = settle(rows, progress=lambda done, total, what: steps.append((done, total)))
    kept = [trustworthiness(rows, it, n_neighbors=5) for it in (rough(rows), places)]
    assert kept[1] > max(kept[0], 0.9)
    assert np.array_equal(settle_apart(rows), places)  # in a process of its own
    assert np.abs(places).max() == pytest.approx(1)
    assert steps[0] == (0, 750)
    assert steps[-1] == (750, 750)
    assert steps == sorted(steps)


@pytest.mark.model  # t-SNE: seconds
def test_of_a_large_gallery_a_sample_is_laid_out_and_the_rest_lies_beside_its_neighbours(
    monkeypatch,
):
    rows = grouped(301)
    sample = settle(rows[::5])
    monkeypatch.setattr(layout, "SAMPLE", 61)
    places = settle(rows)
    assert places[::5] == pytest.approx(sample, abs=1e-3)
    by_pca, by_neighbours = (
        trustworthiness(rows, it, n_neighbors=5) for it in (rough(rows), places)
    )
    assert by_neighbours > by_pca


def test_the_map_that_ships_keeps_the_scenes_neighbours():
    gallery = open_gallery("scenes")
    (path,) = SHIPPED[0].glob(f"{gallery.digest[:16]}-{'?' * 16}.safetensors")
    stored = store.load(gallery, array_files.read(path)[1]["embedder"])
    for mode in stored.modes:
        places = load(stored, mode, shipped=SHIPPED)
        kept = [
            trustworthiness(stored.of(mode), it, n_neighbors=10, metric="cosine")
            for it in (rough(stored.of(mode)), places)
        ]
        assert kept[1] > max(kept[0] + 0.05, 0.97), mode


def test_a_layout_is_computed_once_and_again_only_for_other_embeddings(tmp_path, monkeypatch):
    rows, computed = grouped(FEWEST - 1), []
    plain = layout.settle
    monkeypatch.setattr(layout, "settle", lambda *a, **k: computed.append(1) or plain(*a, **k))
    stored = stored_of(rows)
    first = load_or_settle(stored, "both", home=tmp_path, shipped=())
    assert np.array_equal(load_or_settle(stored, "both", home=tmp_path, shipped=()), first)
    assert len(computed) == 1
    other = stored_of(rows[:-1])
    assert load(other, "both", home=tmp_path, shipped=()) is None
    (path,) = (tmp_path / "embeddings").iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    assert load(stored, "both", home=tmp_path, shipped=()) is None
    assert np.array_equal(load_or_settle(stored, "both", home=tmp_path, shipped=()), first)
    assert len(computed) == 2


def test_what_ships_is_found_and_what_cannot_be_kept_is_said(tmp_path):
    stored, heard = stored_of(grouped(FEWEST - 1)), []
    (path,) = save(stored, tmp_path / "ship")
    found = load(stored, "both", home=tmp_path / "none", shipped=[path.parent])
    assert np.array_equal(found, rough(stored.of("both")))
    (tmp_path / "file").touch()
    places = load_or_settle(stored, "both", home=tmp_path / "file", shipped=(), notice=heard.append)
    assert np.array_equal(places, found)
    assert len(heard) == 1
    assert "the map is drawn anew at every start" in heard[0]


def test_there_is_no_map_of_an_unknown_attention_mode():
    with pytest.raises(SettingError, match="no embeddings of attention mode 'all'"):
        load(stored_of(grouped(3)), "all", shipped=())
