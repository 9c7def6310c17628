import io
import struct
import zipfile
import zlib

import pytest

from core.galleries.zip_names import guess_encoding, readable_names


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (["公共汽车/车0.jpg", "花卉/花1.jpg"], "gbk"),
        (["照片.jpg"], "gbk"),
        (["表示0.jpg", "ソ.jpg", "予定.jpg"], "cp932"),
        (["日本の写真/犬.jpg"], "cp932"),
        (["写真/東京タワー.jpg"], "cp932"),
        (["café.jpg", "Übung/straße.jpg"], "cp437"),
        (["niño/señal.jpg"], "cp437"),
        (["Москва/зима.jpg"], "cp866"),
        (["café/été.jpg"], "cp1252"),
        (["照片/花.jpg"], "utf-8"),  # of a tool that forgets to say so
        (["caffè\\1.jpg", "menù\\2.jpg"], "cp437"),  # of a tool that writes Windows paths
        (["plain.jpg"], "cp437"),
    ],
)
def test_names_are_read_in_the_encoding_that_they_were_written_in(names, encoding):
    raw = [name.encode(encoding) for name in names]
    assert [it.decode(guess_encoding(raw)) for it in raw] == names


def test_what_no_encoding_makes_sense_of_is_still_a_name():
    assert guess_encoding([b"\xff\xfe\xff.jpg"]) == "cp437"


def entries_of(names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        for name in names:
            target.writestr(name, b"")
    return zipfile.ZipFile(file).infolist()


def test_names_that_say_they_are_utf8_are_left_as_they_are():
    assert readable_names(entries_of(["照片/ü.jpg", "a\\b.jpg"])) == ["照片/ü.jpg", "a/b.jpg"]


def test_the_unicode_name_beside_an_old_one_counts_if_it_is_of_that_name():
    (entry,) = entries_of(["old.jpg"])
    for checksum, expected in ((zlib.crc32(b"old.jpg"), "новый.jpg"), (0, "old.jpg")):
        body = struct.pack("<BL", 1, checksum) + "новый.jpg".encode()
        entry.extra = struct.pack("<HH", 0x7075, len(body)) + body
        assert readable_names([entry]) == [expected]
