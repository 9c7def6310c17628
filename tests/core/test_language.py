"""Texts in another language: looked up, filled in, kept for later, English where none is."""

import json
import threading
from contextvars import copy_context
from gettext import NullTranslations

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from core import language
from core.decoders import DecoderPool
from core.errors import ImageError
from core.images import decode
from core.language import (
    COUNTED,
    ENGLISH,
    LANGUAGES,
    as_json,
    from_json,
    later,
    speak,
    spoken,
    tr,
    tr_number,
)
from core.wording import count, joined

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
    assert in_german(kept) == "Ohne both.jpg: 1.234 MB sind zu viele."


@pytest.mark.parametrize("text", ["Both", later("{megabytes:,.0f} MB are too many.", megabytes=2)])
def test_what_is_kept_can_be_written_and_read(in_german, text):
    kept = later("{name} was left out: {reason}", name="1.jpg", reason=text)
    again = from_json(json.loads(json.dumps(as_json(kept))))
    assert again == kept
    assert in_german(again) == in_german(kept)


def test_a_file_that_is_called_like_a_text_keeps_its_name(in_german):
    kept = later("{name} was left out: {reason}", name="Both", reason=later("Both"))
    assert in_german(kept) == "Ohne Both: Beide"


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


@pytest.fixture
def dutch(tmp_path, monkeypatch):
    """A language of three texts, spoken in this thread until the test has ended."""
    catalog = Catalog(locale="nl", fuzzy=False)
    catalog.add("{n} images of {name}", "van {name} {n} beelden")
    catalog.add("A brace: {", "Een accolade: {")
    catalog.add(("image", "images"), ("beeld", "beelden"), context=COUNTED)
    with (tmp_path / "nl.mo").open("wb") as file:
        write_mo(file, catalog)
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    language.catalog.cache_clear()
    speak("nl")
    yield
    speak(ENGLISH)
    language.catalog.cache_clear()


def test_english_is_what_the_code_says():
    speak(ENGLISH)
    assert tr("{n:,} images of {name}", n=1200, name="x") == "1,200 images of x"
    assert tr("A brace: {") == "A brace: {"
    assert later("{n}") == "{n}"
    assert [count(1, "image"), count(2, "image")] == ["1 image", "2 images"]


def test_a_text_is_looked_up_and_its_values_may_change_places(dutch):
    assert tr("{n} images of {name}", n=3, name="x") == "van x 3 beelden"
    assert tr("A brace: {") == "Een accolade: {"
    assert [tr_number("image", "images", n) for n in (1, 2)] == ["beeld", "beelden"]
    assert count(1200, "image") == "1,200 beelden"


def test_what_a_catalog_has_not_stays_english(dutch):
    assert tr("Nobody has said {this}.", this="it") == "Nobody has said it."
    assert tr("") == ""  # which gettext has for its header
    assert count(2, "ship") == "2 ships"
    assert joined(["a", "b"]) == "a and b"


def test_a_language_without_a_catalog_is_english(tmp_path, monkeypatch):
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    language.catalog.cache_clear()
    assert language.catalog("fr").gettext("images") == "images"
    language.catalog.cache_clear()


def in_a_thread(task):
    """Run a task in a thread of its own and return what it returns."""
    heard = []
    thread = threading.Thread(target=lambda: heard.append(task()))
    thread.start()
    thread.join()
    return heard[0]


def test_each_thread_has_its_language_and_hands_it_on_where_it_is_asked_to(dutch):
    assert spoken() == "nl"
    assert in_a_thread(spoken) == ENGLISH
    assert in_a_thread(lambda: copy_context().run(spoken)) == ENGLISH
    mine = copy_context()
    assert in_a_thread(lambda: mine.run(spoken)) == "nl"


def test_a_thread_that_was_told_nothing_asks_once(monkeypatch):
    asked = []
    monkeypatch.setattr(language, "_asked", [lambda: asked.append(1) or "nl"])
    assert in_a_thread(lambda: [spoken(), spoken()]) == ["nl", "nl"]
    assert len(asked) == 1


def test_every_language_but_english_has_its_catalog():
    files = {path.stem for path in language.FOLDER.glob("*.po")}
    assert files == {path.stem for path in language.FOLDER.glob("*.mo")}
    assert files == set(LANGUAGES) - {ENGLISH}
