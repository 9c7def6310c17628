"""Search a gallery with an image file: hits by LSH, judged by the exact scan.

An image that is itself in the gallery is left out of its own hits. With `--in`, a table is asked
that `index --to` has made.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import ImageError
from ..galleries.registry import open_gallery
from ..galleries.store import load_or_build
from ..images import decode
from ..index.fitting import FAMILIES, Fitting, fit
from ..index.lsh import LSHConfig
from ..model.attention import ATTENTION_MODES
from ..search import SearchConfig, SearchResult, build_index, embed_query, look_up
from ..wording import count, decimal, duration, joined, percent
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

_FAMILIES = {family.manner: family for family in FAMILIES}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    config = SearchConfig()
    parser.add_argument("image", type=Path, help="the query: a JPEG, PNG, WebP, … file")
    add_gallery(parser)
    add_label_level(parser)
    parser.add_argument("-k", type=int, default=config.k, help=f"hits (default: {config.k})")
    for option, metavar, what in (
        ("--n-bits", "K", "bits per hash code"),
        ("--n-tables", "L", "hash tables"),
        ("--n-probes", "P", "buckets read per table"),
    ):
        parser.add_argument(
            option, type=int, metavar=metavar, help=f"{what} (default: what fits the gallery)"
        )
    parser.add_argument(
        "--hyperplanes",
        choices=_FAMILIES,
        help="uniform ones, as in the paper, or some that lean towards the directions in which the "
        "gallery's images differ (default: what fits the gallery)",
    )
    parser.add_argument("--seed", type=int, default=LSHConfig().seed, help="of the hyperplanes")
    parser.add_argument("--attention", choices=ATTENTION_MODES, default="both")
    add_checkpoint(parser)
    table = parser.add_argument_group("a table")
    table.add_argument(
        "--in", dest="table", metavar="ADDRESS", help="of a table, instead of a gallery"
    )
    table.add_argument(
        "--by",
        choices=("hamming", "keys", "rq"),
        default="hamming",
        help="how rows are found: by their codes, by the keys of the hash tables, or by LanceDB's "
        "own codes (default: hamming)",
    )
    table.add_argument(
        "--as-of",
        type=datetime.fromisoformat,
        metavar="TIME",
        help="the state that the table had then, such as 2026-11-27T12:00+00:00",
    )
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def run(options: argparse.Namespace) -> None:
    """Search and print the hits."""
    data = read(options.image)
    decode(data, name=options.image.name)  # a bad query is refused before any long work
    by_hand = _set_by_hand(options)
    if options.table:
        from . import tables  # noqa: PLC0415  it needs LanceDB

        tables.search_in(options, data)
        return
    embedder = embedder_of(options)
    with progress_bar() as progress:
        gallery = open_gallery(options.gallery, label_level=options.label_level, progress=progress)
        stored = load_or_build(gallery, embedder, progress=progress)
    fitting = fit(stored.of(options.attention), **by_hand)
    index = build_index(stored, options.attention, fitting.lsh, fitting.family)
    query = embed_query(data, embedder, attention=options.attention)
    n_probes = fitting.rule if options.n_probes is None else options.n_probes
    config = SearchConfig(k=options.k, n_probes=n_probes)
    result = look_up(query, gallery, index, config, fitting=fitting)
    if options.json:
        left_out = [asdict(it) for it in all_left_out(gallery, stored)]
        print(json.dumps(as_json(result, options, fitting) | {"left_out": left_out}, indent=2))
    else:
        print(as_text(result, gallery.title, fitting, chosen=_chosen(options)))
        tell_about(gallery, stored)


def _set_by_hand(options: argparse.Namespace) -> dict[str, Any]:
    """Return what is set of the hyperplanes, K, L and the seed, as ``fit`` takes it.

    Raises:
        SettingError: a number is outside its range, which is found out before any long work.
    """
    settings = {name: getattr(options, name) for name in ("n_bits", "n_tables", "seed")}
    given = {name: value for name, value in settings.items() if value is not None}
    LSHConfig(**given)
    probes = {} if options.n_probes is None else {"n_probes": options.n_probes}
    SearchConfig(k=options.k, **probes)
    return given | {"family": _FAMILIES.get(options.hyperplanes)}


def _chosen(options: argparse.Namespace) -> list[str]:
    """Which settings nobody has set: they are chosen for the gallery."""
    names = {"hyperplanes": "hyperplanes", "n_bits": "K", "n_tables": "L", "n_probes": "probes"}
    return [name for option, name in names.items() if getattr(options, option) is None]


def read(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        ImageError: it isn't there or can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"{path} can't be read ({error.strerror}); check the path.") from error


def as_text(
    result: SearchResult, title: str, fitting: Fitting, *, chosen: Sequence[str] = ()
) -> str:
    """Lay the hits out for a terminal.

    Args:
        result: of the search.
        title: of the gallery.
        fitting: what was searched with.
        chosen: the settings that were chosen for the gallery.
    """
    lines = [] if result.strangeness is None else [result.strangeness, ""]
    lines.append(f"{'rank':>4}  {'similarity':>10}  {'label':<16} image")
    for hit in result.hits:
        mark = {True: "  relevant", False: "", None: ""}[hit.relevant]
        similarity = decimal(hit.similarity, 4)
        lines.append(
            f"{hit.rank:>4}  {similarity:>10}  {printable(hit.label or '-'):<16} "
            f"{printable(hit.name)}{mark}"
        )
    if result.shortfall:
        lines.append(result.shortfall)
    times = ", ".join(f"{stage} {duration(s)}" for stage, s in result.seconds.items())
    n_tables, n_bits = result.code.bits.shape
    settings = (
        f"{fitting.family.manner} hyperplanes, K {n_bits}, L {n_tables}, "
        f"{count(result.n_probes, 'probe')} per table"
    )
    if chosen:
        settings += f"; {joined(chosen)} chosen for this gallery"
    lines += [
        "",
        f"{printable(title)}: {count(result.n_candidates, 'candidate')} of "
        f"{count(result.n_gallery, 'image')} ({percent(result.candidate_ratio)}); "
        f"neighbour recall@{len(result.exact_hits)} {percent(result.neighbour_recall)}",
        settings,
        times,
    ]
    return "\n".join(lines)


def as_json(result: SearchResult, options: argparse.Namespace, fitting: Fitting) -> dict[str, Any]:
    """Return the same, and the settings, for a program."""

    def hits(ranked: tuple[Any, ...]) -> list[dict[str, Any]]:
        return [{name: getattr(hit, name) for name in hit.__slots__} for hit in ranked]

    return {
        "query": str(options.image),
        "gallery": options.gallery,
        "settings": {
            "k": options.k,
            "hyperplanes": fitting.family.manner,
            "n_bits": result.code.bits.shape[1],
            "n_tables": result.code.bits.shape[0],
            "n_probes": result.n_probes,
            "seed": options.seed,
            "attention": options.attention,
            "chosen": _chosen(options),
        },
        "notes": [note for note in (result.strangeness, result.shortfall) if note],
        "hits": hits(result.hits),
        "exact_hits": hits(result.exact_hits),
        "neighbour_recall": result.neighbour_recall,
        "candidates": result.n_candidates,
        "candidate_ratio": result.candidate_ratio,
        "seconds": result.seconds,
    }
