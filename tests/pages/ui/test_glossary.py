"""The glossary: every word that is marked anywhere has its meaning."""

import re
from pathlib import Path

import pytest

from core.paper.references import REFERENCES
from pages.ui import glossary

PAGES = sorted((Path(__file__).parents[3] / "pages").rglob("*.py"))
MARKED = {
    word
    for path in PAGES
    if path.name != "glossary.py"
    for word in re.findall(r"\[\[([\w -]+)\]\]", path.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("word", sorted(MARKED))
def test_every_marked_word_has_a_meaning(word):
    assert glossary.TERMS[glossary.term_of(word)]


def test_terms_stand_in_the_order_of_the_alphabet():
    assert [*glossary.TERMS] == sorted(glossary.TERMS, key=str.lower)


def test_a_word_without_a_meaning_is_an_error():
    with pytest.raises(KeyError):
        glossary.term_of("hashbrown")


def test_the_page_shows_every_term_and_every_reference(open_app):
    page = open_app("pages/glossary.py")
    text = " ".join(it.value for it in page.markdown)
    assert not page.exception
    assert all(f"**{term}**" in text for term in glossary.TERMS)
    assert [it.number for it in REFERENCES] == ["16", "17", "18", "19", "20"]
    assert all(f"**[{it.number}]**" in text for it in REFERENCES)
