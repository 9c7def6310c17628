"""The choice of a gallery and what stands beside it."""

import pytest

from core.galleries import registry
from core.galleries.folder import open_folder
from core.galleries.remote.downloads import downloads_folder
from core.model.checkpoint import Provenance
from pages.ui.errors import plain
from pages.ui.resources import galleries


@pytest.fixture
def own(tmp_path, small_gallery):
    """Return a folder of six images under train/ and test/, with a text among them."""
    root = tmp_path / "photos"
    for item in small_gallery.items[:6]:
        split = "train" if item.id % 2 else "test"
        path = root / split / f"kind {item.id % 3}" / f"{item.id}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(small_gallery.read(item.id))
    (root / "notes.txt").write_text("hello")
    return root


def boxes(page):
    return {it.label: it for it in page.selectbox}


def text(page):
    return "\n".join(it.value for it in [*page.markdown, *page.caption, *page.info, *page.warning])


def test_the_list_has_what_is_ready_and_one_entry_for_what_can_be_downloaded(
    search_page, monkeypatch
):
    monkeypatch.delenv("HASHLIGHT_DATA", raising=False)
    options = boxes(search_page())["Gallery"].options
    assert options[0] == "Scenes"
    assert "More photographs to download …" in options
    assert not any("Corel" in it or "Flowers" in it for it in options)


def test_what_can_be_downloaded_stands_with_size_licence_and_time(search_page, monkeypatch):
    def download(key, progress):
        (downloads_folder() / key).mkdir(parents=True)

    monkeypatch.setattr(registry, "download", download)
    page = search_page(gallery="more")
    seen = text(page)
    for source in registry.downloadable():
        assert plain(source.title) in seen
        assert f"{source.megabytes} MB, about" in seen
    page.button(key="get-clothing").click().run()
    assert page.query_params["gallery"] == "clothing"
    assert "clothing" in {it.key for it in registry.ready()}
    assert boxes(page)["Gallery"].value == "clothing"


def test_a_gallery_that_is_nowhere_names_no_variable(search_page, monkeypatch):
    monkeypatch.delenv("HASHLIGHT_DATA", raising=False)
    page = search_page(gallery="corel1k")
    assert "Corel-1k is not on the machine that runs this app" in text(page)
    assert "HASHLIGHT" not in text(page)


def test_what_was_left_out_is_counted_and_named(search_page, own):
    page = search_page(open_folder(own))
    (box,) = [it for it in page.expander if it.label.startswith("Left out")]
    assert box.label == "Left out: 1"
    assert "**1** · It is not an image that can be read here" in box.markdown[0].value
    assert r"notes.txt" in box.markdown[0].value


def test_the_level_of_the_labels_is_shown_and_can_be_changed(search_page, own):
    page = search_page(open_folder(own), gallery="scenes", image="train/kind 1/1.jpg")
    labels = boxes(page)["Labels"]
    assert labels.value == 2
    assert labels.options == [
        "none",
        "folder 1: test, train (2)",
        "folder 2: kind 0, kind 1, kind 2 (3)",
    ]
    labels.select(1).run()
    assert boxes(page)["Labels"].value == 1
    assert "label **train**" in text(page)


def test_a_folder_that_changed_is_read_again_at_a_click(search_page, own, monkeypatch):
    monkeypatch.setattr(galleries, "LOOK_EVERY", 0)
    page = search_page(open_folder(own))
    assert not page.warning
    (own / "train" / "kind 1" / "new.jpg").write_bytes(b"new")
    page.run()
    assert "have changed since they were read" in text(page)
    monkeypatch.setattr(registry, "open_known", lambda key, progress: open_folder(own))
    page.button(key="read-again").click().run()
    assert not page.warning
    assert any(it.label == "Left out: 2" for it in page.expander)  # the new one is no image


@pytest.mark.parametrize(
    ("training", "was"),
    [
        ({}, False),
        ({"gallery": "corel5k", "gallery_digest": "d5"}, False),
        ({"gallery": "corel1k", "gallery_digest": "of an older copy"}, True),
        ({"gallery": "mine", "gallery_digest": "d1"}, True),
        ({"galleries": [{"key": "a", "digest": "x"}, {"key": "b", "digest": "d1"}]}, True),
        ({"galleries": [], "gallery": "corel1k", "gallery_digest": "d1"}, False),
    ],
)
def test_a_checkpoint_knows_what_it_was_trained_on(training, was):
    assert Provenance(training=training).was_trained_on("corel1k", "d1") == was


def test_a_gallery_that_the_model_learnt_from_says_so(search_page, small_gallery, monkeypatch):
    assert "was trained on these pictures" not in text(search_page())
    monkeypatch.setattr(Provenance, "was_trained_on", lambda *_: True)
    assert "The model was trained on these pictures" in text(search_page())
