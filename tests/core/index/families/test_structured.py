import numpy as np
import pytest

from core.engine.kernels import compiled
from core.errors import SettingError
from core.index.families.hyperplanes import collision_probability
from core.index.families.structured import (
    ROUNDS,
    Rotations,
    StructuredHyperplanes,
    draw_rotations,
    margins,
)
from core.index.spread import Spread


def unit_rows(n, dim, seed=0):
    rows = np.random.default_rng(seed).standard_normal((n, dim), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def margins_of(embeddings, planes):
    return margins(embeddings, planes)


def test_a_round_without_flips_is_the_hadamard_matrix_but_for_the_order_of_its_rows():
    size = 256
    planes = draw_rotations(n_bits=size, centre=np.zeros(size, np.float32), seed=0)
    signs = np.ones_like(planes.signs[:, :1])  # one round
    rows = margins(np.eye(size, dtype=np.float32), Rotations(planes.centre, signs)).T
    hadamard = np.ones((1, 1))
    while len(hadamard) < size:
        hadamard = np.kron([[1, 1], [1, -1]], hadamard)
    assert sorted(map(tuple, rows)) == sorted(map(tuple, hadamard))


@pytest.mark.parametrize("dim", [3, 256, 300])
def test_the_margins_keep_all_lengths_and_angles_because_they_are_a_rotation(dim):
    rows = unit_rows(20, dim)
    planes = draw_rotations(n_bits=128, centre=np.zeros(dim, np.float32), seed=1)
    size = planes.signs.shape[-1]
    turned = margins_of(rows, planes)[:, :size] / size ** (ROUNDS / 2)
    np.testing.assert_allclose(turned @ turned.T, rows @ rows.T, atol=1e-5)


def test_two_embeddings_share_a_bit_with_the_probability_of_charikars_theorem():
    a, b = unit_rows(2, 64)
    near = (a + 0.4 * b) / np.linalg.norm(a + 0.4 * b)
    agree = []
    for seed in range(8):
        planes = draw_rotations(n_bits=2_048, centre=np.zeros(64, np.float32), seed=seed)
        bits = margins_of(np.stack([a, near]), planes) >= 0
        agree.append((bits[0] == bits[1]).mean())
    expected = collision_probability(float(a @ near))
    assert abs(np.mean(agree) - expected) < 4 * np.sqrt(expected * (1 - expected) / (8 * 2_048))


def test_the_hyperplanes_pass_through_the_centre():
    rows = unit_rows(40, 32) + 3  # a narrow cone, as after a ReLU
    centred = draw_rotations(n_bits=256, centre=rows.mean(axis=0), seed=0)
    through_origin = Rotations(np.zeros(32, np.float32), centred.signs)
    share = (margins_of(rows, centred) >= 0).mean(axis=0)
    share_from_origin = (margins_of(rows, through_origin) >= 0).mean(axis=0)
    assert np.abs(share - 0.5).mean() < 0.2 < np.abs(share_from_origin - 0.5).mean()


def test_another_seed_draws_other_hyperplanes_and_the_same_seed_the_same():
    draw = [draw_rotations(n_bits=128, centre=np.zeros(8, np.float32), seed=s) for s in (0, 0, 1)]
    assert np.array_equal(draw[0].signs, draw[1].signs)
    assert not np.array_equal(draw[0].signs, draw[2].signs)


@pytest.mark.parametrize("n_bits", [0, 65_537, 2.5])
def test_a_number_of_bits_out_of_range_is_refused(n_bits):
    with pytest.raises(SettingError, match="n_bits"):
        draw_rotations(n_bits=n_bits, centre=np.zeros(8, np.float32), seed=0)


@pytest.mark.model
@pytest.mark.parametrize("dim", [5, 256, 2_048])
def test_the_compiled_margins_are_the_readable_ones_to_the_last_bit(dim):
    rows = unit_rows(30, dim)
    planes = draw_rotations(n_bits=1_024, centre=rows.mean(axis=0), seed=3)
    assert np.array_equal(margins_of(rows, planes), compiled.margins(rows.view(np.uint8), planes))


def test_more_bits_begin_with_the_same_rotations():
    few, many = (
        draw_rotations(n_bits=n, centre=np.zeros(8, np.float32), seed=5) for n in (256, 2_048)
    )
    assert np.array_equal(few.signs, many.signs[:1])


def test_the_keys_of_tables_are_stretches_of_the_margins_signs():
    rows = unit_rows(10, 32)
    functions = StructuredHyperplanes.draw(
        n_tables=3, n_bits=5, spread=Spread.of(rows, axes=False), seed=2
    )
    bits = margins_of(rows, functions.rotations)[:, :15] >= 0
    expected = [
        [int("".join(str(int(bit)) for bit in row[t : t + 5]), 2) for t in (0, 5, 10)]
        for row in bits
    ]
    assert functions.keys(rows).tolist() == expected
