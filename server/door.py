"""The door: with a token, only who has been given the link gets in.

``HASHLIGHT_TOKEN=…`` locks it. ``http://host/?token=…`` opens it: the browser keeps the token in a
cookie, and the address loses it, so a copied address lets nobody in.
"""

import os
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "hashlight_token"
HEALTH = "/_stcore/health"  # stays open: whoever watches the server has no token
DENIED = "This server needs a token: open the link that you were given, which ends in ?token=…\n"


def token() -> str:
    """Return the token that the door asks for; nothing where it stands open."""
    return os.environ.get("HASHLIGHT_TOKEN", "")


class Door:
    """Lets in who brings the token, in the address or in a cookie."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, answer it with the cookie, or turn it away."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        if self._is(_cookie(asked)) or scope["path"].endswith(HEALTH):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401, "reason": "token"})
        elif self._is(asked.query_params.get("token", "")):
            await self._let_in(asked)(scope, receive, send)
        else:
            await PlainTextResponse(DENIED, 401)(scope, receive, send)

    def _is(self, given: str) -> bool:
        return compare_digest(given.encode(), self._token.encode())

    def _let_in(self, asked: HTTPConnection) -> RedirectResponse:
        """Go to the same address without the token, and remember it."""
        others = [it for it in parse_qsl(asked.url.query) if it[0] != "token"]
        response = RedirectResponse(f"{asked.url.path}?{urlencode(others)}".rstrip("?"), 303)
        response.set_cookie(
            COOKIE, self._token, httponly=True, samesite="lax", secure=asked.url.scheme == "https"
        )
        return response


def _cookie(asked: HTTPConnection) -> str:
    try:
        found = SimpleCookie(asked.headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
