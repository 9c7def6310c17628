"""The catalogs: every text of the code is in each, and every translation fits its text."""

import pytest
from babel.messages.catalog import Catalog

from core.language import FOLDER
from tools import catalogs
from tools.catalogs import TRANSLATED, faults


@pytest.fixture(scope="module")
def said():
    """All that the code says."""
    return catalogs.texts()


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_lacks_its_translation_and_the_files_are_up_to_date(said, language):
    translated = catalogs.catalog(language, said)
    assert list(faults(translated)) == []
    for kind, content in ((".po", catalogs.po_bytes), (".mo", catalogs.mo_bytes)):
        assert (FOLDER / f"{language}{kind}").read_bytes() == content(translated)


def test_texts_are_found_wherever_the_code_has_them(said):
    ids = {message.id for message in said}
    assert "{most} and {last}" in ids  # tr, in core
    assert "The machine" in ids  # later, in pages
    assert ("table", "tables") in ids  # count


@pytest.mark.parametrize(
    ("text", "translation", "fault"),
    [
        ("{n:,} images", "{n:,} Bilder", ""),
        ("{a} of {b}", "von {b} {a}", ""),
        ("A brace: {", "Eine Klammer: {", ""),
        ("The [[margin]]", "Der [[Abstand|margin]]", ""),
        (("image", "images"), ("Bild", "Bilder"), ""),
        ("images", "", "no translation"),
        (("image", "images"), ("Bild", ""), "no translation"),
        ("{n:,} images", "{n} Bilder", "other parts"),
        ("{n} images", "{m} Bilder", "other parts"),
        ("The [[margin]]", "Der Abstand", "other parts"),
        ("The [[margin]]", "Der [[Abstand]]", "other parts"),
        (":material/home: Home", "Start", "other parts"),
        ("Run `python -m core`", "Starte `python -m kern`", "other parts"),
        ("see [17]", "siehe [18]", "other parts"),
        ("1,499 images, {n:,.0f}", "1.499 Bilder, {n:,.0f}", ""),
        ("section 3.2 says 0.87", "Abschnitt 3.2 sagt 0,87", ""),
        ("1,499 images", "1,499 Bilder", "number"),
        ("recall 0.87", "Recall 0.87", "number"),
        ("95%", "95%", "number"),
    ],
)
def test_a_translation_has_the_parts_of_its_text(text, translation, fault):
    catalog = Catalog(locale="de", fuzzy=False)
    catalog.add(text, translation)
    found = list(faults(catalog))
    assert len(found) == bool(fault)
    assert all(fault in it for it in found)
