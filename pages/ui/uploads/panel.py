"""What can be done with one's own gallery: name, add, remove, keep, forget; what was left out."""

from collections.abc import Collection

import streamlit as st

from core.galleries import kept
from core.galleries.base import LeftOut
from core.galleries.duplicates import nearly_same
from core.galleries.store import StoredGallery
from core.galleries.uploads import SCALED_SIDE, UploadedGallery
from core.language import tr
from core.wording import count
from pages.ui import address, errors, resources
from pages.ui.errors import plain
from pages.ui.grid import show_grid
from pages.ui.grid.gallery import tile
from pages.ui.uploads import given
from pages.ui.uploads.zone import drop_zone
from pages.ui.view import View

_MOST = 100  # lines or groups that a list shows
_HEIGHT = 96  # pixels of a picture


def panel(gallery: UploadedGallery, stored: StoredGallery, shown: View) -> None:
    """Draw it in two lines, and the rest in a box that opens.

    Args:
        gallery: an uploaded one.
        stored: its embeddings.
        shown: the view that links keep, but for the query.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="own"):
        n_left_out = len(gallery.left_out) + len(stored.failures)
        told = [
            tr(
                "{photographs}, only in this machine's memory.",
                photographs=count(len(gallery.items), "photograph"),
            ),
            _scaled_down(gallery),
            tr("{files} left out.", files=count(n_left_out, "file")) if n_left_out else "",
            tr(
                "A reload keeps them; they are forgotten {minutes} minutes after you leave at the "
                "latest.",
                minutes=resources.MINUTES,
            ),
        ]
        st.caption(" ".join(filter(None, told)), width="stretch")
        st.button(
            tr("Forget"),
            icon=":material/delete:",
            key="forget-own",
            help=tr("Let go of these photographs at once."),
            on_click=given.forget,
            args=(gallery.key,),
        )
    box = st.expander(
        tr("Name, add or remove photographs"),
        key="own-box",
        icon=":material/photo_library:",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        _name_and_keep(gallery)
        drop_zone(into=gallery)
        _offer_to_remove(gallery)
        _show_left_out(gallery, stored)
        _show_nearly_same(gallery, stored, shown)


def _scaled_down(gallery: UploadedGallery) -> str:
    if not gallery.n_scaled:
        return ""
    return tr(
        "{photographs} scaled down: the shorter side has {side} pixels at most.",
        photographs=count(gallery.n_scaled, "photograph"),
        side=SCALED_SIDE,
    )


def _name_and_keep(gallery: UploadedGallery) -> None:
    address.follow("own-name", gallery.title)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            tr("Name"), key="own-name", on_change=_renamed, args=(gallery.key,), width=280
        )
        st.button(
            tr("Keep on this machine"),
            icon=":material/save:",
            key="keep-own",
            help=tr(
                "Copies the photographs to the disk of the machine that runs this app. Everyone "
                "who uses the app there can open and delete them."
            ),
            on_click=_keep,
            args=(gallery.key,),
        )
        if any(it.key.endswith(gallery.digest[:12]) for it in kept.kept()):
            st.caption(
                tr(":material/check: Kept. *Photographs of your own* lists it."), width="content"
            )


def _offer_to_remove(gallery: UploadedGallery) -> None:
    names = {item.id: item.name for item in gallery.items}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        ids = st.multiselect(
            tr("Remove from the gallery"),
            list(names),
            key=f"remove-{gallery.digest[:12]}",
            format_func=lambda id: names.get(id, ""),
            placeholder=tr("Choose photographs"),
            width=420,
        )
        st.button(
            tr("Remove"),
            key="remove-own",
            disabled=not ids,
            on_click=_remove,
            args=(gallery.key, {names[id] for id in ids}),
        )


def _show_left_out(gallery: UploadedGallery, stored: StoredGallery) -> None:
    damaged = [LeftOut(gallery.items[id].name, why) for id, why in stored.failures.items()]
    left_out = [*gallery.left_out, *damaged]
    if left_out:
        lines = [f"- {plain(it.name)}: {plain(tr(it.reason))}" for it in left_out[:_MOST]]
        heading = tr("**Left out** ({n_left_out:,})", n_left_out=len(left_out))
        st.markdown("\n".join([heading, "", *lines]))


def _show_nearly_same(gallery: UploadedGallery, stored: StoredGallery, shown: View) -> None:
    groups = nearly_same(stored, shown.attention)
    if not groups:
        st.caption(tr("No two of the photographs are nearly the same."))
        return
    st.markdown(tr("**Nearly the same** ({groups})", groups=count(len(groups), "group")))
    for number, group in enumerate(groups[:_MOST]):
        tiles = [tile(gallery, id, shown, alt=gallery.items[id].name) for id in group]
        show_grid(f"same-{number}", tiles, height=_HEIGHT)


def _renamed(key: str) -> None:
    with errors.remembered():
        given.change(key, lambda gallery: gallery.renamed(st.session_state["own-name"]))


def _keep(key: str) -> None:
    with errors.remembered():
        kept.keep(given.present(key))


def _remove(key: str, names: Collection[str]) -> None:
    def without(gallery: UploadedGallery) -> UploadedGallery:
        rest = gallery.without({it.id for it in gallery.items if it.name in names})
        n_removed = len(gallery.items) - len(rest.items)
        st.toast(tr("Removed {photographs}.", photographs=count(n_removed, "photograph")))
        return rest

    with errors.remembered():
        given.change(key, without)
