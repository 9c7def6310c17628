"""Train CBAM and fc from ImageNet weights, and judge the recipe on unseen classes.

First every image's feature map is computed (minutes, kept for the next run), then whole
classes are left out of training in turn to see how the recipe does on what it never saw, and
last the head is trained on all classes and written as one checkpoint with its provenance.
"""

import argparse
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

from core import locations
from core.cli.common import add_gallery, check_can_write, circumstances, progress_bar
from core.errors import GalleryError
from core.evaluation.generalisation import leave_classes_out
from core.galleries.registry import open_gallery
from core.model.checkpoint import (
    Checkpoint,
    Provenance,
    init_network,
    save_checkpoint,
    weights_digest,
)
from core.model.embedder import Embedder
from core.model.feature_maps import View, load_or_compute
from core.model.network import NetworkConfig, Strides
from core.model.preprocess import NORMALISATIONS, PreprocessConfig
from core.model.training import TrainingConfig, pool, start_head, train_head


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    defaults = TrainingConfig()
    add_gallery(parser, default="corel5k")
    parser.add_argument(
        "--init",
        default="torchvision",
        metavar="WEIGHTS",
        help="a safetensors file with torchvision's key names, or `torchvision` to download",
    )
    parser.add_argument(
        "--strides",
        default=None,
        choices=("v1", "v1.5"),
        help="of the initial weights (default: v1.5 for torchvision, v1 for a file)",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the checkpoint")
    parser.add_argument("--dim", type=int, default=256, help="embedding size D (default: 256)")
    parser.add_argument("--input-size", type=int, default=192, help="px (default: 192)")
    parser.add_argument("--normalisation", default="imagenet", choices=NORMALISATIONS)
    parser.add_argument("--epochs", type=int, default=defaults.epochs)
    parser.add_argument("--learning-rate", type=float, default=defaults.learning_rate)
    parser.add_argument("--temperature", type=float, default=defaults.temperature)
    parser.add_argument("--structure-weight", type=float, default=defaults.structure_weight)
    parser.add_argument("--views", type=int, default=defaults.views)
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument(
        "--folds",
        type=int,
        default=5,
        help="leave classes out in this many turns to judge the recipe; 0 skips it (default: 5)",
    )


def run(options: argparse.Namespace) -> None:
    """Train, judge, save."""
    started = time.perf_counter()
    check_can_write(options.out)
    config = TrainingConfig(
        epochs=options.epochs,
        learning_rate=options.learning_rate,
        temperature=options.temperature,
        structure_weight=options.structure_weight,
        views=options.views,
        seed=options.seed,
    )
    strides: Strides = options.strides or ("v1.5" if options.init == "torchvision" else "v1")
    network = init_network(options.init, NetworkConfig(dim=options.dim, strides=strides))
    preprocess = PreprocessConfig(
        input_size=options.input_size, normalisation=options.normalisation
    )
    backbone = weights_digest(network.backbone)
    embedder = Embedder(Checkpoint(network, preprocess, Provenance(), backbone))
    with progress_bar() as progress:
        gallery = open_gallery(options.gallery, progress=progress)
        labels = [item.label for item in gallery.items if item.label is not None]
        if len(labels) < len(gallery.items):
            raise GalleryError(
                f"{gallery.title} has {len(gallery.items) - len(labels)} images without a label; "
                "training needs one folder per class."
            )
        views = [
            load_or_compute(
                gallery,
                embedder,
                View(number, config.seed),
                locations.home() / "feature-maps",
                progress=progress,
            )
            for number in range(config.views)
        ]
        folds = (
            leave_classes_out(
                network, views, labels, config, n_folds=options.folds, progress=progress
            )
            if options.folds
            else []
        )
        _, numbers = np.unique(labels, return_inverse=True)
        everything = np.arange(len(labels))
        start_head(network, pool(views[0], everything), config.seed)
        history = train_head(network, views, everything, numbers, config, progress=progress)
    training = {
        **circumstances(),
        "gallery": gallery.key,
        "gallery_digest": gallery.digest,
        "images": len(labels),
        "classes": len(set(labels)),
        "init": Path(options.init).name,
        "backbone": "frozen; its batch norm too",
        "recipe": config.describe(),
        "losses": history,
        "unseen_classes_mAP": [asdict(fold) for fold in folds],
        "seconds": round(time.perf_counter() - started),
    }
    save_checkpoint(options.out, network, preprocess, Provenance(training=training))
    for number, fold in enumerate(folds, start=1):
        print(
            f"Fold {number}: mAP on {len(fold.classes)} unseen classes: untouched ImageNet "
            f"features {fold.untouched:.4f}, start {fold.start:.4f}, trained "
            + ", ".join(f"{mode} {value:.4f}" for mode, value in fold.trained.items())
        )
    print(f"Written: {options.out} ({options.out.stat().st_size / 1e6:.1f} MB)")
