import json
import os
import time

import pytest

from core.errors import GalleryError, SettingError
from core.files import file_digest
from core.galleries.base import digest_of
from core.galleries.folder import FolderGallery, image_names, open_folder
from core.galleries.labels import labels_from_folders
from core.galleries.names import natural
from tests.unprivileged import run_unprivileged


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
        (tmp_path / "empty", "holds no images; put JPEG, PNG, "),
        (file, "is a file, not a folder"),
    ):
        with pytest.raises(GalleryError, match=expected) as error:
            open_folder(path)
        assert str(path) in str(error.value)


def test_a_name_that_is_no_text_is_read_as_it_was_written_on_an_old_system(fill):
    root = fill("a.jpg")
    (root / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"x")
    gallery = open_folder(root)
    assert [item.name for item in gallery.items] == ["a.jpg", "café.jpg"]
    assert gallery.read(1) == b"x"
    (root / "café.jpg").write_bytes(b"y")
    both = open_folder(root)
    assert len(both.items) == 2
    assert [it.reason[:26] for it in both.left_out] == ["Its name is not valid UTF-"]


def reasons(gallery):
    return {it.name: it.reason for it in gallery.left_out}


def test_the_content_says_what_an_image_is_and_whatever_is_none_is_named(fill, picture, png):
    image = png(picture(0))
    root = fill("a.jpg", "notes.txt", "clip.mov", "paper", "empty.dat", ".DS_Store")
    for name in ("noext", "download.jpg!d", "photo.heic"):
        (root / name).write_bytes(image)
    (root / "clip.mov").write_bytes(b"\0\0\0\x20ftypqt  moov")
    (root / "paper").write_bytes(b"%PDF-1.7")
    (root / "empty.dat").write_bytes(b"")
    (root / "BMW.csv").write_bytes(b"BMW,3,blue")  # begins as a BMP does
    gallery = open_folder(root)
    assert [item.name for item in gallery.items] == [
        "a.jpg",
        "download.jpg!d",
        "noext",
        "photo.heic",
    ]
    assert reasons(gallery) == {
        ".DS_Store": "It is hidden.",
        "BMW.csv": "It is not an image that can be read here.",
        "clip.mov": "It is a video.",
        "empty.dat": "It is an empty file.",
        "notes.txt": "It is not an image that can be read here.",
        "paper": "It is a PDF document.",
    }


@pytest.mark.parametrize(
    "folder", ["@eaDir", "#recycle", "$RECYCLE.BIN", ".thumbnails", "lost+found", "__MACOSX"]
)
def test_recycle_bins_and_thumbnails_are_left_out_as_a_whole(fill, folder):
    gallery = open_folder(fill("cats/a.jpg", f"cats/{folder}/a.jpg", f"cats/{folder}/b.jpg"))
    assert [item.name for item in gallery.items] == ["cats/a.jpg"]
    assert list(reasons(gallery)) == [f"cats/{folder}/"]
    assert len(open_folder(fill("#1 & more?/a.jpg", "@nasa/b.jpg")).items) == 3


def test_linked_folders_are_read_each_once(fill, tmp_path):
    root = fill("flowers/1.jpg")
    (tmp_path / "store" / "buses").mkdir(parents=True)
    (tmp_path / "store" / "buses" / "2.jpg").write_bytes(b"2")
    (root / "buses").symlink_to("../store/buses")
    (root / "again").symlink_to("flowers")
    (root / "round").symlink_to(".")
    (root / "itself").symlink_to("itself")
    (root / "gone.jpg").symlink_to("nowhere")
    gallery = open_folder(root)
    assert {item.name: item.label for item in gallery.items} == {
        "buses/2.jpg": "buses",
        "flowers/1.jpg": "flowers",
    }
    assert reasons(gallery) == {
        "again/": "It leads to a folder that is read already.",
        "gone.jpg": "It is neither a file nor a folder: a link to nothing, or a device.",
        "itself": "It is neither a file nor a folder: a link to nothing, or a device.",
        "round/": "It leads to a folder that is read already.",
    }
    (tmp_path / "link").symlink_to(root)
    assert open_folder(tmp_path / "link").digest == gallery.digest


def test_what_may_not_be_read_is_named_and_the_rest_is_there(fill):
    root = fill("a.jpg", "b.jpg", "locked/c.jpg", "odd")
    locked = [root / name for name in ("b.jpg", "locked", "odd")]
    try:
        for path in locked:
            path.chmod(0)
        printed = run_unprivileged(
            """
            import json, sys
            from pathlib import Path
            from core.galleries.folder import open_folder
            gallery = open_folder(Path(sys.argv[1]))
            print(json.dumps([[it.name for it in gallery.items], {
                it.name: it.reason for it in gallery.left_out}]))
            """,
            root,
        )
    finally:
        for path in locked:
            path.chmod(0o700)  # or pytest can't remove them
    why = "It can't be read (permission denied)."
    assert json.loads(printed) == [["a.jpg"], dict.fromkeys(("b.jpg", "locked/", "odd"), why)]


def test_masks_beside_images_are_no_images_and_the_split_no_label(fill):
    gallery = open_folder(
        fill("train/images/cats/1.jpg", "train/masks/cats/1.png", "val/images/dogs/2.jpg")
    )
    assert {item.name: item.label for item in gallery.items} == {
        "train/images/cats/1.jpg": "cats",
        "val/images/dogs/2.jpg": "dogs",
    }
    assert list(reasons(gallery)) == ["train/masks/cats/1.png"]


def test_another_label_level_changes_the_labels_and_nothing_else(fill):
    root = fill("train/cats/1.jpg", "test/dogs/2.jpg")
    gallery = open_folder(root)
    assert gallery.label_level == 2
    split = gallery.with_label_level(1)
    assert [item.label for item in split.items] == ["test", "train"]
    assert split.items == open_folder(root, label_level=1).items
    assert (split.digest, split.read(0)) == (gallery.digest, gallery.read(0))
    assert {it.label for it in open_folder(root, label_level=0).items} == {None}
    assert [item.label for item in gallery.items] == ["dogs", "cats"]
    with pytest.raises(SettingError, match=r"^The label level is 3, .* at most 2 folders deep; "):
        open_folder(root, label_level=3)


def test_a_folder_that_changed_is_noticed_and_a_touched_one_has_not_changed(fill):
    root = fill("a.jpg", "b.jpg")
    gallery = open_folder(root)
    assert gallery.is_current()
    os.utime(root / "a.jpg", (1, 1))  # another time, the same file
    (root / "notes.txt").write_text("no image")
    assert gallery.is_current()
    (root / "b.jpg").write_bytes(b"B.jpg")  # as long as before
    assert not gallery.is_current()
    again = open_folder(root)
    (root / "c.jpg").write_bytes(b"c")
    assert not again.is_current()
    (root / "c.jpg").unlink()
    assert again.is_current()
    (root / "a.jpg").unlink()
    assert not again.is_current()


def test_a_gallery_with_labels_of_its_own_notices_changes_in_its_files(fill):
    root = fill("a.jpg", "b.jpg")
    gallery = FolderGallery(root, {"a.jpg": "x"}, key="k", title="K")
    for name, is_labelled in {"b.jpg": False, "a.jpg": True}.items():
        (root / name).unlink()
        assert gallery.is_current() != is_labelled


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
