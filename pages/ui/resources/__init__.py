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
    embedded_so_far,
    fast_index,
    fitting,
    index,
    pair_sample,
)
from pages.ui.resources.examples import examples, examples_so_far
from pages.ui.resources.galleries import (
    download,
    downloading,
    forget,
    gallery_thumbnail,
    has_changed,
    hold,
    opened,
    read_again,
    uploaded,
)
from pages.ui.resources.maps import places, sheet
from pages.ui.resources.model import (
    QUERY_SIDE,
    altered_embedding,
    embedded_query,
    embedder,
    small_picture,
)
from pages.ui.resources.uploads import MINUTES, PREFIX, new_key
from pages.ui.resources.work import Work, finished, offered, started

__all__ = [
    "MINUTES",
    "PREFIX",
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
    "embedded_so_far",
    "embedder",
    "engine",
    "examples",
    "examples_so_far",
    "fast_index",
    "find_race",
    "finished",
    "fitting",
    "forget",
    "gallery_thumbnail",
    "has_changed",
    "hold",
    "index",
    "new_key",
    "offered",
    "opened",
    "pair_sample",
    "places",
    "read_again",
    "sheet",
    "small_picture",
    "start_race",
    "started",
    "uploaded",
]
