"""The door for a zip: bombs, nested ones, names that lead out, links, too many files, damage."""

import io
import random
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from core.galleries.uploads import GivenFile, gather
from tools.fuzz.damage import damaged
from tools.fuzz.doors import Attempt, Door, WrongAnswerError, answered
from tools.fuzz.pictures import samples

_ODD_NAMES = (
    *(
        "../../{n}.jpg",
        "/tmp/{n}.jpg",
        "C:\\{n}.jpg",
        "\\\\host\\share\\{n}.jpg",
        "a/../../{n}.jpg",
    ),
    *("a/./b//{n}.jpg", "{n}.jpg/", "", ".", "..", "/", "//", "\0{n}.jpg", "a\0/../{n}.jpg"),
    *("<img src=x onerror=alert(1)>/{n}.jpg", "[a](javascript:alert(1))/{n}.jpg", "\u202e{n}.jpg"),
    *("\n\r\t/{n}.jpg", "CON/{n}.jpg", "a" * 60_000 + "{n}.jpg", "a/" * 20_000 + "{n}.jpg"),
    *("é/{n}.jpg", "照片/{n}.jpg", "__MACOSX/{n}.jpg", "masks/{n}.png", "{n}.JPG", "\ud800{n}.jpg"),
)


def door(n: int = 500) -> Door:
    """Make the door."""

    def make(rng: random.Random, folder: Path) -> Attempt:
        kinds = [*_QUICK * 5, *_LARGE]
        data = rng.choice(kinds)(rng)
        before = sorted(folder.parent.iterdir())

        def attempt() -> str:
            outcome = answered(lambda: _read_all(data))
            if sorted(folder.parent.iterdir()) != before or any(folder.iterdir()):
                raise WrongAnswerError("a zip was unpacked to disk")
            return outcome

        return attempt

    return Door(name="zip", n=n, seconds=20, megabytes=300, make=make)


def _read_all(data: bytes) -> None:
    gallery = gather([GivenFile("given.zip", data)], key="own-fuzz")
    for item in gallery.items:
        item.name.encode()  # what a link or a digest can't hold
        gallery.read(item.id)


def packed(files: dict[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as target, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, data in files.items():
            target.writestr(name, data)
    return file.getvalue()


def _picture(rng: random.Random) -> bytes:
    return rng.choice(rng.choice(list(samples().values())))


def _sound(rng: random.Random) -> bytes:
    return packed({f"{rng.choice('ab')}/{n}.jpg": _picture(rng) for n in range(5)})


def _damaged(rng: random.Random) -> bytes:
    return damaged(rng, _sound(rng))


def _odd_names(rng: random.Random) -> bytes:
    files: dict[str | zipfile.ZipInfo, bytes] = {}
    for n in range(rng.randrange(1, 8)):
        info = zipfile.ZipInfo("x")
        info.filename = rng.choice(_ODD_NAMES).format(n=n).replace("\ud800", "?")
        files[info] = _picture(rng)
    return packed(files)


def _encoded_names(rng: random.Random) -> bytes:
    """Names of old systems: bytes that no flag explains."""
    raw = rng.choice(
        ["照片/夏", "写真/夏", "фото/лето", "été/plage", "\u00ff\u00fe", "a\\b"]
    ).encode(rng.choice(["utf-8", "gbk", "cp932", "cp866", "latin-1"]), "replace")
    raw += rng.randbytes(rng.randrange(4))
    name = "n" * len(raw)
    return packed({name + ".jpg": _picture(rng)}).replace(name.encode(), raw)


def _twice(rng: random.Random) -> bytes:
    return packed({zipfile.ZipInfo("same.jpg"): _picture(rng) for _ in range(rng.randrange(2, 50))})


def _links(rng: random.Random) -> bytes:
    info = zipfile.ZipInfo("link.jpg")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return packed({info: b"/etc/passwd", "a.jpg": _picture(rng)})


def _nested(rng: random.Random) -> bytes:
    inner = _sound(rng)
    for _ in range(rng.randrange(1, 20)):
        inner = packed({rng.choice(["inner.zip", "inner.jpg"]): inner, "a.jpg": _picture(rng)})
    return inner


def _false_sizes(rng: random.Random) -> bytes:
    """What the table of contents claims is not what is packed."""
    data = bytearray(_sound(rng))
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        for at in (20, 24):
            struct.pack_into("<I", data, place + at, rng.choice([0, 1, 10**6, 2**31, 2**32 - 1]))
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def _overlapping(rng: random.Random) -> bytes:
    """Thousands of entries that all are the same packed bytes."""
    data = packed({"a.jpg": bytes(10**6)})
    table = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    count = rng.choice([100, 4000])
    entries = bytearray()
    for n in range(count):
        entry = bytearray(data[table:end])
        entry[46:51] = f"{n:05d}".encode()
        entries += entry
    record = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(entries), table, 0)
    return data[:table] + bytes(entries) + record


def _bomb(rng: random.Random) -> bytes:
    """Zeros, a thousand times smaller when packed; above what a zip may unpack to, and below."""
    each, count = rng.choice([(40, 60), (49, 5), (300, 1), (49, 41)])
    zeros = _packed_zeros(each)
    name = rng.choice(["{}.jpg", "{}"])
    return _of_packed(zeros, each * 2**20, [name.format(n) for n in range(count)])


@cache
def _packed_zeros(megabytes: int) -> bytes:
    return packed({"a": bytes(megabytes * 2**20)})


def _of_packed(packed_once: bytes, size: int, names: list[str]) -> bytes:
    """A zip with copies of one packed entry, under these names."""
    with zipfile.ZipFile(io.BytesIO(packed_once)) as source:
        info = source.infolist()[0]
        crc, n_packed = info.CRC, info.compress_size
    start = packed_once.index(b"PK\x03\x04") + 30 + 1
    body = packed_once[start : start + n_packed]
    out, table = bytearray(), bytearray()
    for text in names:
        name = text.encode()
        common = struct.pack("<5H3L2H", 20, 0, 8, 0, 0, crc, n_packed, size, len(name), 0)
        table += b"PK\x01\x02" + b"\x14\0" + common
        table += struct.pack("<3H2L", 0, 0, 0, 0, len(out)) + name
        out += b"PK\x03\x04" + common + name + body
    count = len(names)
    return bytes(out + table) + struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(table), len(out), 0
    )


@cache
def _hundred_thousand() -> bytes:
    return packed({f"{n}.jpg": b"" for n in range(100_000)}, zipfile.ZIP_STORED)


def _too_many(rng: random.Random) -> bytes:
    return _hundred_thousand()


_QUICK: tuple[Callable[[random.Random], bytes], ...] = (
    *(_sound, _damaged, _damaged, _odd_names, _encoded_names, _twice, _links, _nested),
    *(_false_sizes, _overlapping),
)
_LARGE = (_bomb, _too_many)
