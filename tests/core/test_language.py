import json
from gettext import NullTranslations

import pytest

from core import language
from core.decoders import DecoderPool
from core.errors import ImageError
from core.images import decode
from core.language import as_json, from_json, later, speak, tr

GERMAN = {
    "The image": "Das Bild",
    "{name} is an empty file (0 bytes); choose another one.": "{name} ist leer (0 Bytes).",
    "{name} {is_what}; choose or export a {formats} file.": "{name} {is_what}.",
    "is a PDF document": "ist ein PDF",
    "{name} was left out: {reason}": "Ohne {name}: {reason}",
    "{megabytes:,.0f} MB are too many.": "{megabytes:,.0f} MB sind zu viele.",
    "Both": "Beide",
}


class German(NullTranslations):
    def gettext(self, message):
        return GERMAN.get(message, message)


@pytest.fixture
def in_german(monkeypatch):
    """Return a text as a reader of German meets it."""
    monkeypatch.setattr(language, "catalog", lambda code: German())

    def said(text):
        speak("de")
        try:
            return str(text) if isinstance(text, Exception) else tr(text)
        finally:
            speak("en")

    return said


def test_what_is_kept_reads_in_english_and_is_said_in_any_language(in_german):
    why = later("{megabytes:,.0f} MB are too many.", megabytes=1_234.5)
    kept = later("{name} was left out: {reason}", name="both.jpg", reason=why)
    assert kept == tr(kept) == "both.jpg was left out: 1,234 MB are too many."
    assert in_german(kept) == "Ohne both.jpg: 1,234 MB sind zu viele."


@pytest.mark.parametrize("text", ["Both", later("{megabytes:,.0f} MB are too many.", megabytes=2)])
def test_what_is_kept_can_be_written_and_read(in_german, text):
    kept = later("{name} was left out: {reason}", name="1.jpg", reason=text)
    again = from_json(json.loads(json.dumps(as_json(kept))))
    assert again == kept
    assert in_german(again) == in_german(kept)


def test_an_error_is_said_in_the_language_of_who_reads_it(in_german):
    with pytest.raises(ImageError) as raised:
        decode(b"")
    assert str(raised.value) == "The image is an empty file (0 bytes); choose another one."
    assert in_german(raised.value) == "Das Bild ist leer (0 Bytes)."


def test_what_a_decoder_says_is_said_in_the_language_of_who_reads_it(in_german):
    pool = DecoderPool(1)
    try:
        with pytest.raises(ImageError) as raised:
            pool.decode(b"%PDF-1.7 and more")
    finally:
        pool.close()
    assert in_german(raised.value) == "Das Bild ist ein PDF."
