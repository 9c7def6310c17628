"""The door and the headers, asked by Starlette's own client."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

import server
from server import door


async def page(request):
    return PlainTextResponse(f"inside {request.url.query}")


async def stream(socket):
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


ROUTES = [
    Route("/search", page),
    Route("/_stcore/health", page),
    WebSocketRoute("/_stcore/stream", stream),
]


@pytest.fixture
def locked():
    app = Starlette(routes=ROUTES, middleware=[Middleware(door.Door, token="sesame")])
    return TestClient(app)


@pytest.mark.parametrize("address", ["/search", "/search?token=", "/search?token=wrong"])
def test_without_the_token_nobody_gets_in(locked, address):
    answer = locked.get(address)
    assert answer.status_code == 401
    assert answer.text == door.DENIED


def test_the_link_opens_the_door_and_loses_the_token(locked):
    first = locked.get("/search?K=4&token=sesame&image=owl%2F03.jpg", follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (303, "/search?K=4&image=owl%2F03.jpg")
    assert "httponly" in first.headers["set-cookie"].lower()
    assert locked.get("/search?K=4").text == "inside K=4"
    with locked.websocket_connect("/_stcore/stream") as socket:
        assert socket.receive_text() == "hello"


def test_the_stream_is_closed_to_who_has_no_token_and_health_stays_open(locked):
    with pytest.raises(WebSocketDisconnect), locked.websocket_connect("/_stcore/stream"):
        pass
    assert locked.get("/_stcore/health").status_code == 200


def test_a_cookie_of_nonsense_is_no_token(locked):
    assert locked.get("/search", headers={"Cookie": "hashlight_token=; \x7f[=]"}).status_code == 401


def test_the_door_stands_open_unless_there_is_a_token(monkeypatch):
    monkeypatch.delenv("HASHLIGHT_TOKEN", raising=False)
    client = TestClient(Starlette(routes=ROUTES, middleware=server.middleware()))
    answer = client.get("/search")
    assert answer.text == "inside "
    policy = answer.headers["content-security-policy"]
    assert "http" not in policy  # no other host
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["referrer-policy"] == "same-origin"
    monkeypatch.setenv("HASHLIGHT_TOKEN", "sesame")
    client = TestClient(Starlette(routes=ROUTES, middleware=server.middleware()))
    turned_away = client.get("/search")
    assert turned_away.status_code == 401
    assert turned_away.headers["x-content-type-options"] == "nosniff"
