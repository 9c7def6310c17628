import numpy as np
import pytest
from scipy.spatial.distance import cdist

from core.errors import SettingError
from core.index.hamming import hamming_distances, hamming_ranking, pack


def random_bits(n, n_bits, seed=0):
    return np.random.default_rng(seed).random((n, n_bits)) < 0.5


def test_eight_bits_become_one_byte_first_bit_highest():
    bits = np.array([[1, 0, 0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0, 1, 1, 0]], dtype=bool)
    assert pack(bits).tolist() == [[0b10000001, 0b10000000], [0b00000011, 0]]


@pytest.mark.parametrize("n_bits", [1, 7, 8, 9, 96, 100])
def test_packing_loses_nothing(n_bits):
    bits = random_bits(40, n_bits)
    codes = pack(bits)
    assert codes.shape == (40, (n_bits + 7) // 8)
    np.testing.assert_array_equal(np.unpackbits(codes, axis=1, count=n_bits), bits)


@pytest.mark.parametrize("n_bits", [1, 8, 13, 96, 3000])
def test_distances_equal_scipy_on_the_unpacked_bits(n_bits):
    bits = random_bits(30, n_bits)
    codes = pack(bits)
    expected = np.rint(cdist(bits, bits, "hamming") * n_bits)
    for code, row in zip(codes, expected, strict=True):
        np.testing.assert_array_equal(hamming_distances(code, codes), row)


def test_a_ranking_worked_out_by_hand():
    codes = pack(np.array([[0, 0, 0], [1, 1, 1], [0, 0, 1], [1, 0, 0], [0, 0, 0]], dtype=bool))
    ids, distances = hamming_ranking(codes[0], codes, [50, 40, 30, 20, 10], 4)
    assert ids.tolist() == [10, 50, 20, 30]  # ties to the lower id
    assert distances.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("k", [1, 10, 200, 999])
def test_the_ranking_is_the_sorted_gallery_cut_at_k(k):
    codes, ids = pack(random_bits(200, 16)), np.random.default_rng(1).permutation(200)
    expected = sorted(zip(hamming_distances(codes[5], codes).tolist(), ids.tolist(), strict=True))
    found, distances = hamming_ranking(codes[5], codes, ids, k)
    assert list(zip(distances.tolist(), found.tolist(), strict=True)) == expected[:k]


def test_an_excluded_id_is_left_out_and_its_place_is_filled():
    codes = pack(random_bits(20, 32))
    with_it, _ = hamming_ranking(codes[3], codes, np.arange(20), 6)
    without, _ = hamming_ranking(codes[3], codes, np.arange(20), 5, exclude=3)
    assert with_it[0] == 3
    np.testing.assert_array_equal(without, with_it[1:])


def test_an_empty_gallery_gives_an_empty_ranking():
    ids, distances = hamming_ranking(pack(random_bits(1, 9))[0], pack(random_bits(0, 9)), [], 5)
    assert ids.shape == distances.shape == (0,)


def test_bad_codes_are_one_sentence():
    codes = pack(random_bits(4, 16))
    with pytest.raises(SettingError, match="give booleans"):
        pack(np.zeros((2, 8)))
    with pytest.raises(SettingError, match="give booleans"):
        pack(np.zeros(8, dtype=bool))
    with pytest.raises(SettingError, match=r"shape \(1,\) can't be compared with .* \(4, 2\)"):
        hamming_distances(codes[0, :1], codes)
    with pytest.raises(SettingError, match="3 ids came with 4 codes"):
        hamming_ranking(codes[0], codes, [1, 2, 3], 2)
    with pytest.raises(SettingError, match="k is 0"):
        hamming_ranking(codes[0], codes, [1, 2, 3, 4], 0)
