"""The teacher's link: one click copies the address, which says all that is seen but the guesses."""

from pathlib import Path

import streamlit as st

from core.language import tr
from pages.ui import button

_FOLDER = Path(__file__).parent
ADDRESS_JS = _FOLDER / "address.js"

_copy = button.component(
    "share",
    _FOLDER,
    '<button type="button"></button>\n'
    '<label hidden><input type="checkbox"> <span></span></label>\n'
    '<input class="address" readonly hidden>\n'
    '<p role="status"></p>\n',
    before=(ADDRESS_JS,),
)


def link() -> None:
    """Draw the button; where the view rests on an upload, say why there is none."""
    named = st.query_params  # not pages.ui.view, which would keep the first visitor waiting
    if named.get("upload") or named.get("gallery", "").startswith("own-"):
        st.caption(
            tr(
                ":material/link_off: No link for others shows photographs of your own. Choose an "
                "image of another gallery to get one."
            )
        )
    else:
        _copy(key="share")
