"""``evaluate --clutter``: with how much around the thing does attention help?"""

import argparse
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np

from .. import locations
from ..errors import SettingError
from ..evaluation import results
from ..evaluation.clutter import SIDES, measure_clutter
from ..evaluation.protocol import class_numbers
from ..files import check_can_write
from ..galleries.base import Gallery
from ..galleries.registry import open_gallery
from ..index.vectors import checked_whole
from ..model.attention import ATTENTION_MODES
from ..model.checkpoint import Checkpoint, Provenance, init_network, weights_digest
from ..model.embedder import Embedder
from ..model.feature_maps import AugmentedView, FeatureMaps, load_or_compute
from ..model.general import GeneralConfig, TrainingPictures, start_general_head, train_general
from ..model.network import NetworkConfig, RetrievalNetwork
from ..model.preprocess import PreprocessConfig
from ..model.resnet import Strides
from ..progress import Progress
from .common import circumstances, difference, progress_bar, timed, write_json
from .train import labels_of, numbered

INPUT_SIZE = 256  # px, of the checkpoint that ships
TRAININGS = 5


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options that belong to ``--clutter``."""
    group = parser.add_argument_group("attention and clutter")
    group.add_argument(
        "--clutter",
        action="store_true",
        help="put the images of --gallery into paintings, smaller and smaller, and tell what each "
        "gate is worth there; uses --init",
    )
    group.add_argument(
        "--train-on",
        action="append",
        default=[],
        metavar="G",
        help="pictures that the heads are trained on, and never those of --gallery; give it "
        "several times for several",
    )
    group.add_argument(
        "--trainings", type=int, metavar="N", help=f"heads to train (default: {TRAININGS})"
    )


def refuse_options(options: argparse.Namespace) -> None:
    """Refuse options that ``--clutter``, or its absence, would pass over.

    Raises:
        SettingError: such an option was given, or a needed one wasn't.
    """
    if not options.clutter:
        if options.train_on or options.trainings is not None:
            raise SettingError("--train-on and --trainings belong to --clutter; add it.")
        return
    if options.all or options.masks:
        raise SettingError("--clutter is a measurement of its own; leave --all and --masks out.")
    if not options.train_on:
        raise SettingError("--clutter trains heads; name pictures with --train-on.")
    if options.gallery in options.train_on:
        raise SettingError(
            f"{options.gallery} can't be trained on and judged by; leave it out of --train-on."
        )


def run(options: argparse.Namespace) -> None:
    """Train, measure, print a table and write the file that the Results page shows."""
    n = options.trainings if options.trainings is not None else TRAININGS
    checked_whole("trainings", n, low=2, high=20)
    init = options.init or "torchvision"
    strides: Strides = "v1.5" if init == "torchvision" else "v1"
    network = init_network(init, NetworkConfig(strides=strides))
    preprocess = PreprocessConfig(input_size=INPUT_SIZE)
    backbone = weights_digest(network.backbone)
    embedder = Embedder(Checkpoint(network, preprocess, Provenance(), backbone))
    with progress_bar() as progress, timed() as duration:
        gallery = open_gallery(options.gallery, progress=progress)
        path = options.out or results.RESULTS / f"clutter-{gallery.key}.json"
        check_can_write(path)

        def maps_of(of: Gallery) -> FeatureMaps:
            folder = locations.home() / "feature-maps"
            return load_or_compute(of, embedder, AugmentedView(0, 0), folder, progress=progress)

        trained_on = [open_gallery(it, progress=progress) for it in options.train_on]
        _, numbers = numbered([labels_of(it) for it in trained_on])
        pictures = TrainingPictures.of([maps_of(it) for it in trained_on], np.concatenate(numbers))
        heads = [train(network, pictures, seed, n, progress) for seed in range(n)]
        labels = class_numbers(gallery)
        body = measure_clutter(gallery, heads, maps_of, labels, sides=SIDES, progress=progress)
    result = {
        **circumstances(),
        **duration,
        "gallery": gallery.key,
        "gallery_title": gallery.title,
        "gallery_digest": gallery.digest,
        "trained_on": [
            {"key": it.key, "digest": it.digest, "images": len(it.items)} for it in trained_on
        ],
        "recipe": GeneralConfig().describe(),
        "seeds": list(range(n)),
        **body,
    }
    print("\n".join(table(result)))
    write_json(path, result)


def train(
    network: RetrievalNetwork, pictures: TrainingPictures, seed: int, n: int, progress: Progress
) -> RetrievalNetwork:
    """Train one of n heads by the recipe of the checkpoint that ships, from the same start."""

    def report(done: int, total: int, what: str) -> None:
        progress(done, total, f"Head {seed + 1} of {n}, {what[0].lower()}{what[1:]}")

    head = deepcopy(network)
    config = GeneralConfig(seed=seed)
    teacher = start_general_head(head, pictures.pooled(), config)
    train_general(head, pictures, config, teacher=teacher, progress=report)
    return head.eval()


def table(result: Mapping[str, Any]) -> list[str]:
    """Lines with the mAP of each mode at each size, and what each gate is worth."""
    modes = [mode for mode in ATTENTION_MODES if mode != "off"]
    return [
        f"{result['gallery_title']}: {result['n_images']} queries, {result['n_heads']} trainings\n",
        f"{'side':>6}{'untouched':>11}{'off':>8}" + "".join(f"{mode:>28}" for mode in modes),
        *(
            f"{step['side']:>6.0%}{step['untouched']:>11.4f}"
            f"{np.mean(step['mean_average_precision']['off']):>8.4f}"
            + "".join(f"{difference(step['gain'][mode]):>28}" for mode in modes)
            for step in result["steps"]
        ),
    ]
