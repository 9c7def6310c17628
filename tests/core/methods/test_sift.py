from dataclasses import replace

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.neighbors import KNeighborsClassifier

from core.errors import GalleryError, SettingError
from core.galleries.folder import open_folder
from core.galleries.registry import open_gallery
from core.methods.base import Pictures
from core.methods.sift import (
    Sift,
    SiftConfig,
    count_words,
    describe_sift,
    inverse_document_frequency,
    learn_words,
    root_sift,
    tf_idf,
)
from core.progress import silent

CONFIG = SiftConfig(n_words=60, max_key_points=80, n_sampled=2_000)
GALLERY = np.arange(0, 720, 36)  # 20 scenes
QUERIES = np.arange(5, 720, 180)  # 4 others


def nobody(query, rows):
    raise AssertionError("SIFT asks no user")


@pytest.fixture(scope="module")
def scenes():
    """Return all scenes; what one test computed the next one has."""
    return Pictures(open_gallery("scenes"), np.arange(720))


def fitted(pictures, *, ids=GALLERY, seed=0, config=CONFIG):
    sift = Sift(config)
    sift.fit(pictures.subset(ids), np.zeros(len(ids), np.int64), seed=seed, progress=silent)
    return sift


@pytest.fixture(scope="module")
def sift(scenes):
    return fitted(scenes)


def test_tf_idf_equals_scikit_learn():
    counts = np.random.default_rng(0).poisson(0.7, (30, 12)).astype(np.float32)
    counts[:, 3], counts[:, 7] = 0, 2  # a word that no picture has, and one that all have
    judge = TfidfTransformer().fit(counts)
    idf = inverse_document_frequency(counts)
    np.testing.assert_allclose(idf, judge.idf_, rtol=1e-6)
    expected = judge.transform(counts).toarray()
    np.testing.assert_allclose(tf_idf(counts, idf), expected, rtol=1e-5)
    np.testing.assert_allclose(tf_idf(counts[4], idf), expected[4], rtol=1e-5)


def test_idf_by_hand():
    counts = np.array([[5, 1, 0], [0, 2, 0], [1, 1, 0]], dtype=np.float32)
    expected = [np.log(4 / 3) + 1, 1, np.log(4) + 1]
    np.testing.assert_allclose(inverse_document_frequency(counts), expected, rtol=1e-6)


def test_root_sift_makes_the_dot_product_hellingers():
    a, b = np.random.default_rng(0).integers(0, 255, (2, 128), dtype=np.uint8)
    roots = root_sift(np.stack([a, b]))
    hellinger = np.sqrt((a / a.sum()) * (b / b.sum())).sum()
    assert roots[0] @ roots[1] == pytest.approx(hellinger, rel=1e-5)
    np.testing.assert_allclose(np.linalg.norm(roots, axis=1), 1, rtol=1e-6)


def test_a_word_counts_the_descriptors_that_it_is_nearest_to():
    rng = np.random.default_rng(0)
    descriptors = rng.integers(0, 255, (200, 128), dtype=np.uint8)
    words = rng.random((15, 128), dtype=np.float32) / 10  # of different lengths
    judge = KNeighborsClassifier(1).fit(words, np.arange(15))
    expected = np.bincount(judge.predict(root_sift(descriptors)), minlength=15)
    assert np.count_nonzero(expected) > 2
    np.testing.assert_array_equal(count_words(descriptors, words), expected)


def test_key_points_are_capped_at_the_strongest(scenes):
    pixels = scenes.pixels(0)
    few, many = describe_sift(pixels, 10), describe_sift(pixels, 500)
    assert few.shape == (10, 128)
    assert few.dtype == np.uint8
    assert 10 < len(many) <= 500
    np.testing.assert_array_equal(few, many[:10])


@pytest.mark.parametrize("shape", [(16, 16, 3), (16, 300, 3), (200, 200, 3)])
def test_an_even_picture_has_no_key_points_and_a_vector_of_zeros(sift, shape):
    pixels = np.full(shape, 90, dtype=np.uint8)
    assert describe_sift(pixels, 500).shape == (0, 128)
    vector = sift.describe(pixels)
    assert vector.shape == (60,)
    assert not vector.any()
    assert sift.rank_vector(vector).tolist() == list(range(20))


def test_gallery_and_queries_are_weighed_by_the_idf_of_the_gallery(scenes, sift):
    def counts(ids):
        found = [describe_sift(scenes.pixels(id), CONFIG.max_key_points) for id in ids]
        return np.stack([count_words(it, sift.words) for it in found])

    judge = TfidfTransformer().fit(counts(GALLERY))
    described = np.stack([sift.describe(scenes.pixels(id)) for id in QUERIES])
    for vectors, ids in ((sift.vectors, GALLERY), (described, QUERIES)):
        expected = judge.transform(counts(ids)).toarray()
        np.testing.assert_allclose(vectors, expected, rtol=1e-4, atol=1e-6)


