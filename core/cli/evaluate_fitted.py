"""What ``evaluate --detail`` and ``--splits`` share: photographs that layers are fitted on."""

import argparse
from dataclasses import dataclass, replace
from typing import Any

from .. import locations
from ..errors import SettingError
from ..evaluation.beyond.detail import DIM, LabelledFeatures, with_detail
from ..evaluation.beyond.pooled import PooledFeatures, load_or_pool
from ..galleries.base import Gallery
from ..galleries.registry import open_gallery
from ..model.checkpoint import Checkpoint
from ..model.embedder import Embedder
from ..progress import Progress
from .common import embedder_of
from .evaluate_all import ONE_GALLERY
from .train import labels_of, numbered


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of both."""
    group = parser.add_argument_group("layers fitted on photographs")
    several: dict[str, Any] = {"action": "append", "default": [], "metavar": "G"}
    group.add_argument(
        "--detail",
        action="store_true",
        help="put features of an earlier stage beside those of the last, and tell what they bring",
    )
    group.add_argument(
        "--splits",
        type=int,
        metavar="N",
        help="judge --gallery on N random splits, by linear scan and by hashing, as the paper's "
        "tables do, by the checkpoint and by untrained features",
    )
    group.add_argument(
        "--fit-on", help="photographs that layers are fitted on; give it several times", **several
    )
    group.add_argument(
        "--judge-on",
        help="a gallery that judges --detail or --softness; give it several times",
        **several,
    )


def refuse_options(options: argparse.Namespace) -> None:
    """Refuse what neither of both would use, what is missing, and two measurements at once.

    Raises:
        SettingError: such an option was given, or a needed one wasn't.
    """
    names = ("all", "masks", "clutter", "strangers", "detail", "splits")
    given = {name: getattr(options, name) for name in names}
    chosen = [f"--{name}" for name, it in given.items() if it is not None and it is not False]
    if options.judge_on and not (options.detail or options.softness):
        raise SettingError("--judge-on belongs to --detail and --softness; add one of them.")
    if not (options.detail or options.splits is not None):
        if options.fit_on:
            raise SettingError("--fit-on belongs to --detail and --splits; add one of them.")
        return
    if len(chosen) > 1:
        others = " and ".join(chosen[:-1])
        raise SettingError(f"{chosen[-1]} is a measurement of its own; leave {others} out.")
    if not options.fit_on:
        raise SettingError(f"{chosen[-1]} fits layers; name photographs with --fit-on.")
    if options.label_level is not None:
        raise SettingError(f"{chosen[-1]} takes labels as they are; leave --label-level out.")
    if options.detail and not options.judge_on:
        raise SettingError("--detail needs galleries to judge by; name some with --judge-on.")
    if options.detail and options.gallery != ONE_GALLERY:
        raise SettingError("--detail judges galleries of --judge-on; leave --gallery out.")


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Photographs that layers are fitted on, and the network that pools features."""

    plain: Embedder
    detailed: Embedder  # the same with detail
    galleries: list[Gallery]
    progress: Progress

    @classmethod
    def of(cls, options: argparse.Namespace, progress: Progress) -> "Fitted":
        """Open the galleries of ``--fit-on``."""
        plain = embedder_of(options)
        it: Checkpoint = plain.checkpoint
        detailed = Embedder(replace(it, network=with_detail(it.network, DIM)))
        galleries = [open_gallery(name, progress=progress) for name in options.fit_on]
        return cls(plain, detailed, galleries, progress)

    def features(self) -> list[LabelledFeatures]:
        """Return the pooled features of those galleries."""
        _, labels = numbered([labels_of(gallery) for gallery in self.galleries])
        pairs = zip(self.galleries, labels, strict=True)
        return [LabelledFeatures(self.pooled(it), own) for it, own in pairs]

    def pooled(self, gallery: Gallery) -> PooledFeatures:
        """Return the pooled features of a gallery, from the disk where they are there."""
        folder = locations.home() / "pooled-features"
        return load_or_pool(gallery, self.detailed, folder, progress=self.progress)

    def judged(self, name: str) -> Gallery:
        """Open a gallery to judge by.

        Raises:
            SettingError: it is one of those that are fitted on.
        """
        gallery = open_gallery(name, progress=self.progress)
        if gallery.digest in {it.digest for it in self.galleries}:
            raise SettingError(
                f"{name} can't be fitted on and judged by; leave it out of --fit-on."
            )
        return gallery

    def about(self) -> dict[str, Any]:
        """What a result file says of them."""
        return {
            "checkpoint_digest": self.plain.digest,
            "fitted_on": [
                {"key": it.key, "digest": it.digest, "images": len(it.items)}
                for it in self.galleries
            ],
        }
