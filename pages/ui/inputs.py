"""What a visitor chooses: the settings and the query."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import streamlit as st

from core.files import file_digest
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.galleries.uploads import Original
from core.images import FORMAT_NAMES, MAX_BYTES
from core.language import later, tr
from core.model.attention import ATTENTION_MODES
from core.search import find_by_name
from core.wording import joined
from pages.ui import address, navigation, resources, samples, tour, uploads, view
from pages.ui.errors import plain
from pages.ui.grid.samples import show_samples
from pages.ui.grid.wall import show_wall
from pages.ui.view import FITTING, MANNERS, RANGES, View

_SLIDERS = {  # name of a setting -> label and help
    "K": (later("Bits per hash code, K"), later("More bits: smaller buckets, fewer candidates.")),
    "L": (later("Hash tables, L"), later("More tables: more candidates, fewer neighbours missed.")),
    "probes": (
        later("Probes per table"),
        later("How many buckets are read per table: the query's own, then those nearest to it."),
    ),
    "k": (later("Hits, k"), later("How many of the best candidates are shown.")),
}


# What the names of settings and of their values are called; ``tr`` says them.
_SAID = (
    *(later("off"), later("channel"), later("spatial"), later("both")),
    *(later("hyperplanes"), later("probes")),
)


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """The image to search with."""

    title: str
    data: bytes
    id: int | None = None  # in the gallery, where it is from there
    is_upload: bool = False
    original: Original | None = None  # the file that was handed over, where it was scaled down

    @property
    def digest(self) -> str:
        """Of the file as it was handed over: the gallery may have it too."""
        return self.original.digest if self.original else file_digest(self.data)

    def facts(self, *, label: str | None = None, id: int | None = None) -> list[str]:
        """Say what there is to know of it, each fact as Markdown, its title first.

        Args:
            label: the query's, where it is to be named.
            id: the query's in the gallery, where it is to be said that it is no hit of its own.
        """
        facts = [plain(self.title)]
        if label is not None:
            facts.append(tr("label **{label}**", label=plain(label)))
        if id is not None:
            facts.append(tr("in the gallery, so left out of its own hits"))
        if self.is_upload:
            facts.append(
                tr("an upload can't be put in a link, so this page's address works only here")
            )
        return facts


# Settings ---------------------------------------------------------------------------------


def settings(shown: View, *, without: Collection[str] = ()) -> None:
    """Draw the sidebar's settings; a change goes to the address.

    Args:
        shown: what the address says, settled for its gallery.
        without: sliders that the page draws itself, with ``setting``.
    """
    for name in ("hyperplanes", "seed", "attention"):
        address.follow(name, getattr(shown, name))
    with st.sidebar:
        st.header(tr("Index"), anchor=False)
        say_who_chose(shown, [name for name in FITTING if name not in without])
        _hyperplanes(without)
        _sliders(shown, ("K", "L"), without)
        low, high = RANGES["seed"]
        st.number_input(
            tr("Seed of the hyperplanes"),
            low,
            high,
            key="seed",
            help=tr("Another seed draws other hyperplanes."),
            on_change=_changed,
            args=("seed",),
        )
        st.header(tr("Query"), anchor=False)
        _sliders(shown, ("probes", "k"), without)
        st.segmented_control(
            tr("Attention (CBAM)"),
            ATTENTION_MODES,
            format_func=tr,
            key="attention",
            required=True,
            width="stretch",
            wrap=False,
            help=tr("Which of CBAM's two gates are used, for the query and the gallery alike."),
            on_change=_changed,
            args=("attention",),
        )


def say_who_chose(shown: View, names: Sequence[str]) -> None:
    """Say that settings were chosen for the gallery; offer that where somebody has set them.

    Args:
        shown: settled for its gallery.
        names: of the settings.
    """
    fitted = [name for name in names if name in shown.fitted]
    by_hand = [name for name in names if name not in shown.fitted and getattr(shown, name)]
    if fitted:
        st.caption(
            tr(
                ":material/auto_awesome: **{fitted}** chosen for this gallery",
                fitted=joined([tr(it) for it in fitted]),
            )
        )
    if by_hand:
        st.button(
            tr("Choose {by_hand} for this gallery", by_hand=joined([tr(it) for it in by_hand])),
            icon=":material/auto_awesome:",
            help=tr(
                "Sets them back to what finds nine in ten of the ten nearest images at the least "
                "work."
            ),
            key=f"fit-{'-'.join(by_hand)}",
            on_click=_fit,
            args=(by_hand,),
        )


def setting(shown: View, name: str) -> None:
    """Draw the slider of one setting; none where nobody knows yet what fits.

    Args:
        shown: what the address says, settled for its gallery.
        name: of the setting there.
    """
    label, help = map(tr, _SLIDERS[name])
    low, high = RANGES[name]
    if not getattr(shown, name):
        return
    if name == "probes" and name in shown.fitted:
        more = tr("Each query reads as many as it needs: the slider shows what most of them read.")
        help = f"{help} {more}"
    address.follow(name, min(max(getattr(shown, name), low), high))
    st.slider(label, low, high, key=name, help=help, on_change=_changed, args=(name,))


def _hyperplanes(without: Collection[str]) -> None:
    if "hyperplanes" in without:
        st.caption(tr("Uniform hyperplanes, as in the paper: the theory here is theirs."))
        return
    st.segmented_control(
        tr("Hyperplanes"),
        list(MANNERS),
        format_func=tr,
        key="hyperplanes",
        required=True,
        width="stretch",
        help=tr(
            "How they are drawn. Leaning ones cut mostly across the directions in which the "
            "images of this gallery differ, through their middle: so fewer images share a bucket "
            "with a query that is not like them. Uniform ones, the paper's, cut in any direction."
        ),
        on_change=_changed,
        args=("hyperplanes",),
    )


def _sliders(shown: View, names: Sequence[str], without: Collection[str]) -> None:
    for name in names:
        if name not in without:
            setting(shown, name)


def _fit(names: Sequence[str]) -> None:
    view.change(**{name: getattr(view.UNSET, name) for name in names})


def _changed(name: str) -> None:
    view.change(**{name: st.session_state[name]})


# Query ------------------------------------------------------------------------------------


def query(shown: View, gallery: Gallery | None) -> Query | None:
    """Return the query that the address names, if it names one.

    An image of a gallery that isn't open, and says so itself, is none.

    Raises:
        GalleryError: what it names is not here.
    """
    if shown.source == "image":
        if gallery is None:
            return None
        id = find_by_name(gallery, shown.name)
        return Query(shown.name, gallery.read(id), id)
    if shown.source == "sample":
        return Query(samples.title(shown.name), samples.read(shown.name))
    if shown.source == "upload":
        it = uploads.photograph(shown.name)
        return Query(it.name, it.data, is_upload=True, original=it.original)
    return None


def query_or_example(
    shown: View, gallery: Gallery, stored: StoredGallery, *, page: str
) -> tuple[Query | None, View]:
    """Draw the ways to a query, and return it with its view.

    Args:
        shown: what the address says; where it names no query, the gallery's first image is one.
        gallery: whose images are offered.
        stored: those of them that can be searched.
        page: that this is drawn on.

    Raises:
        GalleryError: what the address names is not here.
    """
    shown = _or_example(shown, gallery, stored)
    if tour.shows("choice"):
        choose_query(shown, gallery, stored, page=page)
    return query(shown, gallery), shown


def _or_example(shown: View, gallery: Gallery, stored: StoredGallery) -> View:
    """Return the view with the gallery's first image as its query where nobody has chosen one."""
    if shown.source or not len(stored.ids):
        return shown
    name = gallery.items[int(stored.ids[0])].name
    st.caption(
        tr(
            "Nobody has chosen a query yet, so this is the gallery's first: {name}.",
            name=plain(name),
        )
    )
    return shown.with_query("image", name)