def test_a_query_that_is_in_the_gallery_comes_first(scenes, sift):
    rankings = sift.rank(scenes.subset(GALLERY), nobody, progress=silent)
    assert [ranking[0] for ranking in rankings] == list(range(20))


def test_the_ranking_is_by_cosine_and_whole(scenes, sift):
    ids = scenes.subset(QUERIES)
    rankings = sift.rank(ids, nobody, progress=silent)
    for row, ranking in enumerate(rankings):
        vector = sift.describe(ids.pixels(row)).astype(float)
        cosines = sift.vectors.astype(float) @ vector
        assert sorted(ranking.tolist()) == list(range(20))
        assert (np.diff(cosines[ranking]) <= 1e-6).all()
        assert cosines[ranking[0]] > cosines[ranking[-1]] + 0.1


def test_equal_pictures_stay_in_the_order_of_their_rows(scenes):
    twice = np.concatenate([GALLERY, GALLERY])
    sift = fitted(scenes, ids=twice)
    for ranking in sift.rank(scenes.subset(QUERIES), nobody, progress=silent):
        place = np.argsort(ranking)
        np.testing.assert_array_equal(place[20:], place[:20] + 1)


def test_what_is_learned_depends_on_no_query(scenes, sift):
    fresh = Pictures(scenes.gallery, scenes.ids)
    fresh.subset(QUERIES).compute("SIFT descriptors (at most 80)", lambda _: None)
    unaware = fitted(fresh)
    for name in ("words", "idf", "vectors"):
        np.testing.assert_array_equal(getattr(unaware, name), getattr(sift, name))


def test_ranking_a_query_changes_no_other_query_and_nothing_learned(scenes, sift):
    before = {name: getattr(sift, name).copy() for name in ("words", "idf", "vectors")}
    together = sift.rank(scenes.subset(QUERIES), nobody, progress=silent)
    for row, id in enumerate(QUERIES):
        (alone,) = sift.rank(scenes.subset(np.array([id])), nobody, progress=silent)
        np.testing.assert_array_equal(alone, together[row])
    for name, value in before.items():
        np.testing.assert_array_equal(getattr(sift, name), value)


def test_equal_seeds_give_equal_words_and_others_do_not(scenes, sift):
    np.testing.assert_array_equal(fitted(scenes, seed=0).words, sift.words)
    assert not np.array_equal(fitted(scenes, seed=1).words, sift.words)


def test_labels_have_no_part(scenes, sift):
    labelled = Sift(CONFIG)
    labelled.fit(scenes.subset(GALLERY), np.arange(20), seed=0, progress=silent)
    np.testing.assert_array_equal(labelled.vectors, sift.vectors)


def test_there_are_no_more_words_than_descriptors():
    descriptors = np.random.default_rng(0).integers(0, 255, (7, 128), dtype=np.uint8)
    words = learn_words([descriptors, descriptors[:0]], SiftConfig(n_words=50), seed=0)
    assert words.shape == (7, 128)
    assert np.isfinite(words).all()


def test_the_words_lie_where_the_descriptors_of_all_pictures_cluster():
    rng = np.random.default_rng(0)
    centres = rng.integers(60, 190, (4, 128))
    pictures = [(c + rng.integers(-3, 4, (50, 128))).astype(np.uint8) for c in centres]
    words = learn_words(pictures, SiftConfig(n_words=4), seed=0)
    for descriptors in pictures:
        assert count_words(descriptors, words).max() == 50
    assert sum(count_words(it, words) for it in pictures).tolist() == [50] * 4


def test_the_words_are_learned_from_a_sample_that_the_seed_draws():
    descriptors = np.random.default_rng(0).integers(0, 255, (500, 128), dtype=np.uint8)
    drawn = set()
    for seed in range(3):
        (word,) = learn_words([descriptors], replace(CONFIG, n_sampled=1), seed)
        apart = np.abs(root_sift(descriptors) - word).max(axis=1)  # (500,)
        assert apart.min() < 1e-5
        drawn.add(int(apart.argmin()))
    assert len(drawn) == 3


def test_a_gallery_without_key_points_is_refused(tmp_path, png):
    for shade in (50, 90):
        file = tmp_path / f"{shade}.png"
        file.write_bytes(png(np.full((64, 64, 3), shade, dtype=np.uint8)))
    pictures = Pictures(open_folder(tmp_path), np.arange(2))
    with pytest.raises(GalleryError, match=r"None of the 2 images .* has a SIFT key point"):
        fitted(pictures, ids=np.arange(2))


@pytest.mark.parametrize("name", ["n_words", "max_key_points", "n_sampled"])
@pytest.mark.parametrize("value", [0, -1, 2.5, True])
def test_a_setting_outside_its_range_is_refused(name, value):
    with pytest.raises(SettingError, match=f"{name} is {value}; choose a whole number"):
        SiftConfig(**{name: value})


def test_settings_are_plain_and_follow_the_config():
    assert Sift(CONFIG).settings() == {
        "descriptors": "RootSIFT",
        "search": "exact scan",
        "n_words": 60,
        "max_key_points": 80,
        "n_sampled": 2_000,
    }
