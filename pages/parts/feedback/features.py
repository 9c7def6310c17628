"""What the SVM learns from: the embeddings, or colours and textures that are measured on demand."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.language import later, tr
from core.methods.base import Pictures
from core.methods.svm import SvmActiveLearning
from core.methods.visual_features import N_FEATURES
from core.progress import Progress
from core.wording import long_duration
from pages.ui import address, resources, view
from pages.ui.inputs import Query
from pages.ui.view import View

FEATURE_NAMES = {"embeddings": later("Embeddings"), "colour": later("Colour and texture")}
_QUERY_SIDE = 1024  # pixels of a query that is described, at most
_SECONDS_PER_IMAGE = 0.015  # on a free core; only to say beforehand about how long it takes


def _features_changed() -> None:
    view.change(features=st.session_state["features"])


def choose_features(shown: View) -> None:
    """Draw the choice of what is learned from; a change goes to the address."""
    address.follow("features", shown.features)
    st.segmented_control(
        tr("What the SVM learns from"),
        list(FEATURE_NAMES),
        format_func=lambda features: tr(FEATURE_NAMES[features]),
        required=True,
        key="features",
        help=tr(
            "The paper's system [17] is older than such networks and knows colours and textures "
            "only."
        ),
        on_change=_features_changed,
    )
    answers = tr("Your answers stand in the address: a reload or a link keeps them.")
    if shown.features == "embeddings":
        st.caption(
            tr(
                "The gallery's embeddings, attention *{attention}*: they are here already. "
                "Where they rank well from the start, colour and texture leave more to learn.",
                attention=tr(shown.attention),
            )
            + f" {answers}"
        )
    else:
        st.caption(
            tr(
                "{n_features} numbers of colour and texture, as in the experiment with system "
                "[17].",
                n_features=N_FEATURES,
            )
            + f" {answers}"
        )


def colour_and_texture(gallery: Gallery, stored: StoredGallery) -> SvmActiveLearning | None:
    """Return the described gallery, or offer to describe it and return None."""

    def task(progress: Progress) -> SvmActiveLearning:
        method = SvmActiveLearning()
        nobody_asks = np.zeros(len(stored.ids), dtype=np.int64)
        method.fit(Pictures(gallery, stored.ids), nobody_asks, seed=0, progress=progress)
        return method

    n = len(stored.ids)
    work = resources.offered(
        later("Measure colours and textures"),
        tr(
            "The colours and textures of the {n:,} images are measured once and kept until the "
            "app is restarted; it takes about {time} on a free core.",
            n=n,
            time=long_duration(n * _SECONDS_PER_IMAGE),
        ),
        find=lambda: resources.described(gallery),
        start=lambda: resources.describe(gallery, task),
    )
    return work.result() if work else None


def describe_query(
    query: Query, shown: View, method: SvmActiveLearning | None
) -> NDArray[np.float32]:
    """Return the vector of a query that is not in the gallery."""
    if method is None:
        return resources.embedded_query(query.data, shown.attention).embedding
    return method.describe(resources.small_picture(query.data, max_side=_QUERY_SIDE))
