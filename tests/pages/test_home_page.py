"""Home: examples, a gallery of one's own, and what stands there while things are computed."""

import pytest

from core.galleries import kept
from core.galleries.uploads import GivenFile, gather
from pages.ui import navigation, resources
from tests.pages.conftest import opener, picture

home_page = opener("streamlit_app.py")


@pytest.fixture
def own():
    """Four photographs that somebody has handed over."""
    given = [GivenFile(f"trip/{seed}.jpg", picture(40 + seed)) for seed in range(4)]
    gallery = gather([*given, GivenFile("trip/a.txt", b"text")], key=resources.new_key())
    resources.hold(gallery)
    yield gallery
    resources.forget(gallery.key)


def captions(page) -> str:
    return "\n".join(it.value for it in page.caption)


def test_without_a_choice_it_shows_a_whole_answer(home_page):
    page = home_page()
    assert not page.error
    text = "\n".join(it.value for it in page.markdown)
    for title in ("Your picture", "Where it looks", "Its code", "The buckets read"):
        assert title in text
    assert "Your picture was compared with" in text
    assert not [it for it in page.get("html") if "aria-hidden" in it.proto.body]
    assert dict(page.query_params) == {}


def test_a_gallery_of_ones_own_is_searched_with_its_first_photograph(home_page, own):
    page = home_page(gallery=own.key)
    assert "4 photographs, only in this machine's memory" in captions(page)
    assert "trip/0" in captions(page).replace("\\", "")
    assert "1 file left out." in captions(page)
    assert [it.label for it in page.expander] == ["Name, add or remove photographs"]


@pytest.mark.parametrize("path", [page for page, _, _ in navigation.MENU])
def test_every_page_opens_a_gallery_of_ones_own_and_passes_it_on(open_app, own, path):
    page = open_app(path, gallery=own.key, image="trip/1.jpg")
    assert not page.exception
    assert not page.error
    assert page.query_params["gallery"] == own.key  # which the menu takes along


def test_forgetting_goes_back_to_the_built_in_gallery(home_page, own):
    page = home_page(gallery=own.key, image="trip/1.jpg")
    page.button(key="forget-own").click().run()
    assert not page.exception
    assert "gallery" not in page.query_params
    assert resources.uploaded(own.key) is None


def test_what_is_forgotten_says_so_and_the_example_is_there(home_page):
    page = home_page(gallery="own-nobody", image="1.jpg")
    assert "not here any more" in page.warning[0].value
    assert "Your picture was compared with" in "\n".join(it.value for it in page.markdown)


def test_what_is_kept_is_listed_opened_and_deleted(home_page, own):
    saved = kept.keep(own)
    page = home_page()
    page.button(key=f"open-{saved.key}").click().run()
    assert not page.exception
    assert "".join(page.query_params["gallery"]).startswith("own-")
    page.button(key=f"delete-{saved.key}").click().run()
    assert kept.kept() == ()


def test_a_picture_that_nothing_resembles_is_said_to_be_strange_before_the_hits(home_page):
    assert not home_page(image="red/1.jpg").warning
    strange = home_page(sample="china")
    assert "Nothing in this gallery is much like" in strange.warning[0].value


def test_why_a_hit_is_here_opens_from_home_with_the_settings_that_were_chosen(home_page, grids):
    page = home_page()
    grids.clicked = ("home", grids["home"][0]["name"], "Why here?")
    page.run()
    assert not page.exception
    assert any("° apart" in it.value for it in page.markdown)


@pytest.mark.parametrize("gallery", ["more", "none-such"])
def test_where_nothing_can_be_searched_no_grey_shapes_promise_an_answer(open_app, gallery):
    page = open_app("streamlit_app.py", gallery=gallery)
    assert not page.exception
    assert any("display: none" in it.proto.body for it in page.get("html"))
