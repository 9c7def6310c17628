"""All that is cached: it lasts longer than one run of a page, and all sessions share it.

A file for each domain. Every cache is bounded by bytes (``cache``), and what takes longer than a
click is done in the background (``work``).
"""

from pages.ui.resources.benchmark import chooser, compiled_kernels, engine, find_race, start_race
from pages.ui.resources.embeddings import (
    crossing,
    describe,
    described,
    embed,
    embedded,
    fast_index,
    fitting,
    index,
    pair_sample,
)
from pages.ui.resources.galleries import (
    download,
    downloading,
    gallery_thumbnail,
    opened,
    opened_zip,
)
from pages.ui.resources.model import (
    QUERY_SIDE,
    altered_embedding,
    embedded_query,
    embedder,
    small_picture,
)
from pages.ui.resources.work import Work, finished, offered

__all__ = [
    "QUERY_SIDE",
    "Work",
    "altered_embedding",
    "chooser",
    "compiled_kernels",
    "crossing",
    "describe",
    "described",
    "download",
    "downloading",
    "embed",
    "embedded",
    "embedded_query",
    "embedder",
    "engine",
    "fast_index",
    "find_race",
    "finished",
    "fitting",
    "gallery_thumbnail",
    "index",
    "offered",
    "opened",
    "opened_zip",
    "pair_sample",
    "small_picture",
    "start_race",
]
