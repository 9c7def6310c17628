"""Widgets follow the address, and leave a choice alone that is on its way to it."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st  # noqa: PLC0415 - AppTest runs its text alone

    from pages.ui import address  # noqa: PLC0415

    def chosen():
        st.query_params["x"] = str(st.session_state["x"])

    address.follow("x", int(st.query_params.get("x", 3)))
    st.slider("x", 0, 9, key="x", on_change=chosen)


def sent(app):
    """The value that goes to the browser, where it takes the place of what stands there."""
    slider = app.slider[0]
    return slider.value if slider.proto.set_value else None


def test_a_value_goes_to_the_browser_only_where_the_address_says_another():
    app = AppTest.from_function(page).run()
    assert sent(app) == 3
    app.slider[0].set_value(5).run()
    assert app.slider[0].value == 5
    assert sent(app) is None
    app.query_params["x"] = "4"  # *back*
    assert sent(app.run()) == 4
