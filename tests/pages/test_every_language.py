"""Whatever a page says can be said in another language: in one that has every text in brackets.

It writes numbers as no other does, 1’499·5 and 12٪, so that one in English format stands out.
"""

import json
import re
from gettext import NullTranslations

import pandas as pd
import pytest
from google.protobuf.json_format import MessageToDict

from core import language
from core.engine.kernels import readable
from core.evaluation import results
from core.language import numbers, speak
from core.paper.references import PAPER, REFERENCES
from core.scenery.render import CATEGORIES
from pages.parts.selftest.for_class import class_questions
from pages.ui import navigation, resources
from pages.ui.languages import PARAM

BRACKETED = "xx"
NO_TEXTS = {  # fields of elements and of figures that nobody reads
    *("id", "key", "icon", "url", "formId", "anchor", "type", "page", "pageScriptHash"),
    *("elementId", "groupId", "fragmentId", "deferredFileId", "activeScriptHash", "componentName"),
    *("queryParamKey", "queryString", "language", "config", "format", "step", "place", "uploader"),
    *("css", "js", "jsContent", "cssContent", "html", "looks", "mime", "src", "href", "file"),
    *("color", "colour", "colours", "colorscale", "gridcolor", "paper_bgcolor", "plot_bgcolor"),
    *("ramp", "picture", "pictures", "bytes", "bdata", "data_frame", "font", "marker", "line"),
    *("template", "mode", "hovermode", "hoverinfo", "autorange", "categoryorder", "textposition"),
    *("anchorx", "xanchor", "yanchor", "xref", "yref", "layer", "library"),
    *(
        "constrain",
        "constraintoward",
        "tickformat",
        "side",
        "align",
        "fill",
        "fillcolor",
        "barmode",
    ),
    *("source", "features", "traceorder", "codeText", "along"),
}
MEASURED = results.load("index-speed", results.RESULTS)
CONTESTANTS = [it["contestants"] for it in MEASURED["data_sets"].values()]
NAMES = {  # of methods, their settings and libraries, of works, of what is painted
    *(name for entered in CONTESTANTS for name in entered),
    *(name for entered in CONTESTANTS for it in entered.values() for name in it["setting"]),
    *(name for entered in CONTESTANTS for it in entered.values() for name in it["parameters"]),
    *MEASURED["versions"],
    *(it.text for it in (PAPER, *REFERENCES)),
    *(it.label for it in CATEGORIES.values()),
}
ALIKE = re.compile(  # in every language
    rf"(?<!\w)({'|'.join(map(re.escape, sorted(NAMES, key=len, reverse=True)))})(?!\w)"
    r"|(?s:<style>.*?</style>)|\bUTC\b|\bmAP\b|\d+\.\d+\.\d+\S*|[\w-]+\.json\b"
    r"|Hashlight|ResNet50|ImageNet|CBAM|LSH|Corel|Scenes|English|Deutsch|:material/\w+:|https?://\S+"
    r"|\b(red|blue)(/\S+)?|\bsmall\d|`[^`]*`|<[^>]*>|%\{[^}]*\}|\$+[^$]+\$+"
    r"|^[A-Z_]+( \d+)?$|^(plain|good|bad|faint)$|^[.\w/]*\?\S+=\S+$"  # enums, tones, addresses
    r"|:[a-z]+\["  # colours
)
WORD = re.compile(r"[A-Za-z]{3,}")
NUMBER = re.compile(r"\d[.,]\d|\d%")
SIGNS = {",": "’", ".": "·", "%": "٪"}
IN_A_TEXT = re.compile(r"(\{[^{}]*\})|(?<=\d)([.,](?=\d)|%)")  # a field, or a sign in a number


def written_by_a_translator(text):
    """A text with the numbers in its own words as the language of brackets has them."""
    return IN_A_TEXT.sub(lambda it: it[1] or SIGNS[it[2]], text)


