import pytest

from core.galleries.folder import open_folder

PARTS = ["Bits and tables", "Theory and practice", "Probes", "Buckets"]


@pytest.mark.parametrize("part", PARTS)
def test_each_part_opens_and_asks_before_it_answers(hashing_page, part):
    page = hashing_page(part=part, K="3", L="2")
    assert not page.exception
    assert not page.error
    assert ["Guess first" in it.label for it in page.radio] == [True]
    guess = page.radio[0]
    guess.set_value(guess.options[0]).run()
    assert not page.exception
    assert len(page.success) + len(page.info) == 1
    assert page.query_params[guess.key] == guess.options[0]  # a link shows the answer too


@pytest.mark.parametrize("part", PARTS)
def test_nonsense_in_the_address_is_ignored(hashing_page, part):
    nonsense = dict.fromkeys(("pair", "table", "find", "bits", "wanted", "turned", "planes"), "-9")
    page = hashing_page(part=part, K="x", **nonsense)
    assert not page.exception
    assert not page.error


def test_an_unknown_part_opens_the_lab(hashing_page):
    page = hashing_page(part="Nonsense", planes="99", draw="-1", turned="1-2-400_x", handles="7")
    assert not page.exception
    assert {it.key: it.value for it in page.slider} == {"planes": 3, "tables": 1}


@pytest.mark.parametrize("part", PARTS)
def test_a_gallery_too_small_for_a_lesson_gets_one_sentence(
    hashing_page, small_gallery, tmp_path, part
):
    (tmp_path / "two").mkdir()
    for item in small_gallery.items[:2]:
        (tmp_path / "two" / f"{item.id}.jpg").write_bytes(small_gallery.read(item.id))
    page = hashing_page(open_folder(tmp_path / "two"), part=part)
    assert not page.exception
    assert ["has 2 images" in it.value for it in page.info] == [True]
