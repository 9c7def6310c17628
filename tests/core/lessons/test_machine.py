"""The sums of the machine, by hand; and what is counted, by the index and the exact scan."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.index.families.hyperplanes import Hyperplanes
from core.index.lsh import LSHConfig, LSHIndex
from core.lessons.machine import (
    company,
    found_along,
    largest_terms,
    margins_of,
    point_sum,
    reading,
    values_of,
)
from core.model.preprocess import PreprocessConfig
from core.search import EmbeddedQuery, SearchConfig, look_up


def test_a_scalar_product_is_its_largest_terms_and_the_rest():
    # 1·2, -3·3, 0·5, 2·-2 and 4·1: the largest are -9, then -4 and 4 in the order of their places.
    terms = largest_terms([1, -3, 0, 2, 4], [2, 3, 5, -2, 1], 3)
    assert terms.places.tolist() == [1, 3, 4]
    assert (terms.left * terms.right).tolist() == [-9, -4, 4]
    assert (terms.rest, terms.total) == (2, -7)


def test_of_fewer_terms_all_are_shown_and_nothing_is_left():
    terms = largest_terms([[1, 2], [0, 3]], [10, 1], 3)
    assert terms.total.tolist() == [12, 3]
    assert terms.rest.tolist() == [0, 0]
    assert terms.places.tolist() == [[0, 1], [1, 0]]


def test_a_point_becomes_a_number_as_each_normalisation_says():
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, 32:] = 255
    point = point_sum(pixels, PreprocessConfig(input_size=64))
    assert (point.row, point.column, point.byte) == (32, 32, 255)
    # ImageNet's red: mean 0.485, deviation 0.229.
    assert (point.shift, point.scale) == pytest.approx((0.485, 0.229), abs=1e-6)
    assert point.value == pytest.approx((1 - 0.485) / 0.229, abs=1e-5)
    # The paper's: the mean, 1/2, is taken away; -1/2 becomes 0 and 1/2 becomes 1.
    point = point_sum(pixels, PreprocessConfig(input_size=64, normalisation="paper"))
    assert (point.shift, point.scale, point.value) == pytest.approx((0, 1, 1), abs=1e-6)


def test_a_point_of_a_grey_picture_adds_up_too():
    grey = np.full((64, 64, 3), 51, np.uint8)  # 51 / 255 = 0.2
    point = point_sum(grey, PreprocessConfig(input_size=64))
    assert (point.byte / 255 - point.shift) / point.scale == pytest.approx(point.value)
    assert point.value == pytest.approx((0.2 - 0.485) / 0.229, abs=1e-5)


def test_a_key_is_the_sum_of_what_its_1s_are_worth():
    assert values_of(np.array([True, False, True, True])) == [8, 2, 1]
    assert values_of(np.zeros(3, np.bool_)) == []


def test_cells_along_a_ranking_say_what_share_was_found():
    ranking = np.array([7, 3, 9, 1, 5])
    assert found_along(ranking, np.array([3, 7, 5]), 2).tolist() == pytest.approx([2 / 3, 1 / 2])
    assert found_along(ranking, np.array([9]), 100).tolist() == [0, 0, 1, 0, 0]
    assert len(found_along(ranking[:0], ranking[:0], 3)) == 1


def test_the_company_is_the_nearest_and_others_to_the_farthest():
    assert company(np.arange(100, 121), 6) == [100, 101, 102, 103, 112, 120]
    assert company(np.array([4, 2]), 6) == [4, 2]


def test_margins_have_the_signs_of_the_bits_that_the_index_has():
    rows = np.random.default_rng(0).standard_normal((9, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index = LSHIndex.build(rows, config=LSHConfig(n_bits=3, n_tables=2))
    margins = margins_of(index, [4, 1])
    assert margins.shape == (2, 2, 3)
    for mine, row in zip(margins, rows[[4, 1]], strict=True):
        np.testing.assert_array_equal(mine >= 0, index.hash(row).bits)


def test_what_is_read_is_counted_table_by_table_and_each_image_once():
    # In the plane the axes make four buckets of one table each; the query is image 0.
    rows = np.array([[0.8, 0.6], [0.6, 0.8], [0.8, -0.6], [-0.8, 0.6], [-0.6, -0.8]], np.float32)
    index = LSHIndex.build(rows, config=LSHConfig(n_bits=2, n_tables=2))
    index.functions = Hyperplanes(np.array([np.eye(2), np.eye(2)[::-1]], np.float32))
    index._tables = [{3: [0, 1], 2: [2], 1: [3], 0: [4]}, {3: [0, 1], 1: [2], 2: [3], 0: [4]}]
    gallery = SimpleNamespace(
        items=[SimpleNamespace(id=id, name=f"{id}", label=None, digest=f"{id}") for id in range(5)]
    )
    image = SimpleNamespace(digest="0")
    query = EmbeddedQuery(image, "both", rows[0], None, {})
    config = SearchConfig(k=3, n_probes=2)
    read = reading(look_up(query, gallery, index, config, query_id=0))
    # The second probe flips the bit of 0.6, up or down: there lies image 2, in both tables.
    assert [[probe.ids.tolist() for probe in table] for table in read.tables] == [[[0, 1], [2]]] * 2
    assert read.n_places == (3, 3)
    assert (read.n_different, read.n_own, read.n_candidates) == (3, 1, 2)
