"""Embed a gallery once and keep the result, so that every later search starts at once.

An interrupted run goes on where it stopped. Images that can't be read are named and left out.
With `--to`, images and embeddings go to a table of LanceDB, on disk or on an object store, and Ray
embeds them, here or on a cluster; that takes `pip install 'hashlight[scale]'`.
"""

import argparse
import time
from pathlib import Path

from ..errors import StoreError
from ..galleries import gates, registry, store
from ..galleries.maps import layout
from ..galleries.store import StoredGallery
from ..index.fitting import fit
from ..model.attention import ATTENTION_MODES
from ..regions import store as regions
from ..wording import count, long_duration, percent
from .common import (
    add_checkpoint,
    add_gallery,
    all_left_out,
    embedder_of,
    progress_bar,
)
from .printing import printable


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_gallery(parser)
    add_checkpoint(parser)
    parser.add_argument(
        "--download", action="store_true", help="fetch the gallery first, where it can be fetched"
    )
    table = parser.add_argument_group("a table")
    table.add_argument(
        "--to", metavar="ADDRESS", help="of a table: lance://DIR or lance://s3://BUCKET/PREFIX"
    )
    table.add_argument("--ray", metavar="ADDRESS", help="of a Ray cluster (default: this machine)")
    table.add_argument(
        "--workers", type=int, metavar="N", help="that embed (default: half of its processors)"
    )
    table.add_argument("--attention", choices=ATTENTION_MODES, default="both")
    table.add_argument("--n-bits", type=int, metavar="K", help="bits per key (default: what fits)")
    table.add_argument("--n-tables", type=int, metavar="L", help="hash tables (default: what fits)")
    table.add_argument(
        "--delete", action="store_true", help="remove rows whose images the gallery has no more"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="also write it here, to ship it, with where its images lie on the map and half of "
        "their places",
    )


def run(options: argparse.Namespace) -> None:
    """Embed, report, and say where the file lies."""
    if options.to:
        from . import tables  # noqa: PLC0415  it needs LanceDB and Ray

        tables.index_to(options)
        return
    embedder = embedder_of(options)
    with progress_bar() as progress:
        if options.download:
            registry.download(options.gallery, progress=progress)
        gallery = registry.open_gallery(options.gallery, progress=progress)
        was_there = store.load(gallery, embedder.digest) is not None
        started = time.perf_counter()
        stored = store.load_or_build(gallery, embedder, progress=progress)
    seconds = time.perf_counter() - started
    for it in all_left_out(gallery, stored):
        print(printable(f"Left out {it.name}: {it.reason}"))
    if not store.is_stored(gallery, embedder.digest):
        raise StoreError("The embeddings could not be kept; set $HASHLIGHT_HOME to another place.")
    # No images per second: after an interruption only a part of them was embedded now.
    when = "before" if was_there else f"in {long_duration(seconds)}"
    print(f"{printable(gallery.title)}: {count(len(stored.ids), 'image')} embedded {when}.")
    if len(stored.ids) > 1:
        print(_fitting(stored))
    if options.out:
        print(f"Written: {store.save(stored, options.out)}")
        with progress_bar() as progress:
            looks = gates.build(gallery, stored, embedder.look, progress=progress)
            written = layout.save(stored, options.out, progress=progress)
            places = regions.load_or_embed(gallery, stored, embedder, shipped=(), progress=progress)
        # Half of the places, those that attention weighs most: 6 MB for the built-in gallery.
        half = places.heaviest(max(1, places.per_image // 2))
        parts = regions.save(half, stored, options.out)
        for path in [gates.save(looks, options.out), parts, *written]:
            print(f"Written: {path}")


def _fitting(stored: StoredGallery) -> str:
    """Say which settings fit the gallery: those that a search takes."""
    fitting = fit(stored.of("both"))
    return (
        f"LSH that fits it: {fitting.family.manner} hyperplanes, {fitting.lsh.n_bits} bits, "
        f"{count(fitting.lsh.n_tables, 'table')}, as many probes as a query needs "
        f"({fitting.typical_probes} for most of its own images); it "
        f"finds {percent(fitting.recall)} of the ten nearest in {percent(fitting.ratio)} of the "
        "gallery."
    )
