"""Measure speed on this machine, as ratios to a plain ResNet50 in the same run.

The contestants take turns, so that a machine that slows down slows them all.
"""

import argparse
from pathlib import Path

from ..evaluation.timing import Comparison, compare_gallery, compare_query, worst_cosine
from ..files import check_can_write
from ..galleries.registry import open_gallery
from ..model.checkpoint import load_checkpoint
from .common import (
    add_checkpoint,
    add_gallery,
    circumstances,
    embedder_of,
    progress_bar,
    write_json,
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_gallery(parser)
    add_checkpoint(parser)
    parser.add_argument("--images", type=int, default=128, help="per round (default: 128)")
    parser.add_argument("--rounds", type=int, default=5, help="(default: 5)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures as JSON")


def run(options: argparse.Namespace) -> None:
    """Measure, print, and perhaps write."""
    if options.out:
        check_can_write(options.out)
    embedder = embedder_of(options)
    plain = load_checkpoint(options.checkpoint).network
    with progress_bar() as progress:
        gallery = open_gallery(options.gallery, progress=progress)
        n_images = min(options.images, len(gallery.items))
        by_gallery = compare_gallery(
            gallery, embedder, n_images=n_images, rounds=options.rounds, progress=progress
        )
        by_query = compare_query(gallery.read(0), embedder, rounds=4 * options.rounds)
        cosine = worst_cosine(gallery, embedder, plain, min(16, n_images))
    print(f"Gallery, {n_images} images a round:")
    report(by_gallery, n_images)
    print("One query:")
    report(by_query, 1)
    print(f"Lowest cosine to the plain float32 embedding: {cosine:.6f}")
    print(f"Number format: {embedder.number_format}")
    if options.out:
        write_json(
            options.out,
            {
                **circumstances(),
                "gallery": gallery.key,
                "images": n_images,
                "number_format": str(embedder.number_format),
                "gallery_seconds": by_gallery.seconds,
                "query_seconds": by_query.seconds,
                "speedups": {
                    name: comparison.speedup(name)
                    for comparison in (by_gallery, by_query)
                    for name in comparison.seconds
                },
                "lowest_cosine": cosine,
            },
        )


def report(comparison: Comparison, n_images: int) -> None:
    """Print a line per contestant."""
    for name in comparison.seconds:
        median = comparison.median(name)
        print(
            f"  {name:<28} {1e3 * median / n_images:8.1f} ms/image "
            f"{n_images / median:8.1f} images/s   {comparison.speedup(name):5.2f} ×"
        )
