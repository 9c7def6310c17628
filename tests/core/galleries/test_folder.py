import os
import time

import pytest

from core.errors import GalleryError
from core.files import file_digest
from core.galleries.base import digest_of
from core.galleries.folder import image_names, labels_from_folders, natural, open_folder


@pytest.fixture
def fill(tmp_path):
    """Return a function that puts files with their own names as content into a folder."""

    def fill(*names):
        for name in names:
            path = tmp_path / "photos" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(name.encode())
        return tmp_path / "photos"

    return fill


def test_a_flat_folder_has_no_labels_and_counts_as_people_do(fill):
    gallery = open_folder(fill("10.jpg", "2.jpg", "1.png"))
    assert [item.name for item in gallery.items] == ["1.png", "2.jpg", "10.jpg"]
    assert [item.id for item in gallery.items] == [0, 1, 2]
    assert {item.label for item in gallery.items} == {None}


def test_folders_are_labels(fill):
    gallery = open_folder(fill("cats/1.jpg", "dogs/small/1.jpg", "odd.jpg", "cats/2.JPEG"))
    assert {item.name: item.label for item in gallery.items} == {
        "cats/1.jpg": "cats",
        "cats/2.JPEG": "cats",
        "dogs/small/1.jpg": "dogs",
        "odd.jpg": None,
    }


def test_a_folder_around_everything_is_no_label():
    assert labels_from_folders(["all/cats/1.jpg", "all/dogs/1.jpg"]) == {
        "all/cats/1.jpg": "cats",
        "all/dogs/1.jpg": "dogs",
    }
    assert labels_from_folders(["all/1.jpg", "all/2.jpg"]) == {"all/1.jpg": None, "all/2.jpg": None}


def test_what_is_read_is_the_file_and_its_digest(fill):
    gallery = open_folder(fill("a.jpg", "b/c.jpg"))
    for item in gallery.items:
        assert gallery.read(item.id) == item.name.encode()
        assert item.digest == file_digest(item.name.encode())
    assert gallery.digest == digest_of(gallery.items)


def test_the_digest_follows_names_and_contents(fill):
    root = fill("a.jpg", "b.jpg")
    first = open_folder(root).digest
    assert open_folder(root).digest == first
    (root / "b.jpg").write_bytes(b"other")
    changed = open_folder(root).digest
    (root / "b.jpg").rename(root / "c.jpg")
    assert len({first, changed, open_folder(root).digest}) == 3


def test_hidden_files_and_other_files_are_left_out(fill):
    root = fill("a.jpg", ".b.jpg", ".thumbs/c.jpg", "notes.txt", "d.jpg.part", "e.mp4")
    (root / "folder.jpg").mkdir()
    os.mkfifo(root / "pipe.jpg")  # reading it would wait for ever
    (root / "broken.jpg").symlink_to(root / "nowhere")
    assert image_names(root) == ["a.jpg"]


def test_a_loop_of_links_does_no_harm(fill):
    root = fill("a.jpg", "deep/b.jpg")
    (root / "deep" / "again").symlink_to(root)
    assert image_names(root) == ["a.jpg", "deep/b.jpg"]


def test_natural_order_holds_in_every_part_of_a_path():
    ordered = ["a.jpg", "cd 2/1.jpg", "cd 2/9.jpg", "cd 2/10.jpg", "cd 10/1.jpg", "Z.jpg"]
    assert sorted(reversed(ordered), key=natural) == ordered
    assert sorted(["a1b2", "a01b10", "a1", "a"], key=natural) == ["a", "a1", "a1b2", "a01b10"]


def test_a_missing_an_empty_and_a_wrong_folder_are_each_one_sentence(fill, tmp_path):
    file = fill("a.jpg") / "a.jpg"
    (tmp_path / "empty").mkdir()
    for path, expected in (
        (tmp_path / "nowhere", "does not exist"),
        (tmp_path / "empty", "holds no images; put .avif, "),
        (file, "is a file, not a folder"),
    ):
        with pytest.raises(GalleryError, match=expected) as error:
            open_folder(path)
        assert str(path) in str(error.value)


def test_a_name_that_is_no_text_is_refused_in_a_sentence_that_can_be_printed(fill):
    root = fill("a.jpg")
    (root / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"x")
    with pytest.raises(GalleryError, match="not valid UTF-8") as error:
        open_folder(root)
    assert str(error.value).encode()


def test_a_file_that_is_gone_or_changed_is_noticed_when_it_is_read(fill):
    root = fill("a.jpg", "b.jpg")
    gallery = open_folder(root)
    (root / "a.jpg").unlink()
    (root / "b.jpg").write_bytes(b"another picture")
    with pytest.raises(GalleryError, match="no such file"):
        gallery.read(0)
    with pytest.raises(GalleryError, match="has changed"):
        gallery.read(1)


def test_the_key_can_stand_in_a_link_and_in_a_file_name(tmp_path):
    folder = tmp_path / "Été & Sommer 2024/"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"x")
    gallery = open_folder(folder)
    assert gallery.key == "folder-t-sommer-2024"
    assert gallery.title == "Été & Sommer 2024"


@pytest.mark.model
def test_a_thousand_small_files_are_opened_at_once(tmp_path):
    for i in range(1000):
        (tmp_path / f"{i}.jpg").write_bytes(b"%d" % i * 500)
    told = []
    start = time.perf_counter()
    gallery = open_folder(tmp_path, progress=lambda *it: told.append(it))
    assert time.perf_counter() - start < 1  # 0.1 s on an idle core
    assert len(gallery.items) == 1000
    assert told[-1] == (1000, 1000, "reading files")
