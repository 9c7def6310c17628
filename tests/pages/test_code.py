"""The code behind a figure."""

import inspect
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.index.families.hyperplanes import hash_code, keys_of
from core.paper.implementations import resolve

PAGES = Path(__file__).parents[2] / "pages"
NAMED = sorted(
    {
        name
        for file in PAGES.rglob("*.py")
        for name in re.findall(r'"(core\.[a-z_.0-9]+:\w+)"', file.read_text())
    }
)


def page_with_code() -> None:
    from core.index.families.hyperplanes import hash_code, keys_of  # noqa: PLC0415
    from pages.ui.code import show_code  # noqa: PLC0415

    show_code(hash_code, keys_of)


def page_with_names() -> None:
    from pages.ui.code import show_code  # noqa: PLC0415

    show_code(
        "core.index.families.hyperplanes:hash_code", "core.index.families.hyperplanes:keys_of"
    )


@pytest.mark.parametrize("script", [page_with_code, page_with_names])
def test_code_is_sent_to_who_opens_the_box_and_is_the_code_that_runs(script):
    page = AppTest.from_function(script).run()
    assert not page.code
    page.session_state["code-hash_code-keys_of"] = True
    page.run()
    assert [it.value for it in page.code] == [
        inspect.getsource(function).rstrip() for function in (hash_code, keys_of)
    ]


@pytest.mark.parametrize("name", NAMED)
def test_all_code_that_a_page_names_is_there_and_can_be_read_in_class(name):
    code = inspect.getsource(resolve(name))
    assert len(code.splitlines()) <= 61  # two screens


def test_pages_name_some_code():
    assert len(NAMED) >= 8