class Brackets(NullTranslations):
    """A language in which every text stands in brackets."""

    def gettext(self, message):
        return f"⟦{written_by_a_translator(message)}⟧"

    def npgettext(self, _, one, many, number):
        return f"⟦{many}⟧"


@pytest.fixture
def bracketed(monkeypatch):
    """Speak it."""
    monkeypatch.setitem(language.LANGUAGES, BRACKETED, "⟦⟧")
    monkeypatch.setitem(numbers.SIGNS, BRACKETED, str.maketrans(SIGNS))
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
            yield from said(inner) if isinstance(inner, (dict, list)) else [value]


def texts_of(element):
    """All strings of an element of a page."""
    if isinstance(table := getattr(element, "value", None), pd.DataFrame):
        yield from map(str, [*table.columns, *table.to_numpy().ravel()])
    elif (proto := getattr(element, "proto", None)) is not None:
        yield from said(MessageToDict(proto))


def english(page):
    """What a page says outside brackets, and what has a number as English writes it."""
    for element in page._tree:  # dialogs, too
        for text in texts_of(element):
            rest, n_brackets = text, 1
            while n_brackets:
                rest, n_brackets = re.subn(r"⟦[^⟦⟧]*⟧", "", rest)
            if WORD.search(ALIKE.sub("", rest)) or NUMBER.search(ALIKE.sub("", text)):
                yield text


def spoken_in_brackets(page):
    """Whether a run of a page went well and said nothing outside brackets."""
    assert not page.exception
    assert sorted(set(english(page))) == []
    return page


SEEN = [
    *((path, {}) for path, _, _ in navigation.MENU),
    (navigation.SEARCH, {"guess-recall": "50%", "guess-stage": "the network", "k": "4"}),
    (navigation.SEARCH, {"tour": "2", "sort": "name", "attention": "off"}),
    (navigation.REGIONS, {"box": "0-0-1-1"}),
    (navigation.INSPECT, {"part": "Buckets", "guess": "None", "hyperplanes": "leaning"}),
    (navigation.INSPECT, {"part": "Candidates", "probes": "1", "guess": "More"}),
    (navigation.INSPECT, {"part": "Map"}),
    (navigation.INSPECT, {"part": "Missed", "K": "12", "L": "2", "probes": "1"}),
    (navigation.INSPECT, {"part": "Why?"}),
    (navigation.INSPECT, {"part": "Evidence"}),
    (navigation.ATTENTION, {"guess-gates": "2,048", "guess-weight": "2 to 5 times"}),
    (navigation.ATTENTION, {"part": "Ablation", "guess-switch": "both alike"}),
    (navigation.ATTENTION, {"part": "Ablation", "switched": "query alone", "switch": "off"}),
    (navigation.ATTENTION, {"part": "Clutter", "guess-clutter": "in between"}),
    (navigation.ATTENTION, {"part": "Grad-CAM", "guess-map": "both alike"}),
    (navigation.HASHING, {"guess-lab": "all 5"}),
    (navigation.HASHING, {"part": "Bits and tables", "guess-coach": "less than a tenth"}),
    (navigation.HASHING, {"part": "Theory and practice", "guess-practice": "all 12"}),
    (navigation.HASHING, {"part": "Probes", "guess-probes": "the largest one", "probes": "3"}),
    (navigation.HASHING, {"part": "Buckets", "guess-buckets": "more than 100", "K": "2"}),
    (navigation.HASHING, {"part": "Map"}),
    (navigation.ROBUSTNESS, {"guess": "9", "curve": "blur", "noise": "16", "drawn": "dots"}),
    (navigation.AUGMENTATION, {"guess-change": "Noise", "scale": "2"}),
    (navigation.FEEDBACK, {"guess-round": "it gets worse", "features": "colour"}),
    (navigation.SELF_TEST, {"test": "2", "guess-test": "0000000000"}),
    (navigation.SELF_TEST, {"test": "3", "guess-test": "111111111-"}),
    (navigation.SELF_TEST, {"test": "4", "form": "Worksheet"}),
    (navigation.SELF_TEST, {"test": "5", "form": "Key"}),
    (navigation.TEACHING, {"minutes": "90"}),
    (navigation.RESULTS, {"part": "Claims", "guess-time": "half"}),
    (navigation.RESULTS, {"part": "Time"}),
    (navigation.RESULTS, {"part": "Changed queries", "measure": "kept of the top 8"}),
    (navigation.RESULTS, {"part": "Attention"}),
    (navigation.RESULTS, {"part": "Photographs"}),
    (navigation.RESULTS, {"part": "Clutter"}),
    (navigation.RESULTS, {"part": "Settings"}),
    (navigation.RESULTS, {"part": "Departures"}),
    (navigation.BENCHMARK, {"point": "scenes/ours: codes/chosen", "guess-growth": "5 times"}),
]


