"""What stands beside an open gallery: its labels, what was left out, whether it has changed."""

from collections import defaultdict

import streamlit as st

from core.galleries.base import Gallery, LeftOut
from core.galleries.labels import LabelledByFolders, LabelLevel
from core.galleries.store import StoredGallery
from core.language import tr, written
from pages.ui import resources
from pages.ui.errors import plain

_LEVELS = "label-levels"  # in the session: digest of a gallery -> the level that was chosen
_MOST = 100  # names that a list shows
_MOST_LABELS = 4  # that stand for a level


def with_chosen_labels(gallery: Gallery) -> Gallery:
    """Return the gallery with the labels that were chosen for it in this session."""
    level = st.session_state.get(_LEVELS, {}).get(gallery.digest)
    if level is None or not isinstance(gallery, LabelledByFolders):
        return gallery
    return gallery.with_label_level(level)


def choose_labels(gallery: Gallery) -> None:
    """Show which folder gives the labels, and let another be chosen where there is one."""
    if not isinstance(gallery, LabelledByFolders):
        return
    levels = gallery.label_levels
    if len(levels) == 1:
        st.caption(tr("No labels: the images lie in no folders."))
        return
    st.selectbox(
        tr("Labels"),
        [it.level for it in levels],
        index=gallery.label_level,
        format_func=lambda level: _describe(levels[level]),
        key=f"labels-{gallery.digest[:12]}",
        on_change=_labels_chosen,
        args=(gallery.digest,),
        help=tr("Which folder in an image's path says what it shows. Labels only judge a search."),
    )


def show_left_out(gallery: Gallery, stored: StoredGallery) -> None:
    """Say in a box that opens what is not searched, and why: counts, then names."""
    damaged = [LeftOut(gallery.items[id].name, why) for id, why in stored.failures.items()]
    left_out = [*gallery.left_out, *damaged]
    if not left_out:
        return
    by_reason: dict[str, list[str]] = defaultdict(list)
    for it in left_out:
        by_reason[it.reason].append(it.name)
    with st.expander(tr("Left out: {n_left_out:,}", n_left_out=len(left_out)), type="compact"):
        for reason, names in sorted(by_reason.items(), key=lambda it: -len(it[1])):
            some = ", ".join(map(plain, names[:_MOST]))
            if len(names) > _MOST:
                some = tr("{names} … and {n:,} more", names=some, n=len(names) - _MOST)
            st.markdown(f"**{written(len(names))}** · {plain(tr(reason))}  \n{some}")


def tell_if_changed(key: str, gallery: Gallery) -> None:
    """Say where files have changed since they were read, with a button that reads them again."""
    if resources.has_changed(key, gallery):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.warning(
                tr(
                    "The files of {title} have changed since they were read.",
                    title=plain(gallery.title),
                ),
                width="stretch",
            )
            st.button(
                tr("Read again"),
                key="read-again",
                icon=":material/refresh:",
                on_click=resources.read_again,
                args=(key,),
            )


def trained_on(gallery: Gallery) -> str:
    """Return the sentence for a gallery that the model has learnt from; empty for all others."""
    provenance = resources.embedder().checkpoint.provenance
    if provenance.was_trained_on(gallery.key, gallery.digest):
        return tr("The model was trained on these pictures, so it does better here than elsewhere.")
    return ""


def _describe(level: LabelLevel) -> str:
    if not level.level:
        return tr("none")
    labels = ", ".join(level.labels[:_MOST_LABELS])
    more = ", …" * (len(level.labels) > _MOST_LABELS)
    return tr(
        "folder {number}: {labels} ({n_labels})",
        number=level.level,
        labels=labels + more,
        n_labels=len(level.labels),
    )


def _labels_chosen(digest: str) -> None:
    chosen = st.session_state.setdefault(_LEVELS, {})
    chosen[digest] = st.session_state[f"labels-{digest[:12]}"]
