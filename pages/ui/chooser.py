"""Choosing a query on a page other than Search: its links lead back to that page."""

from pathlib import PurePath

import streamlit as st

from core.errors import HashlightError
from core.galleries.base import Gallery
from core.model.images import FORMAT_NAMES, MAX_BYTES
from pages.ui import cards, inputs, resources, samples
from pages.ui.errors import plain
from pages.ui.view import View


def choose_query(
    page: str, shown: View, gallery: Gallery | None, *, expanded: bool = False
) -> None:
    """Draw the ways to a query; a choice goes to the page's address.

    Args:
        page: the file of the page that this is drawn on.
        shown: the view that its links keep, but for the query.
        gallery: what is offered image by image; None where none is open.
        expanded: whether the box starts open.
    """
    # As on the Search page: a key for each query closes the box as soon as there is a new one.
    box = st.expander(
        "Choose a picture" if shown.source is None else "Choose another picture",
        expanded=expanded,
        key=f"chooser-{shown.source}-{shown.name}",
        icon=":material/add_photo_alternate:",
        on_change="rerun",
    )
    if not box.open:  # what nobody sees need not be sent
        return
    with box:
        browse, upload, sample = st.tabs(
            ["From the gallery", "Upload", "Samples"], key="ways", on_change="rerun"
        )
        if browse.open and gallery:
            with browse:
                _browse(page, shown, gallery)
        with upload:
            st.file_uploader(
                "A photograph or picture",
                key="upload_file",
                help=f"{FORMAT_NAMES}, at most {MAX_BYTES // 2**20} MB. It stays on the machine "
                "that runs this app, and is forgotten when you leave.",
                on_change=inputs._image_given,
                args=(shown, "upload_file"),
            )
        if sample.open:
            with sample, cards.grid("samples", min_width=160):
                for name, what in samples.SAMPLES.items():
                    with st.container(key=f"card-sample-{name}", gap=None):
                        st.image(samples.read(name), width="stretch", alt=what)
                        link = shown.with_query("sample", name)
                        st.page_link(page, label=what, query_params=link.params())


def _browse(page: str, shown: View, gallery: Gallery) -> None:
    ids = list(range(len(gallery.items)))
    labels = sorted({it.label for it in gallery.items if it.label is not None})
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        label = None
        if labels:
            label = st.selectbox(
                "Label", labels, index=None, placeholder="All labels", key="label", width=240
            )
        if label is None:
            ids = inputs._mixed(ids, gallery)
        else:
            ids = [id for id in ids if gallery.items[id].label == label]
        n_pages = max(1, -(-len(ids) // inputs.PER_PAGE))
        number = st.pagination(n_pages, key="page") if n_pages > 1 else 1
    with cards.grid("browse", min_width=96):
        for id in ids[(number - 1) * inputs.PER_PAGE : number * inputs.PER_PAGE]:
            _tile(page, shown, gallery, id)


def _tile(page: str, shown: View, gallery: Gallery, id: int) -> None:
    item = gallery.items[id]
    what = item.label or PurePath(item.name).name
    with st.container(key=f"card-browse-{id}", gap=None):
        try:
            picture = resources.gallery_thumbnail(gallery, id)
            st.image(picture, width="stretch", alt=what)
        except HashlightError as error:
            st.caption(plain(str(error)))
        link = shown.with_query("image", item.name)
        st.page_link(page, label=plain(what), help=plain(item.name), query_params=link.params())
