"""The answer as one picture: image, where the network looks, code, buckets, neighbours."""

import streamlit as st

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.galleries.uploads import UploadedGallery
from core.language import tr
from core.search import SearchResult
from core.wording import percent
from pages.parts.home import small_pictures
from pages.parts.home.frame import Frame
from pages.ui import pictures, resources, uploads
from pages.ui.answers import answer, notes, settled
from pages.ui.errors import plain
from pages.ui.grid import show_grid
from pages.ui.grid.gallery import FoundBy, hit_tiles
from pages.ui.inputs import Query
from pages.ui.view import View

N_HITS = 10  # as many as are told about
_HEIGHT = 76  # pixels of a hit
_PREVIEWS = 4  # of a gallery that still grows: whenever it has so many times as many images


def show_query(frame: Frame, query: Query, shown: View) -> None:
    """Show the query before anything has been computed of it.

    Raises:
        ImageError: it is no image.
    """
    with frame.steps[0].container(), st.container(key="query-picture"):
        pixels = resources.small_picture(query.data, max_side=640)
        pictures.show_pixels(pixels, tr("Query: {title}", title=query.title))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(plain(query.title), width="content")
            if query.is_upload:
                st.button(
                    tr("Forget"), type="tertiary", on_click=uploads.forget, args=(shown.name,)
                )


def embeddings_as_they_come(
    frame: Frame, gallery: UploadedGallery, query: Query, shown: View
) -> StoredGallery:
    """Return the embeddings of an uploaded gallery; show progress, and first hits on the way.

    Raises:
        HashlightError: they can't be computed.
    """
    work = resources.embedded(gallery)
    assert work is not None  # an uploaded gallery is embedded without being asked
    n_shown = 0
    while not work.wait(0.2):
        frame.progress.progress(work.share, text=work.describe())
        so_far = resources.embedded_so_far(gallery)
        if so_far and len(so_far.ids) >= max(8, _PREVIEWS * n_shown) and not work.wait(0):
            n_shown = len(so_far.ids)
            result = answer(query, gallery, so_far, shown)
            searched = FoundBy(result=result, stored=so_far)
            _show_hits(frame, searched, gallery, shown, n_shown)
    frame.progress.empty()
    return work.result()


def show_answer(
    frame: Frame, query: Query, gallery: Gallery, stored: StoredGallery, shown: View
) -> None:
    """Show the answer step by step, each as soon as it is there.

    Raises:
        HashlightError: the query can't be searched with.
    """
    result = answer(query, gallery, stored, shown)
    with frame.steps[1].container():
        small_pictures.where_it_looks(result)
    with frame.steps[2].container():
        small_pictures.code(result)
    with frame.steps[3].container():
        small_pictures.buckets_read(result)
    _show_hits(frame, FoundBy(result=result, stored=stored), gallery, shown)
    with frame.told.container():
        st.markdown(told(result))


def told(result: SearchResult) -> str:
    """Say what was compared and found; the times are a question of the tour."""
    found = round(result.neighbour_recall * len(result.exact_hits))
    return tr(
        "Your picture was compared with **{n_candidates:,} of {n_gallery:,} pictures** ({share}). "
        "**{found} of the {n_nearest} nearest** of all pictures are among these.",
        n_candidates=result.n_candidates,
        n_gallery=result.n_gallery,
        share=percent(result.candidate_ratio),
        found=found,
        n_nearest=len(result.exact_hits),
    )


def _show_hits(
    frame: Frame, searched: FoundBy, gallery: Gallery, shown: View, n_so_far: int = 0
) -> None:
    """Show the best hits; those of a gallery that still grows are replaced later."""
    result, shown = searched.result, settled(shown, searched.stored)
    with frame.hits.container():
        # Streamlit replaces what is drawn anew in one run place by place: each has its own.
        above = st.empty()
        name = f"so-far-{n_so_far}" if n_so_far else "home"
        if n_so_far:
            above.caption(
                tr(
                    "The first {n_so_far:,} of {n_photographs:,} photographs, so far.",
                    n_so_far=n_so_far,
                    n_photographs=len(gallery.items),
                )
            )
        else:
            with above.container():
                notes(result, shown)
        if result.hits:
            tiles = hit_tiles(result.hits[:N_HITS], gallery, shown, searched=searched)
            show_grid(name, tiles, height=_HEIGHT)
        else:
            st.caption(tr("There is no other picture in the buckets that were read."))
