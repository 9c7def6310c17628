"""The addresses beside the pages: thumbnails, and the operator's page."""

import io

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

import server
from core.galleries.maps.sprites import SpriteSheet
from core.galleries.scenes import ScenesGallery
from pages.ui import resources
from pages.ui.resources import galleries
from server import operator, thumbnails


@pytest.fixture
def client():
    return TestClient(Starlette(routes=thumbnails.ROUTES))


def test_a_thumbnail_is_the_galleries_image_and_may_be_kept(client):
    item = ScenesGallery().items[3]
    answer = client.get(f"/thumbnails/scenes/{item.digest}/96.jpg")
    assert max(Image.open(io.BytesIO(answer.content)).size) == 96
    assert "immutable" in answer.headers["cache-control"]


def test_a_maps_sheet_is_there_once_a_page_has_drawn_it(client, monkeypatch):
    drawn = SpriteSheet(b"a JPEG", side=64, columns=27, n=720)
    monkeypatch.setattr(galleries, "find_sheet", lambda *named: drawn)
    digest = ScenesGallery().digest
    assert client.get(f"/sheets/scenes/{digest}/720.jpg").content == b"a JPEG"
    assert client.get("/sheets/scenes/0000/720.jpg").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "thumbnails/scenes/0000/96.jpg",
        "thumbnails/own-abc/0000/96.jpg",
        "thumbnails/nowhere/0000/96.jpg",
        "thumbnails/scenes/0000/97.jpg",
        "sheets/scenes/0000/720.jpg",
        "sheets/own-abc/0000/720.jpg",
    ],
)
def test_what_is_not_there_is_said_in_one_sentence(client, address):
    answer = client.get(f"/{address}")
    assert answer.status_code == 404
    assert answer.text.count("\n") == 1


def test_the_operators_page_is_off_unless_a_word_is_set(monkeypatch):
    monkeypatch.delenv("HASHLIGHT_OPERATOR", raising=False)
    assert operator.routes() == []
    assert server.routes() == thumbnails.ROUTES


def test_the_operators_page_tells_memory_by_cache_and_versions(monkeypatch):
    monkeypatch.setenv("HASHLIGHT_OPERATOR", "word")
    monkeypatch.setattr(operator, "_process", lambda: [("memory, MB", "1")])
    client = TestClient(Starlette(routes=operator.routes()))
    assert client.get("/operator?word=other").status_code == 401
    text = client.get("/operator?word=word").text
    for name, *_ in resources.held():
        assert name in text
    assert "streamlit" in text


def test_memory_is_what_the_system_says():
    before = operator.memory()
    block = b"x" * (400 * 10**6)  # written, so the system has to give it
    assert operator.memory() - before > 200 * 10**6
    assert block
