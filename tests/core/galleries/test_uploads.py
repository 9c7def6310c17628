import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from core.errors import GalleryError, ImageError
from core.files import file_digest
from core.galleries import uploads
from core.galleries.base import LeftOut, digest_of
from core.galleries.uploads import AS_GIVEN_BYTES, SCALED_SIDE, GivenFile, gather, scaled_down
from core.images import decode


@pytest.fixture
def given(png, picture):
    """Three pictures in two folders, as a browser hands a folder over."""
    names = ("trip/cats/1.png", "trip/cats/2.png", "trip/dogs/1.png")
    return [GivenFile(name, png(picture(seed))) for seed, name in enumerate(names)]


def zipped(files: list[GivenFile]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in files:
            archive.writestr(file.name, file.data)
    return packed.getvalue()


def names(gallery) -> list[str]:
    return [item.name for item in gallery.items]


def test_files_become_a_gallery_with_names_labels_and_their_bytes(given):
    gallery = gather(given, key="own-1")
    assert (gallery.key, gallery.title) == ("own-1", "trip")
    assert names(gallery) == [it.name for it in given]
    assert [item.label for item in gallery.items] == ["cats", "cats", "dogs"]
    assert [gallery.read(id) for id in range(3)] == [it.data for it in given]
    assert [item.digest for item in gallery.items] == [file_digest(it.data) for it in given]
    assert gallery.digest == digest_of(gallery.items)
    assert gallery.n_bytes == sum(len(it.data) for it in given)
    assert gallery.left_out == ()


def test_images_of_a_folder_stand_by_their_names_and_others_as_they_came(given):
    assert names(gather(given[::-1], key="own-1")) == names(gather(given, key="own-1"))
    alone = [GivenFile(name, it.data) for name, it in zip("bac", given, strict=True)]
    assert names(gather(alone, key="own-1")) == ["b", "a", "c"]


def test_a_zip_stands_for_the_images_in_it_whatever_it_is_called(given):
    gallery = gather([GivenFile("holiday.bin", zipped(given))], key="own-1")
    assert gallery.title == "holiday"
    assert sorted(map(gallery.read, range(3))) == sorted(it.data for it in given)


def test_what_is_no_image_is_left_out_with_a_reason_and_the_rest_stays(given):
    others = [
        GivenFile("trip/notes.txt", b"Nothing to see."),
        GivenFile("trip/.hidden.png", given[0].data),
        GivenFile("trip/empty.jpg", b""),
        GivenFile("trip/copy.png", given[1].data),
        GivenFile("broken.zip", b"PK\x03\x04 and no more"),
    ]
    gallery = gather([*others, *given], key="own-1")
    assert sorted(map(gallery.read, range(3))) == sorted(it.data for it in given)
    reasons = {it.name: it.reason for it in gallery.left_out}
    assert "is not an image" in reasons["trip/notes.txt"]
    assert "begins with a dot" in reasons["trip/.hidden.png"]
    assert "is an empty file" in reasons["trip/empty.jpg"]
    assert "is not a zip file" in reasons["broken.zip"]
    assert reasons["trip/copy.png"] == "It is the same file as trip/cats/2.png."


def test_a_zip_is_known_by_its_end_but_for_an_image_with_one_behind_it(given):
    packed = zipped(given)
    program = GivenFile("photos.exe", b"MZ a program that unpacks what follows" + packed)
    assert len(gather([program], key="own-1").items) == len(given)
    both = gather([GivenFile("one.png", given[0].data + packed)], key="own-1")
    assert names(both) == ["one.png"]


def test_two_images_of_one_name_have_a_number_each(given, png, picture):
    same = [GivenFile("IMG_1.png", png(picture(seed))) for seed in range(3)]
    assert names(gather(same, key="own-1")) == ["IMG_1.png", "IMG_1 (2).png", "IMG_1 (3).png"]


def test_what_finds_no_room_is_left_out(given, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_TOTAL_BYTES", len(given[0].data) + len(given[1].data))
    gallery = gather(given, key="own-1")
    assert names(gallery) == [given[0].name, given[1].name]
    assert "room" in gallery.left_out[0].reason


def test_nothing_but_other_files_is_refused_with_the_first_reason():
    with pytest.raises(GalleryError, match=r"in the 1 file given\. It is not an image"):
        gather([GivenFile("a.txt", b"text")], key="own-1")


def test_adding_dropping_and_naming_give_another_gallery(given):
    whole = gather(given, key="own-1")
    less = whole.without({1})
    assert names(less) == [given[0].name, given[2].name]
    assert [item.id for item in less.items] == [0, 1]
    assert less.read(1) == given[2].data
    again = less.with_files([given[1], given[0]])
    assert names(again) == [given[0].name, given[2].name, given[1].name]
    assert [it.name for it in again.left_out] == [given[0].name]
    named = again.renamed("  Cats and  dogs ")
    assert (named.title, named.digest) == ("Cats and dogs", again.digest)
    assert named.renamed("  ").title == "Cats and dogs"
    assert len(whole.items) == 3
    with pytest.raises(GalleryError, match="no image left"):
        whole.without({0, 1, 2})


def test_progress_counts_files(given):
    told = []
    gather(given, key="own-1", progress=lambda *it: told.append(it[:2]))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.fixture(scope="module")
def large():
    """A photograph of 2 megapixels that lies on its side."""
    noise = np.random.default_rng(0).integers(0, 256, (1200, 1800, 3), dtype=np.uint8)
    tags, file = Image.Exif(), io.BytesIO()
    tags[0x0112] = 6
    Image.fromarray(noise).save(file, "JPEG", quality=95, exif=tags)
    return file.getvalue()


def test_a_large_photograph_is_scaled_down_and_known_by_the_file_it_was(large):
    given = scaled_down("large.jpg", large, decode=decode)
    assert decode(given.data).pixels.shape == (960, SCALED_SIDE, 3)
    assert len(given.data) < len(large)
    assert given.original.digest == file_digest(large)
    assert given.original.notes[0] == "turned upright (EXIF)"
    assert f"{SCALED_SIDE} pixels" in given.original.notes[1]
    gallery = gather([given], key="own-1").renamed("Mine")
    assert gallery.given(0).original == given.original
    assert gallery.digests == {file_digest(large), file_digest(given.data)}


def test_large_photographs_of_a_gallery_are_scaled_down_and_damaged_ones_left_out(given, large):
    damaged = GivenFile("trip/damaged.jpg", large[: AS_GIVEN_BYTES + 1])
    files = [*given, GivenFile("trip/large.jpg", large), damaged]
    gallery = gather([GivenFile("all.zip", zipped(files))], key="own-1", decode=decode)
    assert names(gallery) == [*(it.name for it in given), "trip/large.jpg"]
    assert gallery.n_scaled == 1
    assert decode(gallery.read(3)).pixels.shape == (960, SCALED_SIDE, 3)
    assert gallery.n_bytes < sum(len(it.data) for it in given) + len(large) // 2
    assert [it.name for it in gallery.left_out] == ["trip/damaged.jpg"]
    again = gallery.with_files([GivenFile("copy.jpg", large)], decode=decode)
    assert again.left_out[1:] == (LeftOut("copy.jpg", "It is the same file as trip/large.jpg."),)


def test_a_photograph_of_few_bytes_stays_as_it_is_given_but_is_looked_at(large, png, picture):
    data = png(picture(0))
    assert len(data) < AS_GIVEN_BYTES < len(large)
    given = scaled_down("small.png", data, decode=decode)
    assert given.data is data
    assert given.original is None
    for damaged in (data[:300], large[: AS_GIVEN_BYTES + 1]):
        with pytest.raises(ImageError, match="damaged"):
            scaled_down("It", damaged, decode=decode)
