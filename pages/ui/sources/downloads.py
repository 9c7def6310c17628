"""Galleries that can be downloaded: a short list, and one of them on its way."""

import streamlit as st

from core.galleries import registry
from core.galleries.registry import GallerySource
from core.language import later, tr
from core.wording import long_duration
from pages.ui import resources, view
from pages.ui.errors import plain
from pages.ui.resources import Work

_LABEL = later("Download")


def offer_downloads() -> None:
    """List what can be downloaded, each with a button that goes there and starts."""
    sources = registry.downloadable()
    if not sources:
        st.info(tr("All galleries that can be downloaded are here already."))
        return
    with st.container(border=True):
        st.markdown(tr("**Photographs to download.** They stay on the machine that runs this app."))
        for source in sources:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(_about(source), width="stretch")
                st.button(
                    tr(_LABEL),
                    key=f"get-{source.key}",
                    icon=":material/download:",
                    on_click=_start,
                    args=(source.key,),
                )


def ask_to_download(source: GallerySource) -> None:
    """Offer one gallery, or show how far its download is; then show it."""
    if resources.offered(
        _LABEL,
        _about(source),
        find=lambda: _under_way(source.key),
        start=lambda: resources.download(source.key),
        icon=":material/download:",
    ):
        st.rerun()


def _under_way(key: str) -> Work[None] | None:
    """Return a download that goes on; one that has ended says nothing of what is here now."""
    work = resources.downloading(key)
    return work if work and not work.wait(0) else None


def _about(source: GallerySource) -> str:
    size = tr(
        "{megabytes} MB, about {seconds}",
        megabytes=source.megabytes,
        seconds=long_duration(source.seconds),
    )
    told = f"{plain(tr(source.description))} {plain(tr(source.licence))}"
    return f"**{plain(source.title)}** · {size}  \n{told}"


def _start(key: str) -> None:
    st.session_state[resources.started(_LABEL)] = resources.download(key)
    view.show(view.here().with_gallery(key))
