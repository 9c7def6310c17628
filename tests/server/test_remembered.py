"""What is remembered is what Streamlit would work out anew."""

from types import SimpleNamespace

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import NewSession
from streamlit.runtime import app_session

from server import remembered

SECTIONS = ("theme", "theme.light", "theme.dark", "theme.sidebar", "theme.dark.sidebar")


@pytest.mark.parametrize("section", SECTIONS)
def test_a_theme_is_the_same_from_the_first_time_on(section):
    config.get_config_options()
    populate = app_session._populate_theme_msg
    plain = getattr(populate, "__wrapped__", populate)
    fill = remembered._themes(plain)
    told = []
    for how in (plain, fill, fill):
        message = NewSession()
        how(message.custom_theme, section)
        told.append(message.SerializeToString())
    assert told[1:] == told[:1] * 2


def test_a_page_is_looked_up_once_and_each_run_has_its_own():
    looked_up = []

    def create(page, *, default=False):
        looked_up.append(page)
        return SimpleNamespace(is_default=default, may_be_called=False)

    make = remembered._pages(create)
    home, first, second = make("home.py", default=True), make("a.py"), make("a.py")
    first.may_be_called = True
    assert not second.may_be_called
    assert (home.is_default, second.is_default) == (True, False)
    assert looked_up == ["home.py", "a.py"]
