"""To take away: one click saves the page as it stands as one HTML file, which needs no server.

The browser does it (``takeaway.js``): it copies the main block of the page into a document without
script, inputs or anything to fetch, and hands that over as a file.

A figure that is no chart of Plotly's is saved the same way, alone and as a picture: its component
puts ``FIGURE_JS`` and ``FIGURE_CSS`` in front of its own, and shows what ``keepers`` makes.
"""

from pathlib import Path

import streamlit as st

from core import __version__
from core.galleries import registry
from core.language import tr
from pages.ui import button, share

_FOLDER = Path(__file__).parent
_COPYING = (
    share.ADDRESS_JS,
    *(
        _FOLDER / f"{name}.js"
        for name in ("inputs", "pictures", "tables", "styles", "still", "save")
    ),
)
_LOOKS = (_FOLDER / "saved.css").read_text(encoding="utf-8")

_take_away = button.component(
    "takeaway",
    _FOLDER,
    '<button type="button"></button>\n<p role="status"></p>\n',
    before=(*_COPYING, _FOLDER / "file.js"),
)

# A scope of its own: a component has other names for the same things.
FIGURE_JS = f"""const keepers = (() => {{
{button.joined([*_COPYING, _FOLDER / "figure.js"])}
return keepers;
}})();
"""
FIGURE_CSS = button.joined([_FOLDER / "figure.css"])


def way_out() -> None:
    """Draw the button that saves the page."""
    _take_away(
        key="take-away",
        data={
            "looks": _LOOKS,
            "made": tr("Made with Hashlight {version} (MIT licence).", version=__version__),
            "credit": registry.credit(st.query_params.get("gallery", registry.LOCAL[0].key)),
        },
    )
