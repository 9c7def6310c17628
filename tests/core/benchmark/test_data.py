import numpy as np
import pytest

from core.benchmark import data
from core.benchmark.data import (
    CLUSTERS,
    GALLERY,
    HARD,
    QUERIES,
    Recipe,
    Source,
    draw,
    intrinsic_dimension,
    leave_one_out,
    parse,
    principal_axes,
)
from core.benchmark.judge import scan
from core.errors import SettingError, StoreError

SMALL = Recipe(title="small", n_clusters=20, n_latent=8, n_hidden=32, dim=64)


@pytest.fixture
def _small(monkeypatch):
    reduced = Recipe(title="less", n_clusters=20, n_latent=8, n_hidden=32, dim=64, n_axes=16)
    monkeypatch.setattr(data, "FAMILIES", {"clusters": SMALL, "reduced": reduced})
    monkeypatch.setattr(data, "N_FOR_AXES", 1000)
    monkeypatch.setattr(data, "BLOCK", 256)


def drawn(recipe, n, *, seed=0, stream=GALLERY, threads=1):
    source = Source(recipe, seed, threads)
    rows = np.empty((n, source.dim), dtype=np.float32)
    source.fill(rows, stream)
    return rows


def distances(gallery, points, k):
    _, similarities = scan(gallery, points, k)
    return np.sqrt(2 - 2 * similarities.astype(np.float64).clip(-1, 1))


@pytest.mark.usefixtures("_small")
def test_a_small_gallery_is_the_beginning_of_a_large_one_however_many_threads_draw():
    large = drawn(SMALL, 700)
    assert np.array_equal(drawn(SMALL, 300, threads=3), large[:300])
    assert np.allclose(np.linalg.norm(large, axis=1), 1, atol=1e-6)
    assert len(np.unique(large, axis=0)) == len(large)  # no block repeats another


@pytest.mark.usefixtures("_small")
def test_queries_come_from_the_same_clusters_and_are_not_in_the_gallery():
    found = draw("clusters-600", seed=3)
    similarities = scan(found.gallery, found.queries, 1)[1]
    strangers = drawn(SMALL, 600, seed=4)
    assert similarities.max() < 0.9999
    assert np.median(similarities) > np.median(scan(strangers, found.queries, 1)[1]) + 0.05
    assert (found.own == -1).all()
    assert found.title == "small, 600 × 64"


@pytest.mark.usefixtures("_small")
def test_another_seed_draws_another_gallery():
    assert not np.allclose(drawn(SMALL, 10), drawn(SMALL, 10, seed=1))
    assert not np.allclose(drawn(SMALL, 10), drawn(SMALL, 10, stream=QUERIES))


def test_clusters_are_easier_than_overlapping_ones():
    # As many per cluster as in a gallery of 100,000 with 500 clusters; LID as usual at k = 100.
    found = {}
    for recipe in (CLUSTERS, HARD):
        few = Recipe(title="", spread=recipe.spread, n_clusters=40)
        gallery, points = drawn(few, 8000), drawn(few, 300, stream=QUERIES)
        found[recipe.title] = intrinsic_dimension(distances(gallery, points, 100))
    assert found["clusters"] == pytest.approx(18, abs=3)
    assert found["overlapping clusters"] > found["clusters"] + 5


def test_a_ball_of_5_dimensions_in_a_space_of_40_has_the_intrinsic_dimension_5():
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.standard_normal((40, 5)))[0]
    points = rng.uniform(-1, 1, (4000, 5)) @ axes.T
    middle = 0.3 * rng.uniform(-1, 1, (200, 5)) @ axes.T  # far from where the points end
    T = np.sqrt(np.square(middle[:, np.newaxis] - points).sum(axis=2))
    assert intrinsic_dimension(np.sort(T, axis=1)[:, :40]) == pytest.approx(5, abs=0.3)


def test_the_intrinsic_dimension_by_hand():
    assert intrinsic_dimension(np.array([[1.0, np.e]])) == pytest.approx(1)
    # log(4/1), log(4/2): mean 1.5 log 2
    assert intrinsic_dimension(np.array([[1.0, 2.0, 4.0], [0.0, 1.0, 2.0]])) == pytest.approx(
        1 / (1.5 * np.log(2))
    )
    for nothing in (np.ones((3, 1)), np.zeros((2, 4)), np.ones((2, 4)), np.ones(3)):
        with pytest.raises(SettingError, match="tell no dimension"):
            intrinsic_dimension(nothing)


