"""The address of a page in a state, relative to the app: what one visitor may send to another."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import streamlit as st

from core.errors import SettingError
from core.language import tr
from pages.ui import navigation

PRIVATE = ("guess", "key-")  # how names begin that are nobody else's; so share/address.js has it
_TITLES = {page: title for page, title, _ in navigation.MENU}
_PAGES = {navigation.slug(page): page for page in _TITLES}


def address_of(page: str, params: Mapping[str, str]) -> str:
    """Write a page of the menu and its parameters as a relative address."""
    query = urlencode(params)
    return f"./{navigation.slug(page)}{'?' if query else ''}{query}"


def read_address(text: str, here: str) -> tuple[str, dict[str, str]]:
    """Read an address of this app, whole or relative.

    Args:
        text: as somebody pasted it.
        here: the address of any page of this app, but the first.

    Returns:
        the page and its parameters, without what is private.

    Raises:
        SettingError: it leads out of the app, to no page of it, or to somebody's own photographs.
    """
    own = urlsplit(here)
    try:
        there = urlsplit(urljoin(here, text.strip()))
    except ValueError:
        raise SettingError(
            tr("This is no address; copy one by 'Link to exactly this view'.")
        ) from None
    if there[:2] != own[:2]:
        raise SettingError(
            tr(
                "The address leads to another server; copy one of this app by 'Link to exactly "
                "this view'."
            )
        )
    page = _PAGES.get(there.path.removeprefix(own.path.rpartition("/")[0] + "/"))
    if page is None:
        raise SettingError(
            tr("The address leads to no page of this app; copy one by 'Link to exactly this view'.")
        )
    params = {name: it for name, it in parse_qsl(there.query) if not name.startswith(PRIVATE)}
    if "upload" in params or params.get("gallery", "").startswith("own-"):
        raise SettingError(
            tr(
                "The address shows photographs of your own; choose an image of another gallery "
                "first."
            )
        )
    return page, params


def here() -> str:
    """Return the address of this page as the visitor's browser has it, without parameters."""
    return st.context.url or "/page"  # without a browser, as in a test, there is none


def title_of(address: str) -> str:
    """Return the title of the page that an address leads to."""
    return tr(_TITLES[read_address(address, here())[0]])


def draw_link(address: str, words: str) -> None:
    """Draw a link to a relative address of this app.

    Args:
        address: as ``address_of`` writes it.
        words: before the page's title.
    """
    page, params = read_address(address, here())
    st.page_link(
        page,
        label=f"{words} {tr(_TITLES[page])}",
        icon=":material/arrow_outward:",
        query_params=params,
    )
