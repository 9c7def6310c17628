"""Corel's photographs, from ``$HASHLIGHT_DATA``: the paper's two collections and a third.

Corel-1k and Corel-5k are those of the paper's experiments; Corel-50 has 50 concepts that are
told apart by what they show, where Corel-5k's CDs are often themes of travel. They may be used
for research only, so they never ship with the project.
"""

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from .. import locations
from ..errors import GalleryError
from ..language import later, tr
from ..progress import Progress, silent
from .folder import FolderGallery, image_names

# In the order of the files: class = number // 100. Beside each label: how its folder may be
# called in the copies that go round, by a part of the name.
COREL1K_LABELS = {
    "africa": ("afric", "people", "tribe"),
    "beach": ("beach", "coast"),
    "buildings": ("building", "monument", "architectur"),
    "buses": ("bus",),
    "dinosaurs": ("dino",),
    "elephants": ("elephant",),
    "flowers": ("flower", "rose"),
    "horses": ("horse",),
    "mountains": ("mountain", "glacier"),
    "food": ("food", "dish"),
}

# The folders of Corel-50 whose names say too little, or say it in too few letters.
COREL50_LABELS = {
    "bld_lighthse": "lighthouse",
    "bld_sculpt": "sculpture",
    "obj_234000": "pumpkin",
    "obj_moleculr": "molecule",
    "obj_steameng": "steam engine",
    "sc_firewrk": "firework",
    "sc_rockform": "rock formation",
    "wl_buttrfly": "butterfly",
    "wl_cat": "wild cat",
    "wl_cougr": "cougar",
    "wl_lepoad": "leopard",
    "wl_porp": "porpoise",
    "wl_roho": "rhino and hippo",
}
_COREL50_GROUPS = ("art", "bld", "eat", "obj", "pet", "pl", "sc", "sp", "wl")

_FOLDERS = {
    "corel1k": ("corel1k", "corel1000", "wang", "wang1000"),
    "corel5k": ("corel5k", "corel5000"),
    "corel50": ("corel50",),
}


def open_corel1k(*, progress: Progress = silent) -> FolderGallery:
    """Open Corel-1k: ``0.jpg`` … ``999.jpg``, or one folder per class.

    Raises:
        GalleryError: it is not there, or holds images that have no class.
    """
    return _open("corel1k", "Corel-1k", _corel1k_label, progress)


def open_corel5k(*, progress: Progress = silent) -> FolderGallery:
    """Open Corel-5k: ``<CD number × 1000 + image>.jpeg``, 50 CDs of 100 images (one of 99).

    Raises:
        GalleryError: it is not there, or holds images that have no class.
    """
    return _open("corel5k", "Corel-5k", _corel5k_label, progress)


def open_corel50(*, progress: Progress = silent) -> FolderGallery:
    """Open Corel-50: ``<group>_<concept>/<number>.jpg``, 50 concepts of 100 images.

    Raises:
        GalleryError: it is not there, or holds images outside the concepts' folders.
    """
    return _open("corel50", "Corel-50", _corel50_label, progress)


def find(key: str) -> Path:
    """Return the folder of ``corel1k``, ``corel5k`` or ``corel50`` in the data directory.

    Its name may be written with other case, with ``-``, ``_`` or spaces.

    Raises:
        GalleryError: no data directory is set, or it has no such folder.
    """
    data = locations.data()
    if data is None:
        raise GalleryError(
            later(
                "{key} is not here: set HASHLIGHT_DATA to the folder that holds {key}/, "
                "and start again.",
                key=key,
            )
        )
    for folder in sorted(data.iterdir()) if data.is_dir() else ():
        if re.sub("[-_ ]", "", folder.name.lower()) in _FOLDERS[key] and folder.is_dir():
            return folder
    raise GalleryError(
        later(
            "HASHLIGHT_DATA is {folder}, but there is no folder {key} in it; set it to the folder "
            "that holds {key}/, and start again.",
            folder=data,
            key=key,
        )
    )


def _open(
    key: str, title: str, label: Callable[[str, Path], str], progress: Progress
) -> FolderGallery:
    root = find(key)
    labels = {name: label(name, root) for name in image_names(root)}
    return FolderGallery(root, labels, key=key, title=title, progress=progress)


def _corel1k_label(name: str, root: Path) -> str:
    path = PurePosixPath(name)
    for folder in path.parents:  # the nearest first
        for label, parts in COREL1K_LABELS.items():
            if any(part in folder.name.lower() for part in parts):
                return label
    number = _number(path)
    if number is None or number >= 1000:
        raise GalleryError(
            tr(
                "{path} has no class: Corel-1k is 0.jpg … 999.jpg, or one folder per "
                "class ({labels}); move the file away.",
                path=root / name,
                labels=", ".join(COREL1K_LABELS),
            )
        )
    return list(COREL1K_LABELS)[number // 100]


def _corel5k_label(name: str, root: Path) -> str:
    number = _number(PurePosixPath(name))
    if number is None or number < 1000:
        raise GalleryError(
            tr(
                "{path} has no class: the name of a Corel-5k file is its CD's number × "
                "1000 plus its own, such as 121004.jpeg; move the file away.",
                path=root / name,
            )
        )
    return f"CD {number // 1000}"


def _corel50_label(name: str, root: Path) -> str:
    folder = PurePosixPath(name).parent.name
    if not folder:
        raise GalleryError(
            tr(
                "{path} has no class: an image of Corel-50 lies in the folder of its "
                "concept, such as wl_tiger/108000.jpg; move the file away.",
                path=root / name,
            )
        )
    group, _, concept = folder.partition("_")
    words = concept if group in _COREL50_GROUPS else folder
    return COREL50_LABELS.get(folder, words.replace("_", " "))


def _number(path: PurePosixPath) -> int | None:
    return int(path.stem) if re.fullmatch("[0-9]{1,9}", path.stem) else None
