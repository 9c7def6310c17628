import os
from collections import Counter
from pathlib import Path

import pytest

from core.errors import GalleryError
from core.galleries.corel import (
    COREL1K_LABELS,
    COREL50_LABELS,
    open_corel1k,
    open_corel5k,
    open_corel50,
)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Return a function that makes a data directory with such files in it."""
    monkeypatch.setenv("HASHLIGHT_DATA", str(tmp_path))

    def data(*names):
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(name.encode())

    return data


def labels_of(gallery):
    return {item.name: item.label for item in gallery.items}


def test_the_number_of_a_corel1k_file_gives_its_class(data):
    data("corel1k/0.jpg", "corel1k/99.jpg", "corel1k/100.jpg", "corel1k/400.jpg", "corel1k/999.jpg")
    gallery = open_corel1k()
    assert labels_of(gallery) == {
        "0.jpg": "africa",
        "99.jpg": "africa",
        "100.jpg": "beach",
        "400.jpg": "dinosaurs",
        "999.jpg": "food",
    }
    assert (gallery.key, gallery.title) == ("corel1k", "Corel-1k")


@pytest.mark.parametrize("folder", ["Corel-1K", "corel_1000", "WANG", "Wang 1000"])
def test_the_folder_may_be_spelled_in_other_ways(data, folder):
    data(f"{folder}/image.orig/7.jpg")
    assert labels_of(open_corel1k()) == {"image.orig/7.jpg": "africa"}


def test_folders_per_class_give_the_same_labels(data):
    folders = {
        "people_and_villages_in_Africa": "africa",
        "Beaches": "beach",
        "Monuments": "buildings",
        "bus": "buses",
        "Dinosaur": "dinosaurs",
        "elephants": "elephants",
        "Roses": "flowers",
        "horse": "horses",
        "mountains_and_snow": "mountains",
        "Dishes": "food",
    }
    data(*(f"corel1k/training_set/{folder}/0.jpg" for folder in folders))
    assert labels_of(open_corel1k()) == {
        f"training_set/{folder}/0.jpg": label for folder, label in folders.items()
    }
    assert set(folders.values()) == set(COREL1K_LABELS)


def test_the_number_of_a_corel5k_file_gives_its_cd(data):
    data("corel5k/1000.jpeg", "corel5k/121004.jpeg", "corel5k/384099.jpeg")
    assert labels_of(open_corel5k()) == {
        "1000.jpeg": "CD 1",
        "121004.jpeg": "CD 121",
        "384099.jpeg": "CD 384",
    }


@pytest.mark.parametrize("stray", ["1000.jpg", "cover.jpg", "shoes/cover.jpg"])
def test_a_file_without_a_class_is_named(data, stray):
    data("corel1k/1.jpg", f"corel1k/{stray}")
    with pytest.raises(GalleryError, match=stray):
        open_corel1k()


def test_a_corel5k_file_without_a_cd_is_named(data):
    data("corel5k/999.jpeg")
    with pytest.raises(GalleryError, match=r"999\.jpeg has no class"):
        open_corel5k()


def test_the_folder_of_a_corel50_file_gives_its_concept_in_words(data):
    folders = {
        "wl_tiger": "tiger",
        "art_mural": "mural",
        "obj_234000": "pumpkin",
        "bld_lighthse": "lighthouse",
        "pet_cat": "cat",
        "wl_cat": "wild cat",
        "fitness": "fitness",
        "my_own_folder": "my own folder",
    }
    data(*(f"corel50/{folder}/108000.jpg" for folder in folders))
    gallery = open_corel50()
    assert labels_of(gallery) == {f"{it}/108000.jpg": label for it, label in folders.items()}
    assert (gallery.key, gallery.title) == ("corel50", "Corel-50")


def test_a_corel50_file_outside_the_concepts_is_named(data):
    data("corel50/wl_tiger/1.jpg", "corel50/cover.jpg")
    with pytest.raises(GalleryError, match=r"cover\.jpg has no class"):
        open_corel50()


def test_where_nothing_is_the_sentence_says_how_to_set_hashlight_data(monkeypatch, tmp_path):
    monkeypatch.delenv("HASHLIGHT_DATA", raising=False)
    with pytest.raises(GalleryError, match="set HASHLIGHT_DATA to the folder that holds corel1k/"):
        open_corel1k()
    for path in (tmp_path, tmp_path / "nowhere"):
        monkeypatch.setenv("HASHLIGHT_DATA", str(path))
        with pytest.raises(GalleryError, match="but there is no folder corel5k in it"):
            open_corel5k()


@pytest.mark.model
@pytest.mark.skipif("HASHLIGHT_DATA" not in os.environ, reason="needs Corel in $HASHLIGHT_DATA")
def test_the_real_sets_have_the_classes_they_are_known_for():
    assert Path(os.environ["HASHLIGHT_DATA"]).is_dir()
    small = Counter(item.label for item in open_corel1k().items)
    assert small == dict.fromkeys(COREL1K_LABELS, 100)
    large = Counter(item.label for item in open_corel5k().items)
    assert large.pop("CD 121") == 99
    assert len(large) == 49
    assert set(large.values()) == {100}
    concepts = Counter(item.label for item in open_corel50().items)
    assert len(concepts) == 50
    assert set(concepts.values()) == {100}
    assert concepts.keys() > set(COREL50_LABELS.values())
