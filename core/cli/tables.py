"""What `index --to` and `search --in` do: a gallery in a table of LanceDB."""

import argparse
import json
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from ..galleries import store
from ..index.lsh import LSHConfig
from ..model.checkpoint import load_checkpoint
from ..model.embedder import Embedder
from ..scale.calibration import calibrate, kept
from ..scale.embedding import Decode, cluster, embed_on_ray
from ..scale.importing import Embed, TablePlan, copied, import_images, no_longer_listed
from ..scale.index import TableIndex
from ..scale.settings import KeySearch
from ..scale.sources import GalleryImages, ImageSource, open_source
from ..scale.table import Table
from ..search import embed_query
from ..wording import count, decimal, duration, long_duration
from .common import MOST_LINES, embedder_of, progress_bar
from .printing import printable


def index_to(options: argparse.Namespace) -> None:
    """Bring a gallery into a table, and report."""
    embedder = embedder_of(options)
    plan = TablePlan(embedder=embedder.digest, attention=options.attention, lsh=_lsh(options))
    started = time.perf_counter()
    with ExitStack() as stack:
        progress = stack.enter_context(progress_bar())
        source = open_source(options.gallery, progress=progress)
        embed = _embedding(options, source, embedder, stack)
        imported = import_images(source, options.to, embed, plan, progress=progress)
    table, seconds = imported.table, time.perf_counter() - started
    if imported.n_new:
        calibrate(TableIndex(table))
    gone = no_longer_listed(source, table)
    if options.delete:
        table.delete(gone)
    _report(options.to, imported.n_new, seconds, table, imported.unread)
    if gone and options.delete:
        print(f"Deleted {count(len(gone), 'row')} whose images are gone.")
    elif gone:
        print(f"{count(len(gone), 'row')} of images that are gone; --delete removes them.")


def _embedding(
    options: argparse.Namespace, source: ImageSource, embedder: Embedder, stack: ExitStack
) -> Embed:
    """Take what is embedded already from the store of this machine; all else is Ray's work."""
    if isinstance(source, GalleryImages):
        stored = store.load(source.gallery, embedder.digest)
        if stored is not None:
            return copied(source, stored, options.attention)
    stack.enter_context(cluster(options.ray))
    return partial(
        _on_ray,
        source=source,
        checkpoint=options.checkpoint.resolve(),
        attention=options.attention,
        workers=options.workers,
    )


def _on_ray(images: Any, *, source: ImageSource, checkpoint: Path, **settings: Any) -> Any:
    return embed_on_ray(images, source, partial(_load, checkpoint), **settings)


def _load(checkpoint: Path, decode: Decode) -> Embedder:
    return Embedder(load_checkpoint(checkpoint), decode=decode)


def _lsh(options: argparse.Namespace) -> LSHConfig | None:
    """Return K, L and the seed where they are set; they are chosen together or not at all."""
    if options.n_bits is None and options.n_tables is None:
        return None
    given = {"n_bits": options.n_bits, "n_tables": options.n_tables}
    return LSHConfig(**{name: value for name, value in given.items() if value is not None})


def _report(address: str, n_new: int, seconds: float, table: Table, unread: dict[str, str]) -> None:
    damaged = table.failures()
    for name, why in [*damaged.items(), *unread.items()][:MOST_LINES]:
        print(printable(f"Left out {name}: {why}"))
    if len(damaged) + len(unread) > MOST_LINES:
        print(f"Left out {len(damaged) + len(unread) - MOST_LINES:,} more files.")
    lsh = table.about.lsh
    print(
        f"{address}: {count(len(table), 'image')}, {n_new:,} of them new, in "
        f"{long_duration(seconds)}; K {lsh.n_bits}, L {lsh.n_tables}, "
        f"{table.about.code_bits:,} bits a code."
    )
    if unread:
        print(f"{count(len(unread), 'image')} could not be read; the same command tries again.")


def search_in(options: argparse.Namespace, data: bytes) -> None:
    """Ask a table, and print the hits."""
    embedder = embedder_of(options)
    index = TableIndex(Table.open(options.table, as_of=options.as_of))
    about = index.table.about
    about.check_embedder(embedder.digest, options.attention)
    if options.n_bits is not None or options.n_tables is not None:
        about.check_settings(
            LSHConfig(
                n_bits=options.n_bits or about.lsh.n_bits,
                n_tables=options.n_tables or about.lsh.n_tables,
                seed=options.seed,
            )
        )
    settings = kept(index, options.by)
    if options.n_probes is not None and options.by == "keys":
        settings = KeySearch(n_probes=options.n_probes)
    query = embed_query(data, embedder, attention=options.attention)
    own = index.table.ids_of_digest(query.image.digest)
    started = time.perf_counter()
    hits = index.query(query.embedding, k=options.k, exclude=own, settings=settings)
    seconds = time.perf_counter() - started
    shown = index.table.details(hits.ids.tolist(), ["name", "label", "address"])
    rows = [
        {"rank": rank, "id": id, "similarity": cosine, **shown[id]}
        for rank, (id, cosine) in enumerate(
            zip(hits.ids.tolist(), hits.similarities.tolist(), strict=True), start=1
        )
    ]
    if options.json:
        print(json.dumps({"table": options.table, "by": options.by, "hits": rows}, indent=2))
        return
    print(f"{'rank':>4}  {'similarity':>10}  {'label':<16} image")
    for row in rows:
        print(
            f"{row['rank']:>4}  {decimal(row['similarity'], 4):>10}  "
            f"{printable(row['label'] or '-'):<16} {printable(row['name'])}"
        )
    print(f"\n{about.title}: {count(len(index), 'image')}; by {options.by} in {duration(seconds)}")
