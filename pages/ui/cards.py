"""Images as cards in a grid; each card is a link that searches with its image."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from core.errors import HashlightError
from core.galleries.base import Gallery
from core.search import Hit
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
        thumbnail(gallery, id, alt=alt)
        if facts:
            st.markdown(facts)
        st.page_link(
            page,
            label=plain(link),
            help=plain(name),
            query_params=shown.with_query("image", name).params(),
        )


def hit_cards(
    name: str,
    hits: Sequence[Hit],
    gallery: Gallery,
    shown: View,
    *,
    facts: Callable[[Hit], str] = lambda hit: "",
    min_width: int = 128,
) -> None:
    """Show hits, each with its rank, its similarity and further facts.

    Args:
        name: of the grid, unique on the page.
        hits: the best first.
        gallery: where they are from.
        shown: the view that their links keep, but for the query.
        facts: Markdown for the lines below a hit's rank; none by default.
        min_width: of a card, in pixels.
    """
    with grid(name, min_width=min_width):
        for hit in hits:
            card(
                f"{name}-{hit.rank}",
                gallery,
                hit.id,
                facts=f"**{hit.rank}** · {hit.similarity:.3f}  \n{facts(hit)}".rstrip(),
                link="More like this",
                alt=f"Rank {hit.rank}: {hit.label or hit.name}",
                shown=shown,
            )


def relevance(what: str, relevant: bool | None) -> str:
    """Say what an image is, and with a sign and a colour whether it is relevant.

    Args:
        what: its label, or its name where it has none.
        relevant: None where nobody can tell.
    """
    if relevant is None:
        return f":gray[{plain(what)}]"
    icon, colour = (":material/check:", "green") if relevant else (":material/close:", "orange")
    return f":{colour}[{icon} {plain(what)}]"


def thumbnail(gallery: Gallery, id: int, *, alt: str) -> None:
    """Show a gallery image as wide as there is space, or why it can't be shown."""
    try:
        st.image(resources.gallery_thumbnail(gallery, id), width="stretch", alt=alt)
    except HashlightError as error:
        st.caption(plain(str(error)))
