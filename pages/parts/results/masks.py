"""Whether attention finds the object in photographs, by masks that lie beside them."""

import streamlit as st

from core.errors import COMMAND
from core.language import later, tr
from core.wording import capital
from pages.parts.results.focus import show_focus, show_focus_code
from pages.ui.result_files import names_or_say, read_or_say

PREFIX = "attention-masks-"
MISSING = later(
    "Attention on photographs: not measured yet. `{command} evaluate --masks FOLDER` measures "
    "photographs in FOLDER/images by their masks in FOLDER/masks and writes the file that this "
    "page reads."
)


def show_masks() -> None:
    """Whether attention finds the object in photographs, by masks that lie beside them."""
    st.header(tr("Does attention look at the object? · Photographs"), anchor=False)
    missing = tr(MISSING, command=COMMAND)
    names = names_or_say(PREFIX, missing)
    if not names:
        return
    st.markdown(
        tr(
            "Scenes are painted; these are photographs whose objects somebody outlined by hand. "
            "The cells of each map are compared with the mask, as under *Attention*: the dotted "
            "line is what a map that knows nothing of objects has inside, because the objects "
            "cover that share of the area. Objects that fill the middle are found by looking at "
            "the middle, so that is a rival too."
        )
    )
    for name in names:
        if result := read_or_say(name, missing):
            st.subheader(
                tr(
                    "{gallery} · {n_images:,} photographs, object {area:.0%} of the area",
                    gallery=capital(result["gallery_title"]),
                    n_images=result["n_images"],
                    area=result["object_area_share"],
                ),
                anchor=False,
            )
            show_focus(name, result)
    show_focus_code()
