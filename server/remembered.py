"""What Streamlit works out anew for every run of a page, though it stays the same: done once here.

These are the theme, whose options are read one by one, the files of ``pages/``, each of which is
looked up on the disk, and from how many bytes on a browser keeps a message, which is asked for each
message. They are what they were when the server started.
"""

import sys
from copy import copy
from functools import cache, wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from streamlit import config
from streamlit.navigation.page import Page
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session, forward_msg_cache

_PAGES = sys.modules[Page.__module__]  # `streamlit.navigation` is a function's name, too


def introduce() -> None:
    """Let this process remember them; twice is once."""
    if not hasattr(app_session._populate_theme_msg, "__wrapped__"):
        app_session._populate_theme_msg = _themes(app_session._populate_theme_msg)
        _PAGES._create_page = _pages(_PAGES._create_page)  # type: ignore[attr-defined]
        remembering: Any = SimpleNamespace(get_option=cache(config.get_option))
        forward_msg_cache.config = remembering  # type: ignore[attr-defined]


def _themes(populate: Any) -> Any:
    """Fill a message with a section of the theme, of which there is one message each."""
    filled: dict[str, CustomThemeConfig] = {}

    @wraps(populate)
    def fill(msg: CustomThemeConfig, section: str = "theme") -> None:
        if section not in filled:
            theme = CustomThemeConfig()
            populate(theme, section)
            filled[section] = theme
        if filled[section].ByteSize():  # an empty one would still be taken for a theme
            msg.MergeFrom(filled[section])

    return fill


def _pages(create: Any) -> Any:
    """Make a page; each run has its own, since a run says of its page that it may be called."""
    made: dict[tuple[str | Path, bool], Page] = {}

    @wraps(create)
    def make(page: str | Path, *, default: bool = False) -> Page:
        if (page, default) not in made:
            made[page, default] = create(page, default=default)
        return copy(made[page, default])

    return make
