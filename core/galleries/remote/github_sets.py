"""Two data sets with licences that anyone can use, from GitHub when somebody asks for them.

Each is the archive that GitHub packs of one fixed commit. GitHub publishes no checksum of such an
archive, and may pack the same files anew, so what came is judged by its content: every file by
the checksum inside the zip, then the classes and the least number of images that the set must
have. The digest of all names and files is written down after the first download; a later one has
to match it.
"""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from ... import files
from ...errors import DownloadError, GalleryError
from ...language import later, tr
from ...progress import Progress
from ..folder import FolderGallery, image_names
from .base import RemoteSet
from .downloads import RemoteFile, downloads_folder, fetch, unpack

_UNPACKED_MOST = 2**30  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class GithubSet(RemoteSet):
    """A data set in a repository: one folder per class, below one for each split."""

    remote: RemoteFile
    label: str  # regular expression: of an image's path in the repository; group 1 is its class
    classes: frozenset[str]  # some that must be there
    at_least: int  # images

    def _fetch(self, archives: Path, progress: Progress) -> None:
        archive = fetch(self.remote, archives, progress=progress)
        try:
            with files.writing_folder(self.root) as unpacked:
                unpack(
                    archive,
                    unpacked,
                    wanted=self._is_wanted,
                    max_bytes=_UNPACKED_MOST,
                    progress=progress,
                )
                self._check(unpacked, progress)
        except DownloadError:  # it would be no better next time: fetch it anew then
            shutil.rmtree(archives, ignore_errors=True)
            raise

    def _open(self, root: Path, progress: Progress) -> FolderGallery:
        inside = sorted(path for path in root.iterdir() if path.is_dir())
        repository = inside[0] if inside else root  # NAME-COMMIT, as the archive has it
        labels = {
            name: _label(found[1])
            for name in image_names(repository)
            if (found := re.fullmatch(self.label, name))
        }
        return FolderGallery(repository, labels, key=self.key, title=self.title, progress=progress)

    def _is_wanted(self, name: str) -> bool:
        return bool(re.fullmatch(self.label, name.partition("/")[2]))

    def _check(self, root: Path, progress: Progress) -> None:
        """Refuse what is not the set, or not what it was the first time."""
        try:
            gallery = self._open(root, progress)
        except GalleryError as error:
            raise DownloadError(self._not_the_set(tr("it holds no images"))) from error
        labels = {item.label for item in gallery.items}
        n_images = len(gallery.items)
        if n_images < self.at_least or not labels >= self.classes:
            raise DownloadError(
                self._not_the_set(
                    tr(
                        "{n_images:,} images in {n_labels} classes came, at least "
                        "{at_least:,} were expected",
                        n_images=n_images,
                        n_labels=len(labels),
                        at_least=self.at_least,
                    )
                )
            )
        record = downloads_folder() / f"{self.key}.json"
        about = {"url": self.remote.url, "digest": gallery.digest, "images": n_images}
        if _recorded(record).get("url") != self.remote.url:
            files.write_json(record, about)
        elif _recorded(record) != about:
            raise DownloadError(self._not_the_set(tr("its files are others than the first time")))

    def _not_the_set(self, why: str) -> str:
        return tr(
            "What {host} sent is not {title} as it was published ({why}); it "
            "was deleted: try again later.",
            host=self.remote.host,
            title=self.title,
            why=why,
        )


def _label(folder: str) -> str:
    """``Red-Beet`` in words; ``t-shirt`` is one already."""
    return folder.replace("-", " ").lower() if folder[0].isupper() else folder


def _recorded(path: Path) -> dict[str, object]:
    """What the first download wrote down; nothing where there was none, or it can't be read."""
    try:
        recorded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return recorded if isinstance(recorded, dict) else {}


def _archive(repository: str, commit: str) -> RemoteFile:
    return RemoteFile(
        f"https://codeload.github.com/{repository}/zip/{commit}",
        called=f"{repository.partition('/')[2]}-{commit[:12]}.zip",
        max_bytes=2**30,
    )


SETS = (
    GithubSet(
        key="clothing",
        title="Clothing",
        description=later(
            "Some 3,800 photographs of clothes in ten classes, taken by people at home."
        ),
        licence=later("CC0: for any use. Alexey Grigorev, Clothing dataset (small)."),
        megabytes=105,
        remote=_archive(
            "alexeygrigorev/clothing-dataset-small", "36364be1969242c019705255cd87aed00c73a939"
        ),
        label=r"(?:train|validation|test)/([^/]+)/[^/]+\.jpe?g",
        classes=frozenset(
            ("dress", "hat", "pants", "shirt", "shoes", "shorts", "skirt", "t-shirt")
        ),
        at_least=3000,
    ),
    GithubSet(
        key="grocery",
        title="Fruit and vegetables",
        description=later("Photographs of fruit and vegetables in a shop, about 35 kinds."),
        licence=later("MIT. Klasson, Zhang and Kjellström, Grocery Store Dataset."),
        megabytes=120,
        remote=_archive(
            "marcusklasson/GroceryStoreDataset", "1ac963267c3d753b0cb34a8b0d6c7d4202a2eede"
        ),
        label=r"dataset/(?:train|val|test)/(?:Fruit|Vegetables)/([^/]+)/.+\.jpe?g",
        classes=frozenset(("apple", "banana", "carrots", "lemon", "pear", "potato", "tomato")),
        at_least=2000,
    ),
)
