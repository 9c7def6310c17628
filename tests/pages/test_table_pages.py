"""Search and Inspect on a gallery that lies in a table."""

import pytest

from core.galleries.store import load_or_build
from core.scale.gallery import TableGallery
from core.scale.importing import TablePlan, copied, import_images
from core.scale.sources import GalleryImages
from pages.ui import resources


@pytest.fixture
def table_gallery(small_gallery, tmp_path, monkeypatch):
    model = resources.embedder()
    stored = load_or_build(small_gallery, model, home=tmp_path)
    source, address = GalleryImages(small_gallery), f"lance://{tmp_path / 'small'}"
    import_images(source, address, copied(source, stored, "both"), TablePlan(embedder=model.digest))
    monkeypatch.setenv("HASHLIGHT_TABLES", address)
    return TableGallery(address)


@pytest.mark.parametrize(
    ("page", "part"),
    [("pages/search.py", {}), ("pages/1_inspect.py", {}), ("pages/1_inspect.py", {"part": "Map"})],
)
def test_a_page_finds_the_same_in_a_table(page, part, table_gallery, open_app):
    address = {"image": "red/1.jpg", "k": "5", **part}
    shown = open_app(page, table_gallery, gallery=table_gallery.key, **address)
    assert not shown.exception
    assert not shown.error
    same = open_app(page, **address)
    told, expected = (
        {it.label: it.value for it in found.metric if "time" not in it.label.lower()}
        for found in (shown, same)
    )
    assert told
    assert told == expected


def test_an_attention_mode_that_the_table_has_not_is_one_sentence(table_gallery, open_app):
    page = open_app(
        "pages/search.py",
        table_gallery,
        gallery=table_gallery.key,
        image="red/1.jpg",
        attention="off",
    )
    assert not page.exception
    assert "no embeddings of attention mode 'off'" in page.error[0].value


def test_the_folder_of_the_same_images_keeps_its_own_embeddings(table_gallery, open_app):
    open_app("pages/search.py", table_gallery, gallery=table_gallery.key, image="red/1.jpg")
    page = open_app("pages/search.py", gallery="scenes", image="red/1.jpg", attention="off")
    assert not page.exception
    assert [element.value for element in page.error] == []
