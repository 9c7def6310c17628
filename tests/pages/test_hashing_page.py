from functools import partial

import numpy as np
import pytest

from core.galleries.folder import open_folder
from core.index.exact import exact_scan, neighbour_recall
from core.index.families.hyperplanes import keys_of
from core.index.lsh import LSHConfig
from core.lessons.hashing import choose, predict, sample_pairs
from core.lessons.plane import plane_gallery, plane_normals, unit
from core.search import build_index
from pages.parts.hashing.hyperplane_lab import SEED, parse_turned, write_turned
from pages.ui import resources

PARTS = ["Bits and tables", "Theory and practice", "Probes", "Buckets"]


@pytest.fixture
def open_gallery(open_app):
    """Open the page on this gallery, with these parameters in its address."""
    return partial(open_app, "pages/hashing.py")


@pytest.fixture
def open_page(open_gallery, small_gallery):
    """Open the page on six red and six blue images."""
    return lambda **params: open_gallery(small_gallery, **params)


def metrics(page) -> dict[str, tuple[str, str]]:
    return {metric.label: (metric.value, metric.delta) for metric in page.metric}


def stored_of(gallery):
    return resources.finished(resources.embedded(gallery))


def test_the_lab_needs_no_gallery_and_says_what_to_expect(open_page):
    page = open_page(planes="8", tables="4", gallery="nonsense")
    assert not page.exception
    assert not page.error
    assert any("8 lines in 4 tables find 4.6 of the 5" in it.value for it in page.caption)


@pytest.mark.parametrize("part", PARTS)
def test_each_part_opens_and_asks_before_it_answers(open_page, part):
    page = open_page(part=part, K="3", L="2")
    assert not page.exception
    assert not page.error
    assert ["Guess first" in it.label for it in page.radio] == [True]
    guess = page.radio[0]
    guess.set_value(guess.options[0]).run()
    assert not page.exception
    assert len(page.success) + len(page.info) == 1
    assert page.query_params[guess.key] == guess.options[0]  # a link shows the answer too


@pytest.mark.parametrize("part", PARTS)
def test_nonsense_in_the_address_is_ignored(open_page, part):
    nonsense = dict.fromkeys(("pair", "table", "find", "bits", "wanted", "turned", "planes"), "-9")
    page = open_page(part=part, K="x", **nonsense)
    assert not page.exception
    assert not page.error


def test_the_first_lines_that_are_shown_lose_neighbours_and_tables_bring_them_back():
    gallery = plane_gallery()
    everyone = unit(np.array([gallery.query, *gallery.directions[gallery.neighbours]]))

    def found(bits: int, tables: int) -> int:
        keys = keys_of(everyone, unit(plane_normals(SEED)[:tables, :bits]))  # (1 + k, L)
        return int((keys[1:] == keys[0]).any(axis=1).sum())

    assert [found(bits, 1) for bits in (3, 4, 5)] == [5, 4, 1]
    assert [found(5, tables) for tables in (2, 3)] == [4, 5]


def test_an_unknown_part_opens_the_lab(open_page):
    page = open_page(part="Nonsense", planes="99", draw="-1", turned="1-2-400_x", handles="7")
    assert not page.exception
    assert {it.key: it.value for it in page.slider} == {"planes": 3, "tables": 1}


def test_choose_for_me_sets_the_k_and_l_that_core_chooses(open_page, small_gallery):
    page = open_page(part="Bits and tables", wanted="80")
    next(it for it in page.button if it.label == "Choose for me").click().run()
    stored = stored_of(small_gallery)
    labels = [small_gallery.items[id].label for id in stored.ids.tolist()]
    sample = sample_pairs(stored.ids, stored.of("both"), labels=labels, k=10)
    K, L = choose(sample, 0.8, n_bits=range(1, 25), n_tables=range(1, 33))
    sliders = {it.key: it.value for it in page.slider}
    assert (sliders["K"], sliders["L"]) == (K, L)
    expected = f"{predict(sample, K, L).recall:.1%}"
    assert metrics(page)["Predicted recall"][0] == expected


def test_a_gallery_without_labels_is_judged_by_the_nearest(open_gallery, small_gallery, tmp_path):
    (tmp_path / "flat").mkdir()
    for item in small_gallery.items:
        path = tmp_path / "flat" / item.name.replace("/", "-")
        path.write_bytes(small_gallery.read(item.id))
    page = open_gallery(open_folder(tmp_path / "flat"), part="Bits and tables", k="3")
    assert not page.exception
    assert page.button_group(key="find").options == ["Nearest"]


def test_the_probes_win_what_a_search_with_as_many_probes_finds(open_page, small_gallery):
    page = open_page(part="Probes", image="red/1.jpg", K="5", L="2", k="4", probes="3")
    stored = stored_of(small_gallery)
    index = build_index(stored, "both", LSHConfig(n_bits=5, n_tables=2))
    query = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    vector = index.vectors.rows([query])[0]
    truth = exact_scan(vector, index.vectors, k=4, exclude=query).ids
    found = index.query(vector, k=4, n_probes=3, exclude=query).ids
    assert metrics(page)["Neighbours found of 4"][0] == f"{4 * neighbour_recall(found, truth):.0f}"
    next(it for it in page.button if it.label == "Next probe").click().run()
    assert not page.exception
    assert {it.key: it.value for it in page.slider}["probes"] == 4


def test_probing_ends_where_the_keys_do(open_page):
    page = open_page(part="Probes", image="red/1.jpg", K="1", probes="64")
    assert not page.exception
    assert metrics(page)["Neighbours found of 10"][0] == "10"  # both buckets of every table
    assert next(it for it in page.button if it.label == "Next probe").disabled


def test_without_a_query_the_first_image_is_the_example_and_the_page_says_so(open_page):
    page = open_page(part="Buckets", K="2")
    assert any("as an example" in it.value for it in page.caption)


def test_an_unknown_image_gets_one_sentence(open_page):
    page = open_page(part="Probes", image="green/1.jpg")
    assert not page.exception
    assert ["no image named" in it.value for it in page.error] == [True]


@pytest.mark.parametrize("part", PARTS)
def test_a_gallery_too_small_for_a_lesson_gets_one_sentence(
    open_gallery, small_gallery, tmp_path, part
):
    (tmp_path / "two").mkdir()
    for item in small_gallery.items[:2]:
        (tmp_path / "two" / f"{item.id}.jpg").write_bytes(small_gallery.read(item.id))
    page = open_gallery(open_folder(tmp_path / "two"), part=part)
    assert not page.exception
    assert ["has 2 images" in it.value for it in page.info] == [True]


def test_turned_lines_survive_the_address():
    turned = {(0, 1): 135.0, (3, 7): 0.5}
    assert write_turned(turned) == "1-2-135_4-8-0.5"
    assert parse_turned(write_turned(turned)) == turned


@pytest.mark.parametrize(
    "text", ["", "nonsense", "1-2", "1-2-360", "5-1-10", "1-9-10", "0-1-10", "1-2-nan", "1-2-1e9"]
)
def test_turned_lines_that_make_no_sense_are_left_out(text):
    assert parse_turned(f"{text}_2-2-20") == {(1, 1): 20.0}