@pytest.mark.parametrize(("path", "address"), SEEN)
def test_a_page_says_nothing_that_has_no_translation(open_app, bracketed, path, address):
    spoken_in_brackets(open_app(path, **{"image": "red/1.jpg", **address, **bracketed}))


@pytest.mark.parametrize("part", ["Race here", "Calibrate"])
def test_what_is_measured_here_and_now_has_translations(open_app, bracketed, kernels, part):
    kernels.kernels = readable
    few = {"images": "1000", "of": "1000", "guess-calibrate": "one in ten"}
    spoken_in_brackets(open_app(navigation.BENCHMARK, part=part, **few, **bracketed))


def test_a_classroom_has_translations_for_both_sides(open_app, bracketed):
    room = resources.rooms().open()
    key = room.join("Al")

    def look():
        for whose in (room.key, key):
            address = {"room": room.code, "key-room": whose}
            spoken_in_brackets(open_app(navigation.CLASSROOM, **address, **bracketed))

    look()
    speak(BRACKETED)  # whoever asks
    room.ask(class_questions(1)["Bits per key"])
    speak(language.ENGLISH)
    room.guess(key, 1, room.poll().question.right)
    look()
    room.reveal()
    look()
    resources.rooms().close(room)


def test_what_is_clicked_on_says_nothing_that_has_no_translation(open_app, bracketed, grids):
    page = open_app(navigation.SEARCH, image="red/1.jpg", k="4", **bracketed)
    language.speak(BRACKETED)  # as the browser does, which sends back what it was shown
    said_in_dialogs = []
    for action in ("Compare with the query", "Why here?"):
        grids.clicked = ("exact", grids["exact"][0]["name"], f"⟦{action}⟧")
        page.run()
        said_in_dialogs += english(page)
    page.slider(key="K").set_value(4)
    page.button_group(key="attention").set_value("off")
    page.radio(key="guess-stage").set_value("the network").run()
    language.speak(language.ENGLISH)
    assert not page.exception
    assert page.query_params["attention"] == "off"
    assert sorted({*said_in_dialogs, *english(page)}) == []


CHOSEN = [
    (navigation.HASHING, {"part": "Theory and practice"}, {"guess-practice": "none"}),
    (navigation.ATTENTION, {"part": "Ablation"}, {"guess-switch": "both alike", "switch": "off"}),
    (navigation.ROBUSTNESS, {}, {"curve": "blur", "drawn": "dots", "ranks": "exact"}),
]


@pytest.mark.parametrize(("path", "address", "chosen"), CHOSEN)
def test_what_is_chosen_stands_in_english_in_the_address(
    open_app, bracketed, path, address, chosen
):
    page = open_app(path, image="red/1.jpg", **address, **bracketed)
    for key, value in chosen.items():
        widgets = {it.key: it for it in (*page.radio, *page.button_group)}
        with language.speaking(BRACKETED):
            widgets[key].set_value(value).run()
        assert not page.exception
        assert page.query_params[key] in (value, [value])
