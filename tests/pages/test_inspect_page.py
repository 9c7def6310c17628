import pytest

from pages.parts.inspect import inspection

RED = {"gallery": "scenes", "image": "red/1.jpg"}
PARTS = ["Hash code", "Buckets", "Candidates", "Missed", "Why?", "Evidence"]
FEW = {"K": "12", "L": "2", "probes": "1"}  # such that something is missed


def texts(page):
    return " ".join(it.value for it in (*page.markdown, *page.caption, *page.success))


def test_without_a_query_the_first_image_is_an_example_and_the_page_says_so(inspect_page):
    page = inspect_page()
    assert "this is the gallery's first" in texts(page)
    assert "the gallery's first" not in texts(inspect_page(**RED))


@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_by_its_address_and_nonsense_in_it_is_ignored(inspect_page, part):
    for others in ({}, {"table": "0", "other": "green/9.jpg", "guess": "all"}, FEW):
        page = inspect_page(**RED, part=part, **others)
        assert page.session_state["part"] == part
        assert not page.error


def test_an_unknown_part_opens_the_first(inspect_page):
    assert inspect_page(**RED, part="sideways").session_state["part"] == "Hash code"


def test_a_setting_keeps_part_table_and_image(inspect_page):
    chosen = {"part": "Buckets", "table": "2", "other": "red/3.jpg", "guess": "More"}
    page = inspect_page(**RED, **chosen)
    page.slider(key="K").set_value(5).run()
    assert not page.exception
    own = {name: page.query_params[name] for name in inspection.OWN}
    assert own == chosen
    page.slider(key="L").set_value(1).run()  # there is no table 2 any more
    assert not page.exception


def test_a_picture_that_nothing_resembles_is_said_to_be_strange_before_anything_else(inspect_page):
    assert not inspect_page(**RED).warning
    strange = inspect_page(gallery="scenes", sample="china")
    assert "Nothing in this gallery is much like" in strange.warning[0].value


def test_an_unknown_query_gets_one_sentence(inspect_page):
    page = inspect_page(gallery="scenes", image="green/1.jpg", part="Why?")
    assert ["no image named" in it.value for it in page.error] == [True]