def test_principal_axes_are_those_of_the_largest_variance():
    rng = np.random.default_rng(0)
    sample = rng.standard_normal((500, 3), dtype=np.float32) * [1, 5, 2] + [7, 0, 0]
    mean, axes = principal_axes(sample.astype(np.float32), 2)
    assert np.allclose(mean, sample.mean(axis=0), atol=1e-4)
    assert np.allclose(np.abs(axes), [[0, 0], [1, 0], [0, 1]], atol=0.1)


@pytest.mark.usefixtures("_small")
def test_a_large_gallery_is_float16_on_disk_and_drawn_once(monkeypatch, tmp_path):
    monkeypatch.setattr(data, "HALF_FROM", 1000)
    whole = draw("reduced-999", seed=0, folder=tmp_path)
    assert not list(tmp_path.iterdir())
    drawn = draw("reduced-1k", seed=0, folder=tmp_path, threads=2).gallery
    assert not isinstance(drawn, np.memmap)  # its pages would be looked up while queries are timed
    assert drawn.dtype == np.float16
    assert drawn.shape == (1000, 16)
    assert np.allclose(drawn[:999], whole.gallery, atol=1e-3)
    assert [path.name for path in tmp_path.glob("*.npy")] == ["reduced-1k-seed0.npy"]
    really_draw, streams = Source.blocks, []

    def blocks(self, n, stream, *rest):
        streams.append(stream)
        return really_draw(self, n, stream, *rest)

    monkeypatch.setattr(Source, "blocks", blocks)
    assert np.array_equal(draw("reduced-1k", seed=0, folder=tmp_path).gallery, drawn)
    assert streams
    assert GALLERY not in streams


DRAW_TWICE = """
import sys
from pathlib import Path
from core.benchmark import data
from tests.overlap import Overlap
data.FAMILIES = {"clusters": data.Recipe(title="small", n_clusters=20, n_latent=8, dim=64)}
data.HALF_FROM, data.BLOCK = 1000, 64
print("ready", flush=True)
sys.stdin.readline()
overlap = Overlap(Path(sys.argv[1]))
found = data.draw("clusters-3k", 0, folder=Path(sys.argv[1]), progress=overlap)
print(overlap.said[0])
print(found.gallery.shape, found.gallery.sum(dtype="float64"))
"""


def test_of_two_processes_one_draws_and_the_other_waits_and_reads(tmp_path, two_processes):
    drew, waited = sorted(two_processes(DRAW_TWICE, tmp_path))
    assert drew[0] == "Drawing the gallery"
    assert waited[0] == "Waiting for another process that draws it"
    assert drew[1] == waited[1]


def test_a_damaged_gallery_on_disk_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(data, "FAMILIES", {"clusters": SMALL})
    monkeypatch.setattr(data, "HALF_FROM", 1000)
    (tmp_path / "clusters-1k-seed0.npy").write_bytes(b"half a file")
    with pytest.raises(StoreError, match=r"seed0\.npy can't be read .* delete it"):
        draw("clusters-1k", 0, folder=tmp_path)


def test_every_query_of_a_real_gallery_knows_its_own_id():
    embeddings = np.eye(300, dtype=np.float32)
    found = leave_one_out("corel1k", "Corel-1k", embeddings, seed=0)
    assert np.array_equal(found.queries, embeddings[found.own])
    assert sorted(found.own) == list(range(300))
    assert found.n_tuning == 100


@pytest.mark.parametrize(
    ("name", "family", "n"),
    [("hard-100k", "hard", 100_000), ("reduced-10m", "reduced", 10**7)],
)
def test_a_name_says_what_is_drawn_and_how_many(name, family, n):
    assert parse(name) == data.Name(family, n)


@pytest.mark.parametrize("name", ["", "clusters", "clusters-10", "easy-1k", "hard-1g", "hard--1k"])
def test_what_is_no_name_is_one_sentence(name):
    with pytest.raises(SettingError, match=r"There is no data set .*hard-10k.*\.$"):
        parse(name)
