import numpy as np
import pytest
from scipy.stats import binom, kstest

from core.errors import SettingError
from core.index.cosine import cosine
from core.index.families.hyperplanes import (
    collision_probability,
    draw_hyperplanes,
    hash_code,
    keys_of,
    retrieval_probability,
)


def unit_rows(n, dim, seed=0):
    rng = np.random.default_rng((seed, 1))  # not the stream that draws the hyperplanes
    rows = rng.standard_normal((n, dim), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def draw(n_tables=4, n_bits=8, dim=16, seed=0):
    return draw_hyperplanes(n_tables=n_tables, n_bits=n_bits, dim=dim, seed=seed)


# --- drawing ---


def test_hyperplanes_are_unit_normals_one_for_each_bit_of_each_table():
    normals = draw(n_tables=3, n_bits=5, dim=7)
    assert normals.shape == (3, 5, 7)
    assert normals.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(normals, axis=-1), 1, rtol=1e-6)


def test_a_seed_decides_the_hyperplanes():
    np.testing.assert_array_equal(draw(seed=5), draw(seed=5))
    assert not np.array_equal(draw(seed=5), draw(seed=6))


def test_no_two_hyperplanes_are_alike_within_or_between_tables():
    normals = draw(n_tables=10, n_bits=12, dim=256).reshape(120, 256)
    alike = np.abs(normals @ normals.T - np.eye(120))
    assert alike.max() < 0.4  # 6 standard deviations of 1/sqrt(256); equal tables would give 1


def test_directions_are_uniform():
    # In 3-d each coordinate of a uniform direction is uniform on [-1, 1] (Archimedes).
    directions = draw(n_tables=64, n_bits=32, dim=3).reshape(-1, 3)
    for axis in range(3):
        assert kstest(directions[:, axis], "uniform", args=(-1, 2)).pvalue > 0.001


# --- hashing ---


PLANES_2D = np.array(
    [
        [[1, 0], [0, 1], [0.6, -0.8]],  # right of the y axis? above the x axis? below a slope?
        [[-1, 0], [0, -1], [0.6, 0.8]],
    ],
    dtype=np.float32,
)


@pytest.mark.parametrize(
    ("embedding", "margins", "keys"),
    [
        ([1, 0], [[1, 0, 0.6], [-1, 0, 0.6]], [0b111, 0b011]),  # a margin of 0 is a 1
        ([0, 1], [[0, 1, -0.8], [0, -1, 0.8]], [0b110, 0b101]),
        ([-0.6, -0.8], [[-0.6, -0.8, 0.28], [0.6, 0.8, -1]], [0b001, 0b110]),
        ([0, -1], [[0, -1, 0.8], [0, 1, -0.8]], [0b101, 0b110]),
    ],
)
def test_keys_in_the_plane_equal_those_worked_out_by_hand(embedding, margins, keys):
    code = hash_code(embedding, PLANES_2D)
    np.testing.assert_allclose(code.margins, margins, atol=1e-6)
    assert code.keys.tolist() == keys
    assert keys_of([embedding], PLANES_2D).tolist() == [keys]


def test_a_key_in_binary_shows_the_bits_in_their_order():
    code = hash_code(unit_rows(1, 16)[0], draw(n_tables=6, n_bits=11))
    assert code.margins.dtype == np.float32
    assert code.bits.dtype == np.bool_
    assert code.keys.dtype == np.int64
    np.testing.assert_array_equal(code.bits, code.margins >= 0)
    for bits, key in zip(code.bits, code.keys.tolist(), strict=True):
        assert f"{key:011b}" == "".join("1" if bit else "0" for bit in bits)


def test_an_image_has_the_same_keys_alone_and_in_any_batch():
    normals = draw(n_tables=5, n_bits=8, dim=33)
    embeddings = unit_rows(5000, 33)  # more than one block
    embeddings -= (embeddings @ normals[0, 0])[:, None] * normals[0, 0]
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    keys = keys_of(embeddings, normals)
    # All lie in the first hyperplane, so that rounding alone decides their first bit.
    assert 0.1 < np.mean(keys[:, 0] >= 2**7) < 0.9
    np.testing.assert_array_equal(keys[4001:4020], keys_of(embeddings[4001:4020], normals))
    for i in range(0, 5000, 50):
        np.testing.assert_array_equal(hash_code(embeddings[i], normals).keys, keys[i])


def test_a_margin_is_the_distance_to_the_hyperplane():
    embedding, normals = unit_rows(1, 16)[0], draw()
    code = hash_code(embedding, normals)
    foot = embedding - code.margins[..., None] * normals  # (L, K, D), straight onto each plane
    np.testing.assert_allclose((foot * normals).sum(-1), 0, atol=1e-6)  # it lies in the plane
    np.testing.assert_allclose(
        np.linalg.norm(embedding - foot, axis=-1), np.abs(code.margins), atol=1e-6
    )


