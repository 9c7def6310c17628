"""Which language a visitor reads: that of the address, else what was chosen, else the browser's."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.language import ENGLISH, LANGUAGES, ask, speak, tr

PARAM = "lang"
_CHOSEN = "language"  # in the session
_WIDGET = "choose-language"


def settle() -> None:
    """Say all of this run in the visitor's language; a link within a page may have dropped it."""
    language = wanted()
    speak(language)
    if _CHOSEN in st.session_state and st.query_params.get(PARAM) != language:
        st.query_params[PARAM] = language


def named() -> dict[str, str]:
    """Return what links need that are followed in another tab: the language of the address."""
    return {PARAM: st.query_params[PARAM]} if PARAM in st.query_params else {}


def wanted() -> str:
    """Return the language of whoever has this session; without a session, English."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    named = st.query_params.get(PARAM, "")
    if named in LANGUAGES:
        st.session_state[_CHOSEN] = named
    return st.session_state.get(_CHOSEN) or of_browser(st.context.locale)


def of_browser(locale: str | None) -> str:
    """Return the language for what a browser asks for: ``de-AT`` is German; else English."""
    code = (locale or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else ENGLISH


def borrowed_words() -> str:
    """Return a style with the words of Streamlit's elements that are else in English alone."""
    upload, take_a_picture = tr("Upload"), tr("Take a picture")
    return f':root {{ --upload: "{upload}"; --take-a-picture: "{take_a_picture}" }}'


def choose() -> None:
    """Draw the choice of a language."""
    if st.session_state.get(_WIDGET) != (language := wanted()):
        st.session_state[_WIDGET] = language
    st.segmented_control(
        tr("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key=_WIDGET,
        required=True,
        label_visibility="collapsed",
        on_change=_change,
    )


def _change() -> None:
    st.session_state[_CHOSEN] = st.query_params[PARAM] = st.session_state[_WIDGET]
    settle()


ask(wanted)  # for callbacks and fragments, which run before or without ``settle``
