import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from core.errors import GalleryError, StoreError
from core.galleries import registry
from core.galleries.store import load_or_build
from core.scale import gallery as opening
from core.scale.importing import copied, import_images
from core.scale.sources import GalleryImages
from core.scale.table import Table
from tests.core.scale.conftest import PLAN


@pytest.fixture
def table(gallery, embedder, address, monkeypatch):
    source = GalleryImages(gallery)
    plan = replace(PLAN, embedder=embedder.digest)
    embed = copied(source, load_or_build(gallery, embedder), "both")
    monkeypatch.setenv("HASHLIGHT_TABLES", address)
    return import_images(source, address, embed, plan).table


def test_a_table_that_the_operator_names_is_a_gallery_with_its_embeddings(table, gallery, embedder):
    assert "table-table" in {it.key for it in registry.ready()}
    opened = registry.open_known("table-table")
    assert [(it.name, it.label) for it in opened.items] == [
        (it.name, it.label) for it in gallery.items
    ]
    stored, expected = opened.embeddings(embedder.digest), load_or_build(gallery, embedder)
    assert np.array_equal(stored.of("both"), expected.of("both"))
    assert opened.read(3).startswith(b"\xff\xd8")  # a JPEG
    with pytest.raises(StoreError, match="--checkpoint"):
        opened.embeddings("0" * 64)


def test_ids_are_places_where_rows_are_missing(table, gallery, embedder):
    table.delete([0, 7])
    opened = registry.open_known("table-table")
    assert [it.id for it in opened.items] == list(range(18))
    assert opened.items[0].name == gallery.items[1].name
    expected = load_or_build(gallery, embedder).of("both")
    stored = opened.embeddings(embedder.digest)
    assert np.array_equal(stored.of("both")[0], expected[1])
    table.delete([1])
    time.sleep(1.1)  # a reader sees it after a second
    assert opened.embeddings(embedder.digest).ids.tolist() == list(range(1, 18))
    with pytest.raises(GalleryError, match="no longer in"):
        opened.read(0)


def test_a_table_too_large_for_pages_and_one_without_lancedb_are_refused(table, monkeypatch):
    monkeypatch.setattr(opening, "MOST_IMAGES", 19)
    with pytest.raises(GalleryError, match="has 20 images, and pages show tables of 1 to 19"):
        registry.open_known("table-table")
    monkeypatch.delitem(sys.modules, "core.scale.gallery")
    monkeypatch.setitem(sys.modules, "core.scale.gallery", None)
    with pytest.raises(GalleryError, match=r"pip install 'hashlight\[scale\]'"):
        registry.open_known("table-table")


def test_what_is_opened_is_what_there_is(table, address):
    assert len(registry.open_known("table-table").items) == len(Table.open(address))
