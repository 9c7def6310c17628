"""Whatever a page says can be said in another language: in one that has every text in brackets."""

import json
import re
from gettext import NullTranslations

import pytest
from google.protobuf.json_format import MessageToDict

from core import language
from pages.ui import navigation
from pages.ui.languages import PARAM

BRACKETED = "xx"
NO_TEXTS = {  # fields of elements and of figures that nobody reads
    *(
        "id",
        "key",
        "icon",
        "url",
        "formId",
        "anchor",
        "type",
        "page",
        "pageScriptHash",
        "elementId",
    ),
    *("css", "js", "jsContent", "cssContent", "html", "mime", "src", "href", "color", "colour"),
    *("template", "font", "hovermode", "mode", "anchorx", "marker", "line", "groupId", "format"),
    *("fragmentId", "activeScriptHash", "componentName", "queryParamKey", "language", "config"),
}
ALIKE = re.compile(  # in every language
    r"Hashlight|ResNet50|ImageNet|CBAM|LSH|Corel|Scenes|English|Deutsch|:material/\w+:|https?://\S+"
    r"|\b(red|blue)/\S+|`[^`]*`|<[^>]*>|%\{[^}]*\}|\$[^$]*\$"
)
WORD = re.compile(r"[A-Za-z]{3,}")


class Brackets(NullTranslations):
    """A language in which every text stands in brackets."""

    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, one, many, number):
        return f"⟦{many}⟧"


@pytest.fixture
def bracketed(monkeypatch):
    """Speak it."""
    monkeypatch.setitem(language.LANGUAGES, BRACKETED, "⟦⟧")
    monkeypatch.setattr(language, "catalog", lambda code: Brackets())
    return {PARAM: BRACKETED}


def said(value, name=""):
    """All strings that an element, or a part of one, has for people."""
    if name in NO_TEXTS:
        return
    if isinstance(value, dict):
        for inner, it in value.items():
            yield from said(it, inner)
    elif isinstance(value, list):
        for it in value:
            yield from said(it, name)
    elif isinstance(value, str):
        try:
            inner = json.loads(value)
        except ValueError:
            yield value
        else:
            yield from said(inner) if isinstance(inner, (dict, list)) else ()


def english(page):
    """What a page says outside brackets."""
    for element in (*page.main, *page.sidebar):
        if (proto := getattr(element, "proto", None)) is None:
            continue
        for text in said(MessageToDict(proto)):
            rest, n_brackets = text, 1
            while n_brackets:
                rest, n_brackets = re.subn(r"⟦[^⟦⟧]*⟧", "", rest)
            if WORD.search(ALIKE.sub("", rest)):
                yield text


@pytest.mark.parametrize("path", [path for path, _, _ in navigation.MENU])
def test_a_page_says_nothing_that_has_no_translation(open_app, bracketed, path):
    page = open_app(path, image="red/1.jpg", **bracketed)
    assert not page.exception
    assert sorted(set(english(page))) == []
