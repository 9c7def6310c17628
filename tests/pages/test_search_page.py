import pytest

from core.model.embedder import Embedder
from pages.ui import inputs, resources
from pages.ui.resources import model

RED = {"gallery": "scenes", "image": "red/1.jpg"}


@pytest.fixture
def passes(monkeypatch):
    """A list that grows by one with every pass of a query through the network."""
    seen = []
    plain_trace = Embedder.trace

    def trace(self, image, **settings):
        seen.append(settings)
        return plain_trace(self, image, **settings)

    resources.embedder()  # its own first pass is nobody's query
    model._queries.clear()
    monkeypatch.setattr(Embedder, "trace", trace)
    return seen


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def sentences(page):
    return [element.value for element in (*page.error, *page.warning)]


def test_a_link_gives_an_answer(search_page):
    page = search_page(**RED, K="2", k="5")
    assert not page.exception
    assert sentences(page) == []
    assert metrics(page)["Precision@5"] == "100%"  # five red ones are left, and colour decides


def test_changing_an_index_or_query_setting_never_runs_the_network_again(search_page, passes):
    page = search_page(**RED)
    assert len(passes) == 1
    for name, value in [("K", 4), ("L", 3), ("probes", 2), ("k", 3)]:
        page.slider(key=name).set_value(value).run()
        assert page.query_params[name] == str(value)
    assert not page.exception
    assert len(passes) == 1


def test_another_attention_mode_runs_it_once_and_going_back_does_not(search_page, passes):
    page = search_page(**RED)
    for mode in ("off", "both"):
        page.button_group(key="attention").set_value(mode).run()
    assert [it["attention"] for it in passes] == ["both", "off"]


def test_an_unknown_image_gets_one_sentence_and_the_chooser(search_page):
    page = search_page(gallery="scenes", image="green/1.jpg")
    assert not page.exception
    assert len(sentences(page)) == 1
    assert "no image named" in sentences(page)[0]
    assert [tab.label for tab in page.tabs] == []  # closed, but there to be opened
    assert [box.label for box in page.expander] == ["Choose another query"]


def test_a_link_opens_the_box_at_the_label_and_the_page_that_it_names(search_page, monkeypatch):
    monkeypatch.setattr(inputs, "PER_PAGE", 4)  # of six red ones and six blue ones

    def offered(**browsing: str) -> list[str]:
        links = [it.proto for it in search_page(**RED, **browsing).get("page_link")]
        names = [it.query_string.split("image=")[-1] for it in links if it.label in ("red", "blue")]
        return sorted(names)

    assert offered() == []  # the box is closed
    first, second = (offered(label="red", page=number) for number in "12")
    assert (len(first), len(second)) == (4, 2)
    assert {*first, *second} == {f"red%2F{n}.jpg" for n in (1, 3, 5, 7, 9, 11)}


def test_what_fits_the_gallery_is_chosen_until_a_hand_takes_over_and_one_click_gives_it_back(
    search_page,
):
    page = search_page(**RED)
    assert not {"K", "L", "probes"} & {*page.query_params}
    chosen = {name: page.slider(key=name).value for name in ("K", "L", "probes")}
    assert any("K, L and probes** chosen" in it.value for it in page.caption)

    page.slider(key="K").set_value(chosen["K"] + 3).run()
    assert page.query_params["K"] == str(chosen["K"] + 3)
    assert not {"L", "probes"} & {*page.query_params}
    assert any("L and probes** chosen" in it.value for it in page.caption)

    page.button(key="fit-K").click().run()
    assert not page.exception
    assert "K" not in page.query_params
    assert {name: page.slider(key=name).value for name in chosen} == chosen


def test_by_what_fits_no_answer_has_fewer_hits_than_the_gallery_could_give(search_page):
    page = search_page(**RED)
    assert not any("LSH found only" in it.value for it in page.info)
    assert metrics(page)["Neighbour recall@10"] in ("90%", "100%")


def test_a_picture_that_nothing_resembles_is_said_to_be_strange_first(search_page):
    assert not search_page(**RED).warning
    strange = search_page(gallery="scenes", sample="china")
    assert any("Nothing in this gallery is much like" in it.value for it in strange.warning)


def test_nonsense_leaves_every_setting_at_its_default(search_page):
    plain, odd = search_page(**RED), search_page(**RED, K="0", L="x", k="-1", attention="up")
    assert not odd.exception
    assert metrics(odd).keys() == metrics(plain).keys()
    assert odd.query_params == plain.query_params
