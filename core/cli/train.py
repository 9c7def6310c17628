"""Train a general head from ImageNet weights, and judge the recipe on unseen labels.

First every image goes through the backbone (minutes, kept for the next run), then a share of the
labels of every gallery is left out of training in turn to see how the recipe does on what it
never saw, and last the head is trained on all of them and written as one checkpoint with its
provenance. A run that was killed goes on after its last whole epoch: give the same command.
"""

import argparse
import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import locations
from ..errors import SettingError
from ..evaluation import results
from ..evaluation.generalisation import Unseen, leave_labels_out
from ..evaluation.ingredients import measure_ingredients
from ..files import check_can_write
from ..galleries.base import Gallery, GalleryItem
from ..galleries.registry import open_gallery
from ..model.attention import ATTENTION_MODES
from ..model.checkpoint import Checkpoint, Provenance, init_network, save_checkpoint, weights_digest
from ..model.embedder import Embedder
from ..model.feature_maps import AugmentedView, FeatureMaps, load_or_compute
from ..model.general import (
    UNLABELLED,
    GeneralConfig,
    TrainingPictures,
    start_general_head,
    train_general,
)
from ..model.network import NetworkConfig, RetrievalNetwork
from ..model.preprocess import NORMALISATIONS, PreprocessConfig
from ..model.registry import ATTENTION_LAYERS
from ..model.resnet import Strides
from ..progress import Progress
from .common import circumstances, difference, progress_bar, timed, write_json


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options: where from and where to, the architecture, and the recipe."""
    parser.add_argument(
        "--gallery",
        action="append",
        default=[],
        metavar="G",
        help="pictures to train on: a gallery's key, or a folder or zip with a folder for each "
        "label; give it several times for several",
    )
    parser.add_argument(
        "--scenic",
        action="append",
        default=[],
        metavar="G",
        help="the same, for pictures that are often wholly what they show, such as a shore: there "
        "the spatial gate may change less",
    )
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
    parser.add_argument("--out", type=Path, metavar="FILE", help="the checkpoint to write")
    parser.add_argument(
        "--ingredients",
        action="store_true",
        help="instead of a checkpoint, tell what each ingredient of the recipe brings, by leaving "
        "it out (default of --out: assets/results/ingredients.json)",
    )
    parser.add_argument("--dim", type=int, default=256, help="embedding size D (default: 256)")
    parser.add_argument("--input-size", type=int, default=256, help="px (default: 256)")
    parser.add_argument("--normalisation", default="imagenet", choices=NORMALISATIONS)
    parser.add_argument(
        "--attention-layer",
        default=NetworkConfig().attention_layer,
        choices=tuple(ATTENTION_LAYERS),
        help="what attention is (default: cbam)",
    )
    parser.add_argument(
        "--folds",
        type=int,
        default=3,
        help="leave labels out in this many turns to judge the recipe; 0 skips it (default: 3)",
    )
    recipe = parser.add_argument_group("the recipe")
    for field in fields(GeneralConfig):
        recipe.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=type(field.default),
            default=field.default,
            help=f"(default: {field.default})",
        )


def run(options: argparse.Namespace) -> None:
    """Train, judge, save; or tell what the recipe's ingredients bring."""
    if not options.gallery and not options.scenic:
        raise SettingError("There is nothing to train on; name pictures with --gallery.")
    if options.ingredients:
        run_ingredients(options)
    elif options.out is None:
        raise SettingError("Name the checkpoint to write with --out.")
    else:
        run_training(options)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What training starts from."""

    config: GeneralConfig
    network: RetrievalNetwork
    preprocess: PreprocessConfig
    backbone: str  # digest of its weights
    galleries: Sequence[Gallery]  # the scenic ones first
    names: Sequence[str]  # of the labels, by number
    pictures: TrainingPictures

    @property
    def about_galleries(self) -> list[dict[str, object]]:
        """Key, digest and size of each, for metadata."""
        return [
            {"key": gallery.key, "digest": gallery.digest, "images": len(gallery.items)}
            for gallery in self.galleries
        ]


def prepare(options: argparse.Namespace, progress: Progress) -> Prepared:
    """Open the galleries and put them through the backbone."""
    config = GeneralConfig(
        **{field.name: getattr(options, field.name) for field in fields(GeneralConfig)}
    )
    strides: Strides = options.strides or ("v1.5" if options.init == "torchvision" else "v1")
    architecture = NetworkConfig(
        dim=options.dim,
        strides=strides,
        attention_layer=options.attention_layer,
        spatial_exponent=config.exponent,
    )
    network = init_network(options.init, architecture)
    preprocess = PreprocessConfig(
        input_size=options.input_size, normalisation=options.normalisation
    )
    backbone = weights_digest(network.backbone)
    embedder = Embedder(Checkpoint(network, preprocess, Provenance(), backbone))
    chosen = [*options.scenic, *options.gallery]
    galleries = [open_gallery(it, progress=progress) for it in chosen]
    names, numbers = numbered([labels_of(gallery) for gallery in galleries])
    maps = [_feature_maps(gallery, embedder, progress) for gallery in galleries]
    scenic = range(len(options.scenic))
    pictures = TrainingPictures.of(maps, np.concatenate(numbers), scenic)
    return Prepared(config, network, preprocess, backbone, galleries, names, pictures)


def run_ingredients(options: argparse.Namespace) -> None:
    """Leave each ingredient out, print a table and write the result file."""
    path = options.out or results.RESULTS / "ingredients.json"
    check_can_write(path)
    with progress_bar() as progress, timed() as duration:
        start = prepare(options, progress)
        body = measure_ingredients(
            start.network,
            start.pictures,
            start.config,
            galleries=[gallery.key for gallery in start.galleries],
            names=start.names,
            n_folds=options.folds,
            progress=progress,
        )
    about = {"galleries": start.about_galleries, "recipe": start.config.describe()}
    print("\n".join(ingredients_table(body)))
    write_json(path, {**circumstances(), **duration, **about, **body})


def run_training(options: argparse.Namespace) -> None:
    """Judge the recipe on labels left out, train on all, and write the checkpoint."""
    started = time.perf_counter()
    check_can_write(options.out)
    with progress_bar() as progress:
        start = prepare(options, progress)
        config, network, preprocess = start.config, start.network, start.preprocess
        galleries, names, pictures = start.galleries, start.names, start.pictures
        scenic = pictures.scenic
        digests = [gallery.digest for gallery in galleries]
        key = repr((digests, scenic, start.backbone, network.config, preprocess, config))
        states = locations.home() / "training" / hashlib.sha256(key.encode()).hexdigest()[:24]
        unseen = (
            leave_labels_out(
                network,
                pictures,
                config,
                galleries=[gallery.key for gallery in galleries],
                names=names,
                n_folds=options.folds,
                states=states / f"of-{options.folds}",
                progress=progress,
            )
            if options.folds
            else []
        )
        teacher = start_general_head(network, pictures.pooled(), config)
        history = train_general(
            network,
            pictures,
            config,
            teacher=teacher,
            resume=states / "all.pt",
            progress=progress,
        )
    training = {
        **circumstances(),
        "galleries": start.about_galleries,
        "scenic": [gallery.key for gallery in galleries[: len(scenic)]],
        "images": len(pictures.ids),
        "without_label": int((pictures.labels == UNLABELLED).sum()),
        "labels": len(names),
        "init": Path(options.init).name,
        "recipe": config.describe(),
        "losses": history,
        "unseen_labels": [asdict(it) for it in unseen],
        "seconds": round(time.perf_counter() - started),
    }
    save_checkpoint(options.out, network, preprocess, Provenance(training=training))
    shutil.rmtree(states, ignore_errors=True)
    print("\n".join(unseen_table(unseen)))
    print(f"Written: {options.out} ({options.out.stat().st_size / 1e6:.1f} MB)")


def labels_of(gallery: Gallery) -> list[str | None]:
    """Return what each picture shows, as finely as the gallery says: (N,).

    A folder inside the label's is a finer label: ``fruit/lemon/3.jpg`` is a lemon. A label of
    one picture alone says nothing of how pictures go together, so it is left out.
    """

    def finest(item: GalleryItem) -> str | None:
        folder = str(PurePosixPath(item.name).parent)
        return item.label if folder == "." or item.label is None else folder

    found = [finest(item) for item in gallery.items]
    counts = Counter(found)
    return [label if counts[label] > 1 else None for label in found]


def numbered(
    labels: Sequence[Sequence[str | None]],
) -> tuple[list[str], list[NDArray[np.int64]]]:
    """Number the labels of several galleries, each gallery's apart from the others'.

    Returns:
        The names by number, and of each gallery the numbers, (N,), ``UNLABELLED`` for None.
    """
    names: list[str] = []
    numbers = []
    for gallery in labels:
        own = sorted({it for it in gallery if it is not None})
        number: dict[str, int] = {name: len(names) + i for i, name in enumerate(own)}
        names += own
        numbers.append(
            np.array([UNLABELLED if it is None else number[it] for it in gallery], np.int64)
        )
    return names, numbers


def unseen_table(unseen: Sequence[Unseen]) -> list[str]:
    """Lines with the mAP on unseen labels: each gallery's mean over the folds, and its range."""
    lines = []
    for gallery in dict.fromkeys(it.gallery for it in unseen):
        folds = [it for it in unseen if it.gallery == gallery]
        columns: dict[str, list[float]] = {
            "untouched ImageNet features": [it.untouched for it in folds],
            "start": [it.start for it in folds],
            **{mode: [it.trained[mode] for it in folds] for mode in ATTENTION_MODES},
        }
        lines.append(f"{gallery}: mAP on labels not seen in training, {len(folds)} folds")
        lines += [
            f"  {name:<30}{np.mean(values):.4f} ({min(values):.4f} to {max(values):.4f})"
            for name, values in columns.items()
        ]
    return lines


def ingredients_table(body: Mapping[str, Any]) -> list[str]:
    """Lines with the mAP of the whole recipe by mode, and what each ingredient adds to it."""
    whole = body["mean_average_precision"]
    return [
        f"mAP on labels not seen in training, {body['n_folds']} folds; untouched ImageNet features "
        f"{body['untouched']:.4f}",
        f"{'':<44}" + "".join(f"{mode:>28}" for mode in whole),
        f"{'the whole recipe':<44}" + "".join(f"{it:>28.4f}" for it in whole.values()),
        *(
            f"{row['title'] + ' brings':<44}"
            + "".join(f"{difference(row['brings'][mode]):>28}" for mode in whole)
            for row in body["ingredients"]
        ),
    ]


def _feature_maps(gallery: Gallery, embedder: Embedder, progress: Progress) -> FeatureMaps:
    folder = locations.home() / "feature-maps"
    return load_or_compute(gallery, embedder, AugmentedView(0, 0), folder, progress=progress)
