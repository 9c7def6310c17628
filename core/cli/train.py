"""Train from ImageNet weights, and judge the recipe on unseen classes.

First every image goes through the stages that don't learn (minutes, kept for the next run),
then whole classes are left out of training in turn to see how the recipe does on what it never
saw, and last the network is trained on all classes and written as one checkpoint with its
provenance. A run that was killed goes on after its last whole epoch: give the same command.
"""

import argparse
import hashlib
import shutil
import time
from dataclasses import asdict, fields
from pathlib import Path
from typing import get_args

import numpy as np

from .. import locations
from ..errors import GalleryError
from ..evaluation.generalisation import leave_classes_out
from ..evaluation.validation import hold_out, validation
from ..files import check_can_write
from ..galleries.registry import open_gallery
from ..model.attention import ATTENTION_MODES
from ..model.checkpoint import Checkpoint, Provenance, init_network, save_checkpoint, weights_digest
from ..model.embedder import Embedder
from ..model.feature_maps import AugmentedView, load_or_compute
from ..model.network import Learns, NetworkConfig
from ..model.preprocess import NORMALISATIONS, PreprocessConfig
from ..model.registry import ATTENTION_LAYERS
from ..model.resnet import Strides
from ..model.training import TrainingConfig, pool, start_head, train
from .common import add_gallery, add_label_level, circumstances, progress_bar


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    defaults = TrainingConfig()
    add_gallery(parser, default="corel5k")
    add_label_level(parser)
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
    parser.add_argument(
        "--learns",
        default=defaults.learns,
        choices=get_args(Learns),
        help="attention and fc alone, or with the backbone's last stage (default: head)",
    )
    parser.add_argument(
        "--attention",
        default=defaults.attention,
        choices=ATTENTION_MODES,
        help="what to train with (default: both)",
    )
    parser.add_argument(
        "--attention-layer",
        default=NetworkConfig().attention_layer,
        choices=tuple(ATTENTION_LAYERS),
        help="what attention is (default: cbam)",
    )
    parser.add_argument("--epochs", type=int, default=defaults.epochs)
    parser.add_argument("--learning-rate", type=float, default=defaults.learning_rate)
    parser.add_argument("--stage-rate", type=float, default=defaults.stage_rate)
    parser.add_argument("--temperature", type=float, default=defaults.temperature)
    parser.add_argument("--structure-weight", type=float, default=defaults.structure_weight)
    parser.add_argument("--classes-per-batch", type=int, default=defaults.classes_per_batch)
    parser.add_argument("--images-per-class", type=int, default=defaults.images_per_class)
    parser.add_argument("--views", type=int, default=defaults.views)
    parser.add_argument(
        "--mirror", action="store_true", help="turn left and right round in half of all maps"
    )
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument(
        "--held-out",
        type=int,
        default=5,
        metavar="N",
        help="images of each class kept out of the last training, to validate it after each "
        "epoch; 0 trains on everything (default: 5)",
    )
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
        **{field.name: getattr(options, field.name) for field in fields(TrainingConfig)}
    )
    strides: Strides = options.strides or ("v1.5" if options.init == "torchvision" else "v1")
    architecture = NetworkConfig(
        dim=options.dim, strides=strides, attention_layer=options.attention_layer
    )
    network = init_network(options.init, architecture)
    preprocess = PreprocessConfig(
        input_size=options.input_size, normalisation=options.normalisation
    )
    backbone = weights_digest(network.backbone)
    embedder = Embedder(Checkpoint(network, preprocess, Provenance(), backbone))
    with progress_bar() as progress:
        gallery = open_gallery(options.gallery, label_level=options.label_level, progress=progress)
        labels = [item.label for item in gallery.items if item.label is not None]
        if len(labels) < len(gallery.items):
            raise GalleryError(
                f"{gallery.title} has {len(gallery.items) - len(labels)} images without a label; "
                "training needs one folder per class."
            )
        _, numbers = np.unique(labels, return_inverse=True)
        kept, held = hold_out(numbers, options.held_out, config.seed)
        home = locations.home()
        views = [
            load_or_compute(
                gallery,
                embedder,
                AugmentedView(number, config.seed),
                home / "feature-maps",
                learns=config.learns,
                progress=progress,
            )
            for number in range(config.views)
        ]
        key = repr((gallery.digest, backbone, network.config, preprocess, config, held.tolist()))
        states = home / "training" / hashlib.sha256(key.encode()).hexdigest()[:24]
        folds = (
            leave_classes_out(
                network,
                views,
                labels,
                config,
                n_folds=options.folds,
                states=states / f"of-{options.folds}",
                progress=progress,
            )
            if options.folds
            else []
        )
        _, late = network.split_backbone(config.learns)
        start_head(network, pool(views[0], kept, late), config.seed)
        history = train(
            network,
            views,
            kept,
            numbers[kept],
            config,
            validate=validation(network, views[0], numbers, config, kept=kept, held=held)
            if len(held)
            else None,
            resume=states / "all.pt",
            progress=progress,
        )
    training = {
        **circumstances(),
        "gallery": gallery.key,
        "gallery_digest": gallery.digest,
        "images": len(kept),
        "held_out": len(held),
        "classes": len(set(labels)),
        "init": Path(options.init).name,
        "learns": config.learns,
        "recipe": config.describe(),
        "losses": history,
        "unseen_classes_mAP": [asdict(fold) for fold in folds],
        "seconds": round(time.perf_counter() - started),
    }
    save_checkpoint(options.out, network, preprocess, Provenance(training=training))
    shutil.rmtree(states, ignore_errors=True)
    for number, fold in enumerate(folds, start=1):
        print(
            f"Fold {number}: mAP on {len(fold.classes)} unseen classes: untouched ImageNet "
            f"features {fold.untouched:.4f}, start {fold.start:.4f}, trained "
            + ", ".join(f"{mode} {value:.4f}" for mode, value in fold.trained.items())
        )
    print(f"Written: {options.out} ({options.out.stat().st_size / 1e6:.1f} MB)")
