"""Which language a visitor reads, on every page, in callbacks and in scripts of the browser."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from gettext import NullTranslations
from threading import Barrier

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import language
from pages.ui import languages, navigation
from pages.ui.grid import Action
from pages.ui.languages import of_browser, scripts

SCRIPTS = [*(navigation.ROOT / "pages").rglob("*.js")]
SAID = re.compile(r'\b(?:tr|counted)\(\s*"(?:[^"\\]|\\.)*"|(?m:(?:^|\s)//.*$)')  # and comments
SENTENCE = re.compile(r'["`]([A-Z][a-z]+ [^"`]*)["`]')


class Named(NullTranslations):
    """A catalog that says of every text in which language it is."""

    def __init__(self, code):
        super().__init__()
        self.code = code

    def gettext(self, message):
        return f"{self.code}: {message}"

    def npgettext(self, context, one, many, n):
        return f"{self.code}: {one if n == 1 else many}"


@pytest.fixture(autouse=True)
def named(monkeypatch):
    """Speak such languages."""
    monkeypatch.setattr(language, "catalog", Named)
    yield
    language.speak(language.ENGLISH)


@pytest.fixture
def browser_asks_for(monkeypatch):
    """Let the browser of the visitor ask for a language."""

    def browser_asks_for(locale):
        monkeypatch.setattr(type(st.context), "locale", property(lambda context: locale))

    return browser_asks_for


@pytest.fixture
def glossary_page(open_app):
    return lambda **address: open_app(navigation.GLOSSARY, **address)


def title(page):
    assert not page.exception
    return page.title[0].value


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        ("de-AT", "de"),
        ("zh_Hans_CN", "zh"),
        ("DE", "de"),
        ("fr-FR", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_browser_asks_for_a_language_that_there_is_or_gets_english(locale, code):
    assert of_browser(locale) == code


def test_the_address_comes_before_a_choice_and_that_before_the_browser(
    glossary_page, browser_asks_for
):
    browser_asks_for("zh-CN")
    page = glossary_page()
    assert title(page) == "zh: Words and sources"
    assert "lang" not in page.query_params
    page.button_group(key="choose-language").set_value("en").run()
    assert title(page) == "Words and sources"
    assert page.query_params["lang"] == "en"
    page.query_params["lang"] = "de"
    assert title(page.run()) == "de: Words and sources"
    assert page.button_group(key="choose-language").value == "de"


def test_nonsense_in_the_address_says_nothing(glossary_page, browser_asks_for):
    browser_asks_for("de")
    assert title(glossary_page(lang="klingon")) == "de: Words and sources"
    browser_asks_for(None)
    assert title(glossary_page(lang="")) == "Words and sources"


def test_a_link_within_a_page_keeps_the_language_and_says_it_in_the_address_again(glossary_page):
    page = glossary_page(lang="de")
    page.query_params.clear()
    assert title(page.run()) == "de: Words and sources"
    assert page.query_params["lang"] == "de"


def test_what_is_set_on_a_page_leaves_the_language_in_the_address(search_page):
    page = search_page(image="red/1.jpg", lang="de")
    language.speak("de")  # as the browser does, which sends back what it was shown
    page.slider(key="K").set_value(4).run()
    assert page.query_params["lang"] == "de"


def test_a_link_that_is_opened_in_another_tab_has_the_language(monkeypatch):
    monkeypatch.setattr(st, "query_params", {"lang": "zh"})
    action = Action(label="", page="pages/search.py", params={"k": "3"})
    assert action.address(languages.named()) == "search?k=3&lang=zh"


SPEAKING = """
import streamlit as st
from core.language import tr
from pages.ui import languages

def pressed():
    st.session_state["callback"] = tr("pressed")

languages.settle()
if together := st.session_state.get("together"):
    together.wait(timeout=20)
st.button("Press", on_click=pressed)
st.markdown(tr("shown"))
"""


def test_a_callback_speaks_before_the_page_does_and_in_the_same_language():
    page = AppTest.from_string(SPEAKING)
    page.query_params["lang"] = "de"
    page.run().button[0].click().run()
    assert page.session_state["callback"] == "de: pressed"


def test_two_visitors_at_once_read_two_languages():
    together = Barrier(2)

    def visit(code):
        page = AppTest.from_string(SPEAKING, default_timeout=30)
        page.query_params["lang"] = code
        page.session_state["together"] = together
        return [page.run().markdown[0].value for _ in range(5)]

    with ThreadPoolExecutor(2) as visitors:
        read = [*visitors.map(visit, ["de", "zh"])]
    assert read == [["de: shown"] * 5, ["zh: shown"] * 5]


def test_a_script_is_given_all_that_it_says_and_in_english_nothing():
    js = 'tr("{n} of {all}", { n, all }); counted("image", n); tr("a \\"b\\""); str("no")'
    assert scripts.texts(js) == (("{n} of {all}", ""), ("image", "images"), ('a "b"', ""))
    assert scripts.said(scripts.texts(js)) == {"language": "en", "texts": "{}"}
    language.speak("de")
    assert json.loads(scripts.said(scripts.texts(js))["texts"]) == {
        it: f"de: {it}" for it in ("{n} of {all}", "image", "images", 'a "b"')
    }


def test_a_script_has_no_sentence_that_it_does_not_say_in_every_language():
    found = [
        sentence
        for path in SCRIPTS
        for sentence in SENTENCE.findall(SAID.sub("", path.read_text(encoding="utf-8")))
    ]
    assert found == ["Material Symbols"]  # a font


def test_a_script_that_speaks_has_heard_its_texts_before():
    for path in SCRIPTS:
        code = path.read_text(encoding="utf-8")
        if "export default" in code and scripts.texts(code):
            assert "hear(" in code, path
