"""Search a gallery with an image file: hits by LSH, judged by the exact scan.

An image that is itself in the gallery is left out of its own hits.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import ImageError
from ..galleries.registry import open_gallery
from ..galleries.store import load_or_build
from ..images import decode
from ..index.lsh import LSHConfig
from ..model.attention import ATTENTION_MODES
from ..search import SearchConfig, SearchResult, search
from .common import (
    add_checkpoint,
    add_gallery,
    add_label_level,
    all_left_out,
    embedder_of,
    progress_bar,
    tell_about,
)
from .printing import printable


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    lsh, config = LSHConfig(), SearchConfig()
    parser.add_argument("image", type=Path, help="the query: a JPEG, PNG, WebP, … file")
    add_gallery(parser)
    add_label_level(parser)
    parser.add_argument("-k", type=int, default=config.k, help=f"hits (default: {config.k})")
    parser.add_argument(
        "--n-bits", type=int, default=lsh.n_bits, metavar="K", help=f"(default: {lsh.n_bits})"
    )
    parser.add_argument(
        "--n-tables", type=int, default=lsh.n_tables, metavar="L", help=f"(default: {lsh.n_tables})"
    )
    parser.add_argument(
        "--n-probes",
        type=int,
        default=config.n_probes,
        metavar="P",
        help=f"buckets read per table (default: {config.n_probes})",
    )
    parser.add_argument("--seed", type=int, default=lsh.seed, help="of the hyperplanes")
    parser.add_argument("--attention", choices=ATTENTION_MODES, default="both")
    add_checkpoint(parser)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def run(options: argparse.Namespace) -> None:
    """Search and print the hits."""
    data = read(options.image)
    decode(data, name=options.image.name)  # a bad query is refused before any long work
    config = SearchConfig(k=options.k, n_probes=options.n_probes)
    lsh = LSHConfig(n_bits=options.n_bits, n_tables=options.n_tables, seed=options.seed)
    embedder = embedder_of(options)
    with progress_bar() as progress:
        gallery = open_gallery(options.gallery, label_level=options.label_level, progress=progress)
        stored = load_or_build(gallery, embedder, progress=progress)
    result = search(
        data,
        embedder=embedder,
        gallery=gallery,
        stored=stored,
        attention=options.attention,
        lsh=lsh,
        config=config,
    )
    if options.json:
        left_out = [asdict(it) for it in all_left_out(gallery, stored)]
        print(json.dumps(as_json(result, options) | {"left_out": left_out}, indent=2))
    else:
        print(as_text(result, gallery.title))
        tell_about(gallery, stored)


def read(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        ImageError: it isn't there or can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"{path} can't be read ({error.strerror}); check the path.") from error


def as_text(result: SearchResult, title: str) -> str:
    """Lay the hits out for a terminal."""
    lines = [f"{'rank':>4}  {'similarity':>10}  {'label':<16} image"]
    for hit in result.hits:
        mark = {True: "  relevant", False: "", None: ""}[hit.relevant]
        lines.append(
            f"{hit.rank:>4}  {hit.similarity:>10.4f}  {printable(hit.label or '-'):<16} "
            f"{printable(hit.name)}{mark}"
        )
    if not result.hits:
        lines.append("No candidate in any probed bucket: take fewer bits, more tables or probes.")
    times = ", ".join(f"{stage} {1e3 * s:.1f}" for stage, s in result.seconds.items())
    lines += [
        "",
        f"{printable(title)}: {result.n_candidates} candidates of {result.n_gallery} images "
        f"({result.candidate_ratio:.1%}); "
        f"neighbour recall@{len(result.exact_hits)} {result.neighbour_recall:.0%}",
        f"milliseconds: {times}",
    ]
    return "\n".join(lines)


def as_json(result: SearchResult, options: argparse.Namespace) -> dict[str, Any]:
    """Return the same, and the settings, for a program."""

    def hits(ranked: tuple[Any, ...]) -> list[dict[str, Any]]:
        return [{name: getattr(hit, name) for name in hit.__slots__} for hit in ranked]

    return {
        "query": str(options.image),
        "gallery": options.gallery,
        "settings": {
            "k": options.k,
            "n_bits": options.n_bits,
            "n_tables": options.n_tables,
            "n_probes": options.n_probes,
            "seed": options.seed,
            "attention": options.attention,
        },
        "hits": hits(result.hits),
        "exact_hits": hits(result.exact_hits),
        "neighbour_recall": result.neighbour_recall,
        "candidates": result.n_candidates,
        "candidate_ratio": result.candidate_ratio,
        "seconds": result.seconds,
    }
