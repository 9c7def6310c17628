"""The addresses beside the pages: thumbnails, and the operator's page."""

import io

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

import server
from core.galleries.scenes import ScenesGallery
from pages.ui import resources
from server import operator, thumbnails


@pytest.fixture
def client():
    return TestClient(Starlette(routes=[thumbnails.ROUTE]))


def test_a_thumbnail_is_the_galleries_image_and_may_be_kept(client):
    item = ScenesGallery().items[3]
    answer = client.get(f"/thumbnails/scenes/{item.digest}/96.jpg")
    assert max(Image.open(io.BytesIO(answer.content)).size) == 96
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "address",
    ["scenes/0000/96.jpg", "own-abc/0000/96.jpg", "nowhere/0000/96.jpg", "scenes/0000/97.jpg"],
)
def test_what_is_not_there_is_said_in_one_sentence(client, address):
    answer = client.get(f"/thumbnails/{address}")
    assert answer.status_code == 404
    assert answer.text.count("\n") == 1


def test_the_operators_page_is_off_unless_a_word_is_set(monkeypatch):
    monkeypatch.delenv("HASHLIGHT_OPERATOR", raising=False)
    assert operator.routes() == []
    assert [route.path for route in server.routes()] == [thumbnails.ROUTE.path]


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
