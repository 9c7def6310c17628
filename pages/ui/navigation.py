"""The frame of every page: its title in the browser, the look, and our own menu.

Each page calls ``set_up``, or ``set_up_with_choice``, first. We don't use ``st.navigation``: beside
a ``pages`` folder, the first visitor after a server start who opens a deep link would get a broken
menu.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.language import later, tr
from pages.ui import attending, languages, menu, present, share, takeaway, tour

ROOT = Path(__file__).resolve().parents[2]
LOGO = ROOT / "assets" / "icons" / "hashlight.svg"
_ICON = f"data:image/svg+xml;base64,{b64encode(LOGO.read_bytes()).decode()}"
_NAME = (
    '<div style="display: flex; align-items: center; gap: 1rem">'
    f'<img width="34" height="34" alt="" src="{_ICON}"><strong>Hashlight</strong></div>'
)
STYLE = Path(__file__).with_name("style.css")
_STYLES = "".join(it.read_text(encoding="utf-8") for it in (STYLE, present.STYLE))

HOME = "streamlit_app.py"
SEARCH = "pages/search.py"
MACHINE = "pages/machine.py"
HASHING = "pages/hashing.py"
ATTENTION = "pages/attention.py"
REGIONS = "pages/regions.py"
INSPECT = "pages/1_inspect.py"  # numbered: nobody's `import inspect` finds it
ROBUSTNESS = "pages/robustness.py"
FEEDBACK = "pages/feedback.py"
AUGMENTATION = "pages/augmentation.py"
SELF_TEST = "pages/selftest.py"
TEACHING = "pages/teaching.py"
CLASSROOM = "pages/classroom.py"
GLOSSARY = "pages/glossary.py"
RESULTS = "pages/results.py"
BENCHMARK = "pages/benchmark.py"
GROUPS = {
    later("Try"): (
        (HOME, later("Home"), "home"),
        (SEARCH, later("Search"), "search"),
        (INSPECT, later("Inspect a query"), "troubleshoot"),
        (REGIONS, later("Find a part"), "select_all"),
    ),
    later("Learn"): (
        (MACHINE, later("The machine"), "account_tree"),
        (HASHING, later("How LSH works"), "grid_on"),
        (ATTENTION, later("How attention works"), "visibility"),
        (ROBUSTNESS, later("Robustness"), "rotate_90_degrees_cw"),
        (FEEDBACK, later("Relevance feedback"), "thumbs_up_down"),
        (AUGMENTATION, later("Augmentation"), "auto_fix_high"),
        (SELF_TEST, later("Self-test"), "quiz"),
        (TEACHING, later("For teachers"), "school"),
        (CLASSROOM, later("Classroom"), "groups"),
    ),
    later("Evidence"): (
        (RESULTS, later("Results"), "table_chart"),
        (BENCHMARK, later("Benchmark"), "speed"),
        (GLOSSARY, later("Words and sources"), "menu_book"),
    ),
}
MENU = tuple(entry for entries in GROUPS.values() for entry in entries)

_started = set[str]()  # pages that this process has drawn


def slug(page: str) -> str:
    """Return what a page is called in an address: Streamlit leaves a leading number out."""
    return "" if page == HOME else re.sub("^[0-9]+_", "", Path(page).stem)


_ENTRIES = {
    heading: tuple((slug(page), title, icon) for page, title, icon in entries)
    for heading, entries in GROUPS.items()
}


def set_up(title: str) -> None:
    """Set the page's configuration, and draw the menu and the step of the tour.

    Args:
        title: of this page, as the menu has it.
    """
    languages.settle()
    # A link within the page hands its parameters to the script and leaves the browser's address as
    # it was, and what the page before still said of its own may come after any link: so each run
    # says its address, before all else.
    st.query_params.update()
    st.set_page_config(
        page_title=f"{tr(title)} · Hashlight",
        page_icon=_ICON,
        layout="wide",
        initial_sidebar_state="auto",  # closed on a phone
    )
    st.html(f"<style>{_STYLES}{languages.borrowed_words()}</style>")
    st.sidebar.html(_NAME)
    page = next(page for page, label, _ in MENU if label == title)
    tour.draw(page)
    with st.sidebar:
        menu.draw(_ENTRIES, here=slug(page))
        share.link()
        present.way_in()
        takeaway.way_out()
        languages.choose()
    if page != CLASSROOM:
        attending.draw(page)


def set_up_with_choice(title: str) -> DeltaGenerator:
    """Set the page up and draw its title; return the place beside it, to choose a gallery in.

    Args:
        title: of this page, as the menu has it.
    """
    set_up(title)
    words, choice = st.columns([2, 1], vertical_alignment="bottom")
    words.title(tr(title), anchor=False)
    return choice


@contextmanager
def starting(page: str) -> Iterator[None]:
    """Say so while a page's imports bring PyTorch along: seconds, once after a server start.

    A spinner costs each run a thread of its own, so there is none once they are done.

    Args:
        page: as ``GROUPS`` has it.
    """
    if page in _started:
        yield
        return
    with st.spinner(tr("Starting …")):
        yield
    _started.add(page)
