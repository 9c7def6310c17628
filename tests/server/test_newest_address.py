"""Two choices at once, of a browser that has not heard of the first when the second leaves."""

import pytest
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.query_params import QueryParams
from streamlit.testing.v1 import AppTest

from server import newest_address


def page():
    import streamlit as st  # noqa: PLC0415

    def put(name):
        st.query_params[name] = str(st.session_state[name])

    for name in "ab":
        st.slider(name, 0, 9, key=name, on_change=put, args=(name,))


@pytest.fixture
def opened(monkeypatch):
    """Open that page in a process that remembers addresses, or doesn't; undone after the test."""
    for owner, name in (
        (QueryParams, "_send_query_param_msg"),
        (SessionState, "_call_callbacks"),
    ):
        method = getattr(owner, name)
        monkeypatch.setattr(owner, name, getattr(method, "__wrapped__", method))

    def opened(*, remembers: bool) -> AppTest:
        if remembers:
            newest_address.introduce()
            newest_address.introduce()
        return AppTest.from_function(page).run()

    return opened


def choose(app: AppTest, name: str, value: int, *, has_heard: dict[str, str]) -> dict[str, str]:
    """Move a slider in a browser with this address; return what the server makes of the address."""
    app.query_params.clear()
    app.query_params.update(has_heard)
    app.slider(name).set_value(value).run()
    assert not app.exception
    return dict(app.query_params)


def test_the_first_of_two_choices_made_at_once_stays(opened):
    app = opened(remembers=True)
    assert choose(app, "a", 3, has_heard={}) == {"a": "3"}
    assert choose(app, "b", 5, has_heard={}) == {"a": "3", "b": "5"}
    assert choose(app, "b", 6, has_heard={"a": "3"}) == {"a": "3", "b": "6"}
    assert choose(app, "a", 4, has_heard={"a": "3", "b": "6"}) == {"a": "4", "b": "6"}


def test_without_that_the_first_choice_would_be_lost(opened):
    """Once this fails, Streamlit has mended it, and ``server.newest_address`` can go."""
    app = opened(remembers=False)
    assert choose(app, "a", 3, has_heard={}) == {"a": "3"}
    assert choose(app, "b", 5, has_heard={}) == {"b": "5"}


def test_a_link_to_an_earlier_address_leads_there(opened):
    app = opened(remembers=True)
    assert choose(app, "a", 3, has_heard={}) == {"a": "3"}
    app.query_params.clear()
    app.run()  # which changes no widget
    assert not app.query_params
    assert choose(app, "b", 5, has_heard={}) == {"b": "5"}