def choose_query(
    shown: View,
    gallery: Gallery | None,
    stored: StoredGallery | None = None,
    *,
    page: str = navigation.SEARCH,
) -> None:
    """Draw the ways to a query; a choice goes to the address.

    Args:
        shown: the view that its links keep, but for the query.
        gallery: what is offered image by image; None where none is open.
        stored: those of its images that are offered, with their embeddings; by default all.
        page: that this is drawn on; its links lead back there.
    """
    # With a key of its own for each query, the box closes as soon as there is a new one.
    key = f"chooser-{shown.source}-{shown.name}"
    is_browsing = not {"label", "sort", "page"}.isdisjoint(st.query_params)
    st.session_state.setdefault(key, shown.source is None or is_browsing)
    box = st.expander(
        tr("Choose a query") if shown.source is None else tr("Choose another query"),
        key=key,
        icon=":material/add_photo_alternate:",
        on_change="rerun",
    )
    if not box.open:  # what nobody sees need not be sent
        return
    with box:
        browse, upload, camera, sample = st.tabs(
            [tr("From the gallery"), tr("Upload"), tr("Camera"), tr("Samples")],
            key="ways",
            on_change="rerun",
        )
        if browse.open and gallery:
            with browse:
                _browse(shown, gallery, stored, page)
        with upload:
            key = uploads.uploader_key("upload_file")
            st.file_uploader(
                tr("A photograph or picture"),
                key=key,
                max_upload_size=MAX_BYTES // 2**20,
                help=tr(
                    "{format_names}, at most {max_bytes} MB. It stays in the memory of "
                    "the machine that runs this app, and is forgotten "
                    "{minutes} minutes after you leave at the latest.",
                    format_names=tr(FORMAT_NAMES),
                    max_bytes=MAX_BYTES // 2**20,
                    minutes=resources.MINUTES,
                ),
                on_change=uploads.take_photograph,
                args=(key,),
            )
        if camera.open:  # asks for the camera as soon as it is drawn
            with camera:
                key = uploads.uploader_key("camera")
                st.camera_input(
                    tr("Take a picture"),
                    key=key,
                    on_change=uploads.take_photograph,
                    args=(key,),
                )
        if sample.open:
            with sample:
                show_samples(shown, page)


def _browse(shown: View, gallery: Gallery, stored: StoredGallery | None, page: str) -> None:
    ids = range(len(gallery.items)) if stored is None else stored.ids.tolist()
    has_query = stored is not None and shown.source is not None

    def cosines() -> dict[int, float]:
        return {} if stored is None else _cosines(shown, gallery, stored)

    show_wall(gallery, ids, shown, page, cosines if has_query else None)


def _cosines(shown: View, gallery: Gallery, stored: StoredGallery) -> dict[int, float]:
    """Return the cosine of every image that can be searched to the query, by id."""
    asked = query(shown, gallery)
    assert asked is not None  # the view names one
    embedding = resources.embedded_query(asked.data, shown.attention).embedding
    values = stored.of(shown.attention) @ embedding
    return dict(zip(stored.ids.tolist(), values.tolist(), strict=True))
