import io
import random
import struct
import zipfile

import pytest

from core.errors import GalleryError
from core.files import file_digest
from core.galleries import archive
from core.galleries.archive import ArchiveGallery, open_archive
from core.galleries.base import digest_of
from core.galleries.folder import open_folder


def packed(files, *, method=zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return file.getvalue()


FILES = {"cats/10.jpg": b"ten", "cats/2.jpg": b"two", "dogs/1.png": b"one" * 100}


def test_a_zip_is_the_same_gallery_as_its_folder(tmp_path):
    for name, data in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    folder, gallery = open_folder(tmp_path), ArchiveGallery(packed(FILES), name="My Pets.zip")
    assert gallery.items == folder.items
    assert gallery.digest == folder.digest == digest_of(gallery.items)
    assert [gallery.read(i) for i in range(3)] == [folder.read(i) for i in range(3)]
    assert gallery.items[0].digest == file_digest(b"two")
    assert (gallery.key, gallery.title) == (f"zip-my-pets-{gallery.digest[:8]}", "My Pets.zip")


def test_two_zips_have_two_keys_whatever_their_names():
    first, second = packed({"a.jpg": b"a"}), packed({"a.jpg": b"b"})
    zips = [(first, "照片.zip"), (second, "图片.zip"), (first, "a.zip"), (second, "a.zip")]
    assert len({ArchiveGallery(data, name=name).key for data, name in zips}) == 4


def reasons(gallery):
    return {it.name: it.reason for it in gallery.left_out}


def test_a_zip_on_disk_is_opened_by_its_path(tmp_path):
    (tmp_path / "a.zip").write_bytes(packed(FILES))
    assert open_archive(tmp_path / "a.zip").items == ArchiveGallery(packed(FILES)).items
    with pytest.raises(GalleryError, match="no such file"):
        open_archive(tmp_path / "b.zip")


def test_a_folder_around_everything_is_no_label():
    gallery = ArchiveGallery(packed({f"pets/{name}": data for name, data in FILES.items()}))
    assert [item.label for item in gallery.items] == ["cats", "cats", "dogs"]


def test_hidden_files_and_those_macos_adds_are_left_out():
    gallery = ArchiveGallery(
        packed({"a.jpg": b"a", "__MACOSX/a.jpg": b"", ".b.jpg": b"", ".c/d.jpg": b"", "e.txt": b""})
    )
    assert [item.name for item in gallery.items] == ["a.jpg"]
    assert list(reasons(gallery)) == [".b.jpg", ".c/", "__MACOSX/", "e.txt"]


def test_the_content_says_what_an_image_is(picture, png):
    image = png(picture(0))
    gallery = ArchiveGallery(packed({"a.jpg": b"a", "b": image, "c.pdf": b"%PDF", "d/e": b""}))
    assert [item.name for item in gallery.items] == ["a.jpg", "b"]
    assert reasons(gallery) == {"c.pdf": "It is a PDF document.", "d/e": "It is an empty file."}


def test_windows_separators_are_folders_too():
    data = packed({"cats/a.jpg": b"a", "dogs/b.jpg": b"b"}).replace(b"s/", b"s\\")
    assert [item.name for item in ArchiveGallery(data).items] == ["cats/a.jpg", "dogs/b.jpg"]


@pytest.mark.parametrize("name", ["../a.jpg", "cats/../../a.jpg", "/etc/a.jpg", "C:/a.jpg"])
def test_a_path_that_leads_out_of_the_zip_is_left_out(name):
    gallery = ArchiveGallery(packed({name: b"x", "b.jpg": b"y"}))
    assert [item.name for item in gallery.items] == ["b.jpg"]
    assert [it.reason[:30] for it in gallery.left_out] == ["Its path leads out of the zip;"]
    with pytest.raises(GalleryError, match="Its path leads out of the zip"):
        ArchiveGallery(packed({name: b"x"}))


def test_a_colon_in_a_folder_leads_nowhere():
    gallery = ArchiveGallery(packed({"3: cats/a.jpg": b"a", "dogs:/b.jpg": b"b"}))
    assert [item.label for item in gallery.items] == ["3: cats", "dogs:"]


def test_one_bad_entry_keeps_no_other_from_being_searched():
    whole = packed({"a.jpg": b"a" * 100, "b.jpg": b"b" * 100}, method=zipfile.ZIP_STORED)
    gallery = ArchiveGallery(whole.replace(b"a" * 100, b"a" * 99 + b"x"))
    assert [item.name for item in gallery.items] == ["b.jpg"]
    assert reasons(gallery) == {"a.jpg": "It is damaged or incomplete; copy or pack it again."}


def test_of_two_entries_with_one_name_the_last_counts_and_the_other_is_named():
    data = packed({"a.jpg": b"old", "b.jpg": b"new"}).replace(b"b.jpg", b"a.jpg")
    gallery = ArchiveGallery(data)
    assert [gallery.read(it.id) for it in gallery.items] == [b"new"]
    assert [it.name for it in gallery.left_out] == ["a.jpg"]


def test_names_of_old_systems_are_readable_and_every_image_is_there():
    for text, encoding in (("公共汽车/车", "gbk"), ("表示", "cp932"), ("ソ能予", "cp932")):
        entries = {f"{text}{n}.jpg": f"{n}".encode() for n in range(3)}
        gallery = ArchiveGallery(old_zip(entries, encoding))
        assert {it.name: gallery.read(it.id) for it in gallery.items} == entries


def old_zip(entries, encoding) -> bytes:
    """A zip whose names are bytes in an encoding that it doesn't tell."""
    stand_ins = {f"{n:0{len(name.encode(encoding))}d}": name for n, name in enumerate(entries)}
    data = packed({it: entries[name] for it, name in stand_ins.items()})
    for it, name in stand_ins.items():
        data = data.replace(it.encode(), name.encode(encoding))
    return data


def test_what_is_not_a_zip_is_refused():
    for data in (b"", b"not a zip", packed(FILES)[:60], packed(FILES)[60:-30]):
        with pytest.raises(GalleryError, match=r"images.zip (is not a zip file|is damaged)"):
            ArchiveGallery(data)


def test_a_zip_without_images_says_what_it_looked_for():
    with pytest.raises(GalleryError, match=r"holds no images; put JPEG.* readme\.txt was left out"):
        ArchiveGallery(packed({"readme.txt": b"hello"}))


def test_a_protected_zip_is_refused():
    data = bytearray(packed({"a.jpg": b"a"}))
    data[data.index(b"PK\1\2") + 8] |= 1  # the flag of an encrypted entry
    with pytest.raises(GalleryError, match="protected by a password"):
        ArchiveGallery(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_whose_unpacking_has_no_bound_is_refused(method):
    with pytest.raises(GalleryError, match="ordinary zip"):
        ArchiveGallery(packed({"a.jpg": b"a"}, method=method))


def test_limits_are_checked_before_anything_is_unpacked(monkeypatch):
    bomb, small = packed({"zeros": bytes(archive.MAX_IMAGE_BYTES + 1)}), packed(FILES)
    assert len(bomb) < 60_000
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(GalleryError, match=r"It unpacks to 50 MB, but 50 MB is the most"):
        ArchiveGallery(bomb)
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 300)
    with pytest.raises(GalleryError, match="is the most for a zip"):
        ArchiveGallery(small)
    monkeypatch.setattr(archive, "MAX_ENTRIES", 2)
    with pytest.raises(GalleryError, match="holds 3 files, but 2 is the most"):
        ArchiveGallery(small)
    monkeypatch.setattr(archive, "MAX_ARCHIVE_BYTES", 100)
    with pytest.raises(GalleryError, match="has more than 0 MB"):
        ArchiveGallery(small)


def test_an_entry_that_claims_less_than_it_holds_is_never_unpacked_further():
    data = bytearray(packed({"a.jpg": bytes(10_000_000)}))
    for mark, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):  # the two claims of its size
        struct.pack_into("<L", data, data.index(mark) + offset, 1000)
    with pytest.raises(GalleryError, match=r"a.jpg was left out: It is damaged"):
        ArchiveGallery(bytes(data))


def test_damage_anywhere_ends_in_a_gallery_or_in_a_gallery_error():
    whole = packed(FILES)
    contents = set(FILES.values())
    rng = random.Random(0)
    for _ in range(500):
        data = bytearray(whole)
        for _ in range(rng.choice([1, 3])):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            gallery = ArchiveGallery(bytes(data))
            assert {gallery.read(item.id) for item in gallery.items} <= contents
        except GalleryError:
            continue


def test_progress_is_told_for_every_image():
    told = []
    ArchiveGallery(packed(FILES), progress=lambda *it: told.append(it))
    assert told == [(i, 3, "reading files") for i in (1, 2, 3)]
