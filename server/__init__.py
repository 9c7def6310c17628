"""What the app needs of the server itself: headers, addresses of its own, a door, what it repairs.

``streamlit_app.py`` hands these to ``st.App``, which ``streamlit run`` finds there. Nothing here is
needed to understand a page.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from server import (
    bunches,
    left_fragments,
    memory,
    message_queue,
    namesakes,
    newest_address,
    operator,
    remembered,
    session_values,
    thumbnails,
    turns,
)
from server.door import Door, token
from server.headers import Headers


def routes() -> list[Route]:
    """Addresses beside the pages; the operator's only where it is switched on."""
    return [*thumbnails.ROUTES, *operator.routes()]


def middleware() -> list[Middleware]:
    """What every request passes; the door only where there is a token."""
    door = [Middleware(Door, token=token())] if token() else []
    return [Middleware(Headers), *door]


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Before the first visitor: repair what loses a page's elements. From then on: keep house."""
    memory.take_sparingly()
    message_queue.repair()
    newest_address.introduce()
    namesakes.introduce()
    left_fragments.introduce()
    bunches.introduce()
    turns.introduce()
    remembered.introduce()
    session_values.introduce()
    with memory.given_back():
        yield
