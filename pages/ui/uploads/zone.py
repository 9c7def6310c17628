"""Where photographs are handed over: dropped, chosen, pasted, or taken with a phone.

The uploader is Streamlit's. A small component beside it opens that uploader's own file dialogue
for a folder or a phone's camera, and hands it what is pasted or what lies in a dropped folder: so
whatever the way, the files arrive by one.
"""

from pathlib import Path

import streamlit as st

from core.galleries import kept
from core.galleries.kept import KeptGallery
from core.galleries.uploads import GivenFile, UploadedGallery, gather, is_zip, scaled_down
from core.images import FORMAT_NAMES, MAX_BYTES
from core.language import tr
from core.wording import count
from pages.ui import button, errors, resources, view
from pages.ui.errors import plain
from pages.ui.uploads import given
from pages.ui.uploads.reception import take, uploader_key

MOST_MEGABYTES = 500  # of one file: a zip

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
        key = uploader_key(name)
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


def take_photograph(key: str) -> None:
    """Take what an uploader has received as the query, if it is an image; else say why not."""
    for file in take(key):  # one, or none where it was taken away again: what is shown stays
        with errors.remembered():
            _ask_with(file)


def _taken(key: str, into: str | None) -> None:
    """Take what was handed over, into the gallery of a key; what can't be used is said."""
    files = take(key)
    if not files:
        return
    with errors.remembered():
        if into:
            given.change(into, lambda it: it.with_files(files, decode=resources.decode))
        elif len(files) == 1 and not is_zip(files[0].data):
            _ask_with(files[0])
        else:
            given.show(gather(files, key=resources.new_key(), decode=resources.decode))


def _ask_with(file: GivenFile) -> None:
    """Hold one photograph, and go to it as the query.

    Raises:
        ImageError: it is no image.
    """
    photograph = scaled_down(file.name, file.data, decode=resources.decode)
    gallery = gather([photograph], key=resources.new_key(), title=file.name)
    resources.hold(gallery)
    view.show(view.here().with_query("upload", gallery.key))


def _open_kept(it: KeptGallery) -> None:
    with errors.remembered():
        given.show(kept.open_kept(it.key, key=resources.new_key()))


def _delete_kept(it: KeptGallery) -> None:
    with errors.remembered():
        kept.forget(it.key)
