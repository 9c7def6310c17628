"""The picture with the box on it, and the images of the gallery that have the like of it."""

from collections.abc import Sequence

import streamlit as st

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.galleries.tables import BringsEmbeddings
from core.language import tr, written
from core.model.embedder import Embedder
from core.regions.place_index import PlaceHit, PlaceIndex
from core.regions.places import Places
from core.regions.region import Region
from core.search import relevance as is_relevant
from core.wording import count, long_duration
from pages.parts.regions.numbers import show_numbers
from pages.parts.regions.query import PartQuery
from pages.ui import errors, navigation, resources
from pages.ui.code import show_code
from pages.ui.errors import plain
from pages.ui.grid import Action, Fact, Tile, show_grid
from pages.ui.grid.gallery import relevance, tile
from pages.ui.region import NAME, choose_region
from pages.ui.resources import Work

_HEIGHT = 128  # pixels of a hit
_SOON = 1  # seconds: what is on the disk is there by then
_EVERY = 2  # seconds between two looks at what is there so far
_SECONDS_PER_IMAGE = 0.06  # on two cores; only to say beforehand about how long it takes


def show_finder(asked: PartQuery) -> None:
    """Show the picture and the hits of its part; before that, what has to happen first."""
    gallery, stored = asked.gallery, asked.stored
    if isinstance(gallery, BringsEmbeddings):
        st.info(
            tr(
                "{title} brings embeddings of whole images alone, and none of their "
                "places; choose another gallery above.",
                title=plain(gallery.title),
            )
        )
        return
    work = resources.gallery_places(gallery, stored)
    if work is None:
        _offer(asked)
    elif work.wait(_SOON):
        _find(asked, work.result())
    else:
        _find_so_far(asked, work)


def _offer(asked: PartQuery) -> None:
    """Show the part, and offer to embed the gallery's places."""
    _choose(asked)
    n = len(asked.stored.ids)
    with st.container(border=True):
        st.markdown(
            tr(
                "**The places of {title} are not known yet.** Each of its {n:,} images goes "
                "through the network once more, and the places are stored on this machine. It "
                "takes about {duration} on two free cores; you can search in "
                "what is there meanwhile.",
                title=plain(asked.gallery.title),
                n=n,
                duration=long_duration(n * _SECONDS_PER_IMAGE),
            )
        )
        st.button(
            tr("Prepare its places"),
            type="primary",
            on_click=_prepare,
            args=(asked.gallery, asked.stored),
        )


def _prepare(gallery: Gallery, stored: StoredGallery) -> None:
    resources.embed_places(gallery, stored)


@st.fragment(run_every=_EVERY)
def _find_so_far(asked: PartQuery, work: Work[Places]) -> None:
    """Search in what is there so far, and look again until that is all."""
    with errors.reported():
        if work.wait(0):
            work.result()  # which raises what went wrong
            st.rerun()
        st.progress(work.share, text=work.describe())
        _search(asked, resources.places_so_far(asked.stored))


@st.fragment
def _find(asked: PartQuery, places: Places) -> None:
    with errors.reported():
        _search(asked, places)


def _search(asked: PartQuery, places: Places | None) -> None:
    left, right = st.columns([2, 3], gap="medium")
    with left:
        region = _choose(asked)
    if places is None:
        right.caption(tr("The first images are being looked at …"))
        return
    index = resources.place_index(asked.stored, places)
    embedding, own = asked.embedding(region), asked.own_ids
    found = index.find(embedding, k=asked.shown.k, exclude=own)
    with right:
        st.subheader(
            tr("The {n_hits} images with the most similar place", n_hits=len(found.hits)),
            anchor=False,
        )
        show_grid("parts", _tiles(asked, found.hits), height=_HEIGHT)
        st.caption(
            tr(
                "The frame is the place that is most like your part; the number is the cosine of "
                "the two. A click looks for that place in turn."
            )
        )
    show_numbers(index, embedding, found, k=asked.shown.k, own=own)
    show_code(Embedder.embed_region, PlaceIndex.find)


def _choose(asked: PartQuery) -> Region:
    """Draw the picture with the box on it; say what is marked, and what that sees."""
    region, is_chosen = asked.region()
    choose_region("region", asked.picture, alt=asked.query.title, grid=asked.grid, region=region)
    st.caption(" · ".join(asked.query.facts(label=asked.label)))
    st.markdown(f"**{_told(region)}** {_how(region, is_chosen)}")
    st.caption(
        tr(
            "Drag a box, or tap a place. A place sees more than its cell: what the network reads "
            "for it reaches beyond the whole picture, though the middle counts most. So a hit may "
            "be like what lies around your part, too."
        )
    )
    return region


def _told(region: Region) -> str:
    rows, columns = _span(region.top, region.bottom), _span(region.left, region.right)
    if region.n_places == 1:
        told = tr("Row {row}, column {column}.", row=rows, column=columns)
    elif region.top == region.bottom:
        told = tr("Row {row}, columns {columns}.", row=rows, columns=columns)
    elif region.left == region.right:
        told = tr("Rows {rows}, column {column}.", rows=rows, column=columns)
    else:
        told = tr("Rows {rows}, columns {columns}.", rows=rows, columns=columns)
    return told


def _span(first: int, last: int) -> str:
    if first == last:
        return f"{first + 1}"
    return tr("{first} to {last}", first=first + 1, last=last + 1)


def _how(region: Region, is_chosen: bool) -> str:
    """Say who chose the part, and how several places become one query."""
    if not is_chosen:
        return tr(
            "Nobody has marked a part yet, so this is the place that spatial attention weighs most."
        )
    if region.n_places == 1:
        return tr("One place: its own embedding is the query.")
    return tr(
        "{places}: the network pools over these alone, so the query is the mean of their vectors.",
        places=count(region.n_places, "place"),
    )


def _tiles(asked: PartQuery, hits: Sequence[PlaceHit]) -> list[Tile]:
    """Make a tile of each hit, its place outlined; a click looks for that place."""
    gallery, grid = asked.gallery, asked.grid
    tiles = []
    for hit in hits:
        item, region = gallery.items[hit.image], hit.region(grid)
        what = item.label or item.name
        params = asked.shown.with_query("image", item.name).params() | {NAME: str(region)}
        tiles.append(
            tile(
                gallery,
                hit.image,
                asked.shown,
                alt=tr(
                    "Rank {rank}: {label}. {part}", rank=hit.rank, label=what, part=_told(region)
                ),
                facts=[
                    Fact(f"{hit.rank} · {written(hit.similarity, '.3f')}"),
                    relevance(what, is_relevant(asked.label, item.label)),
                ],
                first=Action(label=tr("Find this part"), page=navigation.REGIONS, params=params),
                outline=region.outline(grid),
            )
        )
    return tiles
