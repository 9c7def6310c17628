"""All that is cached: it lasts longer than one run of a page, and all sessions share it.

A file for each domain. Every cache is bounded by bytes (``cache``), and what takes longer than a
click is done in the background (``work``).
"""

from pages.ui.resources.benchmark import chooser, engine, find_race, start_race
from pages.ui.resources.embeddings import (
    describe,
    described,
    embed,
    embedded,
    index,
    pair_sample,
)
from pages.ui.resources.galleries import (
    download,
    downloading,
    gallery_thumbnail,
    has_changed,
    opened,
    opened_zip,
    read_again,
)
from pages.ui.resources.model import (
    QUERY_SIDE,
    altered_embedding,
    embedded_query,
    embedder,
    small_picture,
)
from pages.ui.resources.work import Work, finished, offered, started

__all__ = [
    "QUERY_SIDE",
    "Work",
    "altered_embedding",
    "chooser",
    "describe",
    "described",
    "download",
    "downloading",
    "embed",
    "embedded",
    "embedded_query",
    "embedder",
    "engine",
    "find_race",
    "finished",
    "gallery_thumbnail",
    "has_changed",
    "index",
    "offered",
    "opened",
    "opened_zip",
    "pair_sample",
    "read_again",
    "small_picture",
    "start_race",
    "started",
]
