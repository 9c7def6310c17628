"""Measure retrieval on one labelled gallery, attention on masks, or the paper's whole experiment.

For one gallery every image queries all others by exact scan, and the checkpoint, in each
attention mode, is compared with the average-pooled ImageNet features that its training started
from. With --masks, photographs with object masks beside them say whether the checkpoint's maps
find the object. With --clutter a gallery's images are put into paintings, smaller and smaller, to
see where attention helps. With --detail an earlier stage of the network is put beside the last
one, to see what it brings. With --softness the spatial gate acts as other powers of itself, to see
how softly it should. With --parts the search for parts of images is judged by labels, masks and the
exact scan. With --splits one gallery is judged as in the paper's tables, without training on it.
With --strangers the settings that fit a gallery are judged by what they find and read. With --all
every system of the paper is trained and judged on random splits, and the result files are written
that the Results page shows; interrupted, it goes on where it was.
"""

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ..errors import GalleryError
from ..evaluation.metrics import leave_one_out
from ..evaluation.untouched import pooled_features
from ..files import check_can_write
from ..galleries.registry import open_gallery
from ..galleries.store import load_or_build
from . import (
    evaluate_all,
    evaluate_clutter,
    evaluate_detail,
    evaluate_fitted,
    evaluate_masks,
    evaluate_parts,
    evaluate_softness,
    evaluate_splits,
    evaluate_strangers,
)
from .common import (
    add_checkpoint,
    add_gallery,
    add_label_level,
    circumstances,
    embedder_of,
    progress_bar,
    tell_about,
    write_json,
)
from .printing import printable


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_gallery(parser, default=evaluate_all.ONE_GALLERY)
    add_label_level(parser)
    add_checkpoint(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument(
        "--masks",
        type=Path,
        metavar="FOLDER",
        help="judge attention on the photographs of FOLDER/images by the masks of FOLDER/masks, "
        "or on a gallery with masks/ in it (default of --out: assets/results/…)",
    )
    parser.add_argument(
        "--strangers",
        metavar="G",
        help="judge the settings that fit --gallery by its own images and by some of this other "
        "gallery, folder or zip (default of --out: assets/results/…)",
    )
    evaluate_fitted.configure(parser)
    evaluate_clutter.configure(parser)
    evaluate_parts.configure(parser)
    evaluate_softness.configure(parser)
    evaluate_all.configure(parser)


def run(options: argparse.Namespace) -> None:
    """Measure one gallery, or what the options ask for."""
    for it in (
        evaluate_all,
        evaluate_clutter,
        evaluate_softness,
        evaluate_fitted,
        evaluate_parts,
    ):
        it.refuse_options(options)
    asked = [
        run_it for name, run_it in _RUNS.items() if getattr(options, name) not in (None, False)
    ]
    (asked or [run_one_gallery])[0](options)


def run_one_gallery(options: argparse.Namespace) -> None:
    """Measure and print a table."""
    if options.out:
        check_can_write(options.out)
    embedder = embedder_of(options)
    with progress_bar() as progress:
        gallery = open_gallery(options.gallery, label_level=options.label_level, progress=progress)
        if any(item.label is None for item in gallery.items):
            raise GalleryError(f"{gallery.title} has images without a label; nothing to judge by.")
        stored = load_or_build(gallery, embedder, progress=progress)
        untouched = pooled_features(gallery, embedder, stored.ids, progress=progress)
    labels = np.array([gallery.items[id].label for id in stored.ids.tolist()])
    figures = {"untouched ImageNet features": leave_one_out(untouched, labels)}
    for mode in stored.modes:
        figures[f"attention {mode}"] = leave_one_out(stored.of(mode), labels)
    print(f"{printable(gallery.title)}: {len(labels)} queries, leave-one-out\n")
    print(f"{'':<28} {'P@5':>7} {'P@10':>7} {'P@20':>7} {'mAP':>7}")
    for name, figure in figures.items():
        p = figure.precision
        print(
            f"{name:<28} {p[5]:>7.4f} {p[10]:>7.4f} {p[20]:>7.4f} "
            f"{figure.mean_average_precision:>7.4f}"
        )
    if embedder.checkpoint.provenance.was_trained_on(gallery.key, gallery.digest):
        print("\nThe model was trained on these pictures: it does better here than elsewhere.")
    tell_about(gallery, stored)
    if options.out:
        write_json(
            options.out,
            {
                **circumstances(),
                "gallery": gallery.key,
                "gallery_digest": gallery.digest,
                "checkpoint_digest": embedder.digest,
                "figures": {name: asdict(figure) for name, figure in figures.items()},
            },
        )


# What each option asks for; each refuses the others.
_RUNS: dict[str, Callable[[argparse.Namespace], None]] = {
    "parts": evaluate_parts.run,
    "clutter": evaluate_clutter.run,
    "detail": evaluate_detail.run,
    "softness": evaluate_softness.run,
    "splits": evaluate_splits.run,
    "all": evaluate_all.run,
    "masks": evaluate_masks.run,
    "strangers": evaluate_strangers.run,
}
