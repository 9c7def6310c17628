"""Images as cards in a grid; each card is a link that searches with its image."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import HashlightError
from core.galleries.base import Gallery
from pages.ui import navigation, resources
from pages.ui.errors import plain
from pages.ui.view import View


@contextmanager
def grid(name: str, *, min_width: int = 128) -> Iterator[None]:
    """Lay the cards that follow out in as many columns as fit."""
    with st.grid(min_column_width=min_width, gap="xsmall", key=f"cards-{name}"):
        yield


def card(
    key: str,
    gallery: Gallery,
    id: int,
    *,
    facts: str = "",
    link: str,
    alt: str,
    shown: View,
    page: str = navigation.SEARCH,
) -> None:
    """Show one gallery image.

    Args:
        key: unique on the page.
        gallery: where the image is from.
        id: its id there.
        facts: Markdown between image and link.
        link: the text of the link.
        alt: what the image is, for those who don't see it.
        shown: the view that the link keeps, but for the query.
        page: where the link leads.
    """
    name = gallery.items[id].name
    with st.container(key=f"card-{key}", gap=None):
        try:
            picture = resources.gallery_thumbnail(gallery, id)
            st.image(picture, width="stretch", alt=alt)
        except HashlightError as error:
            st.caption(plain(str(error)))
        if facts:
            st.markdown(facts)
        st.page_link(
            page,
            label=plain(link),
            help=plain(name),
            query_params=shown.with_query("image", name).params(),
        )