def test_the_opposite_embedding_has_the_opposite_bits():
    embedding, normals = unit_rows(1, 16)[0], draw()
    assert (hash_code(embedding, normals).bits != hash_code(-embedding, normals).bits).all()


def test_hashing_no_images_gives_no_keys():
    assert keys_of(np.empty((0, 16)), draw()).shape == (0, 4)


# --- theory ---


@pytest.mark.parametrize("degrees", [5, 30, 60, 90, 120, 175])
def test_two_embeddings_share_a_bit_as_often_as_their_angle_says(degrees):
    theta = np.radians(degrees)
    normals = draw(n_tables=64, n_bits=32, dim=24, seed=degrees)
    x, other = np.linalg.qr(np.random.default_rng(degrees).standard_normal((24, 2)))[0].T
    y = np.cos(theta) * x + np.sin(theta) * other
    shared = int((hash_code(x, normals).bits == hash_code(y, normals).bits).sum())
    expected = collision_probability(cosine(x, y))
    assert expected == pytest.approx(1 - degrees / 180)
    low, high = binom.interval(0.9999, 64 * 32, expected)
    assert low <= shared <= high


def test_random_pairs_share_bits_as_often_as_their_angles_say():
    x, y = unit_rows(400, 8, seed=1), unit_rows(400, 8, seed=2)
    p = collision_probability((x * y).sum(axis=1).astype(np.float64))
    rates = []
    for seed in range(30):  # fresh hyperplanes each time
        normals = draw(n_tables=1, n_bits=1, dim=8, seed=seed)
        rates.append(np.mean(keys_of(x, normals) == keys_of(y, normals)))
    # Given the pairs, one plane's rate has some spread; 30 independent planes give its error.
    error = np.std(rates, ddof=1) / np.sqrt(len(rates))
    assert abs(np.mean(rates) - p.mean()) < 4 * error
    assert error < 0.02  # or the claim above would be empty


def test_two_embeddings_share_a_bucket_as_often_as_the_s_curve_says():
    theta, n_bits, n_tables, trials = np.radians(40), 4, 3, 600
    x = np.eye(12)[0]
    y = np.cos(theta) * x + np.sin(theta) * np.eye(12)[1]
    together = 0
    for seed in range(trials):
        keys = keys_of([x, y], draw(n_tables=n_tables, n_bits=n_bits, dim=12, seed=seed))
        together += bool((keys[0] == keys[1]).any())
    expected = retrieval_probability(collision_probability(cosine(x, y)), n_bits, n_tables)
    low, high = binom.interval(0.9999, trials, expected)
    assert low <= together <= high


def test_the_theory_at_points_worked_out_by_hand():
    assert [collision_probability(c) for c in (1.0, 0.0, -1.0)] == pytest.approx([1, 0.5, 0])
    assert collision_probability(0.5) == pytest.approx(2 / 3)  # 60 degrees of 180
    assert collision_probability(1.0000001) == 1.0  # rounding, not a NaN
    assert retrieval_probability(0.5, 2, 1) == pytest.approx(0.25)
    assert retrieval_probability(0.5, 2, 2) == pytest.approx(1 - 0.75**2)
    assert retrieval_probability(1.0, 12, 8) == 1.0
    assert retrieval_probability(0.0, 12, 8) == 0.0


def test_the_theory_takes_whole_curves():
    cosines = np.linspace(-1, 1, 9)
    p = collision_probability(cosines)
    assert p == pytest.approx([collision_probability(float(c)) for c in cosines])
    assert (np.diff(retrieval_probability(p, 6, 4)) > 0).all()


# --- bad input ---


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"n_bits": 0}, "n_bits is 0; choose a whole number from 1 to 32."),
        ({"n_bits": 33}, "n_bits is 33; choose"),
        ({"n_tables": 0}, "n_tables is 0; choose a whole number from 1 to 64."),
        ({"dim": 0}, "dim is 0; choose"),
        ({"seed": -1}, "seed is -1; choose"),
        ({"n_bits": 4.5}, "n_bits is 4.5; choose"),
    ],
)
def test_a_setting_outside_its_range_is_one_sentence(settings, sentence):
    with pytest.raises(SettingError, match=sentence):
        draw(**settings)


def test_what_is_not_an_embedding_has_no_hash_code():
    for bad, sentence in [
        (np.full(16, np.nan), "NaN"),
        (np.ones(16), "length 4 instead of 1"),
        (np.eye(8)[0], "16 numbers"),
        (np.eye(16), r"give one of \(16,\)"),
    ]:
        with pytest.raises(SettingError, match=sentence):
            hash_code(bad, draw())
