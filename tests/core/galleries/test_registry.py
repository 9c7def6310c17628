import zipfile

import pytest

from core.errors import GalleryError, SettingError
from core.galleries import registry
from core.galleries.registry import available, known_keys, open_gallery, open_known


@pytest.fixture(autouse=True)
def nothing_here(tmp_path, monkeypatch):
    monkeypatch.delenv("HASHLIGHT_DATA", raising=False)
    monkeypatch.setenv("HASHLIGHT_HOME", str(tmp_path / "home"))


def test_every_gallery_says_what_it_is_and_how_to_get_it():
    sources = available()
    assert tuple(source.key for source in sources) == known_keys()
    assert sources[0].key == "scenes"
    for source in sources:
        assert source.title
        assert source.description.endswith(".")
        assert source.licence.endswith(".")
        assert bool(source.how_to_get) == (source.state != "ready")
    states = {source.key: source.state for source in sources}
    assert states["scenes"] == "ready"
    assert states["corel1k"] == "missing"
    assert states["flowers102"] == "download"


def test_what_is_ready_and_what_can_be_downloaded_are_two_lists():
    assert [it.key for it in registry.ready()] == ["scenes"]
    offered = registry.downloadable()
    assert {it.key for it in offered} == {
        *("clothing", "grocery", "imagenette", "caltech101", "flowers102", "oxford-iiit-pet")
    }
    assert [it.megabytes for it in offered] == sorted(it.megabytes for it in offered)
    for source in offered:
        # A megabyte has 8 megabits.
        assert source.seconds == pytest.approx(source.megabytes * 8 / registry.MBIT_PER_SECOND)


def test_who_shows_pictures_of_a_gallery_can_say_whose_they_are():
    assert registry.credit("scenes") == "Scenes. MIT, as the project."
    assert all(it.licence in registry.credit(it.key) for it in available())
    assert registry.credit("own-gallery") == ""


def test_no_sentence_about_a_download_names_a_variable():
    assert not any("HASHLIGHT" in it.how_to_get for it in registry.downloadable())


def test_a_label_level_is_for_folders_and_zips_only(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "1.jpg").write_bytes(b"1")
    assert open_gallery(str(tmp_path), label_level=2).items[0].label == "b"
    with pytest.raises(SettingError, match="scenes has labels of its own"):
        open_gallery("scenes", label_level=1)


def test_the_sentence_of_a_missing_gallery_is_the_one_that_opening_it_gives():
    for source in available():
        if source.state != "ready":
            with pytest.raises(GalleryError) as error:
                open_gallery(source.key)
            assert str(error.value) == source.how_to_get


def test_a_gallery_is_ready_once_its_data_is_here(tmp_path, monkeypatch):
    (tmp_path / "corel1k").mkdir()
    (tmp_path / "corel1k" / "0.jpg").write_bytes(b"x")
    monkeypatch.setenv("HASHLIGHT_DATA", str(tmp_path))
    assert {source.key: source.state for source in available()}["corel1k"] == "ready"
    assert open_gallery("corel1k").title == "Corel-1k"
    assert open_known("corel1k").items == open_gallery("corel1k").items


def test_a_path_opens_a_folder_or_a_zip(tmp_path, monkeypatch):
    (tmp_path / "pets").mkdir()
    (tmp_path / "pets" / "cat.jpg").write_bytes(b"cat")
    with zipfile.ZipFile(tmp_path / "pets.zip", "w") as target:
        target.writestr("cat.jpg", b"cat")
    folder = open_gallery(str(tmp_path / "pets"))
    archive = open_gallery(str(tmp_path / "pets.zip"))
    assert folder.items == archive.items
    monkeypatch.setenv("HOME", str(tmp_path))
    assert open_gallery("~/pets").items == folder.items


def test_a_misspelled_key_gets_a_suggestion():
    with pytest.raises(GalleryError, match="did you mean corel1k\\? Known are scenes, corel1k"):
        open_gallery("coral1k")


@pytest.mark.parametrize("key", ["", "zzz", "/no/such/folder", "a\0b", "x" * 5000, "~nobody/x"])
def test_what_is_neither_key_nor_path_is_one_sentence_that_lists_the_keys(key):
    with pytest.raises(
        GalleryError, match="known are scenes, corel1k, corel5k, corel50, clothing, grocery, imag"
    ):
        open_gallery(key)


def test_a_link_opens_no_path(tmp_path):
    (tmp_path / "private.jpg").write_bytes(b"x")
    with pytest.raises(GalleryError, match="There is no gallery"):
        open_known(str(tmp_path))


def test_what_can_not_be_downloaded_is_refused_with_what_can():
    with pytest.raises(GalleryError, match="these can: clothing, grocery, imagenette, caltech101"):
        registry.download("corel1k")
