"""``evaluate --parts``: does the search for parts of images find them, and how fast?"""

import argparse
from collections.abc import Mapping
from typing import Any

from ..engine.base import compiled_kernels
from ..errors import SettingError
from ..evaluation import results
from ..evaluation.part_search import measure_parts
from ..evaluation.protocol import class_numbers
from ..files import check_can_write
from ..galleries.masks import MaskedFolder
from ..galleries.registry import open_gallery
from ..galleries.scenes import ScenesGallery
from ..galleries.store import load_or_build
from ..regions.store import load_or_embed
from .common import circumstances, embedder_of, progress_bar, timed, write_json


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the option."""
    parser.add_argument(
        "--parts",
        action="store_true",
        help="judge the search for parts of images: what it finds, beside the exact scan of all "
        "places, and what it costs (default of --out: assets/results/…)",
    )


def refuse_options(options: argparse.Namespace) -> None:
    """Refuse another measurement beside this one.

    Raises:
        SettingError: there is one.
    """
    if options.parts and (options.all or options.masks or options.clutter or options.strangers):
        raise SettingError(
            "--parts is a measurement of its own; leave --all, --masks, --clutter and --strangers "
            "out."
        )


def run(options: argparse.Namespace) -> None:
    """Measure, print a table and write the file."""
    embedder = embedder_of(options)
    with progress_bar() as progress, timed() as duration:
        gallery = open_gallery(options.gallery, label_level=options.label_level, progress=progress)
        class_numbers(gallery)  # every image has a label to judge by
        path = options.out or results.RESULTS / f"parts-{gallery.key}.json"
        check_can_write(path)
        stored = load_or_build(gallery, embedder, progress=progress)
        # What ships has fewer places; all of them are embedded once, and kept.
        places = load_or_embed(gallery, stored, embedder, shipped=(), progress=progress)
        body = measure_parts(
            gallery,
            stored,
            places,
            masked=gallery if isinstance(gallery, ScenesGallery | MaskedFolder) else None,
            kernels=compiled_kernels(),
            progress=progress,
        )
    result = {
        **circumstances(),
        **duration,
        "gallery": gallery.key,
        "gallery_title": gallery.title,
        "gallery_digest": gallery.digest,
        "checkpoint_digest": embedder.digest,
        "seed": 0,
        **body,
    }
    print("\n".join(table(result)))
    write_json(path, result)


def table(result: Mapping[str, Any]) -> list[str]:
    """Lines with what is found and what it costs, for each number of places an image."""
    return [
        f"{result['gallery_title']}: {result['n_queries']} places asked for, whole images find the "
        f"label in {result['same_label_by_whole_images']:.1%}\n",
        f"{'places':>9}{'MB':>7}{'look-up':>10}{'scan':>9}{'recall':>8}{'label':>8}{'object':>8}",
        *(
            f"{it['places']:>9,}{it['bytes_in_memory'] / 1e6:>7.0f}{it['look_up_ms']:>7.2f} ms"
            f"{it['scan_ms']:>6.2f} ms{it['recall']:>8.1%}{it['same_label']:>8.1%}"
            + (f"{it['on_object']:>8.1%}" if "on_object" in it else "")
            for it in result["kept"]
        ),
    ]
