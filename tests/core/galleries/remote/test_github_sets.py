"""Each set is made up here, tiny, in the layout in which it is published."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from core.errors import DownloadError, GalleryError
from core.galleries.remote import github_sets
from core.galleries.remote.github_sets import SETS


@pytest.fixture
def small(server, home):
    """Return a function that gives a set whose archive the server has, with few images enough."""

    def small(key, files):
        (it,) = [it for it in SETS if it.key == key]
        server.files["zip/abc"] = archive(files)
        remote = replace(it.remote, url=f"{server.url}/zip/abc", called=f"{key}.zip")
        return replace(it, remote=remote, at_least=3)

    return small


def archive(files) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, data in files.items():
            packed.writestr(f"repository-abc/{name}", data)
    return target.getvalue()


KINDS = ("dress", "hat", "pants", "shirt", "shoes", "shorts", "skirt", "t-shirt")
CLOTHING = {"README.md": b"about", "train/dress/notes.txt": b"no image"}
CLOTHING |= {f"train/{kind}/{n}.jpg": f"{kind}{n}".encode() for kind in KINDS for n in (1, 2)}
CLOTHING |= {"validation/hat/3.jpg": b"3", "test/hat/4.jpg": b"4"}

PLANTS = ("Apple/Granny-Smith", "Banana", "Lemon", "Pear/Anjou", "Red-Grapefruit")
GROCERY = {f"dataset/train/Fruit/{it}/1.jpg": it.encode() for it in PLANTS}
GROCERY |= {
    f"dataset/test/Vegetables/{it}/1.jpg": it.encode()
    for it in ("Carrots", "Potato/Sweet-Potato", "Tomato")
}
GROCERY |= {
    "dataset/train/Packages/Milk/1.jpg": b"milk",
    "dataset/iconic-images-and-descriptions/Fruit/Apple/1.jpg": b"icon",
}


def test_splits_are_no_labels_and_only_photographs_are_unpacked(small):
    clothing = small("clothing", CLOTHING)
    assert not clothing.is_here
    with pytest.raises(GalleryError, match="not on this machine yet"):
        clothing.open()
    clothing.download()
    gallery = clothing.open()
    assert {it.name for it in gallery.items} == {name for name in CLOTHING if name.endswith(".jpg")}
    assert {it.label for it in gallery.items} == set(KINDS)
    assert not list(clothing.root.rglob("*.txt"))
    assert gallery.key == "clothing"


def test_of_the_groceries_fruit_and_vegetables_are_taken_by_their_kind(small):
    grocery = small("grocery", GROCERY)
    grocery.download()
    assert {it.label for it in grocery.open().items} == {
        *("apple", "banana", "lemon", "pear", "red grapefruit", "carrots", "potato", "tomato")
    }


def test_a_download_that_breaks_goes_on_where_it_was(small, server):
    clothing = small("clothing", CLOTHING)
    server.cut_after = 300
    with pytest.raises(DownloadError, match="what has arrived is kept"):
        clothing.download()
    assert not clothing.is_here
    server.cut_after = None
    clothing.download()
    assert server.asked == [("/zip/abc", None), ("/zip/abc", "bytes=300-")]
    assert clothing.is_here


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"train/dress/1.jpg": b"1"}, "1 images in 1 classes came, at least 3 were expected"),
        ({"README.md": b"about"}, "it holds no images"),
    ],
)
def test_what_is_not_the_set_is_never_opened(small, files, why):
    clothing = small("clothing", files)
    with pytest.raises(DownloadError, match=why):
        clothing.download()
    assert not clothing.is_here


def test_a_damaged_archive_is_fetched_anew(small, server):
    clothing = small("clothing", CLOTHING)
    whole = server.files["zip/abc"]
    server.files["zip/abc"] = whole.replace(b"hat1", b"hat!", 1)  # its checksum is another
    with pytest.raises(DownloadError, match="can't be unpacked"):
        clothing.download()
    server.files["zip/abc"] = whole
    clothing.download()
    assert [start for _, start in server.asked] == [None, None]


def test_a_later_download_has_to_match_the_first(small, server, home):
    clothing = small("clothing", CLOTHING)
    clothing.download()
    recorded = json.loads((home / "downloads" / "clothing.json").read_text())
    assert recorded["digest"] == clothing.open().digest
    clothing.root.rename(home / "away")
    server.files["zip/abc"] = archive(CLOTHING | {"test/hat/4.jpg": b"another"})
    with pytest.raises(DownloadError, match="its files are others than the first time"):
        clothing.download()
    server.files["zip/abc"] = archive(dict(reversed(CLOTHING.items())))  # packed anew
    clothing.download()
    assert clothing.open().digest == recorded["digest"]


def test_what_is_far_too_large_is_refused(small, monkeypatch):
    clothing = small("clothing", CLOTHING)
    limited = replace(clothing, remote=replace(clothing.remote, max_bytes=1000))
    with pytest.raises(DownloadError, match="at most 0 MB were expected"):
        limited.download()
    monkeypatch.setattr(github_sets, "_UNPACKED_MOST", 10)
    with pytest.raises(DownloadError, match="unpacks to 0 MB or more"):
        clothing.download()


def test_each_set_names_one_commit_and_its_licence():
    for it in SETS:
        assert len(it.remote.url.rpartition("/")[2]) == 40
        assert it.licence.startswith(("CC0", "MIT"))
        assert it.remote.max_bytes > 2 * it.megabytes * 10**6
