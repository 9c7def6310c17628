"""Names in zips as they were meant: old tools write them in the encoding of their country.

A zip says whether a name is UTF-8; where it doesn't, the bytes may be anything, and Python reads
them as the IBM PC's (cp437). All such names of a zip come from one machine, so one encoding is
looked for that reads all of them, and reads them as what people write there: common characters.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence

_IS_UTF8 = 0x800  # bit of an entry's flags
_UNICODE_PATH = 0x7075  # extra field of Info-ZIP: the name in UTF-8, beside the old one

_LIKELY = 0.6  # of the characters beyond ASCII; below that, no encoding is believed


def readable_names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Return the name of each entry, with ``/`` between folders."""
    names = [entry.orig_filename for entry in entries]
    told = [_unicode_path(entry) for entry in entries]
    silent = [
        n
        for n, entry in enumerate(entries)
        if not entry.flag_bits & _IS_UTF8 and told[n] is None and not names[n].isascii()
    ]
    raw = [names[n].encode("cp437") for n in silent]  # what zipfile read them as: no byte is lost
    encoding = guess_encoding(raw)
    for n, name in zip(silent, raw, strict=True):
        names[n] = name.decode(encoding)
    names = [name if it is None else it for name, it in zip(names, told, strict=True)]
    return [name.split("\0")[0].replace("\\", "/") for name in names]  # some write Windows paths


def guess_encoding(names: Sequence[bytes]) -> str:
    """Return the encoding that reads all these names, and most likely what they are written in."""
    best, most = "cp437", _LIKELY
    for encoding, value in _ENCODINGS.items():
        try:
            text = "/".join(name.decode(encoding) for name in names)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8":  # its bytes make no sense by accident
            return encoding
        beyond = [n for n, character in enumerate(text) if not character.isascii()]
        values = [0.0 if _in_a_word(text, n, encoding) else value(text, n) for n in beyond]
        score = sum(values) / len(values) if values else 0.0
        if score > most:
            best, most = encoding, score
    return best


def _in_a_word(text: str, n: int, encoding: str) -> bool:
    """Whether a character of two bytes stands in a plain word, or took a letter of it."""
    raw = text[n].encode(encoding)
    if len(raw) != 2:
        return False
    before, after = map(_is_plain_letter, (text[max(n - 1, 0) : n], text[n + 1 : n + 2]))
    return (
        (before and after)
        or (raw[1:].isalpha() and (before or after))
        or (raw[1:] == b"\\" and before)
    )


def _is_plain_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _unicode_path(entry: zipfile.ZipInfo) -> str | None:
    """Read the name from Info-ZIP's extra field, if it is there and of this name."""
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        body, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind != _UNICODE_PATH or len(body) < 5 or body[0] != 1:
            continue
        try:
            raw = entry.orig_filename.encode("cp437")
            if struct.unpack_from("<L", body, 1)[0] == zlib.crc32(raw):
                return body[5:].decode("utf-8")
        except UnicodeError:
            pass
    return None


# How much a character speaks for its encoding, 0 … 1: common characters of the languages that
# are written in it, by the rows in which the national standards list them first.


def _japanese(text: str, n: int) -> float:
    character = text[n]
    if "\u3041" <= character <= "\u30ff":  # kana
        return 1.0
    row = character.encode("cp932")
    return 0.99 if len(row) == 2 and 0x88 <= row[0] <= 0x97 else 0.5 * (len(row) == 2)


def _simplified_chinese(text: str, n: int) -> float:
    row = text[n].encode("gbk")
    in_standard = len(row) == 2 and row[1] >= 0xA1
    if in_standard and 0xB0 <= row[0] <= 0xD7:  # the 3,755 most common ones of GB 2312
        return 1.0
    return 0.7 if in_standard and (row[0] <= 0xA3 or 0xD8 <= row[0] <= 0xF7) else 0.0


def _traditional_chinese(text: str, n: int) -> float:
    row = text[n].encode("big5")
    return 0.99 if len(row) == 2 and 0xA4 <= row[0] <= 0xC6 else 0.4 * (row[0] <= 0xF9)


def _letter_of(first: str, last: str) -> Callable[[str, int], float]:
    """A letter of one alphabet speaks for it, unless it stands in a word of another."""

    def value(text: str, n: int) -> float:
        if not (first <= text[n] <= last and text[n].isalpha()) or _ends_a_folder(text, n):
            return 0.0
        return 0.3 if _beside_plain_letter(text, n) else 0.98

    return value


def _western(text: str, n: int) -> float:
    """An accented letter, which stands in a word of plain ones: é, ü, ñ."""
    if not ("\u00c0" <= text[n] <= "\u017f" and text[n].isalpha()) or _ends_a_folder(text, n):
        return 0.0
    return 0.97 if _beside_plain_letter(text, n) else 0.5


def _ends_a_folder(text: str, n: int) -> bool:
    """A backslash behind it may well be the second half of a character in another encoding."""
    return text[n + 1 : n + 2] == "\\"


def _beside_plain_letter(text: str, n: int) -> bool:
    return any(map(_is_plain_letter, text[max(n - 1, 0) : n] + text[n + 1 : n + 2]))


_ENCODINGS: dict[str, Callable[[str, int], float]] = {
    "utf-8": lambda text, n: 1.0,
    "cp932": _japanese,
    "gbk": _simplified_chinese,
    "big5": _traditional_chinese,
    "cp866": _letter_of("\u0400", "\u04ff"),
    "cp437": _western,
    "cp1252": _western,
}
