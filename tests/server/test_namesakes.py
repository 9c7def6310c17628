"""A choice made in a browser that shows a widget whose name the next page has taken over."""

import pytest
from streamlit.runtime.state import SessionState
from streamlit.testing.v1 import AppTest

from server import namesakes


def page():
    import streamlit as st  # noqa: PLC0415

    def note():
        st.session_state.noted = st.session_state.K

    st.slider("K", 0, 9, key="K", on_change=note)


@pytest.fixture
def opened(monkeypatch):
    """Open that page; then the next one's slider takes its name, and the run is stopped."""
    call = SessionState._call_callbacks
    monkeypatch.setattr(SessionState, "_call_callbacks", getattr(call, "__wrapped__", call))

    def opened(*, knows: bool) -> AppTest:
        if knows:
            namesakes.introduce()
            namesakes.introduce()
        app = AppTest.from_function(page).run()
        app.session_state._state._state._key_id_mapper["K"] = "$$ID-of_the_next_page-K"
        return app

    return opened


def test_a_choice_reaches_the_widget_that_was_changed(opened):
    app = opened(knows=True)
    app.slider("K").set_value(3).run()
    assert not app.exception
    assert (app.session_state.noted, app.slider("K").value) == (3, 3)
    app.slider("K").set_value(4).run()
    assert app.session_state.noted == 4


def test_without_that_the_page_ends_in_an_error(opened):
    """Once this fails, Streamlit has mended it, and ``server.namesakes`` can go."""
    app = opened(knows=False)
    app.slider("K").set_value(3).run()
    assert app.exception
