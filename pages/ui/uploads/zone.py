"""Where photographs are handed over: dropped, chosen, pasted, or taken with a phone.

The uploader is Streamlit's. A small component beside it opens that uploader's own file dialogue
for a folder or a phone's camera, and hands it what is pasted or what lies in a dropped folder: so
whatever the way, the files arrive by one.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from core.galleries import kept
from core.galleries.kept import KeptGallery
from core.galleries.uploads import GivenFile, UploadedGallery, gather, is_zip
from core.images import FORMAT_NAMES, MAX_BYTES
from core.language import tr
from core.wording import count
from pages.ui import button, errors, resources, view
from pages.ui.errors import plain
from pages.ui.uploads import given

MOST_MEGABYTES = 500  # of one file: a zip

_ROUNDS = "handed-over"  # in the session: how often; each uploader is a new one, and empty
_ways = button.component(
    "ways",
    Path(__file__).parent,
    '<button type="button" data-way="folder"></button>\n'
    '<button type="button" data-way="paste"></button>\n'
    '<button type="button" data-way="camera"></button>\n'
    '<p role="status"></p>\n',
)


def drop_zone(*, into: UploadedGallery | None = None) -> None:
    """Draw the place to drop photographs on.

    One photograph is a query in the gallery that is shown; several, or a zip, are a gallery whose
    first image is the query.

    Args:
        into: an uploaded gallery that they are added to, instead.
    """
    name = "more_photographs" if into else "photographs"
    with st.container(key=f"drop-{name}", gap="xsmall"):
        key = f"{name}-{st.session_state.get(_ROUNDS, 0)}"
        st.file_uploader(
            tr("Add photographs")
            if into
            else tr("Drop photographs here: one, many, a folder or a zip"),
            accept_multiple_files=True,
            key=key,
            max_upload_size=MOST_MEGABYTES,
            help=tr(
                "{format_names}, at most {max_bytes} MB each, or a zip of them. They "
                "stay in the memory of the machine that runs this app, and are forgotten "
                "{minutes} minutes after you leave at the latest.",
                format_names=tr(FORMAT_NAMES),
                max_bytes=MAX_BYTES // 2**20,
                minutes=resources.MINUTES,
            ),
            on_change=_taken,
            args=(key, into.key if into else None),
        )
        _ways(key=f"ways-{name}", data={"uploader": f"st-key-{key}"})


def ask_for_photographs() -> None:
    """Draw the drop zone and what is kept, in place of a gallery."""
    with st.container(border=True):
        st.markdown(
            tr("**Photographs of your own.** Several of them are a gallery to be searched.")
        )
        drop_zone()
    offer_kept()


def offer_kept() -> None:
    """List the galleries that are kept on this machine, if there are any."""
    found = kept.kept()
    if not found:
        return
    st.caption(tr("Kept on this machine, for everyone who uses this app on it:"))
    for it in found:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{plain(it.title)} · {count(it.n_images, 'photograph')}", width="content")
            st.button(tr("Open"), key=f"open-{it.key}", on_click=_open_kept, args=(it,))
            st.button(
                tr("Delete"),
                key=f"delete-{it.key}",
                type="tertiary",
                on_click=_delete_kept,
                args=(it,),
            )


def hold_photograph(name: str, data: bytes) -> str:
    """Hold one photograph as a query; return its key in addresses.

    Raises:
        ImageError: it is no image.
    """
    resources.decode(data, name=name)
    gallery = gather([GivenFile(name, data)], key=resources.new_key(), title=name)
    resources.hold(gallery)
    return gallery.key


def _taken(key: str, into: str | None) -> None:
    """Take what was handed over, into the gallery of a key; what can't be used is said."""
    uploaded: list[Any] = st.session_state[key] or []
    files = [GivenFile(it.name, it.getvalue()) for it in uploaded]
    if not files:
        return
    st.session_state[_ROUNDS] = st.session_state.get(_ROUNDS, 0) + 1
    with errors.remembered():
        if into:
            given.change(into, lambda gallery: gallery.with_files(files))
        elif len(files) == 1 and not is_zip(files[0].data):
            own = hold_photograph(files[0].name, files[0].data)
            view.show(view.here().with_query("upload", own))
        else:
            given.show(gather(files, key=resources.new_key()))


def _open_kept(it: KeptGallery) -> None:
    with errors.remembered():
        given.show(kept.open_kept(it.key, key=resources.new_key()))


def _delete_kept(it: KeptGallery) -> None:
    with errors.remembered():
        kept.forget(it.key)
