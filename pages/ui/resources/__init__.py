"""All that is cached: it lasts longer than one run of a page, and all sessions share it.

A file for each domain. Every cache is bounded by bytes (``cache``), and what takes longer than a
click is done in the background (``work``).
"""

from pages.ui.resources.benchmark import (
    chooser,
    engine,
    find_race,
    start_race,
    why_numpy,
)
from pages.ui.resources.clutter import N_PAINTINGS, crowded
from pages.ui.resources.decoding import decode
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
    keys,
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
    is_public,
    named_sheet,
    named_thumbnail,
    opened,
    read_again,
    sources,
    thumbnail_ratio,
    uploaded,
)
from pages.ui.resources.held import held
from pages.ui.resources.maps import places, sheet
from pages.ui.resources.model import (
    altered_embedding,
    as_handed_over,
    embedded_query,
    embedder,
    forward_pass,
    in_line,
    query_jpeg,
    small_picture,
    stored_query,
)
from pages.ui.resources.readiness import make_ready
from pages.ui.resources.regions import (
    embed_places,
    embedded_region,
    gallery_places,
    place_index,
    places_so_far,
)
from pages.ui.resources.rooms import rooms
from pages.ui.resources.uploads import MINUTES, PREFIX, new_key
from pages.ui.resources.work import Work, finished, offered, started

__all__ = [
    "MINUTES",
    "N_PAINTINGS",
    "PREFIX",
    "Work",
    "altered_embedding",
    "as_handed_over",
    "chooser",
    "crossing",
    "crowded",
    "decode",
    "describe",
    "described",
    "download",
    "downloading",
    "embed",
    "embed_places",
    "embedded",
    "embedded_query",
    "embedded_region",
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
    "forward_pass",
    "gallery_places",
    "gallery_thumbnail",
    "has_changed",
    "held",
    "hold",
    "in_line",
    "index",
    "is_public",
    "keys",
    "make_ready",
    "named_sheet",
    "named_thumbnail",
    "new_key",
    "offered",
    "opened",
    "pair_sample",
    "place_index",
    "places",
    "places_so_far",
    "query_jpeg",
    "read_again",
    "rooms",
    "sheet",
    "small_picture",
    "sources",
    "start_race",
    "started",
    "stored_query",
    "thumbnail_ratio",
    "uploaded",
    "why_numpy",
]
