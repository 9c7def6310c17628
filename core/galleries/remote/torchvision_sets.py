"""Four well-known data sets as galleries, downloaded when somebody asks for them.

torchvision knows where they lie, their checksums and how to read them; the download is ours
(``downloads``), for progress and resuming.
"""

import importlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import files
from ...errors import GalleryError
from ...language import later, tr
from ...progress import Progress
from ..folder import FolderGallery
from ..names import natural
from .base import RemoteSet
from .downloads import RemoteFile, fetch, unpack

# torchvision has this address inside a function, out of reach.
CALTECH101 = RemoteFile(
    "https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip",
    "3138e1922a9193bfa496528edbbc45d0",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a data set, and where torchvision expects what is in it."""

    remote: RemoteFile
    folder: str = "."  # below the set's own
    inner: str | None = None  # an archive inside the archive: the only thing in it we need


@dataclass(frozen=True, kw_only=True, slots=True)
class TorchvisionSet(RemoteSet):
    """A data set that torchvision can read; its ``root`` is what torchvision calls so."""

    parts: Callable[[], list[Part]]
    labels: Callable[[Path], dict[str, str]]  # folder -> {name: label}

    def _fetch(self, archives: Path, progress: Progress) -> None:
        parts = self.parts()
        paths = [fetch(part.remote, archives, progress=progress) for part in parts]
        with files.writing_folder(self.root) as unpacked:
            for part, path in zip(parts, paths, strict=True):
                _place(part, path, unpacked / part.folder, progress)
            self._read_labels(unpacked)  # what can't be read must not look complete

    def _open(self, root: Path, progress: Progress) -> FolderGallery:
        labels = dict(sorted(self._read_labels(root).items(), key=lambda it: natural(it[0])))
        return FolderGallery(root, labels, key=self.key, title=self.title, progress=progress)

    def _read_labels(self, root: Path) -> dict[str, str]:
        try:
            return self.labels(root)
        except Exception as error:  # torchvision's readers fail in as many ways as files can
            raise GalleryError(
                tr(
                    "{root} is not {title} as it was published ({error}); delete the folder "
                    "and download it again.",
                    root=root,
                    title=self.title,
                    error=error,
                )
            ) from error


def _place(part: Part, path: Path, folder: Path, progress: Progress) -> None:
    if path.suffix == ".mat":
        files.write(folder / path.name, path.read_bytes())
        return
    unpack(path, folder, progress=progress)
    if part.inner:
        unpack(folder / part.inner, folder, progress=progress)
        shutil.rmtree((folder / part.inner).parent)


def _datasets() -> Any:
    """The readers of torchvision; importing them takes seconds, so only when they are needed."""
    return importlib.import_module("torchvision.datasets")


def _imagenette_parts() -> list[Part]:
    return [Part(RemoteFile(*_datasets().Imagenette._ARCHIVES["160px"]))]


def _imagenette_labels(root: Path) -> dict[str, str]:
    labels = {}
    for split in ("train", "val"):
        data = _datasets().Imagenette(root, split=split, size="160px")
        for path, label in data._samples:
            labels[Path(path).relative_to(root).as_posix()] = data.classes[label][0]
    return labels


def _caltech101_parts() -> list[Part]:
    return [Part(CALTECH101, "caltech101", inner="caltech-101/101_ObjectCategories.tar.gz")]


def _caltech101_labels(root: Path) -> dict[str, str]:
    data = _datasets().Caltech101(root)
    folders = [data.categories[label] for label in data.y]
    return {
        f"caltech101/101_ObjectCategories/{folder}/image_{number:04d}.jpg": folder.replace("_", " ")
        for folder, number in zip(folders, data.index, strict=True)
    }


def _flowers102_parts() -> list[Part]:
    flowers = _datasets().Flowers102
    return [
        Part(RemoteFile(flowers._download_url_prefix + name, md5), "flowers-102")
        for name, md5 in flowers._file_dict.values()
    ]


def _flowers102_labels(root: Path) -> dict[str, str]:
    labels = {}
    for split in ("train", "val", "test"):
        data = _datasets().Flowers102(root, split=split)
        for path, label in zip(data._image_files, data._labels, strict=True):
            labels[path.relative_to(root).as_posix()] = data.classes[label]
    return labels


def _pets_parts() -> list[Part]:
    return [
        Part(RemoteFile(url, md5), "oxford-iiit-pet")
        for url, md5 in _datasets().OxfordIIITPet._RESOURCES
    ]


def _pets_labels(root: Path) -> dict[str, str]:
    labels = {}
    for split in ("trainval", "test"):
        data = _datasets().OxfordIIITPet(root, split=split)
        for path, label in zip(data._images, data._labels, strict=True):
            labels[path.relative_to(root).as_posix()] = data.classes[label]
    return labels


SETS = (
    TorchvisionSet(
        key="imagenette",
        title="Imagenette",
        description=later(
            "13,394 photographs of ten easy ImageNet classes, shorter side 160 pixels."
        ),
        megabytes=95,
        licence=later(
            "Photographs from ImageNet: for research and teaching, not for commercial use."
        ),
        parts=_imagenette_parts,
        labels=_imagenette_labels,
    ),
    TorchvisionSet(
        key="caltech101",
        title="Caltech101",
        description=later("8,677 photographs of objects in 101 categories of very different size."),
        megabytes=137,
        licence=later("CC BY 4.0: Li, Andreeto, Ranzato and Perona, Caltech 101."),
        parts=_caltech101_parts,
        labels=_caltech101_labels,
    ),
    TorchvisionSet(
        key="flowers102",
        title="Flowers102",
        description=later("8,189 photographs of 102 flowers, many of them easy to mistake."),
        megabytes=345,
        licence=later(
            "Nilsback and Zisserman, Oxford: no licence is stated; for research and teaching."
        ),
        parts=_flowers102_parts,
        labels=_flowers102_labels,
    ),
    TorchvisionSet(
        key="oxford-iiit-pet",
        title="Oxford-IIIT Pet",
        description=later("7,349 photographs of 37 breeds of cats and dogs."),
        megabytes=811,
        licence=later("CC BY-SA 4.0: Parkhi, Vedaldi, Zisserman and Jawahar, Oxford-IIIT Pet."),
        parts=_pets_parts,
        labels=_pets_labels,
    ),
)
