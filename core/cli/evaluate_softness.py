"""``evaluate --softness``: how softly should the spatial gate act?"""

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import SettingError
from ..evaluation import results
from ..evaluation.beyond.softness import measure_softness
from ..files import check_can_write
from ..galleries.base import Gallery
from ..galleries.registry import open_gallery
from ..model.cbam import as_cbam
from ..model.embedder import Embedder
from ..progress import Progress
from .common import circumstances, difference, embedder_of, progress_bar, timed, write_json
from .evaluate_all import ONE_GALLERY
from .printing import printable

ABOUT = (
    "let the spatial gate of the checkpoint act as other powers of itself on the galleries of "
    "--judge-on (default of --out: assets/results/softness.json)"
)
RIVALS = ("all", "masks", "clutter", "strangers", "parts", "detail", "splits")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the option."""
    parser.add_argument("--softness", action="store_true", help=ABOUT)


def refuse_options(options: argparse.Namespace) -> None:
    """Refuse another measurement beside this one, what it would pass over, and what is missing.

    Raises:
        SettingError: such an option was given, or no gallery was.
    """
    if not options.softness:
        return
    others = [f"--{name}" for name in RIVALS if getattr(options, name) not in (None, False)]
    if others:
        raise SettingError(
            f"--softness is a measurement of its own; leave {' and '.join(others)} out."
        )
    if options.label_level is not None:
        raise SettingError("--softness takes labels as they are; leave --label-level out.")
    if options.gallery != ONE_GALLERY:
        raise SettingError("--softness judges galleries of --judge-on; leave --gallery out.")
    if not options.judge_on:
        raise SettingError("--softness needs galleries to judge by; name some with --judge-on.")


def run(options: argparse.Namespace) -> None:
    """Measure, print a table and write the file that the Results page shows."""
    path = options.out or results.RESULTS / "softness.json"
    check_can_write(path)
    embedder = embedder_of(options)
    exponent = as_cbam(embedder.checkpoint.network.attention_layer).spatial.exponent
    with progress_bar() as progress, timed() as duration:
        # All are opened before the first is measured: what can't be judged by is said at once.
        galleries = [_unseen(name, embedder, progress) for name in options.judge_on]
        measured = [measure_softness(it, embedder, progress=progress) for it in galleries]
    for gallery in measured:
        print("\n".join(table(gallery, exponent)))
    about = {"checkpoint_digest": embedder.digest, "seed": 0, "exponent": exponent}
    write_json(path, {**circumstances(), **duration, **about, "galleries": measured})


def _unseen(name: str, embedder: Embedder, progress: Progress) -> Gallery:
    """Open a gallery that the checkpoint was not trained on."""
    gallery = open_gallery(name, progress=progress)
    if embedder.checkpoint.provenance.was_trained_on(gallery.key, gallery.digest):
        raise SettingError(
            f"The checkpoint was trained on {name}, so that can't judge it; leave it out of "
            "--judge-on."
        )
    return gallery


def table(gallery: Mapping[str, Any], exponent: float) -> list[str]:
    """Lines with the mAP of each power on one gallery, and the difference to the checkpoint's."""
    return [
        f"\n{printable(gallery['title'])}: {gallery['images']} images; untouched ImageNet features "
        f"{gallery['untouched']:.4f} mAP; differences are to p = {exponent:g}\n",
        f"{'p':>5}" + "".join(f"{mode:>10}{'':>26}" for mode in gallery["curves"]),
        *_rows(gallery["curves"]),
    ]


def _rows(curves: Mapping[str, Any]) -> Iterator[str]:
    for steps in zip(*curves.values(), strict=True):
        yield f"{steps[0]['exponent']:>5g}" + "".join(
            f"{it['mean_average_precision']:>10.4f}{difference(it['difference']):>26}"
            for it in steps
        )
