"""Which folder in an image's name is its label: found by a rule, or chosen by a person.

    photos/train/cats/1.jpg       level 1: photos    level 2: train    level 3: cats

The rule takes the first level at which folders differ and say more than *how the images are
kept*: ``train`` beside ``test``, or ``images``, are no classes. Level 0 means no labels.
"""

import copy
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Self

from ..errors import SettingError
from ..language import later, tr
from .base import GalleryItem, LeftOut

# Folders that say how images are kept, and nothing about what they show: the letters of their
# names, without what may stand behind them (train_set, test2017, validation-images).
_SPLITS = frozenset(
    (
        *("train", "training", "val", "valid", "validation", "test", "testing", "dev", "holdout"),
        *("eval", "evaluation", "fold", "训练集", "验证集", "测试集"),
    )
)
_IMAGES = frozenset(
    ("image", "images", "img", "imgs", "photo", "photos", "picture", "pictures", "jpegimages")
)
_MASKS = frozenset(
    (
        *("mask", "masks", "trimap", "trimaps", "annotation", "annotations", "label", "labels"),
        *("segmentation", "segmentations", "segmentationclass", "segmentationobject"),
        *("groundtruth", "gt"),
    )
)
_ENDINGS = ("images", "image", "imgs", "img", "data", "set", "split")

_IS_A_MASK = later("It is the mask of another image, as its folder says.")


@dataclass(frozen=True, slots=True)
class LabelLevel:
    """One way to label a gallery."""

    level: int  # 0: not at all; n: by the n-th folder of a name
    labels: tuple[str, ...]  # those it gives, in order
    n_unlabelled: int  # images that have no such folder


class LabelledByFolders:
    """A gallery whose labels are folders in the names of its images."""

    items: tuple[GalleryItem, ...]
    label_level: int  # as in ``LabelLevel``

    @property
    def label_levels(self) -> tuple[LabelLevel, ...]:
        """All ways to label it, with no labels first."""
        return label_levels(item.name for item in self.items)

    def with_label_level(self, level: int) -> Self:
        """Return the same images, labelled by another folder; nothing is read again.

        Raises:
            SettingError: no image lies so deep.
        """
        labels = labels_from_folders((item.name for item in self.items), level)
        other = copy.copy(self)
        other.items = tuple(replace(it, label=labels[it.name]) for it in self.items)
        other.label_level = level
        return other


def labels_from_folders(names: Iterable[str], level: int | None = None) -> dict[str, str | None]:
    """Label each name with its folder at one level, or with None where it has none there.

    Without a level, it is the one that the rule finds.

    A label is in Unicode's composed form (NFC): a Mac writes ``café`` in another form than
    everybody else, and the two are one class.

    Raises:
        SettingError: no image lies so deep.
    """
    folders = {name: PurePosixPath(name).parent.parts for name in names}
    deepest = max(map(len, folders.values()), default=0)
    if level is None:
        level = find_level(folders)
    if not 0 <= level <= deepest:
        raise SettingError(
            tr(
                "The label level is {level}, but the images here lie at most {deepest} folders "
                "deep; give a number from 1 to that, or 0 for no labels.",
                level=level,
                deepest=deepest,
            )
        )
    return {
        name: unicodedata.normalize("NFC", parts[level - 1]) if 0 < level <= len(parts) else None
        for name, parts in folders.items()
    }


def find_level(names: Iterable[str]) -> int:
    """Return the level whose folders are classes, by the rule above; 0 where there is none.

    A folder around everything (``photos/cats/1.jpg``, ``photos/dogs/1.jpg``) says nothing about
    a single image either. Images that lie beside the classes' folders have no label.
    """
    folders = [PurePosixPath(name).parent.parts for name in names]
    for level in range(1, max(map(len, folders), default=0) + 1):
        here = {parts[level - 1] for parts in folders if len(parts) >= level}
        around_all = len(here) == 1 and all(len(parts) >= level for parts in folders)
        if not around_all and not all(_word(it) in _SPLITS | _IMAGES for it in here):
            return level
    return 0


def label_levels(names: Iterable[str]) -> tuple[LabelLevel, ...]:
    """Return all ways to label these names, with no labels first."""
    names = list(names)
    deepest = max((len(PurePosixPath(name).parent.parts) for name in names), default=0)
    levels = []
    for level in range(deepest + 1):
        labels = labels_from_folders(names, level).values()
        known = dict.fromkeys(it for it in labels if it is not None)
        levels.append(LabelLevel(level, tuple(known), sum(it is None for it in labels)))
    return tuple(levels)


def masks_among(names: Iterable[str]) -> list[LeftOut]:
    """Return what is no photograph but the mask of one.

    It lies in a folder of masks that is beside one of images (``images/1.jpg``, ``masks/1.png``),
    or its path is that of another image (``cats/1.jpg``, ``masks/cats/1.png``).
    """
    parts = {name: PurePosixPath(name).parts for name in names}
    stems = {PurePosixPath(name).with_suffix("").parts for name in parts}
    siblings: dict[tuple[str, ...], set[str]] = {}  # folder -> the letters of those in it
    for path in parts.values():
        for n, folder in enumerate(path[:-1]):
            siblings.setdefault(path[:n], set()).add(_letters(folder))

    def holds_masks(folder: str, beside: set[str]) -> bool:
        letters = _letters(folder)
        of_what = letters.removesuffix("s").removesuffix("mask")  # train_masks, beside train
        return bool(
            (letters in _MASKS and beside & _IMAGES)
            or (of_what != letters and of_what in beside & (_SPLITS | _IMAGES))
        )

    def is_mask(path: tuple[str, ...]) -> bool:
        stem = PurePosixPath(*path).with_suffix("").parts
        return any(
            holds_masks(folder, siblings[path[:n]])
            or (_letters(folder) in _MASKS and (*stem[:n], *stem[n + 1 :]) in stems)
            for n, folder in enumerate(path[:-1])
        )

    return [LeftOut(name, _IS_A_MASK) for name, path in parts.items() if is_mask(path)]


def _letters(folder: str) -> str:
    return "".join(filter(str.isalpha, folder.lower()))


def _word(folder: str) -> str:
    """The letters of a folder's name, without what may stand behind a split's."""
    letters = _letters(folder)
    for ending in _ENDINGS:
        if letters.endswith(ending) and letters.removesuffix(ending) in _SPLITS:
            return letters.removesuffix(ending)
    return letters
