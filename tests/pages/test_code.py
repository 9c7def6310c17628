"""The code behind a figure."""

import inspect

from streamlit.testing.v1 import AppTest

from core.index.hyperplanes import hash_code, keys_of


def page_with_code() -> None:
    from core.index.hyperplanes import hash_code, keys_of  # noqa: PLC0415
    from pages.ui.code import show_code  # noqa: PLC0415

    show_code(hash_code, keys_of)


def test_code_is_sent_to_who_opens_the_box_and_is_the_code_that_runs():
    page = AppTest.from_function(page_with_code).run()
    assert not page.code
    page.session_state["code-hash_code-keys_of"] = True
    page.run()
    assert [it.value for it in page.code] == [
        inspect.getsource(function).rstrip() for function in (hash_code, keys_of)
    ]
