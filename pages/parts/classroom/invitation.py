"""How students come in, and who is here."""

from html import escape
from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st

from core.language import tr
from core.lessons.classroom.room import Room
from pages.ui.attending import ROOM
from pages.ui.errors import plain
from pages.ui.page_address import here

_OWN_MACHINE = {"localhost", "127.0.0.1", "::1"}


def show_invitation(room: Room) -> None:
    """Show the code, and the address as text and as a QR code."""
    address = f"{here()}?{urlencode({ROOM: room.code})}"
    code = segno.make(address, error="m").svg_data_uri(scale=6, border=3, light="white")
    alt = escape(tr("QR code of the room's address"))
    st.html(f'<img class="qr" width="240" alt="{alt}" src="{code}">')
    with st.container(key="code-of-the-room"):
        st.metric(tr("Code of the room"), room.code)
    st.markdown(plain(address))
    if urlsplit(address).hostname in _OWN_MACHINE:
        st.caption(
            tr(
                ":material/wifi_off: No phone can open this address. Start the app with "
                "`--server.address 0.0.0.0` and open it by this machine's name or number."
            )
        )


def show_attendance(room: Room) -> None:
    """Show who has joined, whose hand is up, and what is thought of the pace."""
    it = room.attendance()
    joined, hands = st.columns(2)
    joined.metric(tr("Joined"), len(it.names))
    hands.metric(tr("Hands up"), len(it.hands))
    if it.hands:
        st.markdown(f":material/front_hand: {plain(', '.join(it.hands))}")
    paces = " · ".join(f"{n} {tr(pace)}" for pace, n in it.paces.items())
    st.markdown(tr("**Pace:** {paces}", paces=paces))
    st.markdown(
        tr(
            "**Follow your views:** {n} of {total}",
            n=it.n_following,
            total=len(it.names),
        )
    )
    with st.expander(tr("Who is here")):
        st.markdown(plain(", ".join(it.names)) or tr("Nobody yet. Show the QR code to the class."))
