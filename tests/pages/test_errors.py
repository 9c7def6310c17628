import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import errors
from pages.ui.errors import plain


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("*not bold*.jpg", r"\*not bold\*.jpg"),
        (":red[alarm]", r"\:red\[alarm\]"),
        ("$x$ <b> `y` ~~z~~", r"\$x\$ \<b\> \`y\` \~\~z\~\~"),
        ("[click](http://x)", r"\[click\]\(http\://x\)"),
        ("plain words, 12 of 99.", "plain words, 12 of 99."),
    ],
)
def test_no_name_or_label_can_become_markdown(text, escaped):
    assert plain(text) == escaped


def page_that_may_be_cut_short():
    import streamlit as st  # noqa: PLC0415 - AppTest runs its text alone
    from streamlit.runtime.scriptrunner_utils.exceptions import StopException  # noqa: PLC0415

    from pages.ui import errors  # noqa: PLC0415

    with errors.reported():
        if st.session_state["is_cut_short"]:
            raise StopException


def test_a_sentence_is_shown_again_where_its_run_was_cut_short():
    app = AppTest.from_function(page_that_may_be_cut_short)
    app.session_state[errors._PENDING] = "It is no image."
    seen = []
    for app.session_state["is_cut_short"] in (True, True, False, False):
        seen.append([element.value for element in app.run().error])
    assert seen == [["It is no image."]] * 3 + [[]]
